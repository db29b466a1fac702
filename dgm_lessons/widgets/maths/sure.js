// Denoisers of a value on the line, their errors and Stein's estimate of them.

import { makeRng, sample } from "./mixture.js";

// E[x | y] under noise of this level, its slope in y, the variance of x, and the density of y. On the line
// and by itself: `exact` asks 8,000 times at each move of a slider, 0.7 us each; by way of `evaluate` 3.5 us.
export function behind(mixture, sigma, y) {
  const logs = mixture.weights.map((weight, k) => {
    const variance = mixture.covariances[k][0][0] + sigma * sigma;
    const away = y - mixture.means[k][0];
    return Math.log(weight / Math.sqrt(2 * Math.PI * variance)) - (0.5 * away * away) / variance;
  });
  const top = Math.max(...logs);
  const shares = logs.map((log) => Math.exp(log - top));
  const total = shares.reduce((a, b) => a + b, 0);
  let [score, second] = [0, 0];
  shares.forEach((share, k) => {
    const variance = mixture.covariances[k][0][0] + sigma * sigma;
    const pull = (mixture.means[k][0] - y) / variance;
    score += (share / total) * pull;
    second += (share / total) * (pull * pull - 1 / variance);
  });
  const slope = 1 + sigma * sigma * (second - score * score);
  return { mean: y + sigma * sigma * score, slope, density: Math.exp(top) * total, variance: sigma * sigma * slope };
}

// y => { value, slope } of the denoiser that the fields choose.
export function makeDenoiser(mixture, { denoiser, shrink, threshold, assumed }) {
  if (denoiser === "shrink") return (y) => ({ value: shrink * y, slope: shrink });
  if (denoiser === "threshold") {
    return (y) => ({ value: Math.sign(y) * Math.max(0, Math.abs(y) - threshold), slope: Math.abs(y) > threshold ? 1 : 0 });
  }
  return (y) => {
    const { mean, slope } = behind(mixture, assumed, y);
    return { value: mean, slope };
  };
}

// n clean values and noisy ones, the same for a seed.
export function makeDraws(mixture, sigma, n, seed) {
  const rng = makeRng(seed);
  const clean = sample(mixture, 1, 0, rng, new Float64Array(n));
  return Array.from(clean, (x) => ({ x, y: x + sigma * rng.normal() }));
}

// Of each draw the squared error, which needs x, and SURE, which does not.
export function read(D, draws, sigma) {
  return draws.map(({ x, y }) => {
    const { value, slope } = D(y);
    return { x, y, value, error: (value - x) ** 2, sure: (value - y) ** 2 + 2 * sigma ** 2 * slope - sigma ** 2 };
  });
}

// Mean, standard error (0 of a single value) and the share below zero.
export function summary(values) {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const square = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, n - 1);
  return { mean, error: Math.sqrt(square / n), below: values.filter((v) => v < 0).length };
}

// Exactly, by quadrature over y: the risk; the standard deviation of SURE less the error, by Stein's
// lemma of second order.
export function exact(mixture, D, sigma) {
  const edge = Math.max(...mixture.means.map((m, k) => Math.abs(m[0]) + 8 * Math.sqrt(mixture.covariances[k][0][0] + sigma ** 2)));
  const [n, sum] = [4000, { risk: 0, square: 0 }];
  const step = (2 * edge) / n;
  for (let i = 0; i < n; i++) {
    const y = -edge + (i + 0.5) * step;
    const { mean, variance, density } = behind(mixture, sigma, y);
    const { value, slope } = D(y);
    sum.risk += density * step * ((value - mean) ** 2 + variance);
    const lead = (2 * value - y - mean) ** 2 + variance;
    sum.square += density * step * (sigma ** 2 * lead + sigma ** 4 * (2 * slope - 1) ** 2);
  }
  return { risk: sum.risk, noise: Math.sqrt(sum.square) };
}
