// What the page says about the run, and what each loss knows.

import { percent, shown } from "../kit/ui.js";

export const LOSSES = [["denoising", "denoising"], ["sliced", "sliced"], ["implicit", "implicit"]];

const TRAINED = {
  denoising: "Denoising. The network sees points under noise, and guesses the noise. The answer is known, for we put the " +
    "noise in: it is averaged over the clean points of the batch that may lie behind the noisy one.",
  implicit: "Implicit. The network sees points under noise, and nobody tells it which noise. Its loss is the divergence of its " +
    "own score plus half the score\u2019s squared length; the divergence is exact, from two directions.",
  sliced: "Sliced. As implicit, but each point asks for the slope along one random direction only. That is cheaper and right " +
    "on average, but scatters more.",
};
export const STORIES = Object.entries(TRAINED).map(([loss, text]) => [(now) => now.loss === loss, text]);

export function sentence(w, f, run) {
  const count = f.now.drawn.length >> 1;
  const data = count ? `${count} drawn point${count > 1 ? "s" : ""}, each blurred by a Gaussian of standard deviation ${shown(w.get("blur"))}`
    : `a mixture of ${w.get("weights").length} Gaussians`;
  const steps = w.get("steps");
  if (!run?.step) return `Data: ${data}. The network has learned nothing yet. Train takes ${steps} steps of 256 fresh points at ` +
    "noise levels 0.02 to 12, in your browser: nothing leaves this page.";
  const { loss, step, seconds, value, rmse, samples } = run;
  const work = `${loss[0].toUpperCase()}${loss.slice(1)} loss ${shown(value, 3)} after step ${step} of ${steps}, ${shown(seconds, 1)} seconds ` +
    `of training. The network\u2019s noise is off by ${shown(rmse, 3)}: RMSE against the exact one, noise levels 0.05 to 5. Data: ${data}.`;
  if (!samples) return work;
  const { exact, learned } = samples.strays;
  const way = w.knows("probability-flow ODE") ? "by the probability-flow ODE" : "in 24 small steps along the score while the noise level falls";
  return `${work} Samples, from the same noise ${way}: more than 4 standard deviations off every Gaussian are ${percent(exact)} ` +
    `with the exact score, ${percent(learned)} with the learned one.`;
}
