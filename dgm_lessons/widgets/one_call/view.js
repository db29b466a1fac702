// The wall of digits, and one of them in four ways.

import { rgba } from "../kit/colours.js";
import { captioned, makeImage } from "../kit/image.js";
import { makeStage } from "../kit/stage.js";
import { h, shown } from "../kit/ui.js";

export const TILES = 5; // of the wall, in a row
export const SIDE = 28; // pixels of a digit
export const SAMPLER = 18; // its steps

const ABOUT = "A wall of 25 digits, each from its own noise; the digit in the middle is framed. The text below says the numbers.";

// paint(pixels): the digits one after another, ink 0 to 1.
export function makeWall(w) {
  const canvas = new OffscreenCanvas(TILES * SIDE, TILES * SIDE); // ink as opacity; the colour comes later
  const stage = makeStage(w, { label: ABOUT, painters: {
    digits(pen, { width, height }, { ink }) {
      pen.drawImage(canvas, 0, 0, width, height);
      pen.globalCompositeOperation = "source-in";
      pen.fillStyle = rgba(ink);
      pen.fillRect(0, 0, width, height);
      pen.globalCompositeOperation = "source-over";
    },
    lines(pen, { width, height }, { line, accent }) {
      pen.strokeStyle = rgba(line);
      pen.lineWidth = 1;
      pen.beginPath();
      for (let k = 1; k < TILES; k++) {
        pen.moveTo((k * width) / TILES, 0);
        pen.lineTo((k * width) / TILES, height);
        pen.moveTo(0, (k * height) / TILES);
        pen.lineTo(width, (k * height) / TILES);
      }
      pen.stroke();
      pen.strokeStyle = rgba(accent);
      pen.lineWidth = 2.5;
      pen.strokeRect((2 * width) / TILES, (2 * height) / TILES, width / TILES, height / TILES);
    },
  } });
  const image = new ImageData(TILES * SIDE, TILES * SIDE);
  stage.paint = (pixels) => {
    for (let p = 0; p < pixels.length; p++) {
      const [tile, place] = [Math.floor(p / SIDE ** 2), p % SIDE ** 2];
      const row = SIDE * Math.floor(tile / TILES) + Math.floor(place / SIDE);
      image.data[4 * (TILES * SIDE * row + SIDE * (tile % TILES) + (place % SIDE)) + 3] = 255 * pixels[p];
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    stage.redraw("digits");
  };
  return stage;
}

// `measured`: a row for each way of drawing, which begins with its calls and its Frechet distance.
export function makeFour(w, measured) {
  const parts = measured.map(([calls, distance]) => {
    const image = makeImage(w, SIDE, [0, 1], { role: "img", "aria-label": `The digit in the middle, ${called(calls)}` });
    return { calls, image, ...captioned(image, `${called(calls)}\n${shown(distance)}`) };
  });
  return {
    node: h("div", {}, h("p", { class: "dgm-caption dgm-about" }, "The framed digit, at the nearest of 64 stops, and the Fr\u00e9chet distance of 10,000 such digits"),
      h("div", { class: "dgm-four" }, ...parts.map(({ node }) => node))),
    paint: (calls, pixels) => parts.find((part) => part.calls === calls).image.paint(pixels),
    mark: (calls) => parts.forEach((part) => part.node.classList.toggle("dgm-now", part.calls === calls)),
  };
}

export const called = (calls) => (calls === 1 ? "1 call" : `${calls} ${calls === SAMPLER ? "steps" : "calls"}`);
