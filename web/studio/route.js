/** Which view is shown: what stands in the address after the #, as `#ask?again=ID`. */

/**
 * @param {string} hash
 * @param {string[]} known names of views; the first one where the address names none
 * @returns {{name: string, params: URLSearchParams}}
 */
export function parse(hash, known) {
  const [name, query = ""] = hash.replace(/^#/, "").split("?");
  return { name: known.includes(name) ? name : known[0], params: new URLSearchParams(query) };
}

/** @param {string} name @param {Record<string, string>} [params] */
export function format(name, params = {}) {
  const query = new URLSearchParams(params).toString();
  return query ? `#${name}?${query}` : `#${name}`;
}
