// Denoising film: scrub a sampler's way from noise to digit, and see other endings from each step.

import { bytesOf } from "../kit/bytes.js";
import { classColour } from "../kit/colours.js";
import { makeFields } from "../kit/fields.js";
import { captioned, makeImage } from "../kit/image.js";
import { makePlayer } from "../kit/player.js";
import { button, h, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { decidedAt, loyalty, makeFilms, SIDE, tally } from "../maths/film.js";

const PACE = 5; // steps shown in a second
const GREY = [0, 1]; // pictures come as shares of ink

function build(w) {
  const [levels, readings, ends, branches, seeds] =
    ["levels", "readings", "ends", "branches", "seeds"].map(w.get);
  const calls = levels.length - 1;
  const shares = readings.map((row, film) => loyalty(row, ends[film], branches));
  let films = null; // until the pictures are there
  const f = makeFields(w, {
    step: { limits: [0, calls], whole: true }, film: { options: seeds.map((_, k) => k) },
  }, (settled) => refresh(settled));
  const told = (step) => (step < calls ? `noise level \u03c3/\u03b1 = ${levels[step].toPrecision(2)}` : "no noise left");

  // -- the page ---------------------------------------------------------------------------------

  const left = makeImage(w, SIDE, GREY, { role: "img", "aria-label": "The noisy image" });
  const right = makeImage(w, SIDE, GREY, { role: "img", "aria-label": "The guess of the digit" });
  const captions = [captioned(left), captioned(right)];
  const stage = h("div", { class: "dgm-stage dgm-pair" }, ...captions.map(({ node }) => node));
  const scrub = f.slider("step", "Step of the sampler", ["noise", "digit"],
    (step) => `${step} of ${calls}`, (step) => `step ${step} of ${calls}, ${told(step)}`);
  const other = makeEndings(w, branches);
  const curve = makeCurve(calls);
  let waiting = 0; // every step stays for a moment
  const player = makePlayer(w, {
    play: "the film from noise to digit", onstop: f.settle,
    begin() {
      waiting = 0;
      if (f.now.step === calls) f.set({ step: 0 });
    },
    frame(seconds) {
      waiting += seconds;
      if (waiting < 1 / PACE) return true;
      waiting = 0;
      f.set({ step: f.now.step + 1 });
      return f.now.step < calls;
    },
    finish: () => f.set({ step: calls }),
  });
  const jump = button("Where it is decided",
    "Where it is decided: go to the first step from which on all branches end alike", () => {
      player.stop();
      f.change({ step: decidedAt(shares[f.now.film]) });
    });
  player.node.append(jump);
  const status = statusLine();
  w.arrange({
    stand: [stage, scrub, other.node],
    panel: [player.node, f.choice("film", "Film", seeds.map((_, k) => [k, String(k + 1)])), curve.node],
    foot: [status.node],
  });

  // -- what is shown ----------------------------------------------------------------------------

  function refresh(settled) {
    const { film, step } = f.now;
    captions[0].say(step < calls ? `x after ${step} steps` : "the digit");
    captions[1].say(step < calls ? "guess of the digit" : "the same");
    const found = readings[film].slice(step * branches, (step + 1) * branches);
    if (films) {
      left.paint(films.x(film, step));
      right.paint(films.guess(film, step));
    }
    other.show(found, (j) => (films && found ? films.branch(film, step, j) : null));
    curve.show(shares[film], step);
    const words = tally(found).map(([digit, count]) => `${digit} (${count})`).join(", ");
    const heard = found
      ? `${branches} branches from here are read as: ${words}.` : "From here nothing is random.";
    const first = decidedAt(shares[film]);
    const decided = first < calls - 1 ? `From step ${first} on all branches do.`
      : "Up to the last noise some branches end otherwise.";
    status.say(`Film ${film + 1} (seed ${seeds[film]}), step ${step} of ${calls}, ${told(step)}. ` +
      `${heard} The film itself is read as ${ends[film]}. ${decided}`, settled);
  }

  w.onRepaint(() => refresh(false));
  f.settle();
  bytesOf(w.model, "pixels").then((bytes) => {
    films = makeFilms(bytes, calls, branches);
    refresh(false);
  }, (error) => status.say(`The pictures could not be loaded: ${error.message}`, true));
}

// The other endings from a step: small pictures, each with the digit that it is read as, and a tally.
function makeEndings(w, branches) {
  const images = Array.from({ length: branches }, () => makeImage(w, SIDE, GREY, { role: "img" }));
  const names = images.map(() => h("b", { "aria-hidden": "true" }));
  const cells = images.map((image, j) => h("span", { class: "dgm-ending" }, image.node, names[j]));
  const title = h("div", { class: "dgm-caption" });
  const tallied = h("div", { class: "dgm-near", "aria-hidden": "true" });
  const endings = h("div", { class: "dgm-endings", role: "group",
    "aria-label": "Other endings from this step" }, ...cells);
  const hue = (digit) => classColour(Number(digit), 10, w.colours.paper);
  function show(found, picture) {
    title.textContent = found ? `${branches} other endings from here, with fresh noise`
      : "No more noise is added: nothing is left to chance";
    images.forEach((image, j) => {
      image.paint(picture(j));
      image.node.setAttribute("aria-label",
        found ? `Branch ${j + 1}, read as ${found[j]}` : `Branch ${j + 1}: none`);
      names[j].textContent = found[j] ?? "";
      names[j].style.color = found ? hue(found[j]) : "";
    });
    tallied.replaceChildren(...tally(found).map(([digit, count]) => {
      const bar = h("i", { class: "dgm-bar" }, h("b", {}, digit));
      bar.style.flexGrow = count;
      bar.style.color = hue(digit);
      return bar;
    }));
  }
  return { node: h("div", {}, title, endings, tallied), show };
}

// How many branches end as the film does, by step.
function makeCurve(calls) {
  const bars = Array.from({ length: calls - 1 }, () => h("i", {}));
  const curve = h("div", { class: "dgm-loyalty", role: "img" }, ...bars.map((bar) => h("span", {}, bar)));
  const node = h("div", {},
    h("div", { class: "dgm-caption" }, "Branches that end as the film does, by step"), curve,
    h("div", { class: "dgm-ends", "aria-hidden": "true" }, h("span", {}, "noise"), h("span", {}, "digit")));
  function show(shares, step) {
    bars.forEach((bar, i) => {
      bar.style.height = `${100 * shares[i]}%`;
      bar.parentNode.classList.toggle("dgm-now", i === step);
    });
    const list = shares.map((share, i) => `${i}: ${Math.round(100 * share)}%`).join(", ");
    curve.setAttribute("aria-label", `Branches that end as the film does, by step. ${list}`);
  }
  return { node, show };
}

export default widget("denoising-film", build);
