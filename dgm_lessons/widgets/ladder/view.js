// The picture: a row for each noise level, the noisiest at the top. In each the exact law, filled, and
// the walkers as they left it; in the row of now also some of them as dots.

import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { percent, shown } from "../kit/ui.js";
import { leftOf, summary } from "../maths/ladder.js";
import { logAt } from "../maths/walkers.js";

const BINS = 100;
const ROOM = 0.82; // of a row, for the top of its law
const SHOWN = 80; // walkers as dots

export const reachOf = ({ scene, top }) => (scene === "modes" ? Math.max(20, 10 + 2 * top) : 3.5 * Math.hypot(0.1, top));

const peak = (law) => Math.max(...law.means.map((m) => Math.exp(logAt(law, m))));

// The walkers as a staircase [x, height], in units of the row's height: cut off well above the law.
export function staircase(x, law, reach) {
  const counts = new Float64Array(BINS);
  const width = (2 * reach) / BINS;
  for (const place of x) {
    const bin = Math.floor((place + reach) / width);
    if (bin >= 0 && bin < BINS) counts[bin] += 1 / (x.length * width);
  }
  const unit = ROOM / peak(law);
  return [...counts].flatMap((top, j) => {
    const height = Math.min(1.15, unit * top);
    return [[j * width - reach, height], [(j + 1) * width - reach, height]];
  });
}

// What stands at the end of a row: [the walkers', the law's].
export function figure(x, law, scene) {
  if (scene === "one") return [summary(x).std, law.std];
  return [summary(x, (v) => v < 0).n / x.length, leftOf(law)];
}
export const written = (value, scene) => (scene === "one" ? shown(value, 3) : percent(value, 0));

export function makeLadderPlot(w, s) {
  const foot = (row) => s.laws.length - 1 - row;
  return makePlot(w, {
    label: "The noise levels, one below the other; the numbers stand in the text below", aspect: 1,
    x: { range: [-1, 1], name: "x" }, y: { range: [0, 1], hidden: true }, margin: { left: 10, right: 10, top: 8 },
    draw(p) {
      s.laws.forEach((law, row) => {
        const unit = ROOM / peak(law);
        p.curve((x) => foot(row) + unit * Math.exp(logAt(law, x)), "high", { width: 1.2, fill: 0.22, base: foot(row), samples: 400 });
      });
    },
    over(p) {
      const size = Math.min(12, 0.62 * (p.box.height / s.laws.length));
      const { scene } = s.f.now;
      s.kept.forEach(({ stairs }, row) => p.curve(stairs.map(([x, y]) => [x, foot(row) + y]), "particle", { width: 1.5 }));
      s.laws.forEach((_, row) => {
        p.text(`\u03c3 = ${shown(s.sigmas[row], s.sigmas[row] < 1 ? 2 : 1)}`, s.plot.x.range[0], foot(row) + 0.4, { align: "left", size, dx: 3 });
      });
      s.kept.forEach(({ found }, row) => {
        const text = `${written(found[0], scene)} (${written(found[1], scene)})`;
        p.text(text, s.plot.x.range[1], foot(row) + 0.4, { align: "right", size, dx: -3 });
      });
      const row = Math.min(s.descent.level, s.laws.length - 1);
      const some = Array.from({ length: SHOWN }, (_, i) => [s.descent.x[i], foot(row) + 0.08 + 0.3 * ((i * 0.618) % 1)]);
      p.dots(some, "particle", { radius: 2.2, shade: 0.8 });
    },
  });
}

export const marks = (scene) => legend([
  ["area", "high", "the exact law at each level"], ["line", "particle", "the walkers as they left it"],
  ["dot", "particle", scene === "one" ? "80 of them; at the right: their std (the law\u2019s)"
    : "80 of them; at the right: share left of 0 (the law\u2019s)"],
]);
