/** Which tiles of a running collage have ended: asked page by page, each until all of it has. */

import { get } from "./api.js";

const PAGE = 100;
const OTHERS = 3;
/** Pages behind the first open one that are looked at in their turn. */

/** @param {string} id of a collage */
export function endedTiles(id) {
  const told = new Set();
  const full = new Set();
  let last = -1;
  let due = 0;
  let turn = 0;

  async function read(page, found) {
    const { items } = await get(`/collages/${id}/tiles?limit=${PAGE}&after=${page * PAGE}`);
    const ended = items.filter((tile) => tile.state !== "pending");
    if (ended.length === items.length && items.length) full.add(page);
    for (const tile of ended) {
      if (!told.has(tile.index)) found.push(tile);
      told.add(tile.index);
    }
  }

  /**
   * The tiles that have ended since they were last asked for.
   * @param {{total: number | null, done: number, failed: number, refused: number}} counts
   * @returns {Promise<any[]>}
   */
  return async function more({ total, done, failed, refused }) {
    if (!total) return [];
    const open = [];
    for (let page = 0; page * PAGE < total; page += 1) if (!full.has(page)) open.push(page);
    const ended = done + failed + refused;
    if (ended !== last) due = Math.min(open.length, OTHERS + 1);
    last = ended;
    if (!open.length || !due) return [];
    due -= 1;
    turn += 1;
    const found = [];
    // They end roughly in their order: the first open page, and of the next ones each in its turn.
    await read(open[0], found);
    const others = open.slice(1, OTHERS + 1);
    if (others.length) await read(others[turn % others.length], found);
    return found;
  };
}
