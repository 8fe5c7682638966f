/** The terms of `only`, by which tiles are chosen: the same words as everywhere in the pack. */

const WORDS = {
  starred: (opinion) => opinion.star,
  hidden: (opinion) => opinion.hidden,
  noted: (opinion) => opinion.notes.length > 0,
  unscored: (opinion) => opinion.score === null,
};
const SCORE = /^score(>=|=)(\d+(?:\.\d+)?)$/;

/** Fields that every tile has; beside them a term may name an axis of the matrix. */
const FIELDS = ["style", "source", "mask", "engine", "model", "operation", "state", "seed"];
const STATES = ["done", "reused", "replaced"];
/** Of the states, those of tiles that there is a picture of. */

/** Whether a text is a term about what is thought of a tile. */
export const isTerm = (text) => Object.hasOwn(WORDS, text) || SCORE.test(text);

/**
 * What a term means.
 * @param {string} term
 * @returns {(opinion: import("./choices.js").Together) => boolean}
 */
export function meaning(term) {
  if (Object.hasOwn(WORDS, term)) return WORDS[term];
  const [, sign, number] = SCORE.exec(term);
  const score = Number(number);
  return (opinion) => opinion.score !== null && (sign === "=" ? opinion.score === score : opinion.score >= score);
}

/**
 * The terms that select what is found now. What they cannot say, such as words of the prompt, is said
 * by the cells that were found.
 * @param {import("./state.js").Choice} choice
 * @param {import("./collage.js").Item[]} found
 * @param {ReturnType<import("./collage.js").read>} collage
 * @returns {string[]}
 */
export function only({ chosen, find, marks }, found, collage) {
  const wanted = Object.entries(chosen).filter(([, value]) => value);
  const sayable = ([name, value]) =>
    (FIELDS.includes(name) || (collage.named.has(name) && /^[a-z0-9_]+$/.test(name))) && (name !== "state" || STATES.includes(value));
  if (!find && wanted.every(sayable)) return [...marks, ...wanted.map(([name, value]) => `${name}=${value}`)];
  const cells = found.filter((item) => item.shown && item.position !== null);
  const named = cells.map(({ position }) => `${Math.floor(position / collage.cols)}:${position % collage.cols}`);
  return [...marks.filter((term) => term === "hidden"), `cells=${named.join(" ")}`];
}
