// Bundles of paths on the line: PF-ODE lines and SDE paths over one grid of times, from data
// (index 0) to noise (index M). Row p of a bundle is path p.

import { forwardSdeStep, heunStep, reverseSdeStep, workspace } from "./dynamics.js";
import { cdf, diffuse, makeRng, quantile, sample } from "./mixture.js";
import { makeProcess, timesBetween } from "./processes.js";

const M = 300; // steps, even in log-SNR
const BINS = 40;
export const CROWD = 2000; // SDE paths behind the histogram

export function makeWorld(mixture, spec, [clean, noisy]) {
  const process = makeProcess(spec);
  const times = timesBetween(process, noisy, clean, M).reverse();
  const laws = Array.from(times, (t) => diffuse(mixture, process.alpha(t), process.sigma(t)));
  const explodes = spec.kind === "VE" || spec.kind === "EDM";
  // what x is divided by on screen: an exploding x would leave the data invisible
  const scale = laws.map(({ sigma }) => (explodes ? Math.hypot(1, sigma) : 1));
  const reach = mixture.means.map(
    ([m], k) => Math.abs(m) + 3.2 * Math.sqrt(mixture.covariances[k][0][0]),
  );
  return { mixture, process, times, laws, scale, explodes, half: Math.max(3.2, ...reach) };
}

// The index of the grid time next to t.
export function indexAt({ times }, t) {
  let [low, high] = [0, M];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t) low = middle;
    else high = middle;
  }
  return t - times[low] < times[high] - t ? low : high;
}

// Moves x over the whole grid, away from its end of it, and shows every state to visit(i, x).
function travel(world, x, backward, move, visit) {
  let i = backward ? M : 0;
  const pace = backward ? -1 : 1;
  visit(i, x);
  for (let step = 0; step < M; step++) {
    move(x, world.times[i], world.times[i + pace]);
    i += pace;
    visit(i, x);
  }
}

function recorder(count) {
  const rows = Array.from({ length: count }, () => new Float64Array(M + 1));
  const visit = (i, x) => rows.forEach((row, p) => (row[i] = x[p]));
  return { rows, visit };
}

// The PF-ODE lines through these starts.
export function odeLines(world, starts, backward) {
  const { rows, visit } = recorder(starts.length);
  const work = workspace(starts.length);
  const move = (x, s, t) => heunStep(world.mixture, world.process, x, s, t, work);
  travel(world, Float64Array.from(starts), backward, move, visit);
  return rows;
}

function sdeMove({ mixture, process }, count, backward, rng) {
  const noise = new Float64Array(count);
  const work = workspace(count);
  return (x, s, t) => {
    rng.fill(noise);
    if (backward) reverseSdeStep(mixture, process, x, s, t, noise, work);
    else forwardSdeStep(process, x, s, t, noise);
  };
}

// SDE paths that all leave from one start; the same seed gives the same noise, wherever they start.
export function sdeFan(world, start, count, backward, seed) {
  const { rows, visit } = recorder(count);
  const move = sdeMove(world, count, backward, makeRng(seed));
  travel(world, new Float64Array(count).fill(start), backward, move, visit);
  return rows;
}

// Starts spread over the law at the end that the paths leave from, as its quantiles.
export function quantileStarts(world, count, backward) {
  const i = backward ? M : 0;
  const edge = 3 * world.half * world.scale[i];
  return Array.from({ length: count }, (_, j) =>
    quantile(world.laws[i], (j + 0.5) / count, -edge, edge));
}

// Histograms of many SDE paths, from the data or from the prior, at every time of the grid.
export function sdeCrowd(world, backward, seed) {
  const { mixture, laws, scale, half } = world;
  const rng = makeRng(seed);
  const x = new Float64Array(CROWD);
  const [data] = laws;
  if (backward) rng.fill(x).forEach((z, p) => (x[p] = laws[M].sigma * z));
  else sample(mixture, data.alpha, data.sigma, rng, x);
  const counts = Array.from({ length: M + 1 }, () => new Uint16Array(BINS));
  const visit = (i) => {
    const rate = BINS / (2 * half * scale[i]);
    for (const value of x) {
      const bin = Math.floor(value * rate + BINS / 2);
      counts[i][Math.min(BINS - 1, Math.max(0, bin))]++; // the tails belong to the last bins
    }
  };
  travel(world, x, backward, sdeMove(world, CROWD, backward, rng), visit);
  return counts;
}

// The total variation between a histogram and the exact law, and what as many independent samples
// of that law would give: half of sum E|n_b / n - p_b| with E|.| = sqrt(2 p (1 - p) / (pi n)).
export function histogramError(world, counts, i) {
  const edge = (b) => (b / BINS - 0.5) * 2 * world.half * world.scale[i];
  let [error, floor, below] = [0, 0, 0];
  for (let b = 0; b < BINS; b++) {
    const above = b === BINS - 1 ? 1 : cdf(world.laws[i], edge(b + 1));
    const p = Math.max(0, above - below);
    below = above;
    error += 0.5 * Math.abs(counts[i][b] / CROWD - p);
    floor += 0.5 * Math.sqrt((2 * p * (1 - p)) / (Math.PI * CROWD));
  }
  return { error, floor };
}
