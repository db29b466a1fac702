// What the worker of "Train it here" does, message by message: a network that learns in slices of time,
// what it says at places that the page asks for, and how noise becomes data by its score.

import { diffuse, evaluate, makeRng, sample } from "./mixture.js";
import { makeGuesser } from "./perceptron.js";
import { makeTest, makeTrainer } from "./trainer.js";

const TESTED = 60; // points at each of 20 noise levels for the error that is printed
const EVERY = 0.2; // seconds of training between two looks at the error
const ROWS = 256; // points that go through the network at once

// Noise levels from `high` to `low`, closer together at the low end (Karras et al. 2022, rho = 7).
export const levelsDown = (high, low, steps) => Array.from({ length: steps + 1 }, (_, i) =>
  (high ** (1 / 7) + (i / steps) * (low ** (1 / 7) - high ** (1 / 7))) ** 7);

// Points x that follow the noise down the levels: dx/ds = E[noise | x] at level s, by Heun's method, and
// a last step to no noise. guess(x, s, out) writes that noise. Gives x at every level.
export function flowDown(guess, start, levels) {
  const x = Float64Array.from(start);
  const [first, second, ahead] = [0, 1, 2].map(() => new Float64Array(x.length));
  const path = [Float32Array.from(x)];
  levels.forEach((s, k) => {
    const next = levels[k + 1] ?? 0;
    guess(x, s, first);
    for (let i = 0; i < x.length; i++) ahead[i] = x[i] + (next - s) * first[i];
    if (next) guess(ahead, next, second);
    for (let i = 0; i < x.length; i++) x[i] += (next - s) * 0.5 * (first[i] + (next ? second : first)[i]);
    path.push(Float32Array.from(x));
  });
  return path;
}

// E[noise | x] of a mixture: minus s times its score.
export const exactGuess = (mixture) => (x, s, out) => {
  evaluate(diffuse(mixture, 1, s), x, { score: out });
  for (let i = 0; i < out.length; i++) out[i] *= -s;
  return out;
};

// The share of points that are more than `reach` standard deviations away from every Gaussian.
export function strayShare({ means, covariances }, x, reach = 4) {
  const near = (px, py) => means.some(([mx, my], k) => {
    const [[a, b], [, c]] = covariances[k];
    const [dx, dy] = [px - mx, py - my];
    return (c * dx * dx - 2 * b * dx * dy + a * dy * dy) / (a * c - b * b) < reach * reach;
  });
  let strays = 0;
  for (let i = 0; i < x.length; i += 2) if (!near(x[i], x[i + 1])) strays++;
  return strays / (x.length / 2);
}

// session({ kind, ... }) answers one message; the last network is kept between them.
export function makeSession() {
  let run = null; // the trainer, what it is measured with, and the time that it took
  function start({ mixture, loss, seed, steps }) {
    const trainer = makeTrainer({ mixture, loss, seed, steps });
    run = { trainer, mixture, seed, guess: makeGuesser(trainer.average, ROWS), test: makeTest(mixture, TESTED, 1),
      seconds: 0, tested: 0 };
    return { step: 0, steps, seconds: 0, rmse: run.test(run.guess) };
  }

  // Trains for about `ms` milliseconds, or to the end.
  function go({ ms, places, sigma }) {
    const { trainer } = run;
    const begin = performance.now();
    let [sum, count, spent] = [0, 0, 0];
    while (trainer.step < trainer.steps && spent < ms) {
      sum += trainer.train();
      count++;
      spent = performance.now() - begin;
    }
    run.seconds += spent / 1000;
    const done = trainer.step === trainer.steps;
    const due = done || run.seconds - run.tested > EVERY;
    if (due) run.tested = run.seconds;
    return { step: trainer.step, steps: trainer.steps, seconds: run.seconds, value: sum / count, done,
      rmse: due ? run.test(run.guess) : null, ...look({ places, sigma }) };
  }

  // The network's noise at places of the page.
  const look = ({ places, sigma }) => ({ sigma, field: run.guess(places, sigma, new Float64Array(places.length)) });

  // The same noise, carried to data by the exact and by the learned score; and the strays of each.
  function carry({ count, levels }) {
    const { mixture, guess, seed } = run;
    const rng = makeRng(seed + 1);
    const begin = sample(mixture, 1, levels[0], rng, new Float64Array(2 * count));
    const [exact, learned] = [exactGuess(mixture), guess].map((noise) => flowDown(noise, begin, levels));
    return { exact, learned, strays: { exact: strayShare(mixture, exact.at(-1)), learned: strayShare(mixture, learned.at(-1)) } };
  }
  const answers = { start, go, look, carry };
  return (message) => answers[message.kind](message);
}
