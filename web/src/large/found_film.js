/** The cells of a large collage that were found, one after the other: a picture as large as there is room for. */

import { UNREAD } from "../collage.js";
import { filmBar } from "../film.js";
import { h } from "../dom.js";
import { thumbs } from "../thumbs.js";
import { positions } from "./scan.js";

/** What the film is of, in an address. */
export const FILM = "found";

/**
 * @param {import("../page.js").Page} page
 * @param {HTMLElement} place
 */
export function foundFilm({ collage, state, marking }, place) {
  const thumb = thumbs(collage, marking, (item) => state.set({ selected: { cell: item.position } }));
  /** Positions of what was found; null where no film is shown. @type {Uint32Array | null} */
  let all = null;
  let shown = -1;
  /** What waits for cells to be read. */
  let waiting = [];

  const at = () => Math.min(all.length - 1, Number(/^\d+$/.exec(state.get().frame)?.[0] ?? 0));

  /** Resolves when a cell was read, or cannot be. */
  function isRead(position) {
    const there = () => collage.cellAt(position).state !== UNREAD || collage.failed().length > 0;
    return new Promise((resolve) => (there() ? resolve() : waiting.push({ there, resolve })));
  }

  const bar = filmBar(state, place.parentElement, {
    now() {
      if (!all?.length || state.get().view !== "tiles") return null;
      return { key: FILM, label: "Film", count: all.length, at: at(), said: `${(at() + 1).toLocaleString("en")} of ${all.length.toLocaleString("en")}` };
    },
    to: (frame) => state.set({ frame: String(frame) }),
    async ready(frame) {
      const position = all[frame];
      await isRead(position);
      const { shown: record } = collage.cellAt(position);
      if (!record) return;
      const image = new Image();
      image.src = collage.picture(record);
      await image.decode().catch(() => {});
    },
  });

  /** Read the cell that is shown, and those beside it. */
  function look() {
    const those = all?.length ? [0, 1, -1].map((by) => all[(at() + by + all.length) % all.length]) : [];
    collage.want("film", those);
  }

  function figure(position) {
    const item = collage.cellAt(position);
    if (item.state === UNREAD) return h("figure", { "aria-busy": "true" }, h("div", { class: "unread" }));
    if (!item.planned) return h("figure", {}, h("span", { class: "missing" }, "An empty cell"));
    const made = thumb.make(item, [], true);
    made.querySelector(".thumb").tabIndex = 0;
    if (state.get().selected?.cell === position) made.querySelector(".thumb").setAttribute("aria-current", "true");
    return made;
  }

  function draw() {
    bar.draw();
    const focused = place.contains(document.activeElement);
    if (!all.length) {
      place.replaceChildren(h("p", { class: "nothing" }, "No cell is like this."));
      return;
    }
    shown = all[at()];
    look();
    place.replaceChildren(h("div", { class: "single-frame" }, figure(shown)));
    if (focused) (place.querySelector(".thumb") ?? place).focus();
  }

  place.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!all?.length || !by) return;
    event.preventDefault();
    bar.move(by);
  });
  collage.heard(() => {
    waiting = waiting.filter(({ there, resolve }) => !there() || resolve());
    if (all?.length && place.querySelector(".single-frame .unread") && collage.cellAt(shown).state !== UNREAD) draw();
  });

  return {
    /** Show what was found; all cells for null. @param {Uint8Array | null} found */
    show(found) {
      all = positions(found, collage.index.cells);
      draw();
    },
    /** Show the frame that is asked for now. @param {Set<string>} changed */
    follow(changed) {
      if (changed.has("frame")) draw();
    },
    /** Show nothing, and ask for nothing. */
    hide() {
      all = null;
      waiting.forEach(({ resolve }) => resolve());
      waiting = [];
      look();
      bar.draw();
      place.replaceChildren();
    },
    /** The cell that has the focus; null where none has. */
    focused: () => thumb.of(document.activeElement?.closest(".thumb")),
    /** Show what is thought of the tiles now. */
    refresh: () => thumb.refresh(place),
    /** Mark the cell if it is the one that is looked at. @param {number | null} position */
    mark(position) {
      const button = place.querySelector(".single-frame .thumb");
      if (position === shown) button?.setAttribute("aria-current", "true");
      else button?.removeAttribute("aria-current");
    },
  };
}
