/**
 * What people think of tiles, as choices.json has it: how two files merge, and what all come to.
 * The rules are those of the library's own, so that a file may go back and forth.
 */

/**
 * @typedef {{star?: true, hidden?: true, score?: number, note?: string, at: string}} Choice
 * @typedef {Map<string, Map<string, Choice>>} People by name, and by the key of the tile
 * @typedef {{star?: boolean | null, hidden?: boolean | null, score?: number | null, note?: string | null}} Change
 * @typedef {{star: boolean, hidden: boolean, score: number | null, notes: [string, string][]}} Together
 */

export const LONGEST_NOTE = 2000;
export const LONGEST_NAME = 64;
const MOST_PEOPLE = 100;
const KEY = /^[0-9a-f]{64}$/;

/** @type {Together} of a tile that nobody has chosen for anything */
export const NOTHING = Object.freeze({ star: false, hidden: false, score: null, notes: [] });

/** A file of choices that cannot be used; its message says why. */
export class UnreadableChoices extends Error {}

/**
 * The people in a file.
 * @param {any} file as JSON gives it
 * @param {string} id of the collage
 * @returns {People}
 * @throws {UnreadableChoices}
 */
export function parse(file, id) {
  if (!isObject(file) || !isObject(file.people)) throw new UnreadableChoices("It is no file of choices.");
  if (file.version !== 1) throw new UnreadableChoices(`It is of version ${file.version}; this page reads version 1.`);
  if (file.id !== id) throw new UnreadableChoices(`It is of another collage, ${file.id}; this one is ${id}.`);
  const people = new Map();
  for (const [said, tiles] of Object.entries(file.people)) {
    const person = personName(said);
    if (!person || [...person].length > LONGEST_NAME) throw new UnreadableChoices(`A person's name has 1 to ${LONGEST_NAME} characters.`);
    if (people.has(person)) throw new UnreadableChoices(`${person} is named twice.`);
    if (!isObject(tiles)) throw new UnreadableChoices(`${person} has no tiles.`);
    people.set(person, new Map(Object.entries(tiles).map(([key, choice]) => [key, one(person, key, choice)])));
  }
  if (people.size > MOST_PEOPLE) throw new UnreadableChoices(`It has ${people.size} people; there may be ${MOST_PEOPLE}.`);
  return people;
}

/** The file of people's choices, for JSON. */
export function written(people, id) {
  const tiles = ([person, own]) => [person, Object.fromEntries(own)];
  return { version: 1, id, people: Object.fromEntries([...people].map(tiles)) };
}

/**
 * The choices of both: each person's are their own, and of two of one tile the later counts.
 * @param {People} these
 * @param {People} others
 * @returns {People}
 */
export function merged(these, others) {
  const all = new Map(these);
  for (const [person, theirs] of others) {
    const own = new Map(all.get(person));
    for (const [key, choice] of theirs) {
      const known = own.get(key);
      if (!known || rank(known) < rank(choice)) own.set(key, choice);
    }
    all.set(person, own);
  }
  return all;
}

/**
 * The choices with what a person now thinks otherwise: what is not given stays, null clears.
 * @param {People} people
 * @param {string} person
 * @param {Iterable<[string, Change]>} changes by the keys of tiles
 * @param {number} now milliseconds; a change is later than what it changes, whatever a clock said
 */
export function changed(people, person, changes, now) {
  const own = new Map(people.get(person));
  for (const [key, change] of changes) {
    const before = own.get(key);
    const at = new Date(Math.max(now, before ? Date.parse(before.at) + 1 : 0)).toISOString();
    own.set(key, sparse({ ...before, ...change, at }));
  }
  return new Map(people).set(person, own);
}

/**
 * What all people's choices come to, by the keys of tiles: starred if anybody starred it, hidden if
 * somebody hid it and nobody starred it, scored by the mean.
 * @param {People} people
 * @returns {Map<string, Together>}
 */
export function takenTogether(people) {
  const found = new Map();
  for (const person of [...people.keys()].sort()) {
    for (const [key, choice] of people.get(person)) {
      if (!found.has(key)) found.set(key, { star: false, hidden: false, scores: [], notes: [] });
      const tile = found.get(key);
      tile.star ||= choice.star === true;
      tile.hidden ||= choice.hidden === true;
      if (choice.score) tile.scores.push(choice.score);
      if (choice.note) tile.notes.push([person, choice.note]);
    }
  }
  for (const [key, { star, hidden, scores, notes }] of found) {
    found.set(key, { star, hidden: hidden && !star, score: mean(scores), notes });
  }
  return found;
}

/** The mean of numbers; null of none. */
export const mean = (numbers) => (numbers.length ? numbers.reduce((sum, one) => sum + one, 0) / numbers.length : null);

/** A text on one line: no control, no line break, nothing that turns the reading order. */
const line = (text) =>
  text
    .replace(/[\p{Cs}\ufeff\u202a-\u202e\u2066-\u2069\ufffe\uffff\ufdd0-\ufdef]/gu, "")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();

/** A name as it is kept: in one line, and in one spelling of its letters. */
export const personName = (text) => line(text).normalize("NFC");

/** A note as it is kept: its lines, without what would disturb those around it. */
export const noteText = (text) => [...text.split(/\r\n|\r|\n/).map(line).join("\n").trim()].slice(0, LONGEST_NOTE).join("");

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const FIELDS = {
  star: (value) => typeof value === "boolean",
  hidden: (value) => typeof value === "boolean",
  score: (value) => Number.isInteger(value) && value >= 1 && value <= 5,
  note: (value) => typeof value === "string" && [...value].length <= LONGEST_NOTE,
  at: (value) => typeof value === "string" && /(Z|[+-]\d\d:?\d\d)$/.test(value) && !Number.isNaN(Date.parse(value)),
};

/** @returns {Choice} */
function one(person, key, choice) {
  const wrong = (what) => new UnreadableChoices(`What ${person} thinks of a tile cannot be read: ${what}.`);
  if (!KEY.test(key)) throw wrong(`${key.slice(0, 20)} is no key of a tile`);
  if (!isObject(choice)) throw wrong("it is no object");
  for (const [name, value] of Object.entries(choice)) {
    if (!Object.hasOwn(FIELDS, name)) throw wrong(`there is no ${name.slice(0, 20)}`);
    if (!(name === "score" && value === null) && !FIELDS[name](value)) throw wrong(`its ${name} is wrong`);
  }
  if (!choice.at) throw wrong("it does not say when");
  return sparse({ ...choice, at: new Date(choice.at).toISOString() });
}

/** A choice without what says nothing. */
function sparse({ star, hidden, score, note, at }) {
  const said = { at };
  if (hidden) said.hidden = true;
  if (note && noteText(note)) said.note = noteText(note);
  if (score) said.score = score;
  if (star) said.star = true;
  return said;
}

/** Of two of the same moment, the same one counts wherever they meet: as text, which has one spelling. */
const rank = (choice) => choice.at + JSON.stringify(choice, Object.keys(choice).sort());
