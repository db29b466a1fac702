// Langevin's troubles: modes drawn apart, steps of a finite size, the wrong noise. One scene at a time.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { h, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeWalkers, walk } from "../maths/walkers.js";
import { SCENE_NAMES, SCENES } from "./scenes.js";
import { crest, makeRulers, makeWorld, topOf, worldMarks } from "./view.js";

const WALKERS = 500;
const PACE = { modes: 900, step: 50, noise: 400 }; // steps a second
const KEPT = 12; // measurements that stay on the ruler
const DESCRIPTION = "The target density and the walkers in it. The numbers stand in the text below.";

function build(w) {
  const limits = w.get("limits");
  const s = { kept: { modes: [], step: [], noise: [] }, seen: {}, due: 0, fresh: true, known: "" };
  const f = s.f = makeFields(w, {
    scene: { options: Object.keys(SCENES) }, metropolis: { options: [false, true] },
    distance: { limits: limits.distance }, eta: { limits: limits.eta }, c: { limits: limits.c },
  }, (settled) => {
    aim(s);
    refresh(settled);
  });
  s.crowd = makeWalkers(WALKERS, -f.now.distance, 1);
  aim(s);
  const hands = (knob, nudge) => ({
    onmove: (value) => f.set({ [knob]: value }), onkey: f.keys({ [knob]: nudge }), onend: f.later, colour: "ink",
  });
  s.world = makeWorld(w, s, DESCRIPTION);
  const grip = s.world.handle("Right mode", hands("distance", 0.02));
  const rulers = makeRulers(w, s, limits, hands);
  const status = statusLine();
  const player = s.player = makePlayer(w, motion(s, () => show(false), f));
  const corrected = f.choice("metropolis", "Every step is", [[false, "taken"], [true, "taken or refused"]]);
  const story = makeStory(w, LINES.map(([when, text]) => [when, () => text + (s.crowd.steps ? "" : " Press Play to see it.")]));
  const parts = Object.entries(rulers).map(([key, { nodes }]) => [key, h("div", {}, ...nodes)]);
  w.arrange({
    stand: [s.world.node, worldMarks(), story.node],
    panel: [f.choice("scene", "Trouble with", SCENE_NAMES), ...parts.map(([, node]) => node), corrected, player.node],
    foot: [status.node],
  });

  // The walkers have moved: only what shows them.
  function show(settled) {
    const scene = SCENES[f.now.scene];
    s.world.redraw("over");
    rulers[f.now.scene].plot.redraw();
    status.say(scene.tell(f.now, s.crowd, scene.measured(s.crowd, f.now)), settled);
    story.tell();
  }
  function refresh(settled) {
    const { scene, distance } = f.now;
    s.world.y.range = [0, topOf(s.law, SCENES[scene].rest(f.now))];
    for (const [key, node] of parts) node.hidden = key !== scene;
    corrected.hidden = scene !== "step";
    grip.show(scene === "modes");
    grip.place(distance, Math.min(crest(s, distance), s.world.y.range[1]));
    grip.values(...limits.distance, distance, `half the distance ${distance.toFixed(2)}`);
    rulers[scene].place(f.now);
    s.world.redraw("plot");
    show(settled);
  }
  f.settle();
}

// Another setting: the walkers start anew.
function aim(s) {
  const { now } = s.f;
  const scene = SCENES[now.scene];
  const known = [now.scene, now[scene.knob], now.scene === "step" && now.metropolis].join();
  if (known === s.known) return;
  s.fresh = s.known === "";
  [s.known, s.settled] = [known, false];
  const [first, last] = s.seen[now.scene] ?? [Infinity, -Infinity];
  s.seen[now.scene] = [Math.min(first, now[scene.knob]), Math.max(last, now[scene.knob])];
  s.law = scene.law(now);
  s.moves = scene.moves(now);
  s.crowd.gather(scene.start(now));
}

// What playing does: so many steps a second, within what a frame can bear.
function motion(s, show, f) {
  const advance = (count) => {
    const first = s.settled ? 0 : Math.min(count, SCENES[f.now.scene].settle - s.crowd.steps);
    walk(s.crowd, s.law, s.moves, first);
    if (!s.settled && s.crowd.steps >= SCENES[f.now.scene].settle) {
      s.settled = true;
      if (first) s.crowd.forget();
    }
    walk(s.crowd, s.law, s.moves, count - first);
    keep(s);
  };
  return {
    play: "the walkers walk", once: 12, onstop: f.settle,
    frame(seconds) {
      s.due = Math.min(20, s.due + seconds * PACE[f.now.scene]);
      const count = Math.floor(s.due);
      s.due -= count;
      if (count) advance(count);
      show();
      return true;
    },
    finish: () => advance(Math.max(60, PACE[f.now.scene])),
    step: ["Step: one step of every walker", () => {
      advance(1);
      f.settle();
    }],
    reset: ["Reset: all walkers back to the start", () => {
      s.known = "";
      s.kept[f.now.scene] = [];
      f.settle();
    }],
  };
}

// Puts what is measured on the ruler, in the place of an earlier measurement at the same setting.
function keep({ f, kept, crowd }) {
  const { scene, metropolis } = f.now;
  const value = f.now[SCENES[scene].knob];
  const found = SCENES[scene].measured(crowd, f.now);
  if (!found) return;
  const corrected = scene === "step" && metropolis;
  const others = kept[scene].filter((old) => old.value !== value || old.corrected !== corrected);
  kept[scene] = [...others, { value, found, corrected }].slice(-KEPT);
}

// What is to be seen now.
const LINES = [
  [({ scene, distance }) => scene === "modes" && distance > 1.75,
    "Each mode looks perfect, and hardly anyone crosses. The shares are those of the start."],
  [({ scene, distance }) => scene === "modes" && distance < 1.1, "A low hill: walkers switch often, and the start is soon forgotten."],
  [({ scene }) => scene === "modes", "All start on the left. Drag the right mode away and watch how often they still cross."],
  [({ scene, metropolis }) => scene === "step" && metropolis, "Some steps are refused, and the walkers lie on the target, whatever the step."],
  [({ scene, eta }) => scene === "step" && eta >= 0.5, "The step is longer than 2s\u00b2: every walker is thrown further out each time."],
  [({ scene, eta }) => scene === "step" && eta > 0.08, "The step is so long that the walkers overshoot: they rest at a law that is too wide."],
  [({ scene, eta }) => scene === "step" && eta < 0.008, "A small step is nearly exact, and slow: they are still on their way from the left."],
  [({ scene }) => scene === "step", "They arrive soon, and are nearly right."],
  [({ c }) => c < 1.2, "Too little noise: the modes are too narrow, and the smaller one starves."],
  [({ c }) => c > 1.7, "Too much noise: the valley fills, and the weights move towards each other."],
  [() => true, "With c = \u221a2 the walkers rest at p, and only then."],
];

export default widget("langevin-troubles", build);
