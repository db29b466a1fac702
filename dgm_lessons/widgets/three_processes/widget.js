// VE, VP, FM: one mixture under three processes at one log-SNR, as it is or divided by alpha.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { button, h, percent, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeRng, sample } from "../maths/mixture.js";
import { makeProcess } from "../maths/processes.js";
import { brownianRows, levelsToNoise, meeting, shareSeen, windowAt } from "../maths/shared_clock.js";
import { makeClocks, makePanel, marks, NAMES } from "./view.js";

const POINTS = 300;
const STEPS = 260; // of the clock, from data to noise
const SECONDS = 7;

function build(w) {
  const limits = w.get("limits");
  const processes = Object.fromEntries(Object.keys(NAMES).map((key) => [key, makeProcess(w.get("processes")[key])]));
  const s = { mixture: w.mixture(), levels: levelsToNoise(limits, STEPS), half: w.get("half") };
  s.alphas = Object.fromEntries(Object.entries(processes).map(([key, process]) =>
    [key, s.levels.map((level) => meeting(process, level).alpha)]));
  const f = makeFields(w, {
    log_snr: { limits }, rescaled: { options: [false, true] }, seed: { limits: [0, 2 ** 31 - 1], whole: true },
  }, (settled) => refresh(settled));
  const panels = Object.keys(processes).map((key) => [key, makePanel(w, s, key)]);
  const clocks = makeClocks(w, s, processes, limits);
  const grip = clocks.handle("Clock", {
    onmove: (level) => byHand(level), onkey: f.keys({ log_snr: -0.1 }), onend: f.later, colour: "ink",
  });
  const status = statusLine();
  const player = makePlayer(w, motion(f, limits));
  player.node.append(button("New noise", "New noise: another path for every point", () => f.change({ seed: f.now.seed + 1 })));
  const story = makeStory(w, LINES);
  w.arrange({
    stand: [h("div", { class: "dgm-three" }, ...panels.map(([, { node }]) => node)), marks(), story.node],
    panel: [f.choice("rescaled", "What is drawn", [[false, "x"], [true, "x / \u03b1"]]), clocks.node, player.node],
    foot: [status.node],
  });

  function byHand(level) {
    player.stop();
    f.set({ log_snr: level });
  }
  function refresh(settled) {
    const { log_snr: level, rescaled } = f.now;
    look(s, f.now);
    s.seen = {};
    for (const [key, panel] of panels) {
      s.now[key] = { ...meeting(processes[key], level), alphas: s.alphas[key] };
      s.seen[key] = shareSeen(s.rows[s.at], rescaled ? 1 : s.now[key].alpha, s.window);
      panel.look();
    }
    clocks.redraw("over");
    grip.place(level, 0);
    grip.values(-limits[1], -limits[0], -level, `log-SNR ${level.toFixed(2)}`);
    status.say(sentence(s, f.now), settled);
  }
  f.settle();
}

// The rows of the particles for this seed, and which of them is shown.
function look(s, { log_snr: level, rescaled, seed }) {
  if (seed !== s.seed) {
    const rng = makeRng(seed);
    const x0 = new Float64Array(2 * POINTS);
    sample(s.mixture, 1, 0, rng, x0);
    s.rows = brownianRows(x0, s.levels, rng.fill);
    s.seed = seed;
  }
  const [clean, noisy] = [s.levels[0], s.levels.at(-1)];
  s.at = Math.round((STEPS * (clean - level)) / (clean - noisy));
  s.window = rescaled ? windowAt(s.half, level) : s.half;
  Object.assign(s, { level, rescaled, now: s.now ?? {} });
}

// The clock runs from data to noise.
function motion(f, [noisy, clean]) {
  return {
    play: "the clock runs from data to noise", once: true, onstop: f.settle,
    begin(alone) {
      if (alone || f.now.log_snr <= noisy) f.set({ log_snr: clean });
    },
    frame(seconds) {
      f.set({ log_snr: f.now.log_snr - ((clean - noisy) * seconds) / SECONDS });
      return f.now.log_snr > noisy;
    },
    finish: () => f.set({ log_snr: noisy }),
  };
}

function sentence({ now, seen }, { log_snr: level, rescaled }) {
  const each = Object.entries(now).map(([key, { t, alpha, sigma }]) =>
    `${NAMES[key]} t = ${shown(t, 3)}, \u03b1 = ${shown(alpha, 3)}, \u03c3 = ${shown(sigma, 3)}`);
  const shares = Object.entries(seen).map(([key, share]) => `${percent(share, 0)} (${NAMES[key]})`);
  return `log-SNR ${shown(level)}, so \u03c3/\u03b1 = ${shown(Math.exp(-level / 2))} in all three. ${each.join("; ")}. ` +
    `In the window${rescaled ? " of x/\u03b1" : ""}: ${shares.join(", ")} of the points.`;
}

// What is to be seen now.
const LINES = [
  [({ log_snr, rescaled }) => !rescaled && log_snr > 2.5, "Little noise, and \u03b1 is still near 1: the three pictures nearly agree. " +
    "Let the clock run."],
  [({ log_snr, rescaled }) => !rescaled && log_snr > -2, "VE leaves the modes where they are and lets the points spread. VP and FM " +
    "pull everything inwards while the noise comes in: look at the crosses."],
  [({ rescaled }) => !rescaled, "VE\u2019s points have left the window, VP\u2019s and FM\u2019s fill it. Now divide by \u03b1."],
  [({ log_snr }) => log_snr > -2, "Divided by \u03b1 the three pictures are one, point by point. Only the times t differ."],
  [() => true, "The window has grown with the noise, and still the three are one: they are one Brownian path, multiplied " +
    "by three different \u03b1."],
];

export default widget("three-processes", build);
