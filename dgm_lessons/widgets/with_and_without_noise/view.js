// The pictures: paths over the heat map of p_t, the crowd at the cursor beside it, and the final distances
// that a reader has met, over the share.

import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { shown } from "../kit/ui.js";
import { evaluate } from "../maths/mixture.js";

const HALF = 3.6; // of the axis of x
const [COLUMNS, ROWS, BINS, PATHS] = [200, 120, 48, 14];
const DISTANCES = [0.004, 10];
const FRAME = { top: 24, bottom: 38 };

function shadesOf({ laws, times }, begin) {
  const shades = new Float64Array(COLUMNS * ROWS);
  const x = Float64Array.from({ length: ROWS }, (_, j) => (1 - (2 * (j + 0.5)) / ROWS) * HALF);
  const logp = new Float64Array(ROWS);
  let i = times.length - 1;
  for (let c = 0; c < COLUMNS; c++) {
    while (i > 0 && times[i] < ((c + 0.5) / COLUMNS) * begin) i--;
    evaluate(laws[i], x, { logp });
    const top = logp.reduce((a, b) => Math.max(a, b));
    for (let j = 0; j < ROWS; j++) shades[j * COLUMNS + c] = 0.85 * Math.exp(logp[j] - top);
  }
  return shades;
}

const held = (x) => Math.min(HALF, Math.max(-HALF, x));

export function makeBackwardView(w, s) {
  let shades = null;
  const heat = (p) => {
    let k = 0;
    p.heat(() => shades[k++], COLUMNS, ROWS);
  };
  const line = (p, k, last, style) => {
    const row = s.states.slice(0, last + 1).map((x, i) => [s.course.times[i], held(x[k])]);
    p.curve(row, "particle", style);
  };
  const plot = makePlot(w, {
    label: "Heat map of the density over time, data on the left, noise on the right, with the paths of 14 " +
      "particles. The numbers stand in the text below.",
    aspect: 1.45, margin: FRAME, x: { range: [0, 1], name: "time t: data to noise" },
    y: { range: [-HALF, HALF], name: "x" },
    draw(p) {
      if (!s.course) return;
      heat(p);
      for (let k = 0; k < PATHS; k++) line(p, k, s.states.length - 1, { width: 1, shade: 0.25 });
    },
    over(p) {
      if (!s.course) return;
      const i = s.now();
      for (let k = 0; k < PATHS; k++) line(p, k, i, { width: 1.4, shade: 0.9 });
      p.line([s.course.times[i], -HALF], [s.course.times[i], HALF], "ink", { width: 1, shade: 0.7 });
      p.dots(Array.from({ length: PATHS }, (_, k) => [s.course.times[i], held(s.states[i][k])]), "particle", { radius: 3 });
    },
  });
  const side = makePlot(w, {
    label: "The histogram of the crowd at the cursor, over the density",
    x: { range: [0, 1], hidden: true }, y: { range: [-HALF, HALF], hidden: true },
    margin: { ...FRAME, left: 4, right: 4 }, draw: (p) => s.course && paintCrowd(p, s),
  });
  const ruler = makePlot(w, {
    label: "Final distance to the data over the share of Langevin, for what has been tried",
    aspect: 1.35, x: { range: [0, 2], name: "share of Langevin" },
    y: { range: DISTANCES, log: true, name: "final distance W\u2081" },
    draw: (p) => s.course && paintRuler(p, s),
  });
  function enter() {
    shades = shadesOf(s.course, s.f.now.begin);
    plot.x.range = [0, s.f.now.begin];
  }
  return { plot, side, ruler, enter };
}

function paintCrowd(p, s) {
  const i = s.now();
  const width = (2 * HALF) / BINS;
  const bars = new Float64Array(BINS);
  for (const x of s.states[i]) bars[Math.min(BINS - 1, Math.max(0, Math.floor((x + HALF) / width)))] += 1;
  const x = Float64Array.from({ length: 181 }, (_, j) => -HALF + (j / 180) * 2 * HALF);
  const logp = new Float64Array(x.length);
  evaluate(s.course.laws[i], x, { logp });
  const density = Array.from(bars, (n) => n / (s.states[i].length * width));
  const most = Math.max(1.5 * Math.exp(Math.max(...logp)), Math.min(Math.max(...density), 3));
  p.pen.fillStyle = p.ink("particle", 0.55);
  density.forEach((bar, b) => {
    const low = -HALF + b * width;
    p.pen.fillRect(p.X(0), p.Y(low + width) + 0.5, p.X(Math.min(1, bar / most)) - p.X(0), p.Y(low) - p.Y(low + width) - 1);
  });
  p.curve(Array.from(x, (at, j) => [Math.exp(logp[j]) / most, at]), "high", { width: 2 });
}

const KINDS = { // colour, dash, where the name stands
  exact: ["high", [], 12], network: ["high", [5, 4], -12], early: ["particle", [], -12], late: ["particle", [5, 4], -12],
};
const SLIPS = { half: "no \u00bd", score: "no score", recorded: "old noise", replay: "replay" };

function paintRuler(p, s) {
  const clamp = (far) => Math.min(0.9 * DISTANCES[1], Math.max(1.1 * DISTANCES[0], far));
  p.line([0, s.floor], [2, s.floor], "soft", { width: 1.2, dash: [2, 3] });
  const now = s.kept.at(-1);
  const here = s.kept.filter(({ begin }) => begin === now.begin).map((dot) => ({ ...dot, y: clamp(dot.far) }));
  const taken = []; // where names stand, so that none lies on another
  const name = (text, { share, y, far }, away) => {
    const high = p.Y(y) < 30; // there stands the axis' name
    const [align, dx] = share > (high ? 1.2 : 0.6) ? ["right", high ? -7 : 6] : ["left", high ? 7 : -2];
    let dy = high ? 1 : away;
    while (taken.some((other) => Math.abs(other.share - share) < 1.2 && Math.abs(other.at - p.Y(y) - dy) < 13)) dy += Math.sign(dy);
    taken.push({ share, at: p.Y(y) + dy });
    p.text(far === now.far ? `${text}: ${shown(far, far < 1 ? 3 : far < 10 ? 1 : 0)}` : text, share, y, { align, dx, dy, bold: far === now.far, size: 12 });
  };
  for (const [kind, [colour, dash, dy]] of Object.entries(KINDS)) {
    const dots = here.filter(({ score, slip }) => slip === "none" && score === kind).sort((a, b) => a.share - b.share);
    if (!dots.length) continue;
    p.curve(dots.map(({ share, y }) => [share, y]), colour, { width: 1.4, dash });
    p.dots(dots.map(({ share, y }) => [share, y]), colour, { radius: 3.5, ring: "paper" });
    name(kind, dots.find(({ far }) => far === now.far) ?? dots.at(-1), dy);
  }
  for (const dot of here.filter(({ slip }) => slip !== "none")) {
    p.dots([[dot.share, dot.y]], "ink", { radius: 4, ring: "paper" });
    name(SLIPS[dot.slip], dot, -12);
  }
}

export const backwardLegend = () => legend([
  ["heat", "high", "density p\u209c"], ["line", "particle", "14 of 2,000 particles"],
  ["area", "particle", "where all 2,000 are, at the cursor"],
]);
export const rulerLegend = () => legend([
  ["dot", "high", "tried, by the score"], ["dot", "ink", "made wrong"], ["dots", "soft", "2,000 true samples"],
]);
