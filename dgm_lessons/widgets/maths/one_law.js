// One law, three processes: particles of the forward SDE, of the probability flow and of the reverse SDE, and how
// far each crowd is from the density that the Fokker-Planck equation gives. Index 0 of the times is data, STEPS noise.

import { cellAverages, cumulative, solveDensity } from "./finite_volume.js";
import { diffuse, evaluate, makeRng, sample } from "./mixture.js";
import { makeProcess, timesBetween } from "./processes.js";

export const STEPS = 160; // even in log-SNR
export const CROWD = 2000;

export function makeFilm(mixture, spec, [clean, noisy], grid) {
  const process = makeProcess(spec);
  const times = timesBetween(process, clean, noisy, STEPS);
  const laws = Array.from(times, (t) => diffuse(mixture, process.alpha(t), process.sigma(t)));
  const start = cellAverages(mixture, grid, laws[0].alpha, laws[0].sigma);
  const density = solveDensity(start, grid, process, times);
  const D = mixture.means[0].length;
  const below = density.map((p) => Array.from({ length: D }, (_, axis) => cumulative(p, grid, axis)));
  return { mixture, process, times, laws, grid, D, density, below };
}

// The velocity keep f x - pull g^2 score + u at index i. In the plane u = spin g^2/2 J score, which keeps p_t, or,
// for turn "origin", a plain rotation spin g^2/2 J x.
export function velocity({ process, times, laws, D }, i, x, { keep, pull, spin, turn }, score, out) {
  evaluate(laws[i], x, { score });
  const f = keep * process.f(times[i]);
  const g2 = process.g2(times[i]);
  for (let k = 0; k < x.length; k++) out[k] = f * x[k] - pull * g2 * score[k];
  if (D < 2 || !spin) return;
  const [rate, round] = [0.5 * spin * g2, turn === "origin" ? x : score];
  for (let k = 0; k < x.length; k += 2) {
    out[k] -= rate * round[k + 1];
    out[k + 1] += rate * round[k];
  }
}

// Heun's step from index i to j, in place.
function heunStep(film, i, j, x, rule, [score, slope, guess, after]) {
  const h = film.times[j] - film.times[i];
  velocity(film, i, x, rule, score, slope);
  for (let k = 0; k < x.length; k++) guess[k] = x[k] + h * slope[k];
  velocity(film, j, guess, rule, score, after);
  for (let k = 0; k < x.length; k++) x[k] += 0.5 * h * (slope[k] + after[k]);
}

// One step of a process from index i to j, in place; `whole` is the wrong half: all of g^2 score in the flow.
export function lawStep(film, kind, i, j, x, { spin, turn, whole }, noise, work) {
  const { process, times } = film;
  const [t, s] = [times[i], times[j]];
  if (kind === "flow") return heunStep(film, i, j, x, { keep: 1, pull: whole ? 1 : 0.5, spin, turn }, work);
  if (kind === "forward") { // exact
    const { ratio, std } = process.transition(t, s);
    for (let k = 0; k < x.length; k++) x[k] = ratio * x[k] + std * noise[k];
  } else { // Euler and Maruyama
    const [score, slope] = work;
    velocity(film, i, x, { keep: 1, pull: 1, spin: 0 }, score, slope);
    const kick = Math.sqrt(process.g2(t) * (t - s));
    for (let k = 0; k < x.length; k++) x[k] += (s - t) * slope[k] + kick * noise[k];
  }
  if (spin) heunStep(film, i, j, x, { keep: 0, pull: 0, spin, turn }, work); // the field u after it
}

// Where everybody is at each index. The forward SDE and a flow `from` "data" share their first points.
export function runProcess(film, kind, { seed, from, ...rule }) {
  const down = kind === "reverse" || (kind === "flow" && from === "noise");
  const rng = makeRng(seed + (kind === "reverse" ? 1000 : down ? 2000 : 0));
  const { alpha, sigma } = film.laws[down ? STEPS : 0];
  const x = sample(film.mixture, alpha, sigma, rng, new Float64Array(CROWD * film.D));
  const noise = new Float64Array(x.length);
  const work = [0, 1, 2, 3].map(() => new Float64Array(x.length));
  const states = [];
  let i = down ? STEPS : 0;
  states[i] = Float64Array.from(x);
  for (let n = 0; n < STEPS; n++) {
    const j = i + (down ? -1 : 1);
    lawStep(film, kind, i, j, x, rule, kind === "flow" ? noise : rng.fill(noise), work);
    i = j;
    states[i] = Float64Array.from(x);
  }
  return states;
}

// Kolmogorov and Smirnov's distance to the solved density, at the edges of the cells; in the plane the larger one of
// the two coordinates.
export function kolmogorov({ grid: { half, cells }, D, below }, i, x) {
  const n = x.length / D;
  let far = 0;
  for (let axis = 0; axis < D; axis++) {
    const counts = new Float64Array(cells + 2);
    for (let k = axis; k < x.length; k += D) {
      counts[Math.min(cells + 1, Math.max(0, Math.ceil(((x[k] + half) * cells) / (2 * half))))] += 1 / n;
    }
    let seen = 0;
    for (let e = 0; e <= cells; e++) {
      seen += counts[e];
      far = Math.max(far, Math.abs(seen - below[i][axis][e]));
    }
  }
  return far;
}

// What as many exact draws have: the mean, and what 19 of 20 crowds stay below.
export function exactDistances(film, i, crowds = 100) {
  const rng = makeRng(99);
  const { alpha, sigma } = film.laws[i];
  const draw = () => sample(film.mixture, alpha, sigma, rng, new Float64Array(CROWD * film.D));
  const found = Float64Array.from({ length: crowds }, () => kolmogorov(film, i, draw())).sort();
  return { mean: found.reduce((a, b) => a + b) / crowds, high: found[Math.floor(0.95 * crowds)] };
}

// Pairs (x_0, x_t) of the first coordinate: from the SDE with chance `share`, else from the flow. One coin a particle.
export function mixedPairs({ D }, sde, flow, share, i) {
  const rng = makeRng(5);
  const pairs = [new Float64Array(CROWD), new Float64Array(CROWD)];
  for (let n = 0; n < CROWD; n++) {
    const run = rng.uniform() < share ? sde : flow;
    [pairs[0][n], pairs[1][n]] = [run[0][n * D], run[i][n * D]];
  }
  return pairs;
}

export function correlation([a, b]) {
  const mean = (v) => v.reduce((sum, x) => sum + x, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  const product = (u, mu, v, mv) => u.reduce((sum, x, n) => sum + (x - mu) * (v[n] - mv), 0);
  return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb));
}
