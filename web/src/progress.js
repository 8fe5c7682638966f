/** While the collage is being made: where its run is, asked again and again until it ends. */

import { Problem, inStudio } from "../studio/api.js";
import { followed } from "../studio/live.js";
import { h, script } from "./dom.js";

const PAUSE = 1500;
/** Milliseconds between two looks, where nothing says when the next one is worth it. */
const ID = /\/collages\/([0-9a-f]{20})\//;
export const PHASES = { styles: "Styles", masks: "Masks", plan: "Plan", tiles: "Tiles", assembly: "Assembly" };

/**
 * Show the progress in `place`; resolves once the manifest is there.
 * @param {HTMLElement} place
 * @returns {Promise<void>}
 */
export async function follow(place) {
  const title = h("h1", {}, "Looking for the collage");
  const line = h("p", { role: "status" });
  const bar = h("progress", { "aria-label": "Tiles made", max: "1" });
  const phases = h("ol", { class: "phases" });
  place.replaceChildren(h("section", { class: "progress" }, title, phases, bar, line));
  const look = looks();
  for (;;) {
    const { at, rest } = await look();
    if (at === null) {
      title.textContent = "There is no collage here yet";
      line.textContent = location.protocol === "file:" ? "Beside this page there has to be a manifest.js." : "Looking again.";
      bar.hidden = true;
    } else {
      show(at);
      if (["done", "partial"].includes(at.state) && (await load())) return;
      if (["failed", "cancelled"].includes(at.state)) return new Promise(() => {});
    }
    // A host without progress.json has the collage as soon as it has the manifest.
    if (at === null && location.protocol !== "file:" && (await load())) return;
    await new Promise((resolve) => setTimeout(resolve, rest));
  }

  function show(at) {
    const { total, done, failed, refused } = at.tiles;
    const names = Object.keys(PHASES);
    const now = at.state === "running" ? names.indexOf(at.phase) : names.length;
    const ended = { failed: "No collage came of it", cancelled: "The run was cancelled" };
    title.textContent = ended[at.state] ?? "The collage is being made";
    phases.hidden = at.state in ended;
    phases.replaceChildren(
      ...names.map((name, index) =>
        h(
          "li",
          { class: index < now ? "passed" : index === now ? "now" : "", "aria-current": index === now ? "step" : null },
          PHASES[name],
        ),
      ),
    );
    bar.hidden = total === null || at.state in ended;
    bar.value = total ? (done + failed + refused) / total : 0;
    line.textContent = at.state in ended ? [at.error, at.message].filter(Boolean).join(": ") : told(at);
  }
}

function told({ tiles, eta_seconds: eta, usd }) {
  const parts = [];
  if (tiles.total !== null) parts.push(`${tiles.done.toLocaleString("en")} of ${tiles.total.toLocaleString("en")} tiles`);
  if (tiles.refused) parts.push(`${tiles.refused} refused`);
  if (tiles.failed) parts.push(`${tiles.failed} failed`);
  if (eta != null) parts.push(eta < 90 ? `about ${Math.ceil(eta)} s to go` : `about ${Math.ceil(eta / 60)} minutes to go`);
  if (usd) parts.push(`$${usd.toFixed(2)} so far`);
  return parts.join(" · ");
}

/** What looks where the collage stands (null where there is none), and says when to look again. */
function looks() {
  const id = ID.exec(location.pathname)?.[1];
  return inStudio && id ? looksByNews(followed(id)) : async () => ({ at: await beside(), rest: PAUSE });
}

/** @param {ReturnType<typeof followed>} news */
function looksByNews(news) {
  let at = null;
  return async () => {
    try {
      const { collage, rest } = await news();
      at = collage ?? at;
      return { at, rest: rest ?? PAUSE };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { at: error.passing ? at : null, rest: PAUSE };
    }
  };
}

async function beside() {
  if (location.protocol === "file:") return null;
  try {
    const answer = await fetch("progress.json", { cache: "no-store" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Load the manifest that was not there when the page was opened; whether it is there now. */
const load = async () => (await script(`manifest.js?${Date.now()}`)) && "collage" in window;
