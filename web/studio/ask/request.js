/** From the form to the body of POST /collages, and back. */

import { same } from "./schema.js";

export const FILE = "file:";
/** How a mask of the user's own is named among the others. */

/**
 * The request, with null in place of pictures that are not uploaded yet.
 * @param {import("./form.js").Asked} asked
 * @param {ReturnType<import("./catalogue.js").read>} known
 * @param {ReturnType<import("./pictures.js").pictureShelf>} shelf
 */
export function request(asked, known, shelf) {
  const recipe = known.recipe(asked.recipe);
  const key = (id) => shelf.get(id)?.key ?? null;
  const body = {};
  if (recipe.source !== "unused" && asked.sources.length) {
    if (asked.sources.length > 1 && known.options.has("sources")) body.sources = asked.sources.map(key);
    else body.source = key(asked.sources[0]);
  }
  if (asked.recipe !== known.preset) body.recipe = asked.recipe;
  for (const [name, value] of Object.entries(asked.fields)) {
    if (known.applies(name, asked)) body[name] = value;
  }
  masks(body, asked, recipe, key);
  const pictured = Object.entries(asked.stylePictures);
  if (recipe.uses.includes("style_pictures") && pictured.length) {
    body.style_pictures = Object.fromEntries(pictured.map(([style, id]) => [style, key(id)]));
  }
  return body;
}

function masks(body, asked, recipe, key) {
  const drawn = asked.drawings.filter((one) => one.picture);
  if (recipe.uses.includes("mask_source") && drawn.length && !body.transparency && !body.rects) {
    body.mask_source = key(drawn[0].picture);
  }
  const named = drawn.filter((one) => body.masks?.includes(FILE + one.name));
  if (named.length) body.mask_files = Object.fromEntries(named.map((one) => [one.name, key(one.picture)]));
}

/** Whether a picture of it is still on its way. */
export function isWaiting(body) {
  const keys = [body.source, body.mask_source, ...(body.sources ?? [])];
  return [...keys, ...Object.values(body.style_pictures ?? {}), ...Object.values(body.mask_files ?? {})].includes(null);
}

/** What is missing before anything can be estimated; null where nothing is. */
export function missing(body, known, asked) {
  const { source, uses } = known.recipe(asked.recipe);
  if (source === "needed" && !("source" in body || "sources" in body)) return "Drop a picture to begin with.";
  const marked = "mask_source" in body || body.rects || body.transparency;
  return uses.includes("mask_source") && !marked ? "Draw what is to be repainted." : null;
}

/**
 * What the form is to hold for a request that was made before; its pictures go by their keys.
 * @param {any} body as GET /collages/{id}/request gives it
 * @param {ReturnType<import("./catalogue.js").read>} known
 * @returns {import("./form.js").Asked}
 */
export function filled(body, known) {
  const { recipe, source, sources, mask_source: mask, mask_files: files, style_pictures: styles, ...rest } = body;
  const given = Object.entries(rest).filter(([name, value]) => {
    const option = known.options.get(name);
    return option && value !== null && !same(value, option.preset);
  });
  return {
    recipe: recipe ?? known.preset,
    fields: Object.fromEntries(given),
    sources: [source, ...(sources ?? [])].filter(Boolean),
    drawings: Object.entries({ ...(mask ? { erased: mask } : {}), ...files }).map(([name, picture]) => ({
      name,
      strokes: null,
      size: null,
      picture,
    })),
    stylePictures: { ...styles },
  };
}

/** The ids of all pictures that a form names. */
export const pictured = (asked) => [
  ...asked.sources,
  ...asked.drawings.map((one) => one.picture).filter(Boolean),
  ...Object.values(asked.stylePictures),
];
