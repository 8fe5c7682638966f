/**
 * What is drawn over the picture: a veil on cells that are filtered out, marks on missing ones, and
 * what is thought of the others.
 */

import { signs } from "./badges.js";

const MARKED = { refused: "\u2013", failed: "!", repeated: "=" };
const SMALLEST = 30;
/** A cell's width on the screen, in pixels, below which marks would hide it. */

/**
 * @param {ReturnType<import("./collage.js").read>} collage
 * @param {ReturnType<import("./zoom.js").zoomView>} zoom
 * @param {HTMLElement} stage
 * @param {ReturnType<import("./marking.js").makeMarking>} marking
 */
export function marks(collage, zoom, stage, marking) {
  const canvas = document.createElement("canvas");
  canvas.className = "marks";
  canvas.setAttribute("aria-hidden", "true");
  stage.append(canvas);
  const pen = canvas.getContext("2d");
  const counts = collage.manifest.cell_counts;
  // A mark that every other cell has would say nothing and hide the pictures.
  const telling = Object.keys(MARKED).filter((state) => (counts[state] ?? 0) < collage.cells.length / 8);
  const special = collage.cells.filter((cell) => telling.includes(cell.state));
  let marked = special;
  /** Cells with what is thought of their tiles, in signs. */
  let signed = [];
  let veil = null;
  let framed = null;

  function draw() {
    const at = zoom.lie();
    if (!at) return;
    const ratio = devicePixelRatio;
    const { clientWidth: width, clientHeight: height } = stage;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const colour = getComputedStyle(document.documentElement);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    if (veil) {
      pen.setTransform(at.scale * ratio, 0, 0, at.scale * ratio, at.x * ratio, at.y * ratio);
      pen.fillStyle = colour.getPropertyValue("--veil");
      pen.fill(veil);
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const seen = (cell) => sight(cell, at, width, height);
    for (const cell of marked) if (seen(cell)) mark(cell, seen(cell), colour);
    for (const [cell, text] of signed) if (seen(cell)) sign(text, seen(cell));
    frame(at);
  }

  /** Two lines, a dark and a bright one, are seen on any picture. */
  function frame(at) {
    if (framed === null) return;
    const box = zoom.place.of(framed);
    const thick = Math.max(4, Math.min(9, (box.width * at.scale) / 8));
    for (const [line, paint] of [[thick, "#000b"], [thick / 2, "#fff"]]) {
      pen.lineWidth = line;
      pen.strokeStyle = paint;
      pen.strokeRect(at.x + box.x * at.scale, at.y + box.y * at.scale, box.width * at.scale, box.height * at.scale);
    }
  }

  /** A cell on the screen; null where it is not seen, or too small for a mark. */
  function sight(cell, at, width, height) {
    const box = zoom.place.of(cell.position);
    const side = box.width * at.scale;
    const left = at.x + box.x * at.scale;
    const top = at.y + box.y * at.scale;
    const tall = box.height * at.scale;
    return side < SMALLEST || left > width || top > height || left + side < 0 || top + tall < 0 ? null : { left, top, side, tall };
  }

  /** Signs in the lower left, as on a thumb. */
  function sign(text, { left, top, side, tall }) {
    const high = Math.max(9, Math.min(13, side / 5));
    pen.font = `600 ${high}px system-ui, sans-serif`;
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    const wide = pen.measureText(text).width + high;
    pen.beginPath();
    pen.roundRect(left + 3, top + tall - high * 1.6 - 3, wide, high * 1.6, high * 0.8);
    pen.fillStyle = "#000b";
    pen.fill();
    pen.fillStyle = "#fff";
    pen.fillText(text, left + 3 + high / 2, top + tall - high * 0.8 - 2.5);
  }

  function mark(cell, { left, top, side }, colour) {
    const radius = Math.min(11, side / 7);
    const x = left + side - radius * 1.5;
    const y = top + radius * 1.5;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fillStyle = colour.getPropertyValue(`--${cell.state}`);
    pen.fill();
    pen.lineWidth = Math.max(1, radius / 6);
    pen.strokeStyle = "#fff";
    pen.stroke();
    pen.fillStyle = "#fff";
    pen.font = `700 ${radius * 1.5}px system-ui, sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(MARKED[cell.state], x, y + radius * 0.08);
  }

  zoom.moved(draw);
  addEventListener("theme", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  return {
    /** Veil the cells that do not match; none when there is no filter. */
    filter(matches) {
      marked = matches ? special.filter(matches) : special;
      veil = matches && veilOver(collage, zoom.place, matches);
      draw();
    },
    /** Show what is thought of the tiles now. */
    refresh() {
      signed = collage.cells.map((cell) => [cell, signs(marking.of(cell))]).filter(([, text]) => text);
      draw();
    },
    /** Draw a frame round the cell at a position; none for null. */
    frame(position) {
      framed = position;
      draw();
    },
  };
}

/** One outline of all cells that do not match; those that follow each other in a row are one piece. */
function veilOver({ cells, cols }, place, matches) {
  const path = new Path2D();
  for (let start = 0; start < cells.length; start += cols) {
    let from = null;
    for (let col = 0; col <= cols; col += 1) {
      const out = col < cols && !matches(cells[start + col]);
      if (out && from === null) from = start + col;
      if (!out && from !== null) {
        const first = place.of(from);
        const last = place.of(start + col - 1);
        path.rect(first.x, first.y, last.x + last.width - first.x, first.height);
        from = null;
      }
    }
  }
  return path;
}
