// One reverse step on the line: the exact p(x_{i-1} | x_i) of a mixture, what it mixes, one Gaussian.

import { erf } from "./mixture.js";

// From x_0 to x_{i-1} the signal is `signal`; one more step x_i = sqrt(1 - beta^2) x_{i-1} + beta eps.
export function makeReverse(mixture, signal) {
  const total = mixture.weights.reduce((a, b) => a + b, 0);
  const data = mixture.weights.map((w, k) => ({
    weight: w / total, mean: mixture.means[k][0], variance: mixture.covariances[k][0][0],
  }));
  const before = data.map((part) => ({ // the law of x_{i-1}
    weight: part.weight, mean: signal * part.mean,
    variance: signal ** 2 * part.variance + 1 - signal ** 2,
  }));
  return { data, before, signal };
}

// Bayes' rule, part by part: x ~ parts, and y = gain x + noise of that variance is seen.
function condition(parts, y, gain, noise) {
  const logs = parts.map(({ weight, mean, variance }) => {
    const spread = gain ** 2 * variance + noise;
    return Math.log(weight) - 0.5 * (y - gain * mean) ** 2 / spread - 0.5 * Math.log(spread);
  });
  const top = Math.max(...logs);
  const sum = logs.reduce((a, log) => a + Math.exp(log - top), 0);
  return parts.map(({ mean, variance }, k) => {
    const spread = gain ** 2 * variance + noise;
    return {
      weight: Math.exp(logs[k] - top) / sum,
      mean: mean + (gain * variance * (y - gain * mean)) / spread,
      variance: (variance * noise) / spread,
    };
  });
}

export function density(parts, x) {
  let sum = 0;
  for (const { weight, mean, variance } of parts) {
    sum += (weight * Math.exp((-0.5 * (x - mean) ** 2) / variance)) / Math.sqrt(2 * Math.PI * variance);
  }
  return sum;
}

// How many bumps the density has, on a grid of 400 points.
export function peaks(parts) {
  const { mean, variance } = moments(parts);
  const at = Array.from({ length: 400 }, (_, j) => density(parts, mean + (j / 50 - 4) * Math.sqrt(variance)));
  return at.filter((p, j) => p > (at[j - 1] ?? 0) && p >= (at[j + 1] ?? 0)).length;
}

function moments(parts) {
  const mean = parts.reduce((sum, part) => sum + part.weight * part.mean, 0);
  const variance = parts.reduce(
    (sum, part) => sum + part.weight * (part.variance + (part.mean - mean) ** 2), 0,
  );
  return { mean, variance };
}

// KL(parts || N(mean, variance)) by the trapezoid rule, with three points to a standard deviation.
function klToGaussian(parts, mean, variance) {
  const reach = parts.map((part) => [part.mean, 9 * Math.sqrt(part.variance)]);
  const low = Math.min(...reach.map(([m, r]) => m - r));
  const high = Math.max(...reach.map(([m, r]) => m + r));
  const narrowest = Math.sqrt(Math.min(...parts.map((part) => part.variance)));
  const count = Math.min(8192, Math.ceil((3 * (high - low)) / narrowest));
  const step = (high - low) / count;
  let sum = 0;
  for (let j = 0; j <= count; j++) {
    const x = low + j * step;
    const p = density(parts, x);
    const logq = (-0.5 * (x - mean) ** 2) / variance - 0.5 * Math.log(2 * Math.PI * variance);
    if (p > 1e-300) sum += p * (Math.log(p) - logq);
  }
  return sum * step;
}

// Everything about one step: the exact law, its moments, the Lemma's coefficients, both KLs.
export function reverseStep({ data, before, signal }, beta, x) {
  const gain = Math.sqrt(1 - beta ** 2);
  const rest = 1 - (signal * gain) ** 2; // the variance of x_i given x_0
  const exact = condition(before, x, gain, beta ** 2);
  const { mean, variance } = moments(exact);
  const lemma = {
    pull: (signal * beta ** 2) / rest, // of x_0
    keep: ((1 - signal ** 2) * gain) / rest, // of x_i
    variance: ((1 - signal ** 2) * beta ** 2) / rest,
  };
  return {
    exact, mean, variance, lemma, origins: condition(data, x, signal * gain, rest),
    best: Math.max(0, klToGaussian(exact, mean, variance)),
    fixed: Math.max(0, klToGaussian(exact, mean, lemma.variance)),
  };
}

// The Gaussians p(x_{i-1} | x_i, x_0) for x_0 on an even grid of `count` cells, each with the share
// of p(x_0 | x_i) that falls into its cell.
export function mixed({ origins, lemma }, x, count) {
  const ends = origins.filter((part) => part.weight > 1e-4)
    .map(({ mean, variance }) => [mean, 2.8 * Math.sqrt(variance)]);
  const low = Math.min(...ends.map(([m, r]) => m - r));
  const width = (Math.max(...ends.map(([m, r]) => m + r)) - low) / count;
  const below = (edge) => origins.reduce((sum, { weight, mean, variance }) =>
    sum + weight * 0.5 * (1 + erf((edge - mean) / Math.sqrt(2 * variance))), 0);
  return Array.from({ length: count }, (_, j) => {
    const origin = low + (j + 0.5) * width;
    return {
      origin, weight: below(low + (j + 1) * width) - below(low + j * width),
      mean: lemma.pull * origin + lemma.keep * x, variance: lemma.variance,
    };
  });
}
