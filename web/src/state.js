/** What is chosen on the page, kept in the part of its address after the #. */

import { isTerm } from "./terms.js";

/**
 * @typedef {object} Choice
 * @property {"collage" | "tiles"} view
 * @property {string} rows the field down the table; "" for none
 * @property {string} cols the field across it; "" for none
 * @property {Record<string, string>} chosen values by field
 * @property {string} find words in the prompt
 * @property {string[]} marks terms that hold for what is thought of a tile: `starred`, `score>=4`
 * @property {{cell?: number, tile?: number} | null} selected
 */

/** @returns {Choice} */
export function parse(hash, cols) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const chosen = {};
  for (const [key, value] of given) if (key.startsWith("is.")) chosen[key.slice(3)] = value;
  const cell = /^(\d+),(\d+)$/.exec(given.get("cell") ?? "");
  const tile = /^\d+$/.exec(given.get("tile") ?? "");
  return {
    view: given.get("view") === "tiles" ? "tiles" : "collage",
    rows: given.get("rows") ?? "",
    cols: given.get("cols") ?? "",
    chosen,
    find: given.get("find") ?? "",
    marks: given.getAll("only").filter(isTerm),
    selected: cell ? { cell: Number(cell[1]) * cols + Number(cell[2]) } : tile ? { tile: Number(tile[0]) } : null,
  };
}

/** The address of a choice; what is as at first is left out. */
export function format(choice, cols) {
  const said = new URLSearchParams();
  if (choice.view === "tiles") said.set("view", "tiles");
  if (choice.rows) said.set("rows", choice.rows);
  if (choice.cols) said.set("cols", choice.cols);
  for (const [key, value] of Object.entries(choice.chosen)) if (value) said.set(`is.${key}`, value);
  if (choice.find) said.set("find", choice.find);
  for (const term of choice.marks) said.append("only", term);
  const { cell, tile } = choice.selected ?? {};
  if (cell !== undefined) said.set("cell", `${Math.floor(cell / cols)},${cell % cols}`);
  if (tile !== undefined) said.set("tile", String(tile));
  return `#${said}`;
}

/**
 * The choice, with `set` to change it and `on` to hear of changes (which keys have changed).
 * @param {number} cols of the collage
 */
export function makeState(cols) {
  let choice = parse(location.hash, cols);
  const listeners = [];
  const tell = (keys) => listeners.forEach((listener) => listener(choice, new Set(keys)));
  addEventListener("popstate", () => {
    choice = parse(location.hash, cols);
    tell(Object.keys(choice));
  });
  return {
    get: () => choice,
    on: (listener) => listeners.push(listener),
    /** @param {Partial<Choice>} change */
    set(change) {
      choice = { ...choice, ...change };
      // Going back leads through views and filters, not through every cell that was looked at.
      const step = Object.keys(change).some((key) => !["selected", "find"].includes(key));
      history[step ? "pushState" : "replaceState"](null, "", format(choice, cols));
      tell(Object.keys(change));
    },
  };
}
