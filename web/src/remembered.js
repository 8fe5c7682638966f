/** Small texts that the browser remembers; some remember nothing for a page on disk. */

/** What is remembered by a name; null where nothing is. */
export function known(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Remember a text; whether it was possible. */
export function remember(name, text) {
  try {
    localStorage.setItem(name, text);
    return true;
  } catch {
    return false;
  }
}
