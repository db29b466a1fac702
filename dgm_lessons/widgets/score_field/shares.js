// Beside the score field: its legend, and the share of the particles at each mode.

import { legend } from "../kit/legend.js";
import { h, percent } from "../kit/ui.js";

export const fieldLegend = (w, { probe, grips }) => legend([
  ["heat", "high", "density pₜ"],
  ["arrow", "arrow", w.knows("score") ? "score" : "the way back, on average"], ["dot", "particle", "particles"],
  ...(probe ? [
    ["dot", "ode", "probe, a noisy point (drag, or arrow keys)"], ["arrow", "high", "pulls, a colour each, as long as the shares"],
    ["ring", "ink", `their sum, ${w.knows("posterior mean") ? "E[x₀ | x]" : "the average clean point"}, and one std about it`],
  ] : []),
  ...(grips.length ? [["handle", "ink", "component (drag, or arrow keys)"]] : []),
]);

// One bar a mode: the share of the particles, and a tick at the true weight.
export function shareBars({ weights }) {
  const total = weights.reduce((a, b) => a + b, 0);
  const truth = weights.map((w) => w / total);
  const top = 1.5 * Math.max(...truth);
  const fills = truth.map(() => h("i", { class: "dgm-bar-fill" }));
  const columns = truth.map((w, k) => {
    const tick = h("i", { class: "dgm-bar-tick" });
    tick.style.bottom = `${(100 * w) / top}%`;
    return h("span", { class: "dgm-bar" }, h("span", {}, fills[k], tick), h("b", {}, k + 1));
  });
  const caption = h("div", { class: "dgm-caption" }, "Share of the particles at each mode",
    legend([["line", "high", "true weight"]]));
  const plot = h("div", { class: "dgm-bars", role: "img" }, ...columns);
  return {
    node: h("div", {}, ...(weights.length <= 12 ? [caption, plot] : [])),
    set({ shares }, settled) {
      fills.forEach((fill, k) => (fill.style.height = `${Math.min(100, (100 * shares[k]) / top)}%`));
      if (!settled && plot.ariaLabel) return;
      const list = truth.map((w, k) => `${k + 1}: ${percent(shares[k])} (${percent(w)})`).join(", ");
      plot.setAttribute("aria-label", `Particles at each mode, true weights in brackets. ${list}`);
    },
  };
}
