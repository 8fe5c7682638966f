/** Files that are dropped on an element, or chosen by a button. */

import { h } from "../../src/dom.js";
import { formats } from "../../src/offered.json";

/** What is taken for a picture. */
export const PICTURES = formats.map(({ type }) => type).join(",");

/**
 * @param {HTMLElement} element gets the class `over` while something is held over it
 * @param {(files: File[]) => void} dropped
 */
export function dropping(element, dropped) {
  let depth = 0;
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const over = (by) => {
    depth += by;
    element.classList.toggle("over", depth > 0);
  };
  element.addEventListener("dragenter", (event) => hasFiles(event) && over(1));
  element.addEventListener("dragleave", (event) => hasFiles(event) && over(-1));
  element.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  element.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    over(-depth);
    dropped([...event.dataTransfer.files]);
  });
}

/**
 * A button that asks for files.
 * @param {string} text
 * @param {{accept: string, multiple?: boolean, label?: string}} how
 * @param {(files: File[]) => void} chosen
 */
export function fileButton(text, { accept, multiple = false, label }, chosen) {
  const input = h("input", { type: "file", accept, multiple, hidden: true, tabindex: "-1" });
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    if (files.length) chosen(files);
  });
  const button = h("button", { type: "button", "aria-label": label ?? null, onclick: () => input.click() }, text);
  return h("span", { class: "file" }, button, input);
}
