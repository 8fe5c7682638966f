/** Tiles with captions: all that match in one flow, or in a table over up to four fields. */

import { crossings, meanScore } from "./crossings.js";
import { h } from "./dom.js";
import { folder } from "./duplicates.js";
import { flow } from "./flow.js";
import { table } from "./table.js";
import { thumbs } from "./thumbs.js";
import { arrows } from "./walking.js";

/**
 * @param {import("./page.js").Page} page
 * @param {HTMLElement} place
 */
export function tilesView({ collage, state, fields, marking }, place) {
  const thumb = thumbs(collage, marking, (item) => state.set({ selected: { tile: item.planned.index } }));
  const fold = folder(collage, marking);
  const unfolded = new Set();
  /** What was shown last: its items, and the list or table of them. */
  let last = { found: [], all: [], laid: "", list: null, inFrame: null };
  let current = -1;
  let wide = 0;

  const field = (key) => fields.find((one) => one.key === key);

  function narrow(axis, value) {
    const { chosen } = state.get();
    state.set({ chosen: { ...chosen, [axis.key]: chosen[axis.key] === value ? "" : value } });
  }

  /** A figure; of one that stands for others, with a button that shows them. */
  function figure(item, said) {
    const made = thumb.make(item, said, Boolean(state.get().film));
    const button = made.querySelector(".thumb");
    button.tabIndex = -1;
    if (item.planned.index === current) button.setAttribute("aria-current", "true");
    const more = fold.more(item, () => lay(true));
    if (more) made.append(more);
    return made;
  }

  function listOf({ found, all, inFrame }, heights) {
    const { rows, cols, down, across, near, heat } = state.get();
    const lined = field(rows) || field(cols);
    if (!(lined ? all : found).length) {
      place.append(h("p", { class: "nothing" }, "No tile is like this."));
      return null;
    }
    if (!lined) return flow(place, fold.shown(found, near), figure, heights);
    const axes = {
      rows: field(rows),
      cols: field(cols),
      down: field(rows) && field(down),
      across: field(cols) && field(across),
    };
    const how = {
      thumb: figure,
      shown: (items) => fold.shown(inFrame ? items.filter(inFrame) : items, near),
      narrow,
      heat: (items) => (heat ? meanScore(items, marking) : null),
      unfolded,
      playing: inFrame !== null,
    };
    return table(place, axes, crossings(all, axes), how, heights);
  }

  /** Lay all out anew; where it is kept, what was in sight stays there. */
  function lay(kept) {
    const { scrollLeft, scrollTop } = place;
    const focus = walk.where();
    wide = place.clientWidth;
    const heights = kept && last.list ? last.list.heights() : [];
    place.replaceChildren();
    last.list = listOf(last, heights);
    last.list?.draw();
    place.scrollTo(kept ? scrollLeft : 0, kept ? scrollTop : 0);
    draw();
    if (focus) walk.back(focus);
  }

  function draw() {
    last.list?.draw();
    walk.enter();
  }

  const walk = arrows(place, draw);
  place.addEventListener("scroll", draw, { passive: true });
  new ResizeObserver(() => {
    // A flow has other rows in another width.
    if (place.clientWidth !== wide && last.list) lay(true);
  }).observe(place);

  return {
    /**
     * Show these.
     * @param {import("./collage.js").Item[]} all
     * @param {((item: import("./collage.js").Item) => boolean) | null} inFrame which of them are in the
     *     frame of the film; null where none is shown
     */
    show(all, inFrame) {
      const { selected, frame, ...choice } = state.get();
      const laid = JSON.stringify(choice);
      const kept = laid === last.laid;
      last = { ...last, all, found: inFrame ? all.filter(inFrame) : all, inFrame, laid };
      lay(kept);
    },
    /** Resolves when the pictures of a frame that will be in sight are there. */
    async ready(value) {
      const film = field(state.get().film);
      const items = last.list?.inSight?.((item) => film.of(item).includes(value)) ?? [];
      await Promise.allSettled(
        items.map((item) => {
          const image = new Image();
          image.src = collage.picture(item.shown);
          return image.decode();
        }),
      );
    },
    /** The tile that has the focus; null where none has. */
    focused: () => collage.tiles[document.activeElement?.closest(".thumb")?.dataset.tile] ?? null,
    /** Show what is thought of the tiles now. */
    refresh() {
      if (state.get().heat && last.list) lay(true);
      else thumb.refresh(place);
    },
    /** Mark the tile that is looked at. */
    mark(index) {
      current = index;
      place.querySelector('.thumb[aria-current="true"]')?.removeAttribute("aria-current");
      place.querySelector(`.thumb[data-tile="${index}"]`)?.setAttribute("aria-current", "true");
    },
  };
}
