// Colours: those of the style sheet, as numbers for canvases; ramps; and one colour for each class.

const NAMES = ["low", "high", "arrow", "particle", "halo", "ink", "paper", "soft", "line", "fill",
  "accent", "on-accent", "ode", "contour"];

export const rgba = ([r, g, b], a = 1) => `rgba(${r},${g},${b},${a})`;

// Gives the widget `colours`, kept until the page turns dark or light or goes to print, and
// `onRepaint`. In print the paper is white, whatever the screen was.
export function makeColours(w) {
  const painters = new Set();
  let kept = null;
  Object.defineProperty(w, "colours", { get: () => (w.root.isConnected ? (kept ??= read(w.root)) : read(w.root)) });
  w.printing = false;
  w.onRepaint = (callback) => painters.add(callback);
  w.repaint = () => { // pages turn more than their colours
    const before = kept;
    kept = null;
    if (before && String(Object.values(before)) === String(Object.values(w.colours))) return;
    for (const paint of painters) paint();
  };
  const observer = new MutationObserver(w.repaint);
  const attributeFilter = ["data-theme", "data-jp-theme-light", "theme", "class"];
  for (const node of [document.documentElement, document.body]) {
    observer.observe(node, { attributes: true, attributeFilter });
  }
  w.signal.addEventListener("abort", () => observer.disconnect());
  for (const query of ["print", "(forced-colors: active)"]) {
    matchMedia(query).addEventListener("change", w.repaint, { signal: w.signal });
  }
  const print = (printing) => () => {
    w.printing = printing;
    w.root.classList.toggle("dgm-on-paper", printing);
    w.repaint();
  };
  addEventListener("beforeprint", print(true), { signal: w.signal });
  addEventListener("afterprint", print(false), { signal: w.signal });
}

function read(root) {
  const style = getComputedStyle(root);
  const probe = document.createElement("canvas").getContext("2d");
  return Object.fromEntries(NAMES.map((name) => {
    probe.fillStyle = style.getPropertyValue(`--dgm-${name}`).trim() || "#888888";
    const code = parseInt(probe.fillStyle.slice(1), 16);
    return [name, [code >> 16, (code >> 8) & 255, code & 255]];
  }));
}

// 256 colours from nothing over `low` to `high`, as the 32-bit words of an ImageData.
export function densityRamp(low, high) {
  const bytes = new Uint8ClampedArray(4 * 256);
  for (let i = 0; i < 256; i++) {
    const mix = i / 255;
    for (let c = 0; c < 3; c++) bytes[4 * i + c] = low[c] + mix * (high[c] - low[c]);
    bytes[4 * i + 3] = 240 * mix ** 0.7; // from 0 without a visible edge
  }
  return new Uint32Array(bytes.buffer);
}

// OKLCH to [r, g, b] in 0..255; chroma falls until the colour is one that a screen can show.
export function oklch(lightness, chroma, hue) {
  const angle = (hue * Math.PI) / 180;
  for (let c = chroma; ; c -= 0.004) {
    const rgb = oklab(lightness, Math.max(0, c) * Math.cos(angle), Math.max(0, c) * Math.sin(angle));
    if (c <= 0 || rgb.every((v) => v > -1e-3 && v < 1.001)) {
      return rgb.map((v) => {
        const u = Math.min(1, Math.max(0, v));
        return Math.round(255 * (u <= 0.0031308 ? 12.92 * u : 1.055 * u ** (1 / 2.4) - 0.055));
      });
    }
  }
}

function oklab(L, a, b) {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

// One colour for each class, readable on a light and on a dark page: 4.5:1 or more. Neighbours are
// far apart in hue; every other hue is darker. A figure never speaks by colour alone: it also writes
// the class.
export function classColour(k, count, paper) {
  const dark = paper[0] + paper[1] + paper[2] < 384;
  const place = count % 3 ? (k * 3) % count : k; // each hue once
  const hue = (360 * place) / count + 25;
  const lightness = (dark ? 0.84 : 0.5) - 0.12 * (place % 2);
  return rgba(oklch(lightness, dark ? 0.15 : 0.17, hue));
}
