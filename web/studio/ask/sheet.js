/** How the sheet will be laid out, until the server's estimate says it to the pixel. */

const LINE = 26;
/** Pixels that a line of text takes, about. */

/**
 * @param {Record<string, any>} fields
 * @param {any} last what an estimate said of the form as it was before; null where there is none yet
 * @param {(name: string) => any} preset
 */
export function guess(fields, last, preset) {
  const value = (name, before) => usable(fields[name]) ?? before ?? preset(name);
  const rows = value("rows", last?.rows);
  const cols = value("cols", last?.cols);
  const [width, height] = shape(fields.target ?? fields.size) ?? last?.cell ?? preset("size");
  const cell = value("cell", last?.cell[0]);
  const gap = Number(fields.gap ?? preset("gap"));
  const border = value("border", 0);
  const tall = Math.max(1, Math.round((cell * height) / width));
  const overlap = Math.max(0, -gap);
  const visible = [Math.max(1, cell - overlap), Math.max(1, tall - overlap)];
  const label = fields.labels || fields.captions ? last?.label || LINE : 0;
  const top = border + (fields.title ? 2 * LINE : 0);
  const step = [visible[0] + Math.max(0, gap), visible[1] + label + Math.max(0, gap)];
  const shim = Math.max(0, gap);
  return {
    rows,
    cols,
    cell: [cell, tall],
    offset: [border, top],
    step,
    visible,
    label,
    size: [2 * border + cols * step[0] - shim, top + border + rows * step[1] - shim],
  };
}

/** A whole number from one on; what is no such number yet is not drawn. */
const usable = (value) => (Number.isInteger(value) && value > 0 && value <= 16_384 ? value : undefined);

const shape = (size) => (Array.isArray(size) && size.every((side) => usable(side)) ? size : undefined);
