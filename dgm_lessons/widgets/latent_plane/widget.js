// Latent plane: drag a code, and a trained decoder draws its digit in the browser.

import { classColour, rgba } from "../kit/colours.js";
import { makeFields } from "../kit/fields.js";
import { makeImage } from "../kit/image.js";
import { legend } from "../kit/legend.js";
import { handle, makeStage } from "../kit/stage.js";
import { button, h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeDecoder, makePoints, neighbours, undecided } from "../maths/plane.js";

const SIDE = 28; // pixels of a digit
const NEAR = 15; // neighbours that are asked for their class
const ABOUT = "The plane of codes. Each encoded test digit stands as its numeral at its code.";
const DIGIT = "The digit decoded from the code; the text below says which classes are near";

// From the standard normal in the plane, by Box and Muller.
function drawn() {
  const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
  const angle = 2 * Math.PI * Math.random();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

function build(w) {
  const decode = makeDecoder(w.get("layers"));
  const extent = w.get("extent");
  const points = makePoints(w.get("codes"), w.get("labels"), extent);
  const f = makeFields(w, { z: { limits: [-extent, extent], size: 2 } }, (settled) => refresh(settled));
  const stage = makeStage(w, {
    label: ABOUT, painters: { map: (pen, size, colours) => paintMap(pen, size, colours, points, extent) },
  });
  const picture = makeImage(w, SIDE, [0, 1], { role: "img", "aria-label": DIGIT });
  const near = h("div", { class: "dgm-near" });
  const status = statusLine();
  const grip = handle(stage.node, "Code z", {
    onmove: (u, v) => f.set({ z: [extent * (2 * u - 1), extent * (1 - 2 * v)] }),
    onkey: (dx, dy) => f.set({ z: [f.now.z[0] + 0.05 * dx, f.now.z[1] + 0.05 * dy] }),
    onend: f.later, colour: "particle",
  });
  const buttons = h("div", { class: "dgm-buttons" },
    button("Draw z", "Draw z: a code from the standard normal", () => f.change({ z: drawn() })),
    button("Reset", "Reset: the code as it was", f.reset));
  w.arrange({
    stand: [stage.node, legend([["handle", "particle", "code z (drag, or arrow keys)"],
      ["bar", "soft", "a numeral: a test digit at its code"], ["ring", "edge", "1 and 2 std of the prior"]])],
    panel: [picture.node, near, buttons],
    foot: [status.node],
  });

  function refresh(settled) {
    const [x, y] = f.now.z;
    const ink = decode([x, y]);
    picture.paint(ink);
    grip.place(0.5 + x / (2 * extent), 0.5 - y / (2 * extent));
    const place = `${shown(x)}, ${shown(y)}`;
    grip.name(`Code z: ${place}; the arrow keys move it`);
    const found = neighbours(points, [x, y], NEAR);
    near.replaceChildren(...found.map(([label, count]) => {
      const bar = h("i", { class: "dgm-bar" }, h("b", {}, String(label)));
      bar.style.flexGrow = count;
      bar.style.color = classColour(label, 10, w.colours.paper);
      return bar;
    }));
    const classes = found.map(([label, count]) => `${label} (${count})`).join(", ");
    status.say(
      `z = (${place}). Classes of the ${NEAR} nearest test digits: ${classes}. ` +
      `${undecided(ink)} of ${SIDE * SIDE} pixels are undecided, with a probability of ink ` +
      "between 1/4 and 3/4.",
      settled);
  }

  w.onRepaint(() => refresh(false));
  f.settle();
}

function paintMap(pen, { width, height }, { paper, line }, points, extent) {
  pen.strokeStyle = rgba(line);
  pen.lineWidth = 1.5;
  for (const radius of [1, 2]) {
    pen.beginPath();
    pen.arc(width / 2, height / 2, (radius / extent) * (width / 2), 0, 2 * Math.PI);
    pen.stroke();
  }
  pen.font = "600 10px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  points.labels.forEach((label, i) => {
    pen.fillStyle = classColour(label, 10, paper);
    const [x, y] = [points.places[2 * i], points.places[2 * i + 1]];
    pen.fillText(String(label), width * (0.5 + x / (2 * extent)), height * (0.5 - y / (2 * extent)));
  });
}

export default widget("latent-plane", build);
