/** Light or dark: as the system has it, until somebody says otherwise. */

import { iconButton } from "./dom.js";
import { known, remember } from "./remembered.js";

const KEY = "collage-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export function themeButton() {
  apply(known(KEY));
  return iconButton("theme", "Light or dark", () => {
    const now = document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
    const next = now === "dark" ? "light" : "dark";
    apply(next);
    remember(KEY, next);
  });
}

function apply(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  dispatchEvent(new Event("theme"));
}
