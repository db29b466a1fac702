// Score field: particles under the exact score of a 2-D mixture, at any noise level, and a probe that
// asks where a noisy point came from.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { h, percent, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeCloud } from "../maths/cloud.js";
import { componentGrips, makeDrawing, probeGrip } from "./hands.js";
import { paintPad, paintProbe, probeAt, probed, probeSentence, probeStory } from "./probe.js";
import { fieldLegend, shareBars } from "./shares.js";
import { makeFieldView, reachOf } from "./view.js";

const DYNAMICS = [["langevin", "Langevin"], ["sde", "reverse SDE"], ["ode", "PF-ODE"]];
const PACE = 2.8; // log-SNR a second while it plays
const REST = 2.5; // seconds of rest at either end, when it plays by itself
const GLANCE = 4; // seconds that Langevin dynamics, which have no end, play at first sight

function build(w) {
  const [show, aspect, levels] = [w.get("autoplay"), w.get("aspect"), w.get("levels")];
  const [mixture, probe] = [w.mixture(), w.get("probe")];
  const cloud = makeCloud({
    mixture, process: w.get("process"), levels, n: w.get("n_particles"), seed: w.get("seed"),
  });
  const f = makeFields(w, {
    log_snr: { limits: [levels[1], levels[0]], reversed: true }, dynamics: { options: DYNAMICS.map(([key]) => key) },
    ...(probe.length && { probe: { limits: [-0.94, 0.94], size: 2 } }),
  }, (settled) => {
    follow(s);
    if (settled) report(s, true);
  });
  const status = statusLine();
  const s = { w, f, cloud, aspect, show, status, reach: reachOf(mixture, aspect), drawn: [], heading: 1, rest: 0,
    bars: shareBars(mixture), langevin: () => f.now.dynamics === "langevin" };
  cloud.relevel(f.now.log_snr);
  cloud.scatter(f.now.dynamics);
  const fresh = () => String(f.now.probe) === String(f.start.probe);
  s.view = makeFieldView(w, {
    label: description(w, mixture), aspect, reach: s.reach, spread: show ? 2.2 : 3, arrows: show ? 0 : 15,
    glow: !show || mixture.means.length <= 16, points: cloud.points, over(p) {
      if (s.found) paintProbe(p, s.found, fresh());
      paintPad(p, s.drawn.map((point) => point.map((value) => value * cloud.law.alpha)));
    },
  });
  s.player = makePlayer(w, motion(s));
  s.probe = probe.length ? probeGrip(s) : null;
  const touchable = !show && mixture.means.length <= 12;
  s.grips = touchable ? componentGrips(s) : [];
  s.refresh = () => refresh(s);
  if (!show) s.player.node.append(makeDrawing(s).toggle);
  refresh(s);
  const level = f.slider("log_snr", "Noise level", ["data", "noise"], () => `σ ${round3(cloud.law.sigma)}`,
    () => `t ${round3(cloud.t)}, alpha ${round3(cloud.law.alpha)}, sigma ${round3(cloud.law.sigma)}`);
  w.root.classList.toggle("dgm-show", show);
  const story = s.probe && makeStory(w, [[() => true, () => probeStory(s.found, s.grips.length && !s.drawn.length)]]);
  w.arrange(show
    ? { stand: [s.view.plot.node, h("div", { class: "dgm-row" }, s.player.node, level)], bare: true }
    : { stand: [s.view.plot.node, fieldLegend(w, s), story?.node],
      panel: [w.knows("dynamics") && f.choice("dynamics", "The particles follow", DYNAMICS), level, s.player.node,
        s.bars.node], foot: [status.node] });
  report(s, false);
}

// -- what moves -----------------------------------------------------------------------------------

function motion(s) {
  const { f, cloud, show, langevin } = s;
  const settle = () => {
    if (f.now.log_snr !== cloud.level) f.set({ log_snr: cloud.level });
    f.settle();
  };
  let sinceReport = 0;
  return {
    play: "the particles move", onstop: settle, keeps: langevin, once: show || !langevin() || GLANCE,
    frame(seconds) {
      if (show && (s.rest -= seconds) > 0) return true;
      if (langevin()) {
        cloud.shake();
        s.view.draw();
      } else f.set({ log_snr: cloud.level + s.heading * PACE * (show ? 1.2 : 1) * seconds });
      sinceReport += seconds;
      if (sinceReport > 0.5) {
        sinceReport = 0;
        report(s, false);
      }
      if (langevin() || cloud.level !== (s.heading > 0 ? cloud.clean : cloud.noisy)) return true;
      if (show) [s.heading, s.rest] = [-s.heading, s.heading > 0 ? REST : REST / 3];
      return show;
    },
    begin() {
      if (show || langevin() || cloud.level !== cloud.clean) return;
      cloud.relevel(cloud.noisy);
      cloud.scatter(f.now.dynamics);
      f.set({ log_snr: cloud.noisy });
    },
    ...(!show && {
      step: ["Step: one step", () => {
        if (langevin()) cloud.shake();
        else f.set({ log_snr: cloud.level + 0.25 });
        settle();
      }],
      reset: ["Reset: new particles, and the data of the page", () => {
        if (!langevin()) cloud.relevel(cloud.noisy);
        cloud.scatter(f.now.dynamics);
        s.forget();
        settle();
      }],
    }),
  };
}

// The particles go where the field says.
function follow(s) {
  const { f, cloud, langevin } = s;
  if (f.now.log_snr !== cloud.level) {
    if (langevin()) cloud.relevel(f.now.log_snr);
    else cloud.carry(f.now.log_snr, f.now.dynamics);
  }
  refresh(s);
}

// -- what is shown --------------------------------------------------------------------------------

function refresh(s) {
  const { cloud, f, view } = s;
  s.found = null;
  view.look(cloud.law, s.player.running && !s.langevin() ? 6e4 : 2e5);
  if (s.probe) {
    s.found = probed(cloud, probeAt(view, f.now.probe));
    s.probe.place(...s.found.x);
    s.probe.name(`Probe at (${s.found.x.map((v) => shown(v)).join(", ")}); the arrow keys move it`);
  }
  view.plot.redraw("over");
  const { alpha, sigma } = cloud.law;
  // where the noise has brought the components together, there is nothing to take hold of
  const apart = (alpha * s.reach) / Math.hypot(alpha * s.reach, 3 * sigma) > 0.25;
  s.grips.forEach((grip, k) => {
    const [x, y] = cloud.mixture.means[k] ?? [0, 0];
    grip.place(alpha * x, alpha * y);
    grip.show(apart && !s.drawn.length);
    grip.name(`Component ${k + 1}, centre (${shown(x)}, ${shown(y)}); the arrow keys move it`);
  });
}

function report(s, settled) {
  if (s.show) return;
  const { cloud, w } = s;
  const { distance, off, floor, ...found } = cloud.measure(settled ? 16 : 1);
  const own = [s.bars.node, ...w.root.querySelectorAll(".dgm-presets")]; // they speak of the page's data
  for (const node of own) node.hidden = s.drawn.length > 0;
  if (!s.drawn.length) s.bars.set(found, settled);
  const level = w.knows("log-SNR") ? `, log-SNR = ${shown(cloud.level, 1)}` : "";
  s.status.say(`t = ${round3(cloud.t)}, σ = ${round3(cloud.law.sigma)}${level}. ` +
    `Distance of the particles to pₜ: ${round3(distance)} (true samples: ${round3(floor.distance)}). ` +
    `Mode shares off by ${percent(off)} (true samples: ${percent(floor.off)}).` +
    (s.found ? probeSentence(cloud, s.found, w.knows) : ""), settled);
}

const round3 = (x) => shown(x, x >= 100 ? 0 : x >= 10 ? 1 : x >= 0.1 ? 3 : 4);

const description = (w, { means }) =>
  `Density, score arrows and ${w.get("n_particles")} particles of a mixture of ` +
  `${means.length} Gaussians in the plane, seen through noise. The numbers stand in the text below it.`;

export default widget("score-field", build);
