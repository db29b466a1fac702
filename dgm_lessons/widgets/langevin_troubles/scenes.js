// The three scenes: what the walkers walk on, what the reader moves, what is counted, what is expected.
//   knob, symbol    the field that is moved, along the ruler `name`, and its sign if it is moved there; `unit` is what is measured over it
//   law, moves      of the fields: the target, and how walkers step; start, settle: where they begin, and
//                   how many steps are not counted
//   curves          of the ruler: [colour, dash, f(value of the knob)]
//   measured        [value, standard error], or null as long as there is none
//   rest            the density at rest, or null where that is the target, or none
//   tell            the text line

import { percent, shown } from "../kit/ui.js";
import { crossing, landmarks, powered, restVariance } from "../maths/walkers.js";

const WIDTH = 0.5;
const FINE = 0.01; // the step size where the step is not the question
const FEWEST = 12; // switches before a mean is shown
const UNEQUAL = { weights: [0.3, 0.7], means: [-0.9, 0.9], std: WIDTH };
const ONE = { weights: [1], means: [0], std: WIDTH };
const apart = (d) => ({ weights: [0.5, 0.5], means: [-d, d], std: WIDTH });

const bell = (variance) => (x) => Math.exp((-0.5 * x * x) / variance) / Math.sqrt(2 * Math.PI * variance);
const digits = (x) => shown(x, x < 10 ? 2 : x < 100 ? 1 : 0);

function spread({ x }) {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
  return [variance, variance * Math.sqrt(2 / x.length)];
}

const modes = {
  knob: "distance", name: "distance of a mode from 0, d", unit: "mean time between switches", log: [1, 4000],
  range: [-4, 4], start: ({ distance }) => -distance, settle: 200, // steps that are not counted
  law: ({ distance }) => apart(distance),
  moves: (now) => {
    const { from, to } = landmarks(apart(now.distance));
    return { eta: FINE, bottoms: [from, to] };
  },
  curves: [["high", [], (d) => crossing(apart(d), 600).exact], ["ink", [6, 4], (d) => crossing(apart(d), 60).kramers]],
  measured({ x, steps, switches }) {
    const mean = (x.length * steps * FINE) / switches;
    return switches < FEWEST ? null : [mean, mean / Math.sqrt(switches)];
  },
  rest: () => null,
  marks: [["line", "high", "time, exact"], ["dash", "ink", "Kramers' formula"]],
  tell({ distance }, crowd, found) {
    const { barrier, kramers, exact } = crossing(apart(distance), 2000);
    const left = crowd.x.filter((x) => x < 0).length / crowd.x.length;
    return `Modes at \u00b1${shown(distance)}: the hill is ${shown(barrier)} high. Mean time between switches ` +
      `${digits(exact)} (exact), ${digits(kramers)} (Kramers), ` +
      (found ? `${digits(found[0])} \u00b1 ${digits(found[1])} measured` : "not yet measured") +
      ` (${crowd.switches} switches). On the left: ${percent(left, 0)} of the walkers; p has 50%.`;
  },
};

const step = {
  knob: "eta", symbol: "\u03b7", name: "step size \u03b7", unit: "variance at rest", log: [0.1, 10], range: [-4, 4], start: () => -1.5, settle: 0,
  law: () => ONE,
  moves: ({ eta, metropolis }) => ({ eta, metropolis }),
  curves: [["ink", [6, 4], (eta) => restVariance(WIDTH ** 2, eta)], ["high", [], () => WIDTH ** 2]],
  measured: (crowd, { eta, metropolis }) => {
    const arrived = crowd.steps > 2 / eta + (metropolis ? 150 : 20);
    return arrived && (metropolis || eta < 0.499) ? spread(crowd) : null;
  },
  rest: ({ eta, metropolis }) => (metropolis || eta >= 0.5 ? null : bell(restVariance(WIDTH ** 2, eta))),
  marks: [["dash", "ink", "s\u00b2 / (1 \u2212 \u03b7/2s\u00b2)"], ["line", "high", "s\u00b2, the target's"]],
  tell({ eta, metropolis }, crowd, found) {
    const wide = restVariance(WIDTH ** 2, eta);
    const refused = metropolis && crowd.steps ? 1 - crowd.taken / (crowd.steps * crowd.x.length) : 0;
    return `Step size ${shown(eta, 3)} after ${crowd.steps} steps; the target has variance ${shown(WIDTH ** 2)}. ` +
      (metropolis ? `Corrected: ${percent(refused, 0)} of the steps are refused, and the target is the law at rest. `
        : wide < Infinity ? `The chain rests at ${shown(wide, 3)}. ` : "The chain has no rest: each step throws further out. ") +
      (found ? `Measured: ${shown(found[0], 3)} \u00b1 ${shown(found[1], 3)}.` : "Not at rest yet.");
  },
};

const noise = {
  knob: "c", symbol: "c", name: "noise c, for \u221a2", unit: "share of the left mode", range: [-4, 4], start: () => -0.9, settle: 0,
  law: () => UNEQUAL,
  moves: ({ c }) => ({ eta: FINE, c }),
  curves: [["high", [], (c) => powered(UNEQUAL, 2 / c ** 2, 0, 400).share]],
  measured(crowd, { c }) {
    const left = crowd.x.filter((x) => x < 0).length / crowd.x.length;
    const rest = 2000 * Math.max(1, c ** -4); // less noise takes longer to cross the hill
    return crowd.steps < rest ? null : [left, Math.sqrt((left * (1 - left)) / crowd.x.length)];
  },
  rest: ({ c }) => powered(UNEQUAL, 2 / c ** 2, 0).density,
  marks: [["line", "high", "share of p^(2/c\u00b2)"]],
  tell({ c }, crowd, found) {
    const { share } = powered(UNEQUAL, 2 / c ** 2, 0);
    return `Noise c = ${shown(c)}: the walkers rest at p to the power 2/c\u00b2 = ${shown(2 / c ** 2)}, with ` +
      `${percent(share)} on the left; p has ${percent(powered(UNEQUAL, 1, 0).share)}. ` +
      (found ? `Measured: ${percent(found[0])} \u00b1 ${percent(found[1])}.` : `Not at rest yet, after ${crowd.steps} steps.`);
  },
};

export const SCENES = { modes, step, noise };
export const SCENE_NAMES = [["modes", "Two modes"], ["step", "Step size"], ["noise", "Noise"]];
