// The ruler: one likelihood in bits per dimension, for three units of the data.

import { makePlot } from "../kit/plot.js";
import { convert, LEVELS } from "../maths/bits.js";

const [LOW, HIGH] = [-9, 9];
const NAMES = { pixel: "data 0 to 255", symmetric: "data in [\u22121, 1]", unit: "data in [0, 1]" };
const LABEL = "The number in bits per dimension, for three units of the data; the numbers stand in the text above";

// Numbers of any size with three or four digits that count, and no zeros after them; what rounding leaves is 0.
export function shown(x) {
  const size = Math.abs(x);
  const digits = size >= 1000 ? x.toFixed(0) : size < 1e-9 ? "0" : x.toPrecision(size >= 1 ? 4 : 3);
  return String(Number(digits) || 0).replaceAll("-", "\u2212");
}

const held = (x) => Math.min(HIGH, Math.max(LOW, x));
const noisy = ({ measure }) => measure === "uniform" || measure === "variational";

export function ruler(w, now, onvalue, onend) {
  const rows = () => (noisy(now().from) ? Object.keys(LEVELS) : ["pixel"]);
  const height = (scale) => 2.2 - Object.keys(LEVELS).indexOf(scale);
  const place = (scale) => now().grey - Math.log2(LEVELS[scale]);
  const plot = makePlot(w, {
    label: LABEL, aspect: 2.6, x: { range: [LOW, HIGH], name: "bits per dimension" },
    y: { range: [-0.2, 3], hidden: true },
    draw(p) {
      for (const scale of rows()) {
        const shift = Math.log2(LEVELS[scale]);
        const most = now().from.measure === "binary" ? 1 : 8;
        p.line([-shift, height(scale)], [most - shift, height(scale)], "low", { width: 9 });
        p.text(NAMES[scale], HIGH, height(scale), { align: "right", dy: -17 });
        const free = Math.max(p.X(2.5), p.X(HIGH) - 112); // left of the name
        p.words(shown(place(scale)), Math.min(free, Math.max(p.X(LOW + 1), p.X(place(scale)))), p.Y(height(scale)) - 17, { bold: true });
        p.dots([[held(place(scale)), height(scale)]], "particle", { radius: 5, ring: "paper" });
      }
    },
  });
  const own = () => (noisy(now().from) ? now().from.scale : "pixel");
  const put = (x) => onvalue(convert(held(x), { ...now().from, unit: "bits/dim" }, now().from).value);
  const grip = plot.handle("The number", {
    onmove: (x) => put(x), onkey: (dx, dy) => put(held(place(own())) + 0.05 * (dx + dy)), onend,
  });
  return {
    node: plot.node,
    refresh() {
      plot.redraw();
      const x = held(place(own()));
      grip.place(x, height(own()));
      grip.values(LOW, HIGH, x, `${shown(place(own()))} bits per dimension`);
    },
  };
}
