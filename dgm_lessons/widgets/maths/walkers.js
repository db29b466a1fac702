// Walkers on the line that follow the slope of a log-density, with noise: Langevin's chain.
// A law is { weights, means, std }: Gaussians of one standard deviation. Its energy is E = -log p.
// One number in, one out: 90 ns a slope, where `evaluate` of mixture.js, for any mixture, takes 120.

import { makeRng } from "./mixture.js";

// The slope of log p at x.
export function slopeAt({ weights, means, std }, x) {
  let near = Infinity; // the nearest mean, so that no exponential vanishes
  for (let k = 0; k < means.length; k++) near = Math.min(near, (x - means[k]) ** 2);
  const half = 0.5 / (std * std);
  let [sum, pull] = [0, 0];
  for (let k = 0; k < means.length; k++) {
    const part = weights[k] * Math.exp(half * (near - (x - means[k]) ** 2));
    sum += part;
    pull += part * (means[k] - x);
  }
  return (2 * half * pull) / sum;
}

// log p at x.
export function logAt({ weights, means, std }, x) {
  let near = Infinity;
  for (let k = 0; k < means.length; k++) near = Math.min(near, (x - means[k]) ** 2);
  const half = 0.5 / (std * std);
  let sum = 0;
  for (let k = 0; k < means.length; k++) sum += weights[k] * Math.exp(half * (near - (x - means[k]) ** 2));
  return Math.log(sum) - half * near + 0.5 * Math.log(half / Math.PI);
}

// E''(x), by differences of the slope.
export function curvature(law, x) {
  const h = 1e-4 * law.std;
  return (slopeAt(law, x - h) - slopeAt(law, x + h)) / (2 * h);
}

// Where the slope is 0 between two places at which it has different signs.
export function stillPoint(law, low, high) {
  const rising = slopeAt(law, low) > 0;
  for (let i = 0; i < 80; i++) {
    const mid = 0.5 * (low + high);
    if (slopeAt(law, mid) > 0 === rising) low = mid;
    else high = mid;
  }
  return 0.5 * (low + high);
}

// Bottoms of the two valleys of E and the top of the hill between them: where the slope of log p, followed
// from left to right, turns down, up and down again.
export function landmarks(law) {
  const [low, high] = [law.means[0] - 2 * law.std, law.means[1] + 2 * law.std];
  const at = Array.from({ length: 201 }, (_, j) => low + (j / 200) * (high - low));
  const turns = at.slice(1).flatMap((x, j) => (slopeAt(law, at[j]) > 0 !== slopeAt(law, x) > 0 ? [[at[j], x]] : []));
  const [from, top, to] = turns.map(([a, b]) => stillPoint(law, a, b));
  return { from, top, to };
}

// From the bottom of the left valley to that of the right: Kramers' formula, and the mean first-passage
// time itself, the integral of P(x < y) / p(y) over y between the bottoms.
export function crossing(law, cells = 4000) {
  const { from, top, to } = landmarks(law);
  const barrier = logAt(law, from) - logAt(law, top);
  const kramers = (2 * Math.PI * Math.exp(barrier)) / Math.sqrt(curvature(law, from) * -curvature(law, top));
  const start = law.means[0] - 8 * law.std;
  const step = (to - start) / cells;
  let [below, exact] = [0, 0];
  for (let j = 0; j < cells; j++) {
    const y = start + (j + 0.5) * step;
    const p = Math.exp(logAt(law, y));
    if (y > from) exact += (step * (below + 0.5 * step * p)) / p;
    below += step * p;
  }
  return { from, top, to, barrier, kramers, exact };
}

// p^power, normalised: its density and the share that lies left of `split`.
export function powered(law, power, split, cells = 2000) {
  const [low, high] = [Math.min(...law.means) - 12 * law.std, Math.max(...law.means) + 12 * law.std];
  const step = (high - low) / cells;
  let [all, left] = [0, 0];
  for (let j = 0; j < cells; j++) {
    const x = low + (j + 0.5) * step;
    const mass = step * Math.exp(power * logAt(law, x));
    all += mass;
    if (x < split) left += mass;
  }
  return { density: (x) => Math.exp(power * logAt(law, x)) / all, share: left / all };
}

// What one Gaussian's chain comes to rest at, for a step eta below 2 variance; else it has no rest.
export const restVariance = (variance, eta) => (eta < 2 * variance ? variance / (1 - eta / (2 * variance)) : Infinity);

// One step of the chain: x + eta slope + c sqrt(eta) noise; c = sqrt(2) is Langevin's.
export const proposal = (slope, x, eta, c, noise) => x + eta * slope + c * Math.sqrt(eta) * noise;

// log of p(y) q(x | y) / (p(x) q(y | x)) for a Langevin step from x to y (c = sqrt 2).
export function logRatio(law, x, y, eta) {
  const forth = (y - x - eta * slopeAt(law, x)) ** 2;
  const back = (x - y - eta * slopeAt(law, y)) ** 2;
  return logAt(law, y) - logAt(law, x) + (forth - back) / (4 * eta);
}

// n walkers at one place. `side` is the valley that each was last at the bottom of, -1 or 1.
export function makeWalkers(n, place, seed) {
  const crowd = { x: new Float64Array(n), side: new Int8Array(n), rng: makeRng(seed) };
  crowd.gather = (at) => {
    crowd.x.fill(at);
    crowd.side.fill(at < 0 ? -1 : 1);
    crowd.forget();
  };
  crowd.forget = () => Object.assign(crowd, { steps: 0, switches: 0, taken: 0 });
  crowd.gather(place);
  return crowd;
}

const FAR = 1e6; // here a walker that runs away is held

// All walkers take `count` steps. Between `bottoms` [from, to] each arrival from the other side is a switch.
export function walk(crowd, law, { eta, c = Math.SQRT2, metropolis = false, bottoms = [-Infinity, Infinity] }, count) {
  const { x, side, rng } = crowd;
  for (let step = 0; step < count; step++) {
    for (let i = 0; i < x.length; i++) {
      const y = proposal(slopeAt(law, x[i]), x[i], eta, c, rng.normal());
      if (!metropolis || Math.log(1 - rng.uniform()) < logRatio(law, x[i], y, eta)) {
        x[i] = Math.max(-FAR, Math.min(FAR, y));
        crowd.taken++;
      }
      if (side[i] < 0 ? x[i] >= bottoms[1] : x[i] <= bottoms[0]) {
        side[i] = -side[i];
        crowd.switches++;
      }
    }
  }
  crowd.steps += count;
  return crowd;
}
