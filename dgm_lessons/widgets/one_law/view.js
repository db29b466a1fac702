// The pictures: one lane for each process; the density with three histograms, the distances over time, the pairs.

import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { CROWD, STEPS } from "../maths/one_law.js";

export const KINDS = ["forward", "flow", "reverse"];
export const NAMES = { forward: "forward SDE", flow: "flow", reverse: "reverse SDE" };
const STYLES = { // the same in all pictures
  forward: ["particle", []], flow: ["ode", [6, 3]], reverse: ["high", [2, 2]],
};
const [COLUMNS, ROWS, BINS, PATHS, POINTS, PAIRS] = [110, 90, 45, 7, 450, 700];
const TIGHT = { left: 26, right: 6, top: 22, bottom: 22 };
const REACH = 3.4; // of the pictures, in x
const TRAIL = 40; // steps of a path that are seen in the plane

// p_t as shades: over time on the line, each time on its own scale; or the plane at one time.
function shadesOf({ film, i, half }) {
  const { cells } = film.grid;
  const cell = (x) => Math.min(cells - 1, Math.floor(((x + half) / (2 * half)) * cells));
  if (film.D === 2) {
    const p = film.density[i];
    const top = p.reduce((a, b) => Math.max(a, b));
    return (x, y) => (0.75 * p[cell(x) * cells + cell(y)]) / top;
  }
  const tops = film.density.map((p) => p.reduce((a, b) => Math.max(a, b)));
  let k = 0;
  return (t, x) => {
    if (t < film.times[k]) k = 0;
    while (k < STEPS && film.times[k + 1] <= t) k++;
    return (0.75 * film.density[k][cell(x)]) / tops[k];
  };
}

export function makeLane(w, s, kind) {
  const ticks = { x: [], y: [-2, 0, 2] };
  const plot = makePlot(w, {
    label: `${NAMES[kind]}: the density with particles in it; the numbers stand in the text below`,
    x: { range: [0, 1], ticks: ticks.x }, y: { range: [-REACH, REACH], ticks: ticks.y }, margin: TIGHT,
    draw(p) {
      if (s.film) p.heat(shadesOf(s), COLUMNS, ROWS);
      if (s.film?.D === 1) paintPaths(p, s, kind);
    },
    over(p) {
      if (!s.film) return;
      (s.film.D === 1 ? paintCursor : paintPoints)(p, s, kind);
      p.words(NAMES[kind], 8, 11, { align: "left", size: 12, bold: true });
    },
  });
  let seen = "";
  function show(fresh) {
    const plane = s.film.D === 2;
    const now = plane ? `plane ${s.i}` : "line";
    plot.x.range = plane ? [-REACH, REACH] : [0, 1];
    ticks.x.splice(0, 3, ...(plane ? [-2, 0, 2] : [0, 0.5, 1]));
    plot.redraw(now === seen && !fresh.includes(kind) ? "over" : undefined);
    seen = now;
  }
  return { node: plot.node, show };
}

function paintPaths(p, { film, known }, kind) {
  for (let n = 0; n < PATHS; n++) {
    const row = known[kind].states.map((x, k) => [film.times[k], x[n]]);
    p.curve(row, kind === "flow" ? "ode" : "particle", { width: 1.1, shade: 0.45 });
  }
}

function paintCursor(p, s, kind) {
  const t = s.film.times[s.i];
  p.line([t, -REACH], [t, REACH], "ink", { width: 1, shade: 0.7 });
  const x = s.known[kind].states[s.i];
  p.dots(Array.from({ length: PATHS }, (_, n) => [t, x[n]]), "particle", { radius: 3, ring: "paper" });
}

function paintPoints(p, { known, i }, kind) {
  const { states } = known[kind];
  const at = (x, n) => [x[2 * n], x[2 * n + 1]];
  p.dots(Array.from({ length: POINTS }, (_, n) => at(states[i], n)), "particle", { radius: 1.6, shade: 0.6 });
  for (let n = 0; n < 3; n++) {
    const row = kind === "reverse" ? states.slice(i, i + TRAIL) : states.slice(Math.max(0, i + 1 - TRAIL), i + 1);
    p.curve(row.map((x) => at(x, n)), "ink", { width: 1.1, shade: 0.75 });
    p.dots([at(states[i], n)], "ink", { radius: 3.2, ring: "paper" });
  }
}

// The histogram of the first coordinate as steps.
function steps(x, D) {
  const width = (2 * REACH) / BINS;
  const bars = new Float64Array(BINS);
  for (let k = 0; k < x.length; k += D) {
    const bin = Math.floor((x[k] + REACH) / width);
    if (bin >= 0 && bin < BINS) bars[bin] += 1 / (CROWD * width);
  }
  return Array.from(bars).flatMap((bar, b) => [[b * width - REACH, bar], [(b + 1) * width - REACH, bar]]);
}

function paintLaw(p, { film, i, known }) {
  const { half, cells } = film.grid;
  const below = film.below[i][0];
  const h = (2 * half) / cells;
  const points = Array.from({ length: cells }, (_, c) => [(c + 0.5) * h - half, (below[c + 1] - below[c]) / h]);
  p.curve(points, "high", { width: 1, fill: 0.25 });
  for (const kind of KINDS) {
    const [colour, dash] = STYLES[kind];
    p.curve(steps(known[kind].states[i], film.D), colour, { width: 1.6, dash });
  }
}

function paintDistances(p, { film, known, i }) {
  const { mean, high } = film.exact;
  p.curve([[0, high], [1, high]], "soft", { width: 0, fill: 0.2 });
  p.line([0, mean], [1, mean], "soft", { width: 1.2, dash: [2, 3] });
  for (const kind of KINDS) {
    const [colour, dash] = STYLES[kind];
    p.curve(known[kind].far.map((far, k) => [film.times[k], far]), colour, { width: 1.8, dash });
  }
  p.line([film.times[i], 0.004], [film.times[i], 1], "ink", { width: 1, shade: 0.7 });
}

const paintPairs = (p, { pairs }) =>
  p.dots(Array.from({ length: PAIRS }, (_, n) => [pairs[0][n], pairs[1][n]]), "particle", { radius: 1.6, shade: 0.55 });

export function makeViews(w, s) {
  const make = (label, x, y, paint) => makePlot(w, { label, aspect: 1.15, x, y, draw: (p) => s.film && paint(p, s) });
  const ends = { range: [-REACH, REACH], ticks: [-2, 0, 2] };
  const law = make("The solved density at this time, and the histograms of the three crowds",
    { ...ends, name: "x, or its first coordinate" }, { range: [0, 1], name: "density at this time" }, paintLaw);
  const distances = make("Kolmogorov-Smirnov distance of each crowd over time, beside that of exact draws",
    { range: [0, 1], name: "time t" }, { range: [0.004, 1], log: true, ticks: [0.01, 0.1, 1], name: "KS distance" }, paintDistances);
  const pairs = make("Pairs of x at time 0 and x at this time, drawn from the SDE or from the flow",
    { ...ends, name: "x\u2080" }, { ...ends, name: "x\u209c" }, paintPairs);
  function show() {
    const { film, i } = s;
    const steep = film.below[i][0].reduce((most, b, c, all) => Math.max(most, c ? b - all[c - 1] : 0), 0);
    law.y.range = [0, (1.4 * steep * film.grid.cells) / (2 * film.grid.half)];
    for (const plot of [law, distances, pairs]) plot.redraw();
  }
  return { law, distances, pairs, show };
}

export const laneLegend = () => legend([
  ["heat", "high", "density p\u209c, solved on a grid"], ["line", "particle", "some paths"], ["line", "ode", "some paths of the flow"],
]);

export const crowdLegend = () => legend([
  ["line", "particle", "forward SDE"], ["dash", "ode", "flow"], ["dots", "high", "reverse SDE"],
  ["area", "soft", "19 in 20 crowds of exact draws"], ["dots", "soft", "their mean"],
]);
