/** Tiles one after the other, in as many columns as there is room for. */

import { h } from "./dom.js";
import { virtualRows } from "./virtual_rows.js";

const CAPTION = 60;
/** A guess at the height of a caption and what is below it, in pixels. */

/**
 * @param {HTMLElement} place that it is in, and scrolls in
 * @param {import("./collage.js").Item[]} items
 * @param {(item: import("./collage.js").Item, said: string[]) => HTMLElement} thumb
 * @param {number[]} heights of rows, as they were measured before
 */
export function flow(place, items, thumb, heights) {
  const list = h("div", { class: "flow", role: "list" });
  place.append(list);
  const style = getComputedStyle(list);
  const [least, gap] = [style.getPropertyValue("--least"), style.getPropertyValue("--gap")].map(parseFloat);
  const wide = Math.max(1, Math.floor((list.clientWidth + gap) / (least + gap)));
  list.style.setProperty("--wide", String(wide));

  function row(index) {
    const first = index * wide;
    const line = items.slice(first, first + wide).map((item, i) =>
      h("div", { role: "listitem", "aria-setsize": items.length, "aria-posinset": first + i + 1 }, thumb(item, [])),
    );
    return h("div", { class: "line", role: "presentation" }, ...line);
  }

  const rows = virtualRows(place, list, {
    count: Math.ceil(items.length / wide),
    guess: list.clientWidth / wide + CAPTION,
    make: row,
    gap: () => h("div", { role: "presentation" }),
    heights,
  });
  return { draw: rows.draw, heights: rows.heights, wide };
}
