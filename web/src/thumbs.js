/** A tile with its caption, as the Tiles view has it, with the marks that it bears. */

import { inWords, signs } from "./badges.js";
import { alt, caption, reason } from "./collage.js";
import { h } from "./dom.js";

/**
 * @param {ReturnType<import("./collage.js").read>} collage
 * @param {ReturnType<import("./marking.js").makeMarking>} marking
 * @param {(item: import("./collage.js").Item) => void} pinned
 */
export function thumbs(collage, marking, pinned) {
  function picture(item) {
    if (!item.shown) {
      return h("span", { class: `missing ${item.state}` }, h("strong", {}, item.state), ` ${reason(item) ?? ""}`);
    }
    const [width, height] = item.shown.tile.size;
    return h("img", { src: collage.picture(item.shown), alt: alt(item), width, height, loading: "lazy", decoding: "async" });
  }

  return {
    /**
     * A figure of a tile.
     * @param {import("./collage.js").Item} item
     * @param {string[]} said what the headings over it say already
     */
    make(item, said) {
      const button = h("button", { type: "button", class: "thumb", onclick: () => pinned(item) }, picture(item), h("span", { class: "badge" }));
      button.dataset.tile = String(item.planned.index);
      mark(button, marking.of(item));
      const words = caption(item, said);
      return h("figure", {}, button, words ? h("figcaption", {}, words) : null);
    },
    /** Show on the thumbs below a place what is thought of their tiles now. */
    refresh(place) {
      for (const button of place.querySelectorAll(".thumb")) mark(button, marking.of(collage.tiles[button.dataset.tile]));
    },
  };
}

function mark(button, opinion) {
  const badge = button.querySelector(".badge");
  const words = inWords(opinion);
  badge.hidden = !words;
  badge.replaceChildren(h("span", { "aria-hidden": "true" }, signs(opinion)), h("span", { class: "away" }, words));
  button.classList.toggle("unwanted", opinion.hidden);
}
