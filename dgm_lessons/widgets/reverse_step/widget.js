// The reverse step: choose beta and x_i; see p(x_{i-1} | x_i), what it mixes, and one Gaussian.

import { makeFields } from "../kit/fields.js";
import { handle } from "../kit/stage.js";
import { button, h, scientific, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeReverse, mixed, reverseStep } from "../maths/reverse_kernel.js";
import { makeReverseView, makeRuler, reverseLegend } from "./view.js";

const PARTS = 13; // conditional Gaussians shown
const DESCRIPTION = "Above, the law of x before the step and the place of x_i. Below, magnified, the " +
  "exact law of x_(i-1) given x_i, the Gaussians that it mixes, and the best single Gaussian. The " +
  "numbers stand in the text below.";
const RULER = "The KL from the exact law to the best Gaussian, over beta, on logarithmic scales";

function build(w) {
  const world = makeReverse(w.mixture(), w.get("signal"));
  const limits = w.get("limits");
  const [least, most] = limits.beta;
  const f = makeFields(w, { beta: { limits: limits.beta }, x: { limits: limits.x } }, (settled) => {
    draw();
    status.say(sentence(f.now, reverseStep(world, f.now.beta, f.now.x)), settled);
  });
  const stage = h("div", { class: "dgm-stage", role: "group", "aria-label": DESCRIPTION });
  const view = makeReverseView(w, stage, world, limits, () => draw());
  const canvas = h("canvas", { class: "dgm-ruler", role: "img", "aria-label": RULER });
  const drawRuler = makeRuler(w, canvas, world, limits.beta, () => draw());
  const status = statusLine();
  const size = f.slider("beta", "Step size \u03b2", [`${least} (small)`, `${most} (large)`],
    (beta) => `\u03b2 = ${shown(beta)}`, (beta) => `beta = ${shown(beta)}`);
  const grip = handle(stage, "x_i", {
    onmove: (u) => f.set({ x: view.fromStage(u) }),
    onkey: f.keys({ x: 0.01 * (limits.x[1] - limits.x[0]) }),
    onend: f.later, colour: "ink",
  });
  const reset = button("Reset", "Reset: beta and x_i as they were", f.reset);
  w.arrange({
    stand: [stage, reverseLegend()],
    panel: [size, h("div", {}, h("div", { class: "dgm-caption" }, "KL to the best Gaussian, over \u03b2"), canvas),
      h("div", { class: "dgm-buttons" }, reset)],
    foot: [status.node],
  });

  function draw() {
    const { beta, x } = f.now;
    const step = reverseStep(world, beta, x);
    grip.place(...view.paint(step, mixed(step, x, PARTS), x));
    grip.values(...limits.x, x, `x_i = ${shown(x)}`);
    drawRuler(beta, x, step.best);
  }

  w.onRepaint(draw);
  draw();
  status.say(sentence(f.now, reverseStep(world, f.now.beta, f.now.x)), false);
}

const verdict = (kl) =>
  kl < 1e-4 ? "nobody could see the difference." : kl < 3e-3 ? "nearly Gaussian." : "not Gaussian.";

const sentence = ({ beta, x }, { mean, variance, lemma, best, fixed }) =>
  `\u03b2 = ${shown(beta)} and x\u1d62 = ${shown(x)}: p(x\u1d62\u208b\u2081 | x\u1d62) has mean ` +
  `${shown(mean, 3)} and std ${shown(Math.sqrt(variance), 3)}. KL to the Gaussian with these ` +
  `moments = ${scientific(best)} nats: ${verdict(best)} With the std of a single Gaussian of ` +
  `the mixture, \u03c3(i) = ${shown(Math.sqrt(lemma.variance), 3)}, KL = ${scientific(fixed)}.`;

export default widget("reverse-step", build);
