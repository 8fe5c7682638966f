/** What tiles can be told apart by: the fields of a tile, and the axes that a recipe gave it. */

import { maskOf, tileOf } from "./collage.js";
import { meaning } from "./terms.js";

/** A field with more values than this is no use in a drop-down, nor in a table of numbers. */
export const LONGEST = 400;

const LETTERS = "ABCDEFGH";

/**
 * @typedef {object} Field
 * @property {string} key
 * @property {string} label
 * @property {(item: import("./collage.js").Item) => string[]} of an item's values
 * @property {string[]} values all there are, sorted
 */

/**
 * The fields in which the items differ.
 * @param {ReturnType<import("./collage.js").read>} collage
 * @returns {Field[]}
 */
export function fields(collage) {
  const records = collage.manifest.tiles;
  const positions = Math.min(LETTERS.length, Math.max(0, ...records.map((r) => r.tile.styles.length)));
  const options = new Set(records.flatMap((r) => Object.keys(r.tile.options)));
  const axes = new Set(records.flatMap((r) => Object.keys(r.axes ?? {})));
  const one = (value) => (value == null || value === "" ? [] : [String(value)]);

  const found = new Map();
  const add = (key, label, of) => found.set(key, { key, label, of, values: [] });
  add("style", "Style", (item) => tileOf(item)?.styles ?? []);
  for (let i = 0; i < positions && positions > 1; i += 1) {
    add(`style-${LETTERS[i].toLowerCase()}`, `Style ${LETTERS[i]}`, (item) => one(tileOf(item)?.styles[i]));
  }
  add("source", "Source", (item) => one((item.shown ?? item.planned)?.source));
  add("mask", "Mask", (item) => one(maskOf(item.shown ?? item.planned)));
  for (const name of ["operation", "engine", "model", "seed", "sample"]) {
    add(name, title(name), (item) => one(tileOf(item)?.[name]));
  }
  for (const name of options) add(name, title(name), (item) => one(tileOf(item)?.options[name]));
  // An axis is what the recipe's author meant by that name; it goes before a field of the tile.
  for (const name of axes) add(name, title(name), (item) => one((item.shown ?? item.planned)?.axes?.[name]));
  add("state", "State", (item) => item.states);

  for (const field of found.values()) {
    field.values = [...new Set([...collage.cells, ...collage.tiles].flatMap(field.of))].sort(compare);
  }
  return [...found.values()].filter((field) => field.values.length > 1);
}

/**
 * Whether an item is among the chosen values, its prompt has the words looked for, and all terms hold
 * for what is thought of it. What is hidden is left out unless it is asked for. Null where nothing is.
 * @param {Field[]} all
 * @param {import("./state.js").Choice} choice
 * @param {ReturnType<import("./marking.js").makeMarking>} marking
 */
export function matcher(all, { chosen, find, marks }, marking) {
  const wanted = all.filter((field) => chosen[field.key]);
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const terms = marks.map(meaning);
  const hiding = !marks.includes("hidden") && marking.counts().hidden > 0;
  if (!wanted.length && !words.length && !terms.length && !hiding) return null;
  return (item) => {
    const prompt = tileOf(item)?.prompt.toLowerCase() ?? "";
    const opinion = marking.of(item);
    return (
      !(hiding && opinion.hidden) &&
      terms.every((holds) => item.shown !== null && holds(opinion)) &&
      wanted.every((field) => field.of(item).includes(chosen[field.key])) &&
      words.every((word) => prompt.includes(word))
    );
  };
}

function title(name) {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
}

const order = new Intl.Collator("en", { numeric: true });
const compare = (one, other) => order.compare(one, other);
