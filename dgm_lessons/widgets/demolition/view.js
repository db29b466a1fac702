// The pictures of the demolition: clouds of the mixture, and the log-SNR over the steps.

import { rgba } from "../kit/colours.js";
import { makeDiscs } from "../kit/discs.js";
import { sharpen } from "../kit/stage.js";
import { h, shown } from "../kit/ui.js";

const EXTENT = 3.4; // of the plane that is shown
const [TOP, BOTTOM] = [10, -12]; // of the log-SNR that is shown

// A cloud of points over faint circles, two standard deviations wide, where the data live.
export function makeCloudPlot(w, mixture, shade, attributes, onresize) {
  const rings = h("canvas", { "aria-hidden": "true" });
  const points = h("canvas", attributes);
  const node = h("div", { class: "dgm-stage dgm-cloud" }, rings, points);
  let paintDiscs = null;
  let ratio = 1;
  sharpen(w, points, (width, height, pixels) => {
    ratio = pixels;
    [rings.width, rings.height] = [points.width, points.height];
    recolour();
    onresize();
  });

  function recolour() {
    if (!points.clientWidth) return;
    const { colours } = w;
    const unit = points.width / (2 * EXTENT);
    paintDiscs = makeDiscs(points, { radius: 1.5, colour: colours[shade], halo: colours.halo, ratio });
    const pen = rings.getContext("2d");
    pen.clearRect(0, 0, rings.width, rings.height);
    pen.strokeStyle = rgba(colours.soft, 0.45);
    pen.lineWidth = ratio;
    mixture.means.forEach(([x, y], k) => {
      const [[xx], [, yy]] = mixture.covariances[k];
      pen.beginPath();
      pen.arc((x + EXTENT) * unit, (EXTENT - y) * unit, 2 * Math.sqrt((xx + yy) / 2) * unit, 0, 7);
      pen.stroke();
    });
  }

  function paint(cloud) {
    if (!paintDiscs) return;
    const unit = points.width / (2 * EXTENT);
    paintDiscs(cloud, EXTENT * unit, EXTENT * unit, unit, -unit);
  }
  return { node, canvas: points, paint, recolour };
}

// log-SNR over the steps for all chains; `place` gives where a step stands on the chosen one.
export function makeLevelPlot(w, stage, chains, onresize) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  let ratio = 1;
  stage.append(canvas);
  sharpen(w, canvas, (width, height, pixels) => {
    ratio = pixels;
    onresize();
  });
  const height = (level) => (TOP - Math.min(TOP, Math.max(BOTTOM, level))) / (TOP - BOTTOM);
  const inset = 0.04; // so that the handle stays inside
  const across = (u) => inset + (1 - 2 * inset) * u;
  const along = (x) => Math.min(1, Math.max(0, (x - inset) / (1 - 2 * inset)));
  const place = (chain, i) => [across(i / chain.L), across(height(chain.logSnr(i)))];

  function paint(chosen, walker) {
    if (!canvas.clientWidth) return;
    const pen = canvas.getContext("2d");
    const { colours } = w;
    const { width: W, height: H } = canvas;
    pen.clearRect(0, 0, W, H);
    pen.font = `${11 * ratio}px system-ui, sans-serif`;
    pen.textBaseline = "bottom";
    for (const level of [5, 0, -5, -10]) {
      const y = across(height(level)) * H;
      pen.fillStyle = rgba(level ? colours.line : colours.soft);
      pen.fillRect(0, y, W, ratio);
      pen.fillStyle = rgba(colours.soft);
      pen.textAlign = "left";
      pen.fillText(String(level).replace("-", "\u2212"), 4 * ratio, y - ratio);
      pen.textAlign = "right";
      if (!level) pen.fillText("as much noise as data", W - 5 * ratio, y - ratio);
    }
    for (const [key, chain] of Object.entries(chains)) {
      const mine = key === chosen;
      pen.beginPath();
      for (let i = 1; i <= chain.L; i += 3) {
        const [x, y] = place(chain, i);
        pen.lineTo(x * W, y * H);
      }
      pen.strokeStyle = rgba(mine ? colours.high : colours.soft, mine ? 1 : 0.55);
      pen.lineWidth = (mine ? 2.6 : 1.4) * ratio;
      pen.setLineDash(mine ? [] : [5 * ratio, 4 * ratio]);
      pen.stroke();
    }
    pen.setLineDash([]);
    if (walker === null) return;
    const [x, y] = place(chains[chosen], walker);
    pen.beginPath();
    pen.arc(x * W, y * H, 5.5 * ratio, 0, 7);
    pen.fillStyle = rgba(colours.particle);
    pen.fill();
  }
  return { paint, place, along };
}

export const largest = (values) => values.indexOf(values.reduce((a, b) => Math.max(a, b)));

// What the scrubber shows, in words: the noise level, and whom the guess averages.
export function situation(chain, i, weights, labels) {
  const level = i ? shown(chain.logSnr(i), 1) : "\u221e";
  const likely = largest(weights);
  const crowd = weights.reduce((count, w) => count + (w > 0.01), 0);
  return `Step ${i} of ${chain.L}: \u1fb1 = ${shown(chain.alpha(i), 3)}, ` +
    `\u03c3\u0304 = ${shown(chain.sigma(i), 3)}, log-SNR ${level}. ` +
    `One jump: the likeliest of the ${weights.length} stored digits, a ${labels[likely]}, has ` +
    `${shown(100 * weights[likely], 0)}% of the weight; ${crowd} ${crowd === 1 ? "has" : "have"} ` +
    "above 1%.";
}

// Where the walk ended; `far` are the distances of three clouds from fresh data.
export function verdict(labels, truth, end, far) {
  const found = end === truth
    ? "the very digit that was torn down"
    : `another digit, a ${labels[end]} (it was ${labels[end] === labels[truth] ? "also " : ""}a ` +
      `${labels[truth]})`;
  const [jump, walk, floor] = far.map((value) => shown(value));
  return `Step by step gave ${found}. Distance of the clouds from fresh data: one jump ${jump}, ` +
    `step by step ${walk}, other true data ${floor}.`;
}
