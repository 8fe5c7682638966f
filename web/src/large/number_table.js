/**
 * Tables of numbers: how many of the cells that were found have a value, or two, and what became of them. Of one
 * field all is told, and a bar says how much it is; of two one measure, in colours: the warmer, the more. Of many
 * rows and columns only those in sight are there.
 */

import { h } from "../dom.js";
import { LONGEST } from "../fields.js";
import { columns } from "../table_columns.js";
import { virtualRows } from "../virtual_rows.js";
import { MEASURES, tally, weight } from "./tally.js";

const ROW = 41;
/** A guess at a row's height in pixels. */
const MARGIN = 400;
/** Pixels above and below the sight in which rows are there too: numbers have no pictures to wait for. */

/**
 * The fields of a table: one stands in the rows, whichever was chosen.
 * @param {import("../fields.js").Field[]} fields
 * @param {string} rows
 * @param {string} cols
 */
export function axesOf(fields, rows, cols) {
  const [one, other] = [rows, cols].map((key) => fields.find((field) => field.key === key && field.values.length <= LONGEST) ?? null);
  return one ? { rows: one, cols: other } : { rows: other, cols: null };
}

/**
 * @param {import("../page.js").Page} page
 * @param {HTMLElement} place that it is in, and scrolls in
 * @param {ReturnType<import("../walking.js").arrows>} walk
 * @param {() => void} told called when something was counted
 */
export function numberTable({ collage, state, fields, marking }, place, walk, told) {
  /** Whether it is what is looked at, and the table itself, once it was counted. */
  let asked = false;
  /** @type {{draw: () => void} | null} */
  let shown = null;
  let found = null;
  let counted = null;
  let turn = 0;

  /** Whether what had the focus went with what was shown before, and what that was called. */
  let held = null;

  /** Count, and lay out what comes of it. */
  async function count() {
    const mine = (turn += 1);
    const those = axesOf(fields, state.get().rows, state.get().cols);
    if (!counted) say("Counting the cells\u2026");
    const now = await tally(collage, marking, those, found, { goesOn: () => mine === turn });
    if (!now) return;
    counted = { ...now, ...lines(those, now) };
    lay();
    told();
  }

  function say(text) {
    clear();
    place.append(h("p", { class: "nothing" }, text));
  }

  function clear() {
    shown = null;
    if (place.contains(document.activeElement)) held = document.activeElement.textContent;
    place.replaceChildren();
  }

  function lay() {
    if (!counted.lines.length) return say("No cell is like this.");
    const { scrollLeft, scrollTop } = place;
    const focus = walk.where();
    clear();
    shown = table(place, counted, { measure: state.get().measure, sort, narrow, list });
    shown.draw();
    place.scrollTo(scrollLeft, scrollTop);
    draw();
    if (focus) walk.back(focus);
    else if (held !== null) ([...place.querySelectorAll("th button")].find((button) => button.textContent === held) ?? place).focus();
    held = null;
  }

  function draw() {
    shown?.draw();
    if (shown) walk.enter();
  }

  /** Keep to one value. */
  const narrow = (...values) => state.set({ chosen: { ...state.get().chosen, ...Object.fromEntries(values) } });

  /** List the cells that were counted at a place. */
  function list(...values) {
    state.set({ rows: "", cols: "", chosen: { ...state.get().chosen, ...Object.fromEntries(values) } });
    place.focus();
  }

  const sort = (measure) => state.set({ measure: state.get().measure === measure ? "" : measure });

  return {
    /** Count what was found; all cells for null. @param {Uint8Array | null} now */
    show(now) {
      asked = true;
      found = now;
      counted = null;
      place.scrollTo(0, 0);
      count();
    },
    draw,
    /** @param {Set<string>} changed */
    follow(changed) {
      if (changed.has("rows") || changed.has("cols")) count();
      else if (changed.has("measure") && counted) lay();
    },
    /** Show what is thought of the tiles now. */
    refresh: () => asked && count(),
    hide() {
      turn += 1;
      asked = false;
      shown = null;
      counted = null;
      held = null;
      place.replaceChildren();
    },
    /** Files that could not be read, whose cells are not counted. */
    unread: () => counted?.unread ?? [],
  };
}

/** The rows and columns that there are, with the values that they stand for. */
function lines({ rows, cols }, { rows: down, cols: across }) {
  const line = (one) => (at) => ({ at, value: one?.values[at] ?? "", key: one?.key ?? "" });
  return { axes: { rows, cols }, lines: down.map(line(rows)), heads: across.map(line(cols)) };
}

/**
 * @param {HTMLElement} place
 * @param {any} counted
 * @param {{measure: string, sort: (measure: string) => void, narrow: (...values: [string, string][]) => void,
 *     list: (...values: [string, string][]) => void}} how
 */
function table(place, counted, how) {
  const { axes, heads } = counted;
  const measured = how.measure || "cells";
  const rows = axes.cols || !how.measure ? counted.lines : inOrder(counted, how.measure);
  // Columns of one table are values, of the other measures.
  const lines = axes.cols ? heads.map((head) => ["", head]) : MEASURES.map((measure) => ["", measure]);
  const ranges = rangesOf(counted, axes.cols ? [measured] : MEASURES.map(([name]) => name));
  const head = h("thead", {});
  const body = h("tbody", {});
  const cols = columns(place, lines, () => parseFloat(getComputedStyle(element).getPropertyValue("--crossing")));
  const words = axes.cols ? `${axes.rows.label} \u00d7 ${axes.cols.label}` : axes.rows.label;
  const element = h(
    "table",
    { class: axes.cols ? "numbers matrix" : "numbers", "aria-rowcount": rows.length + 1, "aria-colcount": cols.count },
    h("caption", { class: "away" }, `Numbers of cells by ${words}`),
    head,
    body,
  );
  place.append(element);

  const only = (line) => h("button", { type: "button", class: "plain", title: `Only ${line.value}`, onclick: () => how.narrow([line.key, line.value]) }, line.value);

  function sorting([measure, label]) {
    const sorted = how.measure === measure;
    const button = h("button", { type: "button", class: "plain", onclick: () => how.sort(measure) }, label);
    return h("th", { scope: "col", "aria-sort": sorted ? "descending" : null }, button);
  }

  function drawHead() {
    const heading = ([, line]) => (axes.cols ? h("th", { scope: "col" }, only(line)) : sorting(line));
    head.replaceChildren(h("tr", {}, h("td", { class: "corner" }, words), ...cols.line(heading)));
  }

  function crossing(row, [, line]) {
    const col = axes.cols ? line : heads[0];
    const count = counted.at(row.at, col.at);
    const measure = axes.cols ? measured : line[0];
    const cell = h("td", {});
    if (!count.cells) return cell;
    const [least, most] = ranges.get(measure);
    const part = Math.round((100 * ((weight(count, measure) ?? 0) - (axes.cols ? least : 0))) / (most - (axes.cols ? least : 0)));
    if (part > 0 && axes.cols) {
      cell.classList.add("warm");
      cell.style.setProperty("--warmth", `${part}%`);
    }
    const text = said(count, measure);
    if (axes.cols || measure === "cells") {
      const values = [row, ...(axes.cols ? [col] : [])].map(({ key, value }) => [key, value]);
      const name = `${values.map(([, value]) => value).join(", ")}: ${inFull(count)}`;
      const button = h("button", { type: "button", class: "number", "aria-label": name, title: name, onclick: () => how.list(...values) }, text);
      button.dataset.tile = `${row.at} ${col.at}`;
      button.tabIndex = -1;
      cell.append(button);
    } else cell.append(h("span", { class: "measured" }, share(count, measure), text));
    if (part > 0 && !axes.cols) {
      const bar = h("span", { class: "filled", "aria-hidden": "true" });
      bar.style.width = `${part}%`;
      cell.append(bar);
    }
    return cell;
  }

  function make(index) {
    const row = rows[index];
    return h("tr", { "aria-rowindex": index + 2 }, h("th", { scope: "row" }, only(row)), ...cols.line((line) => crossing(row, line)));
  }

  drawHead();
  const gap = () => h("tr", { class: "gap", "aria-hidden": "true" }, h("td", {}));
  const all = virtualRows(place, body, { count: rows.length, guess: ROW, make, gap, margin: MARGIN });
  return {
    draw() {
      if (cols.look()) {
        drawHead();
        all.redraw();
      } else all.draw();
    },
  };
}

/** The rows of a table of one axis: those with most of what it is ordered by first. */
function inOrder({ lines: rows, heads, at }, measure) {
  const of = ({ at: row }) => weight(at(row, heads[0].at), measure) ?? -1;
  return [...rows].sort((one, other) => of(other) - of(one) || one.at - other.at);
}

/** The least and the most of measures that there is; of scores, and at least of shares, that there may be. */
function rangesOf({ lines: rows, heads, at }, measures) {
  const ranges = new Map(measures.map((measure) => [measure, measure === "cells" ? [Infinity, 0] : [0, measure === "score" ? 1 : 0]]));
  for (const row of rows) {
    for (const col of heads) {
      const count = at(row.at, col.at);
      if (!count.cells) continue;
      for (const [measure, range] of ranges) {
        const so = weight(count, measure) ?? 0;
        if (so < range[0]) range[0] = so;
        if (so > range[1]) range[1] = so;
      }
    }
  }
  return ranges;
}

// Made once: a table says some thousands of numbers at a time.
const whole = new Intl.NumberFormat("en");
const tenth = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat("en", { style: "percent", maximumSignificantDigits: 2 });

/** A measure of a count, as short as it can be said. */
function said(count, measure) {
  if (measure !== "cells" && !count[measure]) return "\u2013";
  if (measure === "score") return tenth.format(count.score);
  return whole.format(count[measure]);
}

/** How much of its cells it is that something befell; null where that is none, or all of them have it. */
function share(count, measure) {
  if (measure === "score" || !count[measure]) return null;
  return h("small", {}, percent.format(count[measure] / count.cells));
}

/** All that was counted at a place, in words. */
function inFull(count) {
  const others = ["missing", "starred"].filter((name) => count[name]).map((name) => `${whole.format(count[name])} ${name}`);
  const scored = count.scored ? [`mean score ${said(count, "score")} of ${whole.format(count.scored)}`] : [];
  return [`${whole.format(count.cells)} ${count.cells === 1 ? "cell" : "cells"}`, ...others, ...scored].join(", ");
}
