/** The studio: its views, and which one is shown. */

import { h } from "../src/dom.js";
import { themeButton } from "../src/theme.js";
import { stackName } from "./api.js";
import { askView } from "./ask.js";
import { format, parse } from "./route.js";
import { watchView } from "./watch.js";

/**
 * @typedef {object} Context what a view is given
 * @property {(view: string, params?: Record<string, string>) => void} go to another view
 */
/**
 * @typedef {object} View made once, when it is first shown; what it holds stays while it is hidden
 * @property {(params: URLSearchParams) => void} show
 * @property {() => void} hide
 */
const VIEWS = { watch: ["Watch", watchView], ask: ["Ask", askView] };

function start() {
  const links = {};
  const places = {};
  const made = {};
  let shown = null;

  for (const [name, [word]] of Object.entries(VIEWS)) {
    links[name] = h("a", { href: format(name) }, word);
    places[name] = h("section", { class: name, "aria-label": word, hidden: true });
  }
  const where = stackName ? `the stack ${stackName}` : "the laptop cloud";
  document.body.append(
    h(
      "header",
      { class: "top" },
      h("div", { class: "title" }, h("h1", {}, "Studio"), h("p", {}, `on ${where}`)),
      h("nav", { class: "views", "aria-label": "Views" }, ...Object.values(links)),
      themeButton(),
    ),
    h("main", {}, ...Object.values(places)),
  );

  const context = {
    go(view, params) {
      location.hash = format(view, params);
    },
  };

  function draw() {
    const { name, params } = parse(location.hash, Object.keys(VIEWS));
    if (shown && shown !== name) {
      made[shown].hide();
      places[shown].hidden = true;
    }
    const [word, view] = VIEWS[name];
    made[name] ??= view(places[name], context);
    for (const [other, link] of Object.entries(links)) {
      if (other === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.title = `${word} - Studio`;
    places[name].hidden = false;
    shown = name;
    made[name].show(params);
  }

  addEventListener("hashchange", draw);
  draw();
}

start();
