/** The axes of the Tiles view: rows, columns, blocks, a film; the heat map; near duplicates. */

import { dropDown, h, iconButton, toggle } from "./dom.js";
import { hashed } from "./duplicates.js";
import { AXES, MOST_NEAR } from "./state.js";

const LABELS = { rows: "Rows", cols: "Columns", down: "Blocks down", across: "Blocks across", film: "Film" };
const NEEDS = { down: "rows", across: "cols" };
/** Blocks repeat what there is without them. */
const NEAR = 6;
/** Bits to begin with. */

/**
 * @param {import("./page.js").Page} page
 * @param {import("./fields.js").Field[]} usable
 * @returns {() => HTMLElement[]} its groups as they are now
 */
export function axesBar({ collage, state }, usable) {
  const near = h("input", {
    id: "near",
    type: "range",
    min: "0",
    max: String(MOST_NEAR),
    // While it is drawn nothing changes below it.
    onchange: () => state.set({ near: Number(near.value) }),
  });

  function axis(name) {
    const now = state.get();
    const taken = AXES.filter((other) => other !== name).map((other) => now[other]);
    const options = usable.filter((field) => field.key !== "state" && !taken.includes(field.key));
    return dropDown(LABELS[name], [["", "none"], ...options.map((one) => [one.key, one.label])], now[name], (value) => {
      const { [now[name]]: _, ...rest } = state.get().chosen;
      state.set({ [name]: value, chosen: rest, ...(name === "film" ? { frame: "" } : {}) });
    });
  }

  function swap() {
    const { rows, cols, down, across } = state.get();
    state.set({ rows: cols, cols: rows, down: across, across: down });
  }

  return () => {
    const now = state.get();
    const shown = AXES.filter((name) => !NEEDS[name] || now[NEEDS[name]]);
    const swappable = now.rows || now.cols ? iconButton("swap", "Swap axes", swap) : null;
    const [rows, ...others] = shown.map(axis);
    const table = now.rows || now.cols;
    near.value = String(now.near ?? NEAR);
    return [
      h("div", { class: "group" }, rows, swappable, ...others),
      h(
        "div",
        { class: "group" },
        table ? toggle("Heat map of scores", now.heat, (heat) => state.set({ heat })) : null,
        hashed(collage) ? toggle("Group near duplicates", now.near !== null, (on) => state.set({ near: on ? NEAR : null })) : null,
        now.near === null ? null : h("div", { class: "choice" }, h("label", { for: "near" }, `within ${now.near} bits`), near),
      ),
    ];
  };
}
