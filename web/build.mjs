// Bundles the page's script, the modules of src and OpenSeadragon with its licence, into one classic
// script, because a page that is opened from disk may load no modules; and its styles into one sheet.
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const licence = readFileSync("node_modules/openseadragon/LICENSE.txt", "utf8");

await build({
  entryPoints: [
    { in: "src/page.js", out: "page" },
    { in: "styles/page.css", out: "page" },
  ],
  outdir: process.argv[2],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  banner: { js: `/*! This file contains OpenSeadragon, under this licence:\n\n${licence.trim()}\n*/` },
  logLevel: "warning",
});
