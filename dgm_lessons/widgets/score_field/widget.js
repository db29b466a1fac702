// Score field: particles under the exact score of a 2-D mixture, at any noise level.

const DYNAMICS = [["langevin", "Langevin"], ["sde", "reverse SDE"], ["ode", "PF-ODE"]];
const PACE = 2.8; // log-SNR a second while it plays
const REST = 2.5; // seconds of rest at either end, when it plays by itself

function build(model, el, signal) {
  const show = model.get("autoplay"); // the quiet variant that plays by itself
  const aspect = model.get("aspect");
  const mixture = {
    weights: model.get("weights"),
    means: model.get("means").map((m) => [...m]),
    covariances: model.get("covariances"),
  };
  const cloud = makeCloud({
    mixture,
    process: model.get("process"),
    levels: model.get("levels"),
    n: model.get("n_particles"),
    seed: model.get("seed"),
  });
  cloud.relevel(model.get("log_snr"));
  cloud.scatter(model.get("dynamics"));

  // -- the page ---------------------------------------------------------------------------------

  const stage = h("div",
    { class: "dgm-stage", role: "group", "aria-label": description(model, mixture) });
  const reach = reachOf(mixture, aspect);
  const view = makeFieldView(stage, {
    reach, aspect, spread: show ? 2.2 : 3, arrows: show ? 0 : 15,
    glow: !show || mixture.means.length <= 16, onresize: () => refresh(),
  }, signal);
  const status = statusLine();
  const dynamics = choice("The particles follow", DYNAMICS, model.get("dynamics"), (value) => {
    tell(model, { dynamics: value });
    report(true);
  });
  const level = slider("Noise level", ["data", "noise"], (q) => {
    stop();
    moveTo(cloud.clean + q * (cloud.noisy - cloud.clean));
    status.later(() => settle());
  });
  const play = button("Play", null, () => (ticker.running ? stop() : start()));
  const step = button("Step", "One step", () => {
    stop();
    if (model.get("dynamics") === "langevin") cloud.shake();
    else moveTo(cloud.level + 0.25);
    settle();
  });
  const reset = button("Reset", "Reset: new particles", () => {
    stop();
    if (model.get("dynamics") !== "langevin") cloud.relevel(cloud.noisy);
    cloud.scatter(model.get("dynamics"));
    refresh();
    settle();
  });
  const bars = show ? null : shareBars(mixture);
  const buttons = h("div", { class: "dgm-buttons" }, play, ...(show ? [] : [step, reset]));
  const panel = show
    ? [h("div", { class: "dgm-panel" }, buttons, level.node)]
    : [h("div", { class: "dgm-panel" }, dynamics.node, level.node, buttons, bars.node, status.node)];
  const stand = h("div", { class: "dgm-stand" }, stage, ...(show ? [] : [fieldLegend()]));
  const layout = h("div", { class: "dgm-layout" }, stand, ...panel);
  el.append(h("div", { class: `dgm dgm-field${show ? " dgm-show" : ""}` }, layout));

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
        tell(model, { means: mixture.means.map((m) => [...m]) });
        status.later(() => settle());
      },
    });
    grip.node.textContent = k + 1;
    return grip;
  });

  function moveMean(k, x, y) {
    const limit = (value, most) => Math.min(most, Math.max(-most, value));
    const place = [limit(x, 0.95 * reach * aspect), limit(y, 0.95 * reach)];
    cloud.moveMean(k, place, model.get("dynamics"));
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
      grip.node.setAttribute("aria-label",
        `Component ${k + 1}, centre (${shown(x)}, ${shown(y)}); the arrow keys move it`);
    });
  }

  // -- what is shown ------------------------------------------------------------------------------

  function refresh() {
    view.look(cloud.law.alpha, cloud.law.sigma);
    view.drawField(cloud.law, ticker.running && model.get("dynamics") !== "langevin" ? 6e4 : 2e5);
    view.draw(cloud.points);
    placeHandles();
    const { alpha, sigma } = cloud.law;
    const q = (cloud.level - cloud.clean) / (cloud.noisy - cloud.clean);
    level.set(q, `σ ${round3(sigma)}`,
      `t ${round3(cloud.t)}, alpha ${round3(alpha)}, sigma ${round3(sigma)}`);
  }

  function report(settled) {
    if (show) return;
    const found = cloud.measure(settled ? 16 : 1);
    bars.set(found, settled);
    const { distance, off, floor } = found;
    status.say(
      `t = ${round3(cloud.t)}, σ = ${round3(cloud.law.sigma)}, log-SNR = ${shown(cloud.level, 1)}. ` +
      `Distance of the particles to pₜ: ${round3(distance)} (true samples: ${round3(floor.distance)}). ` +
      `Mode shares off by ${percent(off)} (true samples: ${percent(floor.off)}).`,
      settled);
  }

  // -- what moves ---------------------------------------------------------------------------------

  let sinceReport = 0;
  let heading = 1; // towards data; the quiet variant also goes back
  let rest = 0;
  const ticker = makeTicker((seconds) => {
    if (show && (rest -= seconds) > 0) return;
    if (model.get("dynamics") === "langevin") {
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
    const arrived = cloud.level === (heading > 0 ? cloud.clean : cloud.noisy);
    if (!arrived || model.get("dynamics") === "langevin") return;
    if (show) [heading, rest] = [-heading, heading > 0 ? REST : REST / 3];
    else stop();
  });
  Object.defineProperty(el, "dgmFrameMs", { configurable: true, get: () => ticker.medianMs });

  function moveTo(target) {
    if (model.get("dynamics") === "langevin") cloud.relevel(target);
    else cloud.carry(target, model.get("dynamics"));
    refresh();
  }

  let wanted = show && !reducedMotion(); // whether it shall play whenever it is in sight

  function start() {
    wanted = true;
    if (!show && model.get("dynamics") !== "langevin" && cloud.level === cloud.clean) {
      cloud.relevel(cloud.noisy);
      cloud.scatter(model.get("dynamics"));
    }
    play.textContent = "Pause";
    ticker.start();
  }

  function stop() {
    wanted = false;
    if (!ticker.running) return;
    ticker.stop();
    play.textContent = "Play";
    settle();
  }

  function settle() {
    refresh();
    report(true);
    tell(model, { log_snr: cloud.level });
  }

  // -- the world around ---------------------------------------------------------------------------

  onTheme(() => {
    view.recolour();
    refresh();
  }, signal);
  listen(model, "dynamics", () => dynamics.set(model.get("dynamics")), signal);
  listen(model, "log_snr", () => {
    if (model.get("log_snr") === cloud.level) return;
    moveTo(model.get("log_snr"));
    status.later(() => report(true));
  }, signal);
  listen(model, "means", () => {
    model.get("means").forEach((mean, k) => cloud.moveMean(k, mean, model.get("dynamics")));
    refresh();
  }, signal);
  signal.addEventListener("abort", () => ticker.stop());
  if (show) whileInSight(el, (seen) => (seen && wanted ? start() : ticker.stop()), signal);
  refresh();
  report(false);
}

const round3 = (x) => shown(x, x >= 100 ? 0 : x >= 10 ? 1 : x >= 0.1 ? 3 : 4);

function description(model, { means }) {
  return `Density, score arrows and ${model.get("n_particles")} particles of a mixture of ` +
    `${means.length} Gaussians in the plane, seen through noise. The numbers stand in the text beside it.`;
}

function whileInSight(el, callback, signal) {
  const observer = new IntersectionObserver(([entry]) => callback(entry.isIntersecting));
  observer.observe(el);
  signal.addEventListener("abort", () => observer.disconnect());
}

export default widget(build);
