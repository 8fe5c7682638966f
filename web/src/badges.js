/** What is thought of a tile, in the few signs that fit on it. */

const STAR = "\u2605";
const NOTE = "\u270e";
const HIDDEN = "\u2298";

const short = (score) => score.toLocaleString("en", { maximumFractionDigits: 1 });

/** Signs of an opinion; empty where there is none. */
export function signs({ star, hidden, score, notes }) {
  return [star ? STAR : "", hidden ? HIDDEN : "", score === null ? "" : short(score), notes.length ? NOTE : ""].filter(Boolean).join(" ");
}

/** The same in words. */
export function inWords({ star, hidden, score, notes }) {
  const said = [star ? "starred" : "", hidden ? "hidden" : "", score === null ? "" : `scored ${short(score)}`, notes.length ? "noted" : ""];
  return said.filter(Boolean).join(", ");
}
