/**
 * What is drawn over the picture: a veil on cells that are filtered out, marks on missing ones, and
 * what is thought of the others.
 */

import { signs } from "./badges.js";
import { drawnOver, mark, sign, tellingStates } from "./mark_drawing.js";

/**
 * @param {ReturnType<import("./collage.js").read>} collage
 * @param {ReturnType<import("./zoom.js").zoomView>} zoom
 * @param {HTMLElement} stage
 * @param {ReturnType<import("./marking.js").makeMarking>} marking
 */
export function marks(collage, zoom, stage, marking) {
  const telling = tellingStates(collage.manifest);
  const special = collage.cells.filter((cell) => telling.includes(cell.state));
  let marked = special;
  /** Cells with what is thought of their tiles, in signs. */
  let signed = [];
  let veil = null;

  const over = drawnOver(zoom, stage, ({ pen, colour, inPicture, onScreen, sight }) => {
    if (veil) {
      inPicture();
      pen.fillStyle = colour.getPropertyValue("--veil");
      pen.fill(veil);
    }
    onScreen();
    for (const cell of marked) if (sight(cell.position)) mark(pen, cell.state, sight(cell.position), colour);
    for (const [cell, text] of signed) if (sight(cell.position)) sign(pen, text, sight(cell.position));
  });

  return {
    /** Veil the cells that do not match; none when there is no filter. */
    filter(matches) {
      marked = matches ? special.filter(matches) : special;
      veil = matches && veilOver(collage, zoom.place, matches);
      over.draw();
    },
    /** Show what is thought of the tiles now. */
    refresh() {
      signed = collage.cells.map((cell) => [cell, signs(marking.of(cell))]).filter(([, text]) => text);
      over.draw();
    },
    frame: over.frame,
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
