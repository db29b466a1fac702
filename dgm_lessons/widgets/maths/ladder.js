// Annealed Langevin on the line: noise levels from the top to the bottom, walkers handed down.
// A law is { weights, means, std }, as in walkers.js.

import { erf } from "./mixture.js";
import { makeWalkers, walk } from "./walkers.js";

// The levels, decreasing, each the same factor below the one before; two or more.
export const rungs = (count, top, bottom) =>
  Array.from({ length: count }, (_, l) => top * (bottom / top) ** (l / (count - 1)));

// The law of x + sigma noise.
export const blurred = (law, sigma) => ({ ...law, std: Math.hypot(law.std, sigma) });

// The share of a law left of 0.
export const leftOf = ({ weights, means, std }) =>
  weights.reduce((sum, w, k) => sum + w * 0.5 * (1 - erf(means[k] / (std * Math.SQRT2))), 0);

// n walkers on their way down. `steps` at each level, of size ratio sigma^2; none at the last level
// where `last` is false. advance(count, arrived) takes so many steps and calls arrived(level) after
// the last one of each level. `calls` counts how often the score was asked for (all walkers at once).
export function makeDescent(law, sigmas, { steps, ratio, last }, n, seed) {
  const crowd = makeWalkers(n, 0, seed);
  for (let i = 0; i < n; i++) crowd.x[i] = sigmas[0] * crowd.rng.normal();
  const laws = sigmas.map((sigma) => blurred(law, sigma));
  const d = { x: crowd.x, level: 0, step: 0, calls: 0, total: steps * (sigmas.length - (last ? 0 : 1)) };
  d.advance = (count, arrived = () => {}) => {
    for (let left = Math.min(count, d.total - d.calls); left > 0;) {
      const some = Math.min(left, steps - d.step);
      walk(crowd, laws[d.level], { eta: ratio * sigmas[d.level] ** 2 }, some);
      left -= some;
      d.calls += some;
      d.step += some;
      if (d.step < steps) continue;
      arrived(d.level);
      d.step = 0;
      d.level++;
    }
  };
  return d;
}

// Of the numbers in x that `keep` lets pass: how many, their mean, their standard deviation.
export function summary(x, keep = () => true) {
  let [n, sum, square] = [0, 0, 0];
  for (const v of x) {
    if (!keep(v)) continue;
    n++;
    sum += v;
    square += v * v;
  }
  return { n, mean: sum / n, std: Math.sqrt(Math.max(0, square / n - (sum / n) ** 2)) };
}
