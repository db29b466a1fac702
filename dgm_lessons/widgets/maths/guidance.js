// Guidance on a labelled mixture, where every field is exact: w is the guidance weight, 0 for none.

import { diffuse, evaluate, sample } from "./mixture.js";

// The components of one class, as a mixture of its own, and p(c).
export function classOf({ weights, means, covariances }, labels, label) {
  const own = labels.flatMap((l, k) => (l === label ? [k] : []));
  const pick = (list) => own.map((k) => list[k]);
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  return { mixture: { weights: pick(weights), means: pick(means), covariances: pick(covariances) },
    prior: sum(pick(weights)) / sum(weights) };
}

// p_t(x | c) and p_t(x) at one time.
export function lawsAt({ told, whole, process }, t) {
  const [alpha, sigma] = [process.alpha(t), process.sigma(t)];
  return { told: diffuse(told.mixture, alpha, sigma), whole: diffuse(whole, alpha, sigma), prior: told.prior };
}

// (1 + w) grad log p_t(x | c) - w grad log p_t(x), into `out`; `free` is scratch space of the same size.
export function guidedScore({ told, whole }, w, x, out, free) {
  evaluate(told, x, { score: out });
  if (w === 0) return out;
  evaluate(whole, x, { score: free });
  for (let i = 0; i < x.length; i++) out[i] += w * (out[i] - free[i]);
  return out;
}

// One Heun step of the PF-ODE dx/dt = f x - g^2 score / 2 with the guided score, from s to t.
export function guidedStep(setup, w, x, s, t, [slope, guess, score, free]) {
  const { process } = setup;
  const h = t - s;
  guidedScore(lawsAt(setup, s), w, x, score, free);
  for (let i = 0; i < x.length; i++) {
    slope[i] = process.f(s) * x[i] - 0.5 * process.g2(s) * score[i];
    guess[i] = x[i] + h * slope[i];
  }
  guidedScore(lawsAt(setup, t), w, guess, score, free);
  for (let i = 0; i < x.length; i++) {
    x[i] += 0.5 * h * (slope[i] + process.f(t) * guess[i] - 0.5 * process.g2(t) * score[i]);
  }
}

// The points at each of the times, which fall: one row a time.
export function guidedPath(setup, w, start, times) {
  const x = Float64Array.from(start);
  const work = [0, 1, 2, 3].map(() => new Float64Array(x.length));
  const rows = [Float64Array.from(x)];
  for (let i = 1; i < times.length; i++) {
    guidedStep(setup, w, x, times[i - 1], times[i], work);
    rows.push(Float64Array.from(x));
  }
  return rows;
}

// log of p_t(x | c) p_t(c | x)^w, the tilted density but for a factor, and log p_t(c | x) itself: (n) each.
export function tiltedLog({ told, whole, prior }, w, x) {
  const [own, all] = [0, 1].map(() => new Float64Array(x.length / told.D));
  evaluate(told, x, { logp: own });
  evaluate(whole, x, { logp: all });
  const classifier = own.map((value, i) => Math.min(0, value + Math.log(prior) - all[i]));
  return { log: own.map((value, i) => value + w * classifier[i]), classifier };
}

// n points of the tilted density at one time: one of the class stays with the probability p_t(c | x)^w.
export function tiltedSample({ told }, laws, w, rng, n) {
  const out = new Float64Array(2 * n);
  const some = new Float64Array(2 * n);
  for (let filled = 0; filled < n; ) {
    sample(told.mixture, laws.told.alpha, laws.told.sigma, rng, some);
    const { classifier } = tiltedLog(laws, w, some);
    for (let i = 0; i < n && filled < n; i++) {
      if (Math.log(1 - rng.uniform()) < w * classifier[i]) out.set(some.subarray(2 * i, 2 * i + 2), 2 * filled++);
    }
  }
  return out;
}

// What points of the plane are like: shares of the class's components, root of the whole variance, mean p_t(c | x).
export function portrait(laws, x) {
  const shares = new Float64Array(laws.told.K);
  evaluate(laws.told, x, { shares });
  const n = x.length / 2;
  const { classifier } = tiltedLog(laws, 0, x);
  const variance = [0, 1].reduce((total, axis) => {
    let [mean, square] = [0, 0];
    for (let i = axis; i < x.length; i += 2) {
      mean += x[i] / n;
      square += (x[i] * x[i]) / n;
    }
    return total + square - mean * mean;
  }, 0);
  return { shares, spread: Math.sqrt(variance), sure: classifier.reduce((sum, l) => sum + Math.exp(l) / n, 0) };
}
