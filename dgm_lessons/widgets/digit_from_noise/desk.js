// What is on the stage: a picture under noise that waits, or a digit that forms from it.

import { reducedMotion, shown } from "../kit/ui.js";
import { makeRng } from "../maths/mixture.js";
import { between, largestGap, noised } from "../maths/sampler.js";
import { invitation, levelOf, seconds, sentence } from "./view.js";
import { makeSampler } from "./engine.js";

const BETWEEN = 7; // digits in the strip between two noises

// Noise of a seed, or the one that Python has given; `loud`: as loud as the sampler starts with.
function makeNoise(f, side, spread) {
  const noiseOf = (seed) => makeRng(seed).fill(new Float32Array(side * side));
  return {
    noiseOf,
    noiseNow: () => (f.now.noise.length ? Float32Array.from(f.now.noise) : noiseOf(f.now.seed)),
    nameNow: () => (f.now.noise.length ? "the given noise" : `seed ${f.now.seed}`),
    loud: (eps) => eps.map((z) => spread * z),
  };
}

// `parts`: pictures, scrub, strip, status, and play() and rest() of the player.
export function makeDesk(w, f, parts) {
  const [side, steps, grey, spread] = ["side", "steps", "grey", "spread"].map(w.get);
  const calls = steps.length;
  const stored = Float32Array.from(w.get("stored"), (shade) => (shade / 255 - grey[0]) / grey[1]);
  const settings = () => ["seed", "label", "guided", "noise"].map((name) => String(f.now[name])).join("|");
  const original = settings();
  let known = original;
  const sampled = makeSampler(w.model, steps, w.signal, () => parts.status.say("The network is being loaded.", true));
  let turn = 0; // counts what the reader asks for: what is older is given up
  let row = []; // the digits of the strip
  const desk = { calls, current: null, place: 0, source: stored, mine: false, fresh: true };

  // Whether the reader, a link or Python asks for something else than before.
  desk.changed = () => known !== (known = settings());
  const { noiseOf, noiseNow, nameNow, loud } = makeNoise(f, side, spread);
  const options = () => ({ label: f.now.label, guidance: f.now.guided && f.now.label >= 0 ? f.now.guidance : 0 });
  // What waits at a step: pure noise at the first one, else the picture under noise.
  const waiting = (k) => (k ? noised(steps, k, desk.source, noiseNow()) : loud(noiseNow()));

  // Does what the reader asked for last; wanted() is false once something newer is asked for.
  async function newest(work) {
    const mine = ++turn;
    desk.fresh = false;
    parts.rest();
    parts.pictures.pad.show(false);
    try {
      await work(() => mine === turn);
    } catch (error) {
      parts.rest();
      parts.status.say(`The network did not run: ${error.message ?? error}`, true);
    }
  }

  // Forms a digit from where the slider stands; one that was formed before starts where that one did.
  desk.form = () => newest(async (wanted) => {
    parts.strip.close();
    const from = desk.current ? desk.current.from : Math.min(desk.place, calls - 1);
    const about = from ? `${desk.mine ? "your drawing" : "the stored digit"} under noise (${nameNow()})` : nameNow();
    const digit = await sampled(waiting(from), { ...options(), from, about, key: settings() }, wanted);
    if (digit && reducedMotion()) await digit.done;
    if (!digit || !wanted()) return;
    desk.current = digit;
    parts.play();
    await digit.done;
    if (wanted()) desk.report(desk.place === calls);
  });

  desk.interpolate = () => newest(async (wanted) => {
    row = [];
    const next = (f.now.seed + 1) % 2 ** 31;
    const ends = [noiseNow(), noiseOf(next)].map(loud);
    parts.strip.open(nameNow(), `seed ${next}`);
    for (let j = 0; j < BETWEEN; j++) {
      const q = j / (BETWEEN - 1);
      const about = `${shown(100 * q, 0)}% of the way from ${nameNow()} to seed ${next}`;
      const digit = await sampled(between(...ends, q), { ...options(), from: 0, about }, wanted);
      await digit?.done;
      if (!digit || !wanted()) return;
      row.push(digit);
      parts.strip.fill(j, digit.last.x);
      desk.pick(j, j === BETWEEN - 1);
    }
  });

  desk.pick = (j, settled = true) => {
    parts.rest();
    desk.current = row[j];
    parts.strip.mark(j);
    desk.show(calls);
    desk.report(settled);
  };

  // The picture that noise is put on: the reader's drawing.
  desk.draw = (image) => {
    turn++;
    Object.assign(desk, { source: image, mine: true, current: null });
    desk.show(desk.place);
    desk.report(false);
  };

  // Shows a step: of the digit that was formed, or, before its start, of the picture under noise.
  desk.show = (to) => {
    if (desk.current && to >= desk.current.from) {
      if (!desk.current.frames[to]) return false;
      parts.pictures.paint(desk.current.frames[to].x, desk.current.frames[to].guess);
    } else {
      desk.current = null;
      parts.pictures.paint(waiting(to), desk.source);
    }
    desk.place = to;
    describe();
    return true;
  };

  function describe() {
    const { place, current, mine } = desk;
    const whole = mine ? "x\u2080: your drawing" : "x\u2080: PyTorch\u2019s digit";
    if (!current) parts.pictures.say(place ? `x\u209c: noise of step ${place} on it` : `the noise: ${nameNow()}`, whole);
    else if (place < calls) parts.pictures.say(`x\u209c after ${place} of ${calls} steps`, "guess of x\u2080 from it");
    else parts.pictures.say("x\u2080: the digit", current.last ? `in ${seconds(current.last)}` : "the same");
    parts.scrub.set(place / calls, `${place} of ${calls}`, `step ${place} of ${calls}, ${levelOf(steps[place])}`);
    parts.name(current ? current.from > 0 : place > 0, Boolean(current));
  }

  desk.report = (settled) => {
    const { current, place } = desk;
    if (!current) {
      parts.status.say(invitation(desk.mine, place, steps), settled);
      return;
    }
    const same = current.last && current.key === original && !current.from ? largestGap(current.last.x, stored, grey) : null;
    describe();
    parts.status.say(sentence(current, place, steps, same), settled && current.frames.length > calls);
  };
  return desk;
}
