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
  /** @param {boolean} playing in a film, whose pictures are there already and shall be seen at once */
  function picture(item, playing) {
    if (!item.shown) {
      return h("span", { class: `missing ${item.state}` }, h("strong", {}, item.state), ` ${reason(item) ?? ""}`);
    }
    const [width, height] = item.shown.tile.size;
    const how = playing ? { decoding: "sync" } : { loading: "lazy", decoding: "async" };
    // The address comes last: a picture begins to load by how it is to be loaded.
    return h("img", { ...how, alt: alt(item), width, height, src: collage.picture(item.shown) });
  }

  /** What thumbs are of. */
  const items = new WeakMap();

  return {
    /**
     * A figure of a tile.
     * @param {import("./collage.js").Item} item
     * @param {string[]} said what the headings over it say already
     * @param {boolean} playing
     */
    make(item, said, playing) {
      const button = h("button", { type: "button", class: "thumb", onclick: () => pinned(item) }, picture(item, playing), h("span", { class: "badge" }));
      button.dataset.tile = String(item.planned.index);
      items.set(button, item);
      mark(button, marking.of(item));
      const words = caption(item, said);
      return h("figure", {}, button, words ? h("figcaption", {}, words) : null);
    },
    /** What a thumb is of. */
    of: (button) => items.get(button) ?? null,
    /** Show on the thumbs below a place what is thought of their tiles now. */
    refresh(place) {
      for (const button of place.querySelectorAll(".thumb")) mark(button, marking.of(items.get(button)));
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
