/** The filters; below them the axes of the Tiles view, or what a large collage is coloured by. */

import { axesBar } from "./axes_bar.js";
import { dropDown, h } from "./dom.js";
import { LONGEST } from "./fields.js";
import { largeAxes } from "./large/axes.js";
import { AXES } from "./state.js";

const FILTERS = ["style", "source", "mask", "operation", "engine", "model", "state"];
const MARKS = [["", "any"], ["starred", "starred"], ["noted", "noted"], ["hidden", "hidden"]];
const SCORES = [
  ["", "any"],
  ["score>=5", "5"],
  ["score>=4", "4 or more"],
  ["score>=3", "3 or more"],
  ["score>=2", "2 or more"],
  ["score>=1", "1 or more"],
  ["unscored", "not scored"],
];

/**
 * @param {import("./page.js").Page} page
 * @param {HTMLElement} bar
 */
export function toolbar(page, bar) {
  const { collage, state } = page;
  const usable = page.fields.filter((field) => field.values.length <= LONGEST);
  const { named, large } = collage;
  const axes = large ? largeAxes(page, usable) : axesBar(page, usable);
  const count = h("output", { class: "count" });
  const find = h("input", {
    type: "search",
    "aria-label": "Words in the prompt",
    placeholder: "Words in the prompt",
    oninput: () => state.set({ find: find.value }),
  });
  const choices = h("div", { class: "choices" });
  const folded = h("details", { class: "fold", open: matchMedia("(min-width: 800px)").matches });
  folded.append(h("summary", {}, "Filters and axes"), choices);
  bar.append(folded, count);

  function only(field, chosen) {
    const options = [["", "all"], ...field.values.map((value) => [value, value])];
    return dropDown(field.label, options, chosen[field.key] ?? "", (value) =>
      state.set({ chosen: { ...state.get().chosen, [field.key]: value } }),
    );
  }

  /** A choice among terms, of which one holds at most. */
  function marked(label, terms) {
    const { marks } = state.get();
    const known = terms.map(([term]) => term);
    const now = marks.find((term) => known.includes(term)) ?? "";
    return dropDown(label, terms, now, (term) => {
      const others = state.get().marks.filter((one) => !known.includes(one));
      state.set({ marks: term ? [...others, term] : others });
    });
  }

  function draw() {
    const now = state.get();
    const { view, chosen, find: words, marks } = now;
    const focused = choices.contains(document.activeElement) ? nameOf(document.activeElement) : null;
    const table = view === "tiles";
    const used = table ? AXES.filter((axis) => axis !== "film").map((axis) => now[axis]) : [];
    const shown = usable.filter(
      ({ key }) =>
        (FILTERS.includes(key) || named.has(key) || chosen[key] || used.includes(key)) && !(table && key === now.film),
    );
    const filtered = words || marks.length || Object.values(chosen).some(Boolean);
    const clear = () => state.set({ chosen: {}, find: "", marks: [] });
    const filters = [
      h("div", { class: "group" }, ...shown.map((field) => only(field, chosen)), find),
      h("div", { class: "group" }, marked("Marked", MARKS), marked("Score", SCORES)),
      filtered ? h("button", { type: "button", onclick: clear }, "Clear filters") : null,
    ];
    choices.replaceChildren(
      h("div", { class: "row" }, ...filters),
      ...(table || large ? [h("div", { class: "row" }, ...axes())] : []),
    );
    if (find.value !== words) find.value = words;
    const again = focused && [...choices.querySelectorAll("select, input, button")].find((one) => nameOf(one) === focused);
    if (again) again.focus();
  }

  state.on((choice, keys) => {
    // The field that is typed in stays as it is.
    if ((keys.has("find") && keys.size === 1) && document.activeElement === find) return;
    if (![...keys].every((key) => ["selected", "frame"].includes(key))) draw();
  });
  draw();
  return {
    /** Say something in place of how many there are. */
    say(text) {
      count.textContent = text;
    },
    /** Say how many there are of how many. */
    count(found, total, what) {
      count.textContent =
        found === total ? `${total.toLocaleString("en")} ${what}` : `${found.toLocaleString("en")} of ${total.toLocaleString("en")} ${what}`;
    },
  };
}

/** What a control is called. */
const nameOf = (control) => control.getAttribute("aria-label") ?? control.labels?.[0]?.textContent ?? control.textContent;
