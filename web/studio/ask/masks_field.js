/** What is repainted: masks over the picture, the user's own among them. */

import { announce, h, iconButton } from "../../src/dom.js";
import { control } from "./control.js";
import { drawDialog } from "./draw.js";
import { fileButton, PICTURES } from "./dropping.js";
import { FILE, severalIn } from "./request.js";
import { words } from "./schema.js";
import { exported, stretched } from "./strokes.js";
import { maskPicture } from "./mask_pictures.js";

const ERASED = "erased";
/** The one mask of a recipe that erases. */

/**
 * @param {ReturnType<import("./form.js").makeForm>} form
 * @param {ReturnType<import("./catalogue.js").read>} known
 * @param {ReturnType<import("./pictures.js").pictureShelf>} shelf
 */
export function masksField(form, known, shelf) {
  const uses = (name) => known.applies(name, form.asked);
  const source = () => shelf.get(form.asked.sources[0] ?? "");
  /** The picture that a mask is of: one of several, or the first. */
  const under = ({ of }) => (form.asked.sources.includes(of) ? shelf.get(of) : null) ?? source();
  const chosen = () => expanded(form.asked.fields.masks ?? known.masks.default);
  const expanded = (names) => [...new Set(names.flatMap((name) => known.masks.sets[name] ?? [name]))];
  const draw = drawDialog();

  // Masks by name.
  const choose = (names) => form.set("masks", names.length ? names : undefined);
  const sets = Object.entries(known.masks.sets).map(([name, members]) =>
    h("button", { type: "button", onclick: () => choose(members) }, words(name)),
  );
  const grid = h("div", { class: "masks", role: "group", "aria-label": "Masks" });
  const named = h("div", { "data-field": "masks" }, h("div", { class: "actions" }, ...sets), grid);

  // Masks of the user's own.
  const drawing = h("button", { type: "button", onclick: () => open(fresh(), shelf.get(on.value) ?? source()) }, "Draw a mask");
  const on = h("select", { "aria-label": "The picture that is drawn on" });
  const file = fileButton("Mask from a file", { accept: PICTURES }, async ([chosenFile]) => {
    const picture = await shelf.add(chosenFile, chosenFile.name);
    put({ name: fresh(chosenFile.name.replace(/\.[^.]*$/, "")), strokes: null, size: null, of: null, picture });
  });
  const hint = h("p", { class: "help" });
  const mine = h("ul", { class: "drawings", "aria-label": "Masks of your own" });
  const own = h("div", { "data-field": "mask_files" }, mine, h("div", { class: "actions" }, drawing, on, file), hint);
  const holes = ["transparency", "rects"].map((name) => control(known.options.get(name), form));
  const erased = h("div", { class: "grid", "data-field": "mask_source" }, ...holes.map((one) => one.element));

  /** A name that no other mask has. */
  function fresh(wanted = "drawn-1") {
    if (uses("mask_source")) return ERASED;
    const taken = form.asked.drawings.map((one) => one.name);
    if (!taken.includes(wanted)) return wanted;
    const stem = wanted.replace(/-\d+$/, "");
    for (let number = 2; ; number += 1) if (!taken.includes(`${stem}-${number}`)) return `${stem}-${number}`;
  }

  /** Keep a mask, and choose it if it is new. */
  function put(made) {
    const { drawings, fields } = form.asked;
    const isNew = !drawings.some((one) => one.name === made.name);
    const others = drawings.filter((one) => one.name !== made.name);
    const all = isNew ? [...drawings, made] : drawings.map((one) => (one.name === made.name ? made : one));
    const masks = uses("masks") && isNew ? [...(fields.masks ?? []), FILE + made.name] : fields.masks;
    const { transparency, rects, ...rest } = fields;
    form.change({
      drawings: made.picture || made.strokes?.length ? all : others,
      fields: { ...(made.name === ERASED ? rest : fields), ...(masks ? { masks } : {}) },
    });
  }

  function drop(name) {
    const { drawings, fields } = form.asked;
    const masks = fields.masks?.filter((one) => one !== FILE + name);
    const { masks: _, ...rest } = fields;
    form.change({
      drawings: drawings.filter((one) => one.name !== name),
      fields: masks?.length ? { ...rest, masks } : rest,
    });
    announce(`Removed: ${name}`);
    drawing.focus();
  }

  async function open(name, picture) {
    const before = form.asked.drawings.find((one) => one.name === name)?.strokes ?? [];
    const strokes = await draw(picture, before);
    if (strokes === before) return;
    await keep(name, strokes, picture);
  }

  async function keep(name, strokes, { id, width, height }) {
    if (!strokes.length) {
      drop(name);
      return;
    }
    const blob = await exported(strokes, width, height);
    // The command calls a mask as its file.
    put({ name, strokes, size: [width, height], of: id, picture: await shelf.add(blob, `${name}.png`) });
  }

  /** A mask that was drawn on a picture of another size goes with the new one. */
  function refit() {
    for (const { name, strokes, size, of } of form.asked.drawings) {
      const picture = under({ of });
      if (!strokes || !picture?.width || picture.id === of) continue;
      keep(name, stretched(strokes, size, [picture.width, picture.height]), picture);
      return;
    }
  }

  function card(name) {
    const box = h("input", {
      type: "checkbox",
      checked: chosen().includes(name),
      onchange: () => choose(box.checked ? [...chosen(), name] : chosen().filter((one) => one !== name)),
    });
    const canvas = h("canvas", { width: 168, height: 126, "aria-hidden": "true" });
    maskPicture(canvas, source(), { shape: known.masks.shapes[name] });
    return h("label", { class: "mask" }, box, canvas, h("span", {}, words(name)));
  }

  function mineItem({ name, strokes, picture, of }) {
    const canvas = h("canvas", { width: 168, height: 126, "aria-hidden": "true" });
    maskPicture(canvas, under({ of }), { mask: shelf.get(picture), drawn: strokes !== null });
    const box = uses("masks")
      ? h("input", {
          type: "checkbox",
          checked: chosen().includes(FILE + name),
          onchange: () => choose(box.checked ? [...chosen(), FILE + name] : chosen().filter((one) => one !== FILE + name)),
        })
      : null;
    return h(
      "li",
      {},
      h("label", { class: "mask" }, box, canvas, h("span", {}, words(name))),
      strokes ? h("button", { type: "button", onclick: () => open(name, under({ of })) }, "Change") : null,
      iconButton("close", `Remove ${name}`, () => drop(name)),
    );
  }

  let drawn = "";
  return {
    element: h("div", {}, named, own, erased),
    /** Whether there is, or is to be, a picture of which a part is repainted. */
    matters: () => source() !== null || known.recipe(form.asked.recipe).source === "needed",
    update() {
      const files = uses("mask_files");
      const erases = uses("mask_source");
      named.hidden = !uses("masks");
      erased.hidden = !erases;
      own.hidden = !(erases || files);
      for (const one of holes) one.update();
      const able = Boolean(source()?.width) && source().blob !== null;
      drawing.disabled = !able;
      const several = severalIn(form.asked, known) && files;
      on.hidden = !several;
      const held = on.value;
      on.replaceChildren(...form.asked.sources.map((id) => h("option", { value: id, selected: id === held }, `on ${shelf.get(id)?.name ?? "it"}`)));
      hint.textContent = able
        ? "What is coloured is repainted; the rest stays as it is."
        : "Drop a picture first: a mask is drawn on it.";
      // There is one mask of what is erased: it is changed where it is shown.
      drawing.hidden = erases && form.asked.drawings.some((one) => one.strokes);
      refit();
      const now = JSON.stringify([source()?.url, chosen(), form.asked.drawings.map((one) => [one.name, one.picture, shelf.get(one.picture)?.url, under(one)?.url]), erases, files]);
      if (now === drawn) return;
      drawn = now;
      const focused = document.activeElement?.closest?.(".mask")?.textContent;
      grid.replaceChildren(...known.masks.items.map(card));
      mine.replaceChildren(...form.asked.drawings.map(mineItem));
      if (focused) [...grid.children, ...mine.querySelectorAll(".mask")].find((one) => one.textContent === focused)?.querySelector("input")?.focus();
    },
  };
}
