/** The canvas over the picture, and how marks, signs and the frame are drawn on it. */

const MARKED = { refused: "\u2013", failed: "!", repeated: "=" };
export const SMALLEST = 30;
/** A cell's width on the screen, in pixels, below which marks would hide it. */

/**
 * The states whose cells bear a mark: one that every other cell has would say nothing and hide the
 * pictures.
 */
export function tellingStates({ cell_counts: counts, geometry: { rows, cols } }) {
  return Object.keys(MARKED).filter((state) => (counts[state] ?? 0) < (rows * cols) / 8);
}

/**
 * @param {ReturnType<import("./zoom.js").zoomView>} zoom
 * @param {HTMLElement} stage
 * @param {(over: any) => void} paint what is drawn but for the frame
 */
export function drawnOver(zoom, stage, paint) {
  const canvas = document.createElement("canvas");
  canvas.className = "marks";
  canvas.setAttribute("aria-hidden", "true");
  stage.append(canvas);
  const pen = canvas.getContext("2d");
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
    const over = {
      pen,
      colour,
      at,
      /** What is seen of the picture, in its pixels. */
      bounds: { x: -at.x / at.scale, y: -at.y / at.scale, width: width / at.scale, height: height / at.scale },
      /** Draw in the picture's own pixels from now on. */
      inPicture: () => pen.setTransform(at.scale * ratio, 0, 0, at.scale * ratio, at.x * ratio, at.y * ratio),
      /** Draw in the pixels of the screen from now on. */
      onScreen: () => pen.setTransform(ratio, 0, 0, ratio, 0, 0),
      /** A cell on the screen; null where it is not seen, or too small for a mark. */
      sight: (position) => sight(zoom.place.of(position), at, width, height),
    };
    paint(over);
    over.onScreen();
    if (framed !== null) frame(pen, zoom.place.of(framed), at);
  }

  zoom.moved(draw);
  addEventListener("theme", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  return {
    draw,
    /** Draw a frame round the cell at a position; none for null. */
    frame(position) {
      framed = position;
      draw();
    },
  };
}

function sight(box, at, width, height) {
  const side = box.width * at.scale;
  const left = at.x + box.x * at.scale;
  const top = at.y + box.y * at.scale;
  const tall = box.height * at.scale;
  return side < SMALLEST || left > width || top > height || left + side < 0 || top + tall < 0 ? null : { left, top, side, tall };
}

/** Two lines, a dark and a bright one, are seen on any picture. */
function frame(pen, box, at) {
  const thick = Math.max(4, Math.min(9, (box.width * at.scale) / 8));
  for (const [line, paint] of [[thick, "#000b"], [thick / 2, "#fff"]]) {
    pen.lineWidth = line;
    pen.strokeStyle = paint;
    pen.strokeRect(at.x + box.x * at.scale, at.y + box.y * at.scale, box.width * at.scale, box.height * at.scale);
  }
}

/** Signs in the lower left, as on a thumb. */
export function sign(pen, text, { left, top, side, tall }) {
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

/** The mark of a state in the upper right. */
export function mark(pen, state, { left, top, side }, colour) {
  const radius = Math.min(11, side / 7);
  const x = left + side - radius * 1.5;
  const y = top + radius * 1.5;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fillStyle = colour.getPropertyValue(`--${state}`);
  pen.fill();
  pen.lineWidth = Math.max(1, radius / 6);
  pen.strokeStyle = "#fff";
  pen.stroke();
  pen.fillStyle = "#fff";
  pen.font = `700 ${radius * 1.5}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(MARKED[state], x, y + radius * 0.08);
}
