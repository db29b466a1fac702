// Where blur comes from: slide the encoder's noise, and the decoded points leave the modes.

const TITLES = ["Data x", "Codes z = x + \u03c4\u03b5", "Decoded E[x|z]"];

function build(model, el, signal) {
  const fields = ["weights", "means", "covariances", "n", "seed", "limits"];
  const [weights, means, covariances, n, seed, limits] = fields.map((name) => model.get(name));
  const mixture = { weights, means, covariances };
  const pairs = makePairs(mixture, n, seed);
  const start = { tau: model.get("tau"), code: model.get("code") };
  const { half, std, tau: [low, high] } = limits;
  let quiet = false; // while several fields change at once
  let world = null; // all that depends on tau
  const zoomAt = (tau) => Math.hypot(1, tau / std); // the codes' square shows this much more

  // -- the page ---------------------------------------------------------------------------------

  const view = makeSquares(mixture, half, TITLES, () => redraw(), signal);
  const status = statusLine();
  const noise = slider("Encoder noise \u03c4", ["sharp codes", "overlapping codes"], (q) => {
    change({ tau: low * (high / low) ** q });
    status.later(settle);
  });
  const reset = button("Reset", "Reset: the noise and the code as they were", () => {
    change(start);
    settle();
  });
  const controls = h("div", { class: "dgm-controls" }, noise.node,
    h("div", { class: "dgm-buttons" }, reset));
  const legend = h("div", { class: "dgm-legend" },
    h("span", {}, h("i", { class: "dgm-key dgm-key-handle" }), "a code (drag, or arrow keys)"),
    h("span", {}, h("i", { class: "dgm-key dgm-key-cross" }, "\u00d7"),
      "its decoded point, tied to the modes it averages"));
  el.append(h("div", { class: "dgm dgm-blur" },
    h("div", { class: "dgm-squares" }, ...view.squares.map(({ node }) => node)),
    legend, controls, status.node));

  const grip = handle(view.squares[1].stage, "Code", {
    onmove: (u, v) => {
      const reach = 2 * half * zoomAt(model.get("tau"));
      change({ code: [reach * (u - 0.5), reach * (0.5 - v)] });
    },
    onkey: (dx, dy) => {
      const [x, y] = model.get("code");
      const nudge = 0.02 * half * zoomAt(model.get("tau"));
      change({ code: [x + nudge * dx, y + nudge * dy] });
    },
    onend() {
      model.save_changes();
      status.later(settle);
    },
  });

  // -- what changes -----------------------------------------------------------------------------

  function change({ tau = model.get("tau"), code = model.get("code") }) {
    const held = Math.min(high, Math.max(low, tau));
    const edge = half * zoomAt(held);
    quiet = true;
    model.set("tau", held);
    model.set("code", code.map((value) => Math.min(edge, Math.max(-edge, value))));
    quiet = false;
    refresh();
    report(false);
  }

  function settle() {
    model.save_changes();
    report(true);
  }

  function refresh() {
    const [tau, code] = [model.get("tau"), model.get("code")];
    if (world?.tau !== tau) {
      const z = encode(pairs, tau);
      const decoded = decode(mixture, tau, z);
      world = { tau, z, means: decoded, zoom: zoomAt(tau), ...spreads(pairs.x, decoded) };
    }
    const z = Float64Array.from(code);
    world.point = [...decode(mixture, tau, z)];
    world.shares = sources(mixture, tau, z);
    redraw();
  }

  function redraw() {
    if (!world) return;
    const [[x, y], { tau, zoom, kept, lost }] = [model.get("code"), world];
    view.paint({ ...pairs, ...world });
    noise.set(Math.log(tau / low) / Math.log(high / low), `\u03c4 = ${shown(tau)}`);
    grip.place(0.5 + x / (2 * half * zoom), 0.5 - y / (2 * half * zoom));
    grip.node.setAttribute("aria-label",
      `Code: ${shown(x)}, ${shown(y)}; the arrow keys move it`);
    const [data, codes, decoded] = view.squares;
    data.number.textContent = `variance ${shown(spreads(pairs.x, pairs.x).kept)}`;
    codes.number.textContent = zoom < 1.05 ? "" : `shown at 1/${shown(zoom, 1)}`;
    decoded.number.textContent = `variance ${shown(kept)}, lost ${shown(lost)}`;
  }

  function report(settled) {
    const [[x, y], { tau, kept, lost, point, shares }] = [model.get("code"), world];
    const named = shares.map((share, k) => [share, k + 1]).sort((a, b) => b[0] - a[0])
      .filter(([share]) => share > 0.02)
      .map(([share, k]) => `mode ${k} (${shown(100 * share, 0)}%)`);
    status.say(
      `With encoder noise ${shown(tau)} the best decoder loses ` +
      `${shown((100 * lost) / (kept + lost), 1)}% of the data's variance to averaging. ` +
      `The code (${shown(x)}, ${shown(y)}) comes from ${named.join(", ")} and decodes to ` +
      `(${shown(point[0])}, ${shown(point[1])}).`,
      settled);
  }

  onTheme(redraw, signal);
  for (const name of ["tau", "code"]) {
    listen(model, name, () => {
      if (quiet) return;
      refresh();
      report(false);
    }, signal);
  }
  refresh();
  report(false);
}

export default widget(build);
