// The pictures: the exact score, the learned one upon it, particles, and the error as it falls.

import { rgba } from "../kit/colours.js";
import { makePlot } from "../kit/plot.js";
import { diffuse, evaluate } from "../maths/mixture.js";

const ROWS = 15; // arrows in a column
const GAMMA = 0.6; // density^0.6: light modes stay visible beside heavy ones
const LINES = { denoising: ["particle", []], sliced: ["high", [6, 4]], implicit: ["ink", [2, 3]] };

// The places of the arrows: x, y, x, y, ... on a square window.
export function latticeOf(half) {
  const at = (i) => (((2 * i + 1) / ROWS) - 1) * half;
  return Float64Array.from({ length: 2 * ROWS * ROWS }, (_, i) => (i % 2 ? at(Math.floor(i / 2 / ROWS)) : at((i >> 1) % ROWS)));
}

// Arrows along minus the noise, which is sigma times the score; long ones are drawn shorter.
function paintArrows({ pen, X, Y, box, ink }, places, noise, colour, { width = 1.2, shade = 1 } = {}) {
  const pitch = box.width / ROWS;
  pen.beginPath();
  for (let i = 0; i < places.length; i += 2) {
    const size = Math.hypot(noise[i], noise[i + 1]) || 1;
    const length = pitch * (0.12 + 0.8 * Math.tanh(size / 2.5));
    const [dx, dy] = [(-length * noise[i]) / size, (length * noise[i + 1]) / size];
    const [x, y] = [X(places[i]) - dx / 2, Y(places[i + 1]) - dy / 2];
    pen.moveTo(x, y);
    pen.lineTo(x + dx, y + dy);
    for (const side of [-1, 1]) {
      pen.moveTo(x + dx, y + dy);
      pen.lineTo(x + 0.66 * dx + side * 0.2 * dy, y + 0.66 * dy - side * 0.2 * dx);
    }
  }
  pen.strokeStyle = ink(colour, shade);
  pen.lineWidth = width;
  pen.lineCap = "round";
  pen.stroke();
}

function paintPoints({ pen, X, Y, colours }, points, colour, radius) {
  pen.beginPath();
  for (let i = 0; i < points.length; i += 2) {
    pen.moveTo(X(points[i]) + radius, Y(points[i + 1]));
    pen.arc(X(points[i]), Y(points[i + 1]), radius, 0, 2 * Math.PI);
  }
  pen.fillStyle = rgba(colours[colour], 0.8);
  pen.fill();
}

// Two pictures of one window: `scene()` gives { mixture, sigma, drawn, exact, learned, particles }.
export function makeFieldPlots(w, half, scene) {
  const places = latticeOf(half);
  const axis = () => ({ range: [-half, half], hidden: true });
  const margin = { left: 0, right: 0, top: 0, bottom: 0 };
  const glow = (p) => {
    const { mixture, sigma } = scene();
    const law = diffuse(mixture, 1, sigma);
    const side = mixture.means.length > 16 ? 48 : 80;
    const points = new Float64Array(2 * side * side).map((_, i) =>
      half * (i % 2 ? 1 - (2 * Math.floor(i / 2 / side) + 1) / side : (2 * ((i >> 1) % side) + 1) / side - 1));
    const logp = new Float64Array(side * side);
    evaluate(law, points, { logp });
    const top = logp.reduce((a, b) => Math.max(a, b));
    let i = 0;
    p.heat(() => 0.8 * Math.exp(GAMMA * (logp[i++] - top)), side, side);
  };
  const dots = (p, which) => {
    const { drawn, particles } = scene();
    if (particles) paintPoints(p, particles[which], "particle", 1.7);
    else paintPoints(p, drawn, "ink", 2.2);
  };
  const exact = makePlot(w, { label: "The exact score as arrows, and the density of the noisy data", aspect: 1, x: axis(), y: axis(), margin,
    draw: glow, over(p) {
      paintArrows(p, places, scene().exact, "arrow", { shade: scene().particles ? 0.35 : 0.9 });
      dots(p, "exact");
    } });
  const learned = makePlot(w, { label: "The learned score as arrows, upon the exact one", aspect: 1, x: axis(), y: axis(), margin,
    draw: (p) => paintArrows(p, places, scene().exact, "arrow", { width: 2.6, shade: 0.25 }),
    over(p) {
      paintArrows(p, places, scene().learned, "high", { width: 1.4, shade: scene().particles ? 0.5 : 1 });
      dots(p, "learned");
    } });
  return { places, exact, learned };
}

// The error of each loss against the seconds of training, both runs of the past and the one at work.
export function makeCurves(w, curves) {
  const plot = makePlot(w, {
    label: "The error of the noise against the seconds of training", aspect: 2.3,
    x: { range: [0, 6], name: "seconds of training" }, y: { range: [0.02, 1], log: true, name: "RMSE of the noise" },
    draw(p) {
      for (const [loss, points] of Object.entries(curves)) {
        if (points.length > 1) p.curve(points, LINES[loss][0], { width: 2, dash: LINES[loss][1] });
        if (points.length) p.dots([points.at(-1)], LINES[loss][0], { radius: 3 });
      }
    },
  });
  const redraw = () => {
    plot.x.range = [0, Math.max(6, ...Object.values(curves).map((points) => 1.03 * (points.at(-1)?.[0] ?? 0)))];
    plot.redraw();
  };
  return { node: plot.node, redraw };
}
export const LEGEND = [["line", "particle", "denoising"], ["dash", "high", "sliced"], ["dots", "ink", "implicit"]];
