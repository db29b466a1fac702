// Train it here: a score network learns in the reader's page, beside the exact score of the same data.

import { makePad } from "../kit/draw.js";
import { makeFields } from "../kit/fields.js";
import { legend } from "../kit/legend.js";
import { makeStory } from "../kit/story.js";
import { h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeDesk } from "./desk.js";
import { LEGEND, makeCurves, makeFieldPlots } from "./view.js";
import { LOSSES, STORIES } from "./words.js";

const MOST = 120; // points that can be drawn

function build(w) {
  const half = w.get("window");
  const f = makeFields(w, {
    loss: { options: LOSSES.map(([key]) => key) }, sigma: { limits: [0.05, 3], log: true },
    seed: { limits: [0, 2 ** 31 - 1], whole: true }, drawn: { list: true, limits: [-half, half] },
  }, (settled, names) => desk.follow(settled, names));
  const status = statusLine();
  const curves = {};
  const desk = makeDesk(w, f, { status, curves, plots: () => plots });
  const plots = { ...makeFieldPlots(w, half, desk.scene), curve: makeCurves(w, curves) };
  desk.player.node.append(makeDrawing(w, f, plots.exact, half).toggle);
  const figure = (text, plot) => h("div", {}, h("div", { class: "dgm-caption" }, text), plot.node);
  w.arrange({
    stand: [
      h("div", { class: "dgm-twins" }, figure("exact", plots.exact), figure("learned, upon the exact", plots.learned)),
      legend([["heat", "high", "noisy data"], ["arrow", "arrow", "exact score"], ["arrow", "high", "learned score"],
        ["dot", "particle", "samples"]]),
      plots.curve.node, legend(LEGEND)],
    panel: [f.choice("loss", "Loss", LOSSES),
      f.slider("sigma", "Noise level of the arrows", ["little", "much"], (s) => `\u03c3 ${shown(s)}`),
      desk.player.node, makeStory(w, STORIES).node],
    foot: [status.node],
  });
  desk.look();
  desk.report(false);
}

// The reader's own data, on the picture of the exact score, which follows every point.
function makeDrawing(w, f, plot, half) {
  return makePad(w, plot.node, {
    text: "Draw data", label: "Your own data",
    onpoint(u, v, fresh) {
      const [x, y] = plot.fromStage(u, v);
      const { drawn } = f.now;
      const near = drawn.length && Math.hypot(x - drawn.at(-2), y - drawn.at(-1)) < (fresh ? 0.01 : 0.07) * half;
      if (near || drawn.length >= 2 * MOST) return;
      f.set({ drawn: [...drawn, x, y] });
      f.later();
    },
    onundo: () => f.change({ drawn: f.now.drawn.slice(0, -2) }),
  });
}

export default widget("train-it-here", build);
