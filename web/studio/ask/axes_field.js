/** The axes of a table: rows of values, beside the styles, subjects and masks that it has anyway. */

import { h } from "../../src/dom.js";
import { rows } from "./rows.js";
import { words } from "./schema.js";

const SPOKEN = { prompt_sr: "Search and replace in prompts" };

/**
 * @param {ReturnType<import("./form.js").makeForm>} form
 * @param {ReturnType<import("./catalogue.js").read>} known
 */
export function axesField(form, known) {
  const table = rows({
    label: "Axes",
    names: () => known.axes,
    spoken: (name) => SPOKEN[name] ?? words(name),
    values: () => form.asked.fields.axes ?? {},
    change: (axes) => form.set("axes", Object.keys(axes).length ? axes : undefined),
    suggested(name) {
      if (name === "engine") return known.engines.map((engine) => engine.name);
      if (name === "quality") return [...new Set(known.engineOf(form.asked).flatMap((engine) => engine.qualities))];
      return (known.options.get(name)?.values ?? []).map(String);
    },
  });
  const help = h("p", { class: "help" }, "Every value is combined with every other one: a row of cells, or a block of rows, for each.");
  return { element: h("div", { "data-field": "axes" }, table.element, help), update: table.update };
}
