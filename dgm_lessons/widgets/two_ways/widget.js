// Two ways to be wrong: one Gaussian q against a mixture p on the line, under six divergences.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { handle } from "../kit/stage.js";
import { h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { descentStep, divergence, makeTable, POINTS } from "../maths/divergences.js";
import { digits, KINDS, makeTwoWaysView, measureBars, twoWaysLegend } from "./view.js";

const PACE = 14; // steps of descent a second
const DESCRIPTION = "The density of the data p, one Gaussian q over it, and below them what the " +
  "chosen divergence charges at each place. The numbers stand in the text below.";

function build(w) {
  const limits = w.get("limits");
  const table = makeTable(w.mixture(), limits);
  const charged = new Float64Array(POINTS);
  const best = {}; // the lowest value of each divergence so far, and where it was
  let values = {};
  let flat = false; // the descent has ended
  const f = makeFields(w, {
    mean: { limits: limits.mean }, std: { limits: limits.std }, descend: { options: KINDS.map(([key]) => key) },
  }, (settled, names) => {
    if (names.length) flat = false;
    refresh();
    status.say(sentence(f.now, table, values, best[f.now.descend], flat), settled);
  });

  const stage = h("div", { class: "dgm-stage", role: "group", "aria-label": DESCRIPTION });
  const view = makeTwoWaysView(w, stage, table, () => redraw());
  const bars = measureBars(table);
  const status = statusLine();
  const take = (fields) => {
    player.stop();
    f.set(fields);
  };
  const nudge = 0.02 * table.std;
  const centre = handle(stage, "Mean of q", {
    onmove: (x) => take({ mean: view.fromStage(x) }), onkey: f.keys({ mean: nudge }), onend: f.later, colour: "particle",
  });
  const edge = handle(stage, "Width of q", {
    onmove: (x) => take({ std: Math.abs(view.fromStage(x) - f.now.mean) }), onkey: f.keys({ std: nudge }),
    onend: f.later, colour: "particle",
  });
  const advance = () => {
    const next = descentStep(table, f.now.descend, f.now.mean, f.now.std);
    if (next) f.set({ mean: next[0], std: next[1] });
    else flat = true;
    return next !== null;
  };
  let waiting = 0;
  const player = makePlayer(w, {
    play: "descend until the slope is gone",
    frame(seconds) {
      waiting += seconds;
      if (waiting < 1 / PACE) return true;
      waiting = 0;
      return advance();
    },
    finish() {
      for (let left = 600; left > 0 && advance(); left--);
    },
    onstop: f.settle,
    step: ["Step: one step of descent", () => {
      advance();
      f.settle();
    }],
    reset: ["Reset: q as it was", () => f.change({ mean: f.start.mean, std: f.start.std })],
  });
  w.arrange({
    stand: [stage, twoWaysLegend()],
    panel: [bars.node, f.choice("descend", "Descend", KINDS, 3), player.node],
    foot: [status.node],
  });

  function refresh() {
    const { mean, std } = f.now;
    values = Object.fromEntries(KINDS.map(([key]) => [key, divergence(table, key, mean, std)]));
    for (const [key, value] of Object.entries(values)) {
      if (!(best[key]?.value <= value)) best[key] = { value, mean, std };
    }
    redraw();
  }

  function redraw() {
    const { mean, std, descend: kind } = f.now;
    divergence(table, kind, mean, std, charged);
    const places = view.paint({ mean, std, kind, charged, best: best[kind] });
    bars.set(values, best, kind);
    centre.place(...places.mean);
    centre.values(...limits.mean, mean, `mean ${shown(mean, 3)}`);
    edge.place(...places.std);
    edge.values(...limits.std, std, `std ${shown(std, 3)}`);
  }

  w.onRepaint(redraw);
  f.settle();
}

function sentence({ mean, std, descend }, table, values, low, flat) {
  const [, name, unit] = KINDS.find(([key]) => key === descend);
  const at = (m, s) => `mean ${shown(m, 3)}, std ${shown(s, 3)}`;
  const exact = { forward: "its", fisher: "here too its" }[descend];
  return `${name[0].toUpperCase()}${name.slice(1)} is ${digits(values[descend])}${unit} ` +
    `for q with ${at(mean, std)}. ` +
    (flat ? "The descent has stopped: here the slope is gone. " : "") +
    `Lowest so far: ${digits(low.value)} at ${at(low.mean, low.std)}. ` +
    (exact ? `In closed form ${exact} minimiser has p's own moments: ${at(table.mean, table.std)}.` : "");
}

export default widget("two-ways", build);
