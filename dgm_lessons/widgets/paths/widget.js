// Paths: a 1-D mixture on its way to noise and back, with SDE paths and PF-ODE lines over p_t.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { button, choice, grouped, h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import {
  CROWD, histogramError, indexAt, makeWorld, odeLines, quantileStarts, sdeCrowd, sdeFan,
} from "../maths/bundle.js";
import { cdf } from "../maths/mixture.js";
import { makePathsView, pathsLegend } from "./view.js";

const SECONDS = 5; // that the cursor takes from one end to the other
const FAN = 5; // SDE paths that leave from a start
const PROCESSES = [["vp", "VP"], ["ve", "VE"], ["fm", "flow matching"]];
const DIRECTIONS = [["forward", "data to noise"], ["backward", "noise to data"]];

function build(w) {
  const flow = w.knows("flow"); // whether the page has taught the PF-ODE
  const s = { w, flow, mixture: w.mixture(), crowds: new Map(), drawn: "", world: null, lines: {}, sinceReport: 0 };
  const f = s.f = makeFields(w, {
    process: { options: PROCESSES.map(([key]) => key) },
    direction: { options: DIRECTIONS.map(([key]) => key) },
    start: { limits: [-1e3, 1e3] }, other: { limits: [-1e3, 1e3] }, time: { limits: [0, 1] },
    seed: { limits: [0, 2 ** 31 - 1], whole: true },
  }, (settled, names) => {
    if (names.includes("process") || names.includes("direction")) s.player.stop();
    follow(s);
    refresh(s);
    if (!(s.sinceReport > 0 && s.player.running)) status.say(sentence(s), settled);
  });
  s.back = () => f.now.direction === "backward";
  s.end = () => (s.back() ? s.world.times.length - 1 : 0); // where the paths start
  s.now = () => indexAt(s.world, f.now.time * s.world.process.T);
  s.view = makePathsView(w, s);
  const status = statusLine();
  const time = f.slider("time", "Time t", ["data", "noise"], (t) => `t = ${shown(t)}`, (t) => {
    const { alpha = 1, sigma = 0 } = s.world?.laws[s.now()] ?? {};
    return `t ${shown(t)}, alpha ${shown(alpha)}, sigma ${shown(sigma)}`;
  });
  s.player = makePlayer(w, motion(s));
  s.player.node.append(button("New noise", "New noise: other random paths", () => f.change({ seed: f.now.seed + 1 })));
  const direction = choice("Run", DIRECTIONS, f.now.direction, (key) => turn(s, key));
  w.onUpdate(() => direction.set(f.now.direction));
  s.grips = ["start", "other"].map((name) => grip(s, name));
  follow(s);
  w.arrange({
    stand: [h("div", { class: "dgm-canvas" }, s.view.plot.node, s.view.side.node), time, pathsLegend(flow),
      makeStory(w, story(s)).node,
      h("div", { class: "dgm-controls" },
        ...[w.knows("processes") && f.choice("process", "Process", PROCESSES), direction.node, s.player.node].filter(Boolean))],
    foot: [status.node],
  });
  f.settle();
}

function motion(s) {
  const { f } = s;
  const arrived = () => f.now.time === (s.back() ? 0 : 1);
  return {
    play: "the cursor moves along the paths", once: true, onstop: f.settle,
    begin() {
      if (arrived()) f.set({ time: 1 - f.now.time });
    },
    frame(seconds) {
      s.sinceReport += seconds;
      if (s.sinceReport > 0.25) s.sinceReport = 0;
      f.set({ time: f.now.time + ((s.back() ? -1 : 1) * seconds) / SECONDS });
      return !arrived();
    },
    finish: () => f.set({ time: s.back() ? 0 : 1 }),
  };
}

// The two places from which paths leave: at the data's edge of the picture, or at the noise's.
function grip(s, name) {
  const { f } = s;
  const move = (x) => {
    const most = 0.98 * s.world.half;
    f.set({ [name]: Math.min(most, Math.max(-most, x)) });
  };
  const found = s.view.plot.handle(`Start ${name}`, {
    onmove: (t, x) => move(x), onkey: (dx, dy) => move(f.now[name] + 0.02 * s.world.half * (dx + dy)),
    onend: f.later, colour: "ode",
  });
  found.node.setAttribute("aria-orientation", "vertical");
  return { ...found, field: name };
}

// When time turns round, the lines do not change: they start where they have just ended.
function turn({ f, world, lines, end }, direction) {
  const far = world.times.length - 1 - end();
  const [start, other] = [lines.line, lines.line2].map((line) => line[far] / world.scale[far]);
  f.change({ direction, start, other, time: direction === "backward" ? 1 : 0 });
}

// What the fields ask for: another world, or other paths through the starts.
function follow(s) {
  const { process, direction, seed, start, other } = s.f.now;
  const crowd = `${process} ${direction} ${seed}`;
  const wanted = `${crowd} ${start} ${other}`;
  if (wanted === s.drawn) return;
  if (!s.drawn.startsWith(`${crowd} `)) {
    s.world = makeWorld(s.mixture, s.w.get("processes")[process], s.w.get("levels")[process]);
    s.world.indexAt = (t) => indexAt(s.world, t);
    s.lines.contours = odeLines(s.world, quantileStarts(s.world, 11, s.back()), s.back());
    if (!s.crowds.has(crowd)) s.crowds.set(crowd, sdeCrowd(s.world, s.back(), seed));
    s.counts = s.crowds.get(crowd);
    s.view.enter(s.world);
  }
  s.drawn = wanted;
  const [from, from2] = [start, other].map((x) => x * s.world.scale[s.end()]);
  [s.lines.line, s.lines.line2] = odeLines(s.world, [from, from2], s.back());
  [s.lines.fan, s.lines.fan2] = [[from, seed], [from2, seed + 1]].map(([x, dice]) => sdeFan(s.world, x, FAN, s.back(), dice));
  s.view.plot.redraw("plot");
}

function refresh(s) {
  const { view, world, f, grips } = s;
  view.plot.redraw("over");
  view.side.redraw();
  for (const { place, values, name, field } of grips) {
    const at = f.now[field];
    place(s.back() ? world.process.T : 0, Math.min(world.half, Math.max(-world.half, at)));
    values(-world.half, world.half, at, `x = ${shown(at * world.scale[s.end()])}`);
    name(`${field === "start" ? "Start" : "Other start"} of the paths at the ${s.back() ? "noise" : "data"} end; ` +
      "the arrow keys move it");
  }
}

// Whether the two starts, as they are by now, are apart by more than two standard deviations of the noise.
function told({ f, world, now }) {
  const { alpha, sigma } = world.laws[now()];
  return alpha * Math.abs(f.now.start - f.now.other) > 2 * sigma;
}

function story(s) {
  const apart = ({ lines, end, world }) => {
    const gaps = Array.from(lines.line, (x, i) => Math.abs(x - lines.line2[i]) / world.scale[i]);
    return [gaps[end()], gaps.at(-1 - end())];
  };
  if (!s.flow) return [
    [({ time }) => time === (s.back() ? 1 : 0), "Drag the two starts, then press Play: the paths leave from there, by chance."],
    [() => s.back(), "One start, many ends. The noise of the steps decides, and late: run it again with new noise."],
    [() => told(s), "So far the two families keep apart: a path still tells where it came from."],
    [() => true, "The two families mix. A path no longer tells where it came from."],
  ];
  return [
    [({ time }) => time === (s.back() ? 1 : 0), "Drag the two starts, as near to each other as you like, and press Play."],
    [() => apart(s)[0] < 0.02 * s.world.half, "Nearly one start: the two smooth lines stay side by side, or part, and never cross. " +
      "The wriggling paths cross them all the time."],
    [() => apart(s)[1] > 1.6 * apart(s)[0], "The smooth lines part and do not cross: whoever is above stays above."],
    [() => apart(s)[1] < apart(s)[0], "The smooth lines come closer and do not cross: whoever is above stays above. The wriggling paths cross freely."],
    [() => true, "The smooth lines keep their order: whoever is above stays above. The wriggling paths cross freely."],
  ];
}

function sentence({ world, lines: { line }, counts, now, end, back, flow }) {
  const [i, from] = [now(), end()];
  const { alpha, sigma } = world.laws[i];
  const levels = line.map((x, j) => cdf(world.laws[j], x));
  const drift = levels.reduce((most, F) => Math.max(most, Math.abs(F - levels[from])), 0);
  const { error, floor } = histogramError(world, counts, i);
  return `t = ${shown(world.times[i], 3)}: α = ${shown(alpha, 3)}, σ = ${shown(sigma, 3)}. ` +
    (flow ? `The PF-ODE line from x = ${shown(line[from], 3)} is at x = ${shown(line[i], 3)} and ends ` +
    `at ${shown(line[line.length - 1 - from], 3)}; its quantile Fₜ(xₜ) = ${shown(levels[i], 4)} ` +
    `stays the same (to ${drift.toExponential(0)}). ` : "") +
    `${grouped(CROWD)} ${flow ? `${back() ? "reverse" : "forward"}-SDE` : "random"} paths against pₜ: histogram off by ` +
    `${shown(100 * error, 1)}% (as many true samples: ${shown(100 * floor, 1)}%).`;
}

export default widget("paths", build);
