/** The command that asks for the same. */

import { join } from "./lists.js";
import { FILE } from "./request.js";

const FLAGS = { axes: "--axis", rects: "--rect", models: "--reconstruct-by" };
/** Options that the command calls otherwise than the API does. */
const SAFE = /^[\w@%+=:,./-]+$/;
/** What a shell reads as it stands, as Python's shlex has it. */
export const REQUEST_FILE = "request.json";

/**
 * @param {any} body of POST /collages
 * @param {ReturnType<import("./catalogue.js").read>} known
 * @param {(key: string) => string} file the name of the file that was uploaded under a key
 * @returns {{text: string, rest: any}} the command, and what only a file can tell it
 */
export function command(body, known, file) {
  const { source, sources, source_names: photos, mask_source: mask, mask_files: masks, style_pictures: styles, ...fields } = body;
  const parts = ["collage", "run", ...(photos ?? [source].filter(Boolean).map(file)).map(path)];
  const rest = {};
  for (const [name, value] of Object.entries(fields)) {
    const said = flags(known.options.get(name), named(name, value, masks, file));
    if (said === null) rest[name] = value;
    else parts.push(...said);
  }
  if (mask) parts.push("--mask-file", path(file(mask)));
  for (const [style, key] of Object.entries(styles ?? {})) parts.push("--style-picture", `${style}=${file(key)}`);
  if (Object.keys(rest).length) parts.push("--request", REQUEST_FILE);
  return { text: parts.map(quoted).join(" "), rest };
}

/** Masks of the user's own are named by their files. */
function named(name, value, masks, file) {
  if (name !== "masks" || !masks) return value;
  // Masks of several photos lie in a folder, each called as its photo.
  const said = (own) => (Array.isArray(masks[own]) ? own : file(masks[own]));
  return value.map((mask) => (mask.startsWith(FILE) ? `${FILE}${said(mask.slice(FILE.length))}` : mask));
}

/** An option as the command takes it; null where it takes it from a file alone. */
function flags(option, value) {
  const flag = FLAGS[option?.name] ?? `--${option?.name.replaceAll("_", "-")}`;
  switch (option?.kind) {
    case "switch":
      if (value === option.preset) return [];
      return [value ? flag : flag.replace("--", "--no-")];
    case "size":
      return [flag, Array.isArray(value) ? value.join("x") : String(value)];
    case "list":
      if (option.name === "rects") return value.flatMap((rect) => [flag, corners(rect)]);
      return value.length ? [flag, join(value)] : [];
    case "table":
      if (option.name !== "axes") return null;
      return Object.entries(value).flatMap(([name, values]) => [flag, `${name}=${join(values)}`]);
    case "json":
    case undefined:
      return null;
    default:
      return String(value).startsWith("-") ? [`${flag}=${value}`] : [flag, String(value)];
  }
}

/** TOP:BOTTOMxLEFT:RIGHT; the API's own order is left, top, right, bottom. */
export function corners(rect) {
  if (!Array.isArray(rect)) return rect;
  const [left, top, right, bottom] = rect;
  return `${top}:${bottom}x${left}:${right}`;
}

/** A file's name that is not read as an option. */
const path = (name) => (name.startsWith("-") ? `./${name}` : name);

/** A word of the command, so that a POSIX shell reads it as it is. */
export const quoted = (word) => (SAFE.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`);
