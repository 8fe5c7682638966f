/** The dialog on choices: whose they are, whose there are, handed on as a file and taken in. */

import { LONGEST_NAME, personName, UnreadableChoices } from "./choices.js";
import { h, icon, iconButton } from "./dom.js";

/**
 * @param {import("./page.js").Page} page
 * @param {boolean} byStack whether a stack keeps them, not this browser
 */
export function sharing({ collage, marking, actions }, byStack) {
  const dialog = h("dialog", { class: "sharing", "aria-labelledby": "shared" });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  const name = h("input", {
    type: "text",
    id: "person",
    maxlength: String(LONGEST_NAME),
    autocomplete: "nickname",
    onchange: () => {
      const said = personName(name.value);
      if (said) marking.rename(said);
      name.value = marking.person();
    },
  });
  const people = h("ul", { class: "people" });
  const said = h("p", { role: "status" });
  const file = h("input", { type: "file", accept: ".json,application/json", class: "away", tabindex: "-1", "aria-label": "A file of choices" });
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    file.value = "";
    if (chosen) said.textContent = await taken(chosen, marking);
  });
  dialog.append(
    h("header", {}, h("h2", { id: "shared" }, "Choices"), iconButton("close", "Close", () => dialog.close())),
    h(
      "p",
      {},
      byStack
        ? "The stack keeps them, for all who see this collage."
        : "This browser keeps them. As a file others can take them in; what each person thinks stays their own.",
    ),
    h("div", { class: "person" }, h("label", { for: "person" }, "Your name"), name),
    people,
    h(
      "div",
      { class: "actions" },
      h("button", { type: "button", onclick: () => hand(collage.manifest.id, marking) }, "Export"),
      h("button", { type: "button", onclick: () => file.click() }, "Import\u2026"),
      file,
    ),
    said,
  );

  function draw() {
    if (!dialog.open) return;
    if (document.activeElement !== name) name.value = marking.person();
    people.replaceChildren(...[...marking.people()].map(([person, tiles]) => h("li", {}, h("strong", {}, person), `: ${summary(tiles)}`)));
  }

  function open() {
    said.textContent = "";
    dialog.showModal();
    draw();
  }

  marking.on(draw);
  actions.forCollage(
    h("button", { type: "button", title: "Whose choices there are; export and import", onclick: open }, icon("share"), h("span", {}, "Choices\u2026")),
  );
}

/** What a person has chosen, in a few words. */
function summary(tiles) {
  const all = [...tiles.values()];
  const counts = [
    ["starred", all.filter((choice) => choice.star).length],
    ["hidden", all.filter((choice) => choice.hidden).length],
    ["scored", all.filter((choice) => choice.score).length],
    ["noted", all.filter((choice) => choice.note).length],
  ];
  const said = counts.filter(([, count]) => count).map(([word, count]) => `${count.toLocaleString("en")} ${word}`);
  return said.join(", ") || "nothing now";
}

/** Hand the choices on as a file. */
async function hand(id, marking) {
  const address = URL.createObjectURL(new Blob([await marking.file()], { type: "application/json" }));
  h("a", { href: address, download: `choices-${id}.json` }).click();
  // The browser reads it while the download begins.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Take the choices of a file in; what came of it, in words. */
async function taken(file, marking) {
  try {
    const people = await marking.merge(await file.text());
    return `Taken in: the choices of ${people.join(", ") || "nobody"}.`;
  } catch (error) {
    if (!(error instanceof UnreadableChoices) && error.status === undefined) throw error;
    return `${file.name} is not taken in. ${error.message}`;
  }
}
