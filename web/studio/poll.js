/** Work that is done again and again, while somebody looks. */

import { Problem } from "./api.js";

const SLOWEST = 15000;
/** Milliseconds between two tries while nothing answers. */

/**
 * @param {() => Promise<void>} work
 * @param {number} pause milliseconds between two turns; longer after each that fails
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
    try {
      await work();
      failures = 0;
      told(null);
    } catch (error) {
      if (!(error instanceof Problem)) reportError(error);
      else told(error);
      failures += 1;
    }
    busy = false;
    if (on) timer = setTimeout(turn, again ? 0 : Math.min(SLOWEST, pause * 2 ** failures));
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
