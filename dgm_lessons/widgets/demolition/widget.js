// Demolition: a digit and a mixture under one noise scrubber, and two ways to rebuild them.

const POINTS = 300;
const SECONDS = 4; // of a whole demolition or rebuilding
const COLUMNS = [
  ["torn", "Torn down", "high"], ["jump", "One jump", "ink"], ["walk", "Step by step", "particle"],
];

function build(model, el, signal) {
  const mixture = Object.fromEntries(
    ["weights", "means", "covariances"].map((name) => [name, model.get(name)]));
  const L = model.get("steps");
  const chains = { linear: makeChain("linear", L), cosine: makeChain("cosine", L) };
  const images = makeImages(model.get("pixels"));
  const labels = model.get("labels");
  const chain = () => chains[model.get("schedule")];
  const step = () => model.get("step");
  let seed = model.get("seed");
  let start, rng; // the data and the noise that are mixed, and the randomness of the walk
  let torn, jump, walk; // each {digit, cloud}; the walk also {at, from}
  let weights; // of the stored digits, given the torn one

  // -- the page ---------------------------------------------------------------------------------

  const repaint = () => torn && draw();
  const plots = COLUMNS.map(([key, title, shade]) => {
    const digit = makeImage(8, [0.5, 0.5], { role: "img", "aria-label": `${title}: the digit` });
    const spoken = { role: "img", "aria-label": `${title}: ${POINTS} points of the mixture` };
    const cloud = makeCloudPlot(mixture, shade, spoken, repaint, signal);
    const words = h("div", { class: "dgm-caption" }, title);
    const frame = h("div", { class: "dgm-stage dgm-digit" }, digit.node);
    return { key, digit, cloud, node: h("div", { class: "dgm-column" }, words, frame, cloud.node) };
  });
  const stage = h("div", {
    class: "dgm-stage dgm-levels", role: "group",
    "aria-label": "log-SNR over the steps; the numbers stand in the text below",
  });
  const levels = makeLevelPlot(stage, chains, repaint, signal);
  const status = statusLine();
  const schedule = choice("Schedule", [["linear", "linear"], ["cosine", "cosine"]],
    model.get("schedule"), (value) => {
      stop();
      tell(model, { schedule: value });
    });
  const demolish = button("Demolish", "Demolish: play from data to noise", () => play("torn"));
  const rebuild = button("Rebuild", "Rebuild step by step, from here back to data", () => play("walk"));
  const noise = button("New noise", "New noise: other random numbers", () => {
    seed += 1;
    renew();
  });
  const other = button("Other digit", "Tear down another digit", () =>
    tell(model, { digit: (model.get("digit") + 17) % images.count }));
  const buttons = h("div", { class: "dgm-buttons" }, demolish, rebuild, noise, other);
  const axis = h("div", { class: "dgm-ends", "aria-hidden": "true" },
    h("span", {}, "data, i = 0"), h("span", {}, `noise, i = ${L}`));
  const panel = h("div", { class: "dgm-panel" },
    h("div", {}, h("div", { class: "dgm-caption" }, "log-SNR: drag the handle"), stage, axis),
    schedule.node, buttons);
  const board = h("div", { class: "dgm-board" }, ...plots.map(({ node }) => node));
  el.append(h("div", { class: "dgm dgm-demolition" },
    h("div", { class: "dgm-layout" }, h("div", { class: "dgm-stand" }, board, legend()), panel),
    status.node));
  const grip = handle(stage, "Step of the demolition", {
    onmove: (x) => move(Math.round(levels.along(x) * L)),
    onkey: (dx, dy) => move(step() + 10 * (dx + dy)),
    onend: () => {
      model.save_changes();
      status.later(() => report(true));
    },
  });
  grip.node.setAttribute("role", "slider");

  // -- what is computed ---------------------------------------------------------------------------

  // Data and noise; x_i is a mix of the same two at every step.
  function renew() {
    stop();
    rng = makeRng(1000 + seed);
    start = {
      digit: images.image(model.get("digit")),
      cloud: sample(mixture, 1, 0, rng, new Float64Array(2 * POINTS)),
      digitNoise: rng.fill(new Float64Array(64)),
      cloudNoise: rng.fill(new Float64Array(2 * POINTS)),
    };
    refresh();
  }

  function guess({ digit, cloud }, i) {
    const [alpha, sigma] = [chain().alpha(i), chain().sigma(i)];
    const shares = imageWeights(images, digit, alpha, sigma);
    const means = posteriorMean(diffuse(mixture, alpha, sigma), cloud, new Float64Array(cloud.length));
    return { digit: averageImage(images, shares), cloud: means, shares };
  }

  function refresh() {
    const [alpha, sigma] = [chain().alpha(step()), chain().sigma(step())];
    const mix = (x, eps) => x.map((value, j) => alpha * value + sigma * eps[j]);
    torn = { digit: mix(start.digit, start.digitNoise), cloud: mix(start.cloud, start.cloudNoise) };
    jump = guess(torn, step());
    weights = jump.shares;
    walk = { digit: torn.digit.slice(), cloud: torn.cloud.slice(), at: step(), from: step() };
    draw();
    report(false);
  }

  function advance() {
    const found = guess(walk, walk.at);
    const moments = chain().back(walk.at);
    for (const key of ["digit", "cloud"]) stepBack(moments, walk[key], found[key], rng);
    walk.at -= 1;
  }

  // -- what is shown ------------------------------------------------------------------------------

  function draw() {
    const shown = { torn, jump, walk };
    for (const { key, digit, cloud } of plots) {
      digit.paint(shown[key].digit);
      cloud.paint(shown[key].cloud);
    }
    drawLevels();
  }

  function drawLevels() {
    levels.paint(model.get("schedule"), walk.at < walk.from ? walk.at : null);
    grip.place(...levels.place(chain(), step()));
    for (const [key, value] of Object.entries({
      valuemin: 0, valuemax: L, valuenow: step(), valuetext: `step ${step()} of ${L}`,
    })) grip.node.setAttribute(`aria-${key}`, value);
  }

  function report(settled) {
    const now = situation(chain(), step(), weights, labels);
    status.say(`${now} ${ending()}`, settled);
  }

  function ending() {
    if (walk.from === 0) return "Nothing has been torn down yet.";
    if (walk.at === walk.from) return "Press Rebuild to walk back step by step.";
    if (walk.at) return `Step by step: at ${walk.at}, from ${walk.from}.`;
    const [truth, end] = [model.get("digit"), largest(imageWeights(images, walk.digit, 1, 0))];
    const data = makeRng(seed); // the same data whenever they are asked for
    const fresh = () => sample(mixture, 1, 0, data, new Float64Array(2 * POINTS));
    const far = [jump.cloud, walk.cloud, fresh()].map((cloud) => slicedWasserstein(cloud, fresh()));
    return verdict(labels, truth, end, far);
  }

  // -- what changes -------------------------------------------------------------------------------

  function move(i) {
    stop();
    model.set("step", Math.min(L, Math.max(0, i)));
  }

  let playing = null;
  let due = 0; // steps that are owed to the clock
  let settling = 0;
  const ticker = makeTicker((seconds) => {
    due += (seconds * L) / SECONDS;
    const steps = Math.floor(due);
    due -= steps;
    settling += seconds;
    if (playing === "torn") model.set("step", Math.min(L, step() + steps));
    else {
      for (let k = 0; k < steps && walk.at; k++) advance();
      draw();
      if (settling > 0.25) {
        settling = 0;
        report(false);
      }
    }
    if (playing === "torn" ? step() === L : !walk.at) stop();
  });
  Object.defineProperty(el, "dgmFrameMs", { configurable: true, get: () => ticker.medianMs });

  function play(what) {
    const again = playing === what;
    stop();
    if (again) return;
    if (what === "torn" && step() === L) model.set("step", 0);
    if (what === "walk" && !walk.at) refresh();
    if (what === "walk" && !step()) return;
    if (reducedMotion()) {
      if (what === "torn") model.set("step", L);
      else while (walk.at) advance();
      draw();
      report(true);
      return;
    }
    playing = what;
    (what === "torn" ? demolish : rebuild).textContent = "Pause";
    ticker.start();
  }

  function stop() {
    if (!playing) return;
    ticker.stop();
    playing = null;
    [demolish.textContent, rebuild.textContent] = ["Demolish", "Rebuild"];
    model.save_changes();
    report(true);
  }

  onTheme(() => {
    for (const { cloud, digit } of plots) {
      cloud.recolour();
      digit.repaint();
    }
    draw();
  }, signal);
  listen(model, "step", refresh, signal);
  listen(model, "schedule", () => {
    schedule.set(model.get("schedule"));
    refresh();
  }, signal);
  listen(model, "digit", renew, signal);
  signal.addEventListener("abort", () => ticker.stop());
  renew();
}

function legend() {
  const item = (kind, text) => h("span", {}, h("i", { class: `dgm-key dgm-key-${kind}` }), text);
  return h("div", { class: "dgm-legend" }, item("home", "where the mixture's data live"),
    item("handle", "scrubber (drag, or arrow keys)"), item("walker", "the walk back"));
}

export default widget(build);
