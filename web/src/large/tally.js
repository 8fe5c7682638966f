/** Counts of the cells of a large collage by the values of one field, or of two. */

import { isShown, opinions, placeIn, scan, standing } from "./scan.js";

const MISSING = ["refused", "failed"];

/**
 * What is counted of the cells that have a value, or two.
 * @typedef {{cells: number, missing: number, starred: number, scored: number, score: number | null}} Count
 *
 * @typedef {object} Tally
 * @property {number[]} rows places of the values of the first field that cells have
 * @property {number[]} cols places of the values of the second one; of none that of nothing
 * @property {(row: number, col: number) => Count} at
 * @property {string[]} unread files that could not be read, whose cells are not counted
 */

/** What can be asked for of a table, in words. */
export const MEASURES = [
  ["cells", "Cells"],
  ["missing", "Missing"],
  ["starred", "Starred"],
  ["score", "Mean score"],
];

/** A measure of a count, from 0: of what befell some of its cells their share; null where it says nothing. */
export function weight(count, measure) {
  if (measure === "cells") return count.cells;
  if (measure === "score") return count.score === null ? null : (count.score - 1) / 4;
  return count[measure] / count.cells;
}

/**
 * Count.
 * @param {ReturnType<import("./collage.js").readLarge>} collage
 * @param {ReturnType<import("../marking.js").makeMarking>} marking
 * @param {{rows: {key: string, values: string[]}, cols: {key: string, values: string[]} | null}} axes
 * @param {Uint8Array | null} found 1 where a cell counts; null where all do
 * @param {import("./scan.js").Way} way
 * @returns {Promise<Tally | null>} null where it does not go on
 */
export async function tally({ index, columns }, marking, { rows, cols }, found, way) {
  const [height, width] = [rows.values.length, cols?.values.length ?? 1];
  const [cells, missing, starred, scored] = Array.from({ length: 4 }, () => new Uint32Array(height * width));
  const scores = new Float64Array(height * width);
  const down = standing(index, rows);
  const across = cols && standing(index, cols);
  const gone = index.fields.find(({ key }) => key === "state").values.map((state) => MISSING.includes(state));
  const thinks = marking.all().size > 0;
  const thought = opinions(marking);

  const look = (chunk, keys) => {
    const reads = down.map((one) => placeIn(one, chunk));
    const others = across?.map((one) => placeIn(one, chunk)) ?? [() => 0];
    const of = thinks ? thought(keys) : null;
    const states = chunk.columns.state;
    return (i, position) => {
      if (found && !found[position]) return;
      const opinion = of && isShown(keys, i) ? of(i) : null;
      reads.forEach((read, nth) => {
        const row = read(i);
        // A style in both places of a tile is one style of it.
        if (row < 0 || repeats(reads, nth, row, i)) return;
        others.forEach((other, second) => {
          const col = other(i);
          if (col < 0 || repeats(others, second, col, i)) return;
          const at = row * width + col;
          cells[at] += 1;
          if (gone[states[i] - 1]) missing[at] += 1;
          if (!opinion) return;
          if (opinion.star) starred[at] += 1;
          if (opinion.score === null) return;
          scored[at] += 1;
          scores[at] += opinion.score;
        });
      });
    };
  };

  const unread = await scan(columns, { columns: true, keys: thinks }, look, way);
  if (!unread) return null;
  const [allRows, allCols] = [height, width].map((count) => Array.from({ length: count }, (_, place) => place));
  return {
    rows: allRows.filter((row) => allCols.some((col) => cells[row * width + col])),
    cols: allCols.filter((col) => allRows.some((row) => cells[row * width + col])),
    at(row, col) {
      const at = row * width + col;
      return {
        cells: cells[at],
        missing: missing[at],
        starred: starred[at],
        scored: scored[at],
        score: scored[at] ? scores[at] / scored[at] : null,
      };
    },
    unread,
  };
}

/** Whether an earlier one of some readings gives the same place. */
function repeats(reads, nth, place, i) {
  for (let before = 0; before < nth; before += 1) if (reads[before](i) === place) return true;
  return false;
}
