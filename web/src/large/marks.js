/**
 * What is drawn over the picture of a large collage: marks and signs of cells in sight only, and a veil
 * that is a picture of a pixel a cell.
 */

import { signs } from "../badges.js";
import { drawnOver, mark, sign, SMALLEST, tellingStates } from "../mark_drawing.js";

/**
 * @param {ReturnType<import("./collage.js").readLarge>} collage
 * @param {ReturnType<import("../zoom.js").zoomView>} zoom
 * @param {HTMLElement} stage
 * @param {ReturnType<import("../marking.js").makeMarking>} marking
 */
export function largeMarks(collage, zoom, stage, marking) {
  const telling = tellingStates(collage.manifest);
  const { rows, cols, geometry } = collage;
  /** @type {Uint8Array | null} 1 where a cell is among those looked for; null where all are */
  let found = null;
  /** The cells that are looked for, a pixel each, where one is not. */
  let mask = null;
  let veil = null;
  let veiled = "";

  const over = drawnOver(zoom, stage, ({ pen, colour, at, bounds, inPicture, onScreen, sight }) => {
    if (mask) {
      inPicture();
      // Smaller than a pixel, cells are seen by how many of them match.
      pen.imageSmoothingEnabled = geometry.step[0] * at.scale < 1;
      const [x, y] = geometry.offset;
      pen.drawImage(inColour(colour.getPropertyValue("--veil")), x, y, cols * geometry.step[0], rows * geometry.step[1]);
    }
    onScreen();
    const seen = geometry.visible[0] * at.scale < SMALLEST ? [] : zoom.place.within(bounds);
    collage.want("sight", seen);
    for (const position of seen) {
      const box = sight(position);
      const item = box && collage.cellAt(position);
      if (!item) continue;
      if (telling.includes(item.state) && (found?.[position] ?? 1)) mark(pen, item.state, box, colour);
      const text = signs(marking.of(item));
      if (text) sign(pen, text, box);
    }
  });
  collage.heard(over.draw);

  /** The veil in a colour, made anew when that is another. */
  function inColour(colour) {
    if (veiled === colour && veil) return veil;
    veiled = colour;
    veil = document.createElement("canvas");
    [veil.width, veil.height] = [cols, rows];
    const pen = veil.getContext("2d");
    pen.putImageData(mask, 0, 0);
    pen.globalCompositeOperation = "source-in";
    pen.fillStyle = colour;
    pen.fillRect(0, 0, cols, rows);
    return veil;
  }

  return {
    /** Veil the cells that were not found; none for null. @param {Uint8Array | null} now */
    filter(now) {
      found = now;
      mask = now && maskOf(now, cols, rows);
      veil = null;
      over.draw();
    },
    /** Show what is thought of the tiles now. */
    refresh: over.draw,
    frame: over.frame,
  };
}

function maskOf(found, cols, rows) {
  const mask = new ImageData(cols, rows);
  const pixels = new Uint32Array(mask.data.buffer);
  for (let i = 0; i < found.length; i += 1) if (!found[i]) pixels[i] = 0xff000000;
  return mask;
}
