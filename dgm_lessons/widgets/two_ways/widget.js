// Two ways to be wrong: one Gaussian q against a mixture p on the line, under six divergences.

const PACE = 14; // steps of descent a second
const DESCRIPTION = "The density of the data p, one Gaussian q over it, and below them what the " +
  "chosen divergence charges at each place. The numbers stand in the text below.";

function build(model, el, signal) {
  const [weights, means, covariances] = ["weights", "means", "covariances"].map((n) => model.get(n));
  const table = makeTable({ weights, means, covariances }, model.get("limits"));
  const begin = [model.get("mean"), model.get("std")];
  const charged = new Float64Array(POINTS);
  const best = {}; // the lowest value of each divergence so far, and where it was
  let values = {};
  let quiet = false; // while both of mean and std change at once
  const kind = () => model.get("descend");

  // -- the page ---------------------------------------------------------------------------------

  const stage = h("div", { class: "dgm-stage", role: "group", "aria-label": DESCRIPTION });
  const view = makeTwoWaysView(stage, table, () => redraw(), signal);
  const bars = measureBars(table);
  const status = statusLine();
  const descend = choice("Descend", KINDS, kind(), (value) => {
    stop();
    tell(model, { descend: value });
    report(true);
  });
  const play = button("Play", "Play: descend until the slope is gone",
    () => (ticker.running ? stop() : start()));
  const step = button("Step", "One step of descent", () => {
    stop();
    report(true, !advance());
  });
  const reset = button("Reset", "Reset: q as it was", () => {
    stop();
    move(...begin);
    report(true);
  });
  const buttons = h("div", { class: "dgm-buttons" }, play, step, reset);
  const panel = h("div", { class: "dgm-panel" }, bars.node, descend.node, buttons);
  el.append(h("div", { class: "dgm dgm-two-ways" },
    h("div", { class: "dgm-layout" }, h("div", { class: "dgm-stand" }, stage, twoWaysLegend()), panel),
    status.node));

  const onend = () => {
    model.save_changes();
    status.later(() => report(true));
  };
  const nudge = 0.02 * table.std;
  const centre = handle(stage, "Mean of q", {
    onmove: (x) => take(view.fromStage(x), model.get("std")),
    onkey: (dx, dy) => take(model.get("mean") + nudge * (dx + dy), model.get("std")),
    onend,
  });
  const edge = handle(stage, "Width of q", {
    onmove: (x) => take(model.get("mean"), Math.abs(view.fromStage(x) - model.get("mean"))),
    onkey: (dx, dy) => take(model.get("mean"), model.get("std") + nudge * (dx + dy)),
    onend,
  });
  for (const { node } of [centre, edge]) node.setAttribute("role", "slider");

  // -- what changes -----------------------------------------------------------------------------

  function move(mean, std) {
    const { limits } = table;
    quiet = true;
    model.set("mean", Math.min(limits.mean[1], Math.max(limits.mean[0], mean)));
    model.set("std", Math.min(limits.std[1], Math.max(limits.std[0], std)));
    quiet = false;
    refresh();
  }

  function take(mean, std) {
    stop();
    move(mean, std);
    report(false);
  }

  function advance() {
    const next = descentStep(table, kind(), model.get("mean"), model.get("std"));
    if (next) move(...next);
    return next !== null;
  }

  function refresh() {
    const [mean, std] = [model.get("mean"), model.get("std")];
    values = Object.fromEntries(KINDS.map(([key]) => [key, divergence(table, key, mean, std)]));
    for (const [key, value] of Object.entries(values)) {
      if (!(best[key]?.value <= value)) best[key] = { value, mean, std };
    }
    redraw();
  }

  function redraw() {
    const [mean, std] = [model.get("mean"), model.get("std")];
    divergence(table, kind(), mean, std, charged);
    const places = view.paint({ mean, std, kind: kind(), charged, best: best[kind()] });
    bars.set(values, best, kind());
    for (const [{ node, place }, value, name, where] of [
      [centre, mean, "mean", places.mean], [edge, std, "std", places.std],
    ]) {
      place(...where);
      const [low, high] = table.limits[name];
      node.setAttribute("aria-valuemin", low);
      node.setAttribute("aria-valuemax", high);
      node.setAttribute("aria-valuenow", value);
      node.setAttribute("aria-valuetext", `${name} ${coordinate(value)}`);
    }
  }

  function report(settled, flat = false) {
    const [, name, unit] = KINDS.find(([key]) => key === kind());
    const low = best[kind()];
    const at = (m, s) => `mean ${coordinate(m)}, std ${shown(s, 3)}`;
    const exact = { forward: "its", fisher: "here too its" }[kind()];
    status.say(
      `${name[0].toUpperCase()}${name.slice(1)} is ${digits(values[kind()])}${unit} ` +
      `for q with ${at(model.get("mean"), model.get("std"))}. ` +
      (flat ? "The descent has stopped: here the slope is gone. " : "") +
      `Lowest so far: ${digits(low.value)} at ${at(low.mean, low.std)}. ` +
      (exact ? `In closed form ${exact} minimiser has p's own moments: ` +
        `${at(table.mean, table.std)}.` : ""),
      settled);
  }

  // -- the descent ------------------------------------------------------------------------------

  let waiting = 0;
  const ticker = makeTicker((seconds) => {
    waiting += seconds;
    if (waiting < 1 / PACE) return;
    waiting = 0;
    if (advance()) report(false);
    else stop(true);
  });
  Object.defineProperty(el, "dgmFrameMs", { configurable: true, get: () => ticker.medianMs });

  function start() {
    if (reducedMotion()) { // straight to the end
      let left = 600;
      while (left > 0 && advance()) left -= 1;
      model.save_changes();
      report(true, left > 0);
      return;
    }
    play.textContent = "Pause";
    ticker.start();
  }

  function stop(flat = false) {
    if (!ticker.running) return;
    ticker.stop();
    play.textContent = "Play";
    model.save_changes();
    report(true, flat);
  }

  onTheme(redraw, signal);
  for (const name of ["mean", "std"]) {
    listen(model, name, () => {
      if (quiet) return;
      refresh();
      report(false);
    }, signal);
  }
  listen(model, "descend", () => {
    descend.set(kind());
    redraw();
    report(false);
  }, signal);
  signal.addEventListener("abort", () => ticker.stop());
  refresh();
  report(false);
}

export default widget(build);
