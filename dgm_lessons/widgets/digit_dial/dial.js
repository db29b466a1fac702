// The digits of the dial: each is computed when it is asked for, the one in hand first, then the strip.

import { makeRng } from "../maths/mixture.js";
import { makeSampler } from "../digit_from_noise/engine.js";

const KEPT = 60; // digits that are remembered

const numbers = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

// onchange() comes whenever there is more to see.
export function makeDial(w, f, onchange) {
  const [side, steps, grey, spread, marks] = ["side", "steps", "grey", "spread", "marks"].map(w.get);
  const sampled = makeSampler(w.model, steps, w.signal, onchange);
  const made = new Map();
  const shades = Float32Array.from(numbers(w.get("stored")), (shade) => (shade / 255 - grey[0]) / grey[1]);
  const image = (i) => shades.subarray(i * side * side, (i + 1) * side * side);
  const key = (weight) => [f.now.seed, f.now.label, weight && f.now.levels, weight.toFixed(3)].join();
  let working = false;
  const { weight, levels, label, seed, step } = f.now;
  const dial = {
    // whether anything else than what is stored is wanted, or was
    asked: String(w.get("stored_of")) !== String([weight, levels, label, seed, step]),
    trouble: "",
    stored: { strip: marks.map((_, i) => image(i)), x: image(marks.length), guess: image(marks.length + 1) },
    // The digit of a weight, by default the one in hand: frames that fill up, and `last` once it is done.
    digit: (weight = f.now.weight) => made.get(key(weight)),
  };

  const missing = () => [f.now.weight, ...marks].find((weight) => !dial.digit(weight));

  async function form(weight) {
    const { label, seed, levels } = f.now;
    const place = key(weight);
    const noise = makeRng(seed).fill(new Float32Array(side * side)).map((z) => spread * z);
    const options = { label, guidance: weight, everywhere: levels === "all", from: 0 };
    const digit = await sampled(noise, options, () => true);
    made.set(place, digit);
    if (made.size > KEPT) made.delete(made.keys().next().value);
    await digit.done;
    onchange();
  }

  // Goes on until all that is shown is there, whatever was asked for meanwhile.
  dial.work = async () => {
    dial.asked = true;
    if (working) return;
    working = true;
    dial.trouble = "";
    try {
      for (let weight = missing(); weight !== undefined; weight = missing()) await form(weight);
    } catch (error) {
      dial.trouble = `The network did not run: ${error.message ?? error}`;
      onchange();
    }
    working = false;
  };
  return dial;
}
