// Solvers that go from noise to data with a denoiser and nothing else, at equal numbers of calls.
// A denoiser is denoise(x, alpha, sigma, out): its estimate E[x_0 | x] for points x at that noise.

import { diffuse, evaluate } from "./mixture.js";
import { timesBetween } from "./processes.js";

export function exactDenoiser(mixture) {
  return (x, alpha, sigma, out) => {
    evaluate(diffuse(mixture, alpha, sigma), x, { score: out });
    for (let i = 0; i < x.length; i++) out[i] = (x[i] + sigma * sigma * out[i]) / alpha;
    return out;
  };
}

// From guess(z, s, out), the noise that a network sees in z = x_0 + s eps.
export function learnedDenoiser(guess) {
  return (x, alpha, sigma, out) => {
    guess(x.map((value) => value / alpha), sigma / alpha, out);
    for (let i = 0; i < x.length; i++) out[i] = (x[i] - sigma * out[i]) / alpha;
    return out;
  };
}

// n + 1 times from `first` down to `last`: even in time, in log-SNR, or in the angle atan(sigma / alpha).
export function gridOf(process, kind, n, [first, last]) {
  const even = (low, high) => Array.from({ length: n + 1 }, (_, i) => low + ((high - low) * i) / n);
  const angle = (t) => Math.atan2(process.sigma(t), process.alpha(t));
  const times = {
    time: () => Float64Array.from(even(first, last)),
    snr: () => timesBetween(process, process.logSnr(first), process.logSnr(last), n),
    angle: () => Float64Array.from(even(angle(first), angle(last)), (a) => process.timeAt(-2 * Math.log(Math.tan(a)))),
  }[kind]();
  [times[0], times[n]] = [first, last]; // exactly, whatever the rounding of an inverse
  return times;
}

const levels = (process, t) => [process.alpha(t), process.sigma(t)];

// The velocity of the flow, alpha' x_0 + sigma' eps.
function velocity({ process, denoise }, x, t) {
  const [alpha, sigma] = levels(process, t);
  const [da, ds] = [process.alphaDot(t), process.sigmaDot(t)];
  return denoise(x, alpha, sigma, new Float64Array(x.length)).map((x0, i) => da * x0 + (ds * (x[i] - alpha * x0)) / sigma);
}

const along = (x, h, u) => x.map((value, i) => value + h * u[i]);

// x_t from the estimate of x_0, held still from s to t.
function frozen(process, x, x0, s, t) {
  const [[a, b], [c, d]] = [levels(process, s), levels(process, t)];
  return x.map((value, i) => (d / b) * value + (c - (d * a) / b) * x0[i]);
}

// Each makes a step (world, x, s, t) -> x. A world has `process`, `denoise` and `rng`.
const STEPS = {
  euler: () => (world, x, s, t) => along(x, t - s, velocity(world, x, s)),
  heun: () => (world, x, s, t) => {
    const slope = velocity(world, x, s);
    const second = velocity(world, along(x, t - s, slope), t);
    return along(x, t - s, slope.map((u, i) => 0.5 * (u + second[i])));
  },
  ddim: () => ({ process, denoise }, x, s, t) =>
    frozen(process, x, denoise(x, ...levels(process, s), new Float64Array(x.length)), s, t),
  multistep() { // DPM-Solver++ 2M: the estimate is carried on along its change since the step before
    let [before, rise] = [null, 0];
    return ({ process, denoise }, x, s, t) => {
      const x0 = denoise(x, ...levels(process, s), new Float64Array(x.length));
      const h = process.logSnr(t) - process.logSnr(s);
      const estimate = before ? x0.map((now, i) => now + ((0.5 * h) / rise) * (now - before[i])) : x0;
      [before, rise] = [x0, h];
      return frozen(process, x, estimate, s, t);
    };
  },
  random: () => ({ process, denoise, rng }, x, s, t) => { // Euler-Maruyama on the reverse SDE
    const [alpha, sigma] = levels(process, s);
    const [f, g2, h] = [process.f(s), process.g2(s), s - t];
    const x0 = denoise(x, alpha, sigma, new Float64Array(x.length));
    return x.map((value, i) => value - h * (f * value + (g2 * (value - alpha * x0[i])) / (sigma * sigma)) +
      Math.sqrt(g2 * h) * rng.normal());
  },
};

// x at the end of `ends` from x at their beginning, with at most so many calls. visit(x, calls) sees
// every state. Returns { x, calls }. A step of Heun's is two calls; the adaptive solver takes the
// finest of its tolerances that the calls allow; who asks with several budgets gives it its `runs`.
export function solve(name, world, x, calls, { grid, ends, runs }, visit = () => {}) {
  if (name === "adaptive") return adaptive(runs ?? finerAndFiner(world, x, ends), calls, visit);
  const each = name === "heun" ? 2 : 1;
  const times = gridOf(world.process, grid, Math.floor(calls / each), ends);
  const step = STEPS[name]();
  visit(x, 0);
  for (let i = 1; i < times.length; i++) {
    x = step(world, x, times[i - 1], times[i]);
    visit(x, each * i);
  }
  return { x, calls: each * (times.length - 1) };
}

const TOLERANCES = Array.from({ length: 24 }, (_, k) => 1.5 ** -k);

// The runs of the adaptive solver at its tolerances, each made when it is first asked for.
export function finerAndFiner(world, x, ends) {
  const runs = [];
  return (k) => (runs[k] ??= pairOfOrders(world, x, ends, TOLERANCES[k]));
}

function adaptive(runs, calls, visit) {
  let [best, least] = [null, Infinity];
  for (let k = 0; k < TOLERANCES.length; k++) {
    const found = runs(k);
    if (found.calls > calls && (best || found.calls > least)) break; // those to come take still more
    if (found.calls <= calls && found.calls >= (best?.calls ?? 0)) best = found;
    least = Math.min(least, found.calls);
  }
  if (!best) return { x: null, calls: Infinity };
  for (const [state, made] of best.path) visit(state, made);
  return best;
}

// Bogacki and Shampine's pair of orders 3 and 2: steps as long as the difference of the two allows.
export function pairOfOrders(world, x, [first, last], tolerance) {
  let [t, h, calls] = [first, (last - first) / 10, 1];
  let slope = velocity(world, x, t);
  const path = [[x, 0]];
  while (t > last) {
    if (t + h < last + 1e-12) h = last - t;
    calls += 3;
    const k2 = velocity(world, along(x, h / 2, slope), t + h / 2);
    const k3 = velocity(world, along(x, 0.75 * h, k2), t + 0.75 * h);
    const next = x.map((value, i) => value + (h / 9) * (2 * slope[i] + 3 * k2[i] + 4 * k3[i]));
    const k4 = velocity(world, next, t + h);
    const off = x.reduce((sum, value, i) => {
      const gap = h * ((-5 / 72) * slope[i] + k2[i] / 12 + k3[i] / 9 - k4[i] / 8);
      return sum + (gap / (tolerance * (1 + Math.max(Math.abs(value), Math.abs(next[i]))))) ** 2;
    }, 0);
    const error = Math.sqrt(off / x.length);
    if (error <= 1) {
      t = t + h <= last + 1e-12 ? last : t + h;
      [x, slope] = [next, k4];
      path.push([x, calls]);
    }
    h *= Math.min(5, Math.max(0.2, 0.9 * Math.max(error, 1e-10) ** (-1 / 3)));
  }
  return { x, calls, path };
}

// The median distance of points (pairs) from their partners.
export function medianGap(a, b) {
  const gaps = Float64Array.from({ length: a.length / 2 }, (_, i) =>
    Math.hypot(a[2 * i] - b[2 * i], a[2 * i + 1] - b[2 * i + 1])).sort();
  const middle = gaps.length >> 1;
  return gaps.length % 2 ? gaps[middle] : 0.5 * (gaps[middle - 1] + gaps[middle]);
}

// A trained solver of few calls on standard noise z (Python's `FewSteps`): each state, in x / alpha, is a
// sum of the noise and of the answers so far. The path has alpha = 1 / sqrt(1 + level^2), as under VP.
export function fewSteps({ levels, noise_weights: a, answer_weights: b }, denoise, z) {
  const answers = [];
  const sum = (k) => z.map((value, i) => answers.reduce((total, answer, j) => total + b[k][j] * answer[i], a[k] * value));
  const path = levels.map((level, k) => {
    const alpha = 1 / Math.hypot(1, level);
    const x = sum(k).map((value) => alpha * value);
    answers.push(denoise(x, alpha, level * alpha, new Float64Array(z.length)));
    return [k ? x : z, k]; // it leaves from z, whatever size it asks at first
  });
  const x = sum(levels.length);
  return { x, calls: levels.length, path: [...path, [x, levels.length]] };
}
