// The two planes: the data, some of the paths, all points at this time, and the path that stands out.

import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { shown } from "../kit/ui.js";
import { diffuse, evaluate } from "../maths/mixture.js";
import { placeAt } from "../maths/straight.js";

export const SIDES = ["before", "after"];
const TITLES = { before: "before rectification", after: "after" };
const [CELLS, PATHS] = [90, 26];

function shadesOf(mixture, reach) {
  const points = new Float64Array(2 * CELLS * CELLS);
  const at = (i) => ((2 * i + 1) / CELLS - 1) * reach;
  for (let j = 0, i = 0; j < CELLS; j++) for (let c = 0; c < CELLS; c++, i += 2) [points[i], points[i + 1]] = [at(c), -at(j)];
  const logp = new Float64Array(CELLS * CELLS);
  evaluate(diffuse(mixture, 1, 0.06), points, { logp });
  const top = logp.reduce((a, b) => Math.max(a, b));
  return logp.map((l) => 0.6 * Math.exp(0.5 * (l - top)));
}

const pair = (x, n) => [x[2 * n], x[2 * n + 1]];
const all = (x) => Array.from({ length: x.length / 2 }, (_, n) => pair(x, n));
// A path from the noise to time t, as points.
function upTo(path, n, t) {
  const whole = Math.floor((1 - t) * (path.length - 1) + 1e-9);
  return [...path.slice(0, whole + 1), placeAt(path, t)].map((x) => pair(x, n));
}

function paint(p, s, side) {
  const { time } = s.f.now;
  const [crowd, bold] = [s.euler[side], s.bold[side]];
  if (!crowd) return;
  for (let n = 0; n < PATHS; n++) p.curve(upTo(crowd, n, time), "ode", { width: 1.1, shade: 0.6 });
  p.dots(all(placeAt(crowd, time)), "particle", { radius: 1.9, shade: 0.75 });
  const way = upTo(bold, 0, time);
  p.curve(way, "paper", { width: 5, shade: 0.8 });
  p.curve(way, "ink", { width: 2.2 });
  p.dots(bold.slice(0, -1).map((x) => pair(x, 0)), "ink", { radius: 2.4 });
  p.dots([way.at(-1)], "particle", { radius: 4.5, ring: "ink" });
}

export function makeLane(w, s, side, reach) {
  const shades = shadesOf(w.mixture(), reach);
  const axis = (name) => ({ range: [-reach, reach], ticks: [-2, 0, 2], name });
  const plot = makePlot(w, {
    label: `The flow ${TITLES[side]}: the data, and paths from the noise to them. The numbers stand in the text below.`,
    aspect: 1, x: axis("x\u2081"), y: axis("x\u2082"),
    draw(p) {
      let k = 0;
      p.heat(() => shades[k++], CELLS, CELLS);
    },
    over(p) {
      paint(p, s, side);
      p.words(TITLES[side], p.box.left + p.box.width / 2, 10, { size: 12, bold: true });
    },
  });
  const f = s.f;
  const grip = plot.handle(`Start of the black path, ${TITLES[side]}`, {
    onmove: (x, y) => f.set({ start: [x, y] }), onend: f.later, colour: "ink",
    onkey: (dx, dy) => f.set({ start: [f.now.start[0] + 0.05 * dx, f.now.start[1] + 0.05 * dy].map((v) =>
      Math.min(reach, Math.max(-reach, Number.isNaN(v) ? 0 : v))) }),
  });
  function show() {
    plot.redraw("over");
    grip.place(...f.now.start);
    grip.name(`Start of the black path, ${TITLES[side]}, at (${f.now.start.map((v) => shown(v)).join(", ")}); the arrow keys move it`);
  }
  return { node: plot.node, show };
}

export const flowLegend = () => legend([
  ["heat", "high", "density of the data"], ["line", "ode", "paths from the noise"], ["dot", "particle", "400 points at this time"],
  ["handle", "ink", "one noise, the same in both (drag)"],
]);
