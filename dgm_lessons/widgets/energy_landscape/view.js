// The pictures of the energy landscape: the energy with the walkers on it, and the density below.

import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { percent } from "../kit/ui.js";

export const CUTS = [-1, 1]; // between the regions
export const REGIONS = ["left", "middle", "right"];
const RANGE = [-3.6, 3.6];
const BIN = 0.2; // of the walkers' histogram

const edges = (p, [low, high]) => {
  for (const cut of CUTS) p.line([cut, low], [cut, high], "soft", { width: 1, dash: [3, 4], shade: 0.7 });
};

export function energyPlot(w, s) {
  const plot = makePlot(w, {
    label: "The energy, and the walkers on it. The numbers stand in the text below", aspect: 2.3,
    x: { range: RANGE, hidden: true }, y: { range: [-2.5, 8.5], name: "energy E", ticks: [-2, 0, 2, 4, 6, 8] },
    draw(p) {
      edges(p, plot.y.range);
      p.curve((x) => s.energy.value(x), "ink", { width: 2.4 });
      if (s.fresh()) p.text("drag me", 0, s.energy.value(0), { bold: true, size: 13, dy: 24 });
    },
    over(p) {
      p.dots(Array.from(s.walkers, (x) => [x, s.energy.value(x) + 0.18]), "particle", { radius: 2.2, shade: 0.55 });
      p.dots([[s.lone[0], s.energy.value(s.lone[0]) + 1.2]], "arrow", { radius: 5.5 }); // clear of the handles
    },
  });
  return plot;
}

// The density, filled; dashed as it was at the beginning; the walkers' histogram; the mass of each region.
export function densityPlot(w, s) {
  const plot = makePlot(w, {
    label: "The density, the walkers' histogram, and the mass of three regions", aspect: 2.6,
    x: { range: RANGE, name: "x" }, y: { range: [0, 1], ticks: [] }, margin: { top: 22, left: 40 },
    draw(p) {
      edges(p, plot.y.range);
      p.curve(rows(s.law), "high", { fill: 0.25 });
      p.curve(rows(s.first), "ink", { width: 1.2, dash: [5, 4], shade: 0.7 });
      [-2.4, 0, 2.4].forEach((x, k) => {
        p.words(`${REGIONS[k]} ${percent(s.masses[k], 0)}`, p.X(x), 11, { bold: true, size: 12.5 });
      });
    },
    over(p) {
      const bars = histogram(s.walkers);
      p.curve(bars, "particle", { width: 1.6, fill: 0.12 });
    },
  });
  return {
    ...plot,
    scale() {
      plot.y.range = [0, 1.12 * [s.law, s.first].reduce((most, { density }) => Math.max(most, ...density), 0)];
    },
  };
}

const rows = ({ x, density }) => {
  const found = [];
  for (let i = 0; i < x.length; i += 6) found.push([x[i], density[i]]);
  return found;
};

function histogram(walkers) {
  const bins = Math.round((RANGE[1] - RANGE[0]) / BIN);
  const counts = new Float64Array(bins);
  for (const x of walkers) counts[Math.floor((x - RANGE[0]) / BIN)]++; // one far out falls into no bin
  return [...counts].flatMap((count, k) => {
    const height = count / walkers.length / BIN;
    return [[RANGE[0] + k * BIN, height], [RANGE[0] + (k + 1) * BIN, height]];
  });
}

export const marks = () => legend([
  ["handle", "ink", "energy (drag me, or arrow keys)"], ["dot", "particle", "walkers, and their histogram"],
  ["dot", "arrow", "one without noise"],
  ["area", "high", "density exp(\u2212E/T)/Z"], ["dash", "ink", "density at the beginning"],
]);
