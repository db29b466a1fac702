// The reverse step: choose beta and x_i; see p(x_{i-1} | x_i), what it mixes, and one Gaussian.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { scientific, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { density, makeReverse, mixed, peaks, reverseStep } from "../maths/reverse_kernel.js";
import { held, makeKernel, makeRuler, makeStrip, marks, rulerMarks, windowOf } from "./view.js";

const PARTS = 13; // conditional Gaussians shown
const SECONDS = 3; // in which the step grows
const DESCRIPTION = "Magnified, the exact law of x_(i-1) given x_i, the Gaussians that it mixes, and the " +
  "best single Gaussian. The numbers stand in the text below.";

function build(w) {
  const world = makeReverse(w.mixture(), w.get("signal"));
  const limits = w.get("limits");
  const f = makeFields(w, { beta: { limits: limits.beta }, x: { limits: limits.x } }, (settled) => refresh(settled));
  const now = { ...solve(world, f.now) };
  const state = () => now;
  const strip = makeStrip(w, world, limits.x, state);
  const kernel = makeKernel(w, DESCRIPTION, state);
  const ruler = makeRuler(w, world, limits.beta, state);
  const status = statusLine();
  const grip = strip.handle("x_i", {
    onmove: (x) => byHand({ x }), onkey: f.keys({ x: 0.01 * (limits.x[1] - limits.x[0]) }), onend: f.later, colour: "ink",
  });
  const dot = ruler.handle("Step size \u03b2", {
    onmove: (beta) => byHand({ beta }), onkey: f.keys({ beta: 0.01 }), onend: f.later, colour: "particle",
  });
  const player = makeGrowth(w, f, limits.beta[0]);
  w.arrange({
    stand: [strip.node, kernel.node, marks()],
    panel: [ruler.node, rulerMarks(), player.node],
    foot: [makeStory(w, story(state)).node, status.node],
  });

  function byHand(fields) {
    player.stop();
    f.set(fields);
  }
  function refresh(settled) {
    Object.assign(now, solve(world, f.now));
    const { step, beta, x } = now;
    kernel.x.range = windowOf(step);
    kernel.y.range = [0, 1.08 * topOf(now)];
    for (const plot of [strip, kernel, ruler]) plot.redraw();
    grip.place(x, 0);
    grip.values(...limits.x, x, `x_i = ${shown(x)}`);
    dot.place(beta, held(step.best));
    dot.values(...limits.beta, beta, `beta = ${shown(beta)}`);
    status.say(sentence(w, now), settled);
  }
  f.settle();
}

const solve = (world, { beta, x }) => {
  const step = reverseStep(world, beta, x);
  return { beta, x, step, parts: mixed(step, x, PARTS) };
};

// The highest point of the exact law and of the best Gaussian.
function topOf({ step: { exact, mean, variance } }) {
  const best = [{ weight: 1, mean, variance }];
  const at = Array.from({ length: 161 }, (_, j) => mean + (j / 20 - 4) * Math.sqrt(variance));
  return Math.max(...at.flatMap((x) => [density(exact, x), density(best, x)]));
}

// Grows the step from the smallest to the one at hand, once by itself.
function makeGrowth(w, f, least) {
  let [share, goal] = [0, f.now.beta];
  return makePlayer(w, {
    play: "the step grows from the smallest to this size", once: true, onstop: f.settle,
    begin() {
      [share, goal] = [0, f.now.beta];
      return goal > least;
    },
    frame(seconds) {
      share = Math.min(1, share + seconds / SECONDS);
      f.set({ beta: share < 1 ? least * (goal / least) ** share : goal });
      return share < 1;
    },
    finish: () => f.set({ beta: goal }),
  });
}

// What is to be seen now.
const story = (now) => [
  [() => now().beta < 0.12, "A small step: the thin curves have fallen together, and one Gaussian is as good as the truth."],
  [() => peaks(now().step.exact) > 1, "Two bumps: x\u1d62 may have come from either side. No single Gaussian can say that."],
  [() => now().step.best > 3e-3, "One bump, but a lopsided one: the dashed Gaussian stands beside it."],
  [() => true, "One bump. The dashed Gaussian nearly covers the exact law."],
];

const verdict = (kl) =>
  kl < 1e-4 ? "nobody could see the difference." : kl < 3e-3 ? "nearly Gaussian." : "not Gaussian.";

function sentence(w, { beta, x, step: { mean, variance, lemma, best, fixed } }) {
  const narrow = w.knows("\u03c3(i)") ? ` With the std of a single Gaussian of the mixture, \u03c3(i) = ` +
    `${shown(Math.sqrt(lemma.variance), 3)}, KL = ${scientific(fixed)}.` : "";
  return `\u03b2 = ${shown(beta)} and x\u1d62 = ${shown(x)}: p(x\u1d62\u208b\u2081 | x\u1d62) has mean ` +
    `${shown(mean, 3)} and std ${shown(Math.sqrt(variance), 3)}. KL to the Gaussian with these ` +
    `moments = ${scientific(best)} nats: ${verdict(best)}${narrow}`;
}

export default widget("reverse-step", build);
