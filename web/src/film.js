/** An axis as a film: its values one after the other, played or stepped through. */

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
 * The controls of the film, over the tiles.
 * @param {import("./page.js").Page} page
 * @param {HTMLElement} place
 * @param {(value: string) => Promise<void>} ready resolves when a frame's pictures are there
 */
export function filmBar({ state, fields }, place, ready) {
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

  const now = () => frameOf(state.get(), fields);

  function step(index) {
    stop();
    state.set({ frame: now().field.values[index] });
  }

  function beside(by) {
    const { field, value: shown } = now();
    const { length } = field.values;
    return field.values[(field.values.indexOf(shown) + by + length) % length];
  }

  function move(by) {
    stop();
    state.set({ frame: beside(by) });
  }

  function stop() {
    clearTimeout(timer);
    timer = null;
    dress();
  }

  function start() {
    const next = async () => {
      const mine = timer;
      if (now() && !document.hidden) {
        const to = beside(1);
        await ready(to);
        if (mine !== timer || !now()) return;
        state.set({ frame: to });
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
    const frame = now();
    bar.hidden = !frame;
    if (!frame) stop();
    else {
      const { field, value: shown } = frame;
      name.textContent = field.label;
      slider.max = String(field.values.length - 1);
      slider.value = String(field.values.indexOf(shown));
      slider.setAttribute("aria-label", field.label);
      slider.setAttribute("aria-valuetext", shown);
      value.textContent = shown;
      // A film plays when it is asked for, unless motion is not wanted: then it is stepped through.
      if (film !== field.key && !still.matches) start();
    }
    film = frame?.field.key ?? "";
  }

  dress();
  draw();
  state.on((choice, changed) => {
    if (!(changed.has("selected") && changed.size === 1)) draw();
  });
}
