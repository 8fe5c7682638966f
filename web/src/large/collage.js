/** A large collage as the page uses it: its manifest is a head, and the rest is read as it is looked at. */

import { common } from "../collage.js";
import { blocks } from "./blocks.js";
import { columns } from "./columns.js";
import { reader } from "./reader.js";

const PICTURED = ["done", "reused", "replaced"];
/** States of tiles that there is a picture of. */

const order = new Intl.Collator("en", { numeric: true });

/** @param {any} head what manifest.js says in place of the manifest */
export function readLarge(head) {
  const { index, tile_counts: counts } = head;
  const own = common(head);
  const read = reader(index);
  const cells = blocks(index, own, read);
  return {
    ...own,
    large: true,
    index,
    columns: columns(index, read),
    tileCount: index.tiles,
    pictured: PICTURED.reduce((sum, state) => sum + (counts[state] ?? 0), 0),
    /** How many files the index has. */
    indexed: Math.ceil(own.rows / index.side) * Math.ceil(own.cols / index.side) + 2 * Math.ceil(index.cells / index.chunk),
    widest: index.widest,
    named: new Set(index.axes),
    engines: ["engine", "model"].flatMap((key) => index.fields.find((field) => field.key === key)?.values ?? []),
    keys: null,
    cellAt: cells.cellAt,
    want: cells.want,
    heard: cells.heard,
    failed: cells.failed,
    retry: cells.retry,
  };
}

/** The fields that cells can be found by, with their values in order. */
export function largeFields({ index }) {
  const found = index.fields.map(({ key, values }) => ({ key, label: label(key), values: [...values].sort(order.compare) }));
  const places = found.filter(({ key }) => key.startsWith("style-"));
  const styles = [...new Set(places.flatMap(({ values }) => values))].sort(order.compare);
  const all = [{ key: "style", label: "Style", values: styles }, ...found];
  return all.filter((field) => field.values.length > 1 && !(places.length === 1 && field === places[0]));
}

function label(key) {
  if (key.startsWith("style-")) return `Style ${key.slice(6).toUpperCase()}`;
  return key.charAt(0).toUpperCase() + key.slice(1).replaceAll("_", " ");
}
