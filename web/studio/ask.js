/** Ask: a form for a new collage, with what it would take; and its start. */

import { announce, h } from "../src/dom.js";
import { get, Problem } from "./api.js";
import { catalogue } from "./ask/catalogue.js";
import { makeForm } from "./ask/form.js";
import { makePage } from "./ask/ask_page.js";
import { pictureShelf } from "./ask/pictures.js";
import { filled, pictured } from "./ask/request.js";

/**
 * @param {HTMLElement} place
 * @param {import("./studio.js").Context} context
 * @returns {import("./studio.js").View}
 */
export function askView(place, context) {
  let opening = null;

  /** The form, made once the stack has said what can be asked for. */
  async function open() {
    place.replaceChildren(h("p", { class: "hint", role: "status" }, "Asking the stack what it can make…"));
    try {
      const known = await catalogue();
      const form = makeForm(known.preset);
      const shelf = pictureShelf();
      await shelf.restore(pictured(form.asked));
      makePage(place, { known, form, shelf });
      return { known, form, shelf };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      opening = null;
      const again = h("button", { type: "button", onclick: () => view.show(new URLSearchParams()) }, "Try again");
      place.replaceChildren(h("p", { class: "mistake" }, error.message), again);
      return null;
    }
  }

  /** Fill the form with what a collage was made by. */
  async function refill({ known, form, shelf }, collage) {
    try {
      const asked = filled(await get(`/collages/${encodeURIComponent(collage)}/request`), known);
      form.change(asked);
      await shelf.restore(pictured(asked));
      form.change({});
      announce(`The form holds what the collage ${collage} was made by.`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      place.prepend(h("p", { class: "mistake", role: "alert" }, error.message));
    }
  }

  const view = {
    async show(params) {
      opening ??= open();
      const made = await opening;
      const collage = params.get("again");
      if (!made || !collage) return;
      // Done once: what is changed afterwards stays when the page is loaded again.
      history.replaceState(null, "", "#ask");
      await refill(made, collage);
    },
    hide() {},
  };
  return view;
}
