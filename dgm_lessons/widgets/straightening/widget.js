// Straightening: a flow before and after rectification, from the same noise, by Euler in n steps.

import { bytesOf } from "../kit/bytes.js";
import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { button, h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeRng } from "../maths/mixture.js";
import { apart, curvature, exactVelocity, follow, networkVelocity, transportCost } from "../maths/straight.js";
import { flowLegend, makeLane, SIDES } from "./view.js";

const CROWD = 400; // paths behind the numbers
const FINE = 32; // steps of Heun behind curvature and cost
const REACH = 2.8;
const SECONDS = 3; // that the points take from noise to data
const STEPS = [1, 2, 4, 8, 64];

function build(w) {
  const s = { w, velocity: { before: exactVelocity(w.mixture()) }, fine: {}, euler: {}, bold: {}, told: {} };
  const f = s.f = makeFields(w, {
    steps: { options: STEPS }, time: { limits: [0, 1] }, start: { limits: [-REACH, REACH], size: 2 },
    seed: { limits: [0, 2 ** 31 - 1], whole: true },
  }, (settled, names) => {
    if (!names.length || names.some((name) => name !== "time")) trace(s, names);
    for (const lane of lanes) lane.show(names);
    status.say(sentence(s), settled);
  });
  const lanes = SIDES.map((side) => makeLane(w, s, side, REACH));
  const status = statusLine();
  const player = makePlayer(w, motion(f));
  player.node.append(button("New noise", "New noise: other random numbers", () => f.change({ seed: f.now.seed + 1 })));
  w.arrange({
    stand: [h("div", { class: "dgm-twins" }, ...lanes.map(({ node }) => node)), flowLegend(), makeStory(w, LINES).node,
      h("div", { class: "dgm-knobs" }, f.choice("steps", "Steps of Euler", STEPS.map((n) => [n, String(n)]), 5),
        f.slider("time", "Time t", ["data", "noise"], (t) => `t = ${shown(t)}`)), player.node],
    foot: [status.node],
  });
  fetchNetwork(s, status);
  f.settle();
}

function fetchNetwork(s, status) {
  bytesOf(s.w.model, "network").then((bytes) => {
    const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    s.velocity.after = networkVelocity(Float64Array.from(numbers), s.w.get("shape"), s.w.get("levels"));
    s.f.settle();
  }, (error) => {
    status.node.textContent = `The network could not be loaded: ${error.message}`;
  });
}

// Paths of the crowd and of the chosen start, of each flow that is there, where they are others than before.
function trace(s, names) {
  const { steps, start, seed } = s.f.now;
  if (s.seed !== seed) {
    s.noise = makeRng(seed).fill(new Float64Array(2 * CROWD));
    [s.seed, s.fine, s.euler, s.told] = [seed, {}, {}, {}];
  }
  if (names.includes("steps")) s.euler = {};
  for (const side of Object.keys(s.velocity)) {
    const run = s.velocity[side];
    s.fine[side] ??= follow(run, s.noise, FINE, true);
    s.told[side] ??= { bend: curvature(s.fine[side]), cost: transportCost(s.fine[side]) };
    s.euler[side] ??= follow(run, s.noise, steps);
    s.bold[side] = follow(run, Float64Array.from(start), steps);
  }
}

function motion(f) {
  return {
    play: "the points run from noise to data", once: true, onstop: f.settle,
    begin() {
      if (f.now.time <= 0) f.set({ time: 1 });
    },
    frame(seconds) {
      f.set({ time: Math.max(0, f.now.time - seconds / SECONDS) });
      return f.now.time > 0;
    },
    finish: () => f.set({ time: 0 }),
  };
}

const LINES = [
  [({ steps }) => steps === 1, "One step: everybody leaves in the direction of its first look, and goes all the way. " +
    "Compare where the two flows end."],
  [({ time, steps }) => time === 1 && steps === 64, "The same noise on both sides. Press Play."],
  [({ steps }) => steps === 64, "Sixty-four steps: the flows as they are. Drag the start across the middle, and watch where the paths bend. " +
    "Then take fewer steps."],
  [() => true, "With few steps a bent path is cut short at its corners, a straight one loses little."],
];

const NAMES = { before: "Before", after: "After" };

function sentence(s) {
  const { steps, time } = s.f.now;
  const parts = SIDES.filter((side) => s.told[side]).map((side) => {
    const off = apart(s.euler[side].at(-1), s.fine[side].at(-1));
    return `${NAMES[side]}: curvature ${shown(s.told[side].bend, 3)}, transport cost ${shown(s.told[side].cost, 2)}; ` +
      `${steps} ${steps === 1 ? "step of Euler ends" : "steps of Euler end"} ${shown(off, 3)} (root mean square) from the flow\u2019s own ends.`;
  });
  return `t = ${shown(time)}. ${CROWD} paths. ${parts.join(" ")}`;
}

export default widget("straightening", build);
