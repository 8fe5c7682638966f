/**
 * The cells for keyboard and screen reader: a grid of which only the cell in use and its
 * neighbours are there, laid over the picture. The arrow keys move the focus for real, so that a
 * screen reader says each cell, also among ten thousand.
 */

import { alt } from "./collage.js";
import { h } from "./dom.js";

/**
 * @param {ReturnType<import("./collage.js").read>} collage
 * @param {ReturnType<import("./zoom.js").zoomView>} zoom
 * @param {HTMLElement} stage
 * @param {{focused: (position: number) => void, pinned: (position: number) => void, left: () => void}} tell
 */
export function cellGrid(collage, zoom, stage, tell) {
  const { rows, cols } = collage;
  const grid = h("div", {
    class: "cells",
    role: "grid",
    "aria-label": "Cells of the collage",
    "aria-rowcount": rows,
    "aria-colcount": cols,
    "aria-describedby": "keys",
  });
  stage.append(grid);
  let current = 0;
  /** @type {Map<number, HTMLElement>} */
  const made = new Map();

  function around(position) {
    const row = Math.floor(position / cols);
    const col = position % cols;
    const found = [];
    for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r += 1) {
      for (let c = Math.max(0, col - 1); c <= Math.min(cols - 1, col + 1); c += 1) found.push(r * cols + c);
    }
    return found;
  }

  function make(position) {
    const cell = h("div", {
      role: "gridcell",
      tabindex: "-1",
      "aria-colindex": (position % cols) + 1,
      "aria-label": alt(collage.cellAt(position)),
    });
    cell.dataset.position = String(position);
    return cell;
  }

  /** Make a cell the one that the tabulator key comes to. */
  function use(position) {
    current = position;
    const wanted = around(position);
    for (const at of [...made.keys()]) if (!wanted.includes(at)) made.delete(at);
    for (const at of wanted) if (!made.has(at)) made.set(at, make(at));
    const lines = new Map();
    for (const at of wanted) {
      const row = Math.floor(at / cols);
      if (!lines.has(row)) lines.set(row, []);
      lines.get(row).push(made.get(at));
      made.get(at).tabIndex = at === position ? 0 : -1;
    }
    // Elements that stay keep their row, and with it the focus.
    for (const old of [...grid.children]) if (!lines.has(Number(old.dataset.row))) old.remove();
    for (const [row, cells] of lines) {
      let line = [...grid.children].find((child) => Number(child.dataset.row) === row);
      if (!line) {
        line = h("div", { role: "row", "aria-rowindex": row + 1 });
        line.dataset.row = String(row);
        const next = [...grid.children].find((child) => Number(child.dataset.row) > row);
        grid.insertBefore(line, next ?? null);
      }
      for (const old of [...line.children]) if (!cells.includes(old)) old.remove();
      for (const cell of cells) {
        if (cell.parentNode === line) continue;
        const next = [...line.children].find((other) => Number(other.dataset.position) > Number(cell.dataset.position));
        line.insertBefore(cell, next ?? null);
      }
    }
    lay();
  }

  function lay() {
    const at = zoom.lie();
    if (!at) return;
    for (const [position, cell] of made) {
      const box = zoom.place.of(position);
      cell.style.transform = `translate(${at.x + box.x * at.scale}px, ${at.y + box.y * at.scale}px)`;
      cell.style.width = `${box.width * at.scale}px`;
      cell.style.height = `${box.height * at.scale}px`;
    }
  }

  const moves = {
    ArrowLeft: (row, col) => [row, col - 1],
    ArrowRight: (row, col) => [row, col + 1],
    ArrowUp: (row, col) => [row - 1, col],
    ArrowDown: (row, col) => [row + 1, col],
    PageUp: (row, col) => [Math.max(0, row - 5), col],
    PageDown: (row, col) => [Math.min(rows - 1, row + 5), col],
  };
  const zooms = { "+": () => zoom.zoomBy(1.6), "=": () => zoom.zoomBy(1.6), "-": () => zoom.zoomBy(1 / 1.6), 0: () => zoom.home() };

  grid.addEventListener("keydown", (event) => {
    const row = Math.floor(current / cols);
    const col = current % cols;
    let to = moves[event.key]?.(row, col);
    if (event.key === "Home") to = [event.ctrlKey ? 0 : row, 0];
    if (event.key === "End") to = [event.ctrlKey ? rows - 1 : row, cols - 1];
    if (to) {
      if (to[0] >= 0 && to[0] < rows && to[1] >= 0 && to[1] < cols) focus(to[0] * cols + to[1]);
    } else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "Enter") {
      tell.pinned(current);
      zoom.enter(current);
    } else if (event.key === " ") tell.pinned(current);
    else if (event.key === "Escape") tell.left();
    else if (zooms[event.key]) zooms[event.key]();
    else return;
    event.preventDefault();
  });
  grid.addEventListener("focusin", (event) => {
    const position = Number(event.target.dataset.position);
    if (position !== current) use(position);
    tell.focused(position);
  });

  function focus(position) {
    zoom.reveal(position);
    use(position);
    made.get(position).focus({ preventScroll: true });
  }

  zoom.moved(lay);
  collage.heard(() => made.forEach((cell, position) => cell.setAttribute("aria-label", alt(collage.cellAt(position)))));
  use(0);
  return { use, focus };
}
