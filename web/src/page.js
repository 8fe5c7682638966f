/** The page beside a collage: what there is on it, and how its parts act on each other. */

import { inStudio } from "../studio/api.js";
import { makeActions } from "./actions.js";
import { makeAgain } from "./again.js";
import { apiChoices } from "./api_choices.js";
import { backLink } from "./back.js";
import { read } from "./collage.js";
import { collageView } from "./collage_view.js";
import { compareDialog } from "./compare.js";
import { GONE, isCopy, NO_TILES, whenGone, withTiles } from "./copy.js";
import { details } from "./details.js";
import { announce, h, iconButton } from "./dom.js";
import { takeAway } from "./export.js";
import { fields, matcher } from "./fields.js";
import { filmBar, frameOf } from "./film.js";
import { gather } from "./gather.js";
import { localChoices } from "./local_choices.js";
import { markActions } from "./mark_actions.js";
import { makeMarking } from "./marking.js";
import { follow } from "./progress.js";
import { share } from "./share.js";
import { sharing } from "./sharing.js";
import { shortcuts } from "./shortcuts.js";
import { sideBySide } from "./side_by_side.js";
import { skeleton } from "./skeleton.js";
import { makeState } from "./state.js";
import { only } from "./terms.js";
import { themeButton } from "./theme.js";
import { tilesView } from "./tiles.js";
import { toolbar } from "./toolbar.js";

const WORDS = { collage: "Collage", tiles: "Tiles" };

/** Where another layout of a collage lies. */
const LAYOUT = /^\/collages\/[^/]+\/layouts\//;

async function start() {
  const theme = themeButton();
  if (!("collage" in window)) {
    const top = inStudio ? h("header", { class: "top" }, backLink()) : "";
    const place = h("main", { class: "waiting" });
    document.body.append(top, place);
    if (isCopy) return place.append(h("section", { class: "progress" }, h("p", { role: "alert" }, GONE)));
    await follow(place);
    place.remove();
    if (top) top.remove();
  }
  open(read(window.collage), theme);
}

/**
 * What the parts of the page share.
 * @typedef {object} Page
 * @property {ReturnType<typeof read>} collage
 * @property {ReturnType<typeof makeState>} state
 * @property {import("./fields.js").Field[]} fields in which the tiles differ
 * @property {ReturnType<typeof makeMarking>} marking
 * @property {ReturnType<typeof makeActions>} actions
 * @property {() => {only: string[], items: import("./collage.js").Item[]}} chosen what is found now, as
 *     items, and as the terms that select it at the API
 */

/** @param {ReturnType<typeof read>} collage */
function open(collage, theme) {
  // Of tiles that were not joined there is no picture to wander in, but a preview.
  const shown = withTiles ? Object.keys(WORDS) : ["collage"];
  const joined = collage.manifest.files.collage || !withTiles;
  const state = makeState(collage.cols, joined ? "collage" : "tiles", shown);
  const actions = makeActions();
  const { id } = collage.manifest;
  const marking = makeMarking(collage, inStudio ? apiChoices(id) : localChoices(id));
  const views = (shown.length > 1 ? shown : []).map((view) => h("button", { type: "button", onclick: () => state.set({ view }) }, WORDS[view]));
  const parts = skeleton(collage, { views, acts: actions.place, about: aboutButton(state), theme });
  /** @type {Page} */
  const page = { collage, state, fields: fields(collage), marking, actions, chosen: () => chosen(page) };
  document.body.dataset.view = state.get().view;

  const { undo } = markActions(marking, actions, parts.problem);
  const { toggle, look } = withTiles ? sideBySide(page) : { toggle: noTiles, look: noTiles };
  sharing(page, inStudio);
  if (inStudio && !LAYOUT.test(location.pathname)) {
    takeAway(page);
    share(page);
    makeAgain(page);
    gather(page);
  } else if (inStudio) {
    // Its cells and tiles are numbered anew: what names them by number is asked of the collage.
    actions.forCollage(h("a", { class: "button", href: "../../" }, "The whole collage"));
  }
  // The choices come first: the zoom starts from the room that they leave.
  const choices = toolbar(page, parts.bar);
  const seen = details(page, parts.panel, {
    compare: compareDialog(collage),
    close: () => state.set({ selected: null }),
    locate(position) {
      state.set({ view: "collage", selected: { cell: position } });
      picture.enter(position);
    },
  });
  const picture = collageView(page, parts.stage, {
    looked: (item) => seen.show(item, { pinned: false, located: true }),
    busy: seen.writing,
  });
  const table = tilesView(page, parts.flow);
  keepInStep(page, { views, choices, seen, picture, table });
  filmBar(page, parts.main, table.ready);
  const inHand = () => table.focused() ?? picture.focused() ?? seen.item();
  shortcuts(marking, {
    inHand,
    undo,
    toggle,
    look,
    write() {
      const item = inHand();
      if (item !== seen.item()) state.set({ selected: { tile: item.shown.index } });
      seen.write();
    },
  });
  whenGone(picture.failed, () => parts.problem.before(h("p", { class: "problem", role: "alert" }, GONE)));
  marking.load();
}

const noTiles = () => announce(NO_TILES);

function aboutButton(state) {
  // Where the details have no place of their own, the collage's are asked for.
  const about = iconButton("about", "About this collage", () => {
    const panel = document.querySelector(".panel");
    const opened = panel.classList.contains("open") && !state.get().selected;
    state.set({ selected: null });
    panel.classList.toggle("open", !opened);
  });
  about.classList.add("about");
  return about;
}

/** @type {(page: Page) => ReturnType<Page["chosen"]>} */
function chosen({ collage, state, fields: all, marking }) {
  const now = state.get();
  const matches = matcher(all, now, marking);
  const frame = frameOf(now, all);
  const inFrame = (item) => frame === null || frame.field.of(item).includes(frame.value);
  const items = now.view === "collage" ? collage.cells : collage.tiles;
  const found = items.filter((item) => item.shown && inFrame(item) && (matches?.(item) ?? true));
  const values = frame ? { ...now.chosen, [frame.field.key]: frame.value } : now.chosen;
  return { only: only({ ...now, chosen: values }, found, collage), items: found };
}

/** What is shown follows what is chosen. */
function keepInStep({ collage, state, fields: all, marking }, { views, choices, seen, picture, table }) {
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
    views.forEach((button, i) => button.setAttribute("aria-pressed", String(Object.keys(WORDS)[i] === view)));
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
}

start();
