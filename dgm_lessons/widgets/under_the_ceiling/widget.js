// Under the ceiling: a linear VAE's ELBO over all of its encoders, and what keeps it below log p(x).

const MAP = "Map of the encoders: slope to the right, width upwards on a log scale; the darker, the " +
  "closer the ELBO is to log p(x). The numbers stand in the text below.";
const CURVES = "Over z: the prior, the true posterior and the encoder's q(z|x)";

function build(model, el, signal) {
  const limits = model.get("limits");
  const vae = makeLinearVae(model.get("w"), model.get("s"));
  const begin = { slope: model.get("slope"), width: model.get("width"), x: model.get("x") };
  let quiet = false; // while several fields change at once
  const now = () => ({ x: model.get("x"), a: model.get("slope"), b: model.get("width") });

  // -- the page ---------------------------------------------------------------------------------

  const stage = h("div", { class: "dgm-stage", role: "group", "aria-label": MAP });
  const map = makeEncoderMap(stage, vae, limits, () => refresh(), signal);
  const canvas = h("canvas", { class: "dgm-curves", role: "img", "aria-label": CURVES });
  const drawCurves = makeCurves(canvas, () => refresh(), signal);
  const columns = elboColumns();
  const status = statusLine();
  const [low, high] = limits.x;
  const observation = slider("Observation x", [shown(low, 1), shown(high, 1)], (q) => {
    change({ x: low + q * (high - low) });
    status.later(settle);
  });
  const set = (fields) => {
    change(fields);
    settle();
  };
  const buttons = h("div", { class: "dgm-buttons" },
    button("Best encoder", "Best encoder: the true posterior",
      () => set({ slope: vae.best.a, width: vae.best.b })),
    button("Reset", "Reset: the encoder and x as they were", () => set(begin)));
  const panel = h("div", { class: "dgm-panel" }, h("div", {}, columns.node),
    h("div", {}, canvas, curvesLegend()), observation.node, buttons);
  el.append(h("div", { class: "dgm dgm-under" },
    h("div", { class: "dgm-layout" },
      h("div", { class: "dgm-stand" }, stage, mapLegend()), panel),
    status.node));

  const [bottom, top] = limits.width.map(Math.log);
  const grip = handle(stage, "Encoder", {
    onmove(u, v) {
      const [slope, width] = map.fromStage(u, v);
      change({ slope, width });
    },
    onkey: (dx, dy) => change({
      slope: model.get("slope") + 0.01 * dx * (limits.slope[1] - limits.slope[0]),
      width: model.get("width") * Math.exp(0.01 * dy * (top - bottom)),
    }),
    onend() {
      model.save_changes();
      status.later(settle);
    },
  });

  // -- what changes -----------------------------------------------------------------------------

  // Every change goes through the model, so that Python and the reader take the same way.
  function change(fields) {
    quiet = true;
    for (const [name, value] of Object.entries(fields)) {
      model.set(name, Math.min(limits[name][1], Math.max(limits[name][0], value)));
    }
    quiet = false;
    refresh(false);
    report(false);
  }

  function settle() {
    model.save_changes();
    report(true);
  }

  let painted = NaN; // the x for which the map is painted
  function refresh(repaint = true) {
    const { x, a, b } = now();
    if (repaint || painted !== x) map.paint(x);
    painted = x;
    columns.set(vae.terms(x, a, b));
    drawCurves({ prior: [0, 1], posterior: [vae.best.a * x, vae.best.b], encoder: [a * x, b] });
    observation.set((x - low) / (high - low), `x = ${shown(x)}`);
    grip.place(...map.toStage(a, Math.log(b)));
    grip.node.setAttribute("aria-label",
      `Encoder: slope ${shown(a, 3)}, width ${shown(b, 3)}; the arrow keys move it`);
  }

  function report(settled) {
    const { x, a, b } = now();
    const { ceiling, reconstruction, rate, elbo, gap } = vae.terms(x, a, b);
    const side = gap < 5e-5 ? "touches the ceiling" : `lies ${shown(gap, 4)} nats below the ceiling`;
    status.say(
      `At x = ${shown(x)}, the encoder N(${shown(a, 3)} x, ${shown(b, 3)}\u00b2) has ELBO ` +
      `${shown(elbo, 4)} = reconstruction ${shown(reconstruction, 4)} \u2212 KL to the prior ` +
      `${shown(rate, 4)}. It ${side} log p(x) = ${shown(ceiling, 4)}: ` +
      `the gap is KL(q(z|x) \u2016 p(z|x)) = ${shown(gap, 4)}. ` +
      `It closes at slope ${shown(vae.best.a, 3)}, width ${shown(vae.best.b, 3)}.`,
      settled);
  }

  onTheme(() => refresh(), signal);
  for (const name of ["slope", "width", "x"]) {
    listen(model, name, () => {
      if (quiet) return;
      refresh(false);
      report(false);
    }, signal);
  }
  refresh();
  report(false);
}

const item = (kind, text) => h("span", {}, h("i", { class: `dgm-key dgm-key-${kind}` }), text);

const mapLegend = () => h("div", { class: "dgm-legend" },
  item("handle", "encoder (drag, or arrow keys)"), item("best", "best encoder"),
  item("density", "exp(\u2212gap)"), item("contour", "same gap, in nats"));

const curvesLegend = () => h("div", { class: "dgm-legend" },
  item("prior", "prior p(z)"), item("posterior", "posterior p(z|x)"), item("q", "encoder q(z|x)"));

export default widget(build);
