// Score field: particles under the exact score of a 2-D mixture, at any noise level.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { handle } from "../kit/stage.js";
import { h, percent, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeCloud } from "../maths/cloud.js";
import { fieldLegend, shareBars } from "./shares.js";
import { makeFieldView, reachOf } from "./view.js";

const DYNAMICS = [["langevin", "Langevin"], ["sde", "reverse SDE"], ["ode", "PF-ODE"]];
const PACE = 2.8; // log-SNR a second while it plays
const REST = 2.5; // seconds of rest at either end, when it plays by itself

function build(w) {
  const show = w.get("autoplay"); // the quiet variant that plays by itself
  const aspect = w.get("aspect");
  const mixture = w.mixture();
  const levels = w.get("levels");
  const cloud = makeCloud({
    mixture, process: w.get("process"), levels, n: w.get("n_particles"), seed: w.get("seed"),
  });
  const [clean, noisy] = levels;
  const f = makeFields(w, {
    log_snr: { limits: [noisy, clean], reversed: true }, dynamics: { options: DYNAMICS.map(([key]) => key) },
  }, (settled) => {
    follow();
    if (settled) report(true);
  });
  const langevin = () => f.now.dynamics === "langevin";
  cloud.relevel(f.now.log_snr);
  cloud.scatter(f.now.dynamics);

  // -- the page ---------------------------------------------------------------------------------

  const stage = h("div", { class: "dgm-stage", role: "group", "aria-label": description(w, mixture) });
  const reach = reachOf(mixture, aspect);
  const view = makeFieldView(w, stage, {
    reach, aspect, spread: show ? 2.2 : 3, arrows: show ? 0 : 15,
    glow: !show || mixture.means.length <= 16, onresize: () => refresh(),
  });
  const status = statusLine();
  const level = f.slider("log_snr", "Noise level", ["data", "noise"],
    () => `σ ${round3(cloud.law.sigma)}`,
    () => `t ${round3(cloud.t)}, alpha ${round3(cloud.law.alpha)}, sigma ${round3(cloud.law.sigma)}`);
  const bars = show ? null : shareBars(mixture);
  const player = makePlayer(w, {
    play: "the particles move", frame, begin, onstop: settle, once: show,
    ...(show ? {} : {
      step: ["Step: one step", () => {
        if (langevin()) cloud.shake();
        else moveTo(cloud.level + 0.25);
        settle();
      }],
      reset: ["Reset: new particles", () => {
        if (!langevin()) cloud.relevel(noisy);
        cloud.scatter(f.now.dynamics);
        settle();
      }],
    }),
  });
  const panel = show ? [h("div", { class: "dgm-row" }, player.node, level)]
    : [f.choice("dynamics", "The particles follow", DYNAMICS), level, player.node, bars.node, status.node];
  w.root.classList.toggle("dgm-show", show);
  w.arrange({ stand: [stage, !show && fieldLegend(), ...(show ? panel : [])], panel: show ? [] : panel, bare: show });

  // -- the components, to be dragged --------------------------------------------------------------

  const touchable = !show && mixture.means.length <= 12;
  const handles = !touchable ? [] : mixture.means.map((_, k) => {
    const grip = handle(stage, "", {
      onmove(u, v) {
        const [x, y] = view.fromStage(u, v);
        moveMean(k, x / cloud.law.alpha, y / cloud.law.alpha);
      },
      onkey(dx, dy) {
        const [x, y] = mixture.means[k];
        moveMean(k, x + 0.025 * reach * dx, y + 0.025 * reach * dy);
      },
      onend() {
        w.model.set("means", mixture.means.map((m) => [...m]));
        f.later();
      },
    });
    grip.node.textContent = k + 1;
    return grip;
  });

  function moveMean(k, x, y) {
    const limit = (value, most) => Math.min(most, Math.max(-most, value));
    cloud.moveMean(k, [limit(x, 0.95 * reach * aspect), limit(y, 0.95 * reach)], f.now.dynamics);
    refresh();
  }

  function placeHandles() {
    const { alpha, sigma } = cloud.law;
    // where the noise has brought the components together, there is nothing to take hold of
    const apart = (alpha * reach) / Math.hypot(alpha * reach, 3 * sigma) > 0.25;
    handles.forEach((grip, k) => {
      const [x, y] = mixture.means[k];
      grip.place(...view.toStage(alpha * x, alpha * y));
      grip.show(apart);
      grip.name(`Component ${k + 1}, centre (${shown(x)}, ${shown(y)}); the arrow keys move it`);
    });
  }

  // -- what is shown ------------------------------------------------------------------------------

  function refresh() {
    view.look(cloud.law.alpha, cloud.law.sigma);
    view.drawField(cloud.law, player.running && !langevin() ? 6e4 : 2e5);
    view.draw(cloud.points);
    placeHandles();
  }

  function report(settled) {
    if (show) return;
    const found = cloud.measure(settled ? 16 : 1);
    bars.set(found, settled);
    status.say(sentence(cloud, found), settled);
  }

  // -- what moves ---------------------------------------------------------------------------------

  let sinceReport = 0;
  let heading = 1; // towards data; the quiet variant also goes back
  let rest = 0;
  function frame(seconds) {
    if (show && (rest -= seconds) > 0) return true;
    if (langevin()) {
      cloud.shake();
      view.draw(cloud.points);
    } else {
      moveTo(cloud.level + heading * PACE * (show ? 1.2 : 1) * seconds);
    }
    sinceReport += seconds;
    if (sinceReport > 0.5) {
      sinceReport = 0;
      report(false);
    }
    if (langevin() || cloud.level !== (heading > 0 ? clean : noisy)) return true;
    if (show) [heading, rest] = [-heading, heading > 0 ? REST : REST / 3];
    return show;
  }

  const moveTo = (target) => f.set({ log_snr: target });

  // The particles go where the field says.
  function follow() {
    if (f.now.log_snr !== cloud.level) {
      if (langevin()) cloud.relevel(f.now.log_snr);
      else cloud.carry(f.now.log_snr, f.now.dynamics);
    }
    refresh();
  }

  function begin() {
    if (show || langevin() || cloud.level !== clean) return;
    cloud.relevel(noisy);
    cloud.scatter(f.now.dynamics);
    moveTo(noisy);
  }

  function settle() {
    if (f.now.log_snr !== cloud.level) moveTo(cloud.level);
    f.settle();
  }

  w.onRepaint(() => {
    view.recolour();
    refresh();
  });
  const dragged = () => {
    w.get("means").forEach((mean, k) => cloud.moveMean(k, mean, f.now.dynamics));
    refresh();
  };
  w.model.on("change:means", dragged);
  w.signal.addEventListener("abort", () => w.model.off("change:means", dragged));
  refresh();
  report(false);
}

const round3 = (x) => shown(x, x >= 100 ? 0 : x >= 10 ? 1 : x >= 0.1 ? 3 : 4);

function sentence(cloud, { distance, off, floor }) {
  return `t = ${round3(cloud.t)}, σ = ${round3(cloud.law.sigma)}, log-SNR = ${shown(cloud.level, 1)}. ` +
    `Distance of the particles to pₜ: ${round3(distance)} (true samples: ${round3(floor.distance)}). ` +
    `Mode shares off by ${percent(off)} (true samples: ${percent(floor.off)}).`;
}

const description = (w, { means }) =>
  `Density, score arrows and ${w.get("n_particles")} particles of a mixture of ` +
  `${means.length} Gaussians in the plane, seen through noise. The numbers stand in the text beside it.`;

export default widget("score-field", build);
