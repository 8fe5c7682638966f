/** What a large collage is coloured by; the axes of its tables, what they count, and its film. */

import { dropDown, h, iconButton, toggle } from "../dom.js";
import { colourable, SCORE } from "./colouring.js";
import { FILM } from "./found_film.js";
import { MEASURES } from "./tally.js";

/**
 * @param {import("../page.js").Page} page
 * @param {import("../fields.js").Field[]} usable
 * @returns {() => HTMLElement[]} its groups as they are now
 */
export function largeAxes({ collage, state }, usable) {
  const single = colourable(collage.index, usable).map(({ key, label }) => [key, label]);
  const colours = [["", "none"], ...single, [SCORE, "Score"]];

  function axis(label, name, other) {
    const now = state.get();
    const options = usable.filter((field) => field.key !== now[other]).map((field) => [field.key, field.label]);
    return dropDown(label, [["", "none"], ...options], now[name], (value) => state.set({ [name]: value }));
  }

  function swap() {
    const { rows, cols } = state.get();
    state.set({ rows: cols, cols: rows });
  }

  return () => {
    const { view, rows, cols, map, measure, film } = state.get();
    if (view === "collage") return [dropDown("Colour by", colours, map, (value) => state.set({ map: value }))];
    const table = rows || cols;
    const both = rows && cols;
    return [
      h("div", { class: "group" }, axis("Rows", "rows", "cols"), table ? iconButton("swap", "Swap axes", swap) : null, axis("Columns", "cols", "rows")),
      both ? dropDown("Numbers", MEASURES, measure || "cells", (value) => state.set({ measure: value })) : null,
      table ? null : toggle("As a film", film === FILM, (on) => state.set({ film: on ? FILM : "", frame: "" })),
    ].filter(Boolean);
  };
}
