/** A collage that is not under way: its preview, what it is called, how it ended, what can be done. */

import { h } from "../src/dom.js";
import { Problem } from "./api.js";
import { goOn } from "./goon.js";
import { requestOf } from "./requests.js";
import { format } from "./route.js";
import { counted, dollars, kindOf, nameOf, number, when } from "./words.js";

const STATES = { partial: "Not whole", failed: "Failed", cancelled: "Stopped" };
const MADE = ["done", "partial"];

/** Asks for the name of a card once it comes into sight. */
const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      target.dispatchEvent(new Event("seen"));
    }
  },
  { rootMargin: "300px" },
);

/**
 * @param {string} id
 * @param {() => void} started is told that the collage goes on
 */
export function collageCard(id, started) {
  const title = h("h3", {}, "A collage");
  const kind = h("p", { class: "kind" });
  const picture = h("div", { class: "picture" });
  const rest = h("div", { class: "rest" });
  const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
  const element = h(
    "li",
    { class: "made", onseen: name },
    h("a", { class: "whole", href: `/collages/${id}/` }, picture, title),
    kind,
    rest,
    wrong,
  );
  seen.observe(element);

  async function name() {
    const asked = await requestOf(id);
    if (!asked) return;
    title.textContent = nameOf(asked);
    kind.textContent = kindOf(asked);
  }

  async function again(button, at) {
    button.disabled = true;
    wrong.hidden = true;
    try {
      if (await goOn(at)) started();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      wrong.textContent = error.message;
      wrong.hidden = false;
    }
    button.disabled = false;
  }

  return {
    element,
    /** @param {any} at where it stands, as the API says */
    update(at) {
      const { state, tiles, usd, created, error, message, owner } = at;
      element.dataset.state = state;
      picture.replaceChildren(shown(at));
      const missing = tiles.failed + tiles.refused;
      const count = tiles.total === null ? null : missing || !MADE.includes(state) ? `${number(tiles.done)} of ${counted(tiles.total, "tile")}` : counted(tiles.total, "tile");
      const whose = owner ? `${owner.called || owner.who}${owner.group ? ` (${owner.group})` : ""}` : null;
      const line = [count, usd ? dollars(usd) : null, whose].filter(Boolean).join(" · ");
      const go = h("button", { type: "button", onclick: () => again(go, at) }, "Go on");
      rest.replaceChildren(
        ...[
          h("p", { class: "counts" }, h("time", { datetime: created }, when(created)), line ? ` · ${line}` : ""),
          error ? h("p", { class: "reason" }, h("strong", {}, error), `: ${message}`) : null,
          h(
            "div",
            { class: "actions" },
            state === "done" ? null : go,
            h("a", { class: "button", href: format("ask", { again: id }) }, "Ask again"),
            MADE.includes(state) ? h("a", { class: "button", href: `/collages/${id}/#share` }, "Share") : null,
          ),
        ].filter(Boolean),
      );
    },
  };
}

/** The preview; of a collage that was not made, its source or nothing, and a word on how it ended. */
function shown({ id, state, source, tiles }) {
  const word = STATES[state] ? h("span", { class: "badge" }, STATES[state]) : null;
  const address = MADE.includes(state) ? "preview.jpg" : source && tiles.total !== null ? "source.png" : null;
  const picture = address
    ? h("img", { src: `/collages/${id}/${address}`, alt: "", loading: "lazy", decoding: "async" })
    : null;
  return h("div", { class: "frame" }, picture, word);
}
