/** A sketch of the sheet as it is going to be: its cells, gaps, border, title and labels. */

import { h } from "../../src/dom.js";
import { loadedImage, tint } from "./mask_pictures.js";

const WIDE = 720;
const HIGH = 640;
const MOST = 10_000;
/** Cells that are drawn one by one. */
const TURN = 137.5;
/** Degrees from one colour to the next: those of neighbours are never alike. */

export function sketch() {
  const canvas = h("canvas", { class: "sheet", role: "img", "aria-label": "The sheet" });
  const words = h("p", { class: "measure" });
  let due = 0;

  return {
    element: h("figure", {}, canvas, h("figcaption", {}, words)),
    /** There is nothing to be drawn yet. */
    wait() {
      cancelAnimationFrame(due);
      canvas.hidden = true;
      words.textContent = "Here the sheet will be sketched.";
    },
    /**
     * @param {any} geometry as the API's estimate has it
     * @param {{pictures: any[], background: string, title: string | null, headed: boolean, shapes: string[][], exact: boolean}} look
     */
    draw(geometry, look) {
      const { rows, cols, size } = geometry;
      const said = `${rows.toLocaleString("en")} × ${cols.toLocaleString("en")} cells, ${size[0].toLocaleString("en")} × ${size[1].toLocaleString("en")} pixels`;
      words.textContent = look.exact ? said : `about ${said}`;
      canvas.setAttribute("aria-label", `Sketch of the sheet: ${words.textContent}`);
      canvas.hidden = false;
      cancelAnimationFrame(due);
      due = requestAnimationFrame(() => paint(canvas, geometry, look));
    },
  };
}

async function paint(canvas, geometry, look) {
  const { rows, cols, size, offset, step, visible, label } = geometry;
  const scale = Math.min(WIDE / size[0], HIGH / size[1]);
  const found = await Promise.all(look.pictures.map(({ url }) => loadedImage(url).catch(() => null)));
  const images = found.filter((one) => one !== null);
  canvas.width = Math.max(1, Math.round(size[0] * scale));
  canvas.height = Math.max(1, Math.round(size[1] * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  // What is no colour leaves white, as the sheet has it at first.
  context.fillStyle = look.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  const cells = kinds(images, look.shapes, Math.max(1, Math.round(visible[0] * scale)), Math.max(1, Math.round(visible[1] * scale)));
  const ink = readable(context.fillStyle);
  for (let i = 0; i < Math.min(rows * cols, MOST); i += 1) {
    const left = (offset[0] + (i % cols) * step[0]) * scale;
    const top = (offset[1] + Math.floor(i / cols) * step[1]) * scale;
    context.drawImage(cells[(i * 7 + Math.floor(i / cols) * 3) % cells.length], left, top, visible[0] * scale, visible[1] * scale);
    if (label * scale > 3) line(context, ink, left, top + (visible[1] + label / 2) * scale, visible[0] * scale * 0.7, Math.min(3, label * scale * 0.3));
  }
  if (look.title) {
    const high = Math.min(22, Math.max(9, offset[1] * scale * 0.5));
    context.fillStyle = ink;
    context.font = `600 ${high}px Georgia, serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(look.title, canvas.width / 2, Math.max(high / 2, (offset[1] * scale) / (look.headed ? 3 : 2)), canvas.width - 10);
  }
}

/** Cells of several kinds: a picture, with a mask of it in a colour. */
function kinds(images, shapes, width, height) {
  return Array.from({ length: 11 }, (_, i) => {
    const cell = document.createElement("canvas");
    Object.assign(cell, { width, height });
    const context = cell.getContext("2d");
    context.fillStyle = `hsl(${(i * TURN) % 360} 38% 62%)`;
    context.fillRect(0, 0, width, height);
    const image = images[i % images.length];
    if (image) {
      const fill = Math.max(width / image.naturalWidth, height / image.naturalHeight);
      const [wide, high] = [image.naturalWidth * fill, image.naturalHeight * fill];
      context.drawImage(image, (width - wide) / 2, (height - high) / 2, wide, high);
      const shape = shapes.length ? shapes[i % shapes.length] : ["#"];
      tint(context, shape, `hsl(${(i * TURN) % 360} 55% 55% / 62%)`);
    }
    return cell;
  });
}

function line(context, ink, left, top, width, height) {
  context.globalAlpha = 0.55;
  context.fillStyle = ink;
  context.fillRect(left, top - height / 2, width, height);
  context.globalAlpha = 1;
}

/** Black or white, whichever is read on a colour. */
function readable(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return 0.3 * red + 0.59 * green + 0.11 * blue > 128 ? "#1f1d1a" : "#efece6";
}
