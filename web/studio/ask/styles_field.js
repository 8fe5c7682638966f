/** The styles: listed for the user, or their own as chips, each from its name or from a picture. */

import { announce, h, icon } from "../../src/dom.js";
import { chips } from "./chips.js";
import { control } from "./control.js";
import { dropping, fileButton, PICTURES } from "./dropping.js";
import { cut } from "./lists.js";

const LISTING = ["style_count", "theme", "exclude"];
/** Options that are for styles that are listed, and exclude those that are named. */

/**
 * @param {ReturnType<import("./form.js").makeForm>} form
 * @param {ReturnType<import("./catalogue.js").read>} known
 * @param {ReturnType<import("./pictures.js").pictureShelf>} shelf
 */
export function stylesField(form, known, shelf) {
  const named = () => form.asked.fields.styles ?? [];
  const offered = () => [...new Set([...known.styles.items, ...known.engineOf(form.asked).flatMap((engine) => engine.styles)])];
  const own = () => form.asked.fields.styles !== undefined;

  /** Name styles, and forget the pictures of those that are not named any more. */
  function name(styles, pictures = {}) {
    const { fields, stylePictures } = form.asked;
    const rest = Object.entries({ ...stylePictures, ...pictures }).filter(([style]) => styles.includes(style));
    const kept = Object.entries(fields).filter(([option]) => !LISTING.includes(option));
    form.change({ fields: { ...Object.fromEntries(kept), styles }, stylePictures: Object.fromEntries(rest) });
  }

  const add = (styles, pictures) => name([...new Set([...named(), ...styles])], pictures);
  const list = () => {
    const { styles, ...fields } = form.asked.fields;
    form.change({ fields, stylePictures: {} });
  };

  const modes = [
    ["listed", "Listed for me", list],
    ["own", "My own", () => name([])],
  ].map(([value, text, choose]) => {
    const radio = h("input", { type: "radio", name: "styles", value, onchange: choose });
    return { radio, label: h("label", {}, radio, ` ${text}`) };
  });

  const part = chips({
    id: "option-styles",
    label: "Styles",
    values: named,
    suggested: offered,
    placeholder: "Add a style…",
    add: (styles) => add(styles),
    remove: (style) => name(named().filter((one) => one !== style)),
    more: (style) => [thumb(style)],
    made: (chip, style) => dropping(chip, (files) => picture(style, files[0])),
  });

  async function picture(style, file) {
    const id = await shelf.add(file, file.name);
    form.change({ stylePictures: { ...form.asked.stylePictures, [style]: id } });
    announce(`${style} is taken from ${file.name}`);
  }

  function thumb(style) {
    const shown = shelf.get(form.asked.stylePictures[style]);
    if (shown) return h("img", { src: shown.url, alt: `from ${shown.name}`, title: shown.name });
    const button = fileButton(icon("plus"), { accept: PICTURES, label: `Take ${style} from a picture` }, ([file]) => picture(style, file));
    button.title = `Take ${style} from a picture: drop one here, or choose a file`;
    return button;
  }

  const others = h("div", { class: "others", role: "group", "aria-label": "Styles to add" });
  const file = fileButton("From a text file", { accept: ".txt,.csv,text/plain,text/csv" }, async ([chosen]) => {
    const lines = (await chosen.text()).split(/\r?\n/).filter((line) => !line.trim().startsWith("#"));
    add(cut(lines.join("\n")));
  });
  const all = h("button", { type: "button", onclick: () => add(offered()) }, "Add all that are listed");
  const clear = h("button", { type: "button", onclick: () => name([]) }, "Remove all");
  const area = h(
    "div",
    { class: "own" },
    part.element,
    others,
    h("div", { class: "actions" }, all, file, clear),
    h("p", { class: "help" }, "Drop a picture on a style to take the style from it; drop one beside them for a new style."),
  );
  // A picture beside the chips is a style of its own, called as its file.
  dropping(area, async (files) => {
    const pictures = {};
    for (const each of files.filter((one) => one.type.startsWith("image/"))) {
      pictures[called(each.name)] = await shelf.add(each, each.name);
    }
    add(Object.keys(pictures), pictures);
  });

  const lister = known.styles.listed_by;
  const words = lister ? `A language model, ${lister}, lists them when the collage is made.` : "No language model is set up here, so the default ones are taken.";
  const controls = LISTING.map((option) => control(known.options.get(option), form, option === "exclude" ? { suggested: offered } : {}));
  const listed = h("div", { class: "listed" }, h("p", { class: "hint" }, words), h("div", { class: "grid" }, ...controls.map((one) => one.element)));

  return {
    element: h(
      "div",
      { "data-field": "styles" },
      h("div", { class: "modes", role: "radiogroup", "aria-label": "Which styles" }, ...modes.map((mode) => mode.label)),
      listed,
      h("div", { "data-field": "style_pictures" }, area),
    ),
    update() {
      modes.forEach(({ radio }) => (radio.checked = (radio.value === "own") === own()));
      listed.hidden = own();
      area.hidden = !own();
      for (const one of controls) one.update();
      part.update();
      clear.hidden = named().length === 0;
      const left = offered().filter((style) => !named().includes(style));
      all.hidden = left.length === 0;
      const focused = others.contains(document.activeElement);
      others.replaceChildren(...left.map((style) => h("button", { type: "button", class: "chip", onclick: () => add([style]) }, `+ ${style}`)));
      if (focused) (others.firstChild ?? part.input).focus();
    },
  };
}

/** A style's name from a file's: letters, digits, spaces, hyphens. */
const called = (file) =>
  file
    .replace(/\.[^.]*$/, "")
    .replace(/[^\p{L}\p{N}' -]+/gu, " ")
    .trim() || "My style";
