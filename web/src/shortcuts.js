/** Keys that mark the tile in hand: the one with the focus, else the one that is looked at. */

import { announce } from "./dom.js";
import { caption } from "./collage.js";

/**
 * What a key does to a tile; null where it means nothing.
 * @param {string} key
 * @param {import("./choices.js").Choice} own what the person at this page thinks of it
 * @returns {import("./choices.js").Change | null}
 */
export function markOf(key, own) {
  if (key === "s") return { star: !own.star };
  if (key === "h") return { hidden: !own.hidden };
  if (/^[1-5]$/.test(key)) return { score: Number(key) };
  if (key === "0" && own.score) return { score: null };
  return null;
}

/** What was marked, in words. */
export function marked(change, item) {
  const words = {
    star: change.star ? "starred" : "no longer starred",
    hidden: change.hidden ? "hidden" : "no longer hidden",
    score: change.score ? `scored ${change.score}` : "no longer scored",
  };
  return `${caption(item)}: ${words[Object.keys(change)[0]]}`;
}

/**
 * @param {ReturnType<import("./marking.js").makeMarking>} marking
 * @param {{inHand: () => import("./collage.js").Item | null, write: () => void, undo: () => void,
 *     toggle: (item: any) => void, look: () => void}} act what is done by the other keys
 */
export function shortcuts(marking, act) {
  addEventListener(
    "keydown",
    (event) => {
      if (event.target.closest?.("input, select, textarea, dialog") || event.altKey) return;
      const undoing = event.key === "u" || ((event.ctrlKey || event.metaKey) && event.key === "z");
      if ((event.ctrlKey || event.metaKey) && !undoing) return;
      const item = act.inHand();
      const change = item?.shown ? markOf(event.key, marking.own(item)) : null;
      if (undoing) act.undo();
      else if (change) {
        marking.set([item], change);
        announce(marked(change, item));
      } else if (event.key === "n" && item?.shown) act.write();
      else if (event.key === "c" && item?.shown) act.toggle(item);
      else if (event.key === "b") act.look();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    // Before the grid of cells, for which 0 shows all: it does where there is no score to clear.
    { capture: true },
  );
}
