// The pictures: the target with the walkers in it, and the ruler: what is measured, over what is moved.

import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { SCENES } from "./scenes.js";
import { logAt } from "../maths/walkers.js";

const BINS = 64;

// The share of the walkers in each cell of the stage, as a staircase of densities.
function staircase(x, [low, high]) {
  const counts = new Float64Array(BINS);
  const width = (high - low) / BINS;
  for (const place of x) {
    const bin = Math.floor((place - low) / width);
    if (bin >= 0 && bin < BINS) counts[bin] += 1 / (x.length * width);
  }
  return [...counts].flatMap((top, j) => [[low + j * width, top], [low + (j + 1) * width, top]]);
}

export function makeWorld(w, s, label) {
  return makePlot(w, {
    label, aspect: 1.7, x: { range: [-4, 4], name: "x" }, y: { range: [0, 1], name: "density", ticks: [] }, margin: { left: 18 },
    draw(p) {
      const scene = SCENES[s.f.now.scene];
      p.curve((x) => Math.exp(logAt(s.law, x)), "high", { fill: 0.2 });
      const rest = scene.rest(s.f.now);
      if (rest) p.curve(rest, "ink", { width: 2, dash: [6, 4] });
    },
    over(p) {
      const { x } = s.crowd;
      p.curve(staircase(x, s.world.x.range), "particle", { width: 1.8 });
      const some = Array.from({ length: 100 }, (_, i) => [x[i], s.world.y.range[1] * (0.02 + 0.055 * ((i * 0.618) % 1))]);
      p.dots(some, "particle", { radius: 2.4, shade: 0.8 });
      const { scene, distance } = s.f.now;
      if (scene === "modes" && s.fresh) p.text("drag me", distance, crest(s, distance), { bold: true, size: 13, dy: -24 });
    },
  });
}

export const crest = ({ law }, x) => Math.exp(logAt(law, x));
export function topOf(law, rest) {
  const both = law.means.flatMap((m) => [Math.exp(logAt(law, m)), rest ? rest(m) : 0]);
  return 1.3 * Math.max(...both);
}

// One ruler a scene; only that of the scene is shown. It has a handle where nothing in the world is moved.
export function makeRulers(w, s, limits, hands) {
  return Object.fromEntries(Object.entries(SCENES).map(([key, scene]) => {
    const { knob, curves, log, name, unit } = scene;
    const [low, high] = limits[knob];
    const at = Array.from({ length: 61 }, (_, i) => low + (i / 60) * (high - low));
    const lines = curves.map(([colour, dash, f]) => [colour, dash, at.map((v) => [v, f(v)])]);
    const plot = makePlot(w, {
      label: `${unit} over ${name}; the numbers stand in the text below`, aspect: 1.15,
      x: { range: [low, high], name }, y: log ? { range: log, log: true, name: unit } : { range: [0, 0.5], name: unit },
      draw(p) {
        const [first, last] = s.seen[key] ?? [0, -1]; // the law shows where the reader has been
        const known = ([v]) => v >= first - 1e-9 && v <= last + 1e-9;
        for (const [colour, dash, points] of lines) p.curve(points.filter(known), colour, { dash });
        p.line([s.f.now[knob], plot.y.range[0]], [s.f.now[knob], plot.y.range[1]], "soft", { width: 1, dash: [2, 3] });
        for (const { value, found: [mean, error], corrected } of s.kept[key]) {
          p.line([value, Math.max(mean - 2 * error, 1e-9)], [value, mean + 2 * error], "particle", { width: 2 });
          p.dots([[value, mean]], "particle", { radius: 4, ring: corrected ? "ink" : "paper" });
        }
      },
    });
    const marks = [...scene.marks, ["dot", "particle", "measured, \u00b1 2 standard errors"]];
    if (!scene.symbol) return [key, { plot, place: () => {}, nodes: [plot.node, legend(marks)] }];
    const grip = plot.handle(`Ruler: ${name}`, hands(knob, 0.02 * (high - low)));
    const place = (now) => {
      grip.place(now[knob], plot.y.range[0]);
      grip.values(low, high, now[knob], `${name} = ${now[knob].toFixed(3)}`);
    };
    marks.push(["handle", "ink", `${scene.symbol} (drag, or arrow keys)`]);
    return [key, { plot, place, nodes: [plot.node, legend(marks)] }];
  }));
}

export const worldMarks = () => legend([
  ["area", "high", "target p"], ["line", "particle", "the walkers, and 100 of them as dots"],
  ["dash", "ink", "where they come to rest, if not at p"],
]);
