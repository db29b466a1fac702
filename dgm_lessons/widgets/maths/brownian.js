// One Brownian path on [0, 1] at ever more steps, and the chains that its increments drive:
//   x_i = keep_i x_{i-1} + kick_i eps_i, with eps_i = (w_i - w_{i-1}) sqrt(L)
// A law is { alpha, variance }: x = alpha x_0 + sqrt(variance) noise.

import { makeRng } from "./mixture.js";
import { makeProcess } from "./processes.js";

const DEPTHS = 32; // generators that a path owns: one for each doubling
const VP = makeProcess({ kind: "VP", T: 1, beta_min: 0.1, beta_max: 8 });
const VE = makeProcess({ kind: "VE", T: 1, sigma_min: 0.1, sigma_max: 2.5 });

// The same path on twice as many steps. Between two known points the new one is their mean, and
// noise of variance h/4, where h is the old step: a Brownian bridge (L\u00e9vy).
export function refine(w, noise) {
  const steps = w.length - 1;
  const finer = new Float64Array(2 * steps + 1);
  const spread = 0.5 / Math.sqrt(steps);
  for (let i = 0; i < steps; i++) {
    finer[2 * i] = w[i];
    finer[2 * i + 1] = 0.5 * (w[i] + w[i + 1]) + spread * noise[i];
  }
  finer[2 * steps] = w[steps];
  return finer;
}

// Path number `seed` on 2^level steps: whatever the level, the same path.
export function brownian(seed, level) {
  let w = Float64Array.of(0, makeRng(DEPTHS * seed).normal());
  for (let l = 1; l <= level; l++) w = refine(w, makeRng(DEPTHS * seed + l).fill(new Float64Array(w.length - 1)));
  return w;
}

// What the three chains do in each of L steps, and where they lead when L grows.
const KINDS = {
  ddpm: { // beta_i^2 = beta(t) / L, with t in the middle of the step
    step(i, L) {
      const square = (0.1 + 7.9 * ((i - 0.5) / L)) / L;
      return [Math.sqrt(1 - square), Math.sqrt(square)];
    },
    limit: (t) => ({ alpha: VP.alpha(t), variance: VP.sigma(t) ** 2 }),
  },
  ncsn: { // what is missing from one noise level to the next
    step: (i, L) => [1, Math.sqrt(VE.sigma(i / L) ** 2 - VE.sigma((i - 1) / L) ** 2)],
    limit: (t) => ({ alpha: 1, variance: VE.sigma(t) ** 2 }),
  },
  brownian: { step: (i, L) => [1, Math.sqrt(1 / L)], limit: (t) => ({ alpha: 1, variance: t }) },
};

export const limitLaw = (kind, t) => KINDS[kind].limit(t);

export function chainSteps(kind, L) {
  const [keep, kick] = [new Float64Array(L + 1), new Float64Array(L + 1)];
  for (let i = 1; i <= L; i++) [keep[i], kick[i]] = KINDS[kind].step(i, L);
  return { keep, kick };
}

// The law after each of the steps.
export function chainLaws({ keep, kick }) {
  const laws = [{ alpha: 1, variance: 0 }];
  for (let i = 1; i < keep.length; i++) {
    const { alpha, variance } = laws[i - 1];
    laws.push({ alpha: keep[i] * alpha, variance: keep[i] ** 2 * variance + kick[i] ** 2 });
  }
  return laws;
}

// The chain from x0, driven by the path w of as many steps.
export function drive({ keep, kick }, w, x0) {
  const scale = Math.sqrt(w.length - 1);
  const x = new Float64Array(w.length);
  x[0] = x0;
  for (let i = 1; i < w.length; i++) x[i] = keep[i] * x[i - 1] + kick[i] * (w[i] - w[i - 1]) * scale;
  return x;
}

// The sum of the squared increments, and the mean size of the difference quotient.
export function roughness(w) {
  const steps = w.length - 1;
  let [square, size] = [0, 0];
  for (let i = 1; i <= steps; i++) {
    const d = w[i] - w[i - 1];
    square += d * d;
    size += Math.abs(d);
  }
  return { square, quotient: size }; // the mean of |d| / (1/L) over L steps
}
