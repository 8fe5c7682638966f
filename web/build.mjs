// Bundles two pages, each into one script and one sheet of styles: the page of a collage, and the
// studio. The page's is a classic script, because a page that is opened from disk may load no modules;
// it holds OpenSeadragon with its licence.
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const licence = readFileSync("node_modules/openseadragon/LICENSE.txt", "utf8");
const common = {
  outdir: process.argv[2],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
};

await build({
  ...common,
  entryPoints: [
    { in: "src/page.js", out: "page" },
    { in: "styles/page.css", out: "page" },
  ],
  banner: { js: `/*! This file contains OpenSeadragon, under this licence:\n\n${licence.trim()}\n*/` },
});

await build({
  ...common,
  entryPoints: [
    { in: "studio/studio.js", out: "studio" },
    { in: "studio/styles/studio.css", out: "studio" },
  ],
  // Small pictures, so that the studio stays three files.
  loader: { ".jpg": "dataurl" },
});
