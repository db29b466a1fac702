// From steps to SDE: a chain is refined, the Brownian path that drives it stays the same.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { button, h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { brownian, chainLaws, chainSteps, drive, limitLaw, roughness } from "../maths/brownian.js";
import { makeRng } from "../maths/mixture.js";
import { makeViews, pathMarks, rulerMarks, windowOf } from "./view.js";

const DEEPEST = 16; // the limit is drawn with 2^16 steps
const CROWD = 600;
const PACE = 1.1; // seconds between two doublings
const [FEWEST, MOST] = [3, 10];
const TWO = { weights: [0.35, 0.65], means: [-1.5, 1.5], std: 0.3 };
const ONE = { weights: [1], means: [0], std: 1e-6 }; // Brownian motion starts at 0
const NAMES = [["ddpm", "DDPM"], ["ncsn", "NCSN"], ["brownian", "Brownian motion"]];
const HALF = { ddpm: 3.2, ncsn: 6, brownian: 2.6 }; // of the picture's height

function build(w) {
  const s = { known: [], crowds: new Map(), due: 0, drawn: "", touched: false };
  const f = s.f = makeFields(w, {
    chain: { options: NAMES.map(([key]) => key) }, level: { limits: [FEWEST, MOST], whole: true },
    zoom: { limits: [0, 7], whole: true }, centre: { limits: [0.05, 1] }, seed: { limits: [0, 999], whole: true },
  }, (settled) => {
    follow(s);
    refresh(settled);
  });
  s.fresh = () => f.now.centre === f.start.centre;
  s.data = () => (f.now.chain === "brownian" ? ONE : TWO);
  s.index = () => Math.round(f.now.centre * 2 ** f.now.level);
  s.limitAt = () => s.limit[Math.round(f.now.centre * 2 ** DEEPEST)];
  s.laws = () => ({ limit: limitLaw(f.now.chain, s.index() / 2 ** f.now.level), chain: s.chainLaws[s.index()] });
  s.crowd = () => s.places.map((x) => x[s.index()]);
  follow(s);
  const { paths, law, ruler } = makeViews(w, s);
  const grip = paths.handle("Time looked at", {
    onmove: (t) => f.set({ centre: t }), onkey: f.keys({ centre: 0.01 }), onend: f.later, colour: "ode",
  });
  const status = statusLine();
  const story = makeStory(w, LINES).node;
  const player = makePlayer(w, motion(s));
  player.node.append(button("New noise", "New noise: another Brownian path", () => f.change({ seed: (f.now.seed + 1) % 1000 })));
  const steps = (level) => `L = ${2 ** level}`;
  w.arrange({
    stand: [h("div", { class: "dgm-canvas" }, paths.node, law.node), pathMarks(), story],
    panel: [f.choice("chain", "Chain", NAMES), f.slider("level", "Number of steps", ["few", "many"], steps),
      f.slider("zoom", "Zoom", ["whole path", "close up"], (z) => `${2 ** z} times`), player.node, ruler.node, rulerMarks()],
    foot: [status.node],
  });

  function refresh(settled) {
    const { chain, zoom, centre } = f.now;
    const half = HALF[chain];
    paths.x.range = windowOf(f.now);
    const middle = zoom ? s.limitAt() : 0;
    const reach = zoom ? (0.5 * half) / Math.sqrt(2 ** zoom) : half; // Brownian motion's own scale
    paths.y.range = [middle - reach, middle + reach];
    law.y.range = [-half, half];
    grip.place(centre, zoom ? middle : Math.min(half, Math.max(-half, s.limitAt())));
    grip.values(0.05, 1, centre, `t = ${centre.toFixed(2)}`);
    paths.redraw();
    law.redraw();
    ruler.redraw();
    status.say(sentence(s), settled);
  }
  f.settle();
}

// Paths and laws for the chain, the steps and the noise that the fields ask for.
function follow(s) {
  const { chain, level, seed } = s.f.now;
  const wanted = `${chain} ${seed} ${level}`;
  if (wanted === s.drawn) return;
  const fresh = !s.drawn.startsWith(`${chain} ${seed} `);
  const newNoise = s.seed !== seed;
  s.drawn = wanted;
  if (newNoise) [s.seed, s.known] = [seed, []];
  const w = brownian(seed, level);
  const from = chain === "brownian" ? 0 : TWO.means[1];
  const moves = chainSteps(chain, 2 ** level);
  if (fresh) s.limit = drive(chainSteps(chain, 2 ** DEEPEST), brownian(seed, DEEPEST), from);
  s.chain = drive(moves, w, from);
  s.chainLaws = chainLaws(moves);
  s.places = starts(s.data()).map((x0, k) => drive(moves, brownian(1000 + k, level), x0));
  s.known = [...s.known.filter(([L]) => L !== 2 ** level), [2 ** level, roughness(w)]];
}

// Where the crowd begins: the same draws each time.
function starts({ weights, means, std }) {
  const rng = makeRng(7);
  return Array.from({ length: CROWD }, () => means[rng.uniform() < weights[0] ? 0 : 1 % means.length] + std * rng.normal());
}

// The steps are halved, and halved again.
function motion(s) {
  const { f } = s;
  return {
    play: "every step is halved, with the same noise", once: true, onstop: f.settle,
    begin() {
      s.due = 0;
      if (f.now.level === MOST) f.set({ level: FEWEST });
    },
    frame(seconds) {
      s.due += seconds;
      if (s.due < PACE) return true;
      s.due = 0;
      f.set({ level: f.now.level + 1 });
      return f.now.level < MOST;
    },
    finish: () => f.set({ level: MOST }),
    step: ["Step: twice as many steps", () => f.change({ level: f.now.level < MOST ? f.now.level + 1 : FEWEST })],
  };
}

// What is to be seen now.
const LINES = [
  [({ zoom, level }) => zoom > 3 && 2 ** level < 2 ** (zoom + 3),
    "The chain is one or a few straight pieces here; its limit goes on wriggling. Refine the chain, and it follows."],
  [({ zoom }) => zoom > 3, "However close you look, the limit is as rough as before: it never becomes a line with a slope."],
  [({ zoom }) => zoom > 0, "Time is stretched more than x, by the square of it, and the piece looks like the whole."],
  [({ chain, level }) => chain === "ddpm" && level < 5, "Few steps, each large: the chain strays from its limit, and its law (dashed) from the curve."],
  [({ chain, level }) => chain === "ddpm" && level < 8, "New points are put between the old. The chain comes nearer to its limit, and the law hardly moves any more."],
  [({ chain }) => chain === "ddpm", "More steps change nothing that can be seen. What the chain has arrived at is the SDE's path. Now zoom."],
  [({ chain, level }) => chain === "ncsn" && level < 6, "NCSN's levels add up exactly: the two laws are one from the first step count on. The path is still coarse."],
  [({ chain }) => chain === "ncsn", "Most of the noise comes late. Path and law have settled."],
  [() => true, "No drift: each refinement puts a new point between two old ones, and leaves the old where they are. Drag the time, and zoom."],
];

function sentence(s) {
  const { level, zoom } = s.f.now;
  const L = 2 ** level;
  const { square, quotient } = s.known.at(-1)[1];
  const { limit, chain } = s.laws();
  const deep = 2 ** (DEEPEST - level);
  let gap = 0;
  for (let i = 0; i <= L; i++) gap = Math.max(gap, Math.abs(s.chain[i] - s.limit[i * deep]));
  const law = ({ alpha, variance }) => `\u03b1 = ${shown(alpha, 3)}, \u03c3 = ${shown(Math.sqrt(variance), 3)}`;
  return `${L} steps: \u03a3(\u0394w)\u00b2 = ${shown(square, 3)} (the limit is 1; chance \u00b1 ${shown(Math.sqrt(2 / L), 2)}), ` +
    `mean |\u0394w|/\u0394t = ${shown(quotient, 1)} (expected ${shown(Math.sqrt((2 * L) / Math.PI), 1)}). ` +
    `At t = ${shown(s.index() / L, 3)} the chain has ${law(chain)}; its limit ${law(limit)}. ` +
    `At the times of its steps this path is at most ${shown(gap, 3)} from its limit` + (zoom ? `; the window is 1/${2 ** zoom} wide.` : ".");
}

export default widget("steps-to-sde", build);
