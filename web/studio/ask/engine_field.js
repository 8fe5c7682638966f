/** The engines: what each can do, what it costs, what it lacks here. */

import { h } from "../../src/dom.js";
import { control } from "./control.js";

const OWN = ["model"];
/** Options that belong to an engine, beside those that only some have. */

/**
 * @param {ReturnType<import("./form.js").makeForm>} form
 * @param {ReturnType<import("./catalogue.js").read>} known
 */
export function engineField(form, known) {
  const choose = (name) => form.set("engine", name || undefined);
  const fitting = h("span", { class: "help", id: "engine-fitting" });
  const cards = [["", "Whichever fits", fitting], ...known.engines.map((engine) => [engine.name, engine.name, about(engine)])].map(
    ([value, text, help]) => {
      const radio = h("input", { type: "radio", name: "engine", value, "aria-describedby": help.id, onchange: () => choose(value) });
      return { value, radio, card: h("label", { class: "line" }, radio, h("strong", {}, text), help) };
    },
  );
  const options = h("div", { class: "grid" });
  /** @type {Map<string, {element: HTMLElement, update: () => void}>} */
  const controls = new Map();

  function controlOf(name) {
    if (!controls.has(name)) {
      const of = (what) => known.engineOf(form.asked).flatMap(what);
      const suggested = {
        quality: () => of((engine) => engine.qualities),
        model: () => [...new Set(of((engine) => [engine.model, ...Object.values(engine.models)]).filter(Boolean))],
      }[name];
      const hint = name === "model" ? () => of((engine) => engine.models[known.operation(form.asked)] ?? engine.model ?? [])[0] ?? "" : undefined;
      controls.set(name, control(known.options.get(name), form, { suggested, hint }));
    }
    return controls.get(name);
  }

  function about(engine) {
    const able = engine.operations.map((operation) => operation.replaceAll("_", " ")).join(", ");
    const cost = engine.priced ? "paid by the picture" : "no charge";
    const model = engine.model ? `${engine.model}: ` : "";
    const parts = [h("span", {}, `${model}${able}`), h("em", { class: engine.priced ? "paid" : null }, cost)];
    if (!engine.available) parts.push(h("em", { class: "lacks" }, engine.needs.replace(/^engine: /, "")));
    return h("span", { class: "help", id: `engine-${engine.name}` }, ...parts);
  }

  return {
    element: h("div", { "data-field": "engine" }, h("div", { class: "engines", role: "radiogroup", "aria-label": "Engine" }, ...cards.map((one) => one.card)), options),
    /** The options that stand here. */
    names: () => [...OWN, ...known.engineOptions(form.asked)],
    update() {
      const { asked } = form;
      const now = asked.fields.engine ?? "";
      fitting.textContent = `${known.fitting(asked).name}, for what is asked so far`;
      for (const { value, radio, card } of cards) {
        radio.checked = value === now;
        const engine = known.engine(value);
        card.classList.toggle("unable", Boolean(engine) && !engine.operations.includes(known.operation(asked)));
      }
      const paid = known.engineOf(asked).some((engine) => engine.model === null || engine.priced);
      const wanted = [...(paid ? OWN : []), ...known.engineOptions(asked)].map(controlOf);
      const there = [...options.children];
      if (wanted.length !== there.length || wanted.some((one, i) => one.element !== there[i])) {
        options.replaceChildren(...wanted.map((one) => one.element));
      }
      for (const one of wanted) one.update();
    },
  };
}
