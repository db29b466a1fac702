// The ladder: annealed Langevin from the noisiest level down. A change runs it to its end; Play shows the way.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { h, percent, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { blurred, leftOf, makeDescent, rungs, summary } from "../maths/ladder.js";
import { figure, makeLadderPlot, marks, reachOf, staircase } from "./view.js";

const WALKERS = 1000;
const LENGTH = 7; // seconds that a descent takes to watch
const LAWS = {
  modes: { weights: [0.3, 0.7], means: [-8, 8], std: 0.5 },
  one: { weights: [1], means: [0], std: 0.1 },
};

function build(w) {
  const limits = w.get("limits");
  const s = { seed: 1, known: "", kept: [], due: 0 };
  const f = s.f = makeFields(w, {
    scene: { options: ["modes", "one"] }, last: { options: [true, false] },
    levels: { limits: limits.levels, whole: true }, steps: { limits: limits.steps, whole: true, log: true },
    top: { limits: limits.top, log: true }, bottom: { limits: limits.bottom, log: true },
    ratio: { limits: limits.ratio, log: true },
  }, (settled) => {
    aim(s);
    if (settled) descend(s, Infinity);
    refresh(settled);
  });
  aim(s);
  s.plot = makeLadderPlot(w, s);
  const status = statusLine();
  const story = makeStory(w, lines(s));
  const player = makePlayer(w, motion(s, show));
  const legends = ["modes", "one"].map((scene) => [scene, h("div", {}, marks(scene))]);
  const delta = () => shown(f.now.ratio * f.now.bottom ** 2, 5);
  w.arrange({
    stand: [s.plot.node, ...legends.map(([, node]) => node), story.node],
    panel: [
      f.choice("scene", "Data", [["modes", "two modes"], ["one", "one narrow Gaussian"]]),
      f.slider("levels", "Levels L", ["few", "many"], (n) => String(n)),
      f.slider("top", "Top level \u03c3", ["low", "high"], (v) => shown(v)),
      f.slider("bottom", "Bottom level \u03c3\u2081", ["low", "high"], (v) => shown(v)),
      f.slider("steps", "Steps per level K", ["few", "many"], (n) => String(n)),
      f.slider("ratio", "Step size \u03b7/\u03c3\u00b2", ["small", "large"], (v) => `${shown(v, 3)}, \u03b4 = ${delta()}`),
      f.choice("last", "At the last level", [[true, "K steps"], [false, "none"]]),
      player.node,
    ],
    foot: [status.node],
  });

  function show(settled) {
    s.plot.redraw("over");
    status.say(tell(s), settled);
    story.tell();
  }
  function refresh(settled) {
    const reach = reachOf(f.now);
    s.plot.x.range = [-reach, reach];
    s.plot.y.range = [0, s.laws.length + 0.1];
    for (const [scene, node] of legends) node.hidden = scene !== f.now.scene;
    s.plot.redraw("plot");
    show(settled);
  }
  f.settle();
}

// Another setting: new walkers at the top.
function aim(s, again = false) {
  const { now } = s.f;
  const known = Object.values(now).join();
  if (known === s.known && !again) return;
  s.known = known;
  s.law = LAWS[now.scene];
  s.sigmas = rungs(now.levels, now.top, now.bottom);
  s.laws = s.sigmas.map((sigma) => blurred(s.law, sigma));
  s.descent = makeDescent(s.law, s.sigmas, now, WALKERS, s.seed);
  s.kept = [];
}

// So many steps further down; what leaves a level is kept for its row.
function descend(s, count) {
  const { descent, laws, kept, f } = s;
  const keep = (row) => {
    kept[row] = { stairs: staircase(descent.x, laws[row], reachOf(f.now)), found: figure(descent.x, laws[row], f.now.scene) };
  };
  descent.advance(count, keep);
  if (arrived(s)) keep(laws.length - 1); // with the last level left out, too
}
const arrived = ({ descent }) => descent.calls === descent.total;

function motion(s, show) {
  const afresh = () => {
    s.seed++;
    aim(s, true);
  };
  return {
    text: "Descend", play: "new walkers go down the ladder", once: true, onstop: () => show(true),
    begin: () => {
      if (arrived(s)) afresh();
      s.due = 0;
    },
    frame(seconds) {
      s.due += (seconds * s.descent.total) / LENGTH;
      const count = Math.floor(s.due);
      s.due -= count;
      if (count) descend(s, count);
      show(false);
      return !arrived(s);
    },
    finish: () => descend(s, Infinity),
    step: ["Step: one level down", () => {
      if (arrived(s)) afresh();
      descend(s, s.f.now.steps - s.descent.step);
      show(true);
    }],
  };
}

// The numbers.
function tell(s) {
  const { descent: { x, level, step, calls, total }, sigmas, law, laws, f: { now } } = s;
  const cost = `${calls} of ${total} calls of the score`;
  if (!arrived(s)) {
    return `Level ${level + 1} from the top, of ${now.levels}: \u03c3 = ${shown(sigmas[level])}, step ${step} of ${now.steps}; ${cost}.`;
  }
  const bottom = laws.at(-1);
  if (now.scene === "one") {
    const { std } = summary(x);
    return `${cost}. Std of the walkers: ${shown(std, 3)} \u00b1 ${shown(std / Math.sqrt(2 * WALKERS), 3)}; ` +
      `the law at \u03c3\u2081 has ${shown(bottom.std, 3)}, the level above it ${shown(laws.at(-2).std, 3)}.`;
  }
  const left = summary(x, (v) => v < 0).n / WALKERS;
  const right = summary(x, (v) => v > 0);
  return `${cost}. Left mode: ${percent(left)} \u00b1 ${percent(Math.sqrt((left * (1 - left)) / WALKERS))} of the walkers; ` +
    `its weight is ${percent(leftOf(law), 0)}. Std in the right mode: ${shown(right.std, 3)}; the law at \u03c3\u2081 has ${shown(bottom.std, 3)}.`;
}

// What is to be seen now: on the way, then what has come of it.
function lines(s) {
  const left = () => summary(s.descent.x, (v) => v < 0).n / WALKERS;
  const wide = () => figure(s.descent.x, s.laws.at(-1), "one").reduce((a, b) => a / b);
  const within = () => summary(s.descent.x, (v) => v > 0).std / s.laws.at(-1).std;
  const going = () => !arrived(s);
  return [
    [(now) => going() && now.scene === "modes" && s.sigmas[Math.min(s.descent.level, now.levels - 1)] > 3,
      "So much noise that a walker goes from side to side. Here the weights are made."],
    [(now) => going() && now.scene === "modes", "The modes have parted. From here on hardly anyone crosses; the walkers only gather."],
    [going, "From level to level the law narrows, and the walkers follow."],
    [({ scene, last }) => scene === "one" && !last, "No step at the last level: these walkers follow the law of the level above."],
    [({ scene }) => scene === "one" && wide() > 1.15, () => `Arrived, but ${shown(wide(), 1)} times as wide as the law at the last level.`],
    [({ scene }) => scene === "one", "Arrived: the walkers are as wide as the law at the last level."],
    [() => !(within() < 1.3), "The walkers are strewn: the steps at the lower levels did not bring them home."],
    [() => Math.abs(left() - 0.3) > 0.045, () => `Each mode looks right, and the weights are wrong: ${percent(left(), 0)} on the left in place of 30%.`],
    [() => true, "Sharp modes with nearly their right weights. Count the calls that it took."],
  ];
}

export default widget("ladder", build);
