// The reverse step: choose beta and x_i; see p(x_{i-1} | x_i), what it mixes, and one Gaussian.

const PARTS = 13; // conditional Gaussians shown
const DESCRIPTION = "Above, the law of x before the step and the place of x_i. Below, magnified, the " +
  "exact law of x_(i-1) given x_i, the Gaussians that it mixes, and the best single Gaussian. The " +
  "numbers stand in the text below.";
const RULER = "The KL from the exact law to the best Gaussian, over beta, on logarithmic scales";

function build(model, el, signal) {
  const [weights, means, covariances] = ["weights", "means", "covariances"].map((n) => model.get(n));
  const world = makeReverse({ weights, means, covariances }, model.get("signal"));
  const limits = model.get("limits");
  const begin = { beta: model.get("beta"), x: model.get("x") };
  let quiet = false; // while several fields change at once

  // -- the page ---------------------------------------------------------------------------------

  const stage = h("div", { class: "dgm-stage", role: "group", "aria-label": DESCRIPTION });
  const view = makeReverseView(stage, world, limits, () => refresh(), signal);
  const canvas = h("canvas", { class: "dgm-ruler", role: "img", "aria-label": RULER });
  const drawRuler = makeRuler(canvas, world, limits.beta, () => refresh(), signal);
  const status = statusLine();
  const [least, most] = limits.beta;
  const size = slider("Step size \u03b2", [`${least} (small)`, `${most} (large)`], (q) => {
    change({ beta: least + q * (most - least) });
    status.later(settle);
  });
  const reset = button("Reset", "Reset: beta and x_i as they were", () => {
    change(begin);
    settle();
  });
  const panel = h("div", { class: "dgm-panel" }, size.node,
    h("div", {}, h("div", { class: "dgm-caption" }, "KL to the best Gaussian, over \u03b2"), canvas),
    h("div", { class: "dgm-buttons" }, reset));
  el.append(h("div", { class: "dgm dgm-reverse" },
    h("div", { class: "dgm-layout" },
      h("div", { class: "dgm-stand" }, stage, reverseLegend()), panel),
    status.node));

  const nudge = 0.01 * (limits.x[1] - limits.x[0]);
  const grip = handle(stage, "x_i", {
    onmove: (u) => change({ x: view.fromStage(u) }),
    onkey: (dx, dy) => change({ x: model.get("x") + nudge * (dx + dy) }),
    onend() {
      model.save_changes();
      status.later(settle);
    },
  });
  grip.node.setAttribute("role", "slider");

  // -- what changes -----------------------------------------------------------------------------

  function change(fields) {
    quiet = true;
    for (const [name, value] of Object.entries(fields)) {
      model.set(name, Math.min(limits[name][1], Math.max(limits[name][0], value)));
    }
    quiet = false;
    refresh();
    report(false);
  }

  function settle() {
    model.save_changes();
    report(true);
  }

  function refresh() {
    const [beta, x] = [model.get("beta"), model.get("x")];
    const step = reverseStep(world, beta, x);
    grip.place(...view.paint(step, mixed(step, x, PARTS), x));
    const [low, high] = limits.x;
    for (const [name, value] of [["min", low], ["max", high], ["now", x]]) {
      grip.node.setAttribute(`aria-value${name}`, value);
    }
    grip.node.setAttribute("aria-valuetext", `x_i = ${shown(x)}`);
    size.set((beta - least) / (most - least), `\u03b2 = ${shown(beta)}`, `beta = ${shown(beta)}`);
    drawRuler(beta, x, step.best);
  }

  function report(settled) {
    const [beta, x] = [model.get("beta"), model.get("x")];
    const { mean, variance, lemma, best, fixed } = reverseStep(world, beta, x);
    status.say(
      `\u03b2 = ${shown(beta)} and x\u1d62 = ${shown(x)}: p(x\u1d62\u208b\u2081 | x\u1d62) has mean ` +
      `${shown(mean, 3)} and std ${shown(Math.sqrt(variance), 3)}. KL to the Gaussian with these ` +
      `moments = ${scientific(best)} nats: ${verdict(best)} With the std of a single Gaussian of ` +
      `the mixture, \u03c3(i) = ${shown(Math.sqrt(lemma.variance), 3)}, KL = ${scientific(fixed)}.`,
      settled);
  }

  onTheme(() => refresh(), signal);
  for (const name of ["beta", "x"]) {
    listen(model, name, () => {
      if (quiet) return;
      refresh();
      report(false);
    }, signal);
  }
  refresh();
  report(false);
}

const verdict = (kl) =>
  kl < 1e-4 ? "nobody could see the difference." : kl < 3e-3 ? "nearly Gaussian." : "not Gaussian.";

export default widget(build);
