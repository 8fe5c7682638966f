/** The manifest as the page uses it: cells, tiles, where their pictures are, and words for them. */

import { address } from "./copy.js";

/**
 * What can be looked at: a cell of the grid, or a tile on its own.
 * @typedef {object} Item
 * @property {number | null} position the cell's, row by row
 * @property {string} state
 * @property {string[]} states it is found by
 * @property {any} shown the record of the tile whose picture it is; null where there is none
 * @property {any} planned the record of the tile that was to be there; null in an empty cell
 */

export const STATES = {
  done: "made for this collage",
  reused: "there already, made for another collage",
  replaced: "another draw in place of a refused one",
  refused: "the provider refused it",
  failed: "it could not be made",
  repeated: "a picture that another cell has too",
  empty: "nothing was planned for it",
};

/** Where nothing is known of a cell yet: of a large collage it is read as it is looked at. */
export const UNREAD = "unread";

const MISSING = ["refused", "failed"];

/** @param {any} manifest */
export function read(manifest) {
  const { tiles, geometry } = manifest;
  const cols = geometry.cols;
  /** @type {Item[]} */
  const cells = new Array(manifest.cells.length);
  /** @type {(Item | null)[]} the first cell of each tile */
  const homes = new Array(tiles.length).fill(null);
  const repeated = new Set();
  for (const cell of manifest.cells) {
    const position = cell.row * cols + cell.col;
    const item = {
      position,
      state: cell.state,
      states: [cell.state],
      shown: tiles[cell.tile] ?? null,
      planned: tiles[cell.planned] ?? tiles[cell.tile] ?? null,
    };
    cells[position] = item;
    if (cell.state === "repeated") repeated.add(cell.tile);
    if (item.shown && !(homes[cell.tile]?.position < position)) homes[cell.tile] = item;
  }
  /** @type {Item[]} */
  const alone = tiles.map((record, index) => ({
    position: MISSING.includes(record.state) ? null : homes[index]?.position ?? null,
    state: record.state,
    states: repeated.has(index) ? [record.state, "repeated"] : [record.state],
    shown: MISSING.includes(record.state) ? null : record,
    planned: record,
  }));
  return {
    ...common(manifest),
    large: false,
    cells,
    tiles: alone,
    tileCount: tiles.length,
    pictured: alone.filter((item) => item.shown).length,
    widest: Math.max(1, ...alone.map((item) => item.planned.tile.size[0])),
    named: new Set(tiles.flatMap((record) => Object.keys(record.axes ?? {}))),
    engines: [...new Set(tiles.map((record) => `${record.tile.engine}, ${record.tile.model}`))],
    /** The keys of tiles that are shown; null where they are not known. */
    keys: new Set(alone.filter((item) => item.shown).map((item) => item.shown.key)),
    /** The cell at a position; null where there is none. */
    cellAt: (position) => cells[position] ?? null,
    /** Hear that more is known of cells than before, as where they are read as they are looked at. */
    heard() {},
    /** Say which cells somebody looks at, so that they are read. */
    want() {},
  };
}

/** What a collage is to the page, whether all of it was read or not. */
export function common(manifest) {
  const { files, geometry } = manifest;
  const folder = files.tiles ?? "../../tiles";
  return {
    manifest,
    geometry,
    rows: geometry.rows,
    cols: geometry.cols,
    /** The address of a tile's picture, as it was made. */
    picture: (record) => address(`${folder}/${record.key}.png`),
    /** The address of the source that a tile goes back to; null where there is none. */
    source: (record) => known(record.source ? files.sources?.[record.source] : files.source),
    mask: (record) => known(record.tile.mask && files.masks[record.tile.mask]),
  };
}

const known = (file) => (file ? address(file) : null);

/** The tile that an item shows, or was to show; null in an empty cell. */
export const tileOf = (item) => (item.shown ?? item.planned)?.tile ?? null;

const nothing = (item) => (item.state === UNREAD ? "A cell that is not read yet" : "An empty cell");

/** What the mask of a tile's record is called; null where it has none. */
export const maskOf = (record) => record?.mask ?? record?.tile.mask ?? null;

/**
 * What an item is, in a few words: its styles and its mask.
 * @param {Item} item
 * @param {string[]} [said] what the headings over it say already
 */
export function caption(item, said = []) {
  const tile = tileOf(item);
  if (!tile) return nothing(item);
  const styles = tile.styles.filter((style) => !said.includes(style)).join(" + ");
  const words = tile.styles.length ? styles : tile.prompt || tile.operation;
  const mask = maskOf(item.shown ?? item.planned);
  const named = [mask, (item.shown ?? item.planned).source].filter((name) => !said.includes(name));
  return [words, ...named].filter(Boolean).join(", ");
}

/** What a picture shows, for those who do not see it. */
export function alt(item) {
  const tile = tileOf(item);
  if (!tile) return nothing(item);
  const mask = tile.mask ? `, repainted: ${maskOf(item.shown ?? item.planned)}` : "";
  const state = ["done", "reused"].includes(item.state) ? "" : ` (${item.state})`;
  return `${tile.prompt || tile.operation}${mask}${state}`;
}

/** Why a cell does not show what was planned; null where it does. */
export function reason(item) {
  const { planned } = item;
  if (!["refused", "failed", "replaced"].includes(item.state)) return null;
  if (!planned.message) return planned.error;
  return planned.error?.toLowerCase() === item.state ? planned.message : `${planned.error}: ${planned.message}`;
}

export const isMissing = (item) => MISSING.includes(item.state);

export const money = (usd) =>
  usd ? usd.toLocaleString("en", { style: "currency", currency: "USD", maximumFractionDigits: 4 }) : "no charge";
