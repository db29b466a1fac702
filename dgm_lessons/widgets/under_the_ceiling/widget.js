// Under the ceiling: a linear VAE's ELBO over all of its encoders, and what keeps it below log p(x).

import { makeFields } from "../kit/fields.js";
import { handle } from "../kit/stage.js";
import { button, h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeLinearVae } from "../maths/linear_vae.js";
import { curvesLegend, elboColumns, makeCurves, makeEncoderMap, mapLegend } from "./view.js";

const MAP = "Map of the encoders: slope to the right, width upwards on a log scale; the darker, the " +
  "closer the ELBO is to log p(x). The numbers stand in the text below.";
const CURVES = "Over z: the prior, the true posterior and the encoder's q(z|x)";

function build(w) {
  const limits = w.get("limits");
  const vae = makeLinearVae(w.get("w"), w.get("s"));
  const f = makeFields(w, {
    slope: { limits: limits.slope }, width: { limits: limits.width }, x: { limits: limits.x },
  }, (settled) => {
    refresh(false);
    status.say(sentence(f.now, vae), settled);
  });
  const stage = h("div", { class: "dgm-stage", role: "group", "aria-label": MAP });
  const map = makeEncoderMap(w, stage, vae, limits, () => refresh());
  const canvas = h("canvas", { class: "dgm-curves", role: "img", "aria-label": CURVES });
  const drawCurves = makeCurves(w, canvas, () => refresh());
  const columns = elboColumns();
  const status = statusLine();
  const [low, high] = limits.x;
  const observation = f.slider("x", "Observation x", [shown(low, 1), shown(high, 1)], (x) => `x = ${shown(x)}`);
  const buttons = h("div", { class: "dgm-buttons" },
    button("Best encoder", "Best encoder: the true posterior",
      () => f.change({ slope: vae.best.a, width: vae.best.b })),
    button("Reset", "Reset: the encoder and x as they were", f.reset));
  const rate = Math.log(limits.width[1] / limits.width[0]);
  const grip = handle(stage, "Encoder", {
    onmove(u, v) {
      const [slope, width] = map.fromStage(u, v);
      f.set({ slope, width });
    },
    onkey: (dx, dy) => f.set({
      slope: f.now.slope + 0.01 * dx * (limits.slope[1] - limits.slope[0]),
      width: f.now.width * Math.exp(0.01 * dy * rate),
    }),
    onend: f.later, colour: "particle",
  });
  w.arrange({
    stand: [stage, mapLegend()],
    panel: [columns.node, h("div", {}, canvas, curvesLegend()), observation, buttons],
    foot: [status.node],
  });

  let painted = NaN; // the x for which the map is painted
  function refresh(repaint = true) {
    const { x, slope: a, width: b } = f.now;
    if (repaint || painted !== x) map.paint(x);
    painted = x;
    columns.set(vae.terms(x, a, b));
    drawCurves({ prior: [0, 1], posterior: [vae.best.a * x, vae.best.b], encoder: [a * x, b] });
    grip.place(...map.toStage(a, Math.log(b)));
    grip.name(`Encoder: slope ${shown(a, 3)}, width ${shown(b, 3)}; the arrow keys move it`);
  }

  w.onRepaint(() => refresh());
  f.settle();
}

function sentence({ x, slope, width }, vae) {
  const { ceiling, reconstruction, rate, elbo, gap } = vae.terms(x, slope, width);
  const side = gap < 5e-5 ? "touches the ceiling" : `lies ${shown(gap, 4)} nats below the ceiling`;
  return `At x = ${shown(x)}, the encoder N(${shown(slope, 3)} x, ${shown(width, 3)}\u00b2) has ELBO ` +
    `${shown(elbo, 4)} = reconstruction ${shown(reconstruction, 4)} \u2212 KL to the prior ` +
    `${shown(rate, 4)}. It ${side} log p(x) = ${shown(ceiling, 4)}: ` +
    `the gap is KL(q(z|x) \u2016 p(z|x)) = ${shown(gap, 4)}. ` +
    `It closes at slope ${shown(vae.best.a, 3)}, width ${shown(vae.best.b, 3)}.`;
}

export default widget("under-the-ceiling", build);
