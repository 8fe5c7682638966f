/** The collage as one picture to zoom in: OpenSeadragon over its pyramid. */

import OpenSeadragon from "openseadragon";

import { address } from "./copy.js";
import { h, icon } from "./dom.js";
import { places } from "./place.js";
import { sharpen } from "./sharp.js";

/**
 * @param {ReturnType<import("./collage.js").read>} collage
 * @param {HTMLElement} stage
 */
export function zoomView(collage, stage) {
  const { pyramid, preview } = collage.manifest.files;
  const place = places(collage.geometry);
  const [width, height] = place.size;
  const canvas = h("div", { class: "canvas", "aria-hidden": "true" });
  stage.append(canvas);
  // OpenSeadragon would add a style element, which the page's policy forbids, unless it finds one
  // that is marked as its own. This one is in no namespace and styles nothing.
  const found = document.createElementNS(null, "style");
  found.setAttribute("data-openseadragon-mobile-css", "");
  document.head.append(found);
  const viewer = OpenSeadragon({
    element: canvas,
    // The canvas drawer: pictures from disk may be drawn there, but not handed to WebGL.
    drawer: "canvas",
    showNavigationControl: false,
    tabIndex: -1,
    keyboardNavEnabled: false,
    animationTime: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 0.5,
    maxZoomPixelRatio: Math.max(2, (1.5 * collage.widest) / collage.geometry.visible[0]),
    minZoomImageRatio: 0.9,
    visibilityRatio: 0.6,
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true },
    gestureSettingsPen: { clickToZoom: false, dblClickToZoom: true },
    // In full here: a page on disk may not read collage.dzi.
    tileSources: pyramid ? tiled(pyramid, width, height) : whole(preview, width, height),
  });
  found.remove();
  viewer.addHandler("canvas-key", (event) => {
    event.preventDefaultAction = true;
  });
  sharpen(viewer, collage, place);

  /** How the picture lies in the viewer: pixels of it on the screen for one of its own, and where it begins. */
  const lie = () => {
    const item = viewer.world.getItemAt(0);
    if (!item) return null;
    const from = item.imageToViewerElementCoordinates(new OpenSeadragon.Point(0, 0));
    const to = item.imageToViewerElementCoordinates(new OpenSeadragon.Point(width, height));
    return { x: from.x, y: from.y, scale: (to.x - from.x) / width };
  };
  const moved = (listener) => {
    for (const event of ["open", "update-viewport", "resize"]) viewer.addHandler(event, listener);
  };
  const zoomBy = (factor) => {
    viewer.viewport.zoomBy(factor);
    viewer.viewport.applyConstraints();
  };
  const home = () => viewer.viewport.goHome();

  const control = (label, name, onclick) =>
    h("button", { type: "button", class: "quiet", "aria-label": label, title: label, onclick }, icon(name));
  stage.append(
    h(
      "div",
      { class: "zoom", role: "group", "aria-label": "Zoom" },
      control("Zoom in", "plus", () => zoomBy(1.6)),
      control("Zoom out", "minus", () => zoomBy(1 / 1.6)),
      control("Show all", "fit", home),
    ),
  );

  return {
    place,
    lie,
    moved,
    zoomBy,
    home,
    resized: (listener) => viewer.addHandler("after-resize", listener),
    /** What is called when a picture did not come. */
    failed(listener) {
      for (const event of ["tile-load-failed", "add-item-failed"]) viewer.addHandler(event, listener);
    },
    /** What is called with the position of the cell, or null, that is clicked or tapped. */
    clicked: (listener) =>
      viewer.addHandler("canvas-click", (event) => {
        if (event.quick) listener(positionAt(event.position));
      }),
    /** The cell under a point of the screen. */
    under(event) {
      const box = canvas.getBoundingClientRect();
      return positionAt({ x: event.clientX - box.left, y: event.clientY - box.top });
    },
    /** Bring a cell into sight, if it is not there. */
    reveal(position) {
      const box = boxOf(position);
      const seen = viewer.viewport.getBounds();
      const inside =
        box.x >= seen.x && box.y >= seen.y &&
        box.x + box.width <= seen.x + seen.width && box.y + box.height <= seen.y + seen.height;
      if (!inside) viewer.viewport.panTo(box.getCenter());
    },
    /** Zoom to a cell and a little of what is around it. */
    enter(position) {
      const box = boxOf(position);
      const rim = box.width * 0.15;
      viewer.viewport.fitBounds(
        new OpenSeadragon.Rect(box.x - rim, box.y - rim, box.width + 2 * rim, box.height + 2 * rim),
      );
    },
  };

  function positionAt(point) {
    const at = lie();
    return at && place.at((point.x - at.x) / at.scale, (point.y - at.y) / at.scale);
  }

  function boxOf(position) {
    const { x, y, width: w, height: t } = place.of(position);
    // With tiles over it, only the collage's own picture knows where its pixels are.
    return (viewer.world.getItemAt(0) ?? viewer.viewport).imageToViewportRectangle(x, y, w, t);
  }
}

const tiled = (pyramid, width, height) => ({
  width,
  height,
  tileSize: pyramid.tile_size,
  tileOverlap: pyramid.overlap,
  getTileUrl: (level, x, y) => address(`${pyramid.folder}/${level}/${x}_${y}.${pyramid.format}`),
});

/** Where the tiles were not joined: the preview, as large as all of it would be, under the tiles in sight. */
function whole(preview, width, height) {
  const level = Math.ceil(Math.log2(Math.max(width, height)));
  return { width, height, tileSize: Math.max(width, height), minLevel: level, maxLevel: level, getTileUrl: () => address(preview) };
}
