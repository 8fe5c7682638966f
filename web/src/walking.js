/** Walking among tiles by keys: of all thumbs one is in the order of the tabulator. */

const FAR = 1e9;
const STOP = ".thumb, .number";
/** What the arrows come to: a tile, or a number in a table. */

/**
 * @param {HTMLElement} place that the thumbs are in
 * @param {() => void} draw makes what has come in sight
 */
export function arrows(place, draw) {
  /** The tile that the tabulator comes to. */
  let current = "";
  const all = () => [...place.querySelectorAll(STOP)];

  place.addEventListener("focusin", (event) => {
    const thumb = event.target.closest(STOP);
    if (!thumb || thumb.tabIndex === 0) return;
    current = thumb.dataset.tile;
    for (const other of place.querySelectorAll(":is(.thumb, .number)[tabindex='0']")) other.tabIndex = -1;
    thumb.tabIndex = 0;
  });
  place.addEventListener("keydown", (event) => {
    const thumbs = all();
    const at = thumbs.indexOf(event.target);
    if (at < 0 && event.target !== place) return;
    const end = event.key === "End" ? FAR : 0;
    if (["Home", "End"].includes(event.key)) {
      place.scrollTo(place.scrollLeft, end);
      draw();
    }
    const to = {
      ArrowLeft: () => thumbs[at - 1],
      ArrowRight: () => thumbs[at + 1],
      ArrowUp: () => above(thumbs.slice(0, at).reverse(), event.target),
      ArrowDown: () => (at < 0 ? thumbs[0] : above(thumbs.slice(at + 1), event.target)),
      Home: () => all()[0],
      End: () => all().at(-1),
    }[event.key]?.();
    if (!to) return;
    event.preventDefault();
    to.focus();
  });

  return {
    /** See to it that the tabulator comes to one of the thumbs that are there. */
    enter() {
      if (place.querySelector(":is(.thumb, .number)[tabindex='0']")) return;
      const to = place.querySelector(`:is(.thumb, .number)[data-tile="${CSS.escape(current)}"]`) ?? place.querySelector(STOP);
      if (to) to.tabIndex = 0;
    },
    /** Where the focus is; null where no thumb has it. */
    where() {
      const thumb = document.activeElement?.closest(STOP);
      return thumb && place.contains(thumb) ? { tile: thumb.dataset.tile, at: all().indexOf(thumb) } : null;
    },
    /** Give the focus back to a tile, or to what stands in its place now. */
    back({ tile, at }) {
      const thumbs = all();
      const to = thumbs.find((thumb) => thumb.dataset.tile === tile) ?? thumbs[Math.min(at, thumbs.length - 1)] ?? place;
      to.focus({ preventScroll: true });
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
