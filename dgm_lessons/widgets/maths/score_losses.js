// Three losses for one network. It sees z = x_0 + s eps and gives v, the guess of (eps - s x_0) q with
// q = 1 / sqrt(1 + s^2); so its noise is eps = s q^2 z + q v, and its score -eps / s. Every loss
// weighs a level by s^2 / q^2, with which explicit score matching is |v - v exact|^2 / 2: the three differ
// from it by constants, and from each other by how much their gradients scatter. Each returns the mean
// loss of n points and fills `slope` with its derivatives by the rows of `output`.

import { OUTPUTS as WIDE, quickExp } from "./perceptron.js";

// E[x_0 | z] over the batch's own x_0, which explain z = x_0 + s eps with shares of a softmax.
export function averagedTargets(x0, z, s, out, shares) {
  const n = s.length;
  for (let i = 0; i < n; i++) {
    const [px, py, half] = [z[2 * i], z[2 * i + 1], -0.5 / (s[i] * s[i])];
    let top = -Infinity;
    for (let j = 0; j < n; j++) {
      const dx = px - x0[2 * j];
      const dy = py - x0[2 * j + 1];
      const log = half * (dx * dx + dy * dy);
      shares[j] = log;
      if (log > top) top = log;
    }
    let [sum, mx, my] = [0, 0, 0];
    for (let j = 0; j < n; j++) {
      const depth = shares[j] - top;
      if (depth < -30) continue;
      const share = quickExp(depth);
      sum += share;
      mx += share * x0[2 * j];
      my += share * x0[2 * j + 1];
    }
    out[2 * i] = mx / sum;
    out[2 * i + 1] = my / sum;
  }
  return out;
}

// |v - v of (x_0, eps)|^2 / 2, where `clean` is x_0 or its average given z.
export function denoisingLoss(output, slope, z, s, clean) {
  const n = s.length;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const q = 1 / Math.sqrt(1 + s[i] * s[i]);
    for (let d = 0; d < 2; d++) {
      const x0 = clean[2 * i + d];
      const eps = (z[2 * i + d] - x0) / s[i];
      const error = output[WIDE * i + d] - q * (eps - s[i] * x0);
      total += 0.5 * error * error;
      slope[WIDE * i + d] = error / n;
    }
  }
  return total / n;
}

// (s^2/q^2) (u . J u + (u . score)^2 / 2), summed over the probes u with `weight`: 1 / K for K random probes
// (sliced score matching), 1 for the unit vectors, with which it is the divergence and |score|^2 / 2
// (implicit score matching). `output` has the tangents J_v u below the n values, probe by probe.
export function probedLoss(output, slope, z, s, probes, weight) {
  const n = s.length;
  slope.fill(0, 0, WIDE * n);
  let total = 0;
  for (let p = 0; p < probes.length / 2; p++) {
    const i = p % n;
    const q = 1 / Math.sqrt(1 + s[i] * s[i]);
    const [ux, uy] = [probes[2 * p], probes[2 * p + 1]];
    const [value, tangent] = [WIDE * i, WIDE * (n + p)];
    const eps = ux * (s[i] * q * q * z[2 * i] + q * output[value]) + uy * (s[i] * q * q * z[2 * i + 1] + q * output[value + 1]);
    const curve = s[i] * s[i] * (ux * ux + uy * uy) + (s[i] / q) * (ux * output[tangent] + uy * output[tangent + 1]);
    total += weight * ((0.5 * eps * eps) / (q * q) - curve);
    const pull = (weight * eps) / (q * n);
    const bend = (-weight * s[i]) / (q * n);
    slope[value] += pull * ux;
    slope[value + 1] += pull * uy;
    slope[tangent] = bend * ux;
    slope[tangent + 1] = bend * uy;
  }
  return total / n;
}
