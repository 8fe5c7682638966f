/** Choices where there is no stack to keep them: in the browser, over those that lie beside the page. */

import { merged, parse, written } from "./choices.js";
import { address } from "./copy.js";
import { script } from "./dom.js";
import { known, remember } from "./remembered.js";

/**
 * Where choices are kept.
 * @typedef {object} Keeper
 * @property {() => string} person whose choices are made here
 * @property {(people: any, name: string) => any} rename give the person another name; the people then
 * @property {(to: {people: (people: any) => void, problem: (text: string) => void}) => void} heard who is told of
 *     choices that were made elsewhere, and that some could not be kept
 * @property {() => Promise<void>} load
 * @property {(people: any, changes: Map<string, any>) => void} save
 * @property {(people: any, others: any) => Promise<void>} merge
 * @property {() => Promise<void>} settle what waits to be kept is kept then
 * @property {() => void} [retry] try again what went wrong, where that is of use
 */

const PERSON = "collage-person";
const NOBODY = "me";
const UNKEPT = "This browser keeps nothing for this page: export your choices before you close it.";

/**
 * @param {string} id of the collage
 * @returns {Keeper}
 */
export function localChoices(id) {
  const place = `collage-choices-${id}`;
  let person = known(PERSON) ?? NOBODY;
  let tell;
  /** Those that lie beside the page. */
  let beside = new Map();

  /** What is kept, which another tab may have changed. */
  function kept() {
    const text = known(place);
    if (text === null) return new Map();
    try {
      return parse(JSON.parse(text), id);
    } catch {
      // Somebody else wrote there; what is on the page is kept in its place.
      return new Map();
    }
  }

  function save(people) {
    const all = merged(kept(), people);
    tell.problem(remember(place, JSON.stringify(written(all, id))) ? "" : UNKEPT);
  }

  addEventListener("storage", (event) => {
    if (event.key === place && event.newValue !== null) tell.people(merged(beside, kept()));
  });

  return {
    person: () => person,
    rename(people, name) {
      const now = new Map(people);
      const mine = now.get(person);
      now.delete(person);
      person = name;
      remember(PERSON, name);
      const all = mine ? merged(now, new Map([[name, mine]])) : now;
      remember(place, JSON.stringify(written(all, id)));
      return all;
    },
    heard: (listener) => {
      tell = listener;
    },
    async load() {
      tell.people(kept());
      if (!(await script(address("choices.js"))) || !window.choices) return;
      try {
        beside = parse(window.choices, id);
      } catch (error) {
        tell.problem(`choices.js beside this page cannot be read. ${error.message}`);
      }
      tell.people(merged(beside, kept()));
    },
    save,
    merge: async (people) => save(people),
    settle: async () => {},
  };
}
