// The picture of the score field in three layers: density, arrows, particles. The density is coarse
// and the browser stretches it; the arrows are drawn again only when the noise level changes.

import { densityRamp, rgba } from "../kit/colours.js";
import { makeDiscs } from "../kit/discs.js";
import { sharpen } from "../kit/stage.js";
import { h } from "../kit/ui.js";
import { evaluate } from "../maths/mixture.js";

const GAMMA = 0.65; // density^0.65: the light modes stay visible beside the heavy ones

// How far the data reach from the origin, in y; `aspect` is width / height.
export function reachOf({ means, covariances }, aspect) {
  const reach = means.map(([x, y], k) => {
    const [[xx], [, yy]] = covariances[k];
    return Math.max(Math.abs(y) + 3 * Math.sqrt(yy), (Math.abs(x) + 3 * Math.sqrt(xx)) / aspect);
  });
  return 1.08 * Math.max(...reach);
}

// `arrows`: how many in a column; `glow`: whether the density is painted.
export function makeFieldView(w, stage, { reach, aspect, spread, arrows, glow, onresize }) {
  const layers = [0, 1, 2].map(() => h("canvas", { "aria-hidden": "true" }));
  const [cells, field, canvas] = layers;
  const paint = cells.getContext("2d", { willReadFrequently: true });
  const pen = field.getContext("2d");
  let size = { width: 0, height: 0, ratio: 1 };
  let colours, ramp, discs;
  let half = reach; // half the height of the window, in the units of x

  function recolour() {
    if (!size.width) return;
    colours = w.colours;
    ramp = densityRamp(colours.low, colours.high);
    const { particle, halo } = colours;
    discs = makeDiscs(canvas, { radius: 1.6, colour: particle, halo, ratio: size.ratio });
  }

  stage.style.aspectRatio = aspect;
  stage.append(...layers);
  sharpen(w, canvas, (width, height, ratio) => {
    size = { width, height, ratio };
    field.width = canvas.width;
    field.height = canvas.height;
    recolour();
    onresize();
  });

  // The window follows the noise, so that p_t always fills it.
  function look(alpha, sigma) {
    half = Math.hypot(alpha * reach, spread * sigma);
  }

  const toStage = (x, y) => [0.5 + x / (2 * half * aspect), 0.5 - y / (2 * half)];
  const fromStage = (u, v) => [(u - 0.5) * 2 * half * aspect, (0.5 - v) * 2 * half];

  // The centres of columns x rows cells, as points.
  function lattice(columns, rows) {
    const points = new Float64Array(2 * columns * rows);
    for (let j = 0, i = 0; j < rows; j++) {
      for (let c = 0; c < columns; c++, i += 2) {
        points[i] = ((c + 0.5) / columns - 0.5) * 2 * half * aspect;
        points[i + 1] = (0.5 - (j + 0.5) / rows) * 2 * half;
      }
    }
    return points;
  }

  function paintDensity(law, budget) {
    const rows = Math.round(Math.min(140, Math.max(48, Math.sqrt(budget / (law.K * aspect)))));
    const columns = Math.round(rows * aspect);
    const logp = new Float64Array(columns * rows);
    evaluate(law, lattice(columns, rows), { logp });
    const top = logp.reduce((a, b) => Math.max(a, b));
    if (cells.width !== columns) cells.width = columns;
    if (cells.height !== rows) cells.height = rows;
    const image = paint.createImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = ramp[Math.round(255 * Math.exp(GAMMA * (logp[i] - top)))];
    }
    paint.putImageData(image, 0, 0);
  }

  function paintArrows(law) {
    const columns = Math.round(arrows * aspect);
    const points = lattice(columns, arrows);
    const score = new Float64Array(points.length);
    evaluate(law, points, { score });
    const pitch = field.height / arrows;
    const unit = 0.5 * half; // a score of 2 / (half window) already counts as strong
    pen.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      const [u, v] = toStage(points[i], points[i + 1]);
      const norm = Math.hypot(score[i], score[i + 1]) || 1;
      const length = pitch * (0.16 + 0.5 * Math.tanh((unit * norm) / 8));
      const dx = (length * score[i]) / norm;
      const dy = (-length * score[i + 1]) / norm;
      const x = u * field.width - dx / 2;
      const y = v * field.height - dy / 2;
      pen.moveTo(x, y);
      pen.lineTo(x + dx, y + dy);
      for (const side of [-1, 1]) { // the two strokes of the head
        pen.moveTo(x + dx, y + dy);
        pen.lineTo(x + 0.66 * dx + side * 0.2 * dy, y + 0.66 * dy - side * 0.2 * dx);
      }
    }
    pen.strokeStyle = rgba(colours.arrow, 0.55);
    pen.lineWidth = 1.1 * size.ratio;
    pen.lineCap = "round";
    pen.stroke();
  }

  // A bar of a round length: the window zooms, and this says how far.
  function paintScale() {
    const wanted = 0.5 * half * Math.min(1, aspect);
    const power = 10 ** Math.floor(Math.log10(wanted));
    const length = power * [5, 2, 1].find((m) => m * power <= wanted);
    const pixels = (length / (2 * half)) * field.height;
    const [x, y] = [12 * size.ratio, field.height - 12 * size.ratio];
    const s = size.ratio;
    pen.fillStyle = rgba(colours.paper, 0.7);
    pen.fillRect(x - 6 * s, y - 19 * s, pixels + 12 * s, 25 * s);
    pen.fillStyle = rgba(colours.ink, 0.8);
    pen.fillRect(x, y - s, pixels, 1.5 * s);
    pen.font = `${11 * s}px system-ui, sans-serif`;
    pen.fillText(String(Number(length.toPrecision(1))), x, y - 5 * s);
  }

  // What stands behind the particles; `budget` bounds the evaluations of one component.
  function drawField(law, budget) {
    if (!size.width) return;
    if (glow) paintDensity(law, budget);
    if (!arrows) return;
    pen.clearRect(0, 0, field.width, field.height);
    paintArrows(law);
    paintScale();
  }

  function draw(points) {
    if (!size.width) return;
    const { width, height } = canvas;
    discs(points, width / 2, height / 2, width / (2 * half * aspect), -height / (2 * half));
  }

  return { look, draw, drawField, recolour, toStage, fromStage };
}
