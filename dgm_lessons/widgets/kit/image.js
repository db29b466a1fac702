// Pictures of a few pixels, such as digits, in the page's own ink.

import { h } from "./ui.js";

// side x side pixels: paint(values) takes shades in units of which mean and std make ink, 0 to 1;
// null leaves it empty. It follows the page into the dark.
export function makeImage(w, side, [mean, std], attributes) {
  const canvas = h("canvas", { width: side, height: side, class: "dgm-pixels", ...attributes });
  let values = null;
  function repaint() {
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, side, side);
    if (!values) return;
    const { ink, paper } = w.colours;
    const image = pen.createImageData(side, side);
    values.forEach((value, i) => {
      const shade = Math.min(1, Math.max(0, value * std + mean));
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = paper[c] + shade * (ink[c] - paper[c]);
      image.data[4 * i + 3] = 255;
    });
    pen.putImageData(image, 0, 0);
  }
  w.onRepaint(repaint);
  return {
    node: canvas,
    paint(next) {
      values = next;
      repaint();
    },
  };
}

// An image with words below it: say(text).
export function captioned(image, text = "") {
  const words = h("div", { class: "dgm-caption" }, text);
  return { node: h("div", { class: "dgm-image" }, image.node, words), say: (now) => (words.textContent = now) };
}
