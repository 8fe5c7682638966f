// Bundles the page's script: the modules of src and OpenSeadragon, with its licence, in one classic
// script, because a page that is opened from disk may load no modules.
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const licence = readFileSync("node_modules/openseadragon/LICENSE.txt", "utf8");

await build({
  entryPoints: ["src/page.js"],
  outfile: `${process.argv[2]}/page.js`,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  banner: { js: `/*! This file contains OpenSeadragon, under this licence:\n\n${licence.trim()}\n*/` },
  logLevel: "warning",
});
