/** What can be asked for here: recipes, engines, styles, masks, and every option of a request. */

import { get } from "../api.js";
import { option } from "./schema.js";

const GRID = ["rows", "cols"];

/** @returns {Promise<ReturnType<typeof read>>} */
export async function catalogue() {
  const paths = ["/recipes", "/engines", "/styles", "/masks"];
  const [recipes, engines, styles, masks] = await Promise.all(paths.map((path) => get(path)));
  return read(recipes, engines, styles, masks);
}

/** The four answers of the API as one, with what follows from them. */
export function read(recipes, engines, styles, masks) {
  const options = new Map(
    Object.entries(recipes.options.properties).map(([name, schema]) => [name, option(name, schema, recipes.options)]),
  );
  const ofRecipes = new Set(recipes.items.flatMap((recipe) => recipe.uses));
  const ofEngines = new Set(engines.items.flatMap((engine) => engine.options));
  const recipe = (name) => recipes.items.find((one) => one.name === name) ?? recipes.items[0];
  const engine = (name) => engines.items.find((one) => one.name === name) ?? null;

  /** What an engine has to do for what is asked. */
  function operation(asked) {
    const { operation: alone, operation_on_source: onSource } = recipe(asked.recipe);
    return asked.sources.length ? onSource ?? alone : alone ?? onSource;
  }

  /** The engine that is taken where none is named: the first that is able and costs nothing. */
  function fitting(asked) {
    const able = (one) =>
      one.operations.includes(operation(asked)) && (one.style_pictures || !Object.keys(asked.stylePictures).length);
    const usual = engine(engines.default);
    if (able(usual)) return usual;
    return engines.items.find((one) => able(one) && !one.priced && one.available) ?? usual;
  }

  /** The engines that make what is asked. */
  function engineOf(asked) {
    const named = asked.fields.axes?.engine ?? [asked.fields.engine ?? fitting(asked).name];
    return named.map(engine).filter((one) => one !== null);
  }

  return {
    recipes: recipes.items,
    engines: engines.items,
    styles,
    masks,
    axes: recipes.axes,
    limits: recipes.limits,
    preset: recipes.default,
    options,
    recipe,
    engine,
    operation,
    fitting,
    /** Whether an option has a meaning for a recipe and its engines. */
    applies(name, asked) {
      if (!options.has(name)) return false;
      if (GRID.includes(name) && recipe(asked.recipe).own_grid) return false;
      if (ofRecipes.has(name) && !recipe(asked.recipe).uses.includes(name)) return false;
      return !ofEngines.has(name) || engineOf(asked).some((one) => one.options.includes(name));
    },
    /** The options of what is chosen that not every engine has. */
    engineOptions: (asked) => [...ofEngines].filter((name) => engineOf(asked).some((one) => one.options.includes(name))),
    engineOf,
  };
}
