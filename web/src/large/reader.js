/** Reads the files of a large collage's index, which lie beside the page: as JSON, or as scripts. */

import { address } from "../copy.js";
import { script } from "../dom.js";

/** A file of the index that could not be read; its message says which. */
export class Unread extends Error {}

/**
 * @param {{scripts: boolean}} index whether its files are scripts, as where a page is opened from disk
 * @returns {(name: string) => Promise<any>} what a file says; rejects with `Unread`, and may be asked again
 */
export function reader({ scripts }) {
  const arrived = new Map();
  window.collageIndex = (name, said) => arrived.set(name, said);

  async function byScript(name) {
    await script(address(`index/${name}.js`));
    if (!arrived.has(name)) throw new Unread(`index/${name}.js`);
    const said = arrived.get(name);
    arrived.delete(name);
    return said;
  }

  async function byFetch(name) {
    try {
      const answer = await fetch(address(`index/${name}.json`));
      if (answer.ok) return await answer.json();
    } catch {
      // No network, or half a file: as if it were not there.
    }
    throw new Unread(`index/${name}.json`);
  }

  return scripts ? byScript : byFetch;
}
