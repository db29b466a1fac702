// What denoising sees: single arrows from noisy points to clean ones contradict each other; a disc that
// can be dragged shows what those that start in one place say together.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { grouped, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { discOf, exactArrow, inDisc, makeCrowd, wholeVariance } from "../maths/pointing.js";
import { makeLens, makeView, marks } from "./view.js";

const PAIRS = 60000; // pairs of a clean and a noisy point
const SIGMAS = [0.05, 1.5];
const EDGE = 0.94;
const SECONDS = 3; // in which the noise grows
const CROWDS = [["endless", "endless"], ["twenty", "only 20"]];
const CLEAN = { twenty: 20 }; // points of those

function build(w) {
  const [mixture, seed, half] = [w.mixture(), w.get("seed"), w.get("window")];
  const crowds = {};
  const f = makeFields(w, {
    sigma: { limits: SIGMAS, log: true }, probe: { limits: [-EDGE, EDGE], size: 2 }, crowd: { options: CROWDS.map(([key]) => key) },
  }, (settled) => refresh(settled));
  const now = {};
  look();
  const view = makeView(w, half, () => now);
  const lens = makeLens(w, () => now);
  const status = statusLine();
  const player = makeGrowth(w, f);
  const grip = view.handle("Disc", {
    onmove: (x, y) => byHand([x / half[0], y / half[1]]),
    onkey: (dx, dy) => byHand(f.now.probe.map((v, i) => v + 0.02 * [dx, dy][i])), onend: f.later, colour: "ode",
  });
  const story = makeStory(w, tales.map(([holds, text]) => [() => holds(now), () => text(now)]));
  w.arrange({
    stand: [view.node, marks(w)],
    panel: [f.slider("sigma", "Noise", ["little", "much"], (sigma) => `\u03c3 = ${shown(sigma)}`),
      lens.node, f.choice("crowd", "Clean points", CROWDS), player.node],
    foot: [story.node, status.node],
  });

  function byHand(probe) {
    player.stop();
    f.set({ probe });
  }
  function look() {
    const { sigma, probe, crowd: kind } = f.now;
    const [crowd, radius] = [crowds[kind] ??= makeCrowd(mixture, PAIRS, seed, CLEAN[kind]), discOf(sigma)];
    const x = probe.map((v, i) => v * half[i]);
    Object.assign(now, { sigma, kind, crowd, radius, x, disc: inDisc(crowd, sigma, x, radius),
      exact: exactArrow(crowd, sigma, x), fresh: String(probe) === String(f.start.probe) });
  }
  function refresh(settled) {
    const drawn = `${now.sigma} ${now.kind}`;
    look();
    // the disc has a layer of its own: where only it has moved, the rest stays
    view.redraw(drawn === `${now.sigma} ${now.kind}` && !settled ? "over" : undefined);
    lens.look();
    grip.place(...now.x);
    grip.name(`Disc at ${pair(now.x)}; the arrow keys move it`);
    status.say(sentence(w, now), settled);
  }
  f.settle();
}

// The noise grows from the least to what it was, once by itself.
function makeGrowth(w, f) {
  let [share, goal] = [0, f.now.sigma];
  const level = (q) => SIGMAS[0] * (goal / SIGMAS[0]) ** q;
  return makePlayer(w, {
    play: "the noise grows from the least to this much", once: true, onstop: f.settle,
    begin() {
      [share, goal] = [0, Math.max(f.now.sigma, 0.2)];
    },
    frame(seconds) {
      share = Math.min(1, share + seconds / SECONDS);
      f.set({ sigma: level(share) });
      return share < 1;
    },
    finish: () => f.set({ sigma: goal }),
  });
}

const pair = ([a, b], digits = 2) => `(${shown(a, digits)}, ${shown(b, digits)})`;
const apart = ({ exact, sigma }) => Math.sqrt(exact.variance) * sigma ** 2; // std of the clean point, given the place
const length = ({ exact }) => Math.hypot(...exact.mean);

// What is to be seen now; the first that holds.
const tales = [
  [({ disc }) => disc.count < 3, () => "Hardly a noisy point has fallen into the disc. A network that is fitted to the " +
    "arrows is told nothing about this place; more noise would bring points here."],
  [(now) => apart(now) < 0.25 * now.sigma && now.kind === "twenty", ({ disc }) => `All ${disc.count} arrows in the disc agree: they lead ` +
    "to one and the same of the twenty points. There is nothing to average, and nothing in between is learned."],
  [(now) => now.kind === "twenty" && now.sigma < 0.3, ({ disc }) => `Every one of the ${disc.count} arrows ends at one of the twenty ` +
    "points, and most at the nearest. Their average is right for these twenty points, not for the law that they came from."],
  [(now) => length(now) < 0.4 * apart(now), () => "The arrows contradict each other, and in the sum they nearly cancel: the average " +
    "is much shorter than any of them. Move the disc a little, and one side wins."],
  [({ sigma }) => sigma > 1, () => "So much noise has mixed everything. No arrow tells much about this place; their average leads " +
    "towards the middle of all data."],
  [(now) => length(now) > 1.5 * apart(now), () => "Here the arrows nearly agree, and the average is as long as they are: " +
    "this far out, the data lie to one side."],
  [() => true, (now) => `Each arrow leads to a clean point of its own, about ${shown(apart(now), 1)} from the next; the average of ` +
    `${now.disc.count} of them is steady. Drag the disc to where they disagree most.`],
];

function sentence(w, { sigma, x, disc, exact, crowd }) {
  const some = disc.count > 2;
  const name = w.knows("score") ? "\u03c3\u00b2 times the exact score" : "The exact average";
  const law = w.knows("kernel density") && crowd.law.means.length === 20 ? " (of the kernel density)" : "";
  return `\u03c3 = ${shown(sigma)}. In the disc at ${pair(x)}: ${disc.count} of ${grouped(PAIRS)} noisy points. ` +
    (some ? `Their arrows' average is ${pair(disc.mean, 3)} \u00b1 ${pair(disc.error, 3)}. ` : "") +
    `${name}${law}: ${pair(exact.mean, 3)}. Variance of the target, an arrow over \u03c3\u00b2: ` +
    (some ? `in the disc ${shown(disc.variance, 1)} \u00b1 ${shown(disc.doubt, 1)}, in closed form ${shown(exact.variance, 1)}; ` : `here, in closed form, ${shown(exact.variance, 1)}; `) +
    `of all points ${shown(wholeVariance(crowd, sigma), 1)}, D/\u03c3\u00b2 = ${shown(2 / sigma ** 2, 1)}.`;
}

export default widget("what-denoising-sees", build);
