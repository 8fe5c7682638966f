/** Making elements. Whatever comes from a manifest goes in as text, never as markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with attributes, listeners (`onclick: f`) and children; null children are left out.
 * @param {string} name
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null)} children
 * @returns {HTMLElement}
 */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const PATHS = {
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  fit: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
  leave: "M10 3L5 8l5 5",
  close: "M4 4l8 8M12 4l-8 8",
  about: "M8 7v5M8 4.3v.2M8 1.8a6.2 6.2 0 1 0 .01 0",
  theme: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
  pin: "M8 9.5V14M5 2.5h6M6 2.5v4L4 9.5h8l-2-3v-4",
  star: "M8 1.8l1.9 4 4.3.5-3.2 3 .9 4.3L8 11.4l-3.9 2.2.9-4.3-3.2-3 4.3-.5z",
  hide: "M2 2l12 12M6.3 4.2A6.6 6.6 0 0 1 8 4c3 0 5 2.2 6 4-.4.8-1 1.6-1.8 2.3M4.2 5.1C3.2 5.9 2.5 6.9 2 8c1 1.8 3 4 6 4 .9 0 1.7-.2 2.4-.5",
  note: "M3 3h10v7l-3 3H3zM10 13v-3h3",
  undo: "M6.5 3L3 6.5 6.5 10M3 6.5h6a4 4 0 0 1 0 8H6",
  beside: "M2 3h5v10H2zM9 3h5v10H9z",
  share: "M8 10V2M5 4.8L8 2l3 2.8M3 9v4.5h10V9",
  link: "M6.6 9.4l2.8-2.8M7.4 4.9l1.5-1.5a2.6 2.6 0 0 1 3.7 3.7l-1.5 1.5M8.6 11.1l-1.5 1.5a2.6 2.6 0 0 1-3.7-3.7l1.5-1.5",
  save: "M8 2v8M5 7.2L8 10.2l3-3M3 9.5V13.5h10V9.5",
  swap: "M3 5.5h9M9.5 3L12 5.5 9.5 8M13 10.5H4M6.5 8L4 10.5 6.5 13",
  play: "M5 3l8 5-8 5z",
  pause: "M5.5 3v10M10.5 3v10",
  back: "M11 3L4.5 8l6.5 5z",
  next: "M5 3l6.5 5L5 13z",
};

/**
 * A line drawing of 16 x 16, which says nothing to a screen reader.
 * @param {keyof typeof PATHS} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button that shows only a drawing. */
export function iconButton(name, label, onclick) {
  return h("button", { type: "button", class: "quiet", "aria-label": label, title: label, onclick }, icon(name));
}

/**
 * A drop-down with its label.
 * @param {string} label
 * @param {[string, string][]} options values and texts
 * @param {string} value
 * @param {(value: string) => void} choose
 */
export function dropDown(label, options, value, choose) {
  drawn += 1;
  const select = h("select", { id: `choice-${drawn}`, onchange: () => choose(select.value) });
  for (const [key, text] of options) {
    select.append(h("option", { value: key, selected: key === value }, text));
  }
  return h("div", { class: "choice" }, h("label", { for: select.id }, label), select);
}

let drawn = 0;

/** A box to tick, with its label. */
export function toggle(label, on, change) {
  const box = h("input", { type: "checkbox", checked: on, onchange: () => change(box.checked) });
  return h("label", { class: "switch" }, box, label);
}

const status = h("p", { class: "away", role: "status" });

/** Tell a screen reader what has happened. */
export function announce(text) {
  if (!status.isConnected) document.body.append(status);
  status.textContent = text;
}

/** Load a script that lies beside the page; whether it was there. */
export function script(address) {
  return new Promise((resolve) => {
    const element = document.createElement("script");
    element.src = address;
    const ended = (there) => {
      element.remove();
      resolve(there);
    };
    element.addEventListener("load", () => ended(true));
    element.addEventListener("error", () => ended(false));
    document.head.append(element);
  });
}

// A timer that is set by a timer waits 4 ms.
const { port1: here, port2: there } = new MessageChannel();
const waiting = [];
here.onmessage = () => waiting.shift()();

/** Resolves when the page may have done something else; of several that wait each has a task. */
export function pause() {
  return new Promise((resolve) => {
    waiting.push(resolve);
    there.postMessage(null);
  });
}
