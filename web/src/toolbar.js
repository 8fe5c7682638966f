/** The row of choices: view, filters, the two axes of the table. */

import { dropDown, h } from "./dom.js";

const LONGEST = 400;
/** A field with more values than this is no use in a drop-down. */
const FILTERS = ["style", "mask", "operation", "engine", "model", "state"];
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
 * @param {ReturnType<import("./fields.js").fields>} all
 * @param {ReturnType<import("./state.js").makeState>} state
 * @param {HTMLElement} bar
 * @param {Set<string>} axes names that the recipe gave
 */
export function toolbar(all, state, bar, axes) {
  const usable = all.filter((field) => field.values.length <= LONGEST);
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

  function axis(label, key) {
    const { [key]: name, chosen } = state.get();
    const other = state.get()[key === "rows" ? "cols" : "rows"];
    const options = usable.filter((field) => field.key !== other && field.key !== "state");
    const field = usable.find((one) => one.key === name);
    const drop = dropDown(label, [["", "none"], ...options.map((one) => [one.key, one.label])], name, (value) => {
      const { [name]: _, ...rest } = state.get().chosen;
      state.set({ [key]: value, chosen: rest });
    });
    return field ? [drop, only(field, chosen)] : [drop];
  }

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
    const { view, rows, cols, chosen, find: words, marks } = state.get();
    const focused = choices.contains(document.activeElement) && document.activeElement.closest(".choice")?.firstChild.textContent;
    const table = view === "tiles";
    const shown = usable.filter(
      (field) =>
        (FILTERS.includes(field.key) || axes.has(field.key) || chosen[field.key]) &&
        !(table && [rows, cols].includes(field.key)),
    );
    const filtered = words || marks.length || Object.values(chosen).some(Boolean);
    const groups = [
      table ? h("div", { class: "group" }, ...axis("Rows", "rows")) : null,
      table ? h("div", { class: "group" }, ...axis("Columns", "cols")) : null,
      h("div", { class: "group" }, ...shown.map((field) => only(field, chosen)), find),
      h("div", { class: "group" }, marked("Marked", MARKS), marked("Score", SCORES)),
      filtered
        ? h("button", { type: "button", onclick: () => state.set({ chosen: {}, find: "", marks: [] }) }, "Clear filters")
        : null,
    ];
    choices.replaceChildren(...groups.filter((group) => group !== null));
    if (find.value !== words) find.value = words;
    if (focused) {
      [...choices.querySelectorAll(".choice")].find((label) => label.firstChild.textContent === focused)?.lastChild.focus();
    }
  }

  state.on((choice, keys) => {
    // The field that is typed in stays as it is.
    if ((keys.has("find") && keys.size === 1) && document.activeElement === find) return;
    if (!(keys.has("selected") && keys.size === 1)) draw();
  });
  draw();
  return {
    /** Say how many there are of how many. */
    count(found, total, what) {
      count.textContent =
        found === total ? `${total.toLocaleString("en")} ${what}` : `${found.toLocaleString("en")} of ${total.toLocaleString("en")} ${what}`;
    },
  };
}
