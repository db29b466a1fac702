// The pictures: the two curves with their handles, what follows from them, and the densities with paths.

import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { diffuse, evaluate } from "../maths/mixture.js";

const [COLUMNS, ROWS] = [120, 90];
const SMALL = { left: 34, right: 20, top: 26, bottom: 26 };

// Where the signal-to-noise ratio rises: shaded in every picture, with words where there is room.
function shadeRises(p, { rises }, words) {
  for (const [from, to] of rises) {
    p.pen.fillStyle = p.ink("particle", 0.16);
    p.pen.fillRect(p.X(from), p.box.top, p.X(to) - p.X(from), p.box.height);
  }
  if (!rises.length || !words) return;
  const [from, to] = rises.reduce((a, b) => (b[1] - b[0] > a[1] - a[0] ? b : a));
  p.words("no SDE", Math.min(p.box.left + p.box.width - 20, (p.X(from) + p.X(to)) / 2), p.box.top + 9, { size: 11, bold: true });
}

const cursor = (p, s, [low, high]) => p.line([s.time, low], [s.time, high], "ink", { width: 1, dash: [2, 3], shade: 0.8 });

function small(w, s, label, y, lines) {
  const plot = makePlot(w, {
    label, aspect: 1.3, x: { range: [0, 1], ticks: [0, 0.5, 1] }, y, margin: SMALL,
    draw(p) {
      if (!s.kernel) return;
      shadeRises(p, s, y.words);
      if (y.range[0] < 0) p.line([0, 0], [1, 0], "soft", { width: 1, shade: 0.6 });
      for (const [f, colour, style] of lines) p.curve((t) => s.kernel[f](t), colour, style);
    },
    over(p) {
      if (!s.kernel) return;
      cursor(p, s, y.range);
      for (const [f, colour] of lines) p.dots([[s.time, s.kernel[f](s.time)]], colour, { radius: 3.5, ring: "paper" });
    },
  });
  return plot;
}

export const alphaPlot = (w, s, top) => small(w, s, "The curve alpha over time, through five handles",
  { range: [0, top], name: "\u03b1, of the datum", ticks: [0, 0.5, 1] }, [["alpha", "high", {}]]);

export const sigmaPlot = (w, s, top) => small(w, s, "The curve sigma over time, through five handles",
  { range: [0, top], name: "\u03c3, of the noise", ticks: [0, 1, 2, 3] }, [["sigma", "particle", {}]]);

export const levelPlot = (w, s) => small(w, s, "The log-SNR over time; the numbers stand in the text below",
  { range: [-12, 8], name: "log-SNR", ticks: [-10, -5, 0, 5] }, [["logSnr", "ink", {}]]);

export const ratesPlot = (w, s) => small(w, s, "f and g squared over time; the numbers stand in the text below",
  { range: [-12, 24], name: "g\u00b2 and f", ticks: [-10, 0, 10, 20], words: true },
  [["g2", "ink", {}], ["f", "ink", { dash: [5, 4] }]]);

// p_t, each moment on its own scale, and the paths of the SDE up to the cursor.
export function lawPlot(w, s) {
  const plot = makePlot(w, {
    label: "The density over time, with paths of the SDE where there is one. The numbers stand in the text below",
    aspect: 1.05, x: { range: [0, 1], name: "time t, from data to noise" }, y: { range: [-3, 3], name: "x" },
    draw(p) {
      if (!s.kernel) return;
      const shades = shadesOf(s);
      let k = 0;
      p.heat(() => shades[k++], COLUMNS, ROWS);
      shadeRises(p, s, true);
    },
    over(p) {
      if (!s.kernel) return;
      const n = s.steps;
      const upTo = Math.min(s.rows.length - 1, Math.round(n * s.time));
      for (let i = 0; i < s.rows[0].length; i++) {
        const path = s.rows.slice(0, upTo + 1).map((row, j) => [j / n, row[i]]);
        p.curve(path, "particle", { width: 1.3, shade: 0.9 });
        p.dots([path.at(-1)], "particle", { radius: 2.8, ring: "paper" });
      }
      cursor(p, s, plot.y.range);
    },
  });
  return plot;
}

function shadesOf({ kernel, mixture, half }) {
  const shades = new Float64Array(COLUMNS * ROWS);
  const [x, logp] = [new Float64Array(ROWS), new Float64Array(ROWS)];
  for (let j = 0; j < ROWS; j++) x[j] = (1 - (2 * (j + 0.5)) / ROWS) * half;
  for (let c = 0; c < COLUMNS; c++) {
    const t = (c + 0.5) / COLUMNS;
    evaluate(diffuse(mixture, kernel.alpha(t), kernel.sigma(t)), x, { logp });
    const top = logp.reduce((a, b) => Math.max(a, b));
    for (let j = 0; j < ROWS; j++) shades[j * COLUMNS + c] = 0.85 * Math.exp(logp[j] - top);
  }
  return shades;
}

export const marks = () => legend([
  ["handle", "ink", "handles (drag up and down, or arrow keys)"], ["line", "ink", "log-SNR, g\u00b2"], ["dash", "ink", "f"],
  ["heat", "high", "density p\u209c"], ["line", "particle", "\u03c3, and paths of the SDE"], ["area", "particle", "the SNR rises: no SDE"],
]);
