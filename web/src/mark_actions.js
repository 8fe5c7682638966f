/** Actions on all choices: how many there are, the last one undone, what went wrong said. */

import { announce, h, icon } from "./dom.js";

/**
 * @param {ReturnType<import("./marking.js").makeMarking>} marking
 * @param {ReturnType<import("./actions.js").makeActions>} actions
 * @param {HTMLElement} problem where it is said that choices are not kept
 */
export function markActions(marking, actions, problem) {
  const tally = h("output", { class: "tally", "aria-label": "Choices" });
  const undone = h(
    "button",
    { type: "button", title: "Undo (u)", onclick: undo },
    icon("undo"),
    h("span", {}, "Undo"),
  );
  actions.forCollage(tally, undone);

  function undo() {
    const keys = marking.undo();
    if (keys) announce(keys.length === 1 ? "Undone" : `Undone, of ${keys.length} tiles`);
  }

  function draw() {
    const counts = marking.counts();
    const said = ["starred", "hidden", "scored", "noted"].filter((name) => counts[name]);
    tally.textContent = said.map((name) => `${counts[name].toLocaleString("en")} ${name}`).join(" · ");
    undone.disabled = !marking.undoable();
    const text = marking.problem();
    problem.hidden = !text;
    if (problem.dataset.said === text) return;
    problem.dataset.said = text;
    const again = marking.retry ? [h("button", { type: "button", onclick: () => marking.retry() }, "Try again")] : [];
    problem.replaceChildren(h("p", {}, text), ...again);
  }

  marking.on(draw);
  draw();
  return { undo };
}
