/** A tile over its source, with a slider between them and the mask's outline on demand. */

import { alt, caption } from "./collage.js";
import { h, iconButton } from "./dom.js";

/** @param {ReturnType<import("./collage.js").read>} collage */
export function compareDialog(collage) {
  const dialog = h("dialog", { class: "compare", "aria-labelledby": "compared" });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);

  /** @param {import("./collage.js").Item} item with a picture */
  return function compare(item) {
    const [width, height] = item.shown.tile.size;
    const layer = (name, src, text) => h("img", { class: name, src, alt: text, width, height, draggable: "false" });
    const mask = collage.mask(item.shown);
    const outline = mask && layer("outline", mask, "");
    const stack = h(
      "div",
      { class: "stack" },
      layer("source", collage.source(item.shown), `The source${item.shown.source ? `, ${item.shown.source}` : ""}`),
      layer("tile", collage.picture(item.shown), alt(item)),
    );
    const slider = h("input", {
      type: "range",
      min: "0",
      max: "100",
      value: "50",
      "aria-label": "How much of the tile is shown",
      oninput: () => stack.style.setProperty("--share", `${slider.value}%`),
    });
    stack.style.setProperty("--share", "50%");
    stack.style.setProperty("--shape", String(width / height));
    stack.append(h("div", { class: "divider" }), slider);
    if (outline) {
      outline.hidden = true;
      stack.insertBefore(outline, slider);
    }
    const toggle = outline && h("input", { type: "checkbox", onchange: () => (outline.hidden = !toggle.checked) });
    dialog.replaceChildren(
      h(
        "header",
        {},
        h("h2", { id: "compared" }, caption(item)),
        iconButton("close", "Close", () => dialog.close()),
      ),
      stack,
      h(
        "footer",
        {},
        h("span", {}, "Tile"),
        ...(toggle ? [h("label", {}, toggle, " Outline of the mask")] : []),
        h("span", {}, item.shown.source ?? "Source"),
      ),
    );
    dialog.showModal();
    slider.focus();
  };
}
