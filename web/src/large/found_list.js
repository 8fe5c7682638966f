/** The cells of a large collage that were found, with pictures and captions, a part of them at a time. */

import { UNREAD } from "../collage.js";
import { h } from "../dom.js";
import { thumbs } from "../thumbs.js";
import { flow } from "../flow.js";
import { positions } from "./scan.js";

const PART = 5000;
/** Cells of one list: a longer one is higher than browsers can scroll. */

/**
 * @param {import("../page.js").Page} page
 * @param {HTMLElement} place
 * @param {ReturnType<import("../walking.js").arrows>} walk
 */
export function foundList({ collage, state, marking }, place, walk) {
  const thumb = thumbs(collage, marking, (item) => state.set({ selected: { cell: item.position } }));
  /** Positions of what was found, and the part of them that is listed. */
  let all = new Uint32Array(0);
  let part = 0;
  let list = null;
  let wide = 0;
  /** Figures whose cells were not read yet, by position. */
  const unread = new Map();

  function figure({ position }) {
    const item = collage.cellAt(position);
    if (item.state === UNREAD) {
      const empty = h("figure", { "aria-busy": "true" }, h("div", { class: "unread" }));
      unread.set(position, empty);
      return empty;
    }
    if (!item.planned) return h("figure", {}, h("span", { class: "missing" }, "An empty cell"));
    const made = thumb.make(item, [], false);
    const button = made.querySelector(".thumb");
    button.tabIndex = -1;
    if (state.get().selected?.cell === position) button.setAttribute("aria-current", "true");
    return made;
  }

  /** Ask for the cells in sight that are not read yet. */
  function want() {
    for (const [position, empty] of unread) if (!empty.isConnected) unread.delete(position);
    collage.want("list", [...unread.keys()]);
  }

  function heard() {
    if (!list) return;
    for (const [position, empty] of [...unread]) {
      if (collage.cellAt(position).state === UNREAD) continue;
      unread.delete(position);
      if (empty.isConnected) empty.replaceWith(figure({ position }));
    }
    list.draw();
    walk.enter();
  }

  function lay() {
    wide = place.clientWidth;
    unread.clear();
    const items = Array.from(all.subarray(part * PART, (part + 1) * PART), (position) => ({ position }));
    place.replaceChildren();
    list = null;
    if (!items.length) place.append(h("p", { class: "nothing" }, "No cell is like this."));
    else {
      if (all.length > PART) place.append(turner(items.length));
      list = flow(place, items, figure, []);
    }
    place.scrollTo(0, 0);
    draw();
  }

  /** Leads to the part before and the next one. */
  function turner(count) {
    const first = part * PART + 1;
    const words = `${first.toLocaleString("en")} to ${(first + count - 1).toLocaleString("en")} of ${all.length.toLocaleString("en")}`;
    const turn = (by, label, there) =>
      h("button", { type: "button", disabled: !there, onclick: () => to(part + by, label) }, label);
    return h(
      "nav",
      { class: "parts", "aria-label": "Parts of the list" },
      turn(-1, "Before", part > 0),
      h("span", {}, words),
      turn(1, "Next", (part + 1) * PART < all.length),
    );
  }

  function to(number, label) {
    part = number;
    lay();
    const again = [...place.querySelectorAll(".parts button")].find((button) => button.textContent === label && !button.disabled);
    (again ?? place.querySelector(".parts button:not([disabled])")).focus();
  }

  function draw() {
    list?.draw();
    want();
    walk.enter();
  }

  new ResizeObserver(() => {
    if (place.clientWidth !== wide && list) lay();
  }).observe(place);
  collage.heard(heard);

  return {
    /** Show what was found; all cells for null. @param {Uint8Array | null} found */
    show(found) {
      all = positions(found, collage.index.cells);
      part = 0;
      lay();
    },
    draw,
    /** Show nothing, and ask for nothing. */
    hide() {
      list = null;
      unread.clear();
      place.replaceChildren();
      want();
    },
    /** The cell that has the focus; null where none has. */
    focused: () => thumb.of(document.activeElement?.closest(".thumb")),
    refresh: () => thumb.refresh(place),
    /** Mark the cell that is looked at; none for null. */
    mark(position) {
      for (const button of place.querySelectorAll(".thumb")) {
        if (thumb.of(button).position === position) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
      }
    },
  };
}
