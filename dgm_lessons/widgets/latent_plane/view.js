// The map of the plane: what the decoder draws everywhere, faintly, and the test digits as numerals.

import { classColour, rgba } from "../kit/colours.js";
import { makeTicker } from "../kit/player.js";
import { makeStage } from "../kit/stage.js";
import { h, reducedMotion } from "../kit/ui.js";
import { mosaicCell } from "../maths/plane.js";

export const SIDE = 28; // pixels of a digit
const CELLS = 17; // of the mosaic, in a row
const FAINT = 0.34; // of its ink
const PATIENCE = 5; // milliseconds of a frame that may go into decoding

const ABOUT = "The plane of codes. Each encoded test digit stands as its numeral at its code; behind them, " +
  "the digits that the decoder draws there.";

// The mosaic grows, some cells a frame, once the map is in sight, and is there at once for those who want no motion.
export function makeMap(w, decode, points, extent) {
  const canvas = new OffscreenCanvas(CELLS * SIDE, CELLS * SIDE); // ink as opacity; the colour comes later
  let cell = 0;
  const stage = makeStage(w, { label: ABOUT, painters: {
    mosaic(pen, { width, height }, { ink }) {
      pen.drawImage(canvas, 0, 0, width, height);
      pen.globalCompositeOperation = "source-in";
      pen.fillStyle = rgba(ink);
      pen.fillRect(0, 0, width, height);
      pen.globalCompositeOperation = "source-over";
    },
    map: (pen, size, colours) => paintMap(pen, size, colours, points, extent),
  } });
  function grow() {
    const image = inked(mosaicCell(decode, extent, CELLS, cell));
    canvas.getContext("2d").putImageData(image, SIDE * (cell % CELLS), SIDE * Math.floor(cell / CELLS));
    return ++cell < CELLS ** 2;
  }
  if (reducedMotion()) while (grow());
  else {
    const ticker = makeTicker(w, () => {
      const end = performance.now() + PATIENCE;
      let more = true;
      while (more && performance.now() < end) more = grow();
      stage.redraw("mosaic");
      if (!more) ticker.stop();
    });
    ticker.start();
  }
  return stage;
}

// An image as pixels: how opaque each of them is.
function inked(values) {
  const image = new ImageData(SIDE, SIDE);
  values.forEach((value, i) => (image.data[4 * i + 3] = 255 * FAINT * value));
  return image;
}

function paintMap(pen, { width, height }, { paper, soft }, points, extent) {
  pen.strokeStyle = rgba(soft, 0.8);
  pen.lineWidth = 1.5;
  for (const radius of [1, 2]) {
    pen.beginPath();
    pen.arc(width / 2, height / 2, (radius / extent) * (width / 2), 0, 2 * Math.PI);
    pen.stroke();
  }
  pen.font = "600 10px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.strokeStyle = rgba(paper, 0.75);
  pen.lineWidth = 2;
  pen.lineJoin = "round";
  points.labels.forEach((label, i) => {
    pen.fillStyle = classColour(label, 10, paper);
    const [x, y] = [points.places[2 * i], points.places[2 * i + 1]];
    const place = [width * (0.5 + x / (2 * extent)), height * (0.5 - y / (2 * extent))];
    pen.strokeText(String(label), ...place);
    pen.fillText(String(label), ...place);
  });
}

// A bar for each class among the neighbours, as wide as it is frequent.
export function makeNear(w) {
  const node = h("div", { class: "dgm-near", "aria-hidden": "true" });
  const show = (found) => node.replaceChildren(...found.map(([label, count]) => {
    const bar = h("i", { class: "dgm-bar" }, h("b", {}, String(label)));
    bar.style.flexGrow = count;
    bar.style.color = classColour(label, 10, w.colours.paper);
    return bar;
  }));
  return { node, show };
}
