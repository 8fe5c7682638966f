/** Beyond what the collage's own pixels show, the tiles in sight are laid over it in full size. */

import OpenSeadragon from "openseadragon";

import { withTiles } from "./copy.js";

const MOST = 64;
/** More cells in sight than this are left as they are. */

/**
 * @param {any} viewer
 * @param {ReturnType<import("./collage.js").read>} collage
 * @param {ReturnType<import("./place.js").places>} place
 */
export function sharpen(viewer, collage, place) {
  const { visible, cell } = collage.geometry;
  /** @type {Map<number, any>} what is laid over, by position; null while it loads */
  const laid = new Map();

  function settle() {
    const base = viewer.world.getItemAt(0);
    if (!base) return;
    const wanted = base.viewportToImageZoom(viewer.viewport.getZoom()) * devicePixelRatio > 1.2 ? place.within(base.viewportToImageRectangle(viewer.viewport.getBounds())) : [];
    if (wanted.length > MOST) return;
    for (const [position, item] of laid) {
      if (item && !wanted.includes(position) && laid.size > MOST) {
        viewer.world.removeItem(item);
        laid.delete(position);
      }
    }
    for (const position of wanted) if (!laid.has(position)) lay(position, base);
  }

  function lay(position, base) {
    const { shown } = collage.cellAt(position);
    if (!shown || shown.tile.size[0] <= cell[0]) return;
    laid.set(position, null);
    const at = place.of(position);
    const [width, height] = shown.tile.size;
    const box = base.imageToViewportRectangle(at.x, at.y, cell[0], cell[1]);
    viewer.addTiledImage({
      tileSource: { type: "image", url: collage.picture(shown), buildPyramid: false },
      x: box.x,
      y: box.y,
      width: box.width,
      // Where cells overlap, only this much of each is seen.
      clip: new OpenSeadragon.Rect(0, 0, (width * visible[0]) / cell[0], (height * visible[1]) / cell[1]),
      success: ({ item }) => laid.set(position, item),
      // The tile is not there, as where a collage was copied without its tiles: its cell stays.
      error: () => {},
    });
  }

  if (!withTiles) return;
  viewer.addHandler("animation-finish", settle);
  collage.heard(settle);
}
