// Paths: a 1-D mixture on its way to noise and back, with SDE paths and PF-ODE lines over p_t.

const SECONDS = 5; // that the cursor takes from one end to the other
const FAN = 10; // SDE paths that leave from the start
const DESCRIPTION = "Heat map of the density over time, with SDE paths and PF-ODE lines. " +
  "The numbers stand in the text below.";
const BESIDE = "The density at the cursor, and a histogram of the SDE paths";

function build(model, el, signal) {
  const mixture = {
    weights: model.get("weights"),
    means: model.get("means"),
    covariances: model.get("covariances"),
  };
  const specs = model.get("processes");
  let world, lines, counts; // what `recompute` makes of the model
  const crowds = new Map(); // the slowest part, kept
  let seed = model.get("seed");
  let cursor = model.get("time"); // as a fraction of T
  const back = () => model.get("direction") === "backward";
  const end = () => (back() ? world.times.length - 1 : 0); // where the paths start
  const now = () => indexAt(world, cursor * world.process.T);

  // -- the page ---------------------------------------------------------------------------------

  const plot = h("div", { class: "dgm-plot", role: "group", "aria-label": DESCRIPTION });
  const side = h("canvas", { class: "dgm-side", role: "img", "aria-label": BESIDE });
  const view = makePathsView(plot, side, () => redraw(), signal);
  const status = statusLine();
  const process = choice("Process", [["vp", "VP"], ["ve", "VE"], ["fm", "flow matching"]],
    model.get("process"), (value) => change({ process: value }));
  const direction = choice("Run", [["forward", "data to noise"], ["backward", "noise to data"]],
    model.get("direction"), (value) => change({ direction: value }));
  const time = slider("Time t", ["data", "noise"], (q) => {
    stop();
    moveCursor(q);
    status.later(settle);
  });
  const play = button("Play", null, () => (ticker.running ? stop() : start()));
  const fresh = button("New noise", "New noise: other SDE paths", () => {
    seed += 1;
    recompute();
    settle();
  });
  const axis = h("div", { class: "dgm-axis", "aria-hidden": "true" });
  const beside = h("div", { class: "dgm-axis", "aria-hidden": "true" }, "pₜ and SDE paths");
  const picture = h("div", { class: "dgm-canvas" },
    axis, beside, plot, h("div", { class: "dgm-stage" }, side), time.node);
  const controls = h("div", { class: "dgm-controls" },
    process.node, direction.node, h("div", { class: "dgm-buttons" }, play, fresh));
  el.append(h("div", { class: "dgm dgm-paths" },
    h("div", { class: "dgm-layout" }, picture, legend(), controls, status.node)));

  const grip = handle(plot, "Start of the paths", {
    onmove: (u, v) => moveStart((0.5 - v) * 2 * world.half),
    onkey: (dx, dy) => moveStart(model.get("start") + 0.02 * world.half * (dx + dy)),
    onend: () => {
      model.save_changes();
      status.later(settle);
    },
  });
  grip.node.setAttribute("role", "slider");
  grip.node.setAttribute("aria-orientation", "vertical");

  // -- what is computed ---------------------------------------------------------------------------

  function recompute() {
    const key = model.get("process");
    world = makeWorld(mixture, specs[key], model.get("levels")[key]);
    world.indexAt = (t) => indexAt(world, t);
    lines = { contours: odeLines(world, quantileStarts(world, 11, back()), back()) };
    const crowd = `${key} ${model.get("direction")} ${seed}`;
    if (!crowds.has(crowd)) crowds.set(crowd, sdeCrowd(world, back(), seed));
    counts = crowds.get(crowd);
    follow();
    redraw();
    report(false);
  }

  // The paths through the start.
  function follow() {
    const from = model.get("start") * world.scale[end()];
    [lines.line] = odeLines(world, [from], back());
    lines.fan = sdeFan(world, from, FAN, back(), seed);
  }

  function redraw() {
    if (!world) return;
    if (view.ready()) {
      view.recolour();
      view.paintHeat(world);
      view.paintLines(world, lines);
    }
    refresh();
  }

  function refresh() {
    const i = now();
    if (view.ready()) {
      view.paintCursor(world, i, back(), lines);
      view.paintMarginal(world, i, counts[i]);
    }
    const { alpha, sigma } = world.laws[i];
    time.set(cursor, `t = ${shown(cursor)}`,
      `t ${shown(cursor)}, alpha ${shown(alpha)}, sigma ${shown(sigma)}`);
    const start = model.get("start");
    grip.place(back() ? 1 : 0, 0.5 - start / (2 * world.half));
    const name = back() ? "noise" : "data";
    const x = shown(start * world.scale[end()]);
    for (const [key, value] of Object.entries({
      valuemin: -world.half, valuemax: world.half, valuenow: start, valuetext: `x = ${x}`,
      label: `Start of the paths at the ${name} end; the arrow keys move it`,
    })) grip.node.setAttribute(`aria-${key}`, value);
    axis.textContent = world.explodes ? "x / √(1 + σ²)" : "x";
  }

  function report(settled) {
    const i = now();
    const { alpha, sigma } = world.laws[i];
    const { line } = lines;
    const levels = line.map((x, j) => cdf(world.laws[j], x));
    const drift = levels.reduce((most, F) => Math.max(most, Math.abs(F - levels[end()])), 0);
    const { error, floor } = histogramError(world, counts, i);
    status.say(
      `t = ${shown(world.times[i], 3)}: α = ${shown(alpha, 3)}, σ = ${shown(sigma, 3)}. ` +
      `The PF-ODE line from x = ${shown(line[end()], 3)} is at x = ${shown(line[i], 3)} and ends ` +
      `at ${shown(line[line.length - 1 - end()], 3)}; its quantile Fₜ(xₜ) = ${shown(levels[i], 4)} ` +
      `stays the same (to ${drift.toExponential(0)}). ` +
      `${CROWD.toLocaleString("en")} ${back() ? "reverse" : "forward"}-SDE paths against pₜ: histogram off by ` +
      `${shown(100 * error, 1)}% (as many true samples: ${shown(100 * floor, 1)}%).`,
      settled);
  }

  // -- what changes -------------------------------------------------------------------------------

  // Every change goes through the model, so that Python and the reader take the same way.
  function moveStart(start) {
    const most = 0.98 * world.half;
    model.set("start", Math.min(most, Math.max(-most, start)));
  }

  function moveCursor(q) {
    cursor = q;
    refresh();
    report(false);
  }

  // Another process or direction. When time turns round, the line does not change: it starts
  // where it has just ended.
  function change(fields) {
    stop();
    if (fields.direction) {
      const far = world.times.length - 1 - end();
      fields.start = lines.line[far] / world.scale[far];
      fields.time = fields.direction === "backward" ? 0 : 1; // all of the way uncovered
    }
    tell(model, fields);
    settle();
  }

  let sinceReport = 0;
  const ticker = makeTicker((seconds) => {
    cursor = Math.min(1, Math.max(0, cursor + ((back() ? -1 : 1) * seconds) / SECONDS));
    refresh();
    sinceReport += seconds;
    if (sinceReport > 0.25) {
      sinceReport = 0;
      report(false);
    }
    if (cursor === (back() ? 0 : 1)) stop();
  });
  Object.defineProperty(el, "dgmFrameMs", { configurable: true, get: () => ticker.medianMs });

  function start() {
    if (cursor === (back() ? 0 : 1)) cursor = 1 - cursor;
    play.textContent = "Pause";
    ticker.start();
  }

  function stop() {
    if (!ticker.running) return;
    ticker.stop();
    play.textContent = "Play";
    settle();
  }

  function settle() {
    report(true);
    tell(model, { time: cursor });
  }

  onTheme(redraw, signal);
  listen(model, "process", () => {
    process.set(model.get("process"));
    recompute();
  }, signal);
  listen(model, "direction", () => {
    direction.set(model.get("direction"));
    recompute();
  }, signal);
  listen(model, "start", () => {
    follow();
    if (view.ready()) view.paintLines(world, lines);
    refresh();
    report(false);
  }, signal);
  listen(model, "time", () => {
    if (model.get("time") !== cursor) moveCursor(model.get("time"));
  }, signal);
  signal.addEventListener("abort", () => ticker.stop());
  recompute();
}

function legend() {
  const item = (kind, text) => h("span", {}, h("i", { class: `dgm-key dgm-key-${kind}` }), text);
  return h("div", { class: "dgm-legend" },
    item("density", "density pₜ"), item("line", "PF-ODE line from the start"),
    item("contour", "PF-ODE lines through its quantiles"), item("path", "SDE paths from the start"),
    item("handle", "start (drag, or arrow keys)"));
}

export default widget(build);
