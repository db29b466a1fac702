// Latent plane: drag a code, and a trained decoder draws its digit in the browser.

const SIDE = 28; // pixels of a digit
const NEAR = 15; // neighbours that are asked for their class
const TONES = ["paper", "ink", "soft", "line", "particle"];
const ABOUT = "The plane of codes. Each encoded test digit stands as its numeral at its code.";
const DIGIT = "The digit decoded from the code; the text below says which classes are near";

// From the standard normal in the plane, by Box and Muller.
function drawn() {
  const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
  const angle = 2 * Math.PI * Math.random();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

function build(model, el, signal) {
  const decode = makeDecoder(model.get("layers"));
  const extent = model.get("extent");
  const points = makePoints(model.get("codes"), model.get("labels"), extent);
  const start = model.get("z");
  let unit = 1; // of the map, in its canvas's own pixels

  // -- the page ---------------------------------------------------------------------------------

  const map = h("canvas", { "aria-hidden": "true" });
  const stage = h("div", { class: "dgm-stage", role: "group", "aria-label": ABOUT }, map);
  const picture = h("canvas", { class: "dgm-digit", role: "img", "aria-label": DIGIT,
    width: SIDE, height: SIDE });
  sharpen(map, (width, height, ratio) => {
    unit = ratio;
    paintMap();
  }, signal);
  const near = h("div", { class: "dgm-near" });
  const status = statusLine();
  const reset = button("Reset", "Reset: the code as it was", () => go(start));
  const random = button("Draw z", "Draw a code from the standard normal", () =>
    go(drawn()));
  const panel = h("div", { class: "dgm-panel" }, picture, near,
    h("div", { class: "dgm-buttons" }, random, reset));
  const legend = h("div", { class: "dgm-legend" },
    h("span", {}, h("i", { class: "dgm-key dgm-key-handle" }), "code z (drag, or arrow keys)"),
    h("span", {}, h("b", {}, "7"), "a test digit at its code"),
    h("span", {}, h("i", { class: "dgm-key dgm-key-ring" }), "1 and 2 std of the prior"));
  el.append(h("div", { class: "dgm dgm-plane" },
    h("div", { class: "dgm-layout" }, h("div", { class: "dgm-stand" }, stage, legend), panel),
    status.node));

  const grip = handle(stage, "Code z", {
    onmove: (u, v) => move([extent * (2 * u - 1), extent * (1 - 2 * v)]),
    onkey(dx, dy) {
      const [x, y] = model.get("z");
      move([x + 0.05 * dx, y + 0.05 * dy]);
    },
    onend() {
      model.save_changes();
      status.later(settle);
    },
  });

  // -- what changes -----------------------------------------------------------------------------

  const move = (z) => // every change goes through the model, Python's too
    model.set("z", z.map((value) => Math.min(extent, Math.max(-extent, value))));

  function go(z) {
    move(z);
    settle();
  }

  function settle() {
    model.save_changes();
    refresh(true);
  }

  function refresh(settled = false) {
    const [x, y] = model.get("z");
    const ink = decode([x, y]);
    paintDigit(ink);
    grip.place(0.5 + x / (2 * extent), 0.5 - y / (2 * extent));
    const place = `${shown(x)}, ${shown(y)}`;
    grip.node.setAttribute("aria-label", `Code z: ${place}; the arrow keys move it`);
    const found = neighbours(points, [x, y], NEAR);
    const { paper } = palette(stage, TONES);
    near.replaceChildren(...found.map(([label, count]) => {
      const bar = h("i", {}, h("b", {}, String(label)));
      bar.style.flexGrow = count;
      bar.style.color = classColour(label, 10, paper);
      return bar;
    }));
    const classes = found.map(([label, count]) => `${label} (${count})`).join(", ");
    status.say(
      `z = (${place}). Classes of the ${NEAR} nearest test digits: ${classes}. ` +
      `${undecided(ink)} of ${SIDE * SIDE} pixels are undecided, with a probability of ink ` +
      "between 1/4 and 3/4.",
      settled);
  }

  // -- the pictures -----------------------------------------------------------------------------

  function paintDigit(ink) {
    const { paper, ink: black } = palette(stage, TONES);
    const image = new ImageData(SIDE, SIDE);
    ink.forEach((p, i) => {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = paper[c] + p * (black[c] - paper[c]);
      image.data[4 * i + 3] = 255;
    });
    picture.getContext("2d").putImageData(image, 0, 0);
  }

  function paintMap() {
    if (!map.clientWidth) return;
    const { paper, line } = palette(stage, TONES);
    const pen = map.getContext("2d");
    const { width, height } = map;
    pen.clearRect(0, 0, width, height);
    pen.strokeStyle = rgba(line);
    pen.lineWidth = 1.5 * unit;
    for (const radius of [1, 2]) {
      pen.beginPath();
      pen.arc(width / 2, height / 2, (radius / extent) * (width / 2), 0, 2 * Math.PI);
      pen.stroke();
    }
    pen.font = `600 ${10 * unit}px system-ui, sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    points.labels.forEach((label, i) => {
      pen.fillStyle = classColour(label, 10, paper);
      const [x, y] = [points.places[2 * i], points.places[2 * i + 1]];
      pen.fillText(String(label), width * (0.5 + x / (2 * extent)), height * (0.5 - y / (2 * extent)));
    });
  }

  onTheme(() => {
    paintMap();
    refresh();
  }, signal);
  listen(model, "z", () => refresh(), signal);
  refresh();
}

export default widget(build);
