/** Watch: all collages, newest first. */

import { h } from "../src/dom.js";
import { get } from "./api.js";

/**
 * @param {HTMLElement} place
 * @param {import("./studio.js").Context} context
 * @returns {import("./studio.js").View}
 */
export function watchView(place) {
  const list = h("ul", { class: "collages" });
  place.append(list);

  async function show() {
    const { items } = await get("/collages?limit=50");
    list.replaceChildren(...items.map(card));
  }
  return { show, hide() {} };
}

function card({ id, state }) {
  const picture = ["done", "partial"].includes(state)
    ? h("img", { src: `/collages/${id}/preview.jpg`, alt: "", loading: "lazy" })
    : null;
  return h("li", {}, h("a", { href: `/collages/${id}/` }, picture, h("p", {}, `${id}: ${state}`)));
}
