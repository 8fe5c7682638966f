/** The parts of the form, one below the other, and beside them the sheet, its price and the start. */

import { h } from "../../src/dom.js";
import { post, Problem } from "../api.js";
import { counted } from "../words.js";
import { axesField } from "./axes_field.js";
import { confirmDialog } from "./confirm.js";
import { copying } from "./copying.js";
import { engineField } from "./engine_field.js";
import { group } from "./group.js";
import { masksField } from "./masks_field.js";
import { mistakes } from "./mistakes.js";
import { pictureField } from "./picture_field.js";
import { pricing, words } from "./price.js";
import { recipeField } from "./recipe_field.js";
import { isWaiting, missing, request, severalIn } from "./request.js";
import { guess } from "./sheet.js";
import { sketch } from "./sketch.js";
import { stylesField } from "./styles_field.js";
import { toldField } from "./told_field.js";

const MAKES = ["prompt", "subjects", "prompt_template", "combine", "grid_size", "count", "target", "anchor", "overlap", "steps", "models", "tiles"];
const SHEET = ["rows", "cols", "cell", "gap", "border", "background", "title", "labels", "captions", "format"];
const STYLES = ["styles", "style_count", "style_pictures", "theme", "exclude"];
const MASKS = ["masks", "mask_source", "mask_files", "rects", "transparency"];
const ELSEWHERE = ["recipe", "source", "sources", "source_names", "axes", "engine", "font"];
/** Options with a place of their own, or none here. A font is no picture, and cannot be uploaded. */
const PICTURES = ["source", "sources", "source_names", "mask_source", "mask_files", "style_pictures"];

/**
 * @param {HTMLElement} place
 * @param {{known: any, form: any, shelf: any}} of
 */
export function makePage(place, { known, form, shelf }) {
  let geometry = null;
  let laidBy = "";
  let starting = false;
  const uses = (name) => known.applies(name, form.asked);
  const laidOut = (read) => () => (geometry ? read(geometry) : "");

  const picture = pictureField(form, known, shelf);
  const recipe = recipeField(form, known);
  const makes = group(form, known, () => MAKES);
  const styles = stylesField(form, known, shelf);
  const masks = masksField(form, known, shelf);
  const axes = axesField(form, known);
  const engine = engineField(form, known);
  const sheet = group(form, known, () => SHEET, {
    rows: { hint: laidOut((found) => found.rows) },
    cols: { label: "Columns", hint: laidOut((found) => found.cols) },
    cell: { hint: laidOut((found) => found.cell[0]) },
  });
  const told = toldField(known.limits.notify_hosts);
  const placed = () => new Set([...MAKES, ...SHEET, ...STYLES, ...MASKS, ...ELSEWHERE, ...engine.names()]);
  const rest = group(form, known, () => [...known.options.keys()].filter((name) => !placed().has(name)));

  const part = (title, ...children) => h("section", { class: "part" }, h("h2", {}, title), ...children.map((one) => one.element));
  const all = h("details", { class: "part all" }, h("summary", {}, "All options"), rest.element);
  const parts = {
    picture: part("Picture", picture),
    recipe: part("Recipe", recipe),
    makes: part("What is made", makes),
    styles: part("Styles", styles),
    masks: part("What is repainted", masks),
    axes: part("Further axes", axes),
    engine: part("Engine", engine),
    sheet: part("Sheet", sheet),
    told: part("Told when it is made", told),
    all,
  };
  parts.told.hidden = !known.limits.notify_hosts.length;

  const drawing = sketch();
  const sum = h("strong", {});
  const how = h("span", {});
  const price = h("p", { class: "price", role: "status", "aria-live": "polite" }, sum, how);
  const singles = h("p", { class: "help", hidden: true });
  const wrong = h("div", { class: "wrong" });
  const start = h("button", { type: "button", class: "main", onclick: begin }, "Make the collage");
  const clear = h("button", { type: "button", onclick: () => form.clear() }, "Begin anew");
  const copies = copying(known);
  const side = h(
    "aside",
    { class: "side", "aria-label": "The sheet and its price" },
    drawing.element,
    h("div", { class: "till" }, price, singles, wrong, h("div", { class: "actions" }, start, clear)),
    copies.element,
  );
  const main = h("div", { class: "parts" }, ...Object.values(parts));
  place.replaceChildren(h("div", { class: "asking" }, main, side));

  const ask = confirmDialog();
  const marks = mistakes(main, wrong);
  const prices = pricing((found) => {
    if (found.estimate) {
      geometry = found.estimate.geometry;
      laidBy = form.asked.recipe;
    }
    if (found.problem?.errors.some(({ field }) => PICTURES.includes(field)) && shelf.renew()) return;
    // While it is asked again, what was wrong stays to be read.
    if (!found.pending) marks.show(found.problem ?? null);
    tell(found);
    if (found.estimate) sheet.update();
    draw(Boolean(found.estimate));
  });

  function tell({ estimate, problem, pending }) {
    price.classList.toggle("pending", Boolean(pending));
    if (estimate) {
      const said = words(estimate);
      sum.textContent = said.sum;
      how.textContent = said.how;
    } else if (problem) {
      sum.textContent = "Not like this";
      how.textContent = problem.passing ? problem.message : "something has to be put right first";
    } else if (!sum.textContent) {
      sum.textContent = "…";
    }
  }

  function draw(exact) {
    const { fields, recipe: name, sources } = form.asked;
    // Each recipe has its own idea of rows and columns.
    if (laidBy !== name) geometry = null;
    if (!geometry && name !== known.preset) {
      drawing.wait();
      return;
    }
    const laid = exact ? geometry : guess(fields, geometry, (option) => known.options.get(option).preset);
    const used = severalIn(form.asked, known) ? sources : sources.slice(0, 1);
    const named = (fields.masks ?? known.masks.default).flatMap((mask) => known.masks.sets[mask] ?? [mask]);
    drawing.draw(laid, {
      pictures: known.recipe(name).source === "unused" ? [] : used.map((id) => shelf.get(id)).filter(Boolean),
      background: fields.background ?? known.options.get("background").preset,
      title: fields.title ?? null,
      headed: laid.offset[1] > laid.offset[0] + 60,
      shapes: uses("masks") && name !== "matrix" ? named.map((mask) => known.masks.shapes[mask]).filter(Boolean) : [],
      exact,
    });
  }

  /** What is asked now; null while something is missing or on its way. */
  function body() {
    const asked = request(form.asked, known, shelf);
    return missing(asked, known, form.asked) || isWaiting(asked) ? null : asked;
  }

  function fileOf(key) {
    const { sources, drawings, stylePictures } = form.asked;
    const drawn = drawings.find((one) => shelf.get(one.picture)?.key === key);
    const ids = [...sources, ...drawings.map((one) => one.picture), ...Object.values(stylePictures)];
    const found = ids.map((id) => shelf.get(id)).find((one) => one?.key === key);
    return found ? { name: found.name, blob: found.blob, made: Boolean(drawn?.strokes) } : null;
  }

  function update() {
    const { asked } = form;
    picture.update();
    recipe.update();
    const has = {
      makes: makes.update(),
      styles: uses("styles"),
      masks: (uses("masks") || uses("mask_source")) && masks.matters(),
      axes: uses("axes"),
      all: rest.update(),
    };
    for (const [name, shown] of Object.entries(has)) parts[name].hidden = !shown;
    for (const one of [styles, masks, axes, engine, sheet]) one.update();
    clear.hidden = !form.touched;
    const changed = Object.keys(asked.fields.again ?? {}).length;
    singles.hidden = !changed;
    singles.textContent = `${counted(changed, "tile")} changed one by one, which ends when other tiles are asked for.`;
    const now = body();
    prices.of(now);
    copies.update(now, fileOf);
    if (now === null) {
      marks.clear();
      const lacking = missing(request(asked, known, shelf), known, asked);
      sum.textContent = lacking ? "Not yet" : "One moment";
      how.textContent = lacking ?? "the picture is on its way";
    }
    draw(Boolean(prices.answer?.estimate));
  }

  /** The estimate of what is asked at this moment. */
  async function settled() {
    if (!prices.answer) prices.again();
    while (body() !== null && !prices.answer) await new Promise((resolve) => setTimeout(resolve, 50));
    return prices.answer;
  }

  async function begin() {
    if (starting) return;
    if (body() === null) {
      wrong.replaceChildren(h("p", { class: "mistake", role: "alert" }, how.textContent));
      (form.asked.sources.length ? parts.masks : parts.picture).querySelector("button:not([hidden])").focus();
      return;
    }
    starting = true;
    start.setAttribute("aria-disabled", "true");
    try {
      const found = await settled();
      if (found?.problem) {
        marks.show(found.problem);
        if (!marks.focus()) start.focus();
      } else if (found && (await agreed(found.estimate))) {
        const { id } = await post("/collages", { ...body(), ...told.said });
        location.assign(`/collages/${id}/`);
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      marks.show(error);
      if (!marks.focus()) start.focus();
    } finally {
      starting = false;
      start.removeAttribute("aria-disabled");
    }
  }

  async function agreed(estimate) {
    if (!(estimate.usd > 0)) return true;
    const { sum: total, how: why } = words(estimate);
    return ask(total, why);
  }

  form.on(update);
  shelf.on(update);
  update();
}
