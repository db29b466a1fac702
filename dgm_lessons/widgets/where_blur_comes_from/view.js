// Three squares of points: data, codes, decoded codes; each point in the colour of its mode.

import { classColour, rgba } from "../kit/colours.js";
import { sharpen } from "../kit/stage.js";
import { h } from "../kit/ui.js";

export function makeSquares(w, mixture, half, titles, onresize) {
  const squares = titles.map((title) => {
    const canvas = h("canvas", { "aria-hidden": "true" });
    const stage = h("div", { class: "dgm-stage", role: "group", "aria-label": title }, canvas);
    const number = h("span", {});
    const caption = h("div", { class: "dgm-caption" }, h("b", {}, title), number);
    sharpen(w, canvas, () => onresize());
    return { canvas, stage, number, node: h("div", { class: "dgm-square" }, caption, stage) };
  });
  const [data, codes, decoded] = squares;
  let side = 0;
  let unit = 0; // of a canvas, in its own pixels
  let colours = {};
  const place = ([x, y], zoom = 1) => [
    side * (0.5 + x / (2 * half * zoom)), side * (0.5 - y / (2 * half * zoom))];

  function begin({ canvas }) {
    side = canvas.width;
    unit = side / Math.max(1, canvas.clientWidth);
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, side, side);
    return pen;
  }

  function dots(pen, points, home, zoom) {
    for (let k = 0; k < mixture.weights.length; k++) {
      pen.fillStyle = classColour(k, mixture.weights.length, colours.paper);
      pen.globalAlpha = 0.75;
      pen.beginPath();
      home.forEach((from, i) => {
        if (from !== k) return;
        const [x, y] = place([points[2 * i], points[2 * i + 1]], zoom);
        pen.moveTo(x + 1.9 * unit, y);
        pen.arc(x, y, 1.9 * unit, 0, 2 * Math.PI);
      });
      pen.fill();
    }
    pen.globalAlpha = 1;
  }

  // The modes as ellipses of two standard deviations, with their numbers.
  function modes(pen) {
    pen.lineWidth = unit;
    pen.font = `600 ${12 * unit}px system-ui, sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    mixture.means.forEach((mean, k) => {
      const S = mixture.covariances[k];
      const a = Math.sqrt(S[0][0]);
      const b = S[1][0] / a;
      const c = Math.sqrt(S[1][1] - b * b);
      pen.beginPath();
      for (let i = 0; i <= 48; i++) {
        const [u, v] = [Math.cos((i * Math.PI) / 24), Math.sin((i * Math.PI) / 24)];
        pen.lineTo(...place([mean[0] + 2 * a * u, mean[1] + 2 * (b * u + c * v)]));
      }
      pen.strokeStyle = rgba(colours.soft, 0.8);
      pen.stroke();
      const [x, y] = place(mean);
      const far = Math.max(1e-9, Math.hypot(x - side / 2, y - side / 2));
      const out = 20 * unit; // the number stands outside its ellipse
      pen.fillStyle = classColour(k, mixture.weights.length, colours.paper);
      pen.fillText(String(k + 1), x + ((x - side / 2) / far) * out, y + ((y - side / 2) / far) * out);
    });
  }

  // The chosen code's answer: a cross, tied to each mode by a line as strong as its share.
  function answer(pen, point, shares) {
    const [x, y] = place(point);
    shares.forEach((share, k) => {
      if (share < 0.02) return;
      pen.strokeStyle = rgba(colours.ink, 0.25 + 0.75 * share);
      pen.lineWidth = (0.5 + 3 * share) * unit;
      pen.beginPath();
      pen.moveTo(x, y);
      pen.lineTo(...place(mixture.means[k]));
      pen.stroke();
    });
    for (const [colour, width] of [[colours.paper, 6], [colours.particle, 3]]) {
      pen.strokeStyle = rgba(colour);
      pen.lineWidth = width * unit;
      pen.beginPath();
      for (const [dx, dy] of [[6, 6], [6, -6]]) {
        pen.moveTo(x - dx * unit, y - dy * unit);
        pen.lineTo(x + dx * unit, y + dy * unit);
      }
      pen.stroke();
    }
  }

  function paint({ home, x, z, means, zoom, point, shares }) {
    if (!data.canvas.clientWidth) return;
    colours = w.colours;
    dots(begin(data), x, home, 1);
    dots(begin(codes), z, home, zoom);
    const pen = begin(decoded);
    modes(pen);
    dots(pen, means, home, 1);
    answer(pen, point, shares);
  }

  return { squares, paint };
}
