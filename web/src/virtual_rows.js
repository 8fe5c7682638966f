/** Rows of which only those in sight are there, however many there are. */

const MARGIN = 900;
/** Pixels above and below the sight in which rows of pictures are there too. */

/**
 * @param {HTMLElement} scroller
 * @param {HTMLElement} holder of the rows
 * @param {object} rows
 * @param {number} rows.count
 * @param {number} rows.guess a row's height in pixels, before it is known
 * @param {(index: number) => HTMLElement} rows.make
 * @param {() => HTMLElement} rows.gap what stands in place of rows that are not there
 * @param {number} [rows.margin] pixels above and below the sight in which rows are there too, so that none is seen to come
 * @param {number[]} [rows.heights] as they were measured before
 */
export function virtualRows(scroller, holder, { count, guess, make, gap, margin = MARGIN, heights = [] }) {
  const tall = Float64Array.from({ length: count }, (_, index) => heights[index] ?? guess);
  /** @type {Map<number, HTMLElement>} */
  const made = new Map();
  let guessed = heights.length === 0;
  const above = gap();
  const below = gap();
  holder.append(above, below);

  /** Make the rows that came in sight, remove those that left it. */
  function draw() {
    const from = scroller.getBoundingClientRect().top - holder.getBoundingClientRect().top - margin;
    const to = from + scroller.clientHeight + 2 * margin;
    let at = 0;
    let first = 0;
    while (first < count - 1 && at + tall[first] < from) at += tall[first++];
    above.style.height = `${at}px`;
    let last = first;
    while (last < count && (last === first || at < to)) at += tall[last++];
    let left = 0;
    for (let index = last; index < count; index += 1) left += tall[index];
    below.style.height = `${left}px`;
    for (const [index, row] of made) {
      if (index >= first && index < last) continue;
      made.delete(index);
      row.remove();
    }
    let before = above;
    for (let index = first; index < last; index += 1) {
      if (!made.has(index)) {
        made.set(index, make(index));
        before.after(made.get(index));
      }
      before = made.get(index);
    }
    for (const [index, row] of made) tall[index] = row.offsetHeight;
    if (guessed) likeThese();
  }

  /** Once some heights are known, the others are guessed by them. */
  function likeThese() {
    guessed = false;
    const known = [...made.keys()].reduce((sum, index) => sum + tall[index], 0) / made.size;
    for (let index = 0; index < count; index += 1) if (!made.has(index)) tall[index] = known;
    draw();
  }

  return {
    draw,
    /** Make those that are there anew, each in its place: without them nothing could be scrolled. */
    redraw() {
      const before = [...made];
      // Those that leave the sight need not be made anew before they do.
      draw();
      for (const [index, row] of before) {
        if (made.get(index) !== row) continue;
        made.set(index, make(index));
        row.replaceWith(made.get(index));
      }
      draw();
    },
    heights: () => [...tall],
    /** Which rows are there. */
    indexes: () => [...made.keys()],
  };
}
