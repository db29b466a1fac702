// The pictures of the paths: heat map of p_t with all lines, faintly; over it the lines up to the cursor;
// beside it the marginal at the cursor.

import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { evaluate } from "../maths/mixture.js";

const DESCRIPTION = "Heat map of the density over time, from data to noise, with paths over it. " +
  "The numbers stand in the text below.";
const BESIDE = "The density at the cursor, and a histogram of 2,000 random paths";
const [COLUMNS, ROWS] = [240, 150];
const FRAME = { top: 24, bottom: 38 };

// p_t as shades, row by row from the top: dark where dense, each moment on its own scale.
function shadesOf(world) {
  const shades = new Float64Array(COLUMNS * ROWS);
  const [x, logp] = [new Float64Array(ROWS), new Float64Array(ROWS)];
  for (let c = 0; c < COLUMNS; c++) {
    const i = world.indexAt(((c + 0.5) / COLUMNS) * world.process.T);
    for (let j = 0; j < ROWS; j++) x[j] = (1 - (2 * (j + 0.5)) / ROWS) * world.half * world.scale[i];
    evaluate(world.laws[i], x, { logp });
    const top = logp.reduce((a, b) => Math.max(a, b));
    for (let j = 0; j < ROWS; j++) shades[j * COLUMNS + c] = 0.88 * Math.exp(logp[j] - top);
  }
  return shades;
}

// A path as points of the picture, from one index of the grid of times to another.
const place = ({ times, scale }, row, i) => [times[i], row[i] / scale[i]];
const path = (world, row, first = 0, last = row.length - 1) =>
  Array.from({ length: last - first + 1 }, (_, k) => place(world, row, first + k));

// p_t and all lines, faintly.
function paintAll(p, { world, flow, lines: { contours, fan, fan2, line, line2 } }, shades) {
  let k = 0;
  p.heat(() => shades[k++], COLUMNS, ROWS);
  const faint = (rows, colour, style) => rows.forEach((row) => p.curve(path(world, row), colour, style));
  faint(fan, "particle", { width: 1, shade: 0.35 });
  if (!flow) return faint(fan2, "ode", { width: 1, shade: 0.35 });
  faint(contours, "contour", { width: 1, shade: 0.3 });
  return faint([line, line2], "ode", { width: 1.6, shade: 0.35 });
}

// The lines from their start up to the cursor.
function paintNow(p, s, { now, start }) {
  const { world, flow, lines: { fan, fan2, line, line2 } } = s;
  const [i, end] = [s.now(), world.times.length - 1];
  const [first, last] = s.back() ? [i, end] : [0, i];
  const lit = (row, colour, style) => p.curve(path(world, row, first, last), colour, style);
  for (const row of fan) lit(row, "particle", { width: 1.3, shade: 0.85 });
  for (const row of flow ? [] : fan2) lit(row, "ode", { width: 1.3, shade: 0.75 });
  for (const [row, dash] of flow ? [[line, []], [line2, [7, 4]]] : []) {
    lit(row, "paper", { width: 5, shade: 0.75 });
    lit(row, "ode", { width: 2.6, dash });
  }
  p.line([world.times[i], -world.half], [world.times[i], world.half], "ink", { width: 1, shade: 0.7 });
  const heads = (rows, colour, style) => p.dots(rows.map((row) => place(world, row, i)), colour, style);
  heads(fan, "particle", { radius: 2.6 });
  if (flow) heads([line, line2], "ode", { radius: 5, ring: "paper" });
  else heads(fan2, "ode", { radius: 2.6 });
  if (now.start !== start.start || now.other !== start.other) return;
  const [edge, align, dx] = s.back() ? [world.times[end], "right", -18] : [world.times[0], "left", 18];
  p.text("drag me", edge, now.start, { align, dx, bold: true, size: 13 });
}

// p_t at the cursor over the histogram of the SDE paths.
function paintMarginal(p, s) {
  const [i, { half, scale, laws }, rows] = [s.now(), s.world, 160];
  const unit = 2 * half * scale[i];
  const x = Float64Array.from({ length: rows + 1 }, (_, j) => (0.5 - j / rows) * unit);
  const logp = new Float64Array(rows + 1);
  evaluate(laws[i], x, { logp });
  const counts = s.counts[i];
  const total = counts.reduce((a, b) => a + b, 0);
  const bars = Array.from(counts, (c) => ((c / total) * counts.length) / unit);
  const most = 1.08 * Math.max(Math.exp(Math.max(...logp)), ...bars);
  const step = (2 * half) / bars.length;
  p.pen.fillStyle = p.ink("particle", 0.55);
  bars.forEach((bar, b) => p.pen.fillRect(p.X(0), p.Y(-half + (b + 1) * step) + 0.5, p.X(bar / most) - p.X(0),
    p.Y(0) - p.Y(step) - 1));
  p.curve(Array.from(logp, (l, j) => [Math.exp(l) / most, half - (2 * half * j) / rows]), "high", { width: 2 });
  p.words(p.box.width > 90 ? "p\u209c and paths" : "p\u209c", 6, 12, { align: "left", size: 11, colour: "soft" });
}

// s holds the world, its lines and where the cursor is; s.flow: whether the page knows the smooth lines.
export function makePathsView(w, s) {
  let shades = null;
  const plot = makePlot(w, {
    label: DESCRIPTION, aspect: 1.55, x: { range: [0, 1], name: "time t, from data to noise" }, y: { range: [-1, 1], name: "x" },
    margin: FRAME, draw: (p) => s.world && paintAll(p, s, shades), over: (p) => s.world && paintNow(p, s, w.fields),
  });
  const side = makePlot(w, { // on the same vertical axis
    label: BESIDE, x: { range: [0, 1], hidden: true }, y: { range: [-1, 1], hidden: true },
    margin: { ...FRAME, left: 4, right: 8 }, draw: (p) => s.world && paintMarginal(p, s),
  });

  // Another world: its shades and its axes.
  function enter(world) {
    shades = shadesOf(world);
    plot.x.range = [0, world.process.T];
    plot.y.range = [-world.half, world.half];
    side.y.range = plot.y.range;
    plot.y.name = world.explodes ? "x / \u221a(1 + \u03c3\u00b2)" : "x";
  }

  return { plot, side, enter };
}

export const pathsLegend = (flow) => legend([
  ["heat", "high", "density p\u209c"],
  ...(flow ? [
    ["line", "ode", "smooth line of the flow (PF-ODE) from a start"], ["dash", "ode", "from the other start"],
    ["line", "contour", "lines of the flow at the quantiles"], ["line", "particle", "SDE paths from the first start"],
  ] : [["line", "particle", "random paths from one start"], ["line", "ode", "from the other"]]),
  ["handle", "ode", "starts (drag, or arrow keys)"],
]);
