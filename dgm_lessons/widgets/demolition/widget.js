// Demolition: a digit and a mixture under one noise scrubber, and two ways to rebuild them.

import { makeFields } from "../kit/fields.js";
import { makeImage } from "../kit/image.js";
import { legend } from "../kit/legend.js";
import { makePlayer } from "../kit/player.js";
import { handle } from "../kit/stage.js";
import { button, h, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { averageImage, imageWeights, makeChain, makeImages, stepBack } from "../maths/chain.js";
import { diffuse, makeRng, posteriorMean, sample, slicedWasserstein } from "../maths/mixture.js";
import { largest, makeCloudPlot, makeLevelPlot, situation, verdict } from "./view.js";

const POINTS = 300;
const SECONDS = 4; // of a whole demolition or rebuilding
const COLUMNS = [
  ["torn", "Torn down", "high"], ["jump", "One jump", "ink"], ["walk", "Step by step", "particle"],
];
const SCHEDULES = [["linear", "linear"], ["cosine", "cosine"]];

function build(w) {
  const mixture = w.mixture();
  const L = w.get("steps");
  const chains = { linear: makeChain("linear", L), cosine: makeChain("cosine", L) };
  const images = makeImages(w.get("pixels"));
  const labels = w.get("labels");
  const f = makeFields(w, {
    step: { limits: [0, L], whole: true }, schedule: { options: SCHEDULES.map(([key]) => key) },
    digit: { limits: [0, images.count - 1], whole: true }, seed: { limits: [0, 2 ** 31 - 1], whole: true },
  }, (settled, names) => {
    if (names.length && !falling.running) rising.stop();
    if (names.includes("digit") || names.includes("seed")) renew();
    else if (names.length) refresh();
    report(settled);
  });
  const chain = () => chains[f.now.schedule];
  const step = () => f.now.step;
  let start, rng; // the data and the noise that are mixed, and the randomness of the walk
  let torn, jump, walk; // each {digit, cloud}; the walk also {at, from}
  let weights; // of the stored digits, given the torn one

  // -- the page ---------------------------------------------------------------------------------

  const repaint = () => torn && draw();
  const plots = COLUMNS.map(([key, title, shade]) => {
    const digit = makeImage(w, 8, [0.5, 0.5], { role: "img", "aria-label": `${title}: the digit` });
    const spoken = { role: "img", "aria-label": `${title}: ${POINTS} points of the mixture` };
    const cloud = makeCloudPlot(w, mixture, shade, spoken, repaint);
    const words = h("div", { class: "dgm-caption" }, title);
    return { key, digit, cloud, node: h("div", { class: "dgm-column" }, words, digit.node, cloud.node) };
  });
  const stage = h("div", {
    class: "dgm-stage dgm-levels", role: "group",
    "aria-label": "log-SNR over the steps; the numbers stand in the text below",
  });
  const levels = makeLevelPlot(w, stage, chains, repaint);
  const status = statusLine();
  const [falling, rising] = players();
  const noise = button("New noise", "New noise: other random numbers", () => f.change({ seed: f.now.seed + 1 }));
  const other = button("Other digit", "Other digit: tear down another one", () =>
    f.change({ digit: (f.now.digit + 17) % images.count }));
  const axis = h("div", { class: "dgm-ends", "aria-hidden": "true" },
    h("span", {}, "data, i = 0"), h("span", {}, `noise, i = ${L}`));
  const marks = legend([["ring", "soft", "where the mixture's data live"],
    ["handle", "high", "scrubber (drag, or arrow keys)"], ["dot", "particle", "the walk back"]]);
  w.arrange({
    stand: [h("div", { class: "dgm-board" }, ...plots.map(({ node }) => node)), marks],
    panel: [h("div", {}, h("div", { class: "dgm-caption" }, "log-SNR: drag the handle"), stage, axis),
      f.choice("schedule", "Schedule", SCHEDULES),
      h("div", { class: "dgm-buttons" }, falling.button, rising.button, noise, other)],
    foot: [status.node],
  });
  const grip = handle(stage, "Step of the demolition", {
    onmove(x) {
      stop();
      f.set({ step: levels.along(x) * L });
    },
    onkey: f.keys({ step: 10 }), onend: f.later, colour: "high",
  });

  // -- what is computed ---------------------------------------------------------------------------

  // Data and noise; x_i is a mix of the same two at every step.
  function renew() {
    stop();
    rng = makeRng(1000 + f.now.seed);
    start = {
      digit: images.image(f.now.digit),
      cloud: sample(mixture, 1, 0, rng, new Float64Array(2 * POINTS)),
      digitNoise: rng.fill(new Float64Array(64)),
      cloudNoise: rng.fill(new Float64Array(2 * POINTS)),
    };
    refresh();
  }

  function guess({ digit, cloud }, i) {
    const [alpha, sigma] = [chain().alpha(i), chain().sigma(i)];
    const shares = imageWeights(images, digit, alpha, sigma);
    const means = posteriorMean(diffuse(mixture, alpha, sigma), cloud, new Float64Array(cloud.length));
    return { digit: averageImage(images, shares), cloud: means, shares };
  }

  function refresh() {
    const [alpha, sigma] = [chain().alpha(step()), chain().sigma(step())];
    const mix = (x, eps) => x.map((value, j) => alpha * value + sigma * eps[j]);
    torn = { digit: mix(start.digit, start.digitNoise), cloud: mix(start.cloud, start.cloudNoise) };
    jump = guess(torn, step());
    weights = jump.shares;
    walk = { digit: torn.digit.slice(), cloud: torn.cloud.slice(), at: step(), from: step() };
    draw();
  }

  function advance() {
    const found = guess(walk, walk.at);
    const moments = chain().back(walk.at);
    for (const key of ["digit", "cloud"]) stepBack(moments, walk[key], found[key], rng);
    walk.at -= 1;
  }

  // -- what is shown ------------------------------------------------------------------------------

  function draw() {
    const now = { torn, jump, walk };
    for (const { key, digit, cloud } of plots) {
      digit.paint(now[key].digit);
      cloud.paint(now[key].cloud);
    }
    levels.paint(f.now.schedule, walk.at < walk.from ? walk.at : null);
    grip.place(...levels.place(chain(), step()));
    grip.values(0, L, step(), `step ${step()} of ${L}`);
  }

  function report(settled) {
    status.say(`${situation(chain(), step(), weights, labels)} ${ending()}`, settled);
  }

  function ending() {
    if (walk.from === 0) return "Nothing has been torn down yet.";
    if (walk.at === walk.from) return "Press Rebuild to walk back step by step.";
    if (walk.at) return `Step by step: at ${walk.at}, from ${walk.from}.`;
    const [truth, end] = [f.now.digit, largest(imageWeights(images, walk.digit, 1, 0))];
    const data = makeRng(f.now.seed); // the same data whenever they are asked for
    const fresh = () => sample(mixture, 1, 0, data, new Float64Array(2 * POINTS));
    const far = [jump.cloud, walk.cloud, fresh()].map((cloud) => slicedWasserstein(cloud, fresh()));
    return verdict(labels, truth, end, far);
  }

  // -- what moves ---------------------------------------------------------------------------------

  function stop() {
    falling?.stop();
    rising?.stop();
  }

  function players() {
    let due = 0; // steps that are owed to the clock
    const owed = (seconds) => {
      due += (seconds * L) / SECONDS;
      const steps = Math.floor(due);
      due -= steps;
      return steps;
    };
    let silent = 0; // seconds since the walk was last put into words
    const down = makePlayer(w, {
      text: "Demolish", play: "from data to noise", onstop: f.settle,
      begin() {
        rising.stop();
        if (step() === L) f.set({ step: 0 });
      },
      frame(seconds) {
        f.set({ step: Math.min(L, step() + owed(seconds)) });
        return step() < L;
      },
      finish: () => f.set({ step: L }),
    });
    const up = makePlayer(w, {
      text: "Rebuild", play: "step by step, from here back to data", onstop: f.settle,
      begin() {
        falling.stop();
        if (!walk.at) refresh();
        return step() > 0;
      },
      frame(seconds) {
        for (let k = owed(seconds); k > 0 && walk.at; k--) advance();
        draw();
        silent += seconds;
        if (silent > 0.25) {
          silent = 0;
          report(false);
        }
        return walk.at > 0;
      },
      finish() {
        while (walk.at) advance();
        draw();
      },
    });
    return [down, up];
  }

  w.onRepaint(() => {
    for (const { cloud } of plots) cloud.recolour();
    draw();
  });
  renew();
  report(false);
}

export default widget("demolition", build);
