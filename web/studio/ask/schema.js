/** Options of a request as the API describes them, in JSON Schema, and as a form has a use for them. */

/**
 * @typedef {object} Option
 * @property {string} name
 * @property {string} label
 * @property {string} help
 * @property {any} preset what it is when it is left open; null where that depends
 * @property {"choice" | "switch" | "number" | "size" | "list" | "table" | "colour" | "text" | "json"} kind
 * @property {any[]} values of a choice
 * @property {number | null} least
 * @property {number | null} most
 * @property {boolean} whole whether a number has no fraction
 * @property {boolean} long whether a text has room for more than a line
 */

const LONG = 1000;
/** Letters from which on a text may be longer than a line. */
const COLOURS = new Set(["background"]);
/** Texts that are colours, which JSON Schema has no word for. */

/**
 * @param {string} name
 * @param {any} schema of one option
 * @param {any} root the schema that it may point into
 * @returns {Option}
 */
export function option(name, schema, root) {
  const one = plain(schema, root);
  return {
    name,
    label: words(name),
    help: schema.description ?? "",
    preset: schema.default ?? null,
    kind: COLOURS.has(name) ? "colour" : kindOf(one),
    values: one.enum ?? [],
    least: one.minimum ?? one.exclusiveMinimum ?? null,
    most: one.maximum ?? null,
    whole: one.type === "integer",
    long: (one.maxLength ?? 0) >= LONG,
  };
}

/** The schema of what an option can be, beside null. */
function plain(schema, root) {
  if (schema.$ref) return plain(root.$defs[schema.$ref.split("/").pop()], root);
  const others = schema.anyOf?.filter((one) => one.type !== "null");
  return others ? plain(others[0], root) : schema;
}

function kindOf(schema) {
  if (schema.enum) return "choice";
  switch (schema.type) {
    case "boolean":
      return "switch";
    case "integer":
    case "number":
      return "number";
    case "string":
      return "text";
    case "array":
      return schema.prefixItems ? "size" : "list";
    case "object":
      return schema.additionalProperties?.type === "array" ? "table" : "json";
    default:
      return "json";
  }
}

/** A field's name as people write it. */
export function words(name) {
  const text = name.replaceAll("_", " ").replace(/\b(usd|dpi)\b/, (unit) => unit.toUpperCase());
  return text[0].toUpperCase() + text.slice(1);
}

export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
