// Digit dial: the same noise and the same label, and guidance that the reader turns up.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { button, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeDial } from "./dial.js";
import { levelOf, makeKnob, makePair, makeStrip, MOST, sentence, story } from "./view.js";

const PACE = 12; // steps shown in a second, at most

function build(w) {
  const [side, steps, grey, classes, interval, marks] = ["side", "steps", "grey", "classes", "interval", "marks"].map(w.get);
  const digits = Array.from({ length: classes }, (_, k) => [k, String(k)]);
  const f = makeFields(w, {
    weight: { limits: [0, MOST] }, levels: { options: ["interval", "all"] }, label: { options: digits.map(([k]) => k) },
    seed: { limits: [0, 2 ** 31 - 1], whole: true }, step: { limits: [0, steps.length], whole: true },
  }, (settled, names) => {
    if (names.length) dial.work();
    show(settled);
  });
  const dial = makeDial(w, f, () => show(true));
  const pair = makePair(w, side, grey);
  const strip = makeStrip(w, marks, side, grey, (weight) => f.change({ weight }));
  const status = statusLine();
  const told = makeStory(w, story(dial, grey));
  const player = makeFilm(w, f, dial);
  player.node.append(button("New noise", "New noise: the next seed", () => f.change({ seed: (f.now.seed + 1) % 2 ** 31 })));
  Object.defineProperty(w.el, "dgmDigit", { configurable: true, get: () => dial.digit()?.last ?? null });
  w.arrange({
    stand: [pair.node, f.slider("step", "Step of the sampler", ["noise", "digit"], (k) => `${k} of ${steps.length}`,
      (k) => `step ${k} of ${steps.length}, ${levelOf(steps[k])}`), strip.node],
    panel: [makeKnob(w, f), f.choice("levels", "Guided at", [["interval", `levels ${interval.join(" to ")}`], ["all", "all levels"]]),
      f.choice("label", "Digit", digits, 5), player.node],
    foot: [told.node, status.node],
  });

  function show(settled) {
    const { step, weight } = f.now;
    const digit = dial.digit();
    const frame = dial.asked ? digit?.frames[step] : dial.stored;
    if (frame) pair.paint(frame.x, frame.guess); // else the picture before stays until then
    const made = step < steps.length ? [`x\u209c after ${step} of ${steps.length} steps`, "guess of x\u2080 from it"] : ["x\u2080: the digit", "the same"];
    pair.say(...(frame ? made : ["the picture before", "the next is on its way"]));
    strip.paint(dial.asked ? marks.map((mark) => dial.digit(mark)?.last?.x ?? null) : dial.stored.strip);
    strip.mark(weight);
    told.tell();
    const invitation = " Stored with the page; press Play, or turn w, and this page computes it.";
    const text = sentence(f.now, steps, interval, digit, grey);
    status.say(dial.trouble || (dial.asked ? text : text.replace(" The page is computing.", invitation)), settled);
  }
  if (dial.asked) dial.work();
  f.settle();
}

// From noise to digit at an even pace, and never a frame before it is there.
function makeFilm(w, f, dial) {
  const calls = w.get("steps").length;
  let waiting = 0;
  return makePlayer(w, {
    text: "Play", play: "the digit forms from noise",
    begin: () => f.set({ step: 0 }),
    frame(seconds) {
      waiting += seconds;
      if (waiting < 1 / PACE || !dial.digit()?.frames[f.now.step + 1]) return true;
      waiting = 0;
      f.set({ step: f.now.step + 1 });
      return f.now.step < calls;
    },
    finish: () => f.set({ step: calls }),
    onstop: f.settle,
  });
}

export default widget("digit-dial", build);
