/** The cells of a large collage in colours: by a field, by what became of them, or by their scores. */

import { isShown, opinions, placeIn, scan, standing } from "./scan.js";

export const SCORE = "score";
const FEW = 2000;
/** Cells of a rare value. */
const CLEAR = null;
/** The colour of what is not coloured: its picture is seen. */

/** Colours that are told apart on any picture, by day and by night, also by who sees few of them. */
const APART = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#7b4fa3", "#8c564b", "#8a8a8a"];
/** From little to much, evenly bright to look at. */
const STEPS = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];

const STATES = {
  done: CLEAR,
  reused: "#0072b2",
  replaced: "#cc79a7",
  refused: "#e69f00",
  failed: "#d62728",
  repeated: "#8a8a8a",
  empty: "#f0e442",
};

/**
 * The fields that cells can be coloured by: a style that stands in one of several places has no colour of its own.
 * @param {any} index of the head
 * @param {import("../fields.js").Field[]} fields
 */
export const colourable = (index, fields) => fields.filter((field) => standing(index, field).length === 1);

/**
 * What the cells are coloured by.
 * @typedef {object} Colouring
 * @property {string} label
 * @property {{value: string, colour: string | null, term: [string, string] | null}[]} values with the colour of each,
 *     and by which choice its cells are found
 * @property {boolean} dotted whether cells of rare values are to be seen where they are too small for it
 * @property {Uint16Array} numbers that of each cell's value, and one; 0 is none
 * @property {string[]} unread files that could not be read, whose cells have no colour
 */

/**
 * Read what cells are coloured by.
 * @param {ReturnType<import("./collage.js").readLarge>} collage
 * @param {ReturnType<import("../marking.js").makeMarking>} marking
 * @param {import("../fields.js").Field | null} field null for scores
 * @param {import("./scan.js").Way} way
 * @returns {Promise<Colouring | null>} null where it does not go on
 */
export async function colouring(collage, marking, field, way) {
  const numbers = new Uint16Array(collage.index.cells);
  const begin = field ? byField(collage, field, numbers) : byScore(marking, numbers);
  const unread = await scan(collage.columns, { columns: field !== null, keys: field === null }, begin, way);
  return unread && { ...(field ? ofField(field) : ofScores()), numbers, unread };
}

function byField({ index }, field, numbers) {
  const [one] = standing(index, field);
  return (chunk) => {
    const read = placeIn(one, chunk);
    return (i, position) => {
      numbers[position] = read(i) + 1;
    };
  };
}

function byScore(marking, numbers) {
  const thought = opinions(marking);
  return (_, keys) => {
    const of = thought(keys);
    return (i, position) => {
      const { score } = of(i);
      if (score !== null && isShown(keys, i)) numbers[position] = Math.round(score);
    };
  };
}

function ofField({ key, label, values }) {
  const ordered = key !== "state" && (values.length > APART.length || values.every((value) => value !== "" && Number.isFinite(Number(value))));
  const colour = (value, place) => {
    if (key === "state") return STATES[value] ?? CLEAR;
    return ordered ? onScale(place / Math.max(1, values.length - 1)) : APART[place];
  };
  return { label, dotted: !ordered, values: values.map((value, place) => ({ value, colour: colour(value, place), term: [key, value] })) };
}

function ofScores() {
  const values = [1, 2, 3, 4, 5].map((score) => ({ value: String(score), colour: onScale((score - 1) / 4), term: null }));
  return { label: "Score", dotted: true, values };
}

/** The colour at a share of the scale. */
function onScale(share) {
  const at = share * (STEPS.length - 1);
  const from = STEPS[Math.floor(at)];
  const to = STEPS[Math.min(STEPS.length - 1, Math.floor(at) + 1)];
  const [red, green, blue] = from.map((one, part) => Math.round(one + (to[part] - one) * (at % 1)));
  return `#${((red << 16) | (green << 8) | blue).toString(16).padStart(6, "0")}`;
}

/**
 * A picture of it, a pixel a cell.
 * @param {Colouring} colouring
 * @param {number} cols
 * @param {number} rows
 */
export function pictureOf({ values, numbers }, cols, rows) {
  const picture = document.createElement("canvas");
  [picture.width, picture.height] = [cols, rows];
  const image = new ImageData(cols, rows);
  const pixels = new DataView(image.data.buffer);
  const colours = [0, ...values.map(({ colour }) => (colour ? parseInt(`${colour.slice(1)}ff`, 16) : 0))];
  for (let i = 0; i < numbers.length; i += 1) pixels.setUint32(4 * i, colours[numbers[i]]);
  picture.getContext("2d").putImageData(image, 0, 0);
  return picture;
}

/** How many cells have each value, of those that were found. @returns {Uint32Array} by number; of none first */
export function countsOf({ values, numbers }, found) {
  const counts = new Uint32Array(values.length + 1);
  for (let i = 0; i < numbers.length; i += 1) if (!found || found[i]) counts[numbers[i]] += 1;
  return counts;
}

/** Which values are rare, of those that have a colour. @returns {boolean[]} by number */
export function rareOf(colouring, found) {
  const counts = countsOf(colouring, found);
  return [false, ...colouring.values.map(({ colour }, place) => colour !== null && counts[place + 1] <= FEW)];
}
