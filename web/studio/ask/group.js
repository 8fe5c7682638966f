/** Controls of a part of the form: those of its options that have a meaning for what is asked. */

import { h } from "../../src/dom.js";
import { control } from "./control.js";

/**
 * @param {ReturnType<import("./form.js").makeForm>} form
 * @param {ReturnType<import("./catalogue.js").read>} known
 * @param {() => string[]} names
 * @param {Record<string, any>} [more] what a control of that name is given beside
 */
export function group(form, known, names, more = {}) {
  const element = h("div", { class: "grid" });
  /** @type {Map<string, {element: HTMLElement, update: () => void}>} */
  const controls = new Map();
  return {
    element,
    /** Bring it up to date; whether there is any. */
    update() {
      const wanted = names().filter((name) => known.applies(name, form.asked));
      for (const name of wanted) if (!controls.has(name)) controls.set(name, control(known.options.get(name), form, more[name]));
      const elements = wanted.map((name) => controls.get(name).element);
      // Those that stay are left where they are, and keep the focus.
      for (const old of [...element.children]) if (!elements.includes(old)) old.remove();
      elements.forEach((one, i) => element.children[i] !== one && element.insertBefore(one, element.children[i] ?? null));
      for (const name of wanted) controls.get(name).update();
      return wanted.length > 0;
    },
  };
}
