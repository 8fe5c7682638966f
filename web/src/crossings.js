/** Which tiles stand where in a table, and how they were scored. */

import { mean } from "./choices.js";

/**
 * @typedef {object} Axes
 * @property {import("./fields.js").Field} [rows]
 * @property {import("./fields.js").Field} [cols]
 * @property {import("./fields.js").Field} [down] of the blocks below each other
 * @property {import("./fields.js").Field} [across] of the blocks beside each other
 *
 * @typedef {[string, string]} Line a block's value, and the value of a row or column in it
 */

const SEPARATOR = "\u0000";

/** The name of a crossing. @param {Line} row @param {Line} col */
export const crossingOf = (row, col) => [...row, ...col].join(SEPARATOR);

/**
 * @param {import("./collage.js").Item[]} items
 * @param {Axes} axes
 */
export function crossings(items, { rows, cols, down, across }) {
  /** @type {Map<string, import("./collage.js").Item[]>} */
  const found = new Map();
  const there = { rows: new Set(), cols: new Set() };
  for (const item of items) {
    for (const row of lines(item, down, rows)) {
      there.rows.add(row.join(SEPARATOR));
      for (const col of lines(item, across, cols)) {
        there.cols.add(col.join(SEPARATOR));
        const at = crossingOf(row, col);
        if (!found.has(at)) found.set(at, []);
        found.get(at).push(item);
      }
    }
  }
  return {
    rows: inOrder(there.rows, down, rows),
    cols: inOrder(there.cols, across, cols),
    /** @param {Line} row @param {Line} col */
    at: (row, col) => found.get(crossingOf(row, col)) ?? [],
    /** How many stand at the fullest one. */
    most: Math.max(0, ...[...found.values()].map((those) => those.length)),
  };
}

/** @returns {Line[]} those that an item stands in */
function lines(item, block, field) {
  const inner = field ? field.of(item) : [""];
  return (block ? block.of(item) : [""]).flatMap((one) => inner.map((other) => [one, other]));
}

/** @returns {Line[]} those there are, by the order of the fields' values */
function inOrder(there, block, field) {
  const all = (block?.values ?? [""]).flatMap((one) => (field?.values ?? [""]).map((other) => [one, other]));
  return all.filter((line) => there.has(line.join(SEPARATOR)));
}

/** The mean of the scores that tiles have; null where none has one. */
export function meanScore(items, marking) {
  return mean(items.map((item) => marking.of(item).score).filter((score) => score !== null));
}
