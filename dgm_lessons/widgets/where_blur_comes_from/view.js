// Three squares of points: data, codes, decoded codes; each point in the colour of its mode. In the last,
// a real digit stands for each mode, and beside the cross the average of those digits.

import { classColour, rgba } from "../kit/colours.js";
import { makePlot } from "../kit/plot.js";
import { h } from "../kit/ui.js";
import { mix } from "../maths/blur.js";

export const SIDE = 8; // pixels of a digit
const [SMALL, LARGE] = [0.11, 0.24]; // of a digit and of the average, in the square's width

// s: mixture, pairs, half, digits, world (what depends on the noise).
export function makeSquares(w, s, titles) {
  const [data, codes, decoded] = titles.map((title, i) => {
    const plot = makePlot(w, {
      label: title, aspect: 1, x: { range: [-s.half, s.half], hidden: true }, y: { range: [-s.half, s.half], hidden: true },
      margin: { left: 0, right: 0, top: 0, bottom: 0 }, draw: (p) => s.world && painters[i](p),
    });
    const number = h("span", {});
    const caption = h("div", { class: "dgm-caption" }, h("b", {}, title), number);
    return { plot, number, node: h("div", { class: "dgm-square" }, caption, plot.node) };
  });
  const colour = (p, k) => classColour(k, s.mixture.weights.length, p.colours.paper);
  const painters = [(p) => dots(p, s.pairs.x), paintCodes, paintDecoded];

  function dots(p, points) {
    const byMode = s.mixture.weights.map(() => []);
    s.pairs.home.forEach((k, i) => byMode[k].push([points[2 * i], points[2 * i + 1]]));
    byMode.forEach((list, k) => p.dots(list, colour(p, k), { radius: 1.9, shade: 0.75 }));
  }

  function paintCodes(p) {
    dots(p, s.world.z);
    const { now, start } = s.f;
    if (String(Object.values(now)) === String(Object.values(start))) {
      p.text("drag me", ...now.code, { bold: true, size: 13, dy: p.Y(now.code[1]) > 40 ? -22 : 22 });
    }
  }

  function paintDecoded(p) {
    const { means, point, shares } = s.world;
    s.mixture.means.forEach((mean, k) => {
      p.ellipse(mean, s.mixture.covariances[k], "soft", { width: 1, shade: 0.8 });
      const size = s.digits ? SMALL * p.box.width : 12;
      const out = beside(p, p.X(mean[0]), p.Y(mean[1]), s.digits ? 1.05 * size : 20, size);
      if (s.digits) digit(p, s.digits[k], ...out, size, colour(p, k));
      else p.words(String(k + 1), ...out, { size: 12, bold: true, colour: colour(p, k) });
    });
    dots(p, means);
    shares.forEach((share, k) => {
      if (share > 0.02) p.line(point, s.mixture.means[k], "ink", { width: 0.5 + 3 * share, shade: 0.25 + 0.75 * share });
    });
    cross(p, p.X(point[0]), p.Y(point[1]));
    if (s.digits) {
      const size = LARGE * p.box.width;
      digit(p, mix(s.digits, shares), ...beside(p, p.X(point[0]), p.Y(point[1]), -0.68 * size - 8, size), size, p.ink("particle"));
    }
  }

  // The middle of something of this size, `far` away from (x, y): outwards, or inwards where it is negative.
  function beside({ box }, x, y, far, size) {
    const [dx, dy] = [x - box.width / 2 + 0.01, y - box.height / 2];
    const length = Math.hypot(dx, dy);
    const inside = (v) => Math.min(box.width - size / 2 - 2, Math.max(size / 2 + 2, v));
    return [inside(x + (dx / length) * far), inside(y + (dy / length) * far)];
  }

  // An image of SIDE x SIDE shades from 0 to 1, with its middle at (x, y), in a frame.
  function digit({ pen, colours: { ink, paper } }, values, x, y, size, frame) {
    const pixel = size / SIDE;
    const [left, top] = [x - size / 2, y - size / 2];
    values.forEach((value, i) => {
      pen.fillStyle = rgba(paper.map((c, k) => Math.round(c + value * (ink[k] - c))));
      pen.fillRect(left + (i % SIDE) * pixel, top + Math.floor(i / SIDE) * pixel, pixel + 0.5, pixel + 0.5);
    });
    pen.strokeStyle = frame;
    pen.lineWidth = 1.5;
    pen.setLineDash([]);
    pen.strokeRect(left, top, size, size);
  }

  function cross({ pen, ink }, x, y) {
    for (const [name, width] of [["paper", 6], ["particle", 3]]) {
      pen.beginPath();
      for (const [dx, dy] of [[6, 6], [6, -6]]) {
        pen.moveTo(x - dx, y - dy);
        pen.lineTo(x + dx, y + dy);
      }
      pen.setLineDash([]);
      pen.strokeStyle = ink(name);
      pen.lineWidth = width;
      pen.stroke();
    }
  }

  function redraw() {
    const wide = s.half * s.world.zoom;
    codes.plot.x.range = codes.plot.y.range = [-wide, wide];
    for (const { plot } of [codes, decoded]) plot.redraw(); // the data stay as they are
  }

  return { squares: [data, codes, decoded], redraw };
}
