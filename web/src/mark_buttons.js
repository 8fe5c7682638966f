/** The marks of one tile, by buttons: star, hide, a score, a note; and what others think of it. */

import { LONGEST_NOTE } from "./choices.js";
import { h, icon } from "./dom.js";

export const SCORES = [1, 2, 3, 4, 5];

/**
 * A box of them, which draws itself anew when choices change; what is being written stays.
 * @param {import("./collage.js").Item} item with a picture
 * @param {ReturnType<import("./marking.js").makeMarking>} marking
 */
export function markButtons(item, marking) {
  const toggle = (name, label, key) =>
    h(
      "button",
      { type: "button", class: `mark ${name}`, title: `${label} (${key})`, onclick: () => marking.set([item], { [name]: !marking.own(item)[name] }) },
      icon(name === "star" ? "star" : "hide"),
      h("span", {}, label),
    );
  const star = toggle("star", "Star", "s");
  const hide = toggle("hidden", "Hide", "h");
  const scores = SCORES.map((score) =>
    h(
      "button",
      {
        type: "button",
        "aria-label": `Score ${score}`,
        title: `Score ${score} (${score}); again, or 0, takes it back`,
        onclick: () => marking.set([item], { score: marking.own(item).score === score ? null : score }),
      },
      String(score),
    ),
  );
  let from = null;
  const note = h("textarea", {
    rows: "1",
    maxlength: String(LONGEST_NOTE),
    "aria-label": "Note",
    placeholder: "Note (n)",
    onchange: () => marking.set([item], { note: note.value || null }),
    onkeydown: (event) => {
      if (event.key !== "Escape" && !(event.key === "Enter" && (event.ctrlKey || event.metaKey))) return;
      note.blur();
      if (from?.isConnected) from.focus();
    },
  });
  const others = h("ul", { class: "others" });
  const box = h(
    "div",
    { class: "marking", role: "group", "aria-label": "Your choice" },
    h("div", { class: "flags" }, star, hide, h("div", { class: "scores", role: "group", "aria-label": "Score" }, ...scores)),
    note,
    others,
  );

  function draw() {
    const own = marking.own(item);
    star.setAttribute("aria-pressed", String(own.star === true));
    hide.setAttribute("aria-pressed", String(own.hidden === true));
    scores.forEach((button, i) => button.setAttribute("aria-pressed", String(own.score === SCORES[i])));
    scores.forEach((button, i) => button.classList.toggle("reached", own.score > SCORES[i]));
    if (document.activeElement !== note) note.value = own.note ?? "";
    others.replaceChildren(...opinions(item, marking));
  }

  draw();
  return {
    box,
    draw,
    /** Begin to write the note; what had the focus gets it back. */
    write() {
      from = document.activeElement;
      note.focus();
    },
  };
}

/** What the others think of it, one a line. */
function opinions(item, marking) {
  const found = [];
  for (const [person, tiles] of marking.people()) {
    const choice = person !== marking.person() && tiles.get(item.shown.key);
    const said = choice && [
      choice.star ? "starred" : null,
      choice.hidden ? "hidden" : null,
      choice.score ? `scored ${choice.score}` : null,
      choice.note ? `“${choice.note}”` : null,
    ].filter(Boolean);
    if (said?.length) found.push(h("li", {}, h("strong", {}, person), `: ${said.join(", ")}`));
  }
  return found;
}
