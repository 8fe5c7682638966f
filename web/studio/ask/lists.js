/** Lists as the command writes them: values apart by commas, as in CSV. */

/** The values of a list; those in double quotes or braces may hold commas, and lines part them too. */
export function cut(text) {
  return text
    .split(/\r?\n/)
    .flatMap(apart)
    .map((piece) => piece.trim())
    .filter(Boolean)
    .map((piece) => (/^".*"$/s.test(piece) ? piece.slice(1, -1).replaceAll('""', '"') : piece));
}

function apart(line) {
  const pieces = [""];
  let depth = 0;
  let quoted = false;
  for (const letter of line) {
    if (letter === '"' && (quoted || !pieces.at(-1).trim())) quoted = !quoted;
    else if (!quoted) depth += letter === "{" ? 1 : letter === "}" ? -1 : 0;
    if (letter === "," && !quoted && depth <= 0) pieces.push("");
    else pieces[pieces.length - 1] += letter;
  }
  return pieces;
}

const MEANT = /[",{}\\]|\|\||^@|^\s|\s$/;
/** What would be read as something else unless it is quoted. */

/** Values as one text, from which the command reads the same ones. */
export const join = (values) =>
  values.map((value) => (MEANT.test(value) ? `"${String(value).replaceAll('"', '""')}"` : String(value))).join(",");
