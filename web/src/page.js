/** The page beside a collage: what there is on it, and how its parts act on each other. */

import { cellGrid } from "./cells.js";
import { read } from "./collage.js";
import { compareDialog } from "./compare.js";
import { details } from "./details.js";
import { announce, h, iconButton } from "./dom.js";
import { fields, matcher } from "./fields.js";
import { marks } from "./marks.js";
import { follow } from "./progress.js";
import { makeState } from "./state.js";
import { themeButton } from "./theme.js";
import { tilesView } from "./tiles.js";
import { toolbar } from "./toolbar.js";
import { zoomView } from "./zoom.js";

const KEYS =
  "Arrow keys move from cell to cell, Enter zooms in, Space pins, Escape lets go; plus, minus and 0 zoom.";
const WORDS = { collage: "Collage", tiles: "Tiles" };

async function start() {
  const theme = themeButton();
  if (!("collage" in window)) {
    const place = h("main", { class: "waiting" });
    document.body.append(place);
    await follow(place);
    place.remove();
  }
  open(read(window.collage), theme);
}

/** @param {ReturnType<typeof read>} collage */
function open(collage, theme) {
  const { manifest, rows, cols, cells, tiles } = collage;
  const title = manifest.title ?? "Collage";
  document.title = title;
  const state = makeState(cols);
  const all = fields(collage);
  const named = new Set(manifest.tiles.flatMap((record) => Object.keys(record.axes ?? {})));

  const switches = Object.entries(WORDS).map(([view, word]) =>
    h("button", { type: "button", onclick: () => state.set({ view }) }, word),
  );
  const stage = h("section", { class: "stage", "aria-label": "The collage" });
  stage.append(h("p", { id: "keys", class: "away" }, KEYS));
  const flow = h("section", { class: "tiles", "aria-label": "Tiles", tabindex: "-1" });
  const panel = h("aside", { class: "panel", "aria-label": "Details" });
  const bar = h("section", { class: "bar", "aria-label": "Filters" });
  // Where the details have no place of their own, the collage's are asked for.
  const about = iconButton("about", "About this collage", () => {
    const opened = panel.classList.contains("open") && !state.get().selected;
    state.set({ selected: null });
    panel.classList.toggle("open", !opened);
  });
  about.classList.add("about");
  document.body.append(
    h(
      "header",
      { class: "top" },
      h("div", { class: "title" }, h("h1", {}, title), h("p", {}, `${rows} × ${cols} cells`)),
      h("div", { class: "views", role: "group", "aria-label": "View" }, ...switches),
      about,
      theme,
    ),
    bar,
    h("main", {}, stage, flow, panel),
  );

  document.body.dataset.view = state.get().view;
  // The choices come first: the zoom starts from the room that they leave.
  const choices = toolbar(all, state, bar, named);
  const zoom = zoomView(collage, stage);
  const over = marks(collage, zoom, stage);
  const compare = compareDialog(collage);
  const show = details(collage, panel, {
    compare,
    close: () => state.set({ selected: null }),
    locate(position) {
      state.set({ view: "collage", selected: { cell: position } });
      zoom.enter(position);
    },
  });
  const pin = (position) => state.set({ selected: position === null ? null : { cell: position } });
  const grid = cellGrid(collage, zoom, stage, {
    focused: (position) => (state.get().selected ? pin(position) : look(position)),
    pinned: pin,
    left() {
      state.set({ selected: null });
      look(null);
    },
  });
  const table = tilesView(collage, flow, {
    pinned: (item) => state.set({ selected: { tile: item.planned.index } }),
    narrowed: (field, value) => {
      const { chosen } = state.get();
      state.set({ chosen: { ...chosen, [field.key]: chosen[field.key] === value ? "" : value } });
    },
  });

  /** Show a cell while nothing is pinned. */
  function look(position) {
    if (state.get().selected) return;
    over.frame(position);
    show(position === null ? null : cells[position], { pinned: false, located: true });
  }

  let hovered = null;
  stage.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || event.buttons) return;
    const position = zoom.under(event);
    // Leaving a cell for a gap keeps it, so that the details do not flicker.
    if (position === null || position === hovered) return;
    hovered = position;
    look(position);
  });
  zoom.resized(() => {
    const { cell } = state.get().selected ?? {};
    if (cell !== undefined) zoom.reveal(cell);
  });
  zoom.clicked((position) => {
    const { selected } = state.get();
    pin(selected?.cell === position ? null : position);
    if (position !== null) grid.focus(position);
  });

  function selection() {
    const { selected } = state.get();
    const item = selected ? cells[selected.cell] ?? tiles[selected.tile] ?? null : null;
    over.frame(selected?.cell !== undefined && item ? selected.cell : item?.position ?? null);
    show(item, { pinned: true, located: state.get().view === "collage" && selected?.cell !== undefined });
    table.mark(item && selected.tile !== undefined ? selected.tile : -1);
  }

  function draw() {
    const { view, rows: down, cols: across } = state.get();
    const matches = matcher(all, state.get());
    document.body.dataset.view = view;
    switches.forEach((button, i) => button.setAttribute("aria-pressed", String(Object.keys(WORDS)[i] === view)));
    const items = view === "collage" ? cells : tiles;
    const found = matches ? items.filter(matches) : items;
    choices.count(found.length, items.length, view === "collage" ? "cells" : "tiles");
    over.filter(matches);
    const field = (key) => all.find((one) => one.key === key);
    if (view === "tiles") table.show(found, field(down), field(across));
    if (matches) announce(`${found.length} of ${items.length} ${view === "collage" ? "cells" : "tiles"}`);
  }

  state.on((choice, changed) => {
    if (!(changed.has("selected") && changed.size === 1)) draw();
    selection();
  });
  draw();
  selection();
  const { selected } = state.get();
  if (cells[selected?.cell]) grid.use(selected.cell);
}

start();
