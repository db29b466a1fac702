// A score network that learns from samples of a mixture, a step at a time; and what it is measured by.

import { learningRate, makeAdamW, takeIn } from "./adamw.js";
import { diffuse, evaluate, makeRng, sample } from "./mixture.js";
import { fillFeatures, initialise, layersOf, makePerceptron } from "./perceptron.js";
import { averagedTargets, denoisingLoss, probedLoss } from "./score_losses.js";

export const LEVELS = [0.05, 5]; // the noise levels that the error is averaged over
const RANGE = [0.02, 12]; // noise levels that are trained on
const MEDIAN = 0.25; // of the trained levels, in standard deviations of the data
const SPREAD = 1.2; // of their logarithm
const RATES = { denoising: 2e-2, sliced: 1e-2, implicit: 1e-2 }; // at the peak: gradients that scatter need smaller steps

// The normal quantile (Acklam's rational approximation, good to 1e-9 relative): ndtri.
export function normalQuantile(p) {
  if (p > 0.5) return -normalQuantile(1 - p);
  const poly = (cs, x) => cs.reduce((sum, c) => sum * x + c, 0);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return poly([-7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783], q) /
      poly([7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1], q);
  }
  const q = p - 0.5;
  return q * poly([-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239], q * q) /
    poly([-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1], q * q);
}

// The standard deviation of a coordinate of the mixture.
export function spreadOf({ weights, means, covariances }) {
  const total = weights.reduce((a, b) => a + b, 0);
  const mean = (f) => weights.reduce((sum, w, k) => sum + (w / total) * f(k), 0);
  const centre = [0, 1].map((d) => mean((k) => means[k][d]));
  return Math.sqrt(0.5 * mean((k) => [0, 1].reduce((sum, d) => sum + covariances[k][d][d] + (means[k][d] - centre[d]) ** 2, 0)));
}

// One noise level from each of as many equal shares of a log-normal law as there are places, for data of this spread.
export function drawLevels(spread, rng, out) {
  const middle = Math.log(MEDIAN * Math.max(0.4, spread));
  const [low, high] = RANGE;
  out.forEach((_, i) => {
    const level = Math.exp(middle + SPREAD * normalQuantile((i + rng.uniform() + 1e-9) / (out.length + 1e-6)));
    out[i] = Math.min(high, Math.max(low, level));
  });
}

// Probes whose coordinates are -1 or 1, each as often.
export function drawSigns(rng, out) {
  out.forEach((_, i) => (out[i] = rng.uniform() < 0.5 ? -1 : 1));
}

export function makeTrainer({ mixture, loss, seed, steps, batch = 256, rate = RATES[loss], width = 64, depth = 3 }) {
  const probes = { denoising: 0, sliced: 1, implicit: 2 }[loss];
  const rng = makeRng(seed);
  const shape = layersOf(width, depth);
  const parameters = initialise(new Float64Array(shape.count), shape, rng);
  const net = makePerceptron(parameters, batch * (1 + probes), { width, depth });
  const average = Float64Array.from(parameters); // over about the last tenth of the steps: what is shown and measured
  const optimise = makeAdamW(shape.count);
  const pairs = () => new Float64Array(2 * batch);
  const [x0, eps, z, clean] = [pairs(), pairs(), pairs(), pairs()];
  const [s, shares] = [new Float64Array(batch), new Float64Array(batch)];
  const directions = new Float64Array(2 * batch * probes);
  if (probes === 2) directions.forEach((_, i) => (directions[i] = Number(i < 2 * batch === (i % 2 === 0))));
  const spread = spreadOf(mixture);

  function draw() { // clean points, noise, and what the two make
    sample(mixture, 1, 0, rng, x0);
    rng.fill(eps);
    drawLevels(spread, rng, s);
    for (let i = 0; i < 2 * batch; i++) z[i] = x0[i] + s[i >> 1] * eps[i];
    if (probes === 1) drawSigns(rng, directions);
    if (!probes) averagedTargets(x0, z, s, clean, shares);
  }
  const trainer = { average, step: 0, steps, loss: NaN };
  trainer.train = () => {
    draw();
    const rows = batch * (1 + probes);
    fillFeatures(net.features, z, s, directions);
    net.forward(batch, rows);
    trainer.loss = probes ? probedLoss(net.output, net.outputGradient, z, s, directions, 1)
      : denoisingLoss(net.output, net.outputGradient, z, s, clean);
    net.backward(batch, rows);
    optimise(parameters, net.gradient, rate * learningRate(++trainer.step, steps));
    takeIn(average, parameters, trainer.step);
    return trainer.loss;
  };
  return trainer;
}

// The root mean square error of a coordinate of the noise, mean over 20 levels: as `noise_rmse` of the
// package. The points and the exact noise are drawn once.
export function makeTest(mixture, points, seed) {
  const rng = makeRng(seed);
  const found = new Float64Array(2 * points);
  const rows = Array.from({ length: 20 }, (_, i) => {
    const s = LEVELS[0] * (LEVELS[1] / LEVELS[0]) ** (i / 19);
    const x = sample(mixture, 1, s, rng, new Float64Array(2 * points));
    const score = new Float64Array(2 * points);
    evaluate(diffuse(mixture, 1, s), x, { score });
    return { s, x, exact: score.map((value) => -s * value) };
  });
  return (guess) => rows.reduce((sum, { s, x, exact }) => {
    guess(x, s, found);
    return sum + Math.sqrt(found.reduce((total, value, i) => total + (value - exact[i]) ** 2, 0) / found.length) / 20;
  }, 0);
}
