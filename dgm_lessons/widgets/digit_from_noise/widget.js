// A digit from noise: the reader presses a key, and a network on the page makes a digit.

import { makeFields } from "../kit/fields.js";
import { captioned, makeImage } from "../kit/image.js";
import { makeTicker } from "../kit/player.js";
import { button, choice, h, OWN_KEYS, reducedMotion, shown, slider, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeRng } from "../maths/mixture.js";
import { between, largestGap } from "../maths/sampler.js";
import { makeSampler } from "./engine.js";
import { levelOf, makeStrip, sentence } from "./view.js";

const PACE = 16; // steps shown in a second, at most; they are computed faster
const BETWEEN = 7; // digits in the strip between two noises
const KEYS = "Space or Enter: new noise. 0 to 9: that digit, A: any. Arrow keys: back and forth.";

function build(w) {
  const { model, el } = w;
  const [side, steps, grey] = ["side", "steps", "grey"].map(w.get);
  const calls = steps.length;
  const extra = steps.filter((step) => step.guided).length;
  const conditional = model.get("classes") > 0;
  const stored = model.get("stored").map((shade) => (shade / 255 - grey[0]) / grey[1]);
  const f = makeFields(w, {
    seed: { limits: [0, 2 ** 31 - 1], whole: true }, label: { limits: [-1, model.get("classes") - 1], whole: true },
    guided: { options: [true, false] }, noise: {},
  }, (settled, names) => names.length && form());
  const original = settings();
  let current = null; // the digit on the stage, as `makeSampler` gives it
  let place = 0; // which of its frames
  let fresh = true; // nothing has been formed yet
  let turn = 0; // counts what the reader asks for: what is older is given up

  // -- the page ---------------------------------------------------------------------------------

  const left = makeImage(w, side, grey, { role: "img", "aria-label": "The noisy image x_t" });
  const right = makeImage(w, side, grey, { role: "img", "aria-label": "The network's guess of x_0" });
  const captions = [captioned(left), captioned(right)];
  const stage = h("div", {
    class: "dgm-stage dgm-pair", tabindex: 0, role: "group",
    "aria-label": `A digit from noise. ${KEYS}`, onkeydown: (event) => press(event), ...OWN_KEYS,
  }, ...captions.map(({ node }) => node));
  const strip = makeStrip(w, BETWEEN, side, grey, (j) => pick(j));
  const scrub = slider("Step of the sampler", ["noise", "digit"], (q) => {
    ticker.stop();
    show(Math.round(q * calls));
    report(false);
    status.later(() => report(true));
  }, 1 / calls);
  const begin = button("Form the digit", null, () => renew());
  const again = button("Play again", "Play again: the same digit",
    () => (current ? play() : renew()));
  const strings = button("Interpolate", "Interpolate: seven digits between this noise and the next",
    () => interpolate());
  const seed = h("input", {
    type: "number", min: 0, max: 2 ** 31 - 1, step: 1, "aria-label": "Seed of the noise",
    ...OWN_KEYS, onchange: () => {
      const value = Math.floor(Number(seed.value));
      if (value >= 0 && value < 2 ** 31 && seed.value !== "") f.change({ seed: value, noise: [] });
      else seed.value = model.get("seed");
    },
  });
  const names = Array.from({ length: model.get("classes") }, (_, k) => [`${k}`, `${k}`]);
  const label = choice("Digit", [["-1", "any"], ...names], String(model.get("label")),
    (key) => f.change({ label: Number(key) }), 6);
  const guided = choice(`Guidance ${model.get("guidance")}: ${extra} calls more than ${calls}`,
    [["off", "off"], ["on", "on"]], model.get("guided") ? "on" : "off",
    (key) => f.change({ guided: key === "on" }));
  const status = statusLine();
  w.arrange({
    stand: [stage, scrub.node, strip.node],
    panel: [h("div", { class: "dgm-buttons" }, begin, again, strings),
      ...(conditional ? [label.node, guided.node] : []),
      h("label", { class: "dgm-seed" }, h("span", {}, "Seed of the noise"), seed)],
    foot: [status.node],
  });

  // -- what the reader asks for -----------------------------------------------------------------

  function settings() {
    return ["seed", "label", "guided", "noise"].map((name) => String(model.get(name))).join("|");
  }

  function press(event) {
    if (event.target !== stage || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (event.key === " " || event.key === "Enter") {
      if (!event.repeat) renew();
    } else if (step && current) {
      ticker.stop();
      show(Math.min(current.frames.length - 1, Math.max(0, place + step)));
      report(true);
    } else if (conditional && /^[0-9a]$/i.test(event.key)) {
      const key = event.key.toLowerCase() === "a" ? -1 : Number(event.key);
      if (key < model.get("classes")) f.change({ label: key });
    } else return;
    event.preventDefault();
  }

  // The first press forms the noise that is shown; each later one takes the next seed.
  const renew = () =>
    (fresh ? form() : f.change({ seed: (model.get("seed") + 1) % 2 ** 31, noise: [] }));

  function drawn(number) {
    return makeRng(number).fill(new Float32Array(side * side)).map((z) => model.get("spread") * z);
  }

  function noiseNow() {
    const given = model.get("noise");
    return given.length
      ? Float32Array.from(given, (z) => model.get("spread") * z) : drawn(model.get("seed"));
  }

  const nameNow = () =>
    (model.get("noise").length ? "the given noise" : `seed ${model.get("seed")}`);

  // -- what the worker does ---------------------------------------------------------------------

  const sampled = makeSampler(model, steps, w.signal,
    () => status.say("The network is being loaded.", true));
  const options = () => ({
    label: model.get("label"),
    guidance: model.get("guided") && model.get("label") >= 0 ? model.get("guidance") : 0,
  });

  // Does what the reader asked for last; wanted() is false once something newer is asked for.
  async function newest(work) {
    const mine = ++turn;
    fresh = false;
    refresh();
    try {
      await work(() => mine === turn);
    } catch (error) {
      ticker.stop();
      status.say(`The network did not run: ${error.message ?? error}`, true);
    }
  }

  const form = () => newest(async (wanted) => {
    strip.close();
    const about = { ...options(), from: nameNow(), key: settings() };
    const digit = await sampled(noiseNow(), about, wanted);
    if (digit && reducedMotion()) await digit.done;
    if (!digit || !wanted()) return;
    current = digit;
    play();
    await digit.done;
  });

  let row = []; // the digits of the strip
  const interpolate = () => newest(async (wanted) => {
    ticker.stop();
    row = [];
    const next = (model.get("seed") + 1) % 2 ** 31;
    const ends = [noiseNow(), drawn(next)];
    strip.open(nameNow(), `seed ${next}`);
    for (let j = 0; j < BETWEEN; j++) {
      const q = j / (BETWEEN - 1);
      const from = `${shown(100 * q, 0)}% of the way from ${nameNow()} to seed ${next}`;
      const digit = await sampled(between(...ends, q), { ...options(), from }, wanted);
      await digit?.done;
      if (!digit || !wanted()) return;
      row.push(digit);
      strip.fill(j, digit.last.x);
      pick(j, j === BETWEEN - 1);
    }
  });

  function pick(j, settled = true) {
    ticker.stop();
    current = row[j];
    strip.mark(j);
    show(calls);
    report(settled);
  }

  // -- what is shown ----------------------------------------------------------------------------

  function show(to) {
    if (!current?.frames[to]) return;
    place = to;
    left.paint(current.frames[to].x);
    right.paint(current.frames[to].guess);
    describe();
  }

  function describe() {
    const level = levelOf(steps[place]);
    captions[0].say(place < calls ? `x_t after ${place} of ${calls} steps` : "x_0: the digit");
    captions[1].say(place < calls ? "guess of x_0 from it" : "the same");
    scrub.set(place / calls, `${place} of ${calls}`, `step ${place} of ${calls}, ${level}`);
  }

  function report(settled) {
    if (!current || place < 0) return;
    const { last, frames, key } = current;
    const same = last && key === original ? largestGap(last.x, stored, grey) : null;
    status.say(sentence(current, place, steps, same), settled && frames.length > calls);
  }

  // Frames are shown at an even pace, and never before they are there.
  let waiting = 0;
  const ticker = makeTicker(w, (seconds) => {
    waiting += seconds;
    if (waiting < 1 / PACE || !current.frames[place + 1]) return;
    waiting = 0;
    show(place + 1);
    if (place === calls) ticker.stop();
    report(place === calls);
  });
  Object.defineProperty(el, "dgmDigit", { configurable: true, get: () => current?.last ?? null });

  function play() {
    ticker.stop();
    if (reducedMotion()) { // straight to the end
      show(calls);
      report(true);
      return;
    }
    place = -1; // before the first frame, which may not be there yet
    waiting = 1;
    ticker.start();
  }

  function refresh() {
    begin.textContent = fresh ? "Form the digit" : "New noise";
    if (!fresh) begin.setAttribute("aria-label", "New noise: the next seed");
    label.set(String(model.get("label")));
    guided.set(model.get("guided") ? "on" : "off");
    seed.value = model.get("seed");
  }

  function rest() { // before the first use: the noise, and the digit that is stored with the page
    left.paint(noiseNow());
    right.paint(stored);
    captions[0].say(`x_T: ${nameNow()}`);
    captions[1].say("PyTorch\u2019s digit");
    scrub.set(0, `0 of ${calls}`);
    status.say(`The picture on the right is stored with the page. Press the button, and this page ` +
      `computes it anew from the noise on the left: ${calls} steps. ${KEYS}`, false);
  }

  refresh();
  rest();
}

export default widget("digit-from-noise", build);
