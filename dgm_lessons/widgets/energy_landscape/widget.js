// Energy landscape: shape an energy, see its density renormalise, let walkers fill it.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { grouped, percent, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { boltzmann, distance, fairDistance, makeEnergy, masses, walk } from "../maths/energy.js";
import { makeRng } from "../maths/mixture.js";
import { CUTS, densityPlot, energyPlot, marks, REGIONS } from "./view.js";

const PLACES = [-3, -2, -1, 0, 1, 2, 3];
const HEIGHTS = [0, 6];
const WALKERS = 400;
const LONE = -2.7; // where the walker without noise starts
const ETA = 0.004; // size of a step
const PACE = 1500; // steps a second
const NOISE = [["on", "with noise"], ["off", "without"]];

function build(w) {
  const s = { walkers: new Float64Array(WALKERS), lone: new Float64Array(1), steps: 0, rng: null };
  const f = s.f = makeFields(w, {
    heights: { limits: HEIGHTS, size: PLACES.length }, shift: { limits: [-2, 2] },
    temperature: { limits: [0.3, 4], log: true }, noise: { options: NOISE.map(([key]) => key) },
  }, (settled) => {
    reshape(s);
    refresh();
    status.say(sentence(s), settled);
  });
  s.fresh = () => String(Object.values(f.now)) === String(Object.values(f.start));
  reshape(s);
  [s.first, s.firstMasses] = [s.law, s.masses];
  gather(s);
  const [energy, density, status] = [energyPlot(w, s), densityPlot(w, s), statusLine()];
  const story = makeStory(w, lines(s));
  const draw = () => [energy, density].forEach((plot) => plot.redraw("over"));
  const tell = (settled) => {
    draw();
    story.tell();
    status.say(sentence(s), settled);
  };
  const grips = PLACES.map((place, k) => {
    const lift = (height) => f.set({ heights: f.now.heights.map((old, j) => (j === k ? height : old)) });
    return energy.handle(`Energy at x = ${shown(place, 0)}`, {
      onmove: (_, y) => lift(y - f.now.shift), onkey: (dx, dy) => lift(f.now.heights[k] + 0.1 * (dx || dy)), onend: f.later,
    });
  });
  const player = makePlayer(w, journey(s, draw, tell));
  w.arrange({
    stand: [energy.node, density.node, marks()],
    panel: [player.node, f.choice("noise", "Walkers", NOISE),
      f.slider("temperature", "Temperature T", ["cold", "hot"], (v) => shown(v)),
      f.slider("shift", "Constant added to E", ["down", "up"], (v) => shown(v))],
    foot: [story.node, status.node],
  });

  function refresh() {
    density.scale();
    for (const plot of [energy, density]) plot.redraw();
    grips.forEach((grip, k) => {
      grip.place(PLACES[k], f.now.heights[k] + f.now.shift);
      grip.values(...HEIGHTS, f.now.heights[k], `energy ${shown(f.now.heights[k])}`);
    });
  }
  f.settle();
}

// The energy, its law and the masses, for the fields as they are.
function reshape(s) {
  const { heights, shift, temperature } = s.f.now;
  s.energy = makeEnergy(PLACES, heights, shift);
  s.law = boltzmann(s.energy, temperature);
  s.masses = masses(s.law, CUTS);
}

// All walkers in the left valley, and the one that will have no noise on its slope.
function gather(s) {
  s.rng = makeRng(0);
  s.steps = 0;
  s.lone.fill(LONE);
  s.walkers = s.walkers.map(() => -2.2 + 0.15 * s.rng.normal());
}

// What the player does: the walkers walk, on whatever energy there is.
function journey(s, draw, tell) {
  let [due, silent] = [0, 0];
  const go = (steps) => {
    const { temperature, noise } = s.f.now;
    for (let k = 0; k < steps; k++) {
      walk(s.energy, s.walkers, ETA, temperature, noise === "on" ? s.rng : null);
      walk(s.energy, s.lone, ETA, temperature, null);
    }
    s.steps += steps;
  };
  return {
    play: "the walkers walk", once: 8, onstop: () => tell(true),
    frame(seconds) {
      due += PACE * seconds;
      go(Math.floor(due));
      due -= Math.floor(due);
      silent += seconds;
      if (silent > 0.2) {
        silent = 0;
        tell(false);
      } else draw();
      return true;
    },
    finish: () => go(4 * PACE),
    step: ["Step: 50 steps of every walker", () => {
      go(50);
      tell(true);
    }],
    reset: ["Reset: all walkers back into the left valley", () => {
      gather(s);
      tell(true);
    }],
  };
}

const away = (s) => [distance(s.law, s.walkers), fairDistance(s.law, WALKERS)];

// What is to be seen now, by the first condition that holds.
const lines = (s) => [
  [({ noise }) => noise === "off" && s.steps > 0, "Without noise a walker rolls to the bottom of its valley and stays. The other valleys never hear of it."],
  [({ shift }) => Math.abs(shift) > 0.1 && alike(s), "The whole curve has moved, and Z with it. No probability has changed."],
  [({ temperature }) => temperature > 1.5, "Hot: a difference of energy counts for less, and mass climbs the hills."],
  [({ temperature }) => temperature < 0.7, "Cold: a difference of energy counts for more, and the deepest valley takes the mass."],
  [() => drained(s) !== null, () => {
    const { up, change } = drained(s);
    return `The ${REGIONS[up]} has gained ${percent(change)} of all mass, and the others have paid for it: the sum is always 1.`;
  }],
  [() => s.steps > 0 && away(s)[0] < 1.5 * away(s)[1], "The walkers have filled the landscape: they are about as far from the density as exact samples would be. The one without noise has rolled to the bottom of a valley, and is stuck."],
  [() => true, "Drag a point of the energy. The walkers begin in the left valley; Play lets them walk."],
];

const alike = ({ masses: now, firstMasses }) => now.every((mass, k) => Math.abs(mass - firstMasses[k]) < 1e-6);

// Which region has gained most since the beginning, if one has.
function drained({ masses: now, firstMasses }) {
  const gains = now.map((mass, k) => mass - firstMasses[k]);
  const up = gains.indexOf(Math.max(...gains));
  return gains[up] > 0.02 ? { up, change: gains[up] } : null;
}

function sentence(s) {
  const { shift, temperature } = s.f.now;
  const [far, fair] = away(s);
  const shares = REGIONS.map((name, k) => `${name} ${percent(s.masses[k])}`).join(", ");
  return `Mass: ${shares}. log Z = ${shown(s.law.logZ, 3)} with constant ${shown(shift)} and T = ${shown(temperature)}. ` +
    `${WALKERS} walkers after ${grouped(s.steps)} steps: Wasserstein distance to the density ${shown(far, 3)}; ` +
    `as many exact samples would have ${shown(fair, 3)} on average. The walker without noise is at ${shown(s.lone[0])}.`;
}

export default widget("energy-landscape", build);
