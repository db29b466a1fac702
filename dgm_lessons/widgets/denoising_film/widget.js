// Denoising film: walk a sampler's way from noise to digit, and look into other futures at every step.

import { bytesOf } from "../kit/bytes.js";
import { makeFields } from "../kit/fields.js";
import { legend } from "../kit/legend.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { button, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { decidedAt, leaves, loyalty, makeFilms, nextLeaf, tally } from "../maths/film.js";
import { makeEndings, makePair, makeTree, NONE, trunkOf } from "./view.js";

const PACE = 5; // steps shown in a second

function build(w) {
  const [levels, branches, seeds] = ["levels", "branches", "seeds"].map(w.get);
  const calls = levels.length - 1;
  const f = makeFields(w, {
    step: { limits: [0, calls], whole: true }, film: { options: seeds.map((_, k) => k) },
  }, (settled, names) => {
    if (names.length) chosen = NONE;
    refresh(settled);
  });
  let films = null; // until the pictures are there
  let chosen = NONE; // the future that is looked into
  const now = () => treeOf(w, f.now, chosen, calls, branches);
  const pair = makePair(w);
  const tree = makeTree(w, calls, now);
  const endings = makeEndings(w, branches, (j) => f.now.step < calls - 1 && look(j === chosen ? NONE : j));
  const status = statusLine();
  const player = makeFilmPlayer(w, f, calls);
  player.node.append(button("Where it is decided", "Where it is decided: the first step from which on all branches end alike",
    () => walk(decidedAt(now().shares))));
  const grip = tree.handle("Step of the sampler", {
    onmove: walk, onend: f.later, colour: "particle",
    onkey: (dx, dy) => (dx ? walk(f.now.step + dx) : look(nextLeaf(now().found(f.now.step), chosen, dy))),
  });

  function walk(step) {
    player.stop();
    f.set({ step });
    f.later();
  }
  function look(j) {
    player.stop();
    chosen = j;
    refresh(true);
  }
  function refresh(settled) {
    const state = now();
    const { step, film } = state;
    const found = state.found(step);
    pair.show(state, films);
    endings.show(found, chosen, (j) => (films && found ? films.branch(film, step, j) : null));
    tree.redraw();
    grip.place(...(chosen !== NONE ? [calls, leaves(found)[chosen]] : [step, trunkOf(state)[step]]));
    grip.values(0, calls, step, spoken(state, levels));
    status.say(sentence(state, levels, seeds, branches), settled);
  }

  w.arrange({
    stand: [tree.node, legend([["handle", "particle", "drag me along the film; keys up and down: into its futures"],
      ["line", "ink", "the film"], ["line", "soft", "branches from other steps"]]), endings.node],
    panel: [pair.node, player.node,
      seeds.length > 1 && f.choice("film", "Film", seeds.map((_, k) => [k, String(k + 1)]))],
    foot: [makeStory(w, story(now)).node, status.node],
  });
  w.onRepaint(() => refresh(false));
  f.settle();
  bytesOf(w.model, "pixels").then((bytes) => {
    films = makeFilms(bytes, calls, branches);
    refresh(false);
  }, (error) => status.say(`The pictures could not be loaded: ${error.message}`, true));
}

// The film that is shown: its end, how loyal its branches are, and their readings from each step.
function treeOf(w, { step, film }, chosen, calls, branches) {
  const readings = w.get("readings")[film];
  const end = w.get("ends")[film];
  return { calls, step, film, chosen, end, shares: loyalty(readings, end, branches),
    found: (i) => readings.slice(i * branches, (i + 1) * branches) };
}

// Plays once from noise to the step at hand; later, on to the digit.
function makeFilmPlayer(w, f, calls) {
  let [waiting, goal] = [0, calls];
  return makePlayer(w, {
    play: "the film from noise to digit", onstop: f.settle, once: true,
    begin(alone) {
      [waiting, goal] = [0, alone && f.now.step ? f.now.step : calls];
      if (alone || f.now.step === calls) f.set({ step: 0 });
    },
    frame(seconds) {
      waiting += seconds;
      if (waiting < 1 / PACE) return true; // every step stays for a moment
      waiting = 0;
      f.set({ step: f.now.step + 1 });
      return f.now.step < goal;
    },
    finish: () => f.set({ step: calls }),
  });
}

const told = (step, calls, levels) =>
  (step < calls ? `noise level \u03c3/\u03b1 = ${levels[step].toPrecision(2)}` : "no noise left");

const spoken = ({ step, calls, chosen, found }, levels) => (chosen === NONE
  ? `step ${step} of ${calls}, ${told(step, calls, levels)}`
  : `future ${chosen + 1} from step ${step}, read as ${found(step)[chosen]}`);

function sentence({ step, film, calls, end, shares, found }, levels, seeds, branches) {
  const words = tally(found(step)).map(([digit, count]) => `${digit} (${count})`).join(", ");
  const heard = words ? `${branches} branches from here are read as: ${words}.` : "From here nothing is random.";
  const first = decidedAt(shares);
  const decided = first < calls - 1 ? `From step ${first} on all branches do.`
    : "Up to the last noise some branches end otherwise.";
  return `Film ${film + 1} (seed ${seeds[film]}), step ${step} of ${calls}, ${told(step, calls, levels)}. ` +
    `${heard} The film itself is read as ${end}. ${decided}`;
}

// What is to be seen, by how the futures are read.
const story = (now) => {
  const counts = () => tally(now().found(now().step)); // [[digit, how many], ...]
  return [
    [() => now().step >= now().calls - 1, "The end. No noise is added any more, so there is one ending only."],
    [() => 2 * counts()[0][1] <= now().found(now().step).length,
      "Nearly everything is still open: from this very image the walk may end as this digit or that."],
    [() => counts().length > 1, "The walk has taken sides, but not for good: some futures still end as another digit."],
    [() => counts()[0][0] !== now().end, "These futures agree, and the film itself still ends as another digit."],
    [() => now().step < decidedAt(now().shares), "All futures agree here. At a later step one strays once more."],
    [() => true, "Decided: all futures are the same digit. Only its strokes are left to chance."],
  ];
};

export default widget("denoising-film", build);
