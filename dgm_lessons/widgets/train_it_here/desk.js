// What happens: a run of training, the arrows that follow it, samples at its end.

import { makePlayer, makeTicker } from "../kit/player.js";
import { button, reducedMotion } from "../kit/ui.js";
import { exactGuess, levelsDown } from "../maths/session.js";
import { makeEngine } from "./engine.js";
import { sentence } from "./words.js";

const PARTICLES = 300;
const LEVELS = levelsDown(8, 0.02, 24); // noise levels that samples go down
const PACE = 12; // of them a second

// The mixture that is learned: the page's, or a narrow Gaussian at each point that the reader has drawn.
function dataOf(w, f) {
  const page = w.mixture();
  const variance = w.get("blur") ** 2;
  return () => {
    const count = f.now.drawn.length >> 1;
    if (!count) return page;
    const each = (make) => Array.from({ length: count }, (_, k) => make(k));
    return { weights: each(() => 1 / count), means: each((k) => f.now.drawn.slice(2 * k, 2 * k + 2)),
      covariances: each(() => [[variance, 0], [0, variance]]) };
  };
}

// `curves`: { loss: [[seconds, error], ...] }; `plots()`: the pictures, once they are there.
export function makeDesk(w, f, { status, curves, plots }) {
  const s = { w, f, curves, plots, data: dataOf(w, f), run: null, exact: null, learned: null };
  let engine = null;
  // An answer of the session, handed on while the run that asked for it is still the run.
  s.ask = (message, heard) => {
    const { run } = s;
    engine ??= makeEngine(w.signal);
    engine.ask(message).then((answer) => run === s.run && heard(answer)).catch((error) => {
      s.player.stop();
      status.say(`The network did not train: ${error.message ?? error}`, true);
    });
  };
  s.slice = () => (engine.inWorker ? { ms: 30, ahead: 2 } : { ms: 12, ahead: 1 }); // two: a worker never waits
  s.report = (settled) => status.say(sentence(w, f, s.run), settled);
  s.flow = makeFlow(s);
  s.player = makeTraining(s);
  s.player.node.append(button("Sample", "Sample: the same noise becomes data by the exact and by the learned score", s.flow.begin));

  // What the pictures show.
  s.scene = () => {
    const found = s.run?.samples;
    return { mixture: s.data(), sigma: f.now.sigma, drawn: f.now.drawn, exact: s.exact, learned: s.learned,
      particles: found && { exact: found.exact[s.flow.place], learned: found.learned[s.flow.place] } };
  };
  // The arrows at the noise level of the slider: the exact ones at once, the learned ones when they come.
  s.look = () => {
    const { places } = plots();
    const { sigma } = f.now;
    s.exact = exactGuess(s.data())(places, sigma, new Float64Array(places.length));
    if (!s.run) s.learned = places.map((x) => (sigma * x) / (1 + sigma * sigma)); // the last layer begins at 0
    plots().exact.redraw();
    plots().learned.redraw();
    if (s.run) s.ask({ kind: "look", places, sigma }, (answer) => showArrows(s, answer));
  };
  // Back to a network that has learned nothing.
  s.forget = () => {
    s.player.stop();
    s.flow.stop();
    s.run = null;
    for (const loss of Object.keys(curves)) delete curves[loss];
    plots().curve.redraw();
    s.look();
  };
  s.follow = (settled, names) => {
    if (names.includes("drawn")) s.forget();
    else if (names.includes("sigma")) s.look();
    if (s.run && (names.includes("loss") || names.includes("seed"))) {
      s.player.stop();
      s.run.done = true; // the next press begins anew
    }
    s.report(settled);
  };
  return s;
}

function showArrows(s, { sigma, field }) {
  if (sigma !== s.f.now.sigma) return;
  s.learned = field;
  s.plots().learned.redraw("over");
}

// The button that trains: slices of time are asked for while it plays, and none out of sight.
function makeTraining(s) {
  const { f, curves, plots } = s;
  function begin() {
    s.flow.clear();
    if (s.run && !s.run.done) return; // goes on
    const { loss, seed } = f.now;
    s.run = { loss, step: 0, seconds: 0, value: NaN, rmse: NaN, done: false, asked: 0, samples: null };
    curves[loss] = [];
    s.ask({ kind: "start", mixture: s.data(), loss, seed, steps: s.w.get("steps") }, take);
    s.report(false);
  }
  function take({ rmse, ...answer }) {
    Object.assign(s.run, answer);
    if (rmse !== null) {
      s.run.rmse = rmse;
      curves[s.run.loss].push([s.run.seconds, rmse]);
    }
    if (!s.player.running) s.report(true); // what was under way when the reader paused
    if (reducedMotion() && !s.run.done) return;
    if (rmse !== null) plots().curve.redraw();
    if (answer.field) showArrows(s, answer);
  }
  return makePlayer(s.w, {
    text: "Train", play: "the network learns in this page", begin,
    frame() {
      const { ms, ahead } = s.slice();
      while (s.run.asked < ahead && !s.run.done) {
        s.run.asked++;
        s.ask({ kind: "go", ms, places: plots().places, sigma: f.now.sigma }, (answer) => {
          s.run.asked--;
          if (!s.run.done) take(answer);
        });
      }
      s.report(false);
      return !s.run.done;
    },
    onstop() {
      s.report(true);
      if (s.run?.step === s.w.get("steps")) s.flow.begin();
    },
    reset: ["Reset: an untrained network", () => {
      s.forget();
      s.report(true);
    }],
  });
}

// The particles that follow the exact and the learned score from the same noise.
function makeFlow(s) {
  const paint = () => [s.plots().exact, s.plots().learned].forEach((plot) => plot.redraw("over"));
  let at = 0;
  const clock = makeTicker(s.w, (seconds) => {
    at += PACE * seconds;
    if (at >= LEVELS.length) clock.stop();
    paint();
  });
  return {
    get place() { return Math.min(LEVELS.length, Math.floor(at)); },
    stop: clock.stop,
    clear() {
      clock.stop();
      if (s.run) s.run.samples = null;
      paint();
    },
    begin() {
      if (!s.run?.step) return;
      s.player.stop();
      s.ask({ kind: "carry", count: PARTICLES, levels: LEVELS }, (found) => {
        s.run.samples = found;
        at = reducedMotion() ? LEVELS.length : 0;
        if (!at) clock.start();
        paint();
        s.report(true);
      });
    },
  };
}
