// Two ways to be wrong: one Gaussian q against a mixture p on the line, under six divergences.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { button, percent, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { alike, averageLog, descentStep, divergence, endings, heldOut, makeTable, POINTS } from "../maths/divergences.js";
import { chargePlot, densityPlot, digits, KINDS, measureBars, nameOf, shoulder, twoWaysLegend } from "./view.js";

const PACE = 14; // steps of descent a second
const DATA = 200; // drawn from p, to try q on
const DESCRIPTION = "The density of the data p, one Gaussian q over it, and the Gaussians at which descents have " +
  "ended. The numbers stand in the text below.";

function build(w) {
  const limits = w.get("limits");
  const s = { w, limits, charged: new Float64Array(POINTS), ghosts: [], best: {}, values: {}, flat: false };
  const two = w.get("weights").length === 2; // modes, whose weights can be moved
  const left = w.get("means")[0][0] < w.get("means").at(-1)[0];
  const f = s.f = makeFields(w, {
    mean: { limits: limits.mean }, std: { limits: limits.std }, descend: { options: KINDS.map(([key]) => key) },
    ...(two && { weight: { limits: [0.02, 0.98] } }),
  }, (settled, names) => {
    if (names.length) s.flat = false;
    if (f.now.weight !== s.weight) aim(s);
    refresh(s);
    status.say(sentence(s), settled);
  });
  s.side = () => f.now.mean + (f.now.mean + f.now.std <= limits.mean[1] ? 1 : -1) * f.now.std; // where the width is held
  aim(s);
  s.plot = densityPlot(w, s, DESCRIPTION);
  s.strip = chargePlot(w, s);
  s.bars = measureBars(s.table);
  const status = statusLine();
  const take = (fields) => {
    s.player.stop();
    f.set(fields);
  };
  const nudge = 0.02 * s.table.std;
  const grip = (name, onmove, key) =>
    s.plot.handle(name, { onmove, onkey: f.keys({ [key]: nudge }), onend: f.later, colour: "particle" });
  s.centre = grip("Mean of q", (x) => take({ mean: x }), "mean");
  s.edge = grip("Width of q", (x) => take({ std: Math.abs(x - f.now.mean) }), "std");
  s.player = makePlayer(w, descent(s));
  s.player.node.append(button("All endings", "All endings: where the six end, from a q on each mode and from a wide one", () => {
    s.player.stop();
    for (const [kind] of KINDS) for (const found of endings(mixtureNow(s), limits, kind)) keep(s, found);
    f.settle();
  }));
  w.arrange({
    stand: [s.plot.node, s.strip.node, twoWaysLegend(), makeStory(w, story(s)).node],
    panel: [s.bars.node, f.choice("descend", "Descend", KINDS, 3), s.player.node,
      two && f.slider("weight", `Weight of the ${left ? "left" : "right"} mode`, ["none", "all"], (v) => percent(v, 0))],
    foot: [status.node],
  });
  f.settle();
}

const mixtureNow = ({ w, f }) => {
  const { weight } = f.now;
  return { ...w.mixture(), ...(weight !== undefined && { weights: [weight, 1 - weight] }) };
};

// Another target p: its table, its data; what was found for the last one is forgotten.
function aim(s) {
  const mixture = mixtureNow(s);
  s.weight = s.f.now.weight;
  s.table = makeTable(mixture, s.limits);
  const { x, logp, step } = s.table;
  s.density = (at) => Math.exp(logp[Math.round((at - x[0]) / step)]);
  s.most = Math.exp(logp.reduce((a, b) => Math.max(a, b)));
  s.data = heldOut(mixture, DATA);
  [s.best, s.ghosts] = [{}, []];
  if (s.weight !== undefined) s.w.model.set("weights", mixture.weights);
}

// Keeps an ending, under one ghost with those that look the same.
function keep({ ghosts, table }, { kind, mean, std }) {
  const same = ghosts.find((ghost) => alike(table, ghost, { mean, std }));
  if (!same) ghosts.push({ kinds: [kind], mean, std });
  else if (!same.kinds.includes(kind)) same.kinds.push(kind);
}

// What the player does: descent in the chosen divergence.
function descent(s) {
  const { f } = s;
  let waiting = 0;
  const advance = () => {
    const next = descentStep(s.table, f.now.descend, f.now.mean, f.now.std);
    if (next) f.set({ mean: next[0], std: next[1] });
    else {
      s.flat = true;
      keep(s, { kind: f.now.descend, mean: f.now.mean, std: f.now.std });
    }
    return next !== null;
  };
  return {
    play: "descend until the slope is gone", once: true, onstop: f.settle,
    frame(seconds) {
      waiting += seconds;
      if (waiting < 1 / PACE) return true;
      waiting = 0;
      return advance();
    },
    finish() {
      for (let left = 600; left > 0 && advance(); left--);
    },
    step: ["Step: one step of descent", () => {
      advance();
      f.settle();
    }],
    reset: ["Reset: q as it was", () => f.change({ mean: f.start.mean, std: f.start.std })],
  };
}

function refresh(s) {
  const { f, table, best, limits } = s;
  const { mean, std, descend } = f.now;
  s.values = Object.fromEntries(KINDS.map(([key]) => [key, divergence(table, key, mean, std)]));
  for (const [key, value] of Object.entries(s.values)) {
    if (!(best[key]?.value <= value)) best[key] = { value, mean, std };
  }
  divergence(table, descend, mean, std, s.charged);
  const crest = Math.exp(-0.5 * Math.log(2 * Math.PI)) / std;
  s.plot.y.range = [0, Math.max(1.25 * s.most, Math.min(1.1 * crest, 3 * s.most))];
  s.strip.scale(descend);
  s.plot.redraw();
  s.strip.redraw();
  s.bars.set(s.values, best, descend);
  s.centre.place(mean, 0);
  s.centre.values(...limits.mean, mean, `mean ${shown(mean, 3)}`);
  s.edge.place(s.side(), Math.min(s.plot.y.range[1], shoulder(std)));
  s.edge.values(...limits.std, std, `std ${shown(std, 3)}`);
}

// What is to be seen now, by the first condition that holds.
function story(s) {
  const v = () => s.values;
  return [
    [() => s.flat, () => `The slope of ${nameOf(s.f.now.descend)} is gone: its descent ends here, and leaves its name.`],
    [() => v().js > 0.65, "q has left the data. JS and TV are at their tops and no longer say how far away q is."],
    [() => v().forward > 4 * v().reverse, "Where q is, p is too: reverse KL is content. But part of the data is nearly " +
      "impossible under q: forward KL charges for that."],
    [() => v().reverse > v().forward, "q covers the data, which contents forward KL. It also puts mass where no data are, " +
      "and reverse KL charges for that."],
    [() => true, () => `Drag the two dots: mean and width of q. Below, what ${nameOf(s.f.now.descend)} charges at each place.`],
  ];
}

function sentence({ f, table, values, best, flat, data }) {
  const { mean, std, descend } = f.now;
  const [, name, unit] = KINDS.find(([key]) => key === descend);
  const low = best[descend];
  const at = (m, width) => `mean ${shown(m, 3)}, std ${shown(width, 3)}`;
  const exact = { forward: "its", fisher: "here too its" }[descend];
  return `${name[0].toUpperCase()}${name.slice(1)} is ${digits(values[descend])}${unit} ` +
    `for q with ${at(mean, std)}. ` +
    (flat ? "The descent has stopped: here the slope is gone. " : "") +
    `Lowest so far: ${digits(low.value)} at ${at(low.mean, low.std)}. ` +
    (exact ? `In closed form ${exact} minimiser has p's own moments: ${at(table.mean, table.std)}. ` : "") +
    `The ${data.length} held-out data have log-likelihood ${shown(averageLog(data, mean, std), 3)} nats each under q.`;
}

export default widget("two-ways", build);
