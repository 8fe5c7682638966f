/** What is chosen on the page, kept in the part of its address after the #. */

import { isTerm } from "./terms.js";

/**
 * @typedef {object} Choice
 * @property {"collage" | "tiles"} view
 * @property {string} rows the field down the table; "" for none
 * @property {string} cols the field across it; "" for none
 * @property {string} down the field of blocks of rows, below each other; "" for none
 * @property {string} across the field of blocks of columns, beside each other; "" for none
 * @property {string} film the field whose values are shown one after the other, of a large collage `found`; "" for
 *     none
 * @property {string} frame the value that is shown now, or the number of what was found; "" for the first
 * @property {boolean} heat whether crossings are coloured by their mean score
 * @property {string} map the field that the cells of a large collage are coloured by; "" for none
 * @property {string} measure what its tables count; "" for cells
 * @property {number | null} near bits in which near duplicates differ at most; null: they are not grouped
 * @property {Record<string, string>} chosen values by field
 * @property {string} find words in the prompt
 * @property {string[]} marks terms that hold for what is thought of a tile: `starred`, `score>=4`
 * @property {{cell?: number, tile?: number} | null} selected
 */

export const AXES = ["rows", "cols", "down", "across", "film"];
/** What a field can be in the Tiles view. */

export const MOST_NEAR = 20;
/** Bits of 64 in which near duplicates may differ; random pictures differ in about half. */

const PASSING = ["selected", "find", "frame"];
/** Going back leads through views and filters, not through every cell that was looked at. */

const VIEWS = ["collage", "tiles"];

/**
 * @param {string} first the view where none is asked for
 * @param {string[]} views that there are
 * @returns {Choice}
 */
export function parse(hash, cols, first = "collage", views = VIEWS) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const chosen = {};
  for (const [key, value] of given) if (key.startsWith("is.")) chosen[key.slice(3)] = value;
  const cell = /^(\d+),(\d+)$/.exec(given.get("cell") ?? "");
  const tile = /^\d+$/.exec(given.get("tile") ?? "");
  return {
    view: views.includes(given.get("view")) ? given.get("view") : first,
    ...Object.fromEntries(AXES.map((axis) => [axis, given.get(axis) ?? ""])),
    frame: given.get("frame") ?? "",
    heat: given.has("heat"),
    map: given.get("map") ?? "",
    measure: given.get("measure") ?? "",
    near: /^\d{1,2}$/.test(given.get("near") ?? "") ? Math.min(MOST_NEAR, Number(given.get("near"))) : null,
    chosen,
    find: given.get("find") ?? "",
    marks: given.getAll("only").filter(isTerm),
    selected: cell ? { cell: Number(cell[1]) * cols + Number(cell[2]) } : tile ? { tile: Number(tile[0]) } : null,
  };
}

/** The address of a choice; what is as at first is left out. */
export function format(choice, cols, first = "collage") {
  const said = new URLSearchParams();
  if (choice.view !== first) said.set("view", choice.view);
  for (const axis of AXES) if (choice[axis]) said.set(axis, choice[axis]);
  if (choice.film && choice.frame) said.set("frame", choice.frame);
  if (choice.heat) said.set("heat", "");
  for (const name of ["map", "measure"]) if (choice[name]) said.set(name, choice[name]);
  if (choice.near !== null) said.set("near", String(choice.near));
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
 * @param {"collage" | "tiles"} first the view where the address asks for none
 * @param {string[]} [views] that there are
 */
export function makeState(cols, first, views) {
  let choice = parse(location.hash, cols, first, views);
  const listeners = [];
  const tell = (keys) => listeners.forEach((listener) => listener(choice, new Set(keys)));
  addEventListener("popstate", () => {
    choice = parse(location.hash, cols, first, views);
    tell(Object.keys(choice));
  });
  return {
    get: () => choice,
    on: (listener) => listeners.push(listener),
    /** @param {Partial<Choice>} change */
    set(change) {
      choice = { ...choice, ...change };
      const step = Object.keys(change).some((key) => !PASSING.includes(key));
      history[step ? "pushState" : "replaceState"](null, "", format(choice, cols, first));
      tell(Object.keys(change));
    },
  };
}
