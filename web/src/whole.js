/** How the page shows a collage whose manifest it has read whole. */

import { announce } from "./dom.js";
import { matcher } from "./fields.js";
import { fieldReel, filmBar, frameOf } from "./film.js";
import { only } from "./terms.js";
import { tilesView } from "./tiles.js";

export { read } from "./collage.js";
export { fields } from "./fields.js";
export { marks } from "./marks.js";
export const list = tilesView;

/** What is found now, for the API. @type {(page: import("./page.js").Page) => any} */
export function chosen({ collage, state, fields: all, marking }) {
  const now = state.get();
  const matches = matcher(all, now, marking);
  const frame = frameOf(now, all);
  const inFrame = (item) => frame === null || frame.field.of(item).includes(frame.value);
  const items = now.view === "collage" ? collage.cells : collage.tiles;
  const found = items.filter((item) => item.shown && inFrame(item) && (matches?.(item) ?? true));
  const values = frame ? { ...now.chosen, [frame.field.key]: frame.value } : now.chosen;
  const tiles = new Set(found.map((item) => item.shown.index));
  return { only: only({ ...now, chosen: values }, found, collage), found: tiles.size };
}

/** What is shown follows what is chosen. */
export function keepInStep(page, { views, choices, seen, picture, table, parts }) {
  const { collage, state, fields: all, marking } = page;
  const { cells, tiles } = collage;
  let hidden = 0;

  function selection() {
    const { selected, view } = state.get();
    const item = selected ? cells[selected.cell] ?? tiles[selected.tile] ?? null : null;
    picture.frame(selected?.cell !== undefined && item ? selected.cell : item?.position ?? null);
    seen.show(item, { pinned: true, located: view === "collage" && selected?.cell !== undefined });
    table.mark(item && selected.tile !== undefined ? selected.tile : -1);
  }

  function draw() {
    const { view } = state.get();
    const matches = matcher(all, state.get(), marking);
    document.body.dataset.view = view;
    views.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === view)));
    const items = view === "collage" ? cells : tiles;
    const matching = matches ? items.filter(matches) : items;
    const frame = frameOf(state.get(), all);
    const inFrame = frame && ((item) => frame.field.of(item).includes(frame.value));
    const found = inFrame ? matching.filter(inFrame) : matching;
    choices.count(found.length, items.length, view === "collage" ? "cells" : "tiles");
    picture.filter(matches);
    if (view === "tiles") table.show(matching, inFrame);
    if (matches && !frame) announce(`${found.length} of ${items.length} ${view === "collage" ? "cells" : "tiles"}`);
  }

  state.on((choice, changed) => {
    if (!(changed.has("selected") && changed.size === 1)) draw();
    selection();
  });
  marking.on(() => {
    picture.refresh();
    table.refresh();
    // What was marked may no longer be among those that are asked for.
    if (state.get().marks.length || marking.counts().hidden !== hidden) draw();
    hidden = marking.counts().hidden;
  });
  draw();
  selection();
  const { selected } = state.get();
  if (cells[selected?.cell]) picture.use(selected.cell);
  filmBar(state, parts.main, fieldReel(page, table.ready));
}
