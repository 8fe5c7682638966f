/** What the colours over the picture mean, and of how many cells; each leads to its cells. */

import { h } from "../dom.js";
import { countsOf } from "./colouring.js";

const MOST = 12;
/** Values that are named; of a scale of more, its ends. */

/**
 * @param {import("../page.js").Page} page
 * @param {HTMLElement} stage
 */
export function legend({ state }, stage) {
  const box = h("section", { class: "legend", "aria-label": "Colours", hidden: true });
  stage.append(box);

  function swatch(colour) {
    const made = h("span", { class: "swatch", "aria-hidden": "true" });
    if (colour) made.style.background = colour;
    return made;
  }

  /** A value; pressed where only its cells are found. */
  function entry({ value, colour, term }, count) {
    const said = [swatch(colour), h("span", { class: "value" }, value), h("span", { class: "of" }, count.toLocaleString("en"))];
    if (!term) return h("li", {}, ...said);
    const [key] = term;
    const on = state.get().chosen[key] === value;
    const choose = () => state.set({ chosen: { ...state.get().chosen, [key]: on ? "" : value } });
    return h("li", {}, h("button", { type: "button", "aria-pressed": String(on), onclick: choose }, ...said));
  }

  function scale(values) {
    const bar = h("span", { class: "scale", "aria-hidden": "true" });
    bar.style.background = `linear-gradient(to right, ${values.map(({ colour }) => colour).join(", ")})`;
    return h("p", {}, h("span", {}, values[0].value), bar, h("span", {}, values.at(-1).value));
  }

  return {
    /**
     * Show what colours mean.
     * @param {import("./colouring.js").Colouring | null} colouring null for none
     * @param {Uint8Array | null} found 1 where a cell was found; null where all are
     */
    show(colouring, found) {
      box.hidden = !colouring;
      if (!colouring) return;
      const { label, values } = colouring;
      const counts = countsOf(colouring, found);
      const focused = box.contains(document.activeElement) ? document.activeElement.querySelector(".value").textContent : null;
      const long = values.length > MOST;
      const there = values.map((value, place) => [value, counts[place + 1]]).filter(([{ value }, count]) => count || isChosen(value));
      const list = h("ul", {}, ...(long ? [] : there.map(([value, count]) => entry(value, count))));
      const none = counts[0] && !long ? h("li", {}, swatch(null), h("span", { class: "value" }, "none"), h("span", { class: "of" }, counts[0].toLocaleString("en"))) : null;
      if (none) list.append(none);
      box.replaceChildren(h("h2", {}, label), long ? scale(values) : list);
      if (focused !== null) [...box.querySelectorAll("button")].find((one) => one.querySelector(".value").textContent === focused)?.focus();
    },
    /** Say something in place of it. */
    say(text) {
      box.hidden = false;
      box.replaceChildren(h("p", {}, text));
    },
  };

  function isChosen(value) {
    return Object.values(state.get().chosen).includes(value);
  }
}
