/** "Share": an address by which anybody sees the collage as it is now, until a day; only in a studio. */

import { get, post, remove } from "../studio/api.js";
import { announce, h, icon, iconButton } from "./dom.js";

const LOOK_MS = 1500;
const DAYS = 7;
/** Unless somebody says. */
const USD_A_COPY = 0.005 / 1000;
/** What S3 charges for a copy in us-east-1, by AWS's price list of 2026. */
const BESIDE = 12;
/** Files that are neither tiles nor of the pyramid, about. */

/**
 * Hang the button in, and make its dialog when it is first asked for; `#share` asks for it at once.
 * @param {import("./page.js").Page} page
 */
export function share(page) {
  let dialog = null;
  const open = () => {
    dialog ??= shareDialog(page);
    dialog.open();
  };
  page.actions.forCollage(
    h("button", { type: "button", title: "Show it to others", onclick: open }, icon("link"), h("span", {}, "Share")),
  );
  if (new URLSearchParams(location.hash.slice(1)).has("share")) open();
}

/** @param {import("./page.js").Page} page */
function shareDialog({ collage }) {
  const { id } = collage.manifest;
  let turn = 0;
  /** What is drawn now, as text. */
  let drawn = "";
  const days = h("input", { type: "number", id: "share-days", min: "1", value: String(DAYS), oninput: price });
  const most = h("span", { class: "unit" });
  const tiles = h("input", { type: "checkbox", id: "share-tiles", checked: true, onchange: price });
  const cost = h("p", { class: "hint" });
  const main = h("button", { type: "submit", class: "main" }, "Share it");
  const said = h("div", { class: "said", "aria-live": "polite" });
  const form = h(
    "form",
    { novalidate: true, onsubmit: submit },
    h(
      "p",
      {},
      "Whoever has the address sees this collage as it is now: the picture, the source, how each tile was made, what is " +
        "starred, hidden and scored. Names and notes stay here.",
    ),
    h(
      "div",
      { class: "choices" },
      h("div", { class: "choice" }, h("label", { for: "share-days" }, "Days"), days, most),
      h("div", { class: "tick" }, tiles, h("label", { for: "share-tiles" }, "with the tiles in full size")),
    ),
    cost,
    h("footer", {}, main, said),
  );
  const off = h(
    "div",
    { class: "off", hidden: true },
    h("p", {}, "This stack shares nothing: its parameter Sharing is off."),
    h("p", {}, "On this machine: stop it, and start it with ", h("code", {}, "collage studio --parameter Sharing=on"), "."),
    h("p", {}, "Deployed: deploy it with Sharing=on and what ", h("code", {}, "collage sharing-key"), " prints."),
  );
  const list = h("ul", { class: "shares" });
  const dialog = h("dialog", { class: "take share", "aria-labelledby": "share-title" });
  dialog.append(
    h("header", {}, h("h2", { id: "share-title" }, "Share"), iconButton("close", "Close", () => dialog.close())),
    form,
    off,
    list,
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => (turn += 1));
  document.body.append(dialog);

  function price() {
    const count = files(collage, tiles.checked);
    const usd = (count * USD_A_COPY).toLocaleString("en", { style: "currency", currency: "USD", maximumSignificantDigits: 1 });
    cost.textContent = `About ${count.toLocaleString("en")} files are copied; where S3 charges for that, it is ${usd}.`;
  }

  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    main.disabled = true;
    say("");
    try {
      await post(`/collages/${id}/share`, { days: Number(days.value), tiles: tiles.checked });
      await look();
    } catch (problem) {
      say(problem.message);
    }
    main.disabled = false;
  }

  async function unshare(self, button) {
    button.disabled = true;
    try {
      await remove(self);
      announce("It is no longer shared");
      await look();
    } catch (problem) {
      button.disabled = false;
      say(problem.message);
    }
  }

  /** Look at what is shared, and again while something is copied or taken away. */
  async function look() {
    const mine = (turn += 1);
    for (;;) {
      const seen = await get(`/collages/${id}/shares`);
      if (mine !== turn) return;
      draw(seen);
      if (!seen.items.some(({ state }) => state === "running")) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      if (mine !== turn) return;
    }
  }

  function draw({ days: longest, items }) {
    form.hidden = longest === null;
    off.hidden = longest !== null;
    if (longest !== null) {
      days.max = String(longest);
      most.textContent = `${longest} at most`;
    }
    // What is as it was keeps the focus.
    const now = JSON.stringify(items);
    if (now === drawn) return;
    if (drawn && items.some(({ address }) => address && !drawn.includes(address))) announce("It is shared");
    drawn = now;
    list.replaceChildren(...items.reverse().map((item) => entry(item, unshare)));
  }

  function say(text) {
    said.classList.toggle("wrong", Boolean(text));
    said.replaceChildren(...(text ? [h("p", {}, text)] : []));
  }

  return {
    async open() {
      say("");
      price();
      dialog.showModal();
      try {
        await look();
      } catch (problem) {
        say(problem.message);
      }
    },
  };
}

/** A share: where it stands, its address, and how it ends. */
function entry({ share: one, state, address, error, message, links }, unshare) {
  const words = [
    { over: "Ended", failed: "Not shared" }[state] ?? `Until ${day(one.until)}`,
    one.tiles ? "with tiles" : "without tiles",
    one.by ? `by ${one.by}` : null,
  ];
  const end = h("button", { type: "button", onclick: () => unshare(links.self, end) }, "Unshare");
  return h(
    "li",
    { class: state },
    h("p", {}, words.filter(Boolean).join(" · ")),
    state === "running" ? h("progress", { "aria-label": "Being copied" }) : null,
    state === "failed" ? h("p", { class: "wrong" }, `${error}: ${message}`) : null,
    address ? behind(address) : null,
    state === "over" ? null : end,
  );
}

/** An address that can be copied and followed. */
function behind(address) {
  const field = h("input", { type: "text", readonly: true, value: address, "aria-label": "Address", onfocus: () => field.select() });
  const copy = h("button", { type: "button", class: "main", onclick: copied }, "Copy");
  async function copied() {
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      // Not every browser lets a page do so; what is selected can be copied everywhere.
      field.select();
      document.execCommand("copy");
    }
    copy.textContent = "Copied";
    announce("Address copied");
  }
  return h(
    "div",
    { class: "address" },
    field,
    copy,
    h("a", { class: "button", href: address, target: "_blank", rel: "noopener noreferrer" }, "Open"),
  );
}

/** How many files a copy has, about. */
function files({ pictured, indexed = 0, manifest, geometry }, withTiles) {
  const shown = withTiles ? pictured : 0;
  const { pyramid, masks } = manifest.files;
  let count = BESIDE + indexed + Object.keys(masks).length + shown;
  let [width, height] = geometry.size;
  while (pyramid) {
    count += Math.ceil(width / pyramid.tile_size) * Math.ceil(height / pyramid.tile_size);
    if (width === 1 && height === 1) break;
    [width, height] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  }
  return count;
}

const day = (iso) => new Date(iso).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });
