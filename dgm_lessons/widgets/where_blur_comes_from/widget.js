// Where blur comes from: slide the encoder's noise, and the decoded points leave the modes.

import { makeFields } from "../kit/fields.js";
import { legend } from "../kit/legend.js";
import { handle } from "../kit/stage.js";
import { button, h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { decode, encode, makePairs, sources, spreads } from "../maths/blur.js";
import { makeSquares } from "./view.js";

const TITLES = ["Data x", "Codes z = x + \u03c4\u03b5", "Decoded E[x|z]"];

function build(w) {
  const mixture = w.mixture();
  const pairs = makePairs(mixture, w.get("n"), w.get("seed"));
  const { half, std, tau: range } = w.get("limits");
  let world = null; // all that depends on tau
  const zoomAt = (tau) => Math.hypot(1, tau / std); // the codes' square shows this much more
  const edge = () => half * zoomAt(f.now.tau);
  const inside = (code) => code.map((value) => Math.min(edge(), Math.max(-edge(), value)));
  const most = half * zoomAt(range[1]);
  const f = makeFields(w, {
    tau: { limits: range, log: true }, code: { limits: [-most, most], size: 2 },
  }, (settled) => {
    refresh();
    status.say(sentence(f.now, world), settled);
  });
  const view = makeSquares(w, mixture, half, TITLES, () => redraw());
  const status = statusLine();
  const noise = f.slider("tau", "Encoder noise \u03c4", ["sharp codes", "overlapping codes"],
    (tau) => `\u03c4 = ${shown(tau)}`);
  const reset = button("Reset", "Reset: the noise and the code as they were", f.reset);
  const grip = handle(view.squares[1].stage, "Code", {
    onmove: (u, v) => f.set({ code: [2 * edge() * (u - 0.5), 2 * edge() * (0.5 - v)] }),
    onkey(dx, dy) {
      const nudge = 0.02 * edge();
      f.set({ code: inside(f.now.code.map((value, i) => value + nudge * [dx, dy][i])) });
    },
    onend: f.later, colour: "particle",
  });
  w.arrange({
    stand: [h("div", { class: "dgm-squares" }, ...view.squares.map(({ node }) => node)),
      legend([["handle", "particle", "a code (drag, or arrow keys)"],
        ["cross", "particle", "its decoded point, tied to the modes it averages"]]),
      h("div", { class: "dgm-controls" }, noise, h("div", { class: "dgm-buttons" }, reset))],
    foot: [status.node],
  });

  function refresh() {
    const { tau, code } = f.now;
    if (world?.tau !== tau) {
      const z = encode(pairs, tau);
      const decoded = decode(mixture, tau, z);
      world = { tau, z, means: decoded, zoom: zoomAt(tau), ...spreads(pairs.x, decoded) };
    }
    const z = Float64Array.from(inside(code));
    world.point = [...decode(mixture, tau, z)];
    world.shares = sources(mixture, tau, z);
    redraw();
  }

  function redraw() {
    if (!world) return;
    const [[x, y], { zoom, kept, lost }] = [inside(f.now.code), world];
    view.paint({ ...pairs, ...world });
    grip.place(0.5 + x / (2 * half * zoom), 0.5 - y / (2 * half * zoom));
    grip.name(`Code: ${shown(x)}, ${shown(y)}; the arrow keys move it`);
    const [data, codes, decoded] = view.squares;
    data.number.textContent = `variance ${shown(spreads(pairs.x, pairs.x).kept)}`;
    codes.number.textContent = zoom < 1.05 ? "" : `shown at 1/${shown(zoom, 1)}`;
    decoded.number.textContent = `variance ${shown(kept)}, lost ${shown(lost)}`;
  }

  w.onRepaint(redraw);
  f.settle();
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
