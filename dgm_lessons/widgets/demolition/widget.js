// Demolition: tear a digit and a mixture down by a handle; two racers rebuild them.

import { makeFields } from "../kit/fields.js";
import { legend } from "../kit/legend.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { button, h, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeChain, makeImages } from "../maths/chain.js";
import { crowd, makeRace } from "./race.js";
import { makeColumn, makeLeftPlot, situation, verdicts } from "./view.js";

const POINTS = 300;
const SECONDS = 3; // of a whole walk back
const STRIDE = 6; // steps in a frame, at most
const RACERS = [["Torn down", "high"], ["One jump", "ink"], ["Step by step", "particle"]];
const SCHEDULES = [["linear", "linear"], ["cosine", "cosine"]];

function build(w) {
  const L = w.get("steps");
  const chains = { linear: makeChain("linear", L), cosine: makeChain("cosine", L) };
  const [mixture, images, labels] = [w.mixture(), makeImages(w.get("pixels")), w.get("labels")];
  const race = makeRace(mixture, images, POINTS);
  const f = makeFields(w, {
    step: { limits: [0, L], whole: true }, schedule: { options: SCHEDULES.map(([key]) => key) },
    digit: { limits: [0, images.count - 1], whole: true }, seed: { limits: [0, 2 ** 31 - 1], whole: true },
  }, (settled, names) => {
    if (names.length) restart(names.includes("digit") || names.includes("seed"));
    report(settled);
  });
  const columns = RACERS.map((racer) => makeColumn(w, mixture, racer, () => draw()));
  const plot = makeLeftPlot(w, chains, L, () => ({ schedule: f.now.schedule, at: race.at, from: race.from }));
  const status = statusLine();
  const player = makeWalk(w, race, { restart, advanced, report });
  const grip = plot.handle("Step of the demolition", {
    onmove: (step) => f.set({ step }), onkey: f.keys({ step: 10 }), onend: f.later, colour: "high",
  });
  const noise = button("New noise", "New noise: other random numbers", () => f.change({ seed: f.now.seed + 1 }));
  player.node.append(noise);

  function restart(renewed) {
    player.stop();
    if (renewed) race.renew(f.now.digit, f.now.seed);
    race.tear(chains[f.now.schedule], f.now.step);
    draw();
  }
  function advanced() {
    columns[2].paint(race.walk);
    plot.redraw();
  }
  function draw() {
    columns.slice(0, 2).forEach((column, j) => column.paint([race.torn, race.jump][j]));
    advanced();
    grip.place(f.now.step, chains[f.now.schedule].alpha(f.now.step));
    grip.values(0, L, f.now.step, `step ${f.now.step} of ${L}`);
  }
  function report(settled) {
    const far = race.far();
    verdicts(labels, race, f.now.digit, far, race.end()).forEach((texts, j) => columns[j].say(texts));
    status.say(situation(chains[f.now.schedule], race, f.now.digit, labels, far), settled);
  }

  race.renew(f.now.digit, f.now.seed);
  race.tear(chains[f.now.schedule], f.now.step);
  w.onRepaint(draw);
  w.arrange({
    stand: [h("div", { class: "dgm-board" }, ...columns.map(({ node }) => node)),
      legend([["ring", "soft", "where the mixture's data live"]])],
    panel: [plot.node, legend([["handle", "high", "drag me: tear down more, or less"],
      ["dot", "particle", "the walk back"]]), f.choice("schedule", "Schedule", SCHEDULES), player.node],
    foot: [makeStory(w, story(race)).node, status.node],
  });
  f.settle();
}

// The walk back: it runs once by itself, and whenever Rebuild is pressed.
function makeWalk(w, race, { restart, advanced, report }) {
  let [due, silent] = [0, 0]; // steps owed to the clock; seconds since the walk was put into words
  return makePlayer(w, {
    text: "Rebuild", play: "step by step, from here back to data", once: true, onstop: () => report(true),
    begin() {
      if (!race.at && race.from) restart(false);
      return race.at > 0;
    },
    frame(seconds) {
      due = Math.min(STRIDE, due + (seconds * race.from) / SECONDS);
      for (; due >= 1 && race.at; due--) race.advance();
      advanced();
      silent += seconds;
      if (silent > 0.25) {
        silent = 0;
        report(false);
      }
      return race.at > 0;
    },
    finish() {
      while (race.at) race.advance();
      advanced();
    },
  });
}

// What is to be seen, by how many of the stored digits the ruin may have come from.
const story = (race) => [
  [() => !race.from, "Data, untouched. Drag the handle down the curve."],
  [() => crowd(race.shares) === 1, "So much is left that only one stored digit fits: both ways back find it."],
  [() => crowd(race.shares) < 60, "Several digits fit the ruin now. The jump draws their average; the walk has to choose one."],
  [() => true, "Next to nothing is left. The jump can only answer with the average of everything, which is mush. The walk makes up a datum."],
];

export default widget("demolition", build);
