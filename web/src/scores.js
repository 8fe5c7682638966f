/** The mean score by the values of a field, as bars: which styles, masks, engines do best. */

import { mean } from "./choices.js";
import { dropDown, h } from "./dom.js";

const MOST = 12;
/** Bars; of more values, the best and, of those, how many there are. */

/**
 * The values of a field whose tiles have scores, the best first.
 * @param {import("./fields.js").Field} field
 * @param {import("./page.js").Page} page
 * @returns {{value: string, score: number, count: number}[]}
 */
export function meansBy(field, { collage, marking }) {
  const found = new Map();
  for (const item of collage.tiles) {
    const { score } = marking.of(item);
    if (score === null) continue;
    for (const value of field.of(item)) {
      if (!found.has(value)) found.set(value, []);
      found.get(value).push(score);
    }
  }
  const means = [...found].map(([value, scores]) => ({ value, score: mean(scores), count: scores.length }));
  return means.sort((one, other) => other.score - one.score || other.count - one.count);
}

/**
 * @param {import("./page.js").Page} page
 */
export function scorePanel(page) {
  const { state, fields, marking } = page;
  const usable = fields.filter((field) => field.key !== "state");
  let by = usable[0];
  const box = h("section", { class: "means", "aria-label": "Scores" });

  function bar({ value, score, count }) {
    const narrow = () => state.set({ chosen: { ...state.get().chosen, [by.key]: value } });
    const filled = h("span", { class: "filled" });
    filled.style.width = `${(score / 5) * 100}%`;
    const said = score.toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    return h(
      "li",
      {},
      h("button", { type: "button", class: "plain", title: `Only ${value}`, onclick: narrow }, value),
      h("span", { class: "mean" }, h("strong", {}, said), ` of ${count.toLocaleString("en")}`),
      h("span", { class: "bar-of", "aria-hidden": "true" }, filled),
    );
  }

  function draw() {
    if (!by) return;
    const means = meansBy(by, page);
    const focused = box.contains(document.activeElement);
    const choose = dropDown("Mean score by", usable.map((field) => [field.key, field.label]), by.key, (key) => {
      by = usable.find((field) => field.key === key);
      draw();
    });
    const more = means.length - MOST;
    box.replaceChildren(
      h("h3", {}, "Scores"),
      ...(marking.counts().scored
        ? [
            choose,
            h("ul", {}, ...means.slice(0, MOST).map(bar)),
            more > 0 ? h("p", { class: "hint" }, `and ${more.toLocaleString("en")} more`) : "",
          ]
        : [h("p", { class: "hint" }, "Score tiles from 1 to 5 by these keys, and it is seen here what does best.")]),
    );
    if (focused) box.querySelector("select")?.focus();
  }

  draw();
  return { box, draw };
}
