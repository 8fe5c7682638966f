/** The choices on this page: what they come to, whose hand is at it, the last change undone. */

import { changed, merged, NOTHING, parse, takenTogether, written } from "./choices.js";

const REMEMBERED = 100;
/** Changes that can be undone. */

/**
 * @param {ReturnType<import("./collage.js").read>} collage
 * @param {import("./local_choices.js").Keeper} keeper where they are kept
 */
export function makeMarking(collage, keeper) {
  const { id } = collage.manifest;
  /** @type {import("./choices.js").People} */
  let people = new Map();
  let together = new Map();
  let counts = {};
  let problem = "";
  const past = [];
  const listeners = [];

  function take(now) {
    people = now;
    together = takenTogether(people);
    const those = [...together].filter(([key]) => collage.keys?.has(key) ?? true).map(([, tile]) => tile);
    const count = (holds) => those.filter(holds).length;
    counts = {
      starred: count((tile) => tile.star),
      hidden: count((tile) => tile.hidden),
      scored: count((tile) => tile.score !== null),
      noted: count((tile) => tile.notes.length > 0),
    };
    listeners.forEach((listener) => listener());
  }

  const own = (key) => people.get(keeper.person())?.get(key) ?? {};

  /** @param {Map<string, import("./choices.js").Change>} changes by the keys of tiles */
  function change(changes) {
    const now = changed(people, keeper.person(), changes, Date.now());
    keeper.save(now, changes);
    take(now);
  }

  keeper.heard({
    people: take,
    problem(text) {
      problem = text;
      listeners.forEach((listener) => listener());
    },
  });

  return {
    /** What is thought of tiles, by their keys. */
    all: () => together,
    /** What is thought of the tile that an item shows. */
    of: (item) => (item.shown && together.get(item.shown.key)) || NOTHING,
    /** What the person at this page thinks of it. */
    own: (item) => (item.shown ? own(item.shown.key) : {}),
    /**
     * Change what the person at this page thinks of tiles.
     * @param {import("./collage.js").Item[]} items with a picture
     * @param {import("./choices.js").Change} what
     */
    set(items, what) {
      const keys = [...new Set(items.map((item) => item.shown.key))];
      const before = (key) => Object.fromEntries(Object.keys(what).map((name) => [name, own(key)[name] ?? null]));
      past.push(new Map(keys.map((key) => [key, before(key)])));
      past.splice(0, past.length - REMEMBERED);
      change(new Map(keys.map((key) => [key, what])));
    },
    /** Take back the last change that was made here; the keys of its tiles, or null. */
    undo() {
      const last = past.pop();
      if (last) change(last);
      return last ? [...last.keys()] : null;
    },
    undoable: () => past.length > 0,
    /** How many tiles of the collage are starred, hidden, scored, noted. */
    counts: () => counts,
    people: () => people,
    person: keeper.person,
    /** Give the person at this page another name. */
    rename: (name) => take(keeper.rename(people, name)),
    /** The file of all choices, as text. */
    async file() {
      await keeper.settle();
      return `${JSON.stringify(written(people, id), null, 1)}\n`;
    },
    /**
     * Merge a file of choices; the people in it.
     * @param {string} text
     * @throws {import("./choices.js").UnreadableChoices}
     */
    async merge(text) {
      const others = parse(json(text), id);
      const now = merged(people, others);
      await keeper.merge(now, others);
      take(now);
      return [...others.keys()];
    },
    /** Why choices are not kept; empty where they are. */
    problem: () => problem,
    /** Try again to keep what could not be kept, where that is of use. */
    retry: keeper.retry,
    on: (listener) => listeners.push(listener),
    load: () => keeper.load(),
  };
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
