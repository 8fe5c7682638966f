/** Tiles with captions: all that match in one flow, or in a table over two fields. */

import { h } from "./dom.js";
import { thumbs } from "./thumbs.js";

const FLOW = 120;
const ROWS = 8;
/** How many are added at once as the reader comes near the end. */
const CROWD = 12;
/** Tiles at one crossing of a table; more are folded away. */

/**
 * @param {import("./page.js").Page} page
 * @param {HTMLElement} place
 */
export function tilesView({ collage, state, fields, marking }, place) {
  const thumb = thumbs(collage, marking, (item) => state.set({ selected: { tile: item.planned.index } }));
  let watcher;

  /** Add parts to a list as its end comes near: ten thousand at once would take seconds. */
  function grow(list, parts, make, step) {
    const end = h("div", { class: "end" });
    let next = 0;
    const more = () => {
      list.append(...parts.slice(next, next + step).map(make));
      next += step;
      if (next >= parts.length) {
        watcher.disconnect();
        end.remove();
      }
    };
    place.append(end);
    watcher = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        more();
        // What was added may not fill the screen: look again.
        watcher.unobserve(end);
        if (end.isConnected) watcher.observe(end);
      },
      { root: place, rootMargin: "1200px" },
    );
    more();
    if (end.isConnected) watcher.observe(end);
  }

  function flow(items) {
    const list = h("div", { class: "flow" });
    place.append(list);
    grow(list, items, (item) => thumb.make(item, []), FLOW);
  }

  /** Tiles at one crossing. */
  function crossing(items, said) {
    const cell = h("td", {});
    const make = (item) => thumb.make(item, said);
    const crowd = h("div", { class: "crowd" }, ...items.slice(0, CROWD).map(make));
    if (items.length > CROWD) {
      const rest = h(
        "button",
        {
          type: "button",
          class: "more",
          onclick: () => rest.replaceWith(...items.slice(CROWD).map(make)),
        },
        `${(items.length - CROWD).toLocaleString("en")} more`,
      );
      crowd.append(rest);
    }
    if (items.length) cell.append(crowd);
    return cell;
  }

  function narrow(field, value) {
    const { chosen } = state.get();
    state.set({ chosen: { ...chosen, [field.key]: chosen[field.key] === value ? "" : value } });
  }

  function heading(field, value, scope) {
    return h(
      "th",
      { scope },
      h(
        "button",
        { type: "button", class: "plain", title: `Only ${value}`, onclick: () => narrow(field, value) },
        value,
      ),
    );
  }

  function table(items, down, across) {
    const seen = (field) => {
      const there = new Set(items.flatMap(field.of));
      return field.values.filter((value) => there.has(value));
    };
    const rows = down ? seen(down) : [""];
    const columns = across ? seen(across) : [""];
    /** @type {Map<string, Map<string, any[]>>} */
    const crossings = new Map();
    for (const item of items) {
      for (const row of down ? down.of(item) : [""]) {
        if (!crossings.has(row)) crossings.set(row, new Map());
        for (const column of across ? across.of(item) : [""]) {
          const line = crossings.get(row);
          if (!line.has(column)) line.set(column, []);
          line.get(column).push(item);
        }
      }
    }
    const body = h("tbody", {});
    const names = [down?.label, across?.label].filter(Boolean);
    const head = h("tr", {}, down ? h("td", { class: "corner" }, names.join(" × ")) : null);
    if (across) head.append(...columns.map((value) => heading(across, value, "col")));
    place.append(
      h(
        "table",
        { class: across ? "across" : "single" },
        h("caption", { class: "away" }, `Tiles by ${names.join(" and ")}`),
        across ? h("thead", {}, head) : null,
        body,
      ),
    );
    const line = (row) => {
      const made = h("tr", {}, down ? heading(down, row, "row") : null);
      made.append(...columns.map((column) => crossing(crossings.get(row)?.get(column) ?? [], [row, column])));
      return made;
    };
    grow(body, rows, line, ROWS);
  }

  place.addEventListener("keydown", (event) => {
    const thumbs = [...place.querySelectorAll(".thumb")];
    const at = thumbs.indexOf(event.target);
    if (at < 0) return;
    const to = {
      ArrowLeft: () => thumbs[at - 1],
      ArrowRight: () => thumbs[at + 1],
      ArrowUp: () => above(thumbs.slice(0, at).reverse(), event.target),
      ArrowDown: () => above(thumbs.slice(at + 1), event.target),
    }[event.key]?.();
    if (!to) return;
    event.preventDefault();
    to.focus();
  });

  return {
    /** Show these. */
    show(items) {
      const field = (key) => fields.find((one) => one.key === key);
      const down = field(state.get().rows);
      const across = field(state.get().cols);
      watcher?.disconnect();
      place.replaceChildren();
      place.scrollTo(0, 0);
      if (!items.length) place.append(h("p", { class: "nothing" }, "No tile is like this."));
      else if (down || across) table(items, down, across);
      else flow(items);
    },
    /** The tile that has the focus; null where none has. */
    focused: () => collage.tiles[document.activeElement?.closest(".thumb")?.dataset.tile] ?? null,
    /** Show what is thought of the tiles now. */
    refresh: () => thumb.refresh(place),
    /** Mark the tile that is looked at. */
    mark(index) {
      place.querySelector('.thumb[aria-current="true"]')?.removeAttribute("aria-current");
      place.querySelector(`.thumb[data-tile="${index}"]`)?.setAttribute("aria-current", "true");
    },
  };
}

/** The first of the others that lies in the same column, above or below. */
function above(others, from) {
  const box = from.getBoundingClientRect();
  return others.find((other) => {
    const its = other.getBoundingClientRect();
    return Math.abs(its.left - box.left) < box.width / 2 && Math.abs(its.top - box.top) > 1;
  });
}
