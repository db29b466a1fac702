// The picture of the score field: density and arrows, the particles over them, the probe on top. The
// density is coarse and the browser stretches it.

import { densityRamp, rgba } from "../kit/colours.js";
import { makeDiscs } from "../kit/discs.js";
import { makePlot } from "../kit/plot.js";
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

// `arrows`: how many in a column; `glow`: whether the density is painted; `over`: the top layer.
export function makeFieldView(w, { label, aspect, reach, spread, arrows, glow, over, points }) {
  let [law, budget, discs] = [null, 0, null];
  const plot = makePlot(w, {
    label, aspect, over, x: { range: [-1, 1], hidden: true }, y: { range: [-1, 1], hidden: true },
    margin: { left: 0, right: 0, top: 0, bottom: 0 },
    draw(p) {
      if (!law) return;
      if (glow) paintDensity(p.colours);
      if (!arrows) return;
      paintArrows(p);
      paintScale(p);
    },
  });
  const [cells, canvas] = ["density", "particles"].map((name) =>
    h("canvas", { class: `dgm-layer-${name}`, "aria-hidden": "true" }));
  plot.canvases.plot.before(cells);
  plot.canvases.plot.after(canvas);
  const paint = cells.getContext("2d", { willReadFrequently: true });
  const ink = (ratio = canvas.width / canvas.clientWidth) => {
    const { particle, halo } = w.colours;
    if (canvas.clientWidth) discs = makeDiscs(canvas, { radius: 1.6, colour: particle, halo, ratio });
    draw();
  };
  sharpen(w, canvas, () => ink());
  w.onRepaint(() => ink());

  // The window follows the noise, so that p_t always fills it.
  function look(next, evaluations) {
    [law, budget] = [next, evaluations];
    const half = Math.hypot(law.alpha * reach, spread * law.sigma);
    plot.x.range = [-half * aspect, half * aspect];
    plot.y.range = [-half, half];
    plot.redraw("plot");
    draw();
  }

  // The centres of columns x rows cells, as points.
  function lattice(columns, rows) {
    const [wide, high] = [plot.x.range[1], plot.y.range[1]];
    const points = new Float64Array(2 * columns * rows);
    for (let j = 0, i = 0; j < rows; j++) {
      for (let c = 0; c < columns; c++, i += 2) {
        points[i] = ((2 * c + 1) / columns - 1) * wide;
        points[i + 1] = (1 - (2 * j + 1) / rows) * high;
      }
    }
    return points;
  }

  function paintDensity({ low, high }) {
    const rows = Math.round(Math.min(140, Math.max(48, Math.sqrt(budget / (law.K * aspect)))));
    const columns = Math.round(rows * aspect);
    const logp = new Float64Array(columns * rows);
    evaluate(law, lattice(columns, rows), { logp });
    const top = logp.reduce((a, b) => Math.max(a, b));
    const ramp = densityRamp(low, high);
    if (cells.width !== columns) cells.width = columns;
    if (cells.height !== rows) cells.height = rows;
    const image = paint.createImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = ramp[Math.round(255 * Math.exp(GAMMA * (logp[i] - top)))];
    paint.putImageData(image, 0, 0);
  }

  function paintArrows({ pen, X, Y, box, colours }) {
    const points = lattice(Math.round(arrows * aspect), arrows);
    const score = new Float64Array(points.length);
    evaluate(law, points, { score });
    const [pitch, unit] = [box.height / arrows, 0.5 * plot.y.range[1]]; // a score of 2 / (half window) is strong
    pen.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      const norm = Math.hypot(score[i], score[i + 1]) || 1;
      const length = pitch * (0.16 + 0.5 * Math.tanh((unit * norm) / 8));
      const [dx, dy] = [(length * score[i]) / norm, (-length * score[i + 1]) / norm];
      const [x, y] = [X(points[i]) - dx / 2, Y(points[i + 1]) - dy / 2];
      pen.moveTo(x, y);
      pen.lineTo(x + dx, y + dy);
      for (const side of [-1, 1]) { // the two strokes of the head
        pen.moveTo(x + dx, y + dy);
        pen.lineTo(x + 0.66 * dx + side * 0.2 * dy, y + 0.66 * dy - side * 0.2 * dx);
      }
    }
    pen.strokeStyle = rgba(colours.arrow, 0.55);
    pen.lineWidth = 1.1;
    pen.lineCap = "round";
    pen.stroke();
  }

  // A bar of a round length: the window zooms, and this says how far.
  function paintScale({ pen, box, colours, words }) {
    const wanted = 0.5 * plot.y.range[1] * Math.min(1, aspect);
    const power = 10 ** Math.floor(Math.log10(wanted));
    const length = power * [5, 2, 1].find((m) => m * power <= wanted);
    const [x, y, pixels] = [12, box.height - 12, (length / (2 * plot.y.range[1])) * box.height];
    pen.fillStyle = rgba(colours.paper, 0.7);
    pen.fillRect(x - 6, y - 19, pixels + 12, 25);
    pen.fillStyle = rgba(colours.ink, 0.8);
    pen.fillRect(x, y - 1, pixels, 1.5);
    words(String(Number(length.toPrecision(1))), x, y - 9, { align: "left", size: 11 });
  }

  function draw() {
    if (!discs) return;
    const { width, height } = canvas;
    discs(points, width / 2, height / 2, width / (2 * plot.x.range[1]), -height / (2 * plot.y.range[1]));
  }

  return { plot, look, draw };
}
