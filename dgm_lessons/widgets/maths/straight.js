// Flows whose pairs move on straight lines, x_t = (1 - t) x_0 + t eps, from noise, t = 1, to data, t = 0: their
// velocity, exact or by a network, paths by Euler or Heun in equal steps, curvature and cost, as in rectification.py.
// A path is a list of states; a state holds all points, (x, y, x, y, ...).

import { diffuse, evaluate } from "./mixture.js";
import { fillFeatures, makePerceptron, OUTPUTS } from "./perceptron.js";

// velocity(x, t, out) of a mixture and independent noise: (E[eps | x_t] - x_t) / (1 - t), and x - E[x_0] at t = 1.
export function exactVelocity(mixture) {
  const total = mixture.weights.reduce((a, b) => a + b, 0);
  const mean = [0, 1].map((i) => mixture.means.reduce((sum, m, k) => sum + (mixture.weights[k] * m[i]) / total, 0));
  return (x, t, out) => {
    if (t === 1) return out.map((_, i) => (out[i] = x[i] - mean[i % 2]));
    evaluate(diffuse(mixture, 1 - t, t), x, { score: out });
    for (let i = 0; i < x.length; i++) out[i] = (-t * out[i] - x[i]) / (1 - t);
    return out;
  };
}

// The same of a network that says the velocity; it knows the noise levels sigma / alpha from `low` to `high`.
export function networkVelocity(parameters, shape, [low, high], most = 64) {
  const net = makePerceptron(parameters, most, shape);
  const levels = new Float64Array(most);
  return (x, t, out) => {
    const s = Math.min(high, Math.max(low, t / (1 - t)));
    const scale = Math.hypot(1, s) / Math.hypot(1 - t, t);
    for (let from = 0; from < x.length; from += 2 * most) {
      const points = x.subarray(from, from + 2 * most).map((value) => scale * value);
      const n = points.length / 2;
      fillFeatures(net.features, points, levels.fill(s).subarray(0, n));
      net.forward(n);
      for (let i = 0; i < 2 * n; i++) out[from + i] = net.output[OUTPUTS * (i >> 1) + (i & 1)];
    }
    return out;
  };
}

// The states from the noise on, in `steps` equal steps of Euler, or of Heun.
export function follow(velocity, noise, steps, heun = false) {
  const path = [Float64Array.from(noise)];
  const [slope, second] = [0, 1].map(() => new Float64Array(noise.length));
  for (let k = steps; k > 0; k--) {
    const x = path.at(-1);
    velocity(x, k / steps, slope);
    const next = x.map((value, i) => value - slope[i] / steps);
    if (heun) {
      velocity(next, (k - 1) / steps, second);
      next.forEach((_, i) => (next[i] = x[i] - (0.5 * (slope[i] + second[i])) / steps));
    }
    path.push(next);
  }
  return path;
}

// Where the points are at time t, between two states on the line.
export function placeAt(path, t) {
  const at = (1 - t) * (path.length - 1);
  const k = Math.min(path.length - 2, Math.floor(at));
  return path[k].map((value, i) => value + (at - k) * (path[k + 1][i] - value));
}

// The mean over points of the integral of |dx/dt - (x_1 - x_0)|^2, each step with its mean speed.
export function curvature(path) {
  const steps = path.length - 1;
  const [first, last] = [path[0], path[steps]];
  let sum = 0;
  for (let k = 0; k < steps; k++) {
    for (let i = 0; i < first.length; i++) sum += (steps * (path[k + 1][i] - path[k][i]) - (last[i] - first[i])) ** 2;
  }
  return sum / steps / (first.length / 2);
}

// The mean of |eps - x_0|^2, of all pairs of first and last states.
export const transportCost = (path) =>
  path[0].reduce((sum, value, i) => sum + (value - path.at(-1)[i]) ** 2, 0) / (path[0].length / 2);

// The root mean square distance of two sets of points, pair by pair.
export const apart = (x, y) => Math.sqrt(x.reduce((sum, value, i) => sum + (value - y[i]) ** 2, 0) / (x.length / 2));
