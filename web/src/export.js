/** "Take away": a file made of the collage's tiles by the stack, and a link to it. */

import { get, post } from "../studio/api.js";
import { announce, dropDown, h, icon, iconButton } from "./dom.js";
import { films, formats, papers } from "./offered.json";

const KINDS = {
  zip: ["Pictures", "Each tile as it was made, in a ZIP file.", ["names"]],
  picture: ["One picture", "Tiles on one sheet, or as a table.", ["rows", "cols", "format", "dpi", "labels", "title"]],
  poster: [
    "Poster",
    "A PDF of one page, for a printer.",
    ["paper", "landscape", "rows", "cols", "title", "labels", "bleed", "marks", "fit", "dpi", "enlarge"],
  ],
  sheet: ["Contact sheet", "A PDF of pages with captions.", ["paper", "landscape", "columns", "title"]],
  film: ["Film", "One value of an axis after the other.", ["by", "rows", "cols", "film", "seconds"]],
  blocks: ["Blocks", "A picture for each value of an axis, in a ZIP file.", ["by", "rows", "cols", "format"]],
};
const NAMED = ["style", "mask", "seed", "engine", "model", "operation"];
/** Fields by which tiles can be laid out or played, beside the axes of the collage. */

const LOOK_MS = 1500;

/**
 * @typedef {{node: Node, value: () => any}} Option
 */

/**
 * Hang the button in, and make its dialog when it is first asked for.
 * @param {import("./page.js").Page} page
 */
export function takeAway(page) {
  let dialog = null;
  const open = () => {
    dialog ??= exportDialog(page);
    dialog.open();
  };
  page.actions.forCollage(
    h("button", { type: "button", title: "Take away", onclick: open }, icon("save"), h("span", {}, "Take away")),
  );
}

/** @param {import("./page.js").Page} page */
function exportDialog(page) {
  const { manifest } = page.collage;
  const dialog = h("dialog", { class: "take", "aria-labelledby": "take-title" });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => stop());
  document.body.append(dialog);
  let kind = "zip";
  let all = false;
  /** @type {Map<string, Option>} */
  let options = new Map();
  let waiting = 0;
  const kinds = h("div", { class: "kinds", role: "group", "aria-label": "As what" });
  const about = h("p", { class: "hint" });
  const which = h("div", { class: "choices" });
  const asked = h("div", { class: "choices" });
  const said = h("div", { class: "said", "aria-live": "polite" });
  const make = h("button", { type: "submit", class: "main" }, "Make the file");
  const form = h("form", { novalidate: true, onsubmit: submit }, kinds, about, which, asked, h("footer", {}, make, said));
  dialog.append(
    h(
      "header",
      {},
      h("h2", { id: "take-title" }, "Take away"),
      iconButton("close", "Close", () => dialog.close()),
    ),
    form,
  );

  function draw() {
    kinds.replaceChildren(
      ...Object.entries(KINDS).map(([name, [label]]) =>
        h("button", { type: "button", "aria-pressed": String(name === kind), onclick: () => choose(name) }, label),
      ),
    );
    about.textContent = KINDS[kind][1];
    options = new Map(KINDS[kind][2].map((name) => [name, OPTIONS[name](page, kind)]));
    asked.replaceChildren(...[...options.values()].map((option) => option.node));
  }

  function choose(name) {
    kind = name;
    draw();
    say();
    kinds.querySelector('[aria-pressed="true"]').focus();
  }

  /** Which tiles: those that are found now, where these are not all. */
  function drawWhich() {
    const { only, found, why } = page.chosen();
    const total = page.collage.pictured;
    all = !only.length;
    const words = [["", `the ${found.toLocaleString("en")} found now`], ["all", `all ${total.toLocaleString("en")} but the hidden`]];
    which.replaceChildren(
      ...(why ? [h("p", { class: "hint" }, why)] : []),
      ...(only.length ? [dropDown("Tiles", words, "", (value) => (all = value === "all"))] : []),
    );
    make.disabled = found === 0;
  }

  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    stop();
    const body = { kind, only: all ? [] : page.chosen().only };
    for (const [name, option] of options) {
      const value = option.value();
      if (value !== "" && value !== null) body[name === "film" ? "format" : name] = value;
    }
    say("Asking for it…");
    make.disabled = true;
    try {
      await follow(await post(`/collages/${manifest.id}/exports`, body));
    } catch (problem) {
      say(problem.message, { wrong: true });
    }
    make.disabled = false;
  }

  /** Look until it is there, or the dialog is closed. */
  async function follow(seen) {
    const mine = (waiting += 1);
    while (mine === waiting && seen.state === "running") {
      say("Making it…", { notes: seen.notes, busy: true });
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      if (mine === waiting) seen = await get(seen.links.self);
    }
    if (mine !== waiting) return;
    if (seen.state === "failed") say(`${seen.error}: ${seen.message}`, { wrong: true });
    else say("", { notes: seen.notes, link: seen });
  }

  function stop() {
    waiting += 1;
  }

  function say(text = "", { notes = [], wrong = false, busy = false, link = null } = {}) {
    said.classList.toggle("wrong", wrong);
    said.replaceChildren(
      ...[
        text ? h("p", {}, text) : null,
        busy ? h("progress", { "aria-label": "Being made" }) : null,
        link ? h("a", { class: "button main", href: link.links.file }, icon("save"), `${link.file}, ${size(link.bytes)}`) : null,
        ...notes.map((note) => h("p", { class: "hint" }, note)),
      ].filter((node) => node !== null),
    );
    if (link) announce("The file is there");
  }

  return {
    open() {
      drawWhich();
      draw();
      say();
      dialog.showModal();
    },
  };
}

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

let drawn = 0;

/** A field of text or a number; empty where nothing is asked for. */
function typed(label, attributes, hint = "") {
  drawn += 1;
  const input = h("input", { id: `take-${drawn}`, autocomplete: "off", ...attributes });
  const number = attributes.type === "number";
  return {
    node: h("div", { class: "choice" }, h("label", { for: input.id }, label), input, hint ? h("span", { class: "unit" }, hint) : null),
    value: () => (number && input.value !== "" ? Number(input.value) : input.value.trim()),
  };
}

function chosen(label, words, value = "") {
  let now = value;
  return { node: dropDown(label, words, value, (next) => (now = next)), value: () => now };
}

function ticked(label) {
  drawn += 1;
  const input = h("input", { type: "checkbox", id: `take-${drawn}` });
  return { node: h("div", { class: "tick" }, input, h("label", { for: input.id }, label)), value: () => input.checked || null };
}

/** The fields that a table or a film can be by; what the page shows as a table is proposed. */
function field(label, key, none) {
  return (page, kind) => {
    const words = page.fields.filter((one) => NAMED.includes(one.key) || page.collage.named.has(one.key)).map((one) => [one.key, one.label]);
    const { view, [key]: shown } = page.state.get();
    const proposed = kind === "picture" && view === "tiles" && words.some(([name]) => name === shown) ? shown : "";
    return chosen(label, [["", none], ...words], proposed);
  };
}

/** @type {Record<string, (page: import("./page.js").Page, kind: string) => Option>} */
const OPTIONS = {
  names: () => typed("Names", { type: "text", placeholder: "{row}-{col}-{style}-{mask}-{seed}", maxlength: 200 }),
  rows: field("Rows by", "rows", "as they lie"),
  cols: field("Columns by", "cols", "as they lie"),
  by: field("By", "by", "the first axis"),
  format: () => chosen("Format", asOptions(formats)),
  film: () => chosen("Format", asOptions(films)),
  seconds: () => typed("Each for", { type: "number", min: 0.02, max: 60, step: "any", placeholder: "1" }, "s"),
  dpi: (_, kind) => typed("Pixels an inch", { type: "number", min: 10, max: 2400, placeholder: kind === "poster" ? "up to 300" : "unsaid" }),
  title: (page) => typed("Title", { type: "text", maxlength: 200, placeholder: page.collage.manifest.title ?? "none" }),
  labels: () => ticked("captions"),
  columns: () => typed("In a row", { type: "number", min: 1, max: 200, placeholder: "4" }),
  paper: () => typed("Paper", { type: "text", list: paperList(), placeholder: "A4, or 500x700 mm", maxlength: 40 }),
  landscape: () => ticked("landscape"),
  bleed: () => typed("Bleed", { type: "number", min: 0, max: 50, step: "any", placeholder: "0" }, "mm"),
  marks: () => ticked("crop marks"),
  fit: () => chosen("On the page", [["", "whole, with a margin"], ["cover", "to its edges, cut"]]),
  enlarge: () => ticked("enlarge what has too few pixels"),
};

/** What a format is chosen from; the first is the default, which need not be said. */
function asOptions(known) {
  return known.map(({ name, title }, place) => [place ? name : "", title]);
}

/** The names of papers, for what is typed; the id of the list. */
function paperList() {
  const id = "take-papers";
  if (!document.getElementById(id)) {
    document.body.append(h("datalist", { id }, ...papers.map((value) => h("option", { value }))));
  }
  return id;
}
