/**
 * Near duplicates: tiles whose difference hashes differ in a few of 64 bits. In a list one of them
 * stands for the others, which are shown on demand.
 */

import { h } from "./dom.js";

/**
 * The group of each tile: the index of the first tile that it differs from in at most `most` bits.
 * Tiles are compared with the first of each group only, so that no group drifts away from it.
 * @param {any[]} records of tiles
 * @param {number} most
 * @returns {Int32Array} by index
 */
export function groups(records, most) {
  const high = new Int32Array(records.length);
  const low = new Int32Array(records.length);
  const found = Int32Array.from({ length: records.length }, (_, index) => index);
  const firsts = [];
  records.forEach(({ dhash }, index) => {
    if (!dhash) return;
    high[index] = parseInt(dhash.slice(0, 8), 16);
    low[index] = parseInt(dhash.slice(8), 16);
    for (const first of firsts) {
      if (bits(high[first] ^ high[index]) + bits(low[first] ^ low[index]) <= most) {
        found[index] = first;
        return;
      }
    }
    firsts.push(index);
  });
  return found;
}

/** How many bits of 32 are set. */
function bits(word) {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Whether a collage knows its tiles' hashes; older ones do not. */
export const hashed = (collage) => collage.manifest.tiles.some((record) => record.dhash);

/**
 * Folds near duplicates in lists of items.
 * @param {ReturnType<import("./collage.js").read>} collage
 * @param {ReturnType<import("./marking.js").makeMarking>} marking
 */
export function folder(collage, marking) {
  /** Groups of which all are shown. */
  const opened = new Set();
  let grouped = { most: -1, of: null };
  /** How many others each item of the last list stands for. */
  const others = new Map();

  function groupOf(most) {
    if (grouped.most !== most) grouped = { most, of: groups(collage.manifest.tiles, most) };
    return grouped.of;
  }

  /** The best of them by stars and scores, else the first. */
  function best(items) {
    const worth = (item) => (marking.of(item).star ? 10 : 0) + (marking.of(item).score ?? 0);
    return items.reduce((one, other) => (worth(other) > worth(one) ? other : one));
  }

  return {
    /**
     * The items that are shown of some, where those that differ in at most `near` bits are near
     * duplicates; all of them where it is null.
     */
    shown(items, near) {
      if (near === null) {
        others.clear();
        return items;
      }
      const of = groupOf(near);
      const sets = new Map();
      for (const item of items) {
        const group = of[item.planned.index];
        if (!sets.has(group)) sets.set(group, []);
        sets.get(group).push(item);
      }
      return [...sets].flatMap(([group, those]) => {
        const first = best(those);
        those.forEach((item) => others.delete(item));
        if (those.length === 1) return those;
        others.set(first, { group, count: those.length - 1 });
        return opened.has(group) ? [first, ...those.filter((item) => item !== first)] : [first];
      });
    },
    /** A button that shows the near duplicates of an item, or folds them; null where there are none. */
    more(item, changed) {
      const stands = others.get(item);
      if (!stands) return null;
      const { group, count } = stands;
      const toggle = () => {
        if (!opened.delete(group)) opened.add(group);
        changed();
      };
      const text = opened.has(group) ? "fold" : `+ ${count.toLocaleString("en")} like it`;
      return h("button", { type: "button", class: "like", "aria-expanded": String(opened.has(group)), onclick: toggle }, text);
    },
  };
}
