/** A control for an option, made from what the API says of it; so a new option appears by itself. */

import { h } from "../../src/dom.js";
import { corners } from "./command.js";
import { chips } from "./chips.js";
import { rows } from "./rows.js";
import { same } from "./schema.js";

/**
 * @param {import("./schema.js").Option} option
 * @param {ReturnType<import("./form.js").makeForm>} form
 * @param {{suggested?: () => string[], label?: string, hint?: () => string}} [more] values to offer, and what
 *     stands in an empty control
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function control(option, form, more = {}) {
  const id = `option-${option.name}`;
  const help = h("p", { class: "help", id: `${id}-help` }, option.help);
  const text = more.label ?? option.label;
  const given = () => form.asked.fields[option.name];
  const set = (value) => form.set(option.name, same(value, option.preset) ? undefined : value);
  const made = MAKERS[option.kind]({ option, id, given, set, text, ...more });
  const labelled = made.labelled ? null : h("label", { for: id }, text);
  const element = h("div", { class: `field ${option.kind}`, "data-field": option.name }, labelled, made.element, option.help ? help : null);
  const target = element.querySelector(`#${id}`) ?? made.element;
  if (option.help) target.setAttribute("aria-describedby", help.id);
  made.update();
  return { element, update: made.update };
}

/** How a control of each kind is made. */
const MAKERS = { choice, switch: toggle, number, size, list, table, colour, text, json };

function choice({ option, id, given, set }) {
  const select = h("select", {
    id,
    onchange: () => set(select.value === "" ? undefined : option.values.find((one) => String(one) === select.value)),
  });
  const usual = option.preset === null ? "as it comes" : null;
  if (usual) select.append(h("option", { value: "" }, usual));
  select.append(...option.values.map((value) => h("option", { value }, String(value))));
  return { element: select, update: () => (select.value = String(given() ?? option.preset ?? "")) };
}

function toggle({ option, id, given, set, text }) {
  const box = h("input", { type: "checkbox", id, onchange: () => set(box.checked) });
  return {
    element: h("label", {}, box, ` ${text}`),
    labelled: true,
    update: () => (box.checked = given() ?? option.preset ?? false),
  };
}

function number({ option, id, given, set, hint }) {
  const input = h("input", {
    type: "number",
    id,
    min: option.least,
    max: option.most,
    step: option.whole ? 1 : "any",
    // A number is sent as it stands: what is wrong with it, the server says in its own words.
    oninput: () => set(input.value === "" ? undefined : Number(input.value)),
  });
  return line(input, given, () => hint?.() || (option.preset ?? ""));
}

function text({ option, id, given, set, suggested, hint }) {
  const input = option.long
    ? h("textarea", { id, rows: 2 })
    : h("input", { type: "text", id, list: suggested ? `${id}-known` : null, autocomplete: "off" });
  input.addEventListener("input", () => set(input.value === "" ? undefined : input.value));
  const made = line(input, given, () => hint?.() || (option.preset ?? ""));
  if (!suggested) return made;
  const known = h("datalist", { id: `${id}-known` });
  return {
    element: h("div", {}, input, known),
    update() {
      known.replaceChildren(...suggested().map((value) => h("option", { value })));
      made.update();
    },
  };
}

function colour({ option, id, given, set, text: label }) {
  const input = h("input", { type: "text", id, autocomplete: "off" });
  input.addEventListener("input", () => set(input.value === "" ? undefined : input.value));
  const picker = h("input", { type: "color", "aria-label": `${label}: choose`, oninput: () => set(picker.value) });
  const made = line(input, given, () => option.preset);
  return {
    element: h("div", { class: "colour-line" }, input, picker),
    update() {
      made.update();
      picker.value = hex(given() ?? option.preset);
    },
  };
}

/** A colour as the picker wants it: of one by name, what the browser makes of that. */
function hex(name) {
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = "#fff";
  context.fillStyle = name;
  return context.fillStyle;
}

function size({ option, id, given, set, hint }) {
  const input = h("input", { type: "text", id, inputmode: "text", autocomplete: "off" });
  const said = (value) => (Array.isArray(value) ? value.join("x") : value ?? "");
  input.addEventListener("input", () => set(input.value.trim() === "" ? undefined : pair(input.value)));
  return line(input, () => said(given()), () => hint?.() || said(option.preset));
}

/** Width and height as they are sent; what is no size goes as it is, for the server to say so. */
function pair(text) {
  const found = /^\s*(\d+)\s*(?:[x×]\s*(\d+)\s*)?$/i.exec(text);
  return found ? [Number(found[1]), Number(found[2] ?? found[1])] : text;
}

function list({ option, given, set, text, suggested, id }) {
  const said = () => [given() ?? []].flat(1).map((value) => (option.name === "rects" ? corners(value) : String(value)));
  const change = (values) => set(values.length ? values : undefined);
  return chips({
    id,
    label: text,
    values: said,
    suggested,
    add: (values) => change([...new Set([...said(), ...values])]),
    remove: (value) => change(said().filter((one) => one !== value)),
  });
}

function table({ given, set, text }) {
  return rows({
    label: text,
    values: () => given() ?? {},
    change: (values) => set(Object.keys(values).length ? values : undefined),
  });
}

function json({ option, id, given, set }) {
  const input = h("textarea", { id, rows: 3, spellcheck: "false" });
  input.addEventListener("input", () => set(input.value.trim() === "" ? undefined : value(input.value)));
  const said = () => (given() === undefined ? "" : typeof given() === "string" ? given() : JSON.stringify(given(), null, 1));
  return line(input, said, () => (option.preset === null ? "JSON" : JSON.stringify(option.preset)));
}

function value(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A line of text that says in grey what it is while it is empty. */
function line(input, given, preset) {
  return {
    element: input,
    update() {
      // What is being typed stays as it is.
      if (document.activeElement !== input) input.value = String(given() ?? "");
      input.setAttribute("placeholder", String(preset() ?? ""));
    },
  };
}
