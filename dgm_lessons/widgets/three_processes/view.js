// The pictures: one square a process, with density, points and one path; and the clocks, t over log-SNR.

import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { shown } from "../kit/ui.js";
import { diffuse, evaluate } from "../maths/mixture.js";
import { meeting } from "../maths/shared_clock.js";

export const NAMES = { ve: "VE", vp: "VP", fm: "FM" };
const DASHES = { ve: [7, 4], vp: [], fm: [2, 3] };
const CELLS = 40; // of the heat map, to a side

// The round number below, for a tick on either side of 0.
function roundBelow(half) {
  const power = 10 ** Math.floor(Math.log10(half));
  return power * [5, 2, 1].find((m) => m * power <= half);
}

export function makePanel(w, s, key) {
  const ticks = [];
  const axis = () => ({ range: [-s.half, s.half], ticks });
  const plot = makePlot(w, {
    label: `${NAMES[key]}: density and points; the numbers stand in the text below`, aspect: 0.9,
    x: axis(), y: axis(), margin: { left: 30, right: 6, top: 22, bottom: 22 },
    draw: (p) => s.now && paintLaw(p, s, s.now[key]),
    over(p) {
      if (s.now) paintPoints(p, s, s.now[key]);
      p.words(`${NAMES[key]}${s.now ? `, t = ${shown(s.now[key].t)}` : ""}`, 8, 11, { align: "left", size: 12, bold: true });
    },
  });
  const look = () => {
    const mark = roundBelow(s.window);
    ticks.splice(0, 3, -mark, 0, mark);
    plot.x.range = plot.y.range = [-s.window, s.window];
    plot.redraw();
  };
  return { node: plot.node, look };
}

// p_t, each picture on its own scale; in units of x/alpha where it is rescaled.
function paintLaw(p, { mixture, rescaled }, { alpha, sigma }) {
  const law = diffuse(mixture, alpha, sigma);
  const logp = new Float64Array(1);
  const unit = rescaled ? alpha : 1;
  const log = (a, b) => {
    evaluate(law, [unit * a, unit * b], { logp });
    return logp[0];
  };
  const top = Math.max(...[...mixture.means, [0, 0]].map(([a, b]) => log((a * alpha) / unit, (b * alpha) / unit)));
  p.heat((a, b) => 0.75 * Math.exp(log(a, b) - top), CELLS, CELLS);
}

// All points, the path of the first of them, and for each mode a cross at its centre and a ring of radius sigma.
function paintPoints(p, { mixture, rows, at, rescaled, window }, { alpha, sigma, alphas }) {
  const unit = rescaled ? 1 : alpha;
  const y = rows[at];
  p.dots(Array.from({ length: y.length / 2 }, (_, i) => [unit * y[2 * i], unit * y[2 * i + 1]]), "particle", { radius: 1.7, shade: 0.7 });
  const trail = rows.slice(0, at + 1).map((row, k) => [row[0], row[1]].map((v) => (rescaled ? v : alphas[k] * v)));
  p.curve(trail, "ink", { width: 1.2, shade: 0.8 });
  p.dots([trail.at(-1)], "ink", { radius: 3.6, ring: "paper" });
  const noise = (unit / alpha) * sigma;
  for (const [a, b] of mixture.means.map((mean) => mean.map((v) => unit * v))) {
    p.ellipse([a, b], [[noise ** 2, 0], [0, noise ** 2]], "ode", { reach: 1, width: 1.4, dash: [4, 3] });
    p.line([a - 0.05 * window, b], [a + 0.05 * window, b], "ode", { width: 2 });
    p.line([a, b - 0.05 * window], [a, b + 0.05 * window], "ode", { width: 2 });
  }
}

// t / T of each process over the log-SNR, with the cursor that all three share.
export function makeClocks(w, s, processes, [noisy, clean]) {
  const lines = Object.entries(processes).map(([key, process]) => [key, process, Array.from({ length: 121 }, (_, k) => {
    const level = clean + ((noisy - clean) * k) / 120;
    return [level, process.timeAt(level) / process.T];
  })]);
  return makePlot(w, {
    label: "The time t of each process over the log-SNR; the numbers stand in the text below", aspect: 1.5,
    x: { range: [clean, noisy], name: "log-SNR, from data to noise", ticks: [4, 2, 0, -2, -4, -6] },
    y: { range: [0, 1.03], name: "time t / T", ticks: [0, 0.5, 1] },
    draw(p) {
      for (const [key, , points] of lines) p.curve(points, "high", { width: 2, dash: DASHES[key] });
    },
    over(p) {
      p.line([s.level, 0], [s.level, 1.03], "soft", { width: 1, dash: [2, 3] });
      for (const [key, process] of lines) {
        const t = meeting(process, s.level).t / process.T;
        p.dots([[s.level, t]], "particle", { radius: 4, ring: "paper" });
        const left = s.level < -5.5 || (key === "ve" && s.level < 5); // of the cursor, where there is room
        p.text(NAMES[key], s.level, t, { align: left ? "right" : "left", dx: left ? -8 : 8, dy: key === "fm" && left ? -9 : 9, size: 11, bold: true });
      }
    },
  });
}

export const marks = () => legend([
  ["heat", "high", "density p\u209c"], ["dot", "particle", "300 points"], ["line", "ink", "the path of one of them"],
  ["cross", "ode", "a mode\u2019s centre; ring: the noise\u2019s standard deviation"],
  ["dash", "high", "clocks: VE dashed, VP solid, FM dotted"], ["handle", "ink", "the clock\u2019s hand (drag, or arrow keys)"],
]);
