/** The collage as one picture: a cell is pointed at, walked to, pinned. */

import { cellGrid } from "./cells.js";
import { UNREAD } from "./collage.js";
import { zoomView } from "./zoom.js";

/**
 * @param {import("./page.js").Page} page
 * @param {HTMLElement} stage
 * @param {{looked: (item: import("./collage.js").Item | null) => void, busy: () => boolean}} tell what is told of a
 *     cell that is looked at while none is pinned, and whether none shall be now
 * @param {typeof import("./marks.js").marks} marks what draws over the picture
 */
export function collageView({ collage, state, marking }, stage, tell, marks) {
  const zoom = zoomView(collage, stage);
  const over = marks(collage, zoom, stage, marking);
  const pin = (position) => state.set({ selected: position === null ? null : { cell: position } });
  const grid = cellGrid(collage, zoom, stage, {
    focused: (position) => (state.get().selected ? pin(position) : look(position)),
    pinned: pin,
    left() {
      state.set({ selected: null });
      look(null);
    },
  });

  /** The cell that is looked at, where it is not read yet. */
  let unread = null;

  /** Show a cell while nothing is pinned. */
  function look(position) {
    if (state.get().selected || tell.busy()) return;
    const item = position === null ? null : collage.cellAt(position);
    over.frame(position);
    unread = item?.state === UNREAD ? position : null;
    collage.want("look", unread === null ? [] : [unread]);
    tell.looked(item);
  }

  collage.heard(() => unread !== null && look(unread));

  let hovered = null;
  stage.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || event.buttons) return;
    const position = zoom.under(event);
    // Leaving a cell for a gap keeps it, so that the details do not flicker.
    if (position === null || position === hovered) return;
    hovered = position;
    look(position);
  });
  zoom.resized(() => {
    const { cell } = state.get().selected ?? {};
    if (cell !== undefined) zoom.reveal(cell);
  });
  zoom.clicked((position) => {
    const { selected } = state.get();
    pin(selected?.cell === position ? null : position);
    if (position !== null) grid.focus(position);
  });

  return {
    filter: over.filter,
    colour: over.colour,
    frame: over.frame,
    refresh: over.refresh,
    enter: zoom.enter,
    use: grid.use,
    failed: zoom.failed,
    /** The cell that has the focus; null where none has. */
    focused: () => collage.cellAt(document.activeElement?.closest("[role=gridcell]")?.dataset.position),
  };
}
