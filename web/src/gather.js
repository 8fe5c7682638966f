/** A collage of the chosen: another layout of the tiles that are found now; only in a studio. */

import { post } from "../studio/api.js";
import { announce, h, iconButton } from "./dom.js";

const LOOK_MS = 1500;

/**
 * Hang the button in.
 * @param {import("./page.js").Page} page
 */
export function gather(page) {
  let dialog = null;
  const open = () => {
    dialog ??= gatherDialog(page);
    dialog.open();
  };
  page.actions.forMenu(
    h("button", { type: "button", onclick: open }, h("span", {}, "A collage of the chosen")),
  );
}

/** Says which tiles, has them laid out, and leads to the layout. */
function gatherDialog(page) {
  const { id } = page.collage.manifest;
  const which = h("p", { class: "hint" });
  const title = h("input", { type: "text", maxlength: "200" });
  const sort = h(
    "select",
    {},
    h("option", { value: "place" }, "as they lie"),
    h("option", { value: "score" }, "the best first"),
  );
  const said = h("div", { class: "said", "aria-live": "polite" });
  const main = h("button", { type: "submit", class: "main" }, "Lay it out");
  let only = [];
  let turn = 0;
  const form = h(
    "form",
    { novalidate: true, onsubmit: submit },
    h(
      "div",
      { class: "asked" },
      which,
      h("label", {}, h("span", {}, "Title"), title),
      h("label", {}, h("span", {}, "Order"), sort),
    ),
    h("footer", {}, main, said),
  );
  const dialog = h("dialog", { class: "take again", "aria-labelledby": "gather-title" });
  const heading = h("h2", { id: "gather-title" }, "A collage of the chosen");
  dialog.append(h("header", {}, heading, iconButton("close", "Close", () => dialog.close())), form);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => (turn += 1));
  document.body.append(dialog);

  async function submit(event) {
    event.preventDefault();
    const mine = turn;
    main.disabled = true;
    say("It is being laid out…");
    try {
      const asked = { only, sort: sort.value };
      if (title.value.trim()) asked.title = title.value.trim();
      const { layout } = await post(`/collages/${id}/assemble`, asked);
      const folder = `/collages/${id}/layouts/${layout}/`;
      const wrong = await ended(folder, await failure(folder), () => mine === turn);
      if (mine !== turn) return;
      if (wrong) throw new Error(wrong);
      say(h("p", {}, "It is there."), h("a", { href: folder }, "Look at it"));
      announce("It is there.");
    } catch (problem) {
      if (mine === turn) say(h("p", { class: "wrong" }, problem.message));
    }
    main.disabled = false;
  }

  function say(...nodes) {
    said.replaceChildren(...nodes.map((node) => (typeof node === "string" ? h("p", {}, node) : node)));
  }

  return {
    open() {
      turn += 1;
      const chosen = page.chosen();
      // Without any choice of what is shown, the starred ones are meant.
      only = chosen.only.length ? chosen.only : ["starred"];
      which.textContent = `Of the tiles that are: ${only.join(", ")}. Nothing is made anew or paid.`;
      said.replaceChildren();
      main.disabled = false;
      dialog.showModal();
    },
  };
}

/** Wait for a layout; why it could not be made, null where it is there. */
async function ended(folder, before, goesOn) {
  while (goesOn()) {
    if ((await fetch(`${folder}manifest.json`, { method: "HEAD", cache: "no-store" })).ok) return null;
    const now = await failure(folder);
    if (now && now.created !== before?.created) return now.message;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return null;
}

/** Why an attempt at a layout failed, where one has. */
async function failure(folder) {
  const answer = await fetch(`${folder}failure.json`, { cache: "no-store" });
  return answer.ok ? answer.json() : null;
}
