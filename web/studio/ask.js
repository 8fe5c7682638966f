/** Ask: a form for a new collage. */

/**
 * @param {HTMLElement} place
 * @param {import("./studio.js").Context} context
 * @returns {import("./studio.js").View}
 */
export function askView(place, context) {
  return { show() {}, hide() {} };
}
