// How a digit looks: images in the page's own ink, the strip between two noises, and the words.

// An image of side x side pixels; paint(values) takes the network's units, null leaves it empty.
export function makeImage(side, [mean, std], attributes) {
  const canvas = h("canvas", { width: side, height: side, ...attributes });
  let values = null;
  function repaint() {
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, side, side);
    if (!values || !canvas.isConnected) return;
    const { ink, paper } = palette(canvas, ["ink", "paper"]);
    const image = pen.createImageData(side, side);
    values.forEach((value, i) => {
      const shade = Math.min(1, Math.max(0, value * std + mean));
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = paper[c] + shade * (ink[c] - paper[c]);
      image.data[4 * i + 3] = 255;
    });
    pen.putImageData(image, 0, 0);
  }
  function paint(next) {
    values = next;
    repaint();
  }
  return { node: canvas, paint, repaint };
}

export function captioned(image, caption) {
  const words = h("div", { class: "dgm-caption" }, caption);
  const node = h("div", { class: "dgm-image" }, image.node, words);
  return { node, say: (text) => (words.textContent = text) };
}

// The way over the sphere from one noise to another, which keeps it as loud as noise is; a straight
// line would be too quiet in the middle.
export function between(a, b, q) {
  const dot = (x, y) => x.reduce((total, value, i) => total + value * y[i], 0);
  const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  if (angle < 1e-6) return a.map((value, i) => value + q * (b[i] - value));
  const [p, r] = [Math.sin((1 - q) * angle), Math.sin(q * angle)].map((u) => u / Math.sin(angle));
  return a.map((value, i) => p * value + r * b[i]);
}

// A row of small images, each a button; onpick(j) when one is chosen.
export function makeStrip(count, side, grey, onpick) {
  const hidden = { "aria-hidden": "true" };
  const images = Array.from({ length: count }, () => makeImage(side, grey, hidden));
  const cells = images.map((image, j) => h("button", {
    type: "button", class: "dgm-cell", disabled: true, onclick: () => onpick(j), ...OWN_KEYS,
  }, image.node));
  const left = h("span", {});
  const right = h("span", {});
  const group = { class: "dgm-cells", role: "group", "aria-label": "Digits between two noises" };
  const node = h("div", { class: "dgm-strip", hidden: true },
    h("div", group, ...cells), h("div", { class: "dgm-ends", ...hidden }, left, right));
  return {
    node, count,
    open(from, to) {
      [left.textContent, right.textContent] = [from, to];
      node.hidden = false;
      images.forEach((image) => image.paint(null));
      cells.forEach((cell, j) => {
        cell.disabled = true;
        cell.setAttribute("aria-label", `Digit ${j + 1} of ${count}, from ${from} to ${to}`);
      });
      this.mark(-1);
    },
    close: () => (node.hidden = true),
    fill(j, values) {
      images[j].paint(values);
      cells[j].disabled = false;
    },
    mark: (chosen) =>
      cells.forEach((cell, j) => cell.setAttribute("aria-pressed", String(j === chosen))),
    repaint: () => images.forEach((image) => image.repaint()),
  };
}

export const levelOf = (step) =>
  step ? `noise level \u03c3/\u03b1 = ${Math.exp(step.level).toPrecision(2)}` : "no noise left";

// The largest difference of a pixel, on the scale from 0 to 1 that pixels are cut off at.
export function largestGap(x, y, [mean, std]) {
  const pixel = (value) => Math.min(1, Math.max(0, value * std + mean));
  return x.reduce((most, value, i) => Math.max(most, Math.abs(pixel(value) - pixel(y[i]))), 0);
}

// What is shown, and what it cost: `gap` is the difference from the stored digit, where it applies.
export function sentence({ from, label, guidance, last }, place, steps, gap) {
  const calls = steps.length;
  const total = calls + (guidance > 0 ? steps.filter((step) => step.guided).length : 0);
  const what = label < 0
    ? "any digit" : `digit ${label} ${guidance > 0 ? "with" : "without"} guidance`;
  const cost = last ? ` Computed on this page: ${total} calls of the network in ` +
    `${shown(last.ms, 0)} milliseconds, ${shown(last.ms / total, 1)} each.` : "";
  const same = gap === null ? "" : ` PyTorch made the same digit from this noise: the largest ` +
    `difference of a pixel is ${shown(gap, 3)} on the scale from 0 to 1.`;
  return `From ${from}, ${what}: step ${place} of ${calls}, ${levelOf(steps[place])}.${cost}${same}`;
}
