/** What is wrong, at the field that it is about, in the server's own words. */

import { h } from "../../src/dom.js";

/**
 * @param {HTMLElement} place the form: its fields carry their names in data-field
 * @param {HTMLElement} rest takes what is about no field
 */
export function mistakes(place, rest) {
  const shown = [];

  function clear() {
    for (const { slot, control } of shown.splice(0)) {
      slot.remove();
      if (!control) continue;
      control.removeAttribute("aria-invalid");
      const others = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== slot.id);
      if (others.length) control.setAttribute("aria-describedby", others.join(" "));
      else control.removeAttribute("aria-describedby");
    }
    rest.replaceChildren();
  }

  const fieldOf = (name) => {
    const found = place.querySelector(`[data-field="${CSS.escape(name === "sources" ? "source" : name)}"]`);
    return found && (found.closest("details:not([open])") || found.checkVisibility?.() !== false) ? found : null;
  };
  const controlOf = (field) =>
    field.querySelector("input:checked, input:not([type=radio], [type=file], [type=checkbox]), textarea, select") ??
    field.querySelector("input:not([type=file]), button");

  return {
    clear,
    /**
     * @param {import("../api.js").Problem | null} problem
     */
    show(problem) {
      clear();
      if (!problem) return;
      for (const { field: name, message } of problem.errors) {
        const field = name ? fieldOf(name) : null;
        if (!field) continue;
        const slot = h("p", { class: "mistake", id: `mistake-${name}` }, sentence(message));
        field.append(slot);
        const control = controlOf(field);
        control?.setAttribute("aria-invalid", "true");
        const described = control?.getAttribute("aria-describedby");
        control?.setAttribute("aria-describedby", described ? `${described} ${slot.id}` : slot.id);
        shown.push({ slot, control, field });
      }
      const others = problem.errors.filter(({ field }) => !shown.some(({ slot }) => slot.id === `mistake-${field}`));
      if (!shown.length) rest.append(h("p", { class: "mistake" }, problem.message));
      else for (const { field, message } of others) rest.append(h("p", { class: "mistake" }, `${field}: ${message}`));
    },
    /** Go to the first field that is wrong; whether there is one. */
    focus() {
      const first = [...shown].sort((one, other) => (one.slot.compareDocumentPosition(other.slot) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))[0];
      if (!first) return false;
      first.slot.closest("details")?.setAttribute("open", "");
      first.control?.focus();
      first.slot.scrollIntoView({ block: "center" });
      return true;
    },
  };
}

/** A message as a sentence. */
const sentence = (text) => text[0].toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? "" : ".");
