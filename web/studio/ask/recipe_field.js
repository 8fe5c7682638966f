/** The recipes, each with a picture of what it makes. */

import { h } from "../../src/dom.js";
import { pictures } from "./recipe_pictures.js";
import { words } from "./schema.js";

const SOURCE = { needed: "from a picture", optional: "with or without a picture", unused: "from words alone" };

/**
 * @param {ReturnType<import("./form.js").makeForm>} form
 * @param {ReturnType<import("./catalogue.js").read>} known
 */
export function recipeField(form, known) {
  const radios = new Map();
  const cards = known.recipes.map((recipe) => {
    const radio = h("input", {
      type: "radio",
      name: "recipe",
      value: recipe.name,
      "aria-describedby": `recipe-${recipe.name}`,
      onchange: () => form.change({ recipe: recipe.name }),
    });
    radios.set(recipe.name, radio);
    const able = known.engines.some((engine) => engine.available && engine.operations.includes(recipe.operation_on_source ?? recipe.operation));
    return h(
      "label",
      { class: "card" },
      radio,
      pictures[recipe.name] ? h("img", { src: pictures[recipe.name], alt: "", width: 200, height: 150 }) : h("span", { class: "blank" }),
      h("strong", {}, words(recipe.name)),
      h(
        "span",
        { class: "help", id: `recipe-${recipe.name}` },
        recipe.description,
        h("em", {}, able ? SOURCE[recipe.source] : "no engine here can make it"),
      ),
    );
  });
  return {
    element: h("div", { class: "cards", role: "radiogroup", "aria-label": "Recipe", "data-field": "recipe" }, ...cards),
    update: () => (radios.get(known.recipe(form.asked.recipe).name).checked = true),
  };
}
