// Train it here: a score network learns in the reader's page, beside the exact score of the same data.

import { makeFields } from "../kit/fields.js";
import { legend } from "../kit/legend.js";
import { makeStory } from "../kit/story.js";
import { h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeDesk } from "./desk.js";
import { LEGEND, LOSSES, makeCurves, makeFields2D } from "./view.js";

const STORIES = [
  ["denoising", "Denoising: the network sees points under noise and guesses the noise. The target is known, for we put the " +
    "noise in: it is averaged over the clean points of the batch that may lie behind the noisy one."],
  ["implicit", "Implicit: the network sees points under noise, and nothing tells it which noise. The loss is the divergence of " +
    "its score plus half the squared length, the divergence from two directions exactly."],
  ["sliced", "Sliced: as implicit, but each point asks for the slope along one random direction only. It is cheaper, right on " +
    "average, and scatters more."],
];

function build(w) {
  const f = makeFields(w, {
    loss: { options: LOSSES.map(([key]) => key) }, sigma: { limits: [0.05, 3], log: true },
    seed: { limits: [0, 2 ** 31 - 1], whole: true },
  }, (settled, names) => desk.follow(settled, names));
  const status = statusLine();
  const curves = {};
  const desk = makeDesk(w, f, { status, curves, plots: () => plots });
  const plots = { ...makeFields2D(w, w.get("window"), desk.scene), curve: makeCurves(w, curves) };
  const figure = (text, plot) => h("figure", {}, h("figcaption", {}, text), plot.node);
  w.arrange({
    stand: [h("div", { class: "dgm-twins" }, figure("exact", plots.exact), figure("learned, upon the exact", plots.learned)),
      legend([["arrow", "arrow", "exact score"], ["arrow", "high", "learned score"], ["dot", "particle", "samples"]]),
      plots.curve.node, legend(LEGEND)],
    panel: [f.choice("loss", "Loss", LOSSES), f.slider("sigma", "Noise level of the arrows", ["little", "much"], (s) => `\u03c3 ${shown(s)}`),
      desk.player.node, makeStory(w, STORIES.map(([loss, text]) => [(now) => now.loss === loss, text])).node],
    foot: [status.node],
  });
  desk.look();
  desk.report(false);
}

export default widget("train-it-here", build);
