// The stage: canvases as sharp as the screen, one upon the other, and handles over them.

import { h, OWN_KEYS } from "./ui.js";

// Keeps the canvas as sharp as the screen: onresize(width, height, ratio) in CSS pixels. While the
// page is printed the picture stays as it is.
export function sharpen(w, canvas, onresize) {
  const fit = () => {
    const { width, height } = canvas.getBoundingClientRect();
    if (!width || !height || w.printing) return;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    onresize(width, height, ratio);
  };
  const observer = new ResizeObserver(fit);
  observer.observe(canvas);
  w.signal.addEventListener("abort", () => observer.disconnect());
}

// A stage with one canvas for each painter, in their order:
//   makeStage(w, { label: "...", aspect: 1.5, painters: { heat(pen, size, colours) {}, lines... } })
// A painter draws in CSS pixels into size.width x size.height of a cleared canvas. `redraw()` calls
// all painters, `redraw("lines")` one; the stage does so itself when size or colours change.
export function makeStage(w, { label, aspect, painters }) {
  const node = h("div", { class: "dgm-stage", role: "group", "aria-label": label });
  if (aspect) node.style.aspectRatio = aspect;
  const size = { width: 0, height: 0, ratio: 1 };
  const layers = Object.entries(painters).map(([name, paint]) => {
    const canvas = h("canvas", { class: `dgm-layer-${name}`, "aria-hidden": "true" });
    return { name, paint, canvas };
  });
  node.append(...layers.map(({ canvas }) => canvas));
  const redraw = (which) => {
    for (const { name, paint, canvas } of layers) {
      if (!size.width || (which && which !== name)) continue;
      const pen = canvas.getContext("2d");
      pen.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
      pen.clearRect(0, 0, size.width, size.height);
      paint(pen, size, w.colours);
    }
  };
  const first = layers[0].canvas;
  sharpen(w, first, (width, height, ratio) => {
    Object.assign(size, { width, height, ratio });
    for (const { canvas } of layers.slice(1)) [canvas.width, canvas.height] = [first.width, first.height];
    redraw();
  });
  w.onRepaint(() => redraw());
  const canvases = Object.fromEntries(layers.map(({ name, canvas }) => [name, canvas]));
  return { node, canvases, size, redraw };
}

const ARROWS = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
  PageUp: [0, 10], PageDown: [0, -10], Home: [-Infinity, 0], End: [Infinity, 0],
};

// A drag handle over a stage. It is a real button, so that it takes focus, and only it (not the
// stage) swallows touches, so that a finger elsewhere still scrolls the page. It is never cut off:
// near an edge it stands a little inside of its place.
//   onmove(x, y)   the place in the stage as fractions, 0 to 1
//   onkey(dx, dy)  arrow keys as -1, 0, 1; Shift 5; Page keys 10; Home and End minus and plus
//                  infinity: hold the value within its limits
//   onend()        after a drag or a key
//   colour         of a solid handle, such as "particle"; without one it is a ring, for a numeral
// `values(low, high, now, text)` makes it a slider for screen readers; for two numbers use `name`.
export function handle(stage, label, { onmove, onkey, onend = () => {}, colour = null }) {
  const node = h("button", { type: "button", class: "dgm-handle", "aria-label": label, ...OWN_KEYS });
  node.classList.toggle("dgm-solid", colour !== null);
  node.style.setProperty("--dgm-hue", `var(--dgm-${colour ?? "ink"})`);
  let place = [0, 0]; // true place, as fractions
  let grip = null; // where, from its true place, it was taken
  node.addEventListener("pointerdown", (event) => {
    const box = stage.getBoundingClientRect();
    grip = [event.clientX - box.left - place[0] * box.width, event.clientY - box.top - place[1] * box.height];
    node.setPointerCapture(event.pointerId);
    node.focus({ preventScroll: true });
    event.preventDefault();
  });
  node.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const box = stage.getBoundingClientRect();
    const x = (event.clientX - grip[0] - box.left) / box.width;
    const y = (event.clientY - grip[1] - box.top) / box.height;
    onmove(Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y)));
  });
  const release = () => {
    if (grip) onend();
    grip = null;
  };
  node.addEventListener("pointerup", release);
  node.addEventListener("pointercancel", release);
  node.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const pace = event.shiftKey ? 5 : 1;
    onkey(pace * arrow[0], pace * arrow[1]);
    onend();
  });
  stage.append(node);
  const inside = (q) => `clamp(var(--dgm-reach), ${(100 * q).toFixed(3)}%, 100% - var(--dgm-reach))`;
  return {
    node,
    place(x, y) {
      place = [x, y];
      node.style.left = inside(x);
      node.style.top = inside(y);
    },
    show: (visible) => (node.style.visibility = visible ? "visible" : "hidden"),
    name: (text) => node.setAttribute("aria-label", text),
    values(low, high, now, text) {
      node.setAttribute("role", "slider");
      for (const [key, value] of Object.entries({ valuemin: low, valuemax: high, valuenow: now, valuetext: text })) {
        node.setAttribute(`aria-${key}`, value);
      }
    },
  };
}
