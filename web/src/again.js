/** Make again: a cell otherwise, more like it, the best anew; only in a studio, which knows the stack. */

import { post } from "../studio/api.js";
import { followed } from "../studio/live.js";
import { announce, h, iconButton } from "./dom.js";

const LIKE_COUNTS = [4, 12, 24];

/**
 * Hang the buttons in.
 * @param {import("./page.js").Page} page
 */
export function makeAgain(page) {
  const { manifest } = page.collage;
  let dialog = null;
  const ask = (title, draw) => {
    dialog ??= askDialog(manifest.id);
    dialog.open(title, draw);
  };
  page.actions.forItem((item) => {
    const tile = item.shown;
    if (!tile) return [];
    return [
      button("Again…", () => ask("Make this cell again", (form) => changes(form, tile))),
      button("More like this", () => ask("More like this", (form) => likes(form, tile))),
    ];
  });
  page.actions.forMenu(
    button("The best anew", () => ask("The best anew", (form) => best(form, page))),
    h("a", { class: "button", href: `/#ask?again=${manifest.id}` }, "Ask again with changes"),
  );
}

const button = (words, onclick) => h("button", { type: "button", onclick }, h("span", {}, words));

/** Another seed, prompt or engine of one tile. */
async function changes(form, tile) {
  const prompt = h("textarea", { rows: "3" });
  prompt.value = tile.tile.prompt;
  const engine = h("select", {}, h("option", { value: "" }, `${tile.tile.engine}, as now`));
  const seed = h("input", { type: "checkbox" });
  seed.checked = true;
  form.fill(
    h("label", { class: "tick" }, seed, "Another picture of the same: a seed or sample at random"),
    h("label", {}, h("span", {}, "Prompt"), prompt),
    h("label", {}, h("span", {}, "Engine"), engine),
  );
  form.body = () => {
    const change = {};
    if (seed.checked) change.seed = -1;
    if (prompt.value.trim() && prompt.value !== tile.tile.prompt) change.prompt = prompt.value;
    if (engine.value) change.engine = engine.value;
    return { cells: { [tile.index]: change } };
  };
  const { items } = await get("/engines");
  const able = items.filter((each) => each.available && each.operations.includes(tile.tile.operation));
  engine.append(
    ...able
      .filter((each) => each.name !== tile.tile.engine)
      .map((each) => h("option", { value: each.name }, each.name)),
  );
}

/** Variations of one tile's picture. */
function likes(form, tile) {
  const count = h("select", {}, ...LIKE_COUNTS.map((many) => h("option", { value: String(many) }, `${many} pictures`)));
  form.fill(
    h("p", { class: "hint" }, "Other pictures of what this one shows; it becomes their source."),
    h("label", {}, h("span", {}, "How many"), count),
  );
  form.body = () => ({ like: String(tile.index), count: Number(count.value) });
}

/** The styles of what is starred, or found now. */
function best(form, page) {
  const { only } = page.chosen();
  const terms = only.length ? only : ["starred"];
  form.fill(
    h("p", { class: "hint" }, `A new collage of the styles of the tiles that are: ${terms.join(", ")}.`),
  );
  form.body = () => ({ best: terms });
}

/** Says the price, asks once, starts, and shows how far it is. */
function askDialog(id) {
  const dialog = h("dialog", { class: "take again", "aria-labelledby": "again-title" });
  const title = h("h2", { id: "again-title" });
  const fields = h("div", { class: "asked" });
  const said = h("div", { class: "said", "aria-live": "polite" });
  const main = h("button", { type: "submit", class: "main" });
  let wanted = null;
  let turn = 0;
  const form = h(
    "form",
    { novalidate: true, onsubmit: (event) => submit(event), oninput: () => reset() },
    fields,
    h("footer", {}, main, said),
  );
  dialog.append(h("header", {}, title, iconButton("close", "Close", () => dialog.close())), form);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => (turn += 1));
  document.body.append(dialog);
  const drawn = { body: () => ({}), fill: (...nodes) => fields.replaceChildren(...nodes) };

  function reset() {
    wanted = null;
    main.disabled = false;
    main.textContent = "What would it take?";
    said.replaceChildren();
  }

  async function submit(event) {
    event.preventDefault();
    const mine = turn;
    main.disabled = true;
    try {
      if (wanted === null) await price(mine);
      else await start(mine);
    } catch (problem) {
      if (mine !== turn) return;
      reset();
      say(h("p", { class: "wrong" }, problem.message));
    }
  }

  async function price(mine) {
    say("Asking what it takes…");
    const found = await post(`/collages/${id}/again`, drawn.body());
    if (mine !== turn) return;
    wanted = found.request;
    const { tiles, reused, usd, minutes } = found.estimate;
    const free = minutes === null && usd === 0;
    say(`${tiles} ${tiles === 1 ? "tile" : "tiles"} to make, ${reused} there already; ${free ? "free" : `about $${usd.toFixed(2)}`}.`);
    main.textContent = free ? "Make it" : `Make it for about $${usd.toFixed(2)}`;
    main.disabled = false;
  }

  async function start(mine) {
    say("Starting…");
    const started = await post("/collages", wanted);
    const news = followed(started.id);
    while (mine === turn) {
      const { collage: seen, rest } = await news();
      if (mine !== turn) return;
      if (seen && seen.state !== "running") return end(seen);
      const { done = 0, total } = seen?.tiles ?? {};
      if (seen) say(total ? `${done} of ${total} tiles` : "It is under way…", link(started.id, "Watch it"));
      await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }

  function end(seen) {
    const made = seen.state === "done" || seen.state === "partial";
    const words = made ? "It is there." : `It is ${seen.state}: ${seen.message ?? ""}`;
    say(h("p", made ? {} : { class: "wrong" }, words), link(seen.id, "Look at it"));
    announce(words);
    main.textContent = "Ask again";
    main.disabled = false;
    wanted = null;
  }

  function say(...nodes) {
    said.replaceChildren(...nodes.map((node) => (typeof node === "string" ? h("p", {}, node) : node)));
  }

  const link = (other, words) => h("a", { href: `/collages/${other}/` }, words);

  return {
    open(words, draw) {
      turn += 1;
      title.textContent = words;
      fields.replaceChildren();
      reset();
      dialog.showModal();
      Promise.resolve(draw(drawn)).catch((problem) => say(h("p", { class: "wrong" }, problem.message)));
    },
  };
}
