// Guidance dial: guided samples of one class, and the tilted density that they are said to have.

import { makeFields } from "../kit/fields.js";
import { legend } from "../kit/legend.js";
import { makePlayer } from "../kit/player.js";
import { makePlot } from "../kit/plot.js";
import { makeStory } from "../kit/story.js";
import { button, h, percent, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { classOf, guidedPath, lawsAt, portrait, tiltedLog, tiltedSample } from "../maths/guidance.js";
import { makeRng, slicedWasserstein } from "../maths/mixture.js";
import { makeProcess, timesBetween } from "../maths/processes.js";

const STEPS = 64; // of the flow, from noise to data
const SECONDS = 4; // that they take
const HALF = 3; // of the window
const PAIRS = 8; // of true samples, for the floor
const CONVENTIONS = [["weight", "weight w"], ["scale", "scale 1 + w"]];
const spell = ({ guidance, convention }) =>
  (convention === "weight" ? `weight w = ${shown(guidance, 1)}` : `scale 1 + w = ${shown(1 + guidance, 1)}`);

function build(w) {
  const [whole, labels, label] = [w.mixture(), w.get("labels"), w.get("label")];
  const s = { whole, labels, label, process: makeProcess(w.get("process")), paths: null, key: "" };
  s.told = classOf(whole, labels, label);
  s.times = timesBetween(s.process, ...w.get("levels"), STEPS);
  const f = s.f = makeFields(w, {
    guidance: { limits: [0, 8] }, convention: { options: CONVENTIONS.map(([key]) => key) },
    time: { limits: [0, 1] }, seed: { limits: [0, 2 ** 31 - 1], whole: true },
  }, (settled) => {
    follow(w, s);
    for (const plot of plots) plot.redraw();
    status.say(sentence(s, settled), settled);
  });
  const dial = f.slider("guidance", "Guidance", ["none", "strong"], () => spell(f.now));
  const status = statusLine();
  const plots = [plane(w, s), bars(w, s)];
  const player = makePlayer(w, {
    play: "the samples go from noise to data", once: true, onstop: f.settle,
    begin: () => void (f.now.time >= 1 && f.set({ time: 0 })),
    frame(seconds) {
      f.set({ time: Math.min(1, f.now.time + seconds / SECONDS) });
      return f.now.time < 1;
    },
    finish: () => f.set({ time: 1 }),
  });
  player.node.append(button("New noise", "New noise: other random numbers", () => f.change({ seed: f.now.seed + 1 })));
  follow(w, s);
  w.arrange({
    stand: [plots[0].node, legend([["heat", "high", "noised, then tilted (at the end: the tilted density)"], ["dot", "particle", "guided samples"],
      ["cross", "high", "modes of the class"], ["ring", "ink", "modes of the others"]]), makeStory(w, LINES).node],
    panel: [dial, f.choice("convention", "The dial reads", CONVENTIONS),
      f.slider("time", "Way of the samples", ["noise", "data"], () => `\u03c3 ${shown(s.laws.told.sigma)}`), player.node,
      h("div", { class: "dgm-caption" }, "Share at each mode of the class"), plots[1].node,
      legend([["area", "high", "density in colour"], ["bar", "particle", "guided samples"]])],
    foot: [status.node],
  });
  f.settle();
}

// The samples of this weight on their whole way, and the laws of this time.
function follow(w, s) {
  const { guidance, seed, time } = s.f.now;
  const key = `${guidance} ${seed}`;
  if (key !== s.key) {
    s.key = key;
    s.paths = guidedPath(s, guidance, makeRng(seed).fill(new Float64Array(2 * w.get("n_particles"))), s.times);
  }
  s.i = Math.round(time * STEPS);
  s.x = s.paths[s.i];
  s.laws = lawsAt(s, s.times[s.i]);
  s.truth = tiltedSample(s, s.laws, guidance, makeRng(seed + 1), s.x.length / 2);
  [s.found, s.wanted] = [s.x, s.truth].map((x) => portrait(s.laws, x));
}

const LINES = [
  [({ time }) => time < 0.5, "Noise becomes data. At each noise level the colour is the density whose gradient pushes the samples."],
  [({ time }) => time < 0.98, "The modes come apart. Let the samples arrive, then turn the dial."],
  [({ guidance }) => guidance < 0.05, "No guidance: the samples have the law of the class. Turn the dial up, and compare dots and colour."],
  [({ guidance }) => guidance < 2, "Look at the mode that lies among the rings: the colour stays, the samples leave."],
  [() => true, "The colour is the tilted density. The samples have left a part of it, and press to the far side of the rest."],
];

function plane(w, s) {
  const axis = { range: [-HALF, HALF] };
  return makePlot(w, {
    label: "Guided samples over the tilted density; the numbers stand in the text below", aspect: 1,
    x: { ...axis, name: "x\u2081" }, y: { ...axis, name: "x\u2082" },
    draw(p) {
      const side = 96;
      const grid = new Float64Array(2 * side * side);
      const at = (i) => -HALF + ((i + 0.5) * 2 * HALF) / side;
      for (let j = 0; j < side; j++) for (let i = 0; i < side; i++) grid.set([at(i), at(j)], 2 * (j * side + i));
      const { log } = tiltedLog(s.laws, s.f.now.guidance, grid);
      const top = log.reduce((a, b) => Math.max(a, b), -Infinity);
      const place = (v) => Math.min(side - 1, Math.floor(((v + HALF) / (2 * HALF)) * side));
      p.heat((a, b) => Math.exp(log[place(b) * side + place(a)] - top), side, side);
      p.axes();
      const { alpha } = s.laws.told;
      s.whole.means.forEach(([a, b], k) => {
        const [X, Y, r] = [p.X(alpha * a), p.Y(alpha * b), 6];
        p.pen.beginPath();
        if (s.labels[k] === s.label) {
          for (const side of [-1, 1]) {
            p.pen.moveTo(X - r, Y - side * r);
            p.pen.lineTo(X + r, Y + side * r);
          }
        } else p.pen.arc(X, Y, r, 0, 2 * Math.PI);
        p.pen.setLineDash([]);
        p.pen.lineWidth = 1.6;
        p.pen.strokeStyle = p.ink(s.labels[k] === s.label ? "high" : "ink");
        p.pen.stroke();
      });
      p.dots(Array.from({ length: s.x.length / 2 }, (_, i) => [s.x[2 * i], s.x[2 * i + 1]]), "particle", { radius: 1.7, shade: 0.75 });
    },
  });
}

// Two bars a mode: of the tilted samples, in outline, and of the guided ones, filled.
function bars(w, s) {
  const count = s.told.mixture.weights.length;
  return makePlot(w, {
    label: "Shares of the samples at the modes of the class; the numbers stand in the text below", aspect: 1.9,
    x: { range: [0.4, count + 0.6], name: "mode", ticks: Array.from({ length: count }, (_, k) => k + 1) },
    y: { range: [0, 1], name: "share", ticks: [0, 0.5, 1] },
    draw(p) {
      for (let k = 0; k < count; k++) {
        for (const [left, share, full] of [[k + 0.68, s.wanted.shares[k], false], [k + 1.02, s.found.shares[k], true]]) {
          const box = [p.X(left), p.Y(share), p.X(left + 0.3) - p.X(left), p.Y(0) - p.Y(share)];
          p.pen.fillStyle = full ? p.ink("particle") : p.ink("high", 0.3);
          p.pen.fillRect(...box);
          p.pen.setLineDash([]);
          p.pen.lineWidth = 1.5;
          p.pen.strokeStyle = p.ink(full ? "particle" : "high");
          p.pen.strokeRect(...box);
        }
      }
    },
  });
}

// Distances and shares; the floor, of true samples from one another, is taken once things have settled.
function sentence(s, settled) {
  const { guidance, seed } = s.f.now;
  const key = `${s.key} ${s.i}`;
  if (settled && s.floorOf !== key) {
    const n = s.x.length / 2;
    const fresh = (j) => tiltedSample(s, s.laws, guidance, makeRng(seed + 2 + j), n);
    const sets = Array.from({ length: PAIRS }, (_, j) => fresh(j));
    const mean = (x) => sets.reduce((sum, y) => sum + slicedWasserstein(x, y) / PAIRS, 0);
    [s.far, s.floor, s.floorOf] = [mean(s.x), mean(fresh(PAIRS)), key];
  }
  if (s.floorOf !== key) return `Guidance ${spell(s.f.now)}.`;
  const list = (part) => Array.from(part.shares, (v) => percent(v, 0)).join(", ");
  const law = s.i < STEPS ? "noised, then tilted density" : "tilted density";
  return `Guidance ${spell(s.f.now)}. Distance of the samples to the ${law}: ${shown(s.far, 3)} (true samples of it: ` +
    `${shown(s.floor, 3)}). Shares at the modes: ${list(s.found)} (tilted: ${list(s.wanted)}). Spread ${shown(s.found.spread)} ` +
    `(tilted: ${shown(s.wanted.spread)}). Mean of p(c | x): ${percent(s.found.sure)} (tilted: ${percent(s.wanted.sure)}).`;
}

export default widget("guidance-dial", build);
