/** Watch: all collages, newest first; those under way above, with their tiles as they are made. */

import { announce, h } from "../src/dom.js";
import { Problem, get } from "./api.js";
import { collageCard } from "./card.js";
import { followed } from "./live.js";
import { repeat } from "./poll.js";
import { format } from "./route.js";
import { runPanel } from "./run.js";

const PAGE = 24;
const PAUSE = 2000;
/** Milliseconds after a turn that failed. */
const NEWS = 6000;
/** Milliseconds after which it is looked whether somebody else has asked for another collage. */
const FOLLOWED = 6;
/** Runs that are followed at once. */

/**
 * @param {HTMLElement} place
 * @param {import("./studio.js").Context} context
 * @returns {import("./studio.js").View}
 */
export function watchView(place) {
  const banner = h("p", { class: "banner", role: "status", hidden: true });
  const runs = h("div", { class: "runs" });
  const running = h("section", { class: "running", "aria-labelledby": "running", hidden: true }, h("h2", { id: "running" }, "Under way"), runs);
  const list = h("ul", { class: "collages" });
  const more = h("button", { type: "button", class: "more", hidden: true, onclick: follow }, "More");
  const made = h("section", { "aria-labelledby": "made", hidden: true }, h("h2", { id: "made" }, "Collages"), list, more);
  const empty = h(
    "section",
    { class: "empty", hidden: true },
    h("h2", {}, "No collage yet"),
    h("p", {}, "A picture and a few styles are enough for the first one."),
    h("a", { class: "button main", href: format("ask") }, "Ask for a collage"),
  );
  place.append(banner, running, made, empty);

  /** @type {Map<string, any>} */
  const collages = new Map();
  const panels = new Map();
  const cards = new Map();
  /** Of those under way, what asks for news and when it is due. */
  const runsFollowed = new Map();
  let order = [];
  let next = null;
  let newsDue = 0;
  let wanted = null;
  let following = false;

  const poll = repeat(look, PAUSE, told);
  new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && follow(), { rootMargin: "600px" }).observe(more);

  /** One turn: of those under way the ones that are due, and now and then the newest page. */
  async function look() {
    if (Date.now() >= newsDue) {
      await newest();
      newsDue = Date.now() + NEWS;
    }
    const under = underWay().slice(0, FOLLOWED);
    for (const id of under) if (Date.now() >= run(id).due) await catchUp(id);
    const due = under.filter((id) => runsFollowed.has(id)).map((id) => run(id).due);
    return Math.max(0, Math.min(newsDue, ...due) - Date.now());
  }

  const underWay = () => order.filter((id) => collages.get(id).state === "running");

  function run(id) {
    if (!runsFollowed.has(id)) runsFollowed.set(id, { news: followed(id), due: 0 });
    return runsFollowed.get(id);
  }

  async function catchUp(id) {
    const { collage, tiles, rest } = await run(id).news();
    run(id).due = Date.now() + (rest ?? PAUSE);
    if (collage) learn([collage]);
    await panels.get(id)?.grow(collages.get(id), tiles);
  }

  async function newest() {
    const page = await get(`/collages?limit=${PAGE}`);
    const ids = page.items.map(({ id }) => id);
    const known = new Set(order);
    // Where the newest page does not reach what is known, there are others between the two.
    if (!ids.some((id) => known.has(id))) {
      order = [];
      next = page.next;
    }
    const first = new Set(ids);
    order = [...ids, ...order.filter((id) => !first.has(id))];
    learn(page.items);
  }

  async function follow() {
    if (following || next === null) return;
    following = true;
    more.disabled = true;
    try {
      const page = await get(`/collages?limit=${PAGE}&after=${encodeURIComponent(next)}`);
      next = page.next;
      const known = new Set(order);
      order.push(...page.items.map(({ id }) => id).filter((id) => !known.has(id)));
      learn(page.items);
      told(null);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      told(error);
    }
    more.disabled = false;
    following = false;
  }

  /** Take in where collages stand, and show it. */
  function learn(items) {
    for (const at of items) {
      const before = collages.get(at.id);
      collages.set(at.id, at);
      if (before?.state === "running" && at.state !== "running") announce(`A collage has ended: ${at.state}`);
      if (at.state === "running") {
        if (!panels.has(at.id)) panels.set(at.id, runPanel(at.id, (stopped) => learn([stopped])));
        panels.get(at.id).update(at);
      } else {
        panels.delete(at.id);
        runsFollowed.delete(at.id);
        if (!cards.has(at.id)) cards.set(at.id, collageCard(at.id, started));
        if (!before || said(before) !== said(at)) cards.get(at.id).update(at);
      }
    }
    draw();
  }

  function started() {
    newsDue = 0;
    poll.now();
  }

  function draw() {
    const under = underWay();
    const ended = order.filter((id) => collages.get(id).state !== "running");
    arrange(runs, under.map((id) => panels.get(id).element));
    arrange(list, ended.map((id) => cards.get(id).element));
    running.hidden = !under.length;
    made.hidden = !ended.length;
    more.hidden = next === null;
    empty.hidden = order.length > 0;
    if (wanted) {
      const panel = panels.get(wanted)?.element ?? cards.get(wanted)?.element;
      if (panel) {
        panel.scrollIntoView({ block: "center" });
        panel.querySelector("a").focus({ preventScroll: true });
        wanted = null;
      }
    }
  }

  function told(problem) {
    if (problem === null && !banner.hidden) announce("The stack answers again.");
    banner.hidden = problem === null;
    if (problem) {
      const text = problem.passing ? `${problem.message} Looking again.` : problem.message;
      if (banner.textContent !== text) banner.textContent = text;
    }
  }

  return {
    /** @param {URLSearchParams} params `id` of the collage that is to be seen at once */
    show(params) {
      wanted = params.get("id");
      newsDue = 0;
      poll.start();
    },
    hide() {
      poll.stop();
    },
  };
}

/** What of a collage's state shows on its card. */
const said = ({ state, tiles, usd, error, message, ended }) => JSON.stringify([state, tiles, usd, error, message, ended]);

/** Have exactly these children, in their order; those that are right already stay untouched. */
function arrange(parent, children) {
  let at = parent.firstElementChild;
  for (const child of children) {
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
  while (at) {
    const gone = at;
    at = at.nextElementSibling;
    gone.remove();
  }
}
