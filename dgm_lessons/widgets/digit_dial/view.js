// The pair of pictures, the strip of weights, the dial itself, the words.

import { captioned, makeImage } from "../kit/image.js";
import { h, percent, shown, slider } from "../kit/ui.js";
import { inkOf } from "../maths/sampler.js";

export const MOST = 25; // the greatest weight

// x_t on the left, the guess of x_0 on the right.
export function makePair(w, side, grey) {
  const images = ["The noisy image x\u209c", "The network's guess of x\u2080, guided"]
    .map((label) => makeImage(w, side, grey, { role: "img", "aria-label": label }));
  const pair = images.map((image) => captioned(image));
  const node = h("div", { class: "dgm-stage dgm-pair" }, ...pair.map((one) => one.node));
  return { node,
    paint: (...values) => values.forEach((one, j) => images[j].paint(one)),
    say: (...texts) => texts.forEach((text, j) => pair[j].say(text)) };
}

// The same noise at several weights; a click sets the dial, as its slider does by keys.
export function makeStrip(w, marks, side, grey, onpick) {
  const images = marks.map(() => makeImage(w, side, grey, { "aria-hidden": "true" }));
  const cells = marks.map((mark, j) => h("div", { class: "dgm-cell", onclick: () => onpick(mark) },
    images[j].node, h("div", { class: "dgm-caption" }, h("span", {}, "w = "), `${mark}`)));
  const label = `The finished digit at w = ${marks.join(", ")}, from the same noise`;
  return {
    node: h("div", { class: "dgm-strip", role: "group", "aria-label": label }, ...cells),
    paint: (values) => values.forEach((one, j) => images[j].paint(one)),
    mark: (weight) => cells.forEach((cell, j) => cell.classList.toggle("dgm-here", Math.abs(marks[j] - weight) < 0.005)),
  };
}

const plain = (x) => String(Number(x.toFixed(2)));

// w from 0 to MOST, even in log(1 + w).
export function makeKnob(w, f) {
  const knob = slider("Guidance w", ["none", "far too much"], (q) => {
    f.set({ weight: Math.round(100 * ((1 + MOST) ** q - 1)) / 100 });
    f.later();
  });
  const show = () => {
    const { weight } = f.now;
    knob.set(Math.log1p(weight) / Math.log1p(MOST), `w = ${plain(weight)}, 1 + w = ${plain(1 + weight)}`);
  };
  w.onUpdate(show);
  show();
  return knob.node;
}

export const levelOf = (step) =>
  step ? `noise level \u03c3/\u03b1 = ${Math.exp(step.level).toPrecision(2)}` : "no noise left";

const whereOf = ({ weight, levels }, interval) =>
  weight === 0 ? "without guidance" : `w = ${plain(weight)} at ${levels === "all" ? "all noise levels" : `noise levels ${interval.join(" to ")}`}`;

// What is shown, what it cost, and what has become of the digit.
export function sentence(now, steps, interval, digit, grey) {
  const { label, seed, step, levels, weight } = now;
  const head = `Digit ${label} from seed ${seed}, ${whereOf(now, interval)}: step ${step} of ${steps.length}, ${levelOf(steps[step])}.`;
  if (!digit?.last) return `${head} The page is computing.`;
  const more = weight === 0 ? 0 : steps.filter((one) => one.guided || levels === "all").length;
  const { ink, beyond } = inkOf(digit.last.x, grey);
  return `${head} ${steps.length + more} calls of the network, ${shown(digit.last.ms / 1000)} seconds. ` +
    `The finished digit covers ${percent(ink)} of the paper with ink; ${percent(beyond)} of its pixels are blacker than ink or whiter than paper.`;
}

const FAR = 0.02; // share of pixels beyond ink and paper from which a digit has fallen apart
const BOLD = 1.15; // times the ink of the digit without guidance

// The caption of the moment, by what the finished digits are like.
export const story = (dial, grey) => {
  const look = (weight) => {
    const x = dial.digit(weight)?.last?.x;
    return x ? inkOf(x, grey) : null;
  };
  const bolder = () => look()?.ink / look(0)?.ink;
  return [
    [() => !dial.asked, "One noise, one label, seven weights. Move w, and watch what changes, and what does not."],
    [() => !look(), "The network is at work."],
    [() => look().beyond > FAR, () => `Pushed too far: ${percent(look().beyond, 0)} of the pixels are blacker than ink or whiter than paper.`],
    [({ weight }) => weight === 0, "No guidance: the network is told the label, and that is all."],
    [() => bolder() > BOLD, () => `The strokes have ${percent(bolder() - 1, 0)} more ink than without guidance, from the same noise.`],
    [() => true, "The noise is the same for every w: what differs is guidance alone."],
  ];
};
