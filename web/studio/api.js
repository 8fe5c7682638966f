/** The stack's API, as the studio's server passes it on; what goes wrong is a Problem. */

const BASE = document.documentElement.dataset.api ?? null;

/** Whether this page is in a studio: from disk or another host there is no API. */
export const inStudio = BASE !== null;

/** The name of the deployed stack that is worked on; empty for the laptop cloud. */
export const stackName = document.documentElement.dataset.stack ?? "";

const GONE = "The studio does not answer. Is `collage studio` still running?";

/** An error in the server's own words. */
export class Problem extends Error {
  /**
   * @param {number} status 0 where there was no answer
   * @param {string} name the error's, such as InvalidRequest
   * @param {string} detail a sentence
   * @param {{field: string, message: string, allowed?: any}[]} errors of single fields
   */
  constructor(status, name, detail, errors = []) {
    super(detail);
    Object.assign(this, { status, name, errors });
  }

  /** Whether it may be well a little later: the stack is away, busy or asked too often. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status === 503;
  }
}

/**
 * @param {string} path of the API, such as "/collages"
 * @param {{signal?: AbortSignal, keepalive?: boolean}} [how] kept alive, it outlives its page
 */
export const get = (path, how) => ask("GET", path, undefined, how);
export const post = (path, body = {}, how = {}) => ask("POST", path, body, how);
export const patch = (path, body = {}, how = {}) => ask("PATCH", path, body, how);
export const remove = (path, how = {}) => ask("DELETE", path, undefined, how);

/**
 * What an address says now, unless it is what it said with this tag.
 * @param {string} path of the API
 * @param {string | null} tag that it was told with, if any
 * @returns {Promise<{said: any | null, tag: string | null, seconds: number | null}>} null where nothing has
 *     changed; the tag; and after how many seconds to ask again, where the answer says so
 */
export async function changed(path, tag) {
  const answer = await send(address(path), { method: "GET", headers: tag ? { "if-none-match": tag } : {} });
  const said = answer.status === 304 ? null : await read(answer);
  const seconds = answer.headers.get("retry-after");
  return { said, tag: answer.headers.get("etag"), seconds: seconds === null ? null : Number(seconds) };
}

/**
 * Put a picture where a request finds it; its key.
 * @param {Blob} picture
 * @param {{signal?: AbortSignal}} [how]
 * @returns {Promise<string>}
 */
export async function upload(picture, { signal } = {}) {
  const answer = await send("/upload", { method: "POST", body: picture, headers: { "content-type": picture.type }, signal });
  return (await read(answer)).key;
}

async function ask(method, path, body, { signal, keepalive, headers = {} } = {}) {
  const json = method === "GET" ? {} : { "content-type": "application/json" };
  const text = body === undefined ? undefined : JSON.stringify(body);
  return read(await send(address(path), { method, body: text, headers: { ...json, ...headers }, signal, keepalive }));
}

const address = (path) => BASE + path.replace(/^\//, "");

async function send(where, how) {
  try {
    return await fetch(where, { ...how, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "StudioGone", GONE);
  }
}

async function read(answer) {
  let said = null;
  try {
    said = await answer.json();
  } catch {
    // No JSON: what is wrong stands in the status.
  }
  if (answer.ok && said !== null) return said;
  const name = said?.type?.split(":").pop() ?? "Unanswered";
  const detail = said?.detail ?? said?.message ?? `The stack answered with status ${answer.status}.`;
  throw new Problem(answer.status, name, detail, said?.errors ?? []);
}
