// Paths: a 1-D mixture on its way to noise and back, with SDE paths and PF-ODE lines over p_t.

import { makeFields } from "../kit/fields.js";
import { legend } from "../kit/legend.js";
import { makePlayer } from "../kit/player.js";
import { handle } from "../kit/stage.js";
import { button, choice, h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import {
  CROWD, histogramError, indexAt, makeWorld, odeLines, quantileStarts, sdeCrowd, sdeFan,
} from "../maths/bundle.js";
import { cdf } from "../maths/mixture.js";
import { makePathsView } from "./view.js";

const SECONDS = 5; // that the cursor takes from one end to the other
const FAN = 10; // SDE paths that leave from the start
const PROCESSES = [["vp", "VP"], ["ve", "VE"], ["fm", "flow matching"]];
const DIRECTIONS = [["forward", "data to noise"], ["backward", "noise to data"]];
const DESCRIPTION = "Heat map of the density over time, with SDE paths and PF-ODE lines. " +
  "The numbers stand in the text below.";
const BESIDE = "The density at the cursor, and a histogram of the SDE paths";

function build(w) {
  const mixture = w.mixture();
  const specs = w.get("processes");
  let world, lines, counts; // what `recompute` makes of the fields
  const crowds = new Map(); // the slowest part, kept
  let drawn = ""; // for which process, direction, seed and start the lines are
  const f = makeFields(w, {
    process: { options: PROCESSES.map(([key]) => key) },
    direction: { options: DIRECTIONS.map(([key]) => key) },
    start: { limits: [-1e3, 1e3] }, time: { limits: [0, 1] }, seed: { limits: [0, 2 ** 31 - 1], whole: true },
  }, (settled, names) => {
    if (names.includes("process") || names.includes("direction")) player.stop();
    follow();
    if (sinceReport > 0 && player.running) refresh();
    else report(settled);
  });
  const back = () => f.now.direction === "backward";
  const end = () => (back() ? world.times.length - 1 : 0); // where the paths start
  const now = () => indexAt(world, f.now.time * world.process.T);

  // -- the page ---------------------------------------------------------------------------------

  const plot = h("div", { class: "dgm-plot", role: "group", "aria-label": DESCRIPTION });
  const side = h("canvas", { class: "dgm-side", role: "img", "aria-label": BESIDE });
  const view = makePathsView(w, plot, side, () => redraw());
  const status = statusLine();
  const time = f.slider("time", "Time t", ["data", "noise"], (t) => `t = ${shown(t)}`, (t) => {
    const { alpha = 1, sigma = 0 } = world?.laws[now()] ?? {};
    return `t ${shown(t)}, alpha ${shown(alpha)}, sigma ${shown(sigma)}`;
  });
  let sinceReport = 0;
  const arrived = () => f.now.time === (back() ? 0 : 1);
  const player = makePlayer(w, {
    play: "the cursor moves along the paths",
    begin() {
      if (arrived()) f.set({ time: 1 - f.now.time });
    },
    frame(seconds) {
      sinceReport += seconds;
      if (sinceReport > 0.25) sinceReport = 0;
      f.set({ time: f.now.time + ((back() ? -1 : 1) * seconds) / SECONDS });
      return !arrived();
    },
    finish: () => f.set({ time: back() ? 0 : 1 }),
    onstop: f.settle,
  });
  const fresh = button("New noise", "New noise: other SDE paths", () => f.change({ seed: f.now.seed + 1 }));
  player.node.append(fresh);
  const direction = choice("Run", DIRECTIONS, f.now.direction, (key) => turn(key));
  w.onUpdate(() => direction.set(f.now.direction));
  const axis = h("div", { class: "dgm-axis", "aria-hidden": "true" });
  const beside = h("div", { class: "dgm-axis", "aria-hidden": "true" }, "pₜ and SDE paths");
  const picture = h("div", { class: "dgm-canvas" },
    axis, beside, plot, h("div", { class: "dgm-stage" }, side), time);
  const controls = h("div", { class: "dgm-controls" },
    f.choice("process", "Process", PROCESSES), direction.node, player.node);
  w.arrange({ stand: [picture, pathsLegend(), controls], foot: [status.node] });
  const grip = handle(plot, "Start of the paths", {
    onmove: (u, v) => moveStart((0.5 - v) * 2 * world.half),
    onkey: (dx, dy) => moveStart(f.now.start + 0.02 * world.half * (dx + dy)),
    onend: f.later, colour: "ode",
  });
  grip.node.setAttribute("aria-orientation", "vertical");

  // When time turns round, the line does not change: it starts where it has just ended.
  function turn(direction) {
    const far = world.times.length - 1 - end();
    f.change({ direction, start: lines.line[far] / world.scale[far], time: direction === "backward" ? 0 : 1 });
  }

  const moveStart = (start) => {
    const most = 0.98 * world.half;
    f.set({ start: Math.min(most, Math.max(-most, start)) });
  };

  // -- what is computed ---------------------------------------------------------------------------

  // What the fields ask for: another world, or other paths through the start.
  function follow() {
    const { process, direction, seed, start } = f.now;
    const crowd = `${process} ${direction} ${seed}`;
    if (`${crowd} ${start}` === drawn) return;
    if (!drawn.startsWith(`${crowd} `)) {
      world = makeWorld(mixture, specs[process], w.get("levels")[process]);
      world.indexAt = (t) => indexAt(world, t);
      lines = { contours: odeLines(world, quantileStarts(world, 11, back()), back()) };
      if (!crowds.has(crowd)) crowds.set(crowd, sdeCrowd(world, back(), seed));
      counts = crowds.get(crowd);
      if (view.ready()) {
        view.recolour();
        view.paintHeat(world);
      }
    }
    drawn = `${crowd} ${start}`;
    const from = start * world.scale[end()];
    [lines.line] = odeLines(world, [from], back());
    lines.fan = sdeFan(world, from, FAN, back(), seed);
    if (view.ready()) view.paintLines(world, lines);
  }

  function redraw() {
    if (!world || !view.ready()) return;
    view.recolour();
    view.paintHeat(world);
    view.paintLines(world, lines);
    refresh();
  }

  function refresh() {
    const i = now();
    if (view.ready()) {
      view.paintCursor(world, i, back(), lines);
      view.paintMarginal(world, i, counts[i]);
    }
    const { start } = f.now;
    grip.place(back() ? 1 : 0, 0.5 - start / (2 * world.half));
    grip.values(-world.half, world.half, start, `x = ${shown(start * world.scale[end()])}`);
    grip.name(`Start of the paths at the ${back() ? "noise" : "data"} end; the arrow keys move it`);
    axis.textContent = world.explodes ? "x / √(1 + σ²)" : "x";
  }

  function report(settled) {
    refresh();
    status.say(sentence(world, lines, counts, now(), end(), back()), settled);
  }

  w.onRepaint(redraw);
  f.settle();
}

function sentence(world, { line }, counts, i, end, back) {
  const { alpha, sigma } = world.laws[i];
  const levels = line.map((x, j) => cdf(world.laws[j], x));
  const drift = levels.reduce((most, F) => Math.max(most, Math.abs(F - levels[end])), 0);
  const { error, floor } = histogramError(world, counts, i);
  return `t = ${shown(world.times[i], 3)}: α = ${shown(alpha, 3)}, σ = ${shown(sigma, 3)}. ` +
    `The PF-ODE line from x = ${shown(line[end], 3)} is at x = ${shown(line[i], 3)} and ends ` +
    `at ${shown(line[line.length - 1 - end], 3)}; its quantile Fₜ(xₜ) = ${shown(levels[i], 4)} ` +
    `stays the same (to ${drift.toExponential(0)}). ` +
    `${CROWD.toLocaleString("en")} ${back ? "reverse" : "forward"}-SDE paths against pₜ: histogram off by ` +
    `${shown(100 * error, 1)}% (as many true samples: ${shown(100 * floor, 1)}%).`;
}

const pathsLegend = () => legend([
  ["heat", "high", "density pₜ"], ["line", "ode", "PF-ODE line from the start"],
  ["line", "contour", "PF-ODE lines through its quantiles"], ["line", "particle", "SDE paths from the start"],
  ["handle", "ode", "start (drag, or arrow keys)"],
]);

export default widget("paths", build);
