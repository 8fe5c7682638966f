/** A table of values: rows, each with a name and any number of values. */

import { h, iconButton } from "../../src/dom.js";
import { chips } from "./chips.js";

let made = 0;

/**
 * @param {object} what
 * @param {string} what.label
 * @param {() => Record<string, string[]>} what.values
 * @param {(values: Record<string, string[]>) => void} what.change
 * @param {() => string[]} [what.names] that a row can have; any, unless given
 * @param {(name: string) => string} [what.spoken] how a name is written
 * @param {(name: string) => string[]} [what.suggested] values to offer for a name
 */
export function rows({ label, values, change, names, spoken = (name) => name, suggested }) {
  const list = h("div", { class: "rows" });
  /** @type {Map<string, {element: HTMLElement, update: () => void}>} */
  const lines = new Map();
  const adding = names
    ? h("select", { "aria-label": `${label}: another row` })
    : h("input", { type: "text", "aria-label": `${label}: name of another row`, placeholder: "name", autocomplete: "off" });
  // A row that has no values yet is no part of what is asked.
  const begun = new Set();
  const add = () => {
    const name = adding.value.trim();
    if (!name || lines.has(name)) return;
    begun.add(name);
    if (!names) adding.value = "";
    update();
    lines.get(name).input.focus();
  };
  const button = h("button", { type: "button", onclick: add }, "Add a row");
  if (!names) {
    adding.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      add();
    });
  }

  function line(name) {
    made += 1;
    const has = () => values()[name] ?? [];
    const set = (found) => {
      const { [name]: _, ...others } = values();
      begun.add(name);
      change(found.length ? { ...values(), [name]: found } : others);
    };
    const part = chips({
      id: `row-${made}`,
      label: spoken(name),
      values: has,
      add: (found) => set([...new Set([...has(), ...found])]),
      remove: (value) => set(has().filter((one) => one !== value)),
      suggested: suggested && (() => suggested(name)),
    });
    const drop = iconButton("close", `Remove the row ${spoken(name)}`, () => {
      begun.delete(name);
      set([]);
      begun.delete(name);
      update();
      adding.focus();
    });
    const element = h("div", { class: "row" }, h("span", { class: "name" }, spoken(name)), part.element, drop);
    return { element, update: part.update, input: part.input };
  }

  function update() {
    const now = new Set([...Object.keys(values()), ...begun]);
    for (const [name, { element }] of lines) {
      if (now.has(name)) continue;
      element.remove();
      lines.delete(name);
    }
    for (const name of now) {
      if (!lines.has(name)) {
        lines.set(name, line(name));
        list.append(lines.get(name).element);
      }
      lines.get(name).update();
    }
    if (names) {
      const left = names().filter((name) => !now.has(name));
      const chosen = adding.value;
      adding.replaceChildren(...left.map((name) => h("option", { value: name }, spoken(name))));
      if (left.includes(chosen)) adding.value = chosen;
      adding.disabled = button.disabled = left.length === 0;
    }
  }

  return {
    element: h("div", { class: "table", role: "group", "aria-label": label }, list, h("div", { class: "adding" }, adding, button)),
    update,
  };
}
