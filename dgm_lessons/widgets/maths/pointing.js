// Noisy points and the way back to their clean points: what single ones say, what those in a disc say
// on average, and what is exact. An arrow is x - x~; the target of denoising is the arrow over sigma^2.

import { makeRng, posterior, sample } from "./mixture.js";

// n pairs of a clean point and its noise. With `few` all are drawn again from that many clean points:
// then the law of the data is that of these points, each of no width.
export function makeCrowd(mixture, n, seed, few = 0) {
  const rng = makeRng(seed);
  const x0 = sample(mixture, 1, 0, rng, new Float64Array(2 * (few || n)));
  const eps = rng.fill(new Float64Array(2 * n));
  if (!few) return { n, x0, eps, law: mixture };
  const clean = new Float64Array(2 * n);
  for (let i = 0; i < 2 * n; i += 2) {
    const k = 2 * Math.floor(few * rng.uniform());
    clean.set([x0[k], x0[k + 1]], i);
  }
  const means = Array.from({ length: few }, (_, k) => [x0[2 * k], x0[2 * k + 1]]);
  const law = { weights: means.map(() => 1 / few), means, covariances: means.map(() => [[0, 0], [0, 0]]) };
  return { n, x0: clean, eps, law };
}

export const noisy = ({ x0, eps }, sigma, i) => [x0[2 * i] + sigma * eps[2 * i], x0[2 * i + 1] + sigma * eps[2 * i + 1]];
export const clean = ({ x0 }, i) => [x0[2 * i], x0[2 * i + 1]];

// How wide a disc is, in which arrows count as starting at one place.
export const discOf = (sigma) => Math.min(0.25, Math.max(0.05, 0.3 * sigma));

// The arrows that start in a disc: which ones, their mean, and the variance of their targets (both
// coordinates together), each with its standard error. NaN where too few started there.
export function inDisc({ n, x0, eps }, sigma, [a, b], radius) {
  const found = [];
  for (let i = 0; i < n; i++) {
    const [u, v] = [x0[2 * i] + sigma * eps[2 * i] - a, x0[2 * i + 1] + sigma * eps[2 * i + 1] - b];
    if (u * u + v * v <= radius * radius) found.push(i);
  }
  const count = found.length;
  const over = (f) => found.reduce((sum, i) => sum + f(-sigma * eps[2 * i], -sigma * eps[2 * i + 1]), 0);
  const mean = [over((dx) => dx) / count, over((dx, dy) => dy) / count];
  const errors = [over((dx) => (dx - mean[0]) ** 2), over((dx, dy) => (dy - mean[1]) ** 2)];
  const squared = (dx, dy) => (dx - mean[0]) ** 2 + (dy - mean[1]) ** 2;
  const variance = over(squared) / (count - 1);
  const doubt = Math.sqrt(over((dx, dy) => (squared(dx, dy) - variance) ** 2) / count / (count - 1));
  return { found, count, mean, error: errors.map((sum) => Math.sqrt(sum / count / (count - 1))),
    variance: variance / sigma ** 4, doubt: doubt / sigma ** 4 };
}

// The same, exactly and at one point: the mean arrow sigma^2 score, and the variance of the target,
// tr Cov[x | x~] / sigma^4 = D / sigma^2 + laplacian of log p.
export function exactArrow({ law }, sigma, x) {
  const { mean, cov } = posterior(law, 1, sigma, x);
  return { mean: [mean[0] - x[0], mean[1] - x[1]], variance: (cov[0][0] + cov[1][1]) / sigma ** 4 };
}

// The variance of the target over all pairs, about zero: D / sigma^2 when there are many.
export function wholeVariance({ n, eps }, sigma) {
  let sum = 0;
  for (const e of eps) sum += e * e;
  return sum / n / sigma ** 2;
}
