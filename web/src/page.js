/** The page beside a collage: what there is on it, and how its parts act on each other. */

import { inStudio } from "../studio/api.js";
import { makeActions } from "./actions.js";
import { makeAgain } from "./again.js";
import { apiChoices } from "./api_choices.js";
import { backLink } from "./back.js";
import { collageView } from "./collage_view.js";
import { compareDialog } from "./compare.js";
import { GONE, isCopy, NO_TILES, whenGone, withTiles } from "./copy.js";
import { details } from "./details.js";
import { announce, h, iconButton, pause } from "./dom.js";
import { takeAway } from "./export.js";
import { gather } from "./gather.js";
import * as large from "./large/large.js";
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
import { themeButton } from "./theme.js";
import { toolbar } from "./toolbar.js";
import * as whole from "./whole.js";

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
  // What was read of the page has taken its time; what is made of it takes its own.
  await pause();
  open("index" in window.collage ? large : whole, theme);
}

/**
 * What the parts of the page share.
 * @typedef {object} Page
 * @property {ReturnType<typeof whole.read> | ReturnType<typeof large.read>} collage
 * @property {ReturnType<typeof makeState>} state
 * @property {import("./fields.js").Field[]} fields in which the tiles differ
 * @property {ReturnType<typeof makeMarking>} marking
 * @property {ReturnType<typeof makeActions>} actions
 * @property {() => {only: string[], found: number, why?: string}} chosen what is found now: the terms that
 *     select it at the API, how many tiles it is, and why it cannot be selected, where it cannot
 */

/** @param {typeof whole | typeof large} way in which a collage is shown that was read whole, or is large */
function open(way, theme) {
  const collage = way.read(window.collage);
  // Of tiles that were not joined there is no picture to wander in, but a preview.
  const shown = withTiles ? Object.keys(WORDS) : ["collage"];
  // Of very many cells there is a pyramid, and no file of all of it.
  const { pyramid, collage: file } = collage.manifest.files;
  const joined = pyramid || file || !withTiles;
  const state = makeState(collage.cols, joined ? "collage" : "tiles", shown);
  const actions = makeActions();
  const { id } = collage.manifest;
  const marking = makeMarking(collage, inStudio ? apiChoices(id) : localChoices(id));
  const views = (shown.length > 1 ? shown : []).map((view) => h("button", { type: "button", "data-view": view, onclick: () => state.set({ view }) }, WORDS[view]));
  const parts = skeleton(collage, { views, acts: actions.place, about: aboutButton(state), theme });
  /** @type {Page} */
  const page = { collage, state, fields: way.fields(collage), marking, actions, chosen: () => way.chosen(page) };
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
  const tell = { looked: (item) => seen.show(item, { pinned: false, located: true }), busy: seen.writing };
  const picture = collageView(page, parts.stage, tell, way.marks);
  const table = way.list(page, parts.flow);
  way.keepInStep(page, { views, choices, seen, picture, table, parts });
  const inHand = () => table.focused() ?? picture.focused() ?? seen.item();
  shortcuts(marking, {
    inHand,
    undo,
    toggle,
    look,
    write() {
      const item = inHand();
      if (item !== seen.item()) state.set({ selected: collage.large ? { cell: item.position } : { tile: item.shown.index } });
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

start();
