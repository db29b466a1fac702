// What the widgets share on the page: elements, controls, handles, frames, the model.

// h("label", {class: "x", onclick}, "text", child): an element with attributes, listeners, children.
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// Arrow keys on a control are the control's: JupyterLab would take them for its own shortcuts.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

export const button = (text, label, onclick) =>
  h("button", { type: "button", class: "dgm-button", "aria-label": label, onclick, ...OWN_KEYS }, text);

// A group of radio buttons drawn as one segmented control. `options` is [[value, text], ...].
let groups = 0;
export function choice(title, options, value, onchange) {
  const name = `dgm-choice-${groups++}-${Math.random().toString(36).slice(2)}`;
  const inputs = options.map(([key]) =>
    h("input", {
      type: "radio", name, value: key, checked: key === value, onchange: () => onchange(key),
      ...OWN_KEYS,
    }),
  );
  const labels = options.map(([, text], i) => h("label", {}, inputs[i], h("span", {}, text)));
  const node = h("fieldset", { class: "dgm-choice" }, h("legend", {}, title), ...labels);
  const set = (key) => inputs.forEach((input) => (input.checked = input.value === key));
  return { node, set };
}

// A labelled slider on [0, 1] with names at its two ends.
export function slider(title, [left, right], onchange) {
  const input = h("input", {
    type: "range", min: 0, max: 1, step: 0.001, "aria-label": title,
    oninput: () => onchange(Number(input.value)), ...OWN_KEYS,
  });
  const output = h("output", {});
  const head = h("div", { class: "dgm-slider-head" }, h("span", {}, title), output);
  const ends = h("div", { class: "dgm-ends" }, h("span", {}, left), h("span", {}, right));
  ends.setAttribute("aria-hidden", "true");
  const set = (value, text, spoken = text) => {
    input.value = value;
    output.textContent = text;
    input.setAttribute("aria-valuetext", spoken);
  };
  return { node: h("div", { class: "dgm-slider" }, head, input, ends), set };
}

// A drag handle over a stage. It is a real button, so that it takes focus, and only it (not the
// stage) swallows touches, so that a finger elsewhere still scrolls the page.
// onmove(x, y) gets the place in the stage as fractions; onkey(dx, dy) gets arrow keys as -1, 0, 1.
export function handle(stage, label, { onmove, onkey, onend = () => {} }) {
  const node = h("button", {
    type: "button", class: "dgm-handle", "aria-label": label, ...OWN_KEYS,
  });
  let grip = null; // where inside the handle it was taken
  const centre = () => {
    const box = node.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
  node.addEventListener("pointerdown", (event) => {
    const [x, y] = centre();
    grip = [event.clientX - x, event.clientY - y];
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
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  node.addEventListener("keydown", (event) => {
    const arrow = arrows[event.key];
    if (!arrow || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const pace = event.shiftKey ? 5 : 1;
    onkey(pace * arrow[0], pace * arrow[1]);
    onend();
  });
  stage.append(node);
  return {
    node,
    place(x, y) {
      node.style.left = `${100 * x}%`;
      node.style.top = `${100 * y}%`;
    },
    show(visible) {
      node.style.visibility = visible ? "visible" : "hidden";
    },
  };
}

export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Calls frame(seconds since the last one) on every screen refresh while it runs, and keeps the
// times that the last 120 frames took, for `medianMs`.
export function makeTicker(frame) {
  const taken = [];
  let request = 0;
  let last = 0;
  function tick(now) {
    const begin = performance.now();
    const seconds = Math.min(0.05, Math.max(0, (now - last) / 1000)); // a pause is not a leap
    last = now;
    request = requestAnimationFrame(tick);
    frame(seconds);
    taken.push(performance.now() - begin);
    if (taken.length > 120) taken.shift();
  }
  return {
    get running() {
      return request !== 0;
    },
    start() {
      if (request) return;
      last = performance.now();
      request = requestAnimationFrame(tick);
    },
    stop() {
      cancelAnimationFrame(request);
      request = 0;
    },
    get medianMs() {
      return taken.length ? [...taken].sort((a, b) => a - b)[taken.length >> 1] : NaN;
    },
  };
}

// A line of text that screen readers hear once things have settled, not at every frame.
export function statusLine() {
  const node = h("p", { class: "dgm-status", role: "status", "aria-live": "off" });
  let timer = 0;
  return {
    node,
    say(text, settled) {
      clearTimeout(timer);
      const now = settled ? "polite" : "off";
      if (node.getAttribute("aria-live") !== now) node.setAttribute("aria-live", now);
      if (node.textContent !== text) node.textContent = text;
    },
    later(callback, ms = 400) {
      clearTimeout(timer);
      timer = setTimeout(callback, ms);
    },
  };
}

export const shown = (x, digits = 2) => x.toFixed(digits).replace("-", "\u2212");

// The module's default export: build(model, el, signal) sets a widget up inside el.
export function widget(build) {
  return {
    render({ model, el, signal }) {
      const life = new AbortController();
      if (signal) signal.addEventListener("abort", () => life.abort());
      build(model, el, life.signal);
      return () => life.abort();
    },
  };
}

// Calls back when Python, or the reader, changes a field of the model.
export function listen(model, name, callback, signal) {
  model.on(`change:${name}`, callback);
  signal.addEventListener("abort", () => model.off(`change:${name}`, callback));
}

// Tells Python.
export function tell(model, fields) {
  for (const [name, value] of Object.entries(fields)) model.set(name, value);
  model.save_changes();
}
