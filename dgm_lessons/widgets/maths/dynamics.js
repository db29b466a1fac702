// The dynamics that the score drives: Langevin, the SDE in both directions, the PF-ODE.
// Each step moves all points of x in place; `work` is scratch space from `workspace(x.length)`.

import { diffuse, evaluate } from "./mixture.js";

export function workspace(length) {
  return [0, 1, 2].map(() => new Float64Array(length));
}

const lawAt = (mixture, process, t) => diffuse(mixture, process.alpha(t), process.sigma(t));

// x <- x + h score(x) + sqrt(2 h) noise, at one noise level.
export function langevinStep(law, x, h, noise, [score]) {
  evaluate(law, x, { score });
  const kick = Math.sqrt(2 * h);
  for (let i = 0; i < x.length; i++) x[i] += h * score[i] + kick * noise[i];
}

// One Euler-Maruyama step of the reverse SDE dx = (f x - g^2 score) dt + g dw, from s down to t.
export function reverseSdeStep(mixture, process, x, s, t, noise, [score]) {
  evaluate(lawAt(mixture, process, s), x, { score });
  const f = process.f(s);
  const g2 = process.g2(s);
  const kick = Math.sqrt(g2 * (s - t));
  for (let i = 0; i < x.length; i++) {
    x[i] += (t - s) * (f * x[i] - g2 * score[i]) + kick * noise[i];
  }
}

// The forward SDE from t up to s, exactly: its transition is Gaussian.
export function forwardSdeStep(process, x, t, s, noise) {
  const { ratio, std } = process.transition(t, s);
  for (let i = 0; i < x.length; i++) x[i] = ratio * x[i] + std * noise[i];
}

// One Heun step of the PF-ODE dx/dt = f x - g^2 score / 2, from s to t, either way.
export function heunStep(mixture, process, x, s, t, [slope, guess, score]) {
  const h = t - s;
  evaluate(lawAt(mixture, process, s), x, { score });
  let f = process.f(s);
  let half = 0.5 * process.g2(s);
  for (let i = 0; i < x.length; i++) {
    slope[i] = f * x[i] - half * score[i];
    guess[i] = x[i] + h * slope[i];
  }
  evaluate(lawAt(mixture, process, t), guess, { score });
  f = process.f(t);
  half = 0.5 * process.g2(t);
  for (let i = 0; i < x.length; i++) {
    x[i] += 0.5 * h * (slope[i] + f * guess[i] - half * score[i]);
  }
}
