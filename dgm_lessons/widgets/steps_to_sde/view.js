// The pictures: the chain over the limit, the law at one time beside it, and what the path's increments add up to.

import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { logAt } from "../maths/walkers.js";

const FRAME = { top: 24, bottom: 38 };
const BINS = 44;

// The window of time that is looked at.
export function windowOf({ centre, zoom }) {
  const width = 2 ** -zoom;
  const low = Math.min(1 - width, Math.max(0, centre - width / 2));
  return [low, low + width];
}

// The points of a path on [0, 1] that lie in the window, and one more on either side.
function within(path, [low, high]) {
  const steps = path.length - 1;
  const [first, last] = [Math.max(0, Math.floor(low * steps)), Math.min(steps, Math.ceil(high * steps))];
  return Array.from({ length: last - first + 1 }, (_, k) => [(first + k) / steps, path[first + k]]);
}

export const shape = ({ weights, means, std }, { alpha, variance }) => ({
  weights, means: means.map((m) => alpha * m), std: Math.sqrt(alpha ** 2 * std ** 2 + variance),
});

// s: data, limit (the path), chain (the path), crowd (places at the time looked at), now(), half
export function makeViews(w, s) {
  const paths = makePlot(w, {
    label: "The chain's path over the path of its limit; the numbers stand in the text below", aspect: 1.12,
    x: { range: [0, 1], name: "time t" }, y: { range: [-4, 4], name: "x" }, margin: FRAME,
    draw(p) {
      p.curve(within(s.limit, paths.x.range), "ode", { width: 1, shade: 0.55 });
      const points = within(s.chain, paths.x.range);
      p.curve(points, "particle", { width: 2 });
      if (points.length < 70) p.dots(points, "particle", { radius: 3.2, ring: "paper" });
    },
    over(p) {
      const { centre, zoom } = s.f.now;
      p.line([centre, paths.y.range[0]], [centre, paths.y.range[1]], "soft", { width: 1, dash: [2, 3] });
      if (!zoom && s.fresh()) p.text("drag me", centre, s.limitAt(), { dy: -26, bold: true, size: 13 });
    },
  });
  const law = makePlot(w, {
    label: "The law at the time looked at: of the limit, of the chain, and of 600 chains",
    x: { range: [0, 1], hidden: true }, y: { range: [-4, 4], hidden: true }, margin: { ...FRAME, left: 4, right: 8 },
    draw(p) {
      const { limit, chain } = s.laws();
      const [low, high] = law.y.range;
      const cell = (high - low) / BINS;
      const bars = new Float64Array(BINS);
      for (const x of s.crowd()) {
        const bin = Math.floor((x - low) / cell);
        if (bin >= 0 && bin < BINS) bars[bin] += 1 / (s.crowd().length * cell);
      }
      const at = Array.from({ length: 161 }, (_, j) => low + (j / 160) * (high - low));
      const line = (l) => at.map((x) => [Math.exp(logAt(shape(s.data(), l), x)), x]);
      const [exact, coarse] = [line(limit), line(chain)];
      const most = 1.1 * Math.max(...bars, ...exact.map(([d]) => d), ...coarse.map(([d]) => d));
      p.pen.fillStyle = p.ink("particle", 0.35);
      bars.forEach((bar, b) => p.pen.fillRect(p.X(0), p.Y(low + (b + 1) * cell) + 0.5, p.X(bar / most) - p.X(0),
        p.Y(0) - p.Y(cell) - 1));
      const scaled = (points) => points.map(([d, x]) => [d / most, x]);
      p.curve(scaled(exact), "high", { width: 2.4 });
      p.curve(scaled(coarse), "particle", { width: 2, dash: [5, 4] });
      p.words("law", 6, 12, { align: "left", size: 11, colour: "soft" });
    },
  });
  return { paths, law, ruler: makeRuler(w, s) };
}

// Over the number of steps: what Brownian motion's increments add up to, and how steep they are.
function makeRuler(w, s) {
  const ends = [6, 1400];
  return makePlot(w, {
    label: "Quadratic variation and difference quotient over the number of steps", aspect: 1.25,
    x: { range: ends, name: "number of steps L", log: true, ticks: [8, 32, 128, 512] },
    y: { range: [0.3, 60], name: "of the Brownian path", log: true, ticks: [0.5, 1, 2, 5, 10, 20, 50] },
    draw(p) {
      p.line([ends[0], 1], [ends[1], 1], "high", { width: 2 });
      p.curve(ends.map((L) => [L, Math.sqrt((2 * L) / Math.PI)]), "ink", { width: 2, dash: [6, 4] });
      for (const [L, { square, quotient }] of s.known) {
        const ring = L === 2 ** s.f.now.level ? "ink" : "paper";
        p.dots([[L, square]], "high", { radius: 4.5, ring });
        p.dots([[L, quotient]], "particle", { radius: 4.5, ring });
      }
    },
  });
}

export const pathMarks = () => legend([
  ["line", "particle", "chain of L steps"], ["line", "ode", "its limit, the same noise"],
  ["line", "high", "law of the limit"], ["dash", "particle", "law of the chain"], ["area", "particle", "600 chains"],
  ["handle", "ode", "time looked at (drag, or arrow keys)"],
]);
export const rulerMarks = () => legend([
  ["dot", "high", "\u03a3(\u0394w)\u00b2"], ["line", "high", "its limit, t = 1"],
  ["dot", "particle", "mean of |\u0394w|/\u0394t"], ["dash", "ink", "expected, \u221a(2L/\u03c0)"],
]);
