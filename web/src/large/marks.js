/**
 * What is drawn over the picture of a large collage: marks and signs of cells in sight only, and colours
 * and a veil, which are pictures of a pixel a cell.
 */

import { signs } from "../badges.js";
import { drawnOver, mark, sign, SMALLEST, tellingStates } from "../mark_drawing.js";
import { pictureOf, rareOf } from "./colouring.js";

const FEW = 2000;
/** Found cells that are dotted where they are too small to be seen. */
const DOT = 4;
/** The side of a dot in pixels, and of a cell that is seen without one. */
const SEEN = 2;
/** The side of a cell whose picture is seen. */
const STRONG = 0.85;
/** How much of the picture colours hide where its cells are too small to be told apart. */

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
  /** @type {import("./colouring.js").Colouring | null} what cells are coloured by */
  let colours = null;
  let coloured = null;
  /** Those that few others are like: their places and colours; where null, the accent. */
  let dots = [];

  const over = drawnOver(zoom, stage, ({ pen, colour, at, bounds, inPicture, onScreen, sight }) => {
    const tiny = geometry.visible[0] * at.scale < SMALLEST;
    const put = (picture) => pen.drawImage(picture, ...geometry.offset, cols * geometry.step[0], rows * geometry.step[1]);
    if (coloured && tiny) {
      inPicture();
      pen.imageSmoothingEnabled = geometry.step[0] * at.scale < 1;
      pen.globalAlpha = STRONG;
      put(coloured);
      pen.globalAlpha = 1;
    }
    if (mask) {
      inPicture();
      // Smaller than a pixel, cells are seen by how many of them match.
      pen.imageSmoothingEnabled = geometry.step[0] * at.scale < 1;
      put(inColour(colour.getPropertyValue("--veil")));
    }
    onScreen();
    const side = geometry.visible[0] * at.scale;
    if (side < DOT) {
      for (const [position, own] of dots) {
        // What has no colour is seen as it is, where it is seen at all.
        if (!own && side >= SEEN) continue;
        const box = zoom.place.of(position);
        pen.fillStyle = own ?? colour.getPropertyValue("--accent");
        pen.fillRect(at.x + (box.x + box.width / 2) * at.scale - DOT / 2, at.y + (box.y + box.height / 2) * at.scale - DOT / 2, DOT, DOT);
      }
    }
    const seen = tiny ? [] : zoom.place.within(bounds);
    collage.want("sight", seen);
    for (const position of seen) {
      const box = sight(position);
      const item = box && collage.cellAt(position);
      if (!item) continue;
      strip(pen, colourAt(position), box);
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

  const colourAt = (position) => (colours && (found?.[position] ?? 1) ? colours.values[colours.numbers[position] - 1]?.colour : null) ?? null;

  /** What few cells were found, or have a colour, is lost among very many. */
  function dot() {
    dots = [];
    const few = found && fewOf(found);
    if (few) dots = few.map((i) => [i, colourAt(i)]);
    else if (colours?.dotted) {
      const rare = rareOf(colours, found);
      const { numbers } = colours;
      for (let i = 0; i < numbers.length; i += 1) if (rare[numbers[i]] && (found?.[i] ?? 1)) dots.push([i, colourAt(i)]);
    }
  }

  return {
    /** Show cells in colours; none for null. @param {import("./colouring.js").Colouring | null} now */
    colour(now) {
      colours = now;
      coloured = now && pictureOf(now, cols, rows);
      dot();
      over.draw();
    },
    /** Veil the cells that were not found; none for null. @param {Uint8Array | null} now */
    filter(now) {
      found = now;
      mask = now && maskOf(now, cols, rows);
      veil = null;
      dot();
      over.draw();
    },
    /** Show what is thought of the tiles now. */
    refresh: over.draw,
    frame: over.frame,
  };
}

/** The colour of a cell whose picture can be told, along its lower edge. */
function strip(pen, colour, { left, top, side, tall }) {
  if (!colour) return;
  const high = Math.max(4, Math.min(10, tall / 8));
  pen.fillStyle = colour;
  pen.fillRect(left, top + tall - high, side, high);
}

/** The positions of what was found; null where that is not few. */
function fewOf(found) {
  const few = [];
  for (let i = found.indexOf(1); i >= 0; i = found.indexOf(1, i + 1)) if (few.push(i) > FEW) return null;
  return few;
}

function maskOf(found, cols, rows) {
  const mask = new ImageData(cols, rows);
  const pixels = new Uint32Array(mask.data.buffer);
  for (let i = 0; i < found.length; i += 1) if (!found[i]) pixels[i] = 0xff000000;
  return mask;
}
