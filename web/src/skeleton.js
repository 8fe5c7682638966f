/** The parts of the page before anything is in them. */

import { backLink } from "./back.js";
import { h } from "./dom.js";

const KEYS =
  "Arrow keys move from cell to cell, Enter zooms in, Space pins, Escape lets go; plus, minus and 0 zoom. " +
  "S stars, H hides, 1 to 5 score, 0 takes a score back, N writes a note, C puts side by side, B shows those, U undoes.";

/**
 * @param {ReturnType<import("./collage.js").read>} collage
 * @param {{views: HTMLElement[], acts: HTMLElement, about: HTMLElement, theme: HTMLElement}} buttons
 */
export function skeleton({ manifest, rows, cols }, { views, acts, about, theme }) {
  const title = manifest.title ?? "Collage";
  document.title = title;
  const stage = h("section", { class: "stage", "aria-label": "The collage" });
  stage.append(h("p", { id: "keys", class: "away" }, KEYS));
  const flow = h("section", { class: "tiles", "aria-label": "Tiles", tabindex: "-1" });
  const panel = h("aside", { class: "panel", "aria-label": "Details" });
  const bar = h("section", { class: "bar", "aria-label": "Filters" });
  const problem = h("div", { class: "problem", role: "alert", hidden: true });
  const main = h("main", {}, stage, flow, panel);
  document.body.append(
    h(
      "header",
      { class: "top" },
      backLink(),
      h("div", { class: "title" }, h("h1", {}, title), h("p", {}, `${rows} × ${cols} cells`)),
      acts,
      h("div", { class: "views", role: "group", "aria-label": "View" }, ...views),
      about,
      theme,
    ),
    problem,
    bar,
    main,
  );
  return { main, stage, flow, panel, bar, problem };
}
