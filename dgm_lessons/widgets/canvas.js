// What the widgets share on their canvases: sharpness, the page's colours, the colours of a density.

// Keeps the canvas as sharp as the screen: onresize(width, height, ratio) in CSS pixels.
export function sharpen(canvas, onresize, signal) {
  const fit = () => {
    const { width, height } = canvas.getBoundingClientRect();
    if (!width || !height) return;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    onresize(width, height, ratio);
  };
  const observer = new ResizeObserver(fit);
  observer.observe(canvas);
  signal.addEventListener("abort", () => observer.disconnect());
}

// The colours that the style sheet gives to canvases: CSS variables --dgm-..., as [r, g, b].
export function palette(root, names) {
  const style = getComputedStyle(root);
  const probe = document.createElement("canvas").getContext("2d");
  return Object.fromEntries(
    names.map((name) => {
      probe.fillStyle = style.getPropertyValue(`--dgm-${name}`).trim() || "#888888";
      const code = parseInt(probe.fillStyle.slice(1), 16);
      return [name, [code >> 16, (code >> 8) & 255, code & 255]];
    }),
  );
}

export const rgba = ([r, g, b], a = 1) => `rgba(${r},${g},${b},${a})`;

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

// Calls back when the page turns dark or light (the book, JupyterLab, Colab), or goes to print.
export function onTheme(callback, signal) {
  const observer = new MutationObserver(callback);
  const attributeFilter = ["data-theme", "data-jp-theme-light", "theme", "class"];
  for (const node of [document.documentElement, document.body]) {
    observer.observe(node, { attributes: true, attributeFilter });
  }
  matchMedia("print").addEventListener("change", callback, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
}
