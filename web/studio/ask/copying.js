/** The same as a command and as JSON, to be copied. */

import { announce, h } from "../../src/dom.js";
import { command, REQUEST_FILE } from "./command.js";

/** @param {ReturnType<import("./catalogue.js").read>} known */
export function copying(known) {
  const parts = { command: block("Copy the command"), json: block("Copy the JSON") };
  const files = h("div", { class: "actions" });
  const element = h(
    "details",
    { class: "copying" },
    h("summary", {}, "As a command, as JSON"),
    parts.command.element,
    files,
    parts.json.element,
  );
  return {
    element,
    /**
     * @param {any} body of POST /collages; null where there is none yet
     * @param {(key: string) => {name: string, blob: Blob | null, made: boolean} | null} fileOf what was uploaded
     *     under a key, and whether it was made here, so that the user has no such file
     */
    update(body, fileOf) {
      element.hidden = body === null;
      if (body === null) return;
      const name = (key) => fileOf(key)?.name ?? "picture.png";
      const { text, rest } = command(body, known, name);
      parts.command.say(text);
      parts.json.say(JSON.stringify(body, null, 2));
      const needed = drawn(body, fileOf);
      if (Object.keys(rest).length) {
        needed.push({ name: REQUEST_FILE, blob: new Blob([JSON.stringify(rest, null, 2)], { type: "application/json" }) });
      }
      files.replaceChildren(...needed.map((file) => h("button", { type: "button", onclick: () => save(file) }, `Save ${file.name}`)));
    },
  };
}

/** The masks that were drawn here: files that the command wants, and the user has not. */
function drawn(body, fileOf) {
  const masks = Object.entries({ ...(body.mask_source ? { erased: body.mask_source } : {}), ...body.mask_files });
  return masks
    .flatMap(([mask, keys]) => [keys].flat().map((key, i) => ({ mask, key, photo: Array.isArray(keys) ? body.source_names[i] : null })))
    .map(({ mask, key, photo }) => {
      const file = key ? fileOf(key) : null;
      const name = file && photo ? `${mask}/${photo.replace(/\.[^.]*$/, "")}.png` : file?.name;
      return file?.made && file.blob ? { name, blob: file.blob } : null;
    })
    .filter((file) => file !== null);
}

function block(text) {
  const code = h("pre", { tabindex: "0", "aria-label": text.replace("Copy the ", "") });
  const button = h(
    "button",
    {
      type: "button",
      onclick: async () => {
        await navigator.clipboard.writeText(code.textContent);
        announce("Copied");
        button.textContent = "Copied";
        setTimeout(() => (button.textContent = text), 1500);
      },
    },
    text,
  );
  return { element: h("div", { class: "block" }, code, button), say: (said) => (code.textContent = said) };
}

function save({ name, blob }) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name.split("/").pop() }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
