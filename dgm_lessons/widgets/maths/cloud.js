// The particles of the score field and the rules by which they move; nothing of the page is here.

import { forwardSdeStep, heunStep, langevinStep, reverseSdeStep, workspace } from "./dynamics.js";
import { diffuse, evaluate, makeRng, sample, slicedWasserstein } from "./mixture.js";
import { makeProcess, timesBetween } from "./processes.js";

const FINEST = 0.1; // no step of the SDE or the ODE is longer than this, in log-SNR
const COMPARED = 500; // particles that the distance to p_t looks at

export function makeCloud({ mixture, process: spec, levels: [clean, noisy], n, seed }) {
  const process = makeProcess(spec);
  const points = new Float64Array(2 * n);
  const noise = new Float64Array(2 * n);
  const work = workspace(2 * n);
  const inside = (level) => Math.min(clean, Math.max(noisy, level));
  let rng = makeRng(seed);
  const cloud = { process, clean, noisy, points, level: noisy, t: 0, law: null, mixture };

  // Another noise level (or mixture); the particles stay where they are.
  cloud.relevel = (level) => {
    cloud.level = inside(level);
    cloud.t = process.timeAt(cloud.level);
    cloud.law = diffuse(cloud.mixture, process.alpha(cloud.t), process.sigma(cloud.t));
  };

  // New particles. The SDE and the ODE leave from noise, or, at another level, from true samples;
  // Langevin dynamics from a Gaussian as wide as p_t, so that they have something to do.
  cloud.scatter = (dynamics) => {
    rng = makeRng(seed);
    if (dynamics !== "langevin" && cloud.level !== noisy) {
      sample(cloud.mixture, cloud.law.alpha, cloud.law.sigma, rng, points);
      return;
    }
    const { means, covariances, weights } = cloud.mixture;
    const total = weights.reduce((a, b) => a + b, 0);
    const second = means.reduce((sum, [x, y], k) => {
      const own = x * x + y * y + covariances[k][0][0] + covariances[k][1][1];
      return sum + (weights[k] / total) * 0.5 * own;
    }, 0);
    const std = Math.hypot(cloud.law.alpha * Math.sqrt(second), cloud.law.sigma);
    rng.fill(points);
    for (let i = 0; i < points.length; i++) points[i] *= std;
  };

  // The particles follow the SDE ("sde") or the PF-ODE ("ode") to another level, in fine steps.
  cloud.carry = (level, dynamics) => {
    const target = inside(level);
    const count = Math.max(1, Math.ceil(Math.abs(target - cloud.level) / FINEST));
    const times = timesBetween(process, cloud.level, target, count);
    if (dynamics === "sde" && target < cloud.level) {
      forwardSdeStep(process, points, times[0], times[count], rng.fill(noise));
    } else if (target !== cloud.level) {
      for (let i = 0; i < count; i++) {
        const [s, t] = [times[i], times[i + 1]];
        if (dynamics === "ode") heunStep(cloud.mixture, process, points, s, t, work);
        else reverseSdeStep(cloud.mixture, process, points, s, t, rng.fill(noise), work);
      }
    }
    cloud.relevel(target);
  };

  // One Langevin step at this level: 3% of the smallest variance, or less.
  cloud.shake = () => {
    const { table, K } = cloud.law;
    let trace = 0; // of the largest precision: between one and two times its largest eigenvalue
    for (let k = 0; k < K; k++) trace = Math.max(trace, table[6 * k + 3] + table[6 * k + 5]);
    langevinStep(cloud.law, points, 0.06 / trace, rng.fill(noise), work);
  };

  // Component k moves by d = (dx, dy), and the particles with it, each by its share r_k of that
  // component: p_t changes by -w_k alpha d . grad N_k = -div(p_t r_k alpha d), so the velocity
  // r_k alpha d carries p_t along.
  function push(k, dx, dy) {
    const { means, covariances } = cloud.mixture;
    const { alpha, sigma, cumulative } = cloud.law;
    const alone = { weights: [1], means: [means[k]], covariances: [covariances[k]] };
    const [own, all] = work.map((scratch) => scratch.subarray(0, n));
    evaluate(diffuse(alone, alpha, sigma), points, { logp: own });
    evaluate(cloud.law, points, { logp: all });
    const weight = cumulative[k] - (k ? cumulative[k - 1] : 0);
    for (let i = 0; i < n; i++) {
      const share = weight * Math.exp(own[i] - all[i]);
      points[2 * i] += share * alpha * dx;
      points[2 * i + 1] += share * alpha * dy;
    }
  }

  // Component k goes to (x, y). Under the SDE and the ODE the particles stay true to p_t; Langevin
  // dynamics have to follow by themselves.
  cloud.moveMean = (k, [x, y], dynamics) => {
    const { means, covariances } = cloud.mixture;
    const [x0, y0] = means[k];
    const width = Math.hypot(Math.sqrt(covariances[k][0][0]), cloud.law.sigma);
    const count = Math.ceil(Math.hypot(x - x0, y - y0) / (0.2 * width));
    for (let i = 1; i <= count; i++) {
      if (dynamics !== "langevin") push(k, (x - x0) / count, (y - y0) / count);
      means[k] = [x0 + ((x - x0) * i) / count, y0 + ((y - y0) * i) / count];
      cloud.relevel(cloud.level);
    }
    if (count && dynamics === "langevin") cloud.shake();
  };

  // How the particles compare with p_t: their distance to it, and how far the shares of the modes
  // are off the weights (in total variation); `floor` is what as many true samples give.
  const truthRng = makeRng(seed + 1);
  cloud.measure = (repeats) => {
    const { law } = cloud;
    const some = points.subarray(0, 2 * Math.min(n, COMPARED));
    const fresh = () =>
      sample(cloud.mixture, law.alpha, law.sigma, truthRng, new Float64Array(some.length));
    const weights = law.cumulative.map((c, k) => c - (k ? law.cumulative[k - 1] : 0));
    const shares = new Float64Array(law.K);
    const sharesOf = (x) => (evaluate(law, x, { shares }), shares);
    const off = (found) => 0.5 * weights.reduce((sum, w, k) => sum + Math.abs(found[k] - w), 0);
    const floor = { distance: 0, off: 0 };
    let distance = 0;
    for (let i = 0; i < repeats; i++) {
      const [truth, other] = [fresh(), fresh()];
      distance += slicedWasserstein(some, truth) / repeats;
      floor.distance += slicedWasserstein(other, truth) / repeats;
      floor.off += off(sharesOf(other)) / repeats;
    }
    return { distance, off: off(sharesOf(some)), shares, floor };
  };

  cloud.relevel(noisy);
  return cloud;
}
