// What is not a picture: elements, buttons, choices, sliders, the line of text that says the numbers.

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
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

// `label` begins with the text that is seen; null where the text says it all.
export const button = (text, label, onclick) =>
  h("button", { type: "button", class: "dgm-button", "aria-label": label, onclick, ...OWN_KEYS }, text);

// A group of radio buttons drawn as one segmented control. `options` is [[value, text], ...];
// set(value) shows what Python or a link has chosen. `columns`: in a grid, where there are many.
let groups = 0;
export function choice(title, options, value, onchange, columns = 0) {
  const name = `dgm-choice-${groups++}-${Math.random().toString(36).slice(2)}`;
  const inputs = options.map(([key]) =>
    h("input", {
      type: "radio", name, value: key, checked: key === value, onchange: () => onchange(key),
      ...OWN_KEYS,
    }),
  );
  const labels = options.map(([, text], i) => h("label", {}, inputs[i], h("span", {}, text)));
  const node = h("fieldset", { class: columns ? "dgm-choice dgm-grid" : "dgm-choice" },
    h("legend", {}, title), ...labels);
  if (columns) node.style.setProperty("--dgm-columns", columns);
  const set = (key) => inputs.forEach((input) => (input.checked = input.value === String(key)));
  return { node, set };
}

// A labelled slider on [0, 1] with names at its two ends; `step` where it has stops.
export function slider(title, [left, right], onchange, step = 0.001) {
  const input = h("input", {
    type: "range", min: 0, max: 1, step, "aria-label": title,
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

// Numbers as they are written: a true minus sign, no "-0".
export function shown(x, digits = 2) {
  const text = x.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "\u2212");
}

export const percent = (x, digits = 1) => `${shown(100 * x, digits)}%`;

// 2,000 of a whole number; a browser's own way would first load its languages, for a twentieth of a second.
export const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

// From 1e-14 to 1 and above, as 3.2 × 10⁻⁵ where it is small.
export function scientific(value) {
  if (value >= 1e-3) return shown(value, 4);
  if (value < 1e-14) return "0";
  const power = Math.floor(Math.log10(value));
  const raised = [...String(-power)].map((d) => "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"[d]);
  return `${(value / 10 ** power).toFixed(1)} \u00d7 10\u207b${raised.join("")}`;
}

export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Calls back with true when the element comes into sight (this share of it), with false when it leaves it.
export function whileInSight(el, callback, signal, share = 0) {
  const seen = ({ isIntersecting, intersectionRatio }) => isIntersecting && intersectionRatio >= share;
  const observer = new IntersectionObserver((entries) => callback(seen(entries.at(-1))), { threshold: share });
  observer.observe(el);
  signal.addEventListener("abort", () => observer.disconnect());
}
