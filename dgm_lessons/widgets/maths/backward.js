// A crowd on the line, back from noise to data: a share of Langevin, a score that may be off, and slips that
// are made on purpose. Index 0 of the grid is noise, index STEPS data.

import { diffuse, evaluate, makeRng, quantile, sample } from "./mixture.js";
import { makeProcess, timesBetween } from "./processes.js";

export const STEPS = 100; // even in log-SNR
export const CROWD = 2000;

export function makeCourse(mixture, spec, [clean, noisy]) {
  const process = makeProcess(spec);
  const times = timesBetween(process, noisy, clean, STEPS);
  const laws = Array.from(times, (t) => diffuse(mixture, process.alpha(t), process.sigma(t)));
  const data = diffuse(mixture, 1, 0);
  const ideal = Float64Array.from({ length: CROWD }, (_, j) => quantile(data, (j + 0.5) / CROWD, -9, 9));
  return { mixture, process, times, laws, ideal };
}

// The index of the grid time next to t.
export const nearestIndex = ({ times }, t) =>
  times.reduce((best, time, i) => (Math.abs(time - t) < Math.abs(times[best] - t) ? i : best), 0);

// A small network's guess of the score: tanh units of x and the log-SNR give v = alpha eps - sigma x_0.
export function networkScore({ inner, outer }, { alpha, sigma }, x, score) {
  const level = (2 * Math.log(alpha / sigma)) / 5;
  const units = outer.length - 2;
  for (let i = 0; i < x.length; i++) {
    let v = outer[units] * x[i] + outer[units + 1];
    for (let u = 0; u < units; u++) {
      const a = inner[0][u] * x[i] + inner[1][u] * level + inner[2][u];
      v += outer[u] * (1 - 2 / (1 + Math.exp(2 * a))); // tanh, in half the time
    }
    score[i] = -(sigma * x[i] + alpha * v) / sigma;
  }
}

// The score of a kind at index i: exact, the network's, or the exact one spoilt: "early" has a fifth too much
// noise while t > 0.4, "late" has its noise off by 0.3 while t < 0.1.
export function fillScore(course, network, kind, i, x, score) {
  if (kind === "network") return networkScore(network, course.laws[i], x, score);
  evaluate(course.laws[i], x, { score });
  const t = course.times[i];
  if (kind === "early" && t > 0.4) for (let j = 0; j < x.length; j++) score[j] *= 1.2;
  if (kind === "late" && t < 0.1) for (let j = 0; j < x.length; j++) score[j] -= 0.3 / course.laws[i].sigma;
}

// How much of g^2 score and of g dw a step takes, and whether its noise is what was recorded on the way there.
export function ruleOf(share, slip) {
  const pull = { half: 1 + share, score: 0, replay: 0 }[slip] ?? (1 + share) / 2;
  return { pull, kick: Math.sqrt(share), recorded: slip === "recorded" || slip === "replay" };
}

// One step of Euler and Maruyama from index i to i + 1, in place.
export function backwardStep({ process, times }, i, x, score, noise, { pull, kick }) {
  const [s, h] = [times[i], times[i] - times[i + 1]];
  const [f, g2] = [process.f(s), process.g2(s)];
  const strength = kick * Math.sqrt(g2 * h);
  for (let j = 0; j < x.length; j++) x[j] += -h * (f * x[j] - pull * g2 * score[j]) + strength * noise[j];
}

// The way there, from data to noise, with minus its noise kept: each step is undone by a step back without score.
export function recordForward({ mixture, process, times, laws }, rng) {
  const x = sample(mixture, laws[STEPS].alpha, laws[STEPS].sigma, rng, new Float64Array(CROWD));
  const noise = [];
  for (let i = STEPS - 1; i >= 0; i--) {
    const [s, h] = [times[i], times[i] - times[i + 1]];
    const kept = noise[i] = rng.fill(new Float64Array(CROWD));
    const [strength, shrink] = [Math.sqrt(process.g2(s) * h), 1 - h * process.f(s)];
    for (let j = 0; j < CROWD; j++) x[j] = (x[j] - strength * kept[j]) / shrink;
  }
  return { x, noise };
}

// The whole run: where everybody is, at each index.
export function runBack(course, network, { share, score: kind, slip, seed }) {
  const rng = makeRng(seed);
  const rule = ruleOf(share, slip);
  const record = rule.recorded ? recordForward(course, rng) : null;
  const [{ alpha, sigma }] = course.laws;
  const x = record ? record.x : sample(course.mixture, alpha, sigma, rng, new Float64Array(CROWD));
  const [score, noise] = [new Float64Array(CROWD), new Float64Array(CROWD)];
  const states = [Float64Array.from(x)];
  for (let i = 0; i < STEPS; i++) {
    if (rule.pull) fillScore(course, network, kind, i, x, score);
    backwardStep(course, i, x, score, record ? record.noise[i] : rng.fill(noise), rule);
    states.push(Float64Array.from(x));
  }
  return states;
}

// The Wasserstein-1 distance of a crowd to the data, and the crowd's standard deviation.
export function distanceTo({ ideal }, x) {
  const sorted = Float64Array.from(x).sort();
  let [far, sum, squares] = [0, 0, 0];
  for (let j = 0; j < x.length; j++) {
    far += Math.abs(sorted[j] - ideal[j]) / x.length;
    sum += x[j] / x.length;
  }
  for (const value of x) squares += (value - sum) ** 2 / x.length;
  return { far, std: Math.sqrt(squares) };
}

// What as many true samples are away from the data, on average over 20 draws.
export function trueDistance(course) {
  const rng = makeRng(99);
  let mean = 0;
  for (let k = 0; k < 20; k++) mean += distanceTo(course, sample(course.mixture, 1, 0, rng, new Float64Array(CROWD))).far / 20;
  return mean;
}
