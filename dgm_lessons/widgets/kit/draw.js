// Pads on which readers put data of their own: by mouse, finger or keys.

import { h, OWN_KEYS } from "./ui.js";

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Lets a stage be drawn upon while it is switched on: a switch, because a finger on the stage
// otherwise scrolls the page. onpoint(u, v, fresh) gets places as fractions of the stage; `fresh`
// marks the first of a stroke. Keys: arrows move a cursor, Space or Enter puts a point.
export function makePad(w, stage, { text = "Draw", label, onpoint, onundo = () => {}, pitch = 0.04 }) {
  const cursor = h("div", { class: "dgm-pad", tabindex: 0, role: "application", hidden: true, "aria-label":
    `${label}: press and move, or arrow keys and Space; Backspace takes the last back`, ...OWN_KEYS },
  h("i", { class: "dgm-pad-cursor" }));
  const mark = cursor.firstChild;
  let [u, v, down] = [0.5, 0.5, false];
  const put = (fresh) => onpoint(u, v, fresh);
  const move = (x, y) => {
    [u, v] = [x, y].map((q) => Math.min(1, Math.max(0, q)));
    [mark.style.left, mark.style.top] = [`${100 * u}%`, `${100 * v}%`];
  };
  const at = (event) => {
    const box = cursor.getBoundingClientRect();
    move((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  cursor.addEventListener("pointerdown", (event) => {
    cursor.setPointerCapture(event.pointerId);
    down = true;
    at(event);
    put(true);
  });
  cursor.addEventListener("pointermove", (event) => {
    if (!down) return;
    at(event);
    put(false);
  });
  for (const end of ["pointerup", "pointercancel"]) cursor.addEventListener(end, () => (down = false));
  cursor.addEventListener("keydown", (event) => {
    const step = MOVES[event.key];
    if (step) move(u + pitch * step[0], v + pitch * step[1]);
    else if (event.key === " " || event.key === "Enter") put(true);
    else if (event.key === "Backspace") onundo();
    else return;
    event.preventDefault();
  });
  stage.append(cursor);
  const toggle = h("button", { type: "button", class: "dgm-button", "aria-pressed": "false", ...OWN_KEYS,
    onclick: () => show(cursor.hidden) }, text);
  function show(on) {
    cursor.hidden = !on;
    toggle.setAttribute("aria-pressed", String(on));
    if (on) cursor.focus({ preventScroll: true });
  }
  move(u, v);
  return { toggle, show };
}

// A pixel picture of side x side to draw: values from 0 to 1, a brush about two pixels wide.
export function makePixelPad(side) {
  const values = new Float32Array(side * side);
  let strokes = [];
  const paint = ([u, v]) => {
    for (let i = 0; i < values.length; i++) {
      const far = Math.hypot((i % side) + 0.5 - u * side, Math.floor(i / side) + 0.5 - v * side);
      values[i] = Math.max(values[i], Math.min(1, Math.max(0, 1.9 - far)));
    }
  };
  const clear = () => {
    strokes = [];
    values.fill(0);
  };
  return {
    values, clear,
    get empty() { return !strokes.length; },
    // A point of a stroke; the way from the one before it is filled.
    point(u, v, fresh) {
      const before = fresh ? [u, v] : strokes.at(-1).at(-1);
      if (fresh) strokes.push([]);
      const count = Math.max(1, Math.ceil(2 * side * Math.hypot(u - before[0], v - before[1])));
      for (let k = 1; k <= count; k++) {
        const q = k / count;
        strokes.at(-1).push([before[0] + q * (u - before[0]), before[1] + q * (v - before[1])]);
        paint(strokes.at(-1).at(-1));
      }
    },
    undo() {
      strokes.pop();
      values.fill(0);
      for (const point of strokes.flat()) paint(point);
    },
  };
}
