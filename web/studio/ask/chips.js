/** Values one by one, each with a button to take it away, and a line to add more. */

import { announce, h, icon } from "../../src/dom.js";
import { cut } from "./lists.js";

/**
 * @param {object} what
 * @param {string} what.id of the line
 * @param {string} what.label
 * @param {() => string[]} what.values
 * @param {(values: string[]) => void} what.add
 * @param {(value: string) => void} what.remove
 * @param {() => string[]} [what.suggested] values to offer
 * @param {string} [what.placeholder]
 * @param {(value: string) => (Node | null)[]} [what.more] what else a chip shows
 * @param {(chip: HTMLElement, value: string) => void} [what.made] is told of every new chip
 */
export function chips({ id, label, values, add, remove, suggested, placeholder, more, made }) {
  const list = h("ul", { class: "chips", "aria-label": label });
  const known = h("datalist", { id: `${id}-known` });
  const input = h("input", {
    type: "text",
    id,
    class: "adds",
    "aria-label": `Add: ${label}`,
    autocomplete: "off",
    list: suggested ? known.id : null,
    placeholder: placeholder ?? "Add…",
  });
  const take = (text) => {
    const found = cut(text);
    input.value = "";
    if (found.length) {
      add(found);
      announce(`Added: ${found.join(", ")}`);
    }
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && input.value.trim()) {
      event.preventDefault();
      take(input.value);
    } else if (event.key === "Backspace" && !input.value && values().length) {
      const last = values().at(-1);
      remove(last);
      announce(`Removed: ${last}`);
    }
  });
  input.addEventListener("input", (event) => {
    // A comma ends a value, but not within quotes or braces; so does a choice out of those offered.
    const parts = cut(`${input.value}x`);
    const chosen = event.inputType === "insertReplacementText" || event.inputType === undefined;
    if ((input.value.trimEnd().endsWith(",") && parts.length > 1) || (chosen && suggested?.().includes(input.value))) take(input.value);
  });
  input.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (cut(text).length < 2) return;
    event.preventDefault();
    take(input.value + text);
  });
  // What was typed counts, also when somebody goes on without Enter.
  input.addEventListener("change", () => take(input.value));

  const chip = (value) => {
    const button = h("button", { type: "button", class: "remove", "aria-label": `Remove ${value}`, title: `Remove ${value}` }, icon("close"));
    const element = h("li", { class: "chip" }, ...(more?.(value) ?? []), h("span", {}, value), button);
    button.addEventListener("click", () => {
      const next = element.nextElementSibling ?? element.previousElementSibling;
      const focused = next?.querySelector(".remove")?.getAttribute("aria-label");
      remove(value);
      announce(`Removed: ${value}`);
      ([...list.querySelectorAll(".remove")].find((one) => one.getAttribute("aria-label") === focused) ?? input).focus();
    });
    made?.(element, value);
    return element;
  };

  return {
    element: h("div", { class: "chipped" }, list, input, suggested ? known : null),
    input,
    update() {
      const now = values();
      list.hidden = now.length === 0;
      list.replaceChildren(...now.map(chip));
      if (suggested) {
        known.replaceChildren(
          ...suggested()
            .filter((value) => !now.includes(value))
            .map((value) => h("option", { value })),
        );
      }
    },
  };
}
