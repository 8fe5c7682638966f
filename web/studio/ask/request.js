/** From the form to the body of POST /collages, and back. */

import { same } from "./schema.js";

export const FILE = "file:";
/** How a mask of the user's own is named among the others. */

const FOLLOWING = ["combine", "masks"];
/** Options for which some recipes have another value than the usual one, where they are left open. */
const ON_ITS_WAY = "";
/** In place of the key of a picture that is not uploaded yet. */

/**
 * The request; of what is not uploaded yet, see `isWaiting`.
 * @param {import("./form.js").Asked} asked
 * @param {ReturnType<import("./catalogue.js").read>} known
 * @param {ReturnType<import("./pictures.js").pictureShelf>} shelf
 */
export function request(asked, known, shelf) {
  const recipe = known.recipe(asked.recipe);
  const key = (id) => shelf.get(id)?.key ?? ON_ITS_WAY;
  const body = {};
  if (recipe.source !== "unused" && asked.sources.length) {
    if (severalIn(asked, known)) {
      body.sources = asked.sources.map(key);
      body.source_names = names(asked, shelf);
    } else body.source = key(asked.sources[0]);
  }
  if (asked.recipe !== known.preset) body.recipe = asked.recipe;
  for (const [name, value] of Object.entries(asked.fields)) {
    if (known.applies(name, asked) && name !== "source_names") body[name] = value;
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
  // A mask that was drawn on one of several pictures is for that one.
  const files = (name) => {
    const those = named.filter((one) => one.name === name);
    if (!body.sources || !those.some((one) => asked.sources.includes(one.of))) return key(those[0].picture);
    const on = (id) => those.find((one) => one.of === id)?.picture;
    return asked.sources.map((id) => (on(id) ? key(on(id)) : null));
  };
  if (named.length) body.mask_files = Object.fromEntries(named.map(({ name }) => [name, files(name)]));
}

/** Whether several pictures are asked for, of a recipe that takes several. */
export const severalIn = (asked, known) => asked.sources.length > 1 && known.applies("sources", asked);

/** What several pictures are called: as their files are, and with a number where two are the same. */
function names(asked, shelf) {
  const given = asked.fields.source_names;
  if (given?.length === asked.sources.length) return given;
  const found = [];
  for (const id of asked.sources) {
    const name = shelf.get(id)?.name ?? "picture.png";
    const [, stem, ending] = /^(.*?)(\.[^.]*)?$/s.exec(name);
    let free = name;
    for (let number = 2; found.includes(free); number += 1) free = `${stem}-${number}${ending ?? ""}`;
    found.push(free);
  }
  return found;
}

/** Whether a picture of it is still on its way. */
export function isWaiting(body) {
  const keys = [body.source, body.mask_source, ...(body.sources ?? [])];
  const others = [body.style_pictures, body.mask_files].flatMap((files) => Object.values(files ?? {}).flat());
  return [...keys, ...others].includes(ON_ITS_WAY);
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
  const own = (recipe ?? known.preset) !== known.preset;
  // A recipe without a number of tiles lays its table out by what is in it, also when that changes.
  const open = known.recipe(recipe ?? known.preset).uses.includes("tiles") ? [] : ["rows", "cols"];
  const given = Object.entries(rest).filter(([name, value]) => {
    const option = known.options.get(name);
    if (!option || value === null || open.includes(name)) return false;
    return !same(value, option.preset) || (own && FOLLOWING.includes(name) && known.recipe(recipe).uses.includes(name));
  });
  return {
    recipe: recipe ?? known.preset,
    fields: Object.fromEntries(given),
    sources: [source, ...(sources ?? [])].filter(Boolean),
    drawings: Object.entries({ ...(mask ? { erased: mask } : {}), ...files }).flatMap(([name, keys]) => masksOf(name, keys, sources)),
    stylePictures: { ...styles },
  };
}

/** A mask of the user's own, or that of one of several pictures. */
function masksOf(name, keys, sources) {
  const mask = { name, strokes: null, size: null, of: null };
  if (!Array.isArray(keys)) return [{ ...mask, picture: keys }];
  return keys.flatMap((picture, i) => (picture ? [{ ...mask, of: sources[i], picture }] : []));
}

/** The ids of all pictures that a form names. */
export const pictured = (asked) => [
  ...asked.sources,
  ...asked.drawings.map((one) => one.picture).filter(Boolean),
  ...Object.values(asked.stylePictures),
];
