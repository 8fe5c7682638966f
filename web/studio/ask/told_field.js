/** Who is told when the collage has ended: an address of a host that the stack allows. */

import { h } from "../../src/dom.js";

/**
 * It is no option of the request: it changes neither the collage nor its price, and is not kept.
 * @param {string[]} hosts
 */
export function toldField(hosts) {
  const input = h("input", { type: "url", id: "notify", autocomplete: "off", "aria-describedby": "notify-help" });
  const help = h("p", { class: "help", id: "notify-help" }, `An address that is posted to, of ${hosts.join(", ")}. It is asked for once, and not kept here.`);
  const element = h("div", { class: "field text", "data-field": "notify" }, h("label", { for: "notify" }, "Tell this address"), input, help);
  return {
    element,
    /** What of it goes with the request. */
    get said() {
      const address = input.value.trim();
      return address ? { notify: address } : {};
    },
  };
}
