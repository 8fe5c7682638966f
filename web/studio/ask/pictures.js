/** Pictures that were dropped: kept over a reload, and uploaded once each. */

import { Problem, upload } from "../api.js";

/**
 * @typedef {object} Picture
 * @property {string} id the digest of its bytes, or the key of one that was uploaded earlier
 * @property {string} name of the file
 * @property {Blob | null} blob
 * @property {string | null} key of the upload
 * @property {string} url where the browser finds it
 * @property {number} width in pixels, upright; 0 where it cannot be shown
 * @property {number} height
 * @property {string | null} problem why it could not be uploaded
 */

const DATABASE = "collage-studio";
const STORE = "pictures";
const UPLOADED = /^(sources|uploads)\//;
/** How keys of uploads begin; all other ids are digests. */

/** All pictures of the form, by id. */
export function pictureShelf() {
  /** @type {Map<string, Picture>} */
  const pictures = new Map();
  const old = new Set();
  const listeners = [];
  const tell = () => listeners.forEach((listener) => listener());

  /** Upload it, unless that is done or under way. */
  async function send(picture) {
    if (picture.key || picture.sending) return;
    picture.sending = true;
    picture.problem = null;
    tell();
    try {
      picture.key = await upload(picture.blob);
      await keep(picture);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      picture.problem = error.message;
    } finally {
      picture.sending = false;
      tell();
    }
  }

  async function fetched(key) {
    const name = key.split("/").pop();
    const answer = await fetch(`/${key}`).catch(() => null);
    if (answer?.ok) await put(key, name, await answer.blob(), key);
    // It may be gone; of what is done with it then, the server tells.
    else pictures.set(key, { id: key, name, blob: null, key, url: "", width: 0, height: 0, problem: null });
  }

  async function put(id, name, blob, key = null) {
    const { width, height } = await sizeOf(blob);
    const picture = { id, name, blob, key, url: URL.createObjectURL(blob), width, height, problem: null };
    pictures.set(id, picture);
    return picture;
  }

  return {
    get: (id) => pictures.get(id) ?? null,
    on: (listener) => listeners.push(listener),
    /** Find again what a form names that was filled before; the rest is forgotten. */
    async restore(ids) {
      for (const { id, name, blob, key } of await kept(ids)) {
        const picture = await put(id, name, blob, key);
        old.add(id);
        if (!key) send(picture);
      }
      await Promise.all(ids.filter((id) => UPLOADED.test(id) && !pictures.has(id)).map(fetched));
      tell();
    },
    /** Put a file on the shelf and begin to upload it; its id. */
    async add(blob, name) {
      const id = await digest(blob);
      if (!pictures.has(id)) await put(id, name, blob);
      const picture = pictures.get(id);
      picture.name = name;
      await keep(picture);
      send(picture);
      return id;
    },
    /** Find a picture that was uploaded earlier, by its key, which is its id then. */
    async find(key) {
      if (!pictures.has(key)) await fetched(key);
      tell();
    },
    retry(id) {
      const picture = pictures.get(id);
      if (picture.blob) send(picture);
    },
    /** Upload again what was uploaded before the page was opened, in case it is gone; whether there was any. */
    renew() {
      const found = [...old].map((id) => pictures.get(id)).filter((picture) => picture?.blob && picture.key);
      old.clear();
      for (const picture of found) {
        picture.key = null;
        send(picture);
      }
      return found.length > 0;
    },
  };
}

async function digest(blob) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Upright, as all that handle it see it. */
async function sizeOf(blob) {
  try {
    const bitmap = await createImageBitmap(blob, { imageOrientation: "from-image" });
    const { width, height } = bitmap;
    bitmap.close();
    return { width, height };
  } catch {
    // What a browser cannot show, the server may still know, or refuse in its own words.
    return { width: 0, height: 0 };
  }
}

/** @returns {Promise<IDBDatabase>} */
function database() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "id" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

/** Do something with the stored pictures; null where the browser keeps nothing. */
async function stored(mode, work) {
  try {
    const base = await database();
    return await new Promise((resolve, reject) => {
      const transaction = base.transaction(STORE, mode);
      const asked = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked?.result ?? null);
      transaction.onerror = () => reject(transaction.error);
    }).finally(() => base.close());
  } catch {
    return null;
  }
}

const keep = ({ id, name, blob, key }) => stored("readwrite", (store) => store.put({ id, name, blob, key }));

async function kept(ids) {
  const all = (await stored("readonly", (store) => store.getAll())) ?? [];
  const gone = all.filter((one) => !ids.includes(one.id));
  if (gone.length) await stored("readwrite", (store) => void gone.forEach((one) => store.delete(one.id)));
  return all.filter((one) => ids.includes(one.id));
}
