// Two pictures: the denoiser with the latest draw, and the two meters over the single readings.

import { makePlot } from "../kit/plot.js";
import { behind } from "../maths/sure.js";

const EDGE = 4; // what we see is shown from -4 to 4
const [LOW, HIGH] = [-1.6, 3.4]; // squared errors that are shown; what lies beyond stands at the edge
const ROWS = { error: 1, sure: 0 };
const DENOISER = "The guess against what we see, with the latest draw; the numbers stand in the text below";
const METERS = "Above, squared errors, which need the clean value; below, SURE, which does not: single readings, " +
  "and the average with two standard errors. The numbers stand in the text below.";

export function denoiserPlot(w, s) {
  return makePlot(w, {
    label: DENOISER, aspect: 1.25, x: { range: [-EDGE, EDGE], name: "what we see" },
    y: { range: [-3, 3], name: "guess" },
    draw(p) {
      p.line([-EDGE, -EDGE], [EDGE, EDGE], "soft", { width: 1, dash: [2, 4] });
      p.curve((y) => behind(s.mixture, s.sigma, y).mean, "high", { width: 1.5, dash: [6, 4] });
      p.curve((y) => s.D(y).value, "particle", { width: 2.6 });
    },
    over(p) {
      const { x, y, value } = s.readings[s.f.now.n - 1];
      const [at, edge] = [Math.min(EDGE, Math.max(-EDGE, y)), (v) => Math.min(3, Math.max(-3, v))];
      p.line([at, edge(x)], [at, edge(value)], "ink", { width: 1.5 });
      p.dots([[at, edge(x)]], "paper", { radius: 4.5, ring: "ink" });
      p.dots([[at, edge(value)]], "particle", { radius: 4.5 });
    },
  });
}

export function metersPlot(w, s) {
  return makePlot(w, {
    label: METERS, aspect: 1.25, x: { range: [LOW, HIGH], name: "squared error" },
    y: { range: [-0.55, 1.65], hidden: true },
    draw(p) {
      p.line([0, -0.55], [0, 1.65], "ink", { width: 1.5 });
      p.line([s.least, -0.55], [s.least, 1.65], "high", { width: 1.5, dash: [6, 4] });
    },
    over(p) {
      const shown = s.readings.slice(0, s.f.now.n);
      for (const [name, row] of Object.entries(ROWS)) {
        const colour = name === "sure" ? "particle" : "ode";
        const spots = shown.map((one, i) => [Math.min(HIGH, Math.max(LOW, one[name])), row + 0.3 * ((i * 0.618034) % 1) - 0.38]);
        p.dots(spots, colour, { radius: 1.8, shade: 0.45 });
        const { mean, error } = s.means[name];
        p.line([mean - 2 * error, row + 0.16], [mean + 2 * error, row + 0.16], colour, { width: 4 });
        p.dots([[mean, row + 0.16]], colour, { radius: 4, ring: "paper" });
        const words = name === "sure" ? "SURE: sees the noisy value only" : "squared error: needs the clean value";
        p.text(words, LOW, row + 0.42, { align: "left", size: 12, bold: true, dy: 0 });
      }
      p.dots([[Math.min(HIGH, Math.max(LOW, s.readings[s.f.now.n - 1].sure)), -0.38]], "ink", { radius: 3.5 });
    },
  });
}
