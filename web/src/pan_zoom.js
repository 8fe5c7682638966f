/** One zoom and one place for several pictures: what is done to one is done to all. */

const MOST = 16;
const STEP = 1.5;

/**
 * @param {() => void} changed
 */
export function panZoom(changed) {
  /** Of a picture that fills its frame: how much it is enlarged, and its corner in frames. */
  let view = { scale: 1, x: 0, y: 0 };

  function set({ scale, x, y }) {
    const held = Math.min(MOST, Math.max(1, scale));
    const inside = (at) => Math.min(0, Math.max(1 - held, at));
    view = { scale: held, x: inside(x), y: inside(y) };
    changed();
  }

  /** Enlarge, so that a point of the frame stays where it is. */
  function zoom(factor, at = { x: 0.5, y: 0.5 }) {
    const scale = Math.min(MOST, Math.max(1, view.scale * factor));
    const by = scale / view.scale;
    set({ scale, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by });
  }

  const within = (frame, { clientX, clientY }) => {
    const box = frame.getBoundingClientRect();
    return { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height };
  };

  return {
    view: () => view,
    home: () => set({ scale: 1, x: 0, y: 0 }),
    closer: () => zoom(STEP),
    farther: () => zoom(1 / STEP),
    pan: (x, y) => set({ ...view, x: view.x + x, y: view.y + y }),
    /** Let a frame be dragged, pinched and wheeled in. */
    listen(frame) {
      /** @type {Map<number, {x: number, y: number}>} fingers on it */
      const down = new Map();
      frame.addEventListener(
        "wheel",
        (event) => {
          event.preventDefault();
          zoom(Math.exp(-event.deltaY / 400), within(frame, event));
        },
        { passive: false },
      );
      frame.addEventListener("pointerdown", (event) => {
        frame.setPointerCapture(event.pointerId);
        down.set(event.pointerId, within(frame, event));
      });
      frame.addEventListener("pointermove", (event) => {
        const from = down.get(event.pointerId);
        if (!from) return;
        const to = within(frame, event);
        const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
        if (other) {
          const apart = (one) => Math.hypot(one.x - other.x, one.y - other.y) || 1;
          zoom(apart(to) / apart(from), other);
        } else set({ ...view, x: view.x + to.x - from.x, y: view.y + to.y - from.y });
        down.set(event.pointerId, to);
      });
      for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, (event) => down.delete(event.pointerId));
    },
  };
}
