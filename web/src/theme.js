/** Light or dark: as the system has it, until somebody says otherwise. */

import { iconButton } from "./dom.js";

const KEY = "collage-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export function themeButton() {
  apply(remembered());
  return iconButton("theme", "Light or dark", () => {
    const now = document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
    const next = now === "dark" ? "light" : "dark";
    apply(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Some browsers keep nothing for a page on disk; the choice then lasts as long as the page.
    }
  });
}

function apply(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  dispatchEvent(new Event("theme"));
}

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
