// Latent plane: drag a code, and a trained decoder draws its digit in the browser.

import { makeFields } from "../kit/fields.js";
import { makeImage } from "../kit/image.js";
import { legend } from "../kit/legend.js";
import { handle } from "../kit/stage.js";
import { makeStory } from "../kit/story.js";
import { button, h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { apart, makeDecoder, makePoints, neighbours, undecided } from "../maths/plane.js";
import { makeMap, makeNear, SIDE } from "./view.js";

const NEAR = 15; // neighbours that are asked for their class
const FAR = 0.4; // from the next test digit: nobody lives here
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
  const stage = makeMap(w, decode, points, extent);
  const picture = makeImage(w, SIDE, [0, 1], { role: "img", "aria-label": DIGIT });
  const near = makeNear(w);
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
    stand: [stage.node, legend([["handle", "particle", "code z (drag me)"],
      ["numeral", "soft", "a test digit at its code"], ["heat", "soft", "behind: what the decoder draws there"],
      ["ring", "soft", "1 and 2 std of the prior"]])],
    panel: [picture.node, near.node, buttons],
    foot: [makeStory(w, story(points)).node, status.node],
  });

  function refresh(settled) {
    const [x, y] = f.now.z;
    const ink = decode([x, y]);
    picture.paint(ink);
    grip.place(0.5 + x / (2 * extent), 0.5 - y / (2 * extent));
    const place = `${shown(x)}, ${shown(y)}`;
    grip.name(`Code z: ${place}; the arrow keys move it`);
    const found = neighbours(points, [x, y], NEAR);
    near.show(found);
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

// What is to be seen, by who lives next to the code.
const story = (points) => [
  [({ z }) => apart(points, z) > FAR, "No test digit has its code near here, and still the decoder draws something."],
  [({ z }) => neighbours(points, z, NEAR).length === 1, "All neighbours are of one class."],
  [({ z }) => neighbours(points, z, NEAR)[0][1] > 0.75 * NEAR, "Nearly all neighbours are of one class; a few strangers live among them."],
  [() => true, "Classes meet here: one code, several digits. The decoder answers with something between them."],
];

export default widget("latent-plane", build);
