/** A picture of all tiles of a collage, small, in which each appears as it is made. */

const WIDEST = 1200;
const LARGEST = 160;
const SMALLEST = 8;
/** Of the canvas and of a tile in it, in its pixels. */
const MANY = 10_000;
/** More tiles than this are as small as a pixel: a larger canvas would take hundreds of megabytes. */
const FADE = 240;
/** Milliseconds in which a tile appears. */
const AT_ONCE = 3;
/** Tiles that are fetched together. */
const WORTH = 300;
/** Pixels of a tile's width from which its smaller picture, where it has one, is worth asking for. */

const still = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * @param {number} total how many tiles there will be
 * @param {[number, number]} size of one, for its shape
 */
export function mosaic(total, [width, height]) {
  const cols = Math.ceil(Math.sqrt((total * height) / width));
  const rows = Math.ceil(total / cols);
  const least = total > MANY ? 1 : SMALLEST;
  const w = Math.max(least, Math.min(LARGEST, Math.floor(WIDEST / cols)));
  const h = Math.max(1, Math.round((w * height) / width));
  const gap = total > MANY ? 0 : w > 3 * SMALLEST ? 2 : 1;
  const canvas = document.createElement("canvas");
  canvas.className = "mosaic";
  canvas.width = cols * w;
  canvas.height = rows * h;
  canvas.setAttribute("role", "img");
  const pen = canvas.getContext("2d");
  const waiting = [];
  let fetching = 0;
  let fading = [];

  const slot = (index) => [(index % cols) * w, Math.floor(index / cols) * h, w - gap, h - gap];

  // A grey that is faint on both grounds.
  pen.fillStyle = "rgb(128 128 128 / 14%)";
  if (total > MANY) pen.fillRect(0, 0, canvas.width, canvas.height);
  else for (let index = 0; index < total; index += 1) pen.fillRect(...slot(index));

  function step(now) {
    for (const { picture, index, since } of fading) {
      const [x, y, across, down] = slot(index);
      pen.clearRect(x, y, across, down);
      pen.globalAlpha = Math.min(1, (now - since) / FADE);
      pen.drawImage(picture, x, y, across, down);
    }
    pen.globalAlpha = 1;
    fading = fading.filter(({ picture, since }) => {
      const over = now - since >= FADE;
      if (over) picture.close();
      return !over;
    });
    if (fading.length) requestAnimationFrame(step);
  }

  async function next() {
    if (fetching >= AT_ONCE || !waiting.length) return;
    fetching += 1;
    const { index, addresses } = waiting.shift();
    try {
      let answer = await fetch(addresses[0]);
      if (!answer.ok && addresses[1]) answer = await fetch(addresses[1]);
      if (answer.ok) appear(index, await createImageBitmap(await answer.blob()));
    } catch {
      // The slot stays empty; the page of the collage has the tile.
    }
    fetching -= 1;
    next();
  }

  function appear(index, picture) {
    fading.push({ index, picture, since: still.matches ? -FADE : performance.now() });
    if (fading.length === 1) requestAnimationFrame(step);
  }

  return {
    element: canvas,
    /** @param {any} tile as the API lists it, @param {number} cell width of a cell */
    add(tile, cell) {
      if (tile.picture) {
        waiting.push({ index: tile.index, addresses: addresses(tile, cell) });
        next();
      } else {
        pen.fillStyle = getComputedStyle(canvas).getPropertyValue(`--${tile.state === "refused" ? "refused" : "failed"}`);
        pen.fillRect(...slot(tile.index));
      }
    },
    say(text) {
      canvas.setAttribute("aria-label", text);
    },
  };
}

/** Where a tile's picture is: of one that was made now and is large, first that of its cell. */
function addresses({ picture, state, tile: { size } }, cell) {
  const [width, height] = size;
  const own = `/${picture}`;
  if (state !== "done" || width <= WORTH || !cell || cell >= width) return [own];
  return [own.replace(/\.png$/, `.${cell}x${Math.max(1, Math.round((cell * height) / width))}.png`), own];
}
