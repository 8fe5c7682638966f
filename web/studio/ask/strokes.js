/** Drawing a mask: strokes in pixels of the source, which can be painted at any scale. */

/**
 * @typedef {object} Stroke
 * @property {"brush" | "rectangle" | "lasso" | "invert"} tool
 * @property {boolean} [erases]
 * @property {number} [size] the brush's diameter
 * @property {number} [soft] how much of that fades, 0 to 1
 * @property {[number, number][]} [points] of a rectangle two opposite corners
 */

const BLUR = 0.22;
/** Of what fades: so the middle of the softest stroke is nearly opaque, and it ends at its size. */
const SEEN = 256;
/** Longest side of the picture that is looked at to say how much is drawn. */
const HALF = 128;
/** From this opacity on a point counts as repainted. */

/**
 * Paint strokes; what they cover becomes opaque.
 * @param {CanvasRenderingContext2D} context
 * @param {Stroke[]} strokes
 * @param {number} scale pixels of the canvas for one of the source
 */
export function paint(context, strokes, scale) {
  for (const stroke of strokes) one(context, stroke, scale);
}

function one(context, { tool, erases, size = 0, soft = 0, points = [] }, scale) {
  const { width, height } = context.canvas;
  context.save();
  if (tool === "invert") {
    context.globalCompositeOperation = "xor";
    context.fillRect(0, 0, width, height);
    context.restore();
    return;
  }
  context.globalCompositeOperation = erases ? "destination-out" : "source-over";
  const fade = size * soft;
  // What is drawn lies beside the canvas and only its shadow falls on it: every browser blurs those.
  const aside = fade ? 2 * (width + height) + size * scale : 0;
  if (fade) {
    context.shadowColor = "#000";
    context.shadowBlur = fade * scale * BLUR;
    context.shadowOffsetX = aside;
  }
  context.setTransform(scale, 0, 0, scale, -aside, 0);
  context.beginPath();
  if (tool === "rectangle") {
    const [[left, top], [right, bottom]] = points;
    context.rect(left, top, right - left, bottom - top);
    context.fill();
  } else {
    points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    if (tool === "lasso") context.fill();
    else brush(context, points, size - fade / 2);
  }
  context.restore();
}

function brush(context, points, width) {
  // A line of no length would leave nothing.
  if (points.length === 1) context.lineTo(points[0][0] + 0.01, points[0][1]);
  context.lineWidth = Math.max(1, width);
  context.lineCap = context.lineJoin = "round";
  context.stroke();
}

/** A canvas of that size with the strokes on it. */
export function painted(strokes, width, height, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  paint(canvas.getContext("2d"), strokes, scale);
  return canvas;
}

/**
 * The mask as the API takes it, a PNG of the source's own size that is transparent where it is
 * repainted.
 * @returns {Promise<Blob>}
 */
export function exported(strokes, width, height) {
  const canvas = painted(strokes, width, height, 1);
  const context = canvas.getContext("2d");
  context.globalCompositeOperation = "source-out";
  context.fillRect(0, 0, width, height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The mask is too large for this browser."))), "image/png");
  });
}

/** How much of the picture is repainted, 0 to 1. */
export function share(strokes, width, height) {
  const canvas = painted(strokes, width, height, Math.min(1, SEEN / Math.max(width, height)));
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 3; at < data.length; at += 4) count += data[at] >= HALF;
  return (4 * count) / data.length;
}

/** The same strokes on a picture of another size. */
export function stretched(strokes, [width, height], [wide, high]) {
  const [across, down] = [wide / width, high / height];
  return strokes.map((stroke) => ({
    ...stroke,
    ...(stroke.size ? { size: stroke.size * Math.sqrt(across * down) } : {}),
    ...(stroke.points ? { points: stroke.points.map(([x, y]) => [x * across, y * down]) } : {}),
  }));
}
