// The pictures of the race: the plane with everybody's way from one start, and error against calls.

import { classColour } from "../kit/colours.js";
import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { h } from "../kit/ui.js";
import { diffuse, evaluate } from "../maths/mixture.js";

const CELLS = 110; // of the heat map, in a row
const [LOW, HIGH] = [1e-3, 2]; // the axis of the error

// [key, letter in the picture, name, dash]
export const SOLVERS = [
  ["euler", "E", "Euler", []],
  ["heun", "H", "Heun", [7, 3]],
  ["ddim", "D", "DDIM", [2, 3]],
  ["multistep", "M", "DPM-Solver++ 2M", [10, 3, 2, 3]],
  ["random", "S", "Euler\u2013Maruyama", [1, 4]],
  ["adaptive", "A", "adaptive 3(2)", [4, 4]],
  ["few", "T", "trained solver", []],
];

export const nameOf = (key) => SOLVERS.find(([name]) => name === key)[2];
const hue = (p, key) => classColour(SOLVERS.findIndex(([name]) => name === key), SOLVERS.length, p.colours.paper);

function shadesOf(mixture, reach) {
  const points = new Float64Array(2 * CELLS * CELLS);
  const at = (i) => ((2 * i + 1) / CELLS - 1) * reach;
  for (let j = 0, i = 0; j < CELLS; j++) for (let c = 0; c < CELLS; c++, i += 2) [points[i], points[i + 1]] = [at(c), -at(j)];
  const logp = new Float64Array(CELLS * CELLS);
  evaluate(diffuse(mixture, 1, 0.06), points, { logp });
  const top = logp.reduce((a, b) => Math.max(a, b));
  return logp.map((l) => 0.75 * Math.exp(0.5 * (l - top)));
}

// A way as points of the picture, as far as so many calls have brought it.
const upTo = (path, made) => path.filter(([, calls]) => calls <= made + 1e-9).map(([[x, y]]) => [x, y]);

function paintWays(p, s) {
  const { f, ways, truth, made } = s;
  p.curve(truth, "ink", { width: 1.6, shade: 0.8 });
  for (const bold of [false, true]) {
    for (const [key, , , dash] of SOLVERS) {
      if (!ways[key] || (key === f.now.solver) !== bold) continue;
      const points = upTo(ways[key], made());
      p.curve(points, hue(p, key), { width: bold ? 3 : 1.4, dash });
      p.dots(bold ? points : points.slice(-1), hue(p, key), { radius: bold ? 3.6 : 2.6, ring: "paper" });
    }
  }
  p.dots([truth.at(-1)], "ink", { radius: 4, ring: "paper" });
}

function paintCurves(p, s) {
  const { f, curves } = s;
  p.line([f.now.calls, LOW], [f.now.calls, HIGH], "soft", { width: 1, shade: 0.8 });
  if (f.now.measure === "crowd") {
    p.line([4, s.floor()], [50, s.floor()], "soft", { width: 1.2, dash: [2, 4] });
    p.text("as many true samples", 4.1, s.floor(), { align: "left", size: 11, dy: 9, colour: "soft" });
  }
  const ends = [];
  for (const [key, letter, , dash] of SOLVERS) {
    const points = curves[key];
    if (!points?.length) continue;
    const bold = key === f.now.solver;
    const held = points.map(([n, e]) => [n, Math.max(LOW, Math.min(HIGH, e))]);
    p.curve(held, hue(p, key), { width: bold ? 3 : 1.6, dash });
    if (held.length === 1 || bold) p.dots(held, hue(p, key), { radius: 3.4, ring: "paper" });
    const [x, y] = [p.X(held.at(-1)[0]) + 8, p.Y(held.at(-1)[1])];
    if (held.length === 1) p.words(letter, x, y, { colour: hue(p, key), bold: true, align: "left" });
    else ends.push([letter, hue(p, key), x, y]);
  }
  let free = p.Y(LOW) + 8; // letters stand above one another and above the axis, not on one another
  for (const [letter, colour, x, y] of ends.sort((a, b) => b[3] - a[3])) {
    p.words(letter, x, (free = Math.min(y, free - 12)), { colour, bold: true, align: "left" });
  }
}

export function makeViews(w, s, reach) {
  const mixture = w.mixture();
  const shades = shadesOf(mixture, reach);
  const axis = (name) => ({ range: [-reach, reach], name });
  const plane = makePlot(w, {
    label: "The data in the plane, the line of the flow from one start, and the way of each solver. " +
      "The numbers stand in the text below.",
    aspect: 1, x: axis("x\u2081"), y: axis("x\u2082"),
    draw(p) {
      let k = 0;
      p.heat(() => shades[k++], CELLS, CELLS);
    },
    over: (p) => s.truth && paintWays(p, s),
  });
  const curve = makePlot(w, {
    label: "Error against network calls, one line for each solver, named by a letter. The numbers stand in the text below.",
    aspect: 1, x: { range: [4, 55], name: "network calls", log: true, ticks: [4, 8, 16, 32] },
    y: { range: [LOW, HIGH], name: "error", log: true },
    margin: { left: 46 }, draw: (p) => s.truth && paintCurves(p, s),
  });
  return { plane, curve };
}

// Who is who: letter, dash and name in its colour, in the order of the lines.
export function makeKey(w, keys) {
  const node = h("div", { class: "dgm-legend dgm-who" });
  const paint = () => node.replaceChildren(...SOLVERS.filter(([key]) => keys.includes(key)).map(([key, letter, name]) => {
    const mark = h("b", {}, letter);
    mark.style.color = hue({ colours: w.colours }, key);
    return h("span", {}, mark, ` ${name}`);
  }), legend([["line", "ink", "the flow itself"]]).firstChild);
  w.onRepaint(paint);
  paint();
  return node;
}
