/**
 * Where other parts of the page hang their buttons: those for the collage in the top, those for a
 * cell or tile in its details.
 */

import { h } from "./dom.js";

/**
 * @typedef {() => (Node | null)[]} OfCollage
 * @typedef {(item: import("./collage.js").Item) => (Node | null)[]} OfItem
 */

export function makeActions() {
  const place = h("div", { class: "acts", role: "group", "aria-label": "Actions" });
  /** @type {OfItem[]} */
  const makers = [];
  return {
    /** The place in the top; its children are the collage's actions, in the order in which they came. */
    place,
    /** @param {...Node} nodes buttons for the collage */
    forCollage: (...nodes) => place.append(...nodes),
    /** @param {OfItem} make buttons for the cell or tile that is looked at, made whenever that changes */
    forItem: (make) => makers.push(make),
    /** All that were hung in for an item. */
    of: (item) => makers.flatMap((make) => make(item)).filter((node) => node !== null),
  };
}
