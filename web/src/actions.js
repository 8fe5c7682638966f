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
  let opens = null;
  return {
    /** The place in the top; its children are the collage's actions, in the order in which they came. */
    place,
    /** @param {...Node} nodes buttons for the collage */
    forCollage: (...nodes) => place.append(...nodes),
    /** @param {...Node} nodes what makes something of the collage, in a menu: there are many of these */
    forMenu(...nodes) {
      opens ??= place.appendChild(menu("Make again"));
      opens.lastChild.append(...nodes);
    },
    /** @param {OfItem} make buttons for the cell or tile that is looked at, made whenever that changes */
    forItem: (make) => makers.push(make),
    /** All that were hung in for an item. */
    of: (item) => makers.flatMap((make) => make(item)).filter((node) => node !== null),
  };
}

/** A button that shows others while it is open; a click anywhere, or Escape, closes it. */
function menu(words) {
  const shown = h("summary", { class: "button" }, words);
  const opened = h("details", { class: "menu" }, shown, h("div", {}));
  addEventListener("click", (event) => {
    if (!shown.contains(event.target)) opened.open = false;
  });
  opened.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !opened.open) return;
    opened.open = false;
    shown.focus();
    event.stopPropagation();
  });
  return opened;
}
