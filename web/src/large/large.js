/** How the page shows a large collage, of which it knows at any time what is looked at. */

import { UNREAD } from "../collage.js";
import { announce, h } from "../dom.js";
import { only } from "../terms.js";
import { colourable, colouring, SCORE } from "./colouring.js";
import { foundView } from "./found.js";
import { legend } from "./legend.js";
import { makeSearch } from "./search.js";

export { largeFields as fields, readLarge as read } from "./collage.js";
export { largeMarks as marks } from "./marks.js";
export const list = foundView;

const SEARCHED = ["chosen", "find", "marks"];
/** What decides which cells are found. */
const MOST_NAMED = 2000;
/** Cells that are named one by one where no term says which are meant. */

/** What was found last, by pages. @type {WeakMap<object, import("./search.js").Found | null>} */
const last = new WeakMap();

/** What is found now, for the API. @type {(page: import("../page.js").Page) => any} */
export function chosen(page) {
  const { collage, state } = page;
  const found = last.get(page) ?? null;
  const count = found ? found.count : collage.pictured;
  if (found && state.get().find && count > MOST_NAMED) {
    return { only: [], found: 0, why: `More than ${MOST_NAMED.toLocaleString("en")} cells are found by words. Find fewer first.` };
  }
  const named = [];
  if (found && state.get().find) found.cells.forEach((one, position) => one && named.push({ shown: true, position }));
  return { only: only(state.get(), named, collage), found: count };
}

/** What is shown follows what is chosen. */
export function keepInStep(page, { views, choices, seen, picture, table, parts }) {
  const { collage, state, marking } = page;
  const search = makeSearch(collage.index, collage.columns, marking);
  const colours = legend(page, parts.stage);
  const problem = h("div", { class: "problem index", role: "alert", hidden: true });
  parts.problem.after(problem);
  let turn = 0;
  let hidden = 0;
  /** Whether the list shows what was found last: it is laid out when it is seen. */
  let listed = false;
  /** What cells are coloured by, and the last time that this was asked for. */
  let coloured = null;
  let colourTurn = 0;
  /** The file that would say where the tile lies that the address names, and could not be read. */
  let lost = [];

  async function selection() {
    const { selected, view } = state.get();
    if (selected?.tile !== undefined) return find(selected.tile);
    const item = selected ? collage.cellAt(selected.cell) : null;
    collage.want("selected", item ? [selected.cell] : []);
    picture.frame(item ? selected.cell : null);
    seen.show(item, { pinned: true, located: view === "collage" });
    table.mark(item ? selected.cell : null);
  }

  /** An address may name a tile by its number. */
  async function find(tile) {
    try {
      const cell = await search.cellOf(tile);
      if (state.get().selected?.tile === tile) state.set({ selected: cell === null ? null : { cell } });
      lost = [];
    } catch (error) {
      lost = [error.message];
    }
    tellUnread();
  }

  function dress() {
    const { view } = state.get();
    document.body.dataset.view = view;
    views.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === view)));
  }

  /** Colour the cells by what is asked for. */
  async function colour() {
    const mine = (colourTurn += 1);
    const { map } = state.get();
    const field = colourable(collage.index, page.fields).find(({ key }) => key === map) ?? null;
    const wanted = map === SCORE || field;
    if (wanted && !coloured) colours.say("Colouring the cells\u2026");
    const now = wanted ? await colouring(collage, marking, field, { goesOn: () => mine === colourTurn }) : null;
    if (mine !== colourTurn) return;
    coloured = now;
    picture.colour(now);
    colours.show(now, last.get(page)?.cells ?? null);
    tellUnread();
  }

  async function draw() {
    const now = state.get();
    const mine = (turn += 1);
    dress();
    if (!search.asks(now)) return show(null);
    choices.say("Looking through the cells\u2026");
    const told = (share) => choices.say(`Looking through the cells\u2026 ${Math.round(share * 100)}%`);
    const found = await search.find(now, { goesOn: () => mine === turn, told: (share) => mine === turn && told(share) });
    if (mine === turn) show(found);
  }

  function show(found) {
    last.set(page, found);
    const total = collage.index.cells;
    choices.count(found ? found.count : total, total, "cells");
    picture.filter(found?.cells ?? null);
    if (coloured) colours.show(coloured, found?.cells ?? null);
    listed = false;
    layList();
    if (found) announce(`${found.count} of ${total} cells`);
    tellUnread();
  }

  /** @param {Set<string>} [changed] */
  function layList(changed) {
    const wanted = state.get().view === "tiles";
    if (wanted && !listed) table.show(last.get(page)?.cells ?? null);
    else if (wanted && changed) table.follow(changed);
    if (!wanted) table.hide();
    listed = wanted;
  }

  /** Say which files could not be read, and offer to read them again. */
  function tellUnread() {
    const files = [...collage.failed(), ...lost, ...(last.get(page)?.unread ?? []), ...(coloured?.unread ?? []), ...table.unread()];
    problem.hidden = !files.length;
    const more = files.length > 1 ? ` and ${files.length - 1} more` : "";
    const text = `A part of the collage's index cannot be read: ${files[0]}${more}. What is said of its cells is lacking.`;
    if (files.length && problem.dataset.said !== text) {
      problem.replaceChildren(h("p", {}, text), h("button", { type: "button", onclick: again }, "Try again"));
    }
    problem.dataset.said = files.length ? text : "";
  }

  function again() {
    collage.retry();
    if (last.get(page)?.unread.length || table.unread().length) draw();
    if (coloured?.unread.length) colour();
    if (lost.length) selection();
  }

  state.on((choice, changed) => {
    if (SEARCHED.some((key) => changed.has(key))) draw();
    else if (!(changed.has("selected") && changed.size === 1)) {
      dress();
      layList(changed);
    }
    if (changed.has("map")) colour();
    selection();
  });
  marking.on(() => {
    picture.refresh();
    table.refresh();
    if (state.get().marks.length || marking.counts().hidden !== hidden) draw();
    hidden = marking.counts().hidden;
    if (state.get().map === SCORE) colour();
  });
  table.counted(tellUnread);
  collage.heard(() => {
    const { selected } = state.get();
    if (seen.item()?.state === UNREAD && selected?.cell === seen.item().position) selection();
    tellUnread();
  });
  draw();
  if (state.get().map) colour();
  selection();
  const { selected } = state.get();
  if (selected?.cell !== undefined) picture.use(selected.cell);
}
