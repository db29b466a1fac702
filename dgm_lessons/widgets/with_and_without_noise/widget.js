// Backward with and without noise: a crowd from noise to data, with a share of Langevin.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { button, h, percent, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { distanceTo, makeCourse, nearestIndex, runBack, trueDistance } from "../maths/backward.js";
import { backwardLegend, makeBackwardView, rulerLegend } from "./view.js";

const SECONDS = 6; // that the cursor takes
const KEPT = 60; // distances that stay on the ruler
const SCORES = [["exact", "exact"], ["network", "a network's"], ["early", "wrong early"], ["late", "wrong late"]];
const SLIPS = [
  ["none", "nothing"], ["half", "no \u00bd"], ["score", "no score"], ["recorded", "old noise"], ["replay", "old noise, no score"],
];
const BEGINS = [[1, "t = 1, all noise"], [0.4, "t = 0.4"]];

function build(w) {
  const s = { courses: new Map(), kept: [], known: "", waiting: 0 };
  const f = s.f = makeFields(w, {
    share: { limits: [0, 2] }, score: { options: SCORES.map(([key]) => key) }, slip: { options: SLIPS.map(([key]) => key) },
    begin: { options: BEGINS.map(([key]) => key) }, time: { limits: [0, 1] }, seed: { limits: [0, 2 ** 31 - 1], whole: true },
  }, (settled) => {
    follow(w, s);
    s.view.plot.redraw("over");
    s.view.side.redraw();
    if (settled || s.waiting <= 0) status.say(sentence(s), settled);
    story.tell();
  });
  s.now = () => nearestIndex(s.course, f.now.time);
  s.view = makeBackwardView(w, s);
  const status = statusLine();
  const story = makeStory(w, LINES.map(([when, text]) => [(now) => when(now, s), text]));
  const player = makePlayer(w, motion(s));
  player.node.append(button("New noise", "New noise: other random numbers", () => f.change({ seed: f.now.seed + 1 })));
  follow(w, s);
  w.arrange({
    stand: [h("div", { class: "dgm-canvas" }, s.view.plot.node, s.view.side.node),
      f.slider("time", "Time t", ["data", "noise"], (t) => `t = ${shown(s.course.times[nearestIndex(s.course, t)])}`), backwardLegend(), story.node, player.node, f.choice("begin", "Begin at", BEGINS, 2)],
    panel: [f.slider("share", "Share of Langevin", ["no noise", "2"], (v) => shown(v)),
      f.choice("score", "The score is", SCORES, 2), f.choice("slip", "Made wrong", SLIPS, 2),
      s.view.ruler.node, rulerLegend()],
    foot: [status.node],
  });
  f.settle();
}

// Another setting: another run, and another dot on the ruler.
function follow(w, s) {
  const { share, score, slip, begin, seed } = s.f.now;
  const known = [share, score, slip, begin, seed].join();
  if (known === s.known) return;
  s.known = known;
  if (!s.courses.has(begin)) {
    const [clean, ...starts] = w.get("levels");
    s.courses.set(begin, makeCourse(w.mixture(), w.get("process"), [clean, starts[BEGINS.findIndex(([at]) => at === begin)]]));
  }
  s.course = s.courses.get(begin);
  s.floor ??= trueDistance(s.course);
  s.states = runBack(s.course, w.get("network"), s.f.now);
  const end = s.states.at(-1);
  s.spread ??= distanceTo(s.course, s.course.ideal).std;
  s.found = { ...distanceTo(s.course, end), left: end.filter((x) => x < -0.5).length / end.length };
  const others = s.kept.filter((old) => old.score !== score || old.slip !== slip || old.begin !== begin || Math.abs(old.share - share) > 0.02);
  s.kept = [...others, { share, score, slip, begin, far: s.found.far }].slice(-KEPT);
  s.view.enter();
  s.view.plot.redraw("plot");
  s.view.ruler.redraw();
}

function motion(s) {
  const { f } = s;
  return {
    play: "the crowd runs from noise to data", once: true, onstop: f.settle,
    begin() {
      if (f.now.time === 0) f.set({ time: f.now.begin });
    },
    frame(seconds) {
      s.waiting -= seconds;
      if (s.waiting < -0.25) s.waiting = 0.25;
      f.set({ time: Math.max(0, Math.min(f.now.time, f.now.begin) - (seconds * f.now.begin) / SECONDS) });
      return f.now.time > 0;
    },
    finish: () => f.set({ time: 0 }),
  };
}

const arrived = ({ time }) => time < 0.01;
const LINES = [
  [({ slip, share }) => slip === "replay" && Math.abs(share - 1) > 0.05, "The kicks do not match the record: only with a share of 1 does everybody return."],
  [({ slip }) => slip === "replay", "The recorded noise with its sign turned, and no score. With a share of 1 everybody returns to " +
    "the datum they came from; no new data arise."],
  [({ slip, begin }) => slip === "recorded" && begin === 1, "Near the noise the crowd is too narrow: look at t = 0.95. By the end that is forgotten. Begin at t = 0.4."],
  [({ slip, share }) => slip === "recorded" && share > 0, "The start was made from this very noise. It is no longer random, given the start, and the law comes out wrong."],
  [({ slip }) => slip === "score", "Nothing pulls towards the data. Turning the drift round is not enough to turn the crowd round."],
  [({ slip, share }) => slip === "half" && share < 0.1, "Without the half and without noise the pull has no opponent: the crowd falls together."],
  [({ slip }) => slip === "half", "The pull is twice what the noise can balance: the modes come out too narrow."],
  [({ time }) => !arrived({ time }), "They are on their way. The density that they should have stands behind them, and beside them."],
  [({ score, begin }) => score === "early" && begin < 1, "Begun at t = 0.4 this score is exact: the error lies above. Begin at t = 1."],
  [({ score, share }) => score === "early" && share < 0.3, "Wrong near the noise, and no noise to forget it by: the error arrives."],
  [({ score }) => score === "early", "Wrong near the noise; what the noise stirs later is pulled right again."],
  [({ score }) => score === "late", "Wrong near the data: nothing comes after it, and a larger share follows the wrong score more."],
  [({ score }) => score === "network", "A network is wrong at every time. Drag the share, try new noise: is any share better than the others?"],
  [({ share }) => share < 0.05, "No noise at all: smooth lines, which never cross. Compare the histogram with that of the reverse SDE."],
  [() => true, "Drag the share from 0 to 2: the paths change, the histogram does not. Then spoil the score."],
];

function sentence({ f: { now }, found, floor, spread, course, now: index }) {
  const t = course.times[index()];
  return `Share ${shown(now.share)}, now at t = ${shown(t)}. At the end the crowd is W\u2081 = ${shown(found.far, 3)} from the data ` +
    `(2,000 true samples: ${shown(floor, 3)}), its standard deviation is ${shown(found.std)} (data: ${shown(spread)}), ` +
    `${percent(found.left, 0)} of it lies left of \u22120.5 (data: 40%).`;
}

export default widget("with-and-without-noise", build);
