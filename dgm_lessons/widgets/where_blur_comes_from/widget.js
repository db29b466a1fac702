// Where blur comes from: slide the encoder's noise, and the decoded points leave the modes.

import { makeFields } from "../kit/fields.js";
import { legend } from "../kit/legend.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { button, h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { decode, encode, makePairs, shadesOf, sources, spreads } from "../maths/blur.js";
import { makeSquares } from "./view.js";

const TITLES = ["Data x", "Codes z = x + \u03c4\u03b5", "Decoded E[x|z]"];
const SECONDS = 6; // from the least noise to the most

function build(w) {
  const { half, std, tau: range } = w.get("limits");
  const mixture = w.mixture();
  const s = { mixture, half, pairs: makePairs(mixture, w.get("n"), w.get("seed")), world: null,
    digits: shadesOf(w.get("digits")) };
  s.zoomAt = (tau) => Math.hypot(1, tau / std); // the codes' square shows this much more
  const edge = () => half * s.zoomAt(f.now.tau);
  s.inside = (code) => code.map((value) => Math.min(edge(), Math.max(-edge(), value)));
  const most = half * s.zoomAt(range[1]);
  const f = s.f = makeFields(w, {
    tau: { limits: range, log: true }, code: { limits: [-most, most], size: 2 },
  }, (settled) => {
    refresh(s);
    status.say(sentence(f.now, s.world), settled);
  });
  s.view = makeSquares(w, s, TITLES);
  const status = statusLine();
  const noise = f.slider("tau", "Encoder noise \u03c4", ["sharp codes", "overlapping codes"],
    (tau) => `\u03c4 = ${shown(tau)}`);
  s.grip = s.view.squares[1].plot.handle("Code", {
    onmove: (x, y) => f.set({ code: [x, y] }),
    onkey: (dx, dy) => f.set({ code: s.inside(f.now.code.map((value, i) => value + 0.02 * edge() * [dx, dy][i])) }),
    onend: f.later, colour: "particle",
  });
  refresh(s);
  const player = makePlayer(w, motion(s, range));
  player.node.append(button("Reset", "Reset: the noise and the code as they were", () => {
    player.stop();
    f.reset();
  }));
  w.arrange({
    stand: [h("div", { class: "dgm-squares" }, ...s.view.squares.map(({ node }) => node)),
      legend([["handle", "particle", "a code (drag, or arrow keys)"],
        ["cross", "particle", "its decoded point, tied to the modes it averages"],
        ["ring", "soft", "2 std of a mode"],
        ...(s.digits ? [["bar", "particle", "the same average, of one real digit for each mode"]] : [])]),
      makeStory(w, story(s)).node,
      h("div", { class: "dgm-controls" }, noise, player.node)],
    foot: [status.node],
  });
  f.settle();
}

// At first sight the noise grows from the least to where it stands; played, on to the most.
function motion({ f }, [low, high]) {
  let goal = high;
  return {
    play: "the noise of the encoder grows", once: true, onstop: f.settle,
    begin(alone) {
      goal = alone ? f.now.tau : high;
      if (alone || f.now.tau >= high) f.set({ tau: low });
    },
    frame(seconds) {
      f.set({ tau: Math.min(goal, f.now.tau * (high / low) ** (seconds / SECONDS)) });
      return f.now.tau < goal;
    },
    finish: () => f.set({ tau: high }),
  };
}

function refresh(s) {
  const { f, mixture, pairs, view, grip } = s;
  const { tau, code } = f.now;
  if (s.world?.tau !== tau) {
    const z = encode(pairs, tau);
    const means = decode(mixture, tau, z);
    s.world = { tau, z, means, zoom: s.zoomAt(tau), ...spreads(pairs.x, means) };
  }
  const { world } = s;
  const held = s.inside(code);
  const z = Float64Array.from(held);
  world.point = [...decode(mixture, tau, z)];
  world.shares = sources(mixture, tau, z);
  view.redraw();
  grip.place(...held);
  grip.name(`Code: ${shown(held[0])}, ${shown(held[1])}; the arrow keys move it`);
  const [data, codes, decoded] = view.squares;
  data.number.textContent ||= `variance ${shown(spreads(pairs.x, pairs.x).kept)}`;
  codes.number.textContent = world.zoom < 1.05 ? "" : `shown at 1/${shown(world.zoom, 1)}`;
  decoded.number.textContent = `variance ${shown(world.kept)}, lost ${shown(world.lost)}`;
}

function story(s) {
  const first = () => Math.max(...s.world.shares);
  const kept = () => s.world.kept / (s.world.kept + s.world.lost);
  const pictures = s.digits ? ", and the average of several digits is no digit" : "";
  return [
    [() => kept() < 0.15, "So much noise that every code could come from every mode: all decode to the average of all data."],
    [() => first() > 0.97 && kept() > 0.97, "Sharp codes: each comes from one mode, and decodes to a datum of that mode. Drag the code."],
    [() => first() > 0.97, "This code comes from one mode, and its answer is sharp. Drag it to where two colours overlap."],
    [() => true, `This code could come from several modes. The best answer is their average, by their shares${pictures}. That is blur.`],
  ];
}

function sentence({ tau, code: [x, y] }, { kept, lost, point, shares }) {
  const named = shares.map((share, k) => [share, k + 1]).sort((a, b) => b[0] - a[0])
    .filter(([share]) => share > 0.02)
    .map(([share, k]) => `mode ${k} (${shown(100 * share, 0)}%)`);
  return `With encoder noise ${shown(tau)} the best decoder loses ` +
    `${shown((100 * lost) / (kept + lost), 1)}% of the data's variance to averaging. ` +
    `The code (${shown(x)}, ${shown(y)}) comes from ${named.join(", ")} and decodes to ` +
    `(${shown(point[0])}, ${shown(point[1])}).`;
}

export default widget("where-blur-comes-from", build);
