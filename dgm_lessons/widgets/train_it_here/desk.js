// What happens: a run of training, the arrows that follow it, samples at its end.

import { makePlayer, makeTicker } from "../kit/player.js";
import { button, reducedMotion, shown } from "../kit/ui.js";
import { diffuse, evaluate } from "../maths/mixture.js";
import { levelsDown } from "../maths/session.js";
import { makeEngine } from "./engine.js";

const SLICE = 30; // milliseconds of training between two answers
const AHEAD = 2; // slices that are asked for before an answer is there: the worker never waits
const PARTICLES = 300;
const LEVELS = levelsDown(8, 0.02, 24);
const PACE = 12; // levels a second while samples form

export function makeDesk(w, f, { status, curves, plots }) {
  const mixture = w.mixture();
  const steps = w.get("steps");
  const state = { step: 0, seconds: 0, loss: NaN, rmse: NaN, done: false, samples: null, place: 0, asked: 0 };
  let engine = null;
  let run = 0; // counts the networks: answers about an older one are dropped
  let learned = null; // the network's noise at the arrows
  const desk = {};
  const ask = (message) => (engine ??= makeEngine(w.signal)).ask(message);
  const failed = (error) => {
    desk.player.stop();
    status.say(`The network did not train: ${error.message ?? error}`, true);
  };

  // What the pictures show.
  let exact = null;
  desk.scene = () => ({ mixture, sigma: f.now.sigma, drawn: [], exact, learned, particles: state.samples && {
    exact: state.samples.exact[state.place], learned: state.samples.learned[state.place] } });

  // The arrows at the noise level of the slider: the exact ones at once, the learned ones from the worker.
  desk.look = () => {
    const { places } = plots();
    const sigma = f.now.sigma;
    const score = new Float64Array(places.length);
    evaluate(diffuse(mixture, 1, sigma), places, { score });
    exact = score.map((value) => -sigma * value);
    if (!run) learned = places.map((value) => (sigma * value) / (1 + sigma * sigma)); // its last layer is 0
    plots().exact.redraw();
    plots().learned.redraw();
    if (!run) return;
    const mine = run;
    ask({ kind: "look", places, sigma }).then((answer) => mine === run && arrows(answer)).catch(failed);
  };
  function arrows({ sigma, field }) {
    if (sigma !== f.now.sigma) return;
    learned = field;
    plots().learned.redraw("over");
  }

  function begin() {
    flow.stop();
    state.samples = null;
    if (run && !state.done && state.step) return; // goes on
    Object.assign(state, { step: 0, seconds: 0, loss: NaN, rmse: NaN, done: false, asked: 0 });
    const mine = ++run;
    state.of = f.now.loss;
    curves[state.of] = [];
    ask({ kind: "start", mixture, loss: f.now.loss, seed: f.now.seed, steps }).then((first) => mine === run && take(first)).catch(failed);
  }

  // One answer: numbers, arrows, the curve.
  function take(answer) {
    const { rmse, ...rest } = answer;
    Object.assign(state, rest);
    if (rmse !== null) {
      state.rmse = rmse;
      curves[state.of].push([state.seconds, rmse]);
    }
    if (reducedMotion() && !state.done) return;
    if (rmse !== null) plots().curve.redraw();
    if (answer.field) arrows(answer);
  }

  desk.player = makePlayer(w, {
    text: "Train", play: "the network learns in this page", begin,
    frame() {
      const mine = run;
      while (state.asked < AHEAD && !state.done) {
        state.asked++;
        ask({ kind: "go", ms: SLICE, places: plots().places, sigma: f.now.sigma }).then((answer) => {
          if (mine !== run) return;
          state.asked--;
          if (!state.done) take(answer);
        }).catch(failed);
      }
      desk.report(false);
      return !state.done;
    },
    onstop() {
      desk.report(true);
      if (state.done) desk.sample();
    },
    reset: ["Reset: an untrained network", () => {
      flow.stop();
      run = 0;
      Object.assign(state, { step: 0, seconds: 0, loss: NaN, rmse: NaN, done: false, samples: null, asked: 0 });
      for (const loss of Object.keys(curves)) delete curves[loss];
      plots().curve.redraw();
      desk.look();
      desk.report(true);
    }],
  });
  const flow = makeTicker(w, (seconds) => {
    at = Math.min(LEVELS.length, at + PACE * seconds);
    state.place = Math.floor(at);
    paintSamples();
    if (state.place === LEVELS.length) flow.stop();
  });
  let at = 0;
  function paintSamples() {
    plots().exact.redraw("over");
    plots().learned.redraw("over");
  }
  desk.sample = () => {
    if (!run || !state.step) return;
    const mine = run;
    desk.player.stop();
    ask({ kind: "carry", count: PARTICLES, levels: LEVELS }).then((found) => {
      if (mine !== run) return;
      state.samples = found;
      at = reducedMotion() ? LEVELS.length : 0;
      state.place = at;
      paintSamples();
      if (!at) flow.start();
      desk.report(true);
    }).catch(failed);
  };
  desk.player.node.append(button("Sample", "Sample: the same noise becomes data by the exact and by the learned score", desk.sample));

  desk.follow = (settled, names) => {
    if (names.includes("sigma")) desk.look();
    if (names.includes("loss") || names.includes("seed")) {
      desk.player.stop();
      state.done = true; // the next press begins anew
    }
    desk.report(settled);
  };

  desk.report = (settled) => {
    const { step, seconds, rmse, loss, samples } = state;
    const work = step ? `${state.of} loss: step ${step} of ${steps}, ${shown(seconds, 1)} seconds of training. Loss ${shown(loss, 3)}. ` +
      `The guess of the noise is off by ${shown(rmse, 3)} (RMSE against the exact one, noise levels 0.05 to 5).`
      : `The network has not learned yet. Press Train: ${steps} steps of 256 points each, in your browser; nothing leaves this page.`;
    const found = samples ? ` Samples: distance to true ones ${shown(samples.distance.exact, 3)} by the exact score, ` +
      `${shown(samples.distance.learned, 3)} by the learned one (other true ones: ${shown(samples.distance.fresh, 3)}).` : "";
    status.say(work + found, settled);
  };
  return desk;
}
