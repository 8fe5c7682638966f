/** What is asked, as far as the form is filled; it survives a reload. */

const KEY = "studio-ask";

/**
 * @typedef {object} Asked
 * @property {string} recipe
 * @property {Record<string, any>} fields options as the API takes them, but for pictures
 * @property {string[]} sources ids of pictures
 * @property {Drawing[]} drawings masks of the user's own
 * @property {Record<string, string>} stylePictures ids of pictures by styles
 */
/**
 * @typedef {object} Drawing
 * @property {string} name
 * @property {import("./strokes.js").Stroke[] | null} strokes null where it is a file
 * @property {[number, number] | null} size of the picture that was drawn on
 * @property {string | null} of the id of that picture; null where it is for every one
 * @property {string | null} picture the id of the mask's picture
 */

/** @returns {Asked} */
const empty = (recipe) => ({ recipe, fields: {}, sources: [], drawings: [], stylePictures: {} });

/** @param {string} preset the recipe that is taken at first */
export function makeForm(preset) {
  /** @type {Asked} */
  let asked = { ...empty(preset), ...remembered() };
  const listeners = [];

  function change(parts) {
    asked = { ...asked, ...parts };
    remember(asked);
    for (const listener of listeners) listener(asked);
  }

  return {
    get asked() {
      return asked;
    },
    on: (listener) => listeners.push(listener),
    change,
    /** Set an option; undefined leaves it open. */
    set(name, value) {
      const { [name]: _, ...fields } = asked.fields;
      change({ fields: value === undefined ? fields : { ...fields, [name]: value } });
    },
    /** Begin anew. */
    clear: () => change(empty(preset)),
    /** Whether anything was filled in. */
    get touched() {
      return JSON.stringify(asked) !== JSON.stringify(empty(preset));
    },
  };
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function remember(asked) {
  try {
    localStorage.setItem(KEY, JSON.stringify(asked));
  } catch {
    // A browser that keeps nothing has a form that lasts as long as the page.
  }
}
