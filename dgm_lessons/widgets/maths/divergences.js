// Six divergences between a mixture p and one Gaussian q on the line, by quadrature, and descent.

import { cdf, diffuse, erf, evaluate, makeRng, sample } from "./mixture.js";

export const POINTS = 8192; // of the quadrature's grid
const COARSE = 1024; // of the grid on which descents from many starts are run
const SPARE = 7; // the grid goes on for so many widths of the widest q
const [RATE, CAP, FLAT] = [1, 0.12, 1e-4]; // of a step: rate, longest, and the slope that ends it

// p on a grid that holds every q within the limits: log density, score, distribution function.
export function makeTable(mixture, limits, count = POINTS) {
  const law = diffuse(mixture, 1, 0);
  const margin = SPARE * limits.std[1];
  const low = limits.mean[0] - margin;
  const step = (limits.mean[1] + margin - low) / (count - 1);
  const x = Float64Array.from({ length: count }, (_, i) => low + i * step);
  const [logp, score] = [new Float64Array(count), new Float64Array(count)];
  evaluate(law, x, { logp, score });
  const total = mixture.weights.reduce((a, b) => a + b, 0);
  const moment = (f) => mixture.weights.reduce((sum, w, k) => sum + (w / total) * f(k), 0);
  const mean = moment((k) => mixture.means[k][0]);
  const variance = moment((k) => mixture.covariances[k][0][0] + (mixture.means[k][0] - mean) ** 2);
  return {
    x, step, logp, score, mean, std: Math.sqrt(variance), limits,
    below: x.map((value) => cdf(law, value)), work: new Float64Array(count),
  };
}

export const gaussianLog = (x, m, s) =>
  -0.5 * ((x - m) / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI);

// What the divergence charges at a point: nowhere below 0, and its area is the divergence (for tv
// and w1, the area of its size: there the sign says which of the two is larger).
const CHARGES = {
  forward: (p, q, logp, logq) => p * (logp - logq) - p + q,
  reverse: (p, q, logp, logq) => q * (logq - logp) - q + p,
  js(p, q, logp, logq) {
    const middle = Math.max(logp, logq) + Math.log1p(Math.exp(-Math.abs(logp - logq))) - Math.LN2;
    return 0.5 * (p * (logp - middle) + q * (logq - middle));
  },
  tv: (p, q) => 0.5 * (p - q),
  fisher: (p, q, logp, logq, i, { score, x }, m, s) => p * (score[i] + (x[i] - m) / (s * s)) ** 2,
  w1: (p, q, logp, logq, i, { below, x }, m, s) =>
    below[i] - 0.5 * (1 + erf((x[i] - m) / (s * Math.SQRT2))),
};

// D(p, q) for q = N(m, s^2); what is charged at each point of the grid is left in `out`.
export function divergence(table, kind, m, s, out = table.work) {
  const { x, logp, step } = table;
  const charge = CHARGES[kind];
  for (let i = 0; i < x.length; i++) {
    const logq = gaussianLog(x[i], m, s);
    out[i] = charge(Math.exp(logp[i]), Math.exp(logq), logp[i], logq, i, table, m, s);
  }
  return step * sumOfSizes(out);
}

// The trapezoid rule for |f|. A cell in which f changes sign is cut at the root, and gets the end
// terms of Euler and Maclaurin, h^2/12 |f'| on both sides: the error falls from h^2 to h^3.
function sumOfSizes(f) {
  let sum = 0;
  for (let i = 1; i < f.length; i++) {
    const [a, b] = [Math.abs(f[i - 1]), Math.abs(f[i])];
    if (f[i - 1] * f[i] < 0) sum += (a * a + b * b) / (2 * (a + b)) + (a + b) / 6;
    else sum += 0.5 * (a + b);
  }
  return sum;
}

const hold = (value, [low, high]) => Math.min(high, Math.max(low, value));
// A slope that leads out of the limits counts for nothing.
const within = (slope, value, [low, high]) =>
  (value <= low && slope > 0) || (value >= high && slope < 0) ? 0 : slope;

// One step of gradient descent in (m / std of p, log s), with numerical gradients: at most CAP
// long, halved until the value falls enough. Null where the slope is gone.
export function descentStep(table, kind, m, s) {
  const { std, limits } = table;
  const at = (u, v) => divergence(table, kind, u * std, Math.exp(v));
  const [u, v, d] = [m / std, Math.log(s), 1e-4];
  const gu = within((at(u + d, v) - at(u - d, v)) / (2 * d), m, limits.mean);
  const gv = within((at(u, v + d) - at(u, v - d)) / (2 * d), s, limits.std);
  const slope = Math.hypot(gu, gv);
  const value = at(u, v);
  if (slope < FLAT) return null;
  let length = Math.min(RATE, CAP / slope);
  for (let tries = 0; tries < 30; tries++, length /= 2) {
    const mean = hold((u - length * gu) * std, limits.mean);
    const width = hold(Math.exp(v - length * gv), limits.std);
    const promised = gu * (u - mean / std) + gv * (v - Math.log(width));
    if (value - divergence(table, kind, mean, width) > 0.2 * promised) return [mean, width];
  }
  return null;
}

// Where descent of `kind` ends from a narrow q on each component and from one as wide as p, each ending
// once: [{ kind, mean, std }].
export function endings(mixture, limits, kind) {
  const table = makeTable(mixture, limits, COARSE);
  const on = ([m], k) => [m, hold(Math.sqrt(mixture.covariances[k][0][0]), limits.std)];
  const found = [];
  for (const start of [...mixture.means.map(on), [table.mean, table.std]]) {
    let [mean, std] = start;
    for (let next = start, left = 400; next && left > 0; left--) {
      [mean, std] = next;
      next = descentStep(table, kind, mean, std);
    }
    if (!found.some((other) => alike(table, other, { mean, std }))) found.push({ kind, mean, std });
  }
  return found;
}

// Whether two q's are one for the eye.
export const alike = ({ std }, a, b) => Math.hypot(a.mean - b.mean, a.std - b.std) < 0.04 * std;

// `count` data from the mixture, the same for one seed, and the average of log q over them.
export function heldOut(mixture, count, seed = 0) {
  return sample(mixture, 1, 0, makeRng(seed), new Float64Array(count));
}

export const averageLog = (data, m, s) => data.reduce((sum, x) => sum + gaussianLog(x, m, s), 0) / data.length;
