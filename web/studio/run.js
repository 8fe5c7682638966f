/** A run under way: its phase, its tiles as they appear, how fast, how long, how much. */

import { h } from "../src/dom.js";
import { PHASES } from "../src/progress.js";
import { Problem, remove } from "./api.js";
import { mosaic } from "./mosaic.js";
import { requestOf } from "./requests.js";
import { counted, dollars, kindOf, nameOf, number, span } from "./words.js";

/**
 * @param {string} id
 * @param {(collage: any) => void} changed is told where a collage stands that was stopped
 */
export function runPanel(id, changed) {
  const title = h("a", { href: `/collages/${id}/` }, "A collage");
  const kind = h("p", { class: "kind" });
  const phases = h("ol", { class: "phases" });
  const bar = h("progress", { "aria-label": "Tiles made", max: "1" });
  const facts = h("dl", { class: "facts" });
  const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
  const stop = h("button", { type: "button", onclick: end }, "Stop");
  const picture = h("div", { class: "appearing" });
  const element = h(
    "article",
    { class: "run", id: `run-${id}` },
    picture,
    h("div", { class: "told" }, h("h3", {}, title), kind, phases, bar, facts, wrong, h("div", { class: "actions" }, stop)),
  );
  /** Tiles that have ended and are not shown yet. */
  const waiting = [];
  let asked = null;
  let tiles = null;

  async function learn() {
    asked = await requestOf(id);
    if (!asked) return;
    title.textContent = nameOf(asked);
    kind.textContent = kindOf(asked);
  }

  async function end() {
    stop.disabled = true;
    wrong.hidden = true;
    try {
      changed(await remove(`/collages/${id}`));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      wrong.textContent = error.message;
      wrong.hidden = false;
    }
    stop.disabled = false;
  }

  return {
    element,
    /** @param {any} at where it stands, as the API says */
    update(at) {
      const { total, done, failed, refused } = at.tiles;
      const names = Object.keys(PHASES);
      const now = names.indexOf(at.phase);
      phases.replaceChildren(
        ...names.map((name, index) =>
          h(
            "li",
            { class: index < now ? "passed" : index === now ? "now" : "", "aria-current": index === now ? "step" : null },
            PHASES[name],
          ),
        ),
      );
      bar.hidden = total === null;
      bar.value = total ? (done + failed + refused) / total : 0;
      facts.replaceChildren(...list(at));
      tiles?.say(`${number(done)} of ${counted(total, "tile")} made`);
    },
    /**
     * Show what it is called, and tiles that have ended since.
     * @param {any} at
     * @param {any[]} ended
     */
    async grow(at, ended) {
      waiting.push(...ended);
      if (asked === null) await learn();
      if (asked === null || !at.tiles.total) return;
      if (tiles === null) {
        tiles = mosaic(at.tiles.total, asked.target ?? asked.size);
        picture.replaceChildren(tiles.element);
        tiles.say(`${number(at.tiles.done)} of ${counted(at.tiles.total, "tile")} made`);
      }
      const cell = asked.cell * (asked.upscale ?? 1);
      for (const tile of waiting.splice(0)) tiles.add(tile, cell);
    },
  };
}

function list({ tiles: { total, done, failed, refused }, eta_seconds: eta, usd, planned_usd: planned }) {
  const rows = [];
  if (total !== null) rows.push(["Tiles", `${number(done)} of ${number(total)}`]);
  if (refused) rows.push(["Refused", number(refused)]);
  if (failed) rows.push(["Failed", number(failed)]);
  const left = total - done - failed - refused;
  if (eta && left > 0) {
    const pace = (left / eta) * 60;
    rows.push(["Pace", pace >= 1 ? `${counted(Math.round(pace), "tile")} a minute` : `${counted(Math.round(pace * 60), "tile")} an hour`]);
    rows.push(["To go", `about ${span(eta)}`]);
  }
  if (usd || planned) rows.push(["Spent", planned ? `${dollars(usd)} of about ${dollars(planned)}` : dollars(usd)]);
  return rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)));
}
