// The strip of digits between two noises, and the words of the picture.

import { makeImage } from "../kit/image.js";
import { h, OWN_KEYS, shown } from "../kit/ui.js";

// A row of small images, each a button; onpick(j) when one is chosen.
export function makeStrip(w, count, side, grey, onpick) {
  const hidden = { "aria-hidden": "true" };
  const images = Array.from({ length: count }, () => makeImage(w, side, grey, hidden));
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
  };
}

export const levelOf = (step) =>
  step ? `noise level \u03c3/\u03b1 = ${Math.exp(step.level).toPrecision(2)}` : "no noise left";

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
