// The pictures of the reverse step: where x_i lies, the kernel magnified, and the KL over beta.

import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { density, reverseStep } from "../maths/reverse_kernel.js";

const RULED = 36; // values of beta on the ruler
const RULER = [1e-11, 1]; // what the ruler can show of the KL
const REACH = 4; // standard deviations that the magnifier shows

export const held = (kl) => Math.min(RULER[1], Math.max(RULER[0], kl));
export const windowOf = ({ mean, variance }) => [-REACH, REACH].map((s) => mean + s * Math.sqrt(variance));

// Above: the law of x_{i-1} before x_i is known, and which part of it is magnified below.
export function makeStrip(w, { before }, range, now) {
  const most = Math.max(...Array.from({ length: 200 }, (_, j) =>
    density(before, range[0] + (j / 199) * (range[1] - range[0]))));
  return makePlot(w, {
    label: "The law of x before the step, and the place of x_i", aspect: 4.2,
    x: { range, hidden: true }, y: { range: [0, 1.15 * most], hidden: true }, margin: { top: 6 },
    draw(p) {
      const [from, to] = windowOf(now().step);
      p.curve([[from, 2 * most], [to, 2 * most]], "low", { width: 0, fill: 0.35 });
      p.curve((x) => density(before, x), "soft", { fill: 0.18, width: 1.4 });
      p.line([range[0], 0], [range[1], 0], "soft");
      p.words("law of x\u1d62\u208b\u2081, x\u1d62 unknown", p.box.left + 2, 8, { colour: "soft", align: "left", baseline: "top", size: 11.5 });
      p.text("x\u1d62", now().x, 0, { dx: 18, dy: -2, bold: true });
    },
  });
}

// Below: the exact law as the sum of its parts, and the best Gaussian.
export function makeKernel(w, label, now) {
  return makePlot(w, {
    label, aspect: 1.9, x: { range: [-1, 1], name: "x\u1d62\u208b\u2081 given x\u1d62, magnified" }, y: { range: [0, 1], hidden: true },
    draw(p) {
      const { step: { exact, mean, variance }, parts } = now();
      const heaviest = Math.max(...parts.map(({ weight }) => weight));
      p.curve((x) => density(exact, x), "high", { fill: 0.16, width: 2.4 });
      for (const part of parts) {
        p.curve((x) => density([part], x), "ode", { width: 1.1, shade: 0.12 + 0.68 * (part.weight / heaviest) });
      }
      p.curve((x) => density([{ weight: 1, mean, variance }], x), "particle", { width: 2.2, dash: [7, 4] });
    },
  });
}

// KL against beta, both logarithmic, with the line through this step that falls by 2^6 = 64 where beta is halved.
export function makeRuler(w, world, [least, most], now) {
  const betas = Array.from({ length: RULED }, (_, j) => least * (most / least) ** (j / (RULED - 1)));
  let [known, values] = [NaN, []];
  return makePlot(w, {
    label: "The KL from the exact law to the best Gaussian, over beta, on logarithmic scales", aspect: 1.1,
    x: { range: [least, most], log: true, name: "step size \u03b2", ticks: [0.05, 0.1, 0.2, 0.4, 0.8] },
    y: { range: RULER, log: true, name: "KL to the best Gaussian, in nats", ticks: [1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1] },
    draw(p) {
      const { x, beta } = now();
      if (known !== x) values = betas.map((b) => reverseStep(world, b, x).best);
      known = x;
      const guide = (b) => now().step.best * (b / beta) ** 6;
      p.curve(betas.map((b) => [b, guide(b)]), "ink", { width: 1.4, dash: [5, 4] });
      p.curve(betas.map((b, j) => [b, values[j]]), "high", { width: 2.6 });
    },
  });
}

export const marks = () => legend([
  ["handle", "ink", "x\u1d62 (drag me)"], ["area", "high", "exact p(x\u1d62\u208b\u2081 | x\u1d62)"],
  ["line", "ode", "p(x\u1d62\u208b\u2081 | x\u1d62, x\u2080) for some x\u2080, times its weight"],
  ["dash", "particle", "best single Gaussian"], ["bar", "low", "the part that is magnified"],
]);
export const rulerMarks = () => legend([["handle", "particle", "this step (drag me)"], ["line", "high", "KL"],
  ["dash", "ink", "slope 6 from here: with half of \u03b2 the KL falls 64 times"]]);
