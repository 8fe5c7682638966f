/** The cells of a large collage, read in blocks as they are looked at. */

import { UNREAD } from "../collage.js";

const AT_ONCE = 4;
/** Blocks that are read together. */
const KEPT = 64;
/** Blocks that are kept: some 200 kB each. */
const REST = 100;
/** Milliseconds that somebody looks at cells before they are read: what only passes by is not. */

/**
 * @param {any} index of the head
 * @param {{rows: number, cols: number}} grid
 * @param {(name: string) => Promise<any>} read
 */
export function blocks({ side }, { rows, cols }, read) {
  const across = Math.ceil(cols / side);
  /** @type {Map<number, (place: number) => any>} those that are there, the longest unused first */
  const there = new Map();
  const reading = new Set();
  /** @type {Map<number, string>} why some are not there */
  const failed = new Map();
  /** @type {Map<string, Set<number>>} blocks that are looked at, by who looks */
  const looked = new Map();
  const listeners = [];
  let timer;

  const tell = () => listeners.forEach((listener) => listener());

  const blockOf = (position) => Math.floor(Math.floor(position / cols) / side) * across + Math.floor((position % cols) / side);

  /** The place of a cell within its block. */
  function placeOf(position) {
    const [row, col] = [Math.floor(position / cols), position % cols];
    const wide = Math.min(side, cols - Math.floor(col / side) * side);
    return (row % side) * wide + (col % side);
  }

  const wanted = () => [...new Set([...looked.values()].flatMap((those) => [...those]))];

  function pump() {
    for (const number of wanted()) {
      if (reading.size >= AT_ONCE) return;
      if (!there.has(number) && !reading.has(number) && !failed.has(number)) load(number);
    }
  }

  async function load(number) {
    reading.add(number);
    try {
      const said = await read(String(number));
      there.set(number, cellsOf(said));
    } catch (error) {
      failed.set(number, error.message);
    }
    reading.delete(number);
    const now = wanted();
    for (const old of there.keys()) if (there.size > KEPT && !now.includes(old)) there.delete(old);
    tell();
    pump();
  }

  return {
    /** The cell at a position, of which nothing is known until it is read; null where there is none. */
    cellAt(given) {
      const position = Number(given);
      if (!(position >= 0 && position < rows * cols)) return null;
      const number = blockOf(position);
      const cells = there.get(number);
      if (!cells) return { position, state: UNREAD, states: [], shown: null, planned: null };
      there.delete(number);
      there.set(number, cells);
      return { position, ...cells(placeOf(position)) };
    },
    /** Say at which cells somebody looks now. @param {string} who @param {number[]} positions */
    want(who, positions) {
      const before = looked.get(who) ?? new Set();
      const now = new Set(positions.map(blockOf));
      looked.set(who, now);
      if (now.size === before.size && [...now].every((number) => before.has(number))) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        pump();
        // Others are looked at: what could not be read may be among them, or no longer.
        if (failed.size) tell();
      }, REST);
    },
    /** Files that could not be read, of those that are looked at. */
    failed: () => wanted().filter((number) => failed.has(number)).map((number) => failed.get(number)),
    /** Read them again. */
    retry() {
      failed.clear();
      pump();
    },
    heard: (listener) => listeners.push(listener),
  };
}

/** What a block says of each place in it. */
function cellsOf({ count, cells, tiles }) {
  const records = new Array(count);
  const recordAt = (place) => (place === null ? null : (records[place] ??= recordOf(tiles, place)));
  return (place) => {
    const [state, shown, planned] = [cells.state, cells.shown, cells.planned].map((column) => at(column, place));
    return { state, states: [state], shown: recordAt(shown), planned: recordAt(planned ?? shown) };
  };
}

/** What a column has at a place: what all have, one of a few, or its own. */
function at(column, place) {
  if (column.which) return column.values[column.which[place]];
  return column.each ? column.each[place] : column.all;
}

/** A tile's record, as the manifest would have it. */
function recordOf(tiles, place) {
  const record = { tile: {} };
  for (const [name, column] of Object.entries(tiles)) {
    if (name.startsWith("tile.")) record.tile[name.slice(5)] = at(column, place);
    else record[name] = at(column, place);
  }
  return record;
}
