/** What was found among the cells of a large collage: in a list, in numbers, or one after the other. */

import { arrows } from "../walking.js";
import { foundFilm, FILM } from "./found_film.js";
import { foundList } from "./found_list.js";
import { axesOf, numberTable } from "./number_table.js";

/** What a way of showing cells need not do. */
const IDLE = { draw() {}, follow() {}, refresh() {}, mark() {}, focused: () => null, unread: () => [] };

/**
 * @param {import("../page.js").Page} page
 * @param {HTMLElement} place
 */
export function foundView(page, place) {
  const { state, fields } = page;
  const draw = () => shown?.draw();
  const walk = arrows(place, draw);
  let counted = () => {};
  const ways = {
    list: { ...IDLE, ...foundList(page, place, walk) },
    numbers: { ...IDLE, ...numberTable(page, place, walk, () => counted()) },
    film: { ...IDLE, ...foundFilm(page, place) },
  };
  let shown = null;
  let found = null;
  place.addEventListener("scroll", draw, { passive: true });

  function wanted() {
    const { rows, cols, film } = state.get();
    if (axesOf(fields, rows, cols).rows) return ways.numbers;
    return film === FILM ? ways.film : ways.list;
  }

  function show() {
    if (shown !== wanted()) shown?.hide();
    shown = wanted();
    shown.show(found);
  }

  return {
    /** Show what was found; all cells for null. @param {Uint8Array | null} now */
    show(now) {
      found = now;
      show();
    },
    /** Follow what is chosen, but for what is found by it. @param {Set<string>} changed */
    follow(changed) {
      if (!shown) return;
      if (wanted() !== shown) show();
      else shown.follow(changed);
    },
    /** Show nothing, and ask for nothing. */
    hide() {
      shown?.hide();
      shown = null;
    },
    /** The cell that has the focus; null where none has. */
    focused: () => shown?.focused() ?? null,
    /** Show what is thought of the tiles now. */
    refresh: () => shown?.refresh(),
    /** Mark the cell that is looked at; none for null. @param {number | null} position */
    mark: (position) => shown?.mark(position),
    /** Files that could not be read for what is shown. */
    unread: () => shown?.unread() ?? [],
    /** Hear that something was counted. */
    counted(listener) {
      counted = listener;
    },
  };
}
