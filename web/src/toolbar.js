/** The row of choices: view, filters, the two axes of the table. */

import { dropDown, h } from "./dom.js";

const LONGEST = 400;
/** A field with more values than this is no use in a drop-down. */
const FILTERS = ["style", "mask", "operation", "engine", "model", "state"];

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

  function draw() {
    const { view, rows, cols, chosen, find: words } = state.get();
    const focused = choices.contains(document.activeElement) && document.activeElement.closest(".choice")?.firstChild.textContent;
    const table = view === "tiles";
    const shown = usable.filter(
      (field) =>
        (FILTERS.includes(field.key) || axes.has(field.key) || chosen[field.key]) &&
        !(table && [rows, cols].includes(field.key)),
    );
    const filtered = words || Object.values(chosen).some(Boolean);
    const groups = [
      table ? h("div", { class: "group" }, ...axis("Rows", "rows")) : null,
      table ? h("div", { class: "group" }, ...axis("Columns", "cols")) : null,
      h("div", { class: "group" }, ...shown.map((field) => only(field, chosen)), find),
      filtered
        ? h("button", { type: "button", onclick: () => state.set({ chosen: {}, find: "" }) }, "Clear filters")
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
