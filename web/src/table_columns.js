/** The columns of a table: of many, only those in sight are there, with room for the others. */

import { h } from "./dom.js";

const ALL = 30;
/** Columns of which all are there. */
const AROUND = 6;
/** Of more, so many are there beside those in sight. */

/**
 * @param {HTMLElement} place that scrolls
 * @param {import("./crossings.js").Line[]} cols
 * @param {() => number} pitch a column's width in pixels
 */
export function columns(place, cols, pitch) {
  const some = cols.length > ALL;
  let from = 0;
  // Of many none is there before it is looked which are in sight.
  let to = some ? 0 : cols.length;

  function space(count) {
    const cell = h("td", { class: "space" });
    cell.style.minWidth = `${count * pitch()}px`;
    return cell;
  }

  const begins = (index) => index > 0 && cols[index - 1][0] !== cols[index][0];
  const within = (cells) =>
    [from > 0 ? space(from) : null, ...cells, to < cols.length ? space(cols.length - to) : null].filter(Boolean);

  return {
    /** How many there are, for a screen reader; null where it can count them. */
    count: some ? cols.length + 1 : null,
    /** Those that are there. */
    shown: () => cols.slice(from, to),
    /** A cell for each column that is there. @param {(col: import("./crossings.js").Line) => HTMLElement} make */
    line(make) {
      const cells = cols.slice(from, to).map((col, i) => {
        const cell = make(col);
        if (some) cell.setAttribute("aria-colindex", from + i + 2);
        cell.classList.toggle("edge", begins(from + i));
        return cell;
      });
      return within(cells);
    },
    /** A cell over the columns of each block. @param {(value: string) => HTMLTableCellElement} make */
    over(make) {
      const cells = [];
      for (let index = from; index < to; index += 1) {
        if (index > from && !begins(index)) cells.at(-1).colSpan += 1;
        else cells.push(make(cols[index][0]));
        cells.at(-1).classList.toggle("edge", index > from && cells.length > 1);
      }
      return within(cells);
    },
    /** Look which are in sight; whether others are there now than before. */
    look() {
      if (!some) return false;
      const first = Math.floor(place.scrollLeft / pitch());
      const last = Math.ceil((place.scrollLeft + place.clientWidth) / pitch());
      const enough = Math.max(0, first) >= from && Math.min(cols.length, last) <= to;
      if (enough && to - from <= ALL + last - first) return false;
      from = Math.max(0, first - AROUND);
      to = Math.min(cols.length, last + AROUND);
      return true;
    },
  };
}
