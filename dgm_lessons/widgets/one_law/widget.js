// One law, three processes: forward SDE, probability flow and reverse SDE on one solved density.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { button, h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { nearestIndex } from "../maths/backward.js";
import { correlation, exactDistances, kolmogorov, makeFilm, mixedPairs, runProcess, STEPS } from "../maths/one_law.js";
import { crowdLegend, KINDS, laneLegend, makeLane, makeViews, NAMES } from "./view.js";

const SECONDS = 7; // that the cursor takes from data to noise
const SPIN = 2; // the strength of the field that turns
const CELLS = { line: 300, plane: 60 };
const VIEWS = [["line", "on the line"], ["plane", "in the plane"]];
const TURNS = [["none", "nothing"], ["score", "along the contours"], ["origin", "about the origin"]];
const HALVES = [[false, "\u00bd g\u00b2 \u2207log p"], [true, "g\u00b2 \u2207log p (wrong)"]];
const STARTS = [["data", "data, forward"], ["noise", "noise, backward"]];

function build(w) {
  const s = { films: {}, runs: new Map(), half: w.get("half"), i: 0 };
  const f = s.f = makeFields(w, {
    view: { options: VIEWS.map(([key]) => key) }, time: { limits: [0, 1] }, share: { limits: [0, 1] },
    turn: { options: TURNS.map(([key]) => key) }, whole: { options: [false, true] },
    start: { options: STARTS.map(([key]) => key) }, seed: { limits: [0, 2 ** 31 - 1], whole: true },
  }, (settled) => {
    const fresh = follow(w, s);
    for (const lane of lanes) lane.show(fresh);
    views.show();
    w.root.dataset.view = f.now.view;
    [pairs.hidden, turns.hidden] = [f.now.view === "plane", f.now.view === "line"];
    status.say(sentence(s), settled);
    story.tell();
  });
  const lanes = KINDS.map((kind) => makeLane(w, s, kind));
  const views = makeViews(w, s);
  const status = statusLine();
  const player = makePlayer(w, motion(f));
  player.node.append(button("New noise", "New noise: other random numbers", () => f.change({ seed: f.now.seed + 1 })));
  const pairs = h("div", { class: "dgm-pairs" }, views.pairs.node,
    f.slider("share", "Mixed pairs, \u03bb", ["all from the flow", "all from the SDE"], (v) => shown(v)));
  const turns = h("div", {}, f.choice("turn", "A field in addition, for all three", TURNS));
  follow(w, s);
  const story = makeStory(w, LINES.map(([when, text]) => [(now) => when(now, s), text]));
  w.arrange({
    stand: [h("div", { class: "dgm-three" }, ...lanes.map(({ node }) => node)), laneLegend(),
      f.slider("time", "Time t", ["data", "noise"], (t) => `t = ${shown(s.film.times[nearestIndex(s.film, t)])}`), player.node, story.node,
      h("div", { class: "dgm-more" }, views.law.node, views.distances.node, pairs), crowdLegend(),
      h("div", { class: "dgm-knobs" }, f.choice("view", "The data lie", VIEWS), f.choice("start", "The flow starts from", STARTS),
        f.choice("whole", "In the flow stands", HALVES), turns)],
    foot: [status.node],
  });
  f.settle();
}

// The density, the three crowds and their distances for these fields; true where they are others than before.
function follow(w, s) {
  const { view, time, share, turn, whole, start, seed } = s.f.now;
  const film = s.films[view] ??= makeFilm(view === "line" ? w.mixture() : w.get("plane"), w.get("process"), w.get("levels"),
    { half: s.half, cells: CELLS[view] });
  film.exact ??= exactDistances(film, STEPS / 2);
  const turning = view === "plane" && turn !== "none";
  const known = s.film === film ? s.known : {};
  s.film = film;
  s.known = Object.fromEntries(KINDS.map((kind) => {
    const rule = { seed, spin: turning ? SPIN : 0, turn, ...(kind === "flow" && { whole, from: start }) };
    const key = JSON.stringify(rule);
    if (known[kind]?.key === key) return [kind, known[kind]];
    const states = runProcess(film, kind, rule);
    return [kind, { key, states, far: states.map((x, i) => kolmogorov(film, i, x)) }];
  }));
  s.i = nearestIndex(film, time);
  s.pairs = mixedPairs(film, s.known.forward.states, s.known.flow.states, share, s.i);
  s.mixedFar = view === "line" ? kolmogorov(film, s.i, s.pairs[1]) : NaN;
  return KINDS.filter((kind) => s.known[kind] !== known[kind]);
}

// The cursor runs from data to noise.
function motion(f) {
  return {
    play: "the cursor runs from data to noise", once: true, onstop: f.settle,
    begin() {
      if (f.now.time >= 1) f.set({ time: 0 });
    },
    frame(seconds) {
      f.set({ time: Math.min(1, f.now.time + seconds / SECONDS) });
      return f.now.time < 1;
    },
    finish: () => f.set({ time: 1 }),
  };
}

const LINES = [
  [({ whole, start }) => whole && start === "data", "Twice too much score in the flow: from the data on it drives everybody outward, " +
    "off the density. The two SDEs are what they were."],
  [({ whole }) => whole, "Twice too much score in the flow: on its way from the noise the crowd falls together, while the two SDEs arrive."],
  [({ view, turn }) => view === "plane" && turn === "origin", "A plain rotation takes the modes along with it, away from where p\u209c has them. " +
    "Where the law is round, near the noise, it does the SDEs no harm."],
  [({ view, turn }) => view === "plane" && turn === "score", "All turn along the contours of p\u209c, to the left of the way uphill. " +
    "Look at the paths, then at the distances: the law has not noticed."],
  [({ view }) => view === "plane", "The same three processes in the plane: the density spreads, and three crowds fill it. Now add a field to all of them."],
  [({ time }) => time < 0.05, "The three stand in one density. The flow\u2019s paths are smooth, those of the SDEs rough. Let the cursor run."],
  [({ share }) => share < 0.02, "Every pair lies on one rising curve: x\u209c is a function of x\u2080. The histogram does not show it."],
  [({ share }) => share < 0.98, "One coin for each particle: \u03bb of them took the SDE, the others the flow. The law of x\u209c is still p\u209c."],
  [() => true, "Three crowds, one histogram. Now look at pairs: drag \u03bb down, and compare the cloud with the histogram."],
];

function sentence({ f: { now }, film, known, i, pairs, mixedFar }) {
  const each = KINDS.map((kind) => `${NAMES[kind]} ${shown(known[kind].far[i], 3)}`).join(", ");
  const mixed = now.view === "line" ? ` Pairs mixed with \u03bb = ${shown(now.share)}: KS ${shown(mixedFar, 3)}, ` +
    `correlation of x\u2080 and x\u209c ${shown(correlation(pairs))}.` : "";
  return `t = ${shown(film.times[i])}. Kolmogorov\u2013Smirnov distance to the solved density: ${each}. 2,000 exact draws have ` +
    `${shown(film.exact.mean, 3)} on average, and 19 of 20 such crowds less than ${shown(film.exact.high, 3)}.${mixed}`;
}

export default widget("one-law", build);
