/** Where cells lie in the collage's picture, in its pixels. */

/** @param {any} geometry of the manifest */
export function places(geometry) {
  const { rows, cols, offset, step, visible, size } = geometry;
  return {
    size,
    /** The picture of the cell at a position: left, top, width, height. */
    of: (position) => ({
      x: offset[0] + (position % cols) * step[0],
      y: offset[1] + Math.floor(position / cols) * step[1],
      width: visible[0],
      height: visible[1],
    }),
    /** The positions of the cells that a part of the picture touches. */
    within({ x, y, width, height }) {
      const first = (from, at, pitch) => Math.max(0, Math.floor((from - at) / pitch));
      const last = (to, at, pitch, count) => Math.min(count - 1, Math.floor((to - at) / pitch));
      const found = [];
      for (let row = first(y, offset[1], step[1]); row <= last(y + height, offset[1], step[1], rows); row += 1) {
        for (let col = first(x, offset[0], step[0]); col <= last(x + width, offset[0], step[0], cols); col += 1) {
          found.push(row * cols + col);
        }
      }
      return found;
    },
    /** The position of the cell that has its picture at a point; null in gaps, labels and borders. */
    at(x, y) {
      const col = Math.floor((x - offset[0]) / step[0]);
      const row = Math.floor((y - offset[1]) / step[1]);
      if (row < 0 || col < 0 || row >= rows || col >= cols) return null;
      const inside = x - offset[0] - col * step[0] < visible[0] && y - offset[1] - row * step[1] < visible[1];
      return inside ? row * cols + col : null;
    },
  };
}
