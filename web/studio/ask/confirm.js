/** The question before anything is paid for. */

import { h } from "../../src/dom.js";

/** @returns {(sum: string, how: string) => Promise<boolean>} */
export function confirmDialog() {
  const dialog = h("dialog", { class: "confirm", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-how" });
  document.body.append(dialog);
  return (sum, how) =>
    new Promise((resolve) => {
      dialog.returnValue = "";
      const close = (value) => () => dialog.close(value);
      dialog.replaceChildren(
        h("h2", { id: "confirm-title" }, `This costs ${sum}`),
        h("p", { id: "confirm-how" }, `${how[0].toUpperCase()}${how.slice(1)}.`),
        h(
          "div",
          { class: "actions" },
          h("button", { type: "button", onclick: close("") }, "Not yet"),
          h("button", { type: "button", class: "main", onclick: close("yes") }, `Spend ${sum}`),
        ),
      );
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
      dialog.showModal();
    });
}
