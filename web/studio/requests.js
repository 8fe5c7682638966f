/** What was asked for each collage; it never changes, and is asked a few at a time. */

import { Problem, get } from "./api.js";

const AT_ONCE = 3;

const known = new Map();
const waiting = [];
let busy = 0;

/**
 * @param {string} id of a collage
 * @returns {Promise<any | null>} the request; null where there is none
 */
export function requestOf(id) {
  if (!known.has(id)) known.set(id, new Promise((resolve) => waiting.push({ id, resolve })));
  next();
  return known.get(id);
}

async function next() {
  if (busy >= AT_ONCE || !waiting.length) return;
  busy += 1;
  const { id, resolve } = waiting.shift();
  try {
    resolve(await get(`/collages/${id}/request`));
  } catch (error) {
    if (!(error instanceof Problem)) reportError(error);
    // Where it cannot be had now it may be later.
    else if (error.passing) known.delete(id);
    resolve(null);
  }
  busy -= 1;
  next();
}
