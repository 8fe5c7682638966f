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

/** Options by which the same tiles are laid out otherwise, or asked for otherwise. */
const LAYOUT = [
  "cell", "gap", "border", "background", "title", "labels", "captions", "font", "format", "dpi", "joined",
  "max_usd",
];

/** @returns {Asked} */
const empty = (recipe) => ({ recipe, fields: {}, sources: [], drawings: [], stylePictures: {} });

/** @param {string} preset the recipe that is taken at first */
export function makeForm(preset) {
  /** @type {Asked} */
  let asked = { ...empty(preset), ...remembered() };
  const listeners = [];

  function change(parts) {
    const before = asked;
    asked = { ...asked, ...parts };
    // They go by the numbers of tiles, which are others now.
    if (asked.fields.again && asked.fields.again === before.fields.again && !sameTiles(before, asked)) {
      const { again: _, ...fields } = asked.fields;
      asked = { ...asked, fields };
    }
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

/** Whether two forms ask for the same tiles. */
function sameTiles(one, other) {
  const told = ({ fields, ...rest }) => JSON.stringify([rest, Object.entries(fields).filter(([name]) => !LAYOUT.includes(name)).sort()]);
  return told(one) === told(other);
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
