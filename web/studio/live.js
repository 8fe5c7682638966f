/** A collage that is followed: what has changed since it was last asked, and when to ask again. */

import { changed } from "./api.js";

/**
 * @typedef {object} News
 * @property {any | null} collage where it stands, as the API says; null where nothing has changed
 * @property {any[]} tiles that have ended and were not told of before
 * @property {number | null} rest milliseconds until it is worth asking again; null once its run has ended
 */

/**
 * @param {string} id of a collage
 * @returns {() => Promise<News>} asks what is new since it last did
 */
export function followed(id) {
  let after = null;
  let tag = null;

  return async function news() {
    const since = after === null ? "" : `?after=${after}`;
    const answer = await changed(`/collages/${id}/events${since}`, tag);
    if (answer.said !== null) after = answer.said.next;
    tag = answer.tag;
    const rest = answer.seconds === null ? null : answer.seconds * 1000;
    return { collage: answer.said?.collage ?? null, tiles: answer.said?.tiles ?? [], rest };
  };
}
