/** All that is known of one cell or tile; of the collage, while none is looked at. */

import { alt, caption, isMissing, maskOf, money, reason, STATES, UNREAD } from "./collage.js";
import { address, isCopy, NO_TILES, until, withTiles } from "./copy.js";
import { announce, h, iconButton } from "./dom.js";
import { markButtons } from "./mark_buttons.js";
import { scorePanel } from "./scores.js";

const RESTS = 120;
/** Milliseconds that the pointer rests on a cell before its tile is loaded in full size. */

/**
 * @param {import("./page.js").Page} page
 * @param {HTMLElement} panel
 * @param {{compare: (item: any) => void, close: () => void, locate: (position: number) => void}} act
 */
export function details(page, panel, act) {
  const { collage, marking, actions } = page;
  // Of a large collage not every tile is known, by which scores could be told apart.
  const scores = collage.large ? null : scorePanel(page);
  let resting;
  /** What is looked at, and the buttons that mark it. */
  let seen = null;
  let buttons = null;
  marking.on(() => {
    buttons?.draw();
    scores?.draw();
  });

  /**
   * @param {import("./collage.js").Item | null} item
   * @param {{pinned: boolean, located: boolean}} how whether it stays while the pointer moves, and
   *     whether it is seen in the collage already
   */
  function show(item, { pinned, located }) {
    clearTimeout(resting);
    seen = item;
    buttons = item?.shown ? markButtons(item, marking) : null;
    panel.classList.toggle("open", item !== null && pinned);
    const parts = item ? one(item, pinned, located) : about(collage, scores?.box ?? null);
    panel.replaceChildren(...parts.filter((part) => part !== null));
  }

  return {
    show,
    /** What is looked at. */
    item: () => seen,
    /** Write a note on what is looked at. */
    write: () => buttons?.write(),
    /** Whether a note is being written. */
    writing: () => panel.contains(document.activeElement) && document.activeElement.matches("textarea"),
  };

  function one(item, pinned, located) {
    const record = item.shown ?? item.planned;
    if (item.state === UNREAD) return [heading(item, pinned), h("p", { class: "hint" }, "It is being read\u2026")];
    if (!record) return [heading(item, pinned), list([["State", `${item.state}, ${STATES[item.state]}`]])];
    const { tile } = record;
    const why = reason(item);
    return [
      heading(item, pinned),
      item.shown ? picture(item) : null,
      buttons?.box ?? null,
      why
        ? h(
            "div",
            { class: `reason ${item.state}` },
            h("p", {}, h("strong", {}, item.state), `: ${why}`),
            item.shown && item.shown !== item.planned
              ? h("p", {}, `It was to be “${item.planned.tile.prompt}”; another tile is shown in its place.`)
              : null,
            record.refused ? h("p", {}, `It was to be “${record.refused.prompt}”.`) : null,
          )
        : null,
      prompt(tile.prompt),
      h(
        "div",
        { class: "actions" },
        item.shown && withTiles ? h("a", { class: "button", href: collage.picture(record), target: "_blank", rel: "noopener" }, "Open the tile") : null,
        item.shown && withTiles && tile.source && collage.source(item.shown)
          ? h("button", { type: "button", onclick: () => act.compare(item) }, "Compare with the source")
          : null,
        !located && item.position !== null
          ? h("button", { type: "button", onclick: () => act.locate(item.position) }, "Show in the collage")
          : null,
        ...actions.of(item),
      ),
      list(facts(item)),
    ];
  }

  function heading(item, pinned) {
    return h(
      "header",
      {},
      h("div", {}, h("h2", {}, caption(item)), h("p", { class: "where" }, where(item))),
      pinned ? iconButton("close", "Close", act.close) : null,
    );
  }

  function where({ position, planned }) {
    if (position === null) return `tile ${planned.index + 1} of ${collage.tileCount}`;
    return `row ${Math.floor(position / collage.cols) + 1}, column ${(position % collage.cols) + 1}`;
  }

  function picture(item) {
    if (!withTiles) return h("p", { class: "hint" }, NO_TILES);
    const [width, height] = item.shown.tile.size;
    const image = h("img", { alt: alt(item), width, height, decoding: "async" });
    resting = setTimeout(() => {
      image.src = collage.picture(item.shown);
    }, RESTS);
    return h("figure", { class: "tile" }, image);
  }

  function prompt(text) {
    if (!text) return null;
    const copied = async () => {
      await copy(text);
      announce("Prompt copied");
      button.textContent = "Copied";
      setTimeout(() => {
        button.textContent = "Copy";
      }, 1500);
    };
    const button = h("button", { type: "button", class: "copy", "aria-label": "Copy the prompt", onclick: copied }, "Copy");
    return h("div", { class: "prompt" }, h("p", {}, text), button);
  }
}

function facts(item) {
  const record = item.shown ?? item.planned;
  const { tile } = record;
  return [
    ["Styles", tile.styles.join(", ")],
    ...Object.entries(record.axes ?? {}).map(([name, value]) => [name, value]),
    ["Source", record.axes?.source ? null : record.source],
    ["Mask", maskOf(record)],
    ["State", `${item.state}, ${STATES[item.state]}`],
    ["Cost", isMissing(item) && !item.shown ? null : money(record.usd)],
    ["Seed", tile.seed],
    ["Sample", tile.sample],
    ["Engine", tile.engine],
    ["Model", tile.model],
    ...Object.entries(tile.options).map(([name, value]) => [name.replaceAll("_", " "), value]),
    ["Operation", tile.operation],
    ["Size", tile.size.join(" × ")],
    ...Object.entries(record.measures ?? {}).map(([name, value]) => [name, value.toLocaleString("en")]),
    ["Engine time", record.seconds === null ? null : `${record.seconds.toLocaleString("en")} s`],
    ["Made", record.created && day(record.created)],
    ["Outside mask", record.outside_changed === null ? null : `${record.outside_changed.toLocaleString("en")} pixels changed by the model`],
  ];
}

function about({ manifest, geometry, tileCount, engines }, scores) {
  const states = Object.entries(manifest.cell_counts);
  return [
    h("header", {}, h("h2", {}, "About this collage")),
    isCopy ? h("p", { class: "hint" }, copied()) : null,
    manifest.stopped
      ? h("div", { class: "reason failed" }, h("p", {}, h("strong", {}, "stopped early"), `: ${manifest.stopped.message}`))
      : null,
    scores,
    list([
      ["Cells", `${geometry.rows} × ${geometry.cols}`],
      ...states.map(([state, count]) => [state, count.toLocaleString("en")]),
      ["Tiles", tileCount.toLocaleString("en")],
      ["Engine", engines.join("; ")],
      ["Recipe", manifest.recipe],
      ["Seed", manifest.seed],
      ["Cost", money(manifest.usd)],
      ["Engine time", `${manifest.render_seconds.toLocaleString("en")} s`],
      ["Made", day(manifest.created)],
      ["Id", manifest.id],
    ]),
    h(
      "div",
      { class: "actions" },
      h(
        "a",
        { class: "button", href: address(manifest.files.collage ?? manifest.files.preview), target: "_blank", rel: "noopener" },
        manifest.files.collage ? "Open the picture" : "Open the preview",
      ),
      h("a", { class: "button", href: address("manifest.json"), target: "_blank", rel: "noopener" }, "Open the manifest"),
    ),
    h("p", { class: "hint" }, "Point at a cell, tap it, or walk with the arrow keys to see how it was made."),
  ];
}

/** What there is to know of a copy. */
function copied() {
  const said = until ? `This is a copy of the collage, shared until ${day(until)}.` : "This is a copy of the collage.";
  return withTiles ? said : `${said} ${NO_TILES}`;
}

function list(rows) {
  const said = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return h("dl", {}, ...said.map(([name, value]) => h("div", {}, h("dt", {}, String(name)), h("dd", {}, String(value)))));
}

const day = (iso) =>
  new Date(iso).toLocaleString("en", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }) + " UTC";

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Over plain HTTP there is no clipboard; the selection can be copied everywhere.
    const area = h("textarea", { class: "away", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
