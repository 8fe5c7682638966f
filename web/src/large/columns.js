/** What the cells of a large collage are found by: numbers of values, a chunk of cells at a time. */

/**
 * @typedef {object} Chunk
 * @property {number} first the position of its first cell
 * @property {number} count of cells
 * @property {Record<string, Uint8Array | Uint16Array>} columns numbers of values by field; 0 is none
 * @property {(string | number)[][]} prompts in small letters: words, and the numbers of fields they have values of
 * @property {Uint16Array} prompt the number of each cell's prompt
 */

/**
 * @typedef {object} Keys
 * @property {DataView} keys the first bytes of those of tiles that cells show
 * @property {Uint32Array | null} tiles the number of each cell's tile, and one; null where it is its position
 */

export const KEY_BYTES = 6;

/**
 * @param {any} index of the head
 * @param {(name: string) => Promise<any>} read
 */
export function columns({ chunk, cells, fields }, read) {
  const count = Math.ceil(cells / chunk);
  const sizes = new Map(fields.map((field) => [field.key, field.bytes]));

  /** Once read they are kept; what failed is read again. */
  function kept(load) {
    const there = new Map();
    return (number) => {
      if (!there.has(number)) {
        const coming = load(number);
        there.set(number, coming);
        coming.catch(() => there.delete(number));
      }
      return there.get(number);
    };
  }

  const size = (number) => Math.min(chunk, cells - number * chunk);

  return {
    /** How many chunks there are. */
    count,
    size,
    first: (number) => number * chunk,
    /** @type {(number: number) => Promise<Chunk>} */
    chunk: kept(async (number) => {
      const said = await read(`columns-${number}`);
      const packed = Object.entries(said.columns).map(([key, text]) => [key, numbers(text, sizes.get(key))]);
      return {
        first: number * chunk,
        count: size(number),
        columns: Object.fromEntries(packed),
        prompts: said.prompts.map((pieces) => pieces.map((piece) => (typeof piece === "string" ? piece.toLowerCase() : piece))),
        prompt: numbers(said.prompt, 2),
      };
    }),
    /** @type {(number: number) => Promise<Keys>} */
    keys: kept(async (number) => {
      const said = await read(`keys-${number}`);
      return { keys: new DataView(bytes(said.keys).buffer), tiles: said.tiles ? numbers(said.tiles, 4) : null };
    }),
  };
}

const KINDS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array };

/** Numbers of so many bytes each, little end first as all machines have it that browsers run on. */
const numbers = (text, size) => new KINDS[size](bytes(text).buffer);

function bytes(text) {
  const raw = atob(text);
  const found = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) found[i] = raw.charCodeAt(i);
  return found;
}
