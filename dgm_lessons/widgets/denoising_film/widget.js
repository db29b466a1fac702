// Denoising film: scrub a sampler's way from noise to digit, and see other endings from each step.

const PACE = 5; // steps shown in a second
const GREY = [0, 1]; // pictures come as shares of ink

function build(model, el, signal) {
  const [levels, readings, ends, branches, seeds] =
    ["levels", "readings", "ends", "branches", "seeds"].map((name) => model.get(name));
  const calls = levels.length - 1;
  const shares = readings.map((row, film) => loyalty(row, ends[film], branches));
  let films = null; // until the pictures are there

  // -- the page ---------------------------------------------------------------------------------

  const left = makeImage(SIDE, GREY, { role: "img", "aria-label": "The noisy image" });
  const right = makeImage(SIDE, GREY, { role: "img", "aria-label": "The guess of the digit" });
  const captions = [captioned(left, ""), captioned(right, "")];
  const stage = h("div", { class: "dgm-stage dgm-pair" }, ...captions.map(({ node }) => node));
  const scrub = slider("Step of the sampler", ["noise", "digit"], (q) => {
    ticker.stop();
    go(Math.round(q * calls));
    status.later(settle);
  });
  scrub.node.querySelector("input").step = 1 / calls;

  const images = Array.from({ length: branches }, () => makeImage(SIDE, GREY, { role: "img" }));
  const names = images.map(() => h("b", { "aria-hidden": "true" }));
  const cells = images.map((image, j) => h("span", { class: "dgm-ending" }, image.node, names[j]));
  const title = h("div", { class: "dgm-caption" });
  const tallied = h("div", { class: "dgm-near", "aria-hidden": "true" });
  const endings = h("div", { class: "dgm-endings", role: "group",
    "aria-label": "Other endings from this step" }, ...cells);

  const bars = Array.from({ length: calls - 1 }, () => h("i", {}));
  const curve = h("div", { class: "dgm-loyalty", role: "img" },
    ...bars.map((bar) => h("span", {}, bar)));
  const named = seeds.map((_, k) => [String(k), String(k + 1)]);
  const reel = choice("Film", named, String(model.get("film")), (key) => {
    ticker.stop();
    tell(model, { film: Number(key) });
    settle();
  });
  const play = button("Play", "Play the film from noise to digit", () => run());
  const jump = button("Where it is decided",
    "Go to the first step from which on all branches end alike", () => {
      ticker.stop();
      go(decidedAt(shares[model.get("film")]));
      settle();
    });
  const status = statusLine();
  const panel = h("div", { class: "dgm-panel" }, h("div", { class: "dgm-buttons" }, play, jump),
    reel.node,
    h("div", {},
      h("div", { class: "dgm-caption" }, "Branches that end as the film does, by step"), curve,
      h("div", { class: "dgm-ends", "aria-hidden": "true" },
        h("span", {}, "noise"), h("span", {}, "digit"))));
  el.append(h("div", { class: "dgm dgm-film" },
    h("div", { class: "dgm-layout" },
      h("div", { class: "dgm-stand" }, stage, scrub.node, title, endings, tallied), panel),
    status.node));

  // -- what changes -----------------------------------------------------------------------------

  const go = (step) => model.set("step", Math.min(calls, Math.max(0, step)));

  function settle() {
    model.save_changes();
    refresh(true);
  }

  // Every step stays for a moment; where motion is unwelcome the film is shown at its end.
  let waiting = 0;
  const ticker = makeTicker((seconds) => {
    waiting += seconds;
    if (waiting < 1 / PACE) return;
    waiting = 0;
    go(model.get("step") + 1);
    if (model.get("step") >= calls) {
      ticker.stop();
      settle();
    }
  });

  function run() {
    ticker.stop();
    waiting = 0;
    go(reducedMotion() ? calls : 0);
    if (reducedMotion()) settle();
    else ticker.start();
  }

  function refresh(settled = false) {
    const [film, step] = [model.get("film"), model.get("step")];
    const level = step < calls
      ? `noise level \u03c3/\u03b1 = ${levels[step].toPrecision(2)}` : "no noise left";
    scrub.set(step / calls, `${step} of ${calls}`, `step ${step} of ${calls}, ${level}`);
    reel.set(String(film));
    captions[0].say(step < calls ? `x after ${step} steps` : "the digit");
    captions[1].say(step < calls ? "guess of the digit" : "the same");
    const found = readings[film].slice(step * branches, (step + 1) * branches);
    paint(film, step, found);
    chart(film, step);
    const words = tally(found).map(([digit, count]) => `${digit} (${count})`).join(", ");
    title.textContent = found ? `${branches} other endings from here, with fresh noise`
      : "No more noise is added: nothing is left to chance";
    const heard = found
      ? `${branches} branches from here are read as: ${words}.` : "From here nothing is random.";
    const first = decidedAt(shares[film]);
    const decided = first < calls - 1 ? `From step ${first} on all branches do.`
      : "Up to the last noise some branches end otherwise.";
    status.say(`Film ${film + 1} (seed ${seeds[film]}), step ${step} of ${calls}, ${level}. ` +
      `${heard} The film itself is read as ${ends[film]}. ${decided}`, settled);
  }

  function paint(film, step, found) {
    if (films) {
      left.paint(films.x(film, step));
      right.paint(films.guess(film, step));
    }
    const { paper } = palette(stage, ["paper"]);
    images.forEach((image, j) => {
      image.paint(films && found ? films.branch(film, step, j) : null);
      image.node.setAttribute("aria-label",
        found ? `Branch ${j + 1}, read as ${found[j]}` : `Branch ${j + 1}: none`);
      names[j].textContent = found[j] ?? "";
      names[j].style.color = found ? classColour(Number(found[j]), 10, paper) : "";
    });
    tallied.replaceChildren(...tally(found).map(([digit, count]) => {
      const bar = h("i", {}, h("b", {}, digit));
      bar.style.flexGrow = count;
      bar.style.color = classColour(Number(digit), 10, paper);
      return bar;
    }));
  }

  function chart(film, step) {
    bars.forEach((bar, i) => {
      bar.style.height = `${100 * shares[film][i]}%`;
      bar.parentNode.classList.toggle("dgm-now", i === step);
    });
    const list = shares[film].map((share, i) => `${i}: ${Math.round(100 * share)}%`).join(", ");
    curve.setAttribute("aria-label", `Branches that end as the film does, by step. ${list}`);
  }

  for (const name of ["film", "step"]) listen(model, name, () => refresh(), signal);
  onTheme(() => {
    for (const image of [left, right, ...images]) image.repaint();
    refresh();
  }, signal);
  signal.addEventListener("abort", () => ticker.stop());
  refresh();
  bytesOf(model, "pixels").then((bytes) => {
    films = makeFilms(bytes, calls, branches);
    refresh();
  }, (error) => status.say(`The pictures could not be loaded: ${error.message}`, true));
}

export default widget(build);
