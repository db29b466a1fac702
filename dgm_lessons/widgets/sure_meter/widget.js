// SURE meter: choose a denoiser, turn its knob, and read its error with and without the clean value.

import { makeFields } from "../kit/fields.js";
import { legend } from "../kit/legend.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { button, h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { exact, makeDenoiser, makeDraws, read, summary } from "../maths/sure.js";
import { denoiserPlot, metersPlot } from "./view.js";

const MOST = 1000; // draws
const SECONDS = 7; // from one draw to as many as are shown
const KINDS = [["shrink", "keep a share"], ["threshold", "soft threshold"], ["posterior", "posterior mean"]];

function build(w) {
  const limits = w.get("limits");
  const s = { mixture: w.mixture(), sigma: w.get("sigma"), drawn: "" };
  s.least = exact(s.mixture, makeDenoiser(s.mixture, { denoiser: "posterior", assumed: s.sigma }), s.sigma).risk;
  const f = s.f = makeFields(w, {
    denoiser: { options: KINDS.map(([key]) => key) },
    shrink: { limits: limits.shrink }, threshold: { limits: limits.threshold }, assumed: { limits: limits.assumed, log: true },
    n: { limits: [1, MOST], whole: true, log: true }, seed: { limits: [0, 2 ** 31 - 1], whole: true },
  }, (settled) => {
    refresh(s);
    status.say(sentence(s), settled);
  });
  follow(s);
  s.plots = [denoiserPlot(w, s), metersPlot(w, s)];
  const status = statusLine();
  s.knobs = {
    shrink: f.slider("shrink", "Keep the share a", ["turn it round", "more than all"], (a) => `a = ${shown(a)}`),
    threshold: f.slider("threshold", "Towards zero by", ["nothing", "much"], (d) => shown(d)),
    posterior: f.slider("assumed", "Noise level that it assumes", ["too little", "too much"], (v) => `\u03c3\u2032 = ${shown(v)}`),
  };
  s.knob = h("div", {}); // of the three knobs the one that turns something
  const count = f.slider("n", "Draws", ["one", "a thousand"], (n) => `${n} ${n === 1 ? "draw" : "draws"}`);
  const player = makePlayer(w, motion(s));
  player.node.append(button("New draws", "New draws: other clean values, other noise", () => f.change({ seed: f.now.seed + 1 })));
  w.arrange({
    stand: [h("div", { class: "dgm-pair" }, ...s.plots.map(({ node }) => node)),
      legend([["line", "particle", "the denoiser, and SURE of it"], ["dot", "ode", "squared error"], ["dot", "ink", "at the bottom: SURE of the latest draw"],
        ["ring", "ink", "clean value of the latest draw"], ["dash", "high", "posterior mean, and its risk"], ["dots", "soft", "what we see, unchanged"]]),
      makeStory(w, story(s)).node,
      h("div", { class: "dgm-controls" }, f.choice("denoiser", "Denoiser", KINDS), s.knob, count, player.node)],
    foot: [status.node],
  });
  f.settle();
}

// The draws come one by one, faster and faster.
function motion({ f }) {
  let [goal, at] = [f.now.n, 1];
  return {
    play: "draw after draw", once: true, onstop: f.settle,
    begin() {
      goal = f.now.n > 1 ? f.now.n : 300;
      at = 1;
      f.set({ n: 1 });
    },
    frame(seconds) {
      at = Math.min(goal, at * goal ** (seconds / SECONDS));
      f.set({ n: Math.round(at) });
      return at < goal;
    },
    finish: () => f.set({ n: goal }),
  };
}

// The draws, their readings, and what is exact of the denoiser as it stands.
function follow(s) {
  const { denoiser, shrink, threshold, assumed, seed, n } = s.f.now;
  const wanted = [denoiser, shrink, threshold, assumed, seed].join();
  if (wanted !== s.drawn) {
    s.drawn = wanted;
    s.D = makeDenoiser(s.mixture, s.f.now);
    s.readings = read(s.D, makeDraws(s.mixture, s.sigma, MOST, seed), s.sigma);
    s.exact = exact(s.mixture, s.D, s.sigma);
    s.fresh = true;
  }
  const some = s.readings.slice(0, n);
  s.means = { error: summary(some.map((one) => one.error)), sure: summary(some.map((one) => one.sure)) };
}

function refresh(s) {
  follow(s);
  const knob = s.knobs[s.f.now.denoiser];
  if (s.knob.firstChild !== knob) s.knob.replaceChildren(knob);
  for (const plot of s.plots) plot.redraw(s.fresh ? undefined : "over");
  s.fresh = false;
}

function story(s) {
  const latest = () => s.readings[s.f.now.n - 1].sure;
  return [
    [({ n }) => n < 30 && latest() < 0, "This reading of SURE is below zero, though no squared error can be: it is right on average only, so it errs on both sides."],
    [({ n }) => n < 30, "One reading says little. Press Play, or ask for more draws."],
    [({ denoiser, shrink }) => denoiser === "shrink" && shrink === 1, "Doing nothing: every reading of SURE is the same. It is right on average and blind to the draw."],
    [() => s.exact.risk < 1.002 * s.least, "The least error that there is. Turn the knob: no denoiser goes below the dashed line."],
    [() => true, "Both averages tell the same error. Turn the knob until SURE is least: the true error is nearly least there, too."],
  ];
}

function sentence({ f, means: { error, sure }, exact: { risk, noise }, least }) {
  const { n } = f.now;
  const bar = (one) => (n > 1 ? ` \u00b1 ${shown(2 * one.error, 3)}` : "");
  return `${n} ${n === 1 ? "draw" : "draws"}: squared error ${shown(error.mean, 3)}${bar(error)}, ` +
    `SURE ${shown(sure.mean, 3)}${bar(sure)}${n > 1 ? " (two standard errors)" : ""}; ${sure.below} of ${n} readings of SURE below zero. ` +
    `Exact risk ${shown(risk, 3)}, the least possible ${shown(least, 3)}. One reading of SURE differs from its squared error ` +
    `by ${shown(noise, 3)} (standard deviation, exact).`;
}

export default widget("sure-meter", build);
