/** Small pictures of masks: the source, with what is repainted in colour. */

export const TINT = "rgb(214 40 111 / 62%)";
/** Over what is repainted: a colour that few pictures have. */
const GROUND = "#b9b4a9";

/** @type {Map<string, Promise<HTMLImageElement>>} */
const loaded = new Map();

/** The picture at an address, decoded once. */
export function loadedImage(url) {
  if (!loaded.has(url)) {
    const image = new Image();
    image.src = url;
    loaded.set(url, image.decode().then(() => image));
  }
  return loaded.get(url);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("./pictures.js").Picture | null} source
 * @param {{shape?: string[], mask?: import("./pictures.js").Picture | null, drawn?: boolean}} what a mask by
 *     its rows of points, or by its picture
 */
export async function maskPicture(canvas, source, { shape, mask, drawn }) {
  const context = canvas.getContext("2d");
  context.fillStyle = GROUND;
  context.fillRect(0, 0, canvas.width, canvas.height);
  if (shape) tint(context, shape);
  try {
    const image = source ? await loadedImage(source.url) : null;
    const over = mask ? await loadedImage(mask.url) : null;
    if (image) {
      canvas.height = Math.round((canvas.width * image.naturalHeight) / image.naturalWidth);
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
    }
    if (shape && image) tint(context, shape);
    if (over) lay(context, over, drawn);
  } catch {
    // What the browser cannot show keeps its ground.
  }
}

/** @param {string[]} shape rows of points, # is repainted */
export function tint(context, shape, colour = TINT) {
  const { width, height } = context.canvas;
  context.fillStyle = colour;
  shape.forEach((row, y) => {
    for (const run of row.matchAll(/#+/g)) {
      const [left, right] = [run.index, run.index + run[0].length].map((x) => Math.round((x * width) / row.length));
      const [top, bottom] = [y, y + 1].map((at) => Math.round((at * height) / shape.length));
      context.fillRect(left, top, right - left, bottom - top);
    }
  });
}

/** Colour what a drawn mask leaves transparent; a file is shown as it is, as it may mean its light. */
function lay(context, mask, drawn) {
  const { width, height } = context.canvas;
  if (!drawn) {
    context.globalAlpha = 0.7;
    context.drawImage(mask, 0, 0, width, height);
    context.globalAlpha = 1;
    return;
  }
  const layer = document.createElement("canvas");
  Object.assign(layer, { width, height });
  const over = layer.getContext("2d");
  over.fillStyle = TINT;
  over.fillRect(0, 0, width, height);
  over.globalCompositeOperation = "destination-out";
  over.drawImage(mask, 0, 0, width, height);
  context.drawImage(layer, 0, 0);
}
