/** A mask drawn on the picture: brush, rectangle and lasso, with the pointer or by numbers. */

import { announce, h, iconButton } from "../../src/dom.js";
import { paint, painted, share } from "./strokes.js";
import { TINT } from "./mask_pictures.js";

const LONGEST = 1600;
/** Pixels of the longest side that is drawn on; the mask itself has the picture's own size. */
const TOOLS = { brush: "Brush", rectangle: "Rectangle", lasso: "Lasso" };
const KEYS = { b: "brush", r: "rectangle", l: "lasso" };
const FIELDS = ["Left", "Top", "Width", "Height"];

/**
 * @returns {(picture: import("./pictures.js").Picture, strokes: import("./strokes.js").Stroke[]) =>
 *     Promise<import("./strokes.js").Stroke[]>} opens the dialog; the strokes as they are when it is closed
 */
export function drawDialog() {
  const dialog = h("dialog", { class: "draw", "aria-labelledby": "draw-title" });
  document.body.append(dialog);
  return (picture, strokes) =>
    new Promise((resolve) => {
      const board = makeBoard(picture, strokes, dialog);
      dialog.replaceChildren(...board.parts);
      dialog.addEventListener("close", () => resolve(board.strokes()), { once: true });
      dialog.showModal();
      board.opened();
    });
}

function makeBoard({ url, width, height, name }, given, dialog) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  let strokes = given;
  let undone = [];
  let current = null;
  const how = { tool: "brush", erases: false, size: Math.round(Math.max(width, height) / 12), soft: 0.3 };

  // What is drawn so far, and that in colour with the stroke under way.
  let base = painted(strokes, width, height, scale);
  const canvas = h("canvas", { width: base.width, height: base.height, "aria-hidden": "true" });
  const ring = h("div", { class: "ring", hidden: true });
  const stage = h("div", { class: "board" }, h("img", { src: url, alt: `The picture ${name}`, draggable: "false" }), canvas, ring);
  stage.style.setProperty("--shape", String(width / height));
  stage.style.setProperty("--wide", `${width}px`);
  const told = h("output", { class: "share" });

  function show() {
    const context = canvas.getContext("2d");
    context.globalCompositeOperation = "copy";
    context.drawImage(base, 0, 0);
    context.globalCompositeOperation = "source-over";
    if (current) paint(context, [current], scale);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = TINT;
    context.fillRect(0, 0, canvas.width, canvas.height);
  }

  function tell() {
    const part = share(strokes, width, height);
    told.textContent = part ? `${part < 0.01 ? "under 1" : Math.round(part * 100)} % is repainted` : "Nothing is marked yet";
    undo.disabled = !strokes.length;
    redo.disabled = !undone.length;
    clear.disabled = !strokes.length;
  }

  function become(next, said) {
    strokes = next;
    base = painted(strokes, width, height, scale);
    show();
    tell();
    if (said) announce(`${said}. ${told.textContent}.`);
  }

  const add = (stroke, said) => {
    undone = [];
    become([...strokes, stroke], said);
  };
  const actions = {
    undo() {
      if (!strokes.length) return;
      undone = [...undone, strokes.at(-1)];
      become(strokes.slice(0, -1), "Undone");
    },
    redo() {
      if (!undone.length) return;
      const last = undone.at(-1);
      undone = undone.slice(0, -1);
      become([...strokes, last], "Done again");
    },
    invert: () => add({ tool: "invert" }, "Inverted"),
    clear() {
      undone = [];
      become([], "Cleared");
    },
  };
  const button = (text, act) => h("button", { type: "button", onclick: act }, text);
  const undo = button("Undo", actions.undo);
  const redo = button("Redo", actions.redo);
  const clear = button("Clear", actions.clear);

  // The pointer.
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * width) / box.width, ((event.clientY - box.top) * height) / box.height];
  };
  const rounded = ([x, y]) => [Math.round(x * 10) / 10, Math.round(y * 10) / 10];
  let due = 0;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    const point = rounded(at(event));
    const points = how.tool === "rectangle" ? [point, point] : [point];
    current = { ...how, points };
    show();
  });
  stage.addEventListener("pointermove", (event) => {
    follow(event);
    if (!current) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    const points = (passed.length ? passed : [event]).map((one) => rounded(at(one)));
    current = {
      ...current,
      points: current.tool === "rectangle" ? [current.points[0], points.at(-1)] : [...current.points, ...points],
    };
    cancelAnimationFrame(due);
    due = requestAnimationFrame(show);
  });
  const end = () => {
    if (!current) return;
    const { tool, points } = current;
    const [first, last] = [points[0], points.at(-1)];
    const empty = tool === "rectangle" ? first[0] === last[0] || first[1] === last[1] : tool === "lasso" && points.length < 3;
    const stroke = current;
    current = null;
    if (empty) show();
    else add(stroke);
  };
  stage.addEventListener("pointerup", end);
  stage.addEventListener("pointercancel", () => {
    current = null;
    show();
  });
  stage.addEventListener("pointerleave", () => (ring.hidden = true));

  /** The brush's own size, where the pointer is. */
  function follow(event) {
    const box = canvas.getBoundingClientRect();
    ring.hidden = how.tool !== "brush" || event.pointerType === "touch";
    const side = (how.size * box.width) / width;
    ring.style.width = ring.style.height = `${side}px`;
    ring.style.transform = `translate(${event.clientX - box.left - side / 2}px, ${event.clientY - box.top - side / 2}px)`;
  }

  // The tools.
  const radio = (group, value, text, choose) => {
    const input = h("input", { type: "radio", name: group, value, onchange: choose });
    return { input, label: h("label", {}, input, h("span", {}, text)) };
  };
  const tools = Object.entries(TOOLS).map(([tool, text]) => radio("tool", tool, text, () => (how.tool = tool)));
  const ways = [
    radio("way", "mark", "Mark", () => (how.erases = false)),
    radio("way", "erase", "Erase", () => (how.erases = true)),
  ];
  tools[0].input.checked = ways[0].input.checked = true;
  const range = (text, id, most, value, choose) => {
    const input = h("input", { type: "range", id, min: id === "draw-size" ? 2 : 0, max: most, value, oninput: () => choose(Number(input.value)) });
    return { input, element: h("div", { class: "range" }, h("label", { for: id }, text), input) };
  };
  const size = range("Size", "draw-size", Math.round(Math.max(width, height) / 3), how.size, (value) => (how.size = value));
  const soft = range("Softness", "draw-soft", 100, how.soft * 100, (value) => (how.soft = value / 100));

  // By numbers, for who draws with no pointer.
  const sides = FIELDS.map((text, i) =>
    h("input", { type: "number", id: `draw-${text}`, min: 0, max: i % 2 ? height : width, value: [0, 0, Math.round(width / 2), height][i] }),
  );
  const byNumbers = h(
    "details",
    { class: "numbers" },
    h("summary", {}, "A rectangle by numbers"),
    h("div", {}, ...sides.map((input, i) => h("span", {}, h("label", { for: input.id }, FIELDS[i]), input))),
    button("Add the rectangle", () => {
      const [left, top, wide, high] = sides.map((input) => Number(input.value));
      if (wide > 0 && high > 0) {
        const points = [[left, top], [left + wide, top + high]];
        add({ ...how, tool: "rectangle", points }, how.erases ? "Rectangle erased" : "Rectangle added");
      }
    }),
  );

  dialog.onkeydown = (event) => {
    const key = event.key.toLowerCase();
    const typing = event.target.matches("input[type=number]");
    if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
      event.preventDefault();
      actions[key === "y" || event.shiftKey ? "redo" : "undo"]();
    } else if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    else if (KEYS[key]) {
      tools.find(({ input }) => input.value === KEYS[key]).input.click();
    } else if (key === "e") ways.find(({ input }) => !input.checked).input.click();
    else if (key === "i") actions.invert();
    else if (key === "[" || key === "]") {
      size.input.value = String(Math.round(how.size * (key === "[" ? 0.8 : 1.25)));
      size.input.dispatchEvent(new Event("input"));
    }
  };

  const done = h("button", { type: "button", class: "main", onclick: () => dialog.close() }, "Done");
  return {
    strokes: () => strokes,
    opened() {
      show();
      tell();
      tools[0].input.focus();
    },
    parts: [
      h("header", {}, h("h2", { id: "draw-title" }, "What is repainted"), told, iconButton("close", "Close", () => dialog.close())),
      stage,
      h(
        "footer",
        {},
        h("div", { class: "tools", role: "radiogroup", "aria-label": "Tool" }, ...tools.map((one) => one.label)),
        h("div", { class: "tools", role: "radiogroup", "aria-label": "What the tool does" }, ...ways.map((one) => one.label)),
        size.element,
        soft.element,
        h("div", { class: "actions" }, undo, redo, button("Invert", actions.invert), clear),
        byNumbers,
        done,
      ),
      h("p", { class: "help" }, "Keys: B brush, R rectangle, L lasso, E mark or erase, I invert, [ and ] size, Ctrl+Z undo."),
    ],
  };
}
