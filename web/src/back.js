/** From the page of a collage back to the studio that it is shown in. */

import { inStudio } from "../studio/api.js";
import { h, icon } from "./dom.js";

/** A link; null where there is no studio. */
export function backLink() {
  if (!inStudio) return null;
  return h("a", { class: "button back", href: "/#watch", title: "To the studio" }, icon("leave"), h("span", {}, "Studio"));
}
