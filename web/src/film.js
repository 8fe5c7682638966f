/** A film: the values of an axis, or what was found, one after the other; played or stepped through. */

import { dropDown, h, icon, iconButton } from "./dom.js";

const SPEEDS = [["0.5", "every 2 s"], ["1", "1 a second"], ["2", "2 a second"], ["3", "3 a second"]];
/** Pictures a second. No more than three: what flashes faster can harm people. */

/**
 * Which frame is shown.
 * @param {import("./state.js").Choice} choice
 * @param {import("./fields.js").Field[]} fields
 * @returns {{field: import("./fields.js").Field, value: string} | null}
 */
export function frameOf({ view, film, frame }, fields) {
  const field = view === "tiles" && fields.find((one) => one.key === film);
  if (!field) return null;
  return { field, value: field.values.includes(frame) ? frame : field.values[0] };
}

/**
 * What is shown one after the other.
 * @typedef {object} Reel
 * @property {() => {key: string, label: string, count: number, at: number, said: string} | null} now what it is,
 *     of how many frames, which one is shown, and words for that; null where no film is shown
 * @property {(at: number) => void} to show another frame
 * @property {(at: number) => Promise<void>} ready resolves when a frame's pictures are there
 */

/**
 * The film of a field's values.
 * @param {import("./page.js").Page} page
 * @param {(value: string) => Promise<void>} ready
 * @returns {Reel}
 */
export function fieldReel({ state, fields }, ready) {
  const values = () => frameOf(state.get(), fields).field.values;
  return {
    now() {
      const frame = frameOf(state.get(), fields);
      if (!frame) return null;
      const { key, label, values: all } = frame.field;
      return { key, label, count: all.length, at: all.indexOf(frame.value), said: frame.value };
    },
    to: (at) => state.set({ frame: values()[at] }),
    ready: (at) => ready(values()[at]),
  };
}

/**
 * The controls of the film, over the tiles.
 * @param {ReturnType<import("./state.js").makeState>} state
 * @param {HTMLElement} place
 * @param {Reel} reel
 */
export function filmBar(state, place, reel) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let speed = "1";
  let timer = null;
  let film = "";
  const slider = h("input", { type: "range", min: "0", oninput: () => step(Number(slider.value)) });
  const value = h("output", {});
  const play = h("button", { type: "button", class: "quiet", onclick: () => (timer ? stop() : start()) });
  const name = h("strong", {});
  const bar = h(
    "div",
    { class: "film", role: "group", "aria-label": "Film" },
    name,
    iconButton("back", "The frame before", () => move(-1)),
    play,
    iconButton("next", "The next frame", () => move(1)),
    slider,
    value,
    dropDown("Speed", SPEEDS, speed, (chosen) => {
      speed = chosen;
    }),
  );
  place.append(bar);

  function step(at) {
    stop();
    reel.to(at);
  }

  function beside(by) {
    const { at, count } = reel.now();
    return (at + by + count) % count;
  }

  const move = (by) => step(beside(by));

  function stop() {
    clearTimeout(timer);
    timer = null;
    dress();
  }

  function start() {
    const next = async () => {
      const mine = timer;
      if (reel.now() && !document.hidden) {
        const to = beside(1);
        await reel.ready(to);
        if (mine !== timer || !reel.now()) return;
        reel.to(to);
      }
      timer = setTimeout(next, 1000 / Number(speed));
    };
    timer = setTimeout(next, 1000 / Number(speed));
    dress();
  }

  function dress() {
    const label = timer ? "Pause" : "Play";
    play.setAttribute("aria-label", label);
    play.title = label;
    play.replaceChildren(icon(timer ? "pause" : "play"));
  }

  function draw() {
    const now = reel.now();
    bar.hidden = !now;
    if (!now) stop();
    else {
      const { key, label, count, at, said } = now;
      name.textContent = label;
      slider.max = String(count - 1);
      slider.value = String(at);
      slider.setAttribute("aria-label", label);
      slider.setAttribute("aria-valuetext", said);
      value.textContent = said;
      // A film plays when it is asked for, unless motion is not wanted: then it is stepped through.
      if (film !== key && !still.matches) start();
    }
    film = now?.key ?? "";
  }

  dress();
  draw();
  state.on((choice, changed) => {
    if (!(changed.has("selected") && changed.size === 1)) draw();
  });
  return {
    /** Show which frame it is now. */
    draw,
    /** Show the frame that is so many after this one. */
    move,
  };
}
