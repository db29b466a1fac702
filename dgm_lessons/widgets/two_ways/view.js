// The pictures of two ways to be wrong: p, q and the ghosts of earlier endings; the charge below them on a
// fixed scale, so that its area is the value; and six bars.

import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { h, shown } from "../kit/ui.js";
import { gaussianLog } from "../maths/divergences.js";

export const KINDS = [
  ["forward", "forward KL", " nats"], ["reverse", "reverse KL", " nats"], ["js", "JS", " nats"],
  ["tv", "TV", ""], ["fisher", "Fisher", ""], ["w1", "W\u2081", ""],
];
export const nameOf = (kind) => KINDS.find(([key]) => key === kind)[1];
const FORMULAS = { // of what is charged at a place
  forward: "p log(p/q) \u2212 p + q", reverse: "q log(q/p) \u2212 q + p", tv: "\u00bd |p \u2212 q|",
  js: "\u00bd p log(p/m) + \u00bd q log(q/m), m = \u00bd (p + q)",
  fisher: "p |score p \u2212 score q|\u00b2", w1: "|F(x) of p \u2212 F(x) of q|",
};

// For each divergence, by the std of p: the top of its charge, and the area that is drawn as a unit.
const SCALES = {
  forward: (s) => [8 / s, 1], reverse: (s) => [8 / s, 1], js: () => [0.5, 0.1], tv: () => [0.5, 0.1],
  fisher: (s) => [40 / s ** 3, 10 / s ** 2], w1: (s) => [1, 0.2 * s],
};

export const digits = (value) => shown(value, value < 10 ? 4 : value < 1000 ? 2 : 0);

const peak = (s) => Math.exp(gaussianLog(0, 0, s));
export const shoulder = (s) => Math.exp(-0.5) * peak(s);

// p as an area, the data as a rug, the ghosts with their names, q.
export function densityPlot(w, s, label) {
  const { limits, f } = s;
  return makePlot(w, {
    label, aspect: 1.9, x: { range: limits.mean, name: "x" }, y: { range: [0, 1], ticks: [] },
    margin: { left: 18, top: 12 },
    draw(p) {
      const { mean, std } = f.now;
      const gaussian = (m, width) => (x) => Math.exp(gaussianLog(x, m, width));
      p.curve(s.density, "high", { fill: 0.2 });
      for (const x of s.data) p.line([x, 0], [x, 0.03 * s.plot.y.range[1]], "high", { width: 1, shade: 0.7 });
      const own = s.ghosts.filter(({ kinds }) => kinds.includes(f.now.descend));
      for (const ghost of s.ghosts) {
        p.curve(gaussian(ghost.mean, ghost.std), "ink", { width: 1.3, dash: [5, 4], shade: own.includes(ghost) ? 0.9 : 0.4 });
      }
      p.curve(gaussian(mean, std), "particle", { width: 2.5, fill: 0.14 });
      p.line([mean, 0], [mean, peak(std)], "particle", { width: 1.2, dash: [3, 3] });
      p.line([mean, shoulder(std)], [s.side(), shoulder(std)], "particle", { width: 1.2, dash: [3, 3] });
      if (String(Object.values(f.now)) === String(Object.values(f.start))) {
        p.text("drag me", s.side(), shoulder(std), { bold: true, size: 13, dy: -24 });
      }
      nameGhosts(p, s.ghosts, own);
    },
  });
}

// At the crest of each ghost the divergences that end there; names that would collide go up.
function nameGhosts(p, ghosts, own) {
  const taken = [];
  for (const ghost of [...ghosts].sort((a, b) => a.mean - b.mean)) {
    const text = ghost.kinds.map(nameOf).join(", ");
    const x = Math.min(p.box.left + p.box.width - 3.2 * text.length, Math.max(p.box.left + 3.2 * text.length, p.X(ghost.mean)));
    let y = Math.max(p.box.top + 8, p.Y(peak(ghost.std)) - 8);
    const near = (other) => Math.abs(other.x - x) < 3.3 * (text.length + other.length) && Math.abs(other.y - y) < 13;
    while (taken.some(near)) y += y > p.box.top + 20 && !taken.some((other) => other.y < 20) ? -13 : 13;
    taken.push({ x, y, length: text.length });
    p.words(text, x, y, { size: 11, bold: own.includes(ghost) });
  }
}

// What the chosen divergence charges where, on a scale that does not move; a square of known area.
export function chargePlot(w, s) {
  const { limits, f } = s;
  const plot = makePlot(w, {
    label: "What the chosen divergence charges at each place; its area is the value", aspect: 3.6,
    x: { range: limits.mean, hidden: true }, y: { range: [0, 1], ticks: [] }, margin: { left: 18, top: 22, bottom: 10 },
    draw(p, { width }) {
      const kind = f.now.descend;
      const [top, unit] = SCALES[kind](s.table.std);
      const most = s.charged.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      const points = [];
      for (let i = 0; i < s.charged.length; i += 4) points.push([s.table.x[i], Math.abs(s.charged[i])]);
      p.curve(points, "ode", { width: 1.4, fill: 0.28 });
      p.words(`charged: ${FORMULAS[kind]}`, p.box.left, 11, { align: "left", size: 11, colour: "soft" });
      const side = 0.6 * s.table.std; // of the unit, along x
      const right = limits.mean[1] - 0.1 * s.table.std;
      p.curve([[right - side, unit / side], [right, unit / side]], "particle", { width: 1.2, fill: 0.5 });
      p.words(`area ${shown(unit, unit < 1 ? 2 : 0)}`, p.X(right - side / 2), p.Y(unit / side) - 8, { size: 11 });
      if (most > top) {
        const at = s.table.x[s.charged.findIndex((value) => Math.abs(value) === most)];
        const x = Math.min(width - 60, Math.max(60, p.X(at)));
        p.words(`\u2191 on to ${shown(most, most < 10 ? 1 : 0)}, ${shown(most / top, 1)} times the height`, x, p.box.top + 8,
          { size: 11, bold: true });
      }
    },
  });
  return { ...plot, scale: (kind) => (plot.y.range = [0, SCALES[kind](s.table.std)[0]]) };
}

// A row a divergence: its value, a bar, and a tick at the lowest value so far.
export function measureBars({ std }) {
  const full = { forward: 4, reverse: 4, js: Math.LN2, tv: 1, fisher: 40 / std ** 2, w1: 2 * std };
  const rows = KINDS.map(([key, name]) => {
    const [fill, tick, value] = [h("i", {}), h("s", {}), h("b", {})];
    const bar = h("span", { class: "dgm-measure-bar", "aria-hidden": "true" }, fill, tick);
    return { key, fill, tick, value, node: h("div", { class: "dgm-measure" }, name, bar, value) };
  });
  const caption = h("div", { class: "dgm-caption" }, "How far q is from p",
    legend([["tick", "ink", "lowest so far"]]));
  const percent = (value, key) => `${100 * Math.min(1, value / full[key])}%`;
  return {
    node: h("div", { class: "dgm-measures" }, caption, ...rows.map(({ node }) => node)),
    set(values, best, chosen) {
      for (const { key, fill, tick, value, node } of rows) {
        fill.style.width = percent(values[key], key);
        fill.classList.toggle("dgm-over", values[key] > full[key]);
        tick.style.left = percent(best[key].value, key);
        value.textContent = digits(values[key]);
        node.classList.toggle("dgm-chosen", key === chosen);
      }
    },
  };
}

export const twoWaysLegend = () => legend([
  ["area", "high", "data p, and 200 draws"], ["line", "particle", "Gaussian q"],
  ["dash", "ink", "where descents have ended"],
  ["area", "ode", "what is charged where: its area is the value"],
  ["handle", "particle", "mean and width (drag, or arrow keys)"],
]);
