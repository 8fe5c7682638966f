/** Going through the cells of a large collage: a chunk after the other, and never long at a time. */

import { NOTHING } from "../choices.js";
import { pause } from "../dom.js";
import { KEY_BYTES } from "./columns.js";

const SLICE = 8;
/** Milliseconds of looking, after which the page may do something else. */
const STRIDE = 256;
/** Cells that are looked at between two looks at the clock. */
const AHEAD = 3;
/** Chunks that are read while one is looked through. */

/**
 * Whether it goes on, and what is told how far it is.
 * @typedef {{goesOn: () => boolean, told?: (share: number) => void}} Way
 */

/**
 * Do something for each cell.
 * @param {ReturnType<import("./columns.js").columns>} columns
 * @param {{columns: boolean, keys: boolean}} what is read of the cells
 * @param {(chunk: import("./columns.js").Chunk, keys: import("./columns.js").Keys) => (i: number, position: number) => void} begin
 *     what is done for each cell of a chunk, by its place there and in the collage
 * @param {Way} way
 * @returns {Promise<string[] | null>} files that could not be read, whose cells are left out; null where it
 *     does not go on
 */
export async function scan(columns, what, begin, { goesOn, told = () => {} }) {
  const parts = (number) => Promise.all([what.columns && columns.chunk(number), what.keys && columns.keys(number)]);
  const unread = [];
  // Many chunks that are there already may be looked through in one slice.
  let until = performance.now() + SLICE;
  for (let number = 0; number < columns.count; number += 1) {
    // What goes wrong with those ahead is told when it is their turn.
    for (let next = number + 1; next < Math.min(columns.count, number + 1 + AHEAD); next += 1) parts(next).catch(() => {});
    let there;
    try {
      there = await parts(number);
    } catch (error) {
      unread.push(error.message);
      continue;
    }
    if (!goesOn()) return null;
    const act = begin(...there);
    const first = columns.first(number);
    const count = columns.size(number);
    for (let i = 0; i < count; i += 1) {
      if (i % STRIDE === 0 && performance.now() >= until) {
        await pause();
        if (!goesOn()) return null;
        until = performance.now() + SLICE;
      }
      act(i, first + i);
    }
    told((number + 1) / columns.count);
  }
  // What comes of it has a slice of its own.
  await pause();
  return goesOn() ? unread : null;
}

/** Whether a cell shows a tile. @param {import("./columns.js").Keys} keys */
export const isShown = ({ keys }, i) => keyAt(keys, i) !== 0;

/**
 * What is thought of the tiles that cells show, by the first bytes of their keys.
 * @param {ReturnType<import("../marking.js").makeMarking>} marking
 * @returns {(keys: import("./columns.js").Keys) => (i: number) => import("../choices.js").Together}
 */
export function opinions(marking) {
  const known = new Map([...marking.all()].map(([key, opinion]) => [parseInt(key.slice(0, 2 * KEY_BYTES), 16), opinion]));
  return ({ keys }) => (i) => known.get(keyAt(keys, i)) ?? NOTHING;
}

/** A number of the first bytes of a key; 0 where no tile is shown. */
const keyAt = (keys, i) => keys.getUint32(i * KEY_BYTES) * 0x10000 + keys.getUint16(i * KEY_BYTES + 4);

/**
 * Where the values of a field stand, of styles in any place.
 * @param {any} index of the head
 * @param {{key: string, values: string[]}} field
 * @returns {{key: string, constant: boolean, places: Int32Array}[]} the columns, and by the numbers in them the
 *     places of values among those of the field; -1 is none
 */
export function standing(index, field) {
  const those = index.fields.filter(({ key }) => key === field.key || (field.key === "style" && key.startsWith("style-")));
  const at = new Map(field.values.map((value, place) => [value, place]));
  return those.map(({ key, values, bytes }) => ({
    key,
    // Where all cells have the same, there is no column.
    constant: !bytes,
    places: Int32Array.from([-1, ...values.map((value) => at.get(value) ?? -1)]),
  }));
}

/** What tells the place of a cell's value in one column. */
export const placeIn = ({ key, constant, places }, chunk) => {
  if (constant) return () => places[1];
  const column = chunk.columns[key];
  return (i) => places[column[i]];
};

/** The positions at which a cell was found; of all cells for null. @param {Uint8Array | null} found */
export function positions(found, count) {
  const all = new Uint32Array(count);
  let at = 0;
  for (let i = 0; i < count; i += 1) if (!found || found[i]) all[at++] = i;
  return all.slice(0, at);
}
