// A digit from noise: the reader presses a key, or draws, and a network on the page makes a digit.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { button, slider, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { stepBelow } from "../maths/sampler.js";
import { makeDesk } from "./desk.js";
import { makeControls, makePictures, makeStrip } from "./view.js";

const PACE = 16; // steps shown in a second, at most; they are computed faster
const BETWEEN = 7; // digits in the strip between two noises
const ENOUGH = 2; // sigma / alpha: the noise that is put on a drawing at first

function build(w) {
  const [side, steps, grey, classes] = ["side", "steps", "grey", "classes"].map(w.get);
  const f = makeFields(w, {
    seed: { limits: [0, 2 ** 31 - 1], whole: true }, label: { limits: [-1, classes - 1], whole: true },
    guided: { options: [true, false] }, noise: {}, guidance: { limits: [0, 10] },
  }, (settled, names) => names.length && desk.changed() && desk.form());
  const parts = {
    status: statusLine(),
    strip: makeStrip(w, BETWEEN, side, grey, (j) => desk.pick(j)),
    scrub: slider("Step of the sampler", ["noise", "digit"], (q) => {
      desk.show(Math.round(q * steps.length));
      desk.report(false);
      parts.status.later(() => desk.report(true));
    }, 1 / steps.length),
    pictures: makePictures(w, side, grey, { onkeydown: (event) => press(event, w, f, desk, renew), ondraw }),
    play: () => player.start(), rest: () => player.stop(),
    name(midway, done) { // of the first button: what it does next
      begin.textContent = midway ? (done ? "Noise it again" : "Denoise it") : desk.fresh ? "Form the digit" : "New noise";
      begin.setAttribute("aria-label", begin.textContent + (begin.textContent === "New noise" ? ": the next seed" : ""));
    },
  };
  const desk = makeDesk(w, f, parts);
  const player = makeShow(w, desk, renew);
  const begin = button("Form the digit", null, renew);
  const strings = button("Interpolate", "Interpolate: seven digits between this noise and the next", desk.interpolate);
  player.node.prepend(begin);
  player.node.append(strings, parts.pictures.pad.toggle);
  Object.defineProperty(w.el, "dgmDigit", { configurable: true, get: () => desk.current?.last ?? null });

  // The first press forms what is shown; later ones take the next seed, or go back to the picture under noise.
  function renew() {
    const { current } = desk;
    if (current?.from) again(current.from);
    else if (current || !(desk.fresh || desk.place)) f.change({ seed: (f.now.seed + 1) % 2 ** 31, noise: [] });
    else desk.form();
  }
  function again(from) {
    desk.current = null;
    desk.show(from);
    desk.report(true);
  }
  function ondraw(image) {
    player.stop();
    if (!desk.mine || desk.current) desk.place = stepBelow(steps, ENOUGH);
    desk.draw(image);
  }
  w.arrange({
    stand: [parts.pictures.node, parts.scrub.node, parts.strip.node],
    panel: [player.node, ...makeControls(w, f, steps.filter((step) => step.guided).length, steps.length)],
    foot: [parts.status.node],
  });
  desk.show(0);
  desk.report(false);
}

function press(event, w, f, desk, renew) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
  if (event.key === " " || event.key === "Enter") {
    if (!event.repeat) renew();
  } else if (step) {
    desk.show(Math.min(desk.calls, Math.max(0, desk.place + step)));
    desk.report(true);
  } else if (w.get("classes") > 0 && /^[0-9a]$/i.test(event.key)) {
    const key = event.key.toLowerCase() === "a" ? -1 : Number(event.key);
    if (key < w.get("classes")) f.change({ label: key });
  } else return;
  event.preventDefault();
}

// Once in sight the stored digit drowns in noise; later it shows how a digit forms, at an even pace,
// and never a frame before it is there.
function makeShow(w, desk, renew) {
  let waiting = 0;
  let drowning = false;
  const player = makePlayer(w, {
    text: "Play again", play: "how the picture changes", once: true,
    begin(alone) {
      [waiting, drowning] = [1, alone];
      if (drowning) desk.show(desk.calls);
      else if (!desk.current) renew();
      else desk.place = desk.current.from - 1; // before the first frame, which may not be there yet
      return drowning || desk.current !== null;
    },
    frame(seconds) {
      waiting += seconds;
      if (waiting < 1 / PACE || !desk.show(desk.place + (drowning ? -1 : 1))) return true;
      waiting = 0;
      desk.report(false);
      return desk.place !== (drowning ? 0 : desk.calls);
    },
    finish: () => desk.show(desk.calls),
    onstop() {
      if (drowning) desk.show(0);
      drowning = false;
      desk.report(true);
    },
  });
  return player;
}

export default widget("digit-from-noise", build);
