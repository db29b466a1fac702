// The pictures: the noisy law in shades with some noisy points and their arrows; and a disc, with the
// average of the arrows that start in it and sigma^2 times the exact score. A lens shows them larger.

import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { diffuse, evaluate } from "../maths/mixture.js";
import { clean, noisy } from "../maths/pointing.js";

const SHOWN = 110; // noisy points with their arrows
const FANNED = 36; // arrows of the disc, and how far the lens looks, in sigma
const REACH = 2.4;

const DESCRIPTION = "Noisy points, each with an arrow to its clean point, and a disc with the average of the " +
  "arrows that start in it. The numbers stand in the text below.";

export function makeView(w, [wide, high], now) {
  return makePlot(w, {
    label: DESCRIPTION, aspect: 1.3, x: { range: [-wide, wide], name: "x\u2081" }, y: { range: [-high, high], name: "x\u2082" },
    draw(p) {
      paintDensity(p, now());
      paintCrowd(p, now());
    },
    over: (p) => paintDisc(p, now()),
  });
}

function paintDensity(p, { crowd, sigma }) {
  const law = diffuse(crowd.law, 1, sigma);
  const logp = new Float64Array(1);
  const density = (a, b) => {
    evaluate(law, [a, b], { logp });
    return Math.exp(logp[0]);
  };
  // the highest value: near a clean point
  const top = Math.max(...crowd.law.means.map(([a, b]) => density(a, b)));
  p.heat((a, b) => 0.8 * (density(a, b) / top) ** 0.7, 84, 64);
}

function paintCrowd(p, { crowd, sigma }) {
  for (let i = 0; i < SHOWN; i++) p.arrow(noisy(crowd, sigma, i), clean(crowd, i), "arrow", { width: 1, shade: 0.42 });
  p.dots(Array.from({ length: SHOWN }, (_, i) => noisy(crowd, sigma, i)), "particle", { radius: 2.4 });
}

const around = ([a, b], radius) => Array.from({ length: 41 }, (_, k) =>
  [a + radius * Math.cos((k * Math.PI) / 20), b + radius * Math.sin((k * Math.PI) / 20)]);

function paintDisc(p, { x, radius, disc, exact, fresh }) {
  p.curve(around(x, radius), "ink", { width: 1.4, fill: 0.1, base: x[1] });
  paintAverages(p, x, disc, exact);
  if (fresh) p.text("drag me", ...x, { bold: true, size: 13, dy: exact.mean[1] > 0 ? 24 : -24 });
}

// The exact arrow is broad, the average of the disc's lies on it.
function paintAverages(p, x, disc, exact) {
  const tip = ({ mean }) => [x[0] + mean[0], x[1] + mean[1]];
  p.arrow(x, tip(exact), "paper", { width: 10 });
  p.arrow(x, tip(exact), "high", { width: 7 });
  if (disc.count < 3) return;
  p.arrow(x, tip(disc), "paper", { width: 3.6 });
  p.arrow(x, tip(disc), "ink", { width: 2.2 });
}

// The disc magnified: REACH standard deviations of the noise to each side.
export function makeLens(w, now) {
  const lens = makePlot(w, {
    label: "The disc magnified, with the arrows that start in it", aspect: 1.25, x: { range: [-1, 1], hidden: true },
    y: { range: [-1, 1], hidden: true }, margin: { left: 0, right: 0, top: 0, bottom: 0 },
    draw(p) {
      const { crowd, sigma, x, radius, disc, exact } = now();
      p.curve(around(x, radius), "ink", { width: 1, fill: 0.1, base: x[1] });
      for (const i of disc.found.slice(0, FANNED)) {
        p.arrow(noisy(crowd, sigma, i), clean(crowd, i), "particle", { width: 1.2, shade: 0.7 });
      }
      paintAverages(p, x, disc, exact);
      p.words("the disc, magnified", 8, 8, { align: "left", baseline: "top", size: 12, colour: "soft" });
    },
  });
  return { node: lens.node, look() {
    const { x: [a, b], sigma } = now();
    lens.x.range = [a - 1.25 * REACH * sigma, a + 1.25 * REACH * sigma];
    lens.y.range = [b - REACH * sigma, b + REACH * sigma];
    lens.redraw();
  } };
}

export const marks = (w) => legend([
  ["heat", "high", "density of the noisy points"], ["dot", "particle", "noisy point"],
  ["arrow", "arrow", "the way to its clean point"],
  ["ring", "ink", "disc (drag, or arrow keys)"], ["arrow", "particle", "arrows that start in the disc"],
  ["arrow", "ink", "their average"],
  ["line", "high", w.knows("score") ? "\u03c3\u00b2 \u00d7 exact score" : "the exact average"],
]);
