/** Looking for cells of a large collage. */

import { meaning } from "../terms.js";
import { isShown, opinions, scan } from "./scan.js";

/**
 * What was found.
 * @typedef {object} Found
 * @property {Uint8Array} cells 1 where one was found
 * @property {number} count
 * @property {string[]} unread files that could not be read; in their cells nothing is found
 */

/**
 * @param {any} index of the head
 * @param {ReturnType<import("./columns.js").columns>} columns
 * @param {ReturnType<import("../marking.js").makeMarking>} marking
 */
export function makeSearch(index, columns, marking) {
  const { fields } = index;
  const small = fields.map((field) => ["", ...field.values.map((value) => value.toLowerCase())]);

  /** Whether anything is looked for. @param {import("../state.js").Choice} choice */
  function asks({ chosen, find, marks }) {
    return Object.values(chosen).some(Boolean) || find.trim() !== "" || marks.length > 0 || hides(marks);
  }

  const hides = (marks) => !marks.includes("hidden") && marking.counts().hidden > 0;

  /** What has to hold for a value of a field, of styles in any place. */
  function ofField([key, value]) {
    const those = fields.filter((field) => field.key === key || (key === "style" && field.key.startsWith("style-")));
    const codes = those.map((field) => [field, field.values.indexOf(value) + 1]).filter(([, code]) => code > 0);
    return (chunk) => (i) => codes.some(([field, code]) => !field.bytes || chunk.columns[field.key][i] === code);
  }

  /** What has to hold for words of the prompt. */
  function ofWords(words) {
    return (chunk) => {
      const { prompts, prompt } = chunk;
      const said = (number, i) => small[number][fields[number].bytes ? chunk.columns[fields[number].key][i] : 1];
      // A prompt without fields is the same wherever it stands.
      const whole = prompts.map((pieces) => {
        const text = pieces.every((piece) => typeof piece === "string") ? pieces.join("") : null;
        return text === null ? null : words.every((word) => text.includes(word));
      });
      return (i) => {
        const number = prompt[i];
        if (whole[number] !== null) return whole[number];
        let text = "";
        for (const piece of prompts[number]) text += typeof piece === "string" ? piece : said(piece, i);
        return words.every((word) => text.includes(word));
      };
    };
  }

  /** What has to hold for what is thought of a tile; what is hidden is found only if it is asked for. */
  function ofMarks(marks) {
    const terms = marks.map(meaning);
    const hiding = hides(marks);
    const thought = opinions(marking);
    return (_, keys) => {
      const of = thought(keys);
      return (i) => {
        const opinion = of(i);
        return !(hiding && opinion.hidden) && (!terms.length || (isShown(keys, i) && terms.every((holds) => holds(opinion))));
      };
    };
  }

  /**
   * Look for cells.
   * @param {import("../state.js").Choice} choice
   * @param {import("./scan.js").Way} way
   * @returns {Promise<Found | null>} null where it does not go on
   */
  async function find({ chosen, find: text, marks }, way) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const byMarks = marks.length > 0 || hides(marks);
    const wanted = Object.entries(chosen).filter(([, value]) => value);
    const tests = [...wanted.map(ofField), ...(words.length ? [ofWords(words)] : []), ...(byMarks ? [ofMarks(marks)] : [])];
    const byColumns = wanted.length > 0 || words.length > 0;
    const cells = new Uint8Array(index.cells);
    let count = 0;
    const look = (chunk, keys) => {
      const holds = tests.map((test) => test(chunk, keys));
      return (i, position) => {
        if (!holds.every((one) => one(i))) return;
        cells[position] = 1;
        count += 1;
      };
    };
    const unread = await scan(columns, { columns: byColumns, keys: byMarks }, look, way);
    return unread && { cells, count, unread };
  }

  /** The position of the first cell of a tile by its number; null where there is none. */
  async function cellOf(tile) {
    for (let number = 0; number < columns.count; number += 1) {
      const { tiles } = index.in_place ? { tiles: null } : await columns.keys(number);
      if (!tiles) return tile < index.cells ? tile : null;
      const at = tiles.indexOf(tile + 1);
      if (at >= 0) return columns.first(number) + at;
    }
    return null;
  }

  return { asks, find, cellOf };
}
