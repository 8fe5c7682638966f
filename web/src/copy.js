/**
 * The page as a copy for others, which its index says of itself: there is no stack behind it, its
 * files may want a query to be let through, and one day they are gone.
 */

const { shown, tiles, until: last } = document.documentElement.dataset;

/** Whether this is such a copy. */
export const isCopy = shown === "copy";

/** Whether the tiles in full size lie beside the page. */
export const withTiles = tiles !== "none";

/** When the copy goes, in UTC; null where that is not said. */
export const until = last ?? null;

/** What signs this script's own address, signs those of all files. */
const query = new URL(document.currentScript.src).search;

/** The address of a file that lies beside the page. */
export const address = (name) => name + query;

export const NO_TILES = "The tiles in full size are not part of this copy.";
export const GONE = "This collage is no longer shared. What is not loaded yet stays away.";

const REFUSED = [403, 404, 410];

/**
 * Hear, once, that the copy has gone while the page is open.
 * @param {(listener: () => void) => void} failed where it is told that a picture of the zoom did not come
 * @param {() => void} gone
 */
export function whenGone(failed, gone) {
  if (!isCopy || location.protocol === "file:") return;
  let asking = false;
  let told = false;
  /** A picture may be missing for itself; what every copy has says whether all is. */
  async function look() {
    if (asking || told) return;
    asking = true;
    try {
      told = REFUSED.includes((await fetch(address("choices.js"), { cache: "no-store" })).status);
    } catch {
      // There is no network now, which the copy can do nothing about.
    }
    asking = false;
    if (told) gone();
  }
  failed(look);
  addEventListener("error", (event) => event.target instanceof HTMLImageElement && look(), true);
}
