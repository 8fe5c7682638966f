/** Going on with a collage that lacks tiles: its own request, sent again; what is paid is asked. */

import { h } from "../src/dom.js";
import { get, post } from "./api.js";
import { counted, dollars, number } from "./words.js";

/**
 * Start a collage again; whether it was started, or somebody thought better of it.
 * @param {any} at where it stands, as the API says
 * @returns {Promise<boolean>}
 */
export async function goOn({ id, tiles }) {
  const asked = await get(`/collages/${id}/request`);
  const estimate = await post("/collages/estimate", asked);
  let again = false;
  if (estimate.usd > 0 || tiles.refused) {
    const answer = await confirmed(estimate, tiles.refused);
    if (answer === null) return false;
    again = answer.again;
  }
  await post("/collages", { ...asked, retry_refused: again });
  return true;
}

/** @returns {Promise<{again: boolean} | null>} null where it is called off */
function confirmed({ calls, tiles, reused, usd, priced_on: dated }, refused) {
  const box = h("input", { type: "checkbox", id: "again" });
  const price = usd > 0 ? `about ${dollars(usd)}` : "at no charge";
  const there = reused ? `; ${number(reused)} are there already` : "";
  return new Promise((resolve) => {
    let answer = null;
    const dialog = h(
      "dialog",
      { class: "confirm", "aria-labelledby": "confirm-title", onclose: over },
      h("h2", { id: "confirm-title" }, "Go on with this collage?"),
      h("p", {}, `${counted(tiles, "tile")} by ${counted(calls, "call")}, ${price}${there}.`),
      usd > 0 ? h("p", { class: "hint" }, `By the prices of ${dated}.`) : null,
      refused
        ? h("p", { class: "check" }, box, h("label", { for: "again" }, `Ask again for what was refused: ${counted(refused, "tile")}`))
        : null,
      h(
        "div",
        { class: "actions" },
        h("button", { type: "button", onclick: () => dialog.close() }, "Leave it"),
        h("button", { type: "button", class: "main", onclick: agree }, usd > 0 ? `Go on for ${price}` : "Go on"),
      ),
    );
    function agree() {
      answer = { again: box.checked };
      dialog.close();
    }
    function over() {
      dialog.remove();
      resolve(answer);
    }
    document.body.append(dialog);
    dialog.showModal();
  });
}
