/** The pictures that a collage is made from. */

import { announce, h, iconButton } from "../../src/dom.js";
import { dropping, fileButton, PICTURES } from "./dropping.js";

const WORDS = {
  needed: "Drop a picture here, paste one, or choose a file.",
  optional: "Drop a picture here, or go without: then every picture begins from nothing.",
  first: "This recipe takes one picture: the first of these.",
  unused: "This recipe needs no picture.",
};

/**
 * @param {ReturnType<import("./form.js").makeForm>} form
 * @param {ReturnType<import("./catalogue.js").read>} known
 * @param {ReturnType<import("./pictures.js").pictureShelf>} shelf
 */
export function pictureField(form, known, shelf) {
  const takesSeveral = () => known.applies("sources", form.asked);
  const list = h("ul", { class: "pictures", "aria-label": "Pictures" });
  const words = h("p", { class: "hint" });
  const choose = fileButton("Choose a picture", { accept: PICTURES, multiple: true }, take);
  const zone = h("div", { class: "drop" }, list, words, choose);
  dropping(zone, take);

  /** Other pictures; they are called as their files are. */
  function become(sources) {
    const { source_names: _, ...fields } = form.asked.fields;
    form.change({ sources, fields });
  }

  async function take(files) {
    const ids = [];
    for (const file of files) ids.push(await shelf.add(file, file.name || "picture.png"));
    become(takesSeveral() ? [...new Set([...form.asked.sources, ...ids])] : ids.slice(0, 1));
    announce(`${files.length === 1 ? files[0].name : `${files.length} pictures`} added`);
  }

  // From anywhere on the page, but not into a line that takes text.
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    if (!files.length || !zone.isConnected || zone.closest("[hidden]")) return;
    event.preventDefault();
    take(files);
  });

  function item(id) {
    const picture = shelf.get(id);
    if (!picture) return null;
    const facts = picture.width ? `${picture.width} × ${picture.height}` : "";
    const state = picture.problem ?? (picture.key ? facts : "on its way…");
    const remove = iconButton("close", `Remove ${picture.name}`, () => {
      become(form.asked.sources.filter((one) => one !== id));
      zone.querySelector("button").focus();
    });
    return h(
      "li",
      { class: picture.problem ? "wrong" : null },
      h("img", { src: picture.url, alt: picture.name }),
      h("div", {}, h("strong", {}, picture.name), h("span", { class: "state" }, state)),
      picture.problem ? h("button", { type: "button", onclick: () => shelf.retry(id) }, "Try again") : null,
      remove,
    );
  }

  let drawn = "";
  return {
    element: h("div", { "data-field": "source" }, zone),
    update() {
      const { source } = known.recipe(form.asked.recipe);
      const { sources } = form.asked;
      zone.classList.toggle("unused", source === "unused");
      zone.classList.toggle("filled", sources.length > 0);
      const first = sources.length > 1 && !takesSeveral() ? WORDS.first : "";
      words.textContent = source === "unused" ? WORDS.unused : sources.length ? first : WORDS[source];
      words.hidden = words.textContent === "";
      choose.firstChild.textContent = !sources.length ? "Choose a picture" : takesSeveral() ? "Add a picture" : "Another picture";
      // Made anew only when it is different: a picture that is loaded again flickers.
      const now = JSON.stringify(sources.map((id) => [id, shelf.get(id)?.key, shelf.get(id)?.problem, shelf.get(id)?.url]));
      if (now === drawn) return;
      drawn = now;
      list.hidden = !sources.length;
      list.replaceChildren(...sources.map(item).filter((one) => one !== null));
    },
  };
}
