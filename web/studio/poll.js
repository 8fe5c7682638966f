/** Work that is done again and again, while somebody looks. */

import { Problem } from "./api.js";

const SLOWEST = 15000;
/** Milliseconds between two tries while nothing answers. */

/**
 * @param {() => Promise<number>} work until the next turn, in milliseconds
 * @param {number} pause the same after one that fails; longer after each that does
 * @param {(problem: Problem | null) => void} told how each turn ended
 */
export function repeat(work, pause, told) {
  let on = false;
  let busy = false;
  let again = false;
  let failures = 0;
  let timer = 0;

  async function turn() {
    clearTimeout(timer);
    if (!on || document.hidden) return;
    again = busy;
    if (busy) return;
    busy = true;
    let rest = 0;
    try {
      rest = await work();
      failures = 0;
      told(null);
    } catch (error) {
      if (!(error instanceof Problem)) reportError(error);
      else told(error);
      failures += 1;
      rest = Math.min(SLOWEST, pause * 2 ** failures);
    }
    busy = false;
    if (on) timer = setTimeout(turn, again ? 0 : rest);
  }

  document.addEventListener("visibilitychange", turn);
  return {
    start() {
      on = true;
      turn();
    },
    stop() {
      on = false;
      clearTimeout(timer);
    },
    now: turn,
  };
}
