/** Two to four tiles, side by side or one in place of the other, looked at alike and marked there. */

import { inWords, signs } from "./badges.js";
import { alt, caption } from "./collage.js";
import { announce, h, icon, iconButton } from "./dom.js";
import { panZoom } from "./pan_zoom.js";
import { marked, markOf } from "./shortcuts.js";

const MOST = 4;
const BLINK = 700;
/** Milliseconds that each is shown: slower than what can harm people. */
const STEP = 0.1;
/** Of a frame, by a key. */

/**
 * @param {import("./page.js").Page} page
 */
export function sideBySide({ collage, marking, actions }) {
  /** @type {import("./collage.js").Item[]} */
  let items = [];
  const listeners = [];
  const show = beside(collage, marking);
  const open = h("button", { type: "button", title: "Side by side (b)", onclick: () => look() }, icon("beside"), h("span", {}));
  const empty = iconButton("close", "None side by side", () => put([]));
  actions.forCollage(h("div", { class: "joined", role: "group", "aria-label": "Side by side" }, open, empty));

  const holds = (item) => items.some((one) => one.shown.key === item.shown.key);

  function put(now) {
    items = now;
    open.disabled = items.length < 2;
    empty.hidden = !items.length;
    open.lastChild.textContent = items.length ? `Side by side: ${items.length}` : "Side by side";
    listeners.forEach((listener) => listener());
  }

  function toggle(item) {
    if (holds(item)) put(items.filter((one) => one.shown.key !== item.shown.key));
    else if (items.length === MOST) return announce(`No more than ${MOST} tiles are put side by side`);
    else put([...items, item]);
    announce(`${items.length} of ${MOST} tiles side by side`);
  }

  function look() {
    if (items.length > 1) show(items);
    else announce("Put two tiles side by side first, by the key C");
  }

  actions.forItem((item) => {
    if (!item.shown) return [];
    const button = h("button", { type: "button", title: "Key: c", onclick: () => toggle(item) });
    const draw = () => {
      button.textContent = holds(item) ? "No longer side by side" : "Put side by side";
    };
    draw();
    // The one in the details is asked, however it changed.
    listeners[0] = draw;
    return [button];
  });
  put([]);
  return { toggle, look };
}

/** The dialog. */
function beside(collage, marking) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const dialog = h("dialog", { class: "beside", "aria-labelledby": "beside" });
  const place = h("div", { class: "panes" });
  const said = h("p", { class: "away", role: "status" });
  const view = panZoom(draw);
  let panes = [];
  let front = 0;
  let blinking = null;
  const blink = h("button", { type: "button", "aria-pressed": "false", title: "Key: b", onclick: () => alternate(!dialog.classList.contains("blink")) }, "Blink");
  dialog.append(
    h(
      "header",
      {},
      h("h2", { id: "beside" }, "Side by side"),
      h(
        "div",
        { class: "actions" },
        blink,
        iconButton("minus", "Zoom out", view.farther),
        iconButton("plus", "Zoom in", view.closer),
        iconButton("fit", "Show all", view.home),
        iconButton("close", "Close", () => dialog.close()),
      ),
    ),
    place,
    h("p", { class: "hint" }, "Arrows: another tile; with Shift, another part. S, H, 1 to 5 and 0 mark it. B blinks."),
    said,
  );
  dialog.addEventListener("close", () => alternate(false));
  dialog.addEventListener("keydown", keyed);
  document.body.append(dialog);
  marking.on(draw);

  function draw() {
    const { scale, x, y } = view.view();
    panes.forEach(({ item, image, badge, pane }, index) => {
      image.style.transform = `translate(${x * 100}%, ${y * 100}%) scale(${scale})`;
      const opinion = marking.of(item);
      badge.hidden = !signs(opinion);
      badge.replaceChildren(h("span", { "aria-hidden": "true" }, signs(opinion)), h("span", { class: "away" }, inWords(opinion)));
      pane.classList.toggle("front", index === front);
    });
  }

  /** Show one in place of the other, by turns; where motion is not wanted, by the arrow keys only. */
  function alternate(on) {
    clearInterval(blinking);
    dialog.classList.toggle("blink", on);
    blink.setAttribute("aria-pressed", String(on));
    if (on && !still.matches) blinking = setInterval(() => bring(front + 1), BLINK);
    draw();
  }

  function bring(index) {
    front = (index + panes.length) % panes.length;
    draw();
  }

  function keyed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = dialog.classList.contains("blink") ? front : panes.findIndex(({ pane }) => pane === document.activeElement);
    const way = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const change = panes[at] && markOf(event.key, marking.own(panes[at].item));
    if (way && event.shiftKey) view.pan(way[0] * STEP, way[1] * STEP);
    else if (way && way[0]) step((at < 0 ? 0 : at) - way[0]);
    else if (event.key === "+" || event.key === "=") view.closer();
    else if (event.key === "-") view.farther();
    else if (event.key === "b") alternate(!dialog.classList.contains("blink"));
    else if (change) {
      marking.set([panes[at].item], change);
      said.textContent = marked(change, panes[at].item);
    } else return;
    event.preventDefault();
  }

  function step(to) {
    clearInterval(blinking);
    bring(to);
    panes[front].pane.focus();
  }

  return function show(items) {
    panes = items.map((item) => paneOf(item, collage));
    panes.forEach(({ frame }) => view.listen(frame));
    place.replaceChildren(...panes.map(({ pane }) => pane));
    place.dataset.count = String(items.length);
    front = 0;
    view.home();
    dialog.showModal();
    panes[0].pane.focus();
  };
}

function paneOf(item, collage) {
  const [width, height] = item.shown.tile.size;
  const image = h("img", { alt: alt(item), width, height, draggable: "false", src: collage.picture(item.shown) });
  const badge = h("span", { class: "badge" });
  const frame = h("div", { class: "frame" }, image, badge);
  const pane = h("figure", { class: "pane", tabindex: "0" }, frame, h("figcaption", {}, caption(item)));
  return { item, image, badge, frame, pane };
}
