/**
 * Tiles in a table over fields: one for the rows, one for the columns, and one each for the blocks
 * that rows and columns are repeated in. Its headings stay in sight; of many rows and columns only
 * those in sight are there.
 */

import { columns } from "./table_columns.js";
import { crossingOf } from "./crossings.js";
import { h } from "./dom.js";
import { virtualRows } from "./virtual_rows.js";

const CROWD = 12;
/** Tiles at one crossing; more are folded away. */
const ROW = 190;
/** A guess at a row's height in pixels. */
const PADDING = 16;
/** Of a crossing, left and right, as its style has it. */

/**
 * @typedef {object} How
 * @property {(item: import("./collage.js").Item, said: string[]) => HTMLElement} thumb
 * @property {(items: import("./collage.js").Item[]) => import("./collage.js").Item[]} shown those of a crossing that are shown
 * @property {(field: import("./fields.js").Field, value: string) => void} narrow
 * @property {(items: import("./collage.js").Item[]) => number | null} heat the score that colours a crossing
 * @property {Set<string>} unfolded crossings of which all is shown
 * @property {boolean} playing whether it is a frame of a film
 */

/**
 * @param {HTMLElement} place that it is in, and scrolls in
 * @param {import("./crossings.js").Axes} axes
 * @param {ReturnType<import("./crossings.js").crossings>} all
 * @param {How} how
 * @param {number[]} heights of rows, as they were measured before
 */
export function table(place, axes, all, how, heights) {
  const head = h("thead", {});
  const body = h("tbody", {});
  const cols = columns(place, all.cols, () => parseFloat(getComputedStyle(element).getPropertyValue("--crossing")) + PADDING);
  const named = [axes.down, axes.rows, axes.across, axes.cols].filter(Boolean).map((field) => field.label);
  const headings = axes.cols ? (axes.across ? 2 : 1) : 0;
  const element = h(
    "table",
    {
      class: axes.cols ? "across" : "single",
      "aria-rowcount": all.rows.length + headings,
      "aria-colcount": cols.count,
    },
    h("caption", { class: "away" }, `Tiles by ${named.join(" and ")}`),
    axes.cols ? head : null,
    body,
  );
  element.classList.toggle("few", all.most === 1);
  element.classList.toggle("playing", how.playing);
  place.append(element);

  function drawHead() {
    const corner = (text) => (axes.rows ? [h("td", { class: "corner" }, text)] : []);
    const inner = cols.line(([, value]) => heading(axes.cols, value, "col", how));
    const over = axes.across ? cols.over((value) => heading(axes.across, value, "colgroup", how)) : [];
    head.replaceChildren(
      ...(axes.across ? [h("tr", { class: "blocks" }, ...corner(""), ...over)] : []),
      h("tr", {}, ...corner(named.join(" × ")), ...inner),
    );
  }

  function row(index) {
    const line = all.rows[index];
    const begins = axes.down && all.rows[index - 1]?.[0] !== line[0];
    return h(
      "tr",
      { "aria-rowindex": index + headings + 1, class: begins && index ? "begins" : null },
      axes.rows ? rowHeading(axes, line, begins, how) : null,
      ...cols.line((col) => crossing(all, line, col, how)),
    );
  }

  if (axes.cols) drawHead();
  const rows = virtualRows(place, body, { count: all.rows.length, guess: ROW, make: row, gap, heights });
  return {
    draw() {
      if (cols.look()) {
        drawHead();
        rows.redraw();
      } else rows.draw();
    },
    heights: rows.heights,
    /** Of the items at crossings that are there, those with a picture that something holds for. */
    inSight: (holds) =>
      rows.indexes().flatMap((index) =>
        cols.shown().flatMap((col) => all.at(all.rows[index], col).filter((item) => item.shown && holds(item))),
      ),
  };
}

const gap = () => h("tr", { class: "gap", "aria-hidden": "true" }, h("td", {}));

function heading(field, value, scope, { narrow }) {
  const button = h("button", { type: "button", class: "plain", title: `Only ${value}`, onclick: () => narrow(field, value) }, value);
  return h("th", { scope }, button);
}

function rowHeading(axes, [block, value], begins, how) {
  const cell = heading(axes.rows, value, "row", how);
  if (!axes.down) return cell;
  const only = () => how.narrow(axes.down, block);
  cell.prepend(
    begins
      ? h("button", { type: "button", class: "plain block", title: `Only ${block}`, onclick: only }, block)
      : h("span", { class: "away" }, `${block} `),
  );
  return cell;
}

function crossing(all, row, col, how) {
  const key = crossingOf(row, col);
  const items = how.shown(all.at(row, col));
  const cell = h("td", {});
  if (!items.length) return cell;
  const figure = (item) => how.thumb(item, [...row, ...col]);
  const most = how.unfolded.has(key) ? items.length : CROWD;
  const crowd = h("div", { class: "crowd" }, ...items.slice(0, most).map(figure));
  if (items.length > most) {
    const unfold = () => {
      how.unfolded.add(key);
      more.replaceWith(...items.slice(most).map(figure));
    };
    const more = h("button", { type: "button", class: "more", onclick: unfold }, `${(items.length - most).toLocaleString("en")} more`);
    crowd.append(more);
  }
  warm(cell, how.heat(items));
  cell.append(crowd);
  return cell;
}

/** Colour a crossing by a score, and say that. */
function warm(cell, score) {
  if (score === null) return;
  cell.classList.add("warm");
  cell.style.setProperty("--warmth", `${Math.round(((score - 1) / 4) * 100)}%`);
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  cell.append(h("p", { class: "score" }, h("span", { class: "away" }, "Mean score "), score.toLocaleString("en", digits)));
}
