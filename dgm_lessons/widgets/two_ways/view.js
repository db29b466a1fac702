// The picture of two ways to be wrong: p and q over one axis, the charge below it, and six bars.

import { rgba } from "../kit/colours.js";
import { legend } from "../kit/legend.js";
import { sharpen } from "../kit/stage.js";
import { h, shown } from "../kit/ui.js";
import { gaussianLog } from "../maths/divergences.js";

export const KINDS = [
  ["forward", "forward KL", " nats"], ["reverse", "reverse KL", " nats"], ["js", "JS", " nats"],
  ["tv", "TV", ""], ["fisher", "Fisher", ""], ["w1", "W\u2081", ""],
];
const FORMULAS = { // of what is charged at a place
  forward: "p log(p/q) \u2212 p + q", reverse: "q log(q/p) \u2212 q + p", tv: "\u00bd |p \u2212 q|",
  js: "\u00bd p log(p/m) + \u00bd q log(q/m), m = \u00bd (p + q)",
  fisher: "p |score p \u2212 score q|\u00b2", w1: "|F(x) of p \u2212 F(x) of q|",
};
const [BASE, STRIP, FLOOR] = [0.64, 0.77, 0.965]; // heights: the axis, the charge's top and bottom

export const digits = (value) => shown(value, value < 10 ? 4 : value < 1000 ? 2 : 0);

export function makeTwoWaysView(w, stage, table, onresize) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const { x, logp, limits: { mean: [low, high] } } = table;
  const [first, last] = [low, high].map((edge) => Math.round((edge - x[0]) / table.step));
  const most = Math.exp(logp.reduce((a, b) => Math.max(a, b)));
  let ratio = 1;
  stage.append(canvas);
  sharpen(w, canvas, (width, height, pixels) => {
    ratio = pixels;
    onresize();
  });

  const toStage = (value) => (value - low) / (high - low);
  const fromStage = (u) => low + u * (high - low);

  function paint({ mean, std, kind, charged, best }) {
    const peak = (s) => Math.exp(gaussianLog(0, 0, s));
    const top = Math.max(1.25 * most, Math.min(1.1 * peak(std), 3 * most)); // of the densities
    const level = (density) => BASE * Math.max(0.05, 1 - density / top);
    const shoulder = level(Math.exp(-0.5) * peak(std));
    if (canvas.width && canvas.clientWidth) {
      const pen = canvas.getContext("2d");
      const { colours } = w;
      pen.clearRect(0, 0, canvas.width, canvas.height);
      paintAxis(pen, colours);
      pen.textAlign = "left";
      pen.fillText(`charged: ${FORMULAS[kind]}`, 8 * ratio, 0.715 * canvas.height);
      curve(pen, (i) => Math.exp(logp[i]), top, [0, BASE], colours.high, { fill: 0.2, width: 2 });
      const away = Math.hypot(mean - best.mean, std - best.std) > 0.01 * table.std;
      const gaussian = (m, s) => (i) => Math.exp(gaussianLog(x[i], m, s));
      if (away) {
        const dash = { fill: 0, width: 1.5, dash: [5, 4] };
        curve(pen, gaussian(best.mean, best.std), top, [0, BASE], colours.particle, dash);
      }
      curve(pen, gaussian(mean, std), top, [0, BASE], colours.particle, { fill: 0.14, width: 2.5 });
      paintGrips(pen, colours, mean, std, level(peak(std)), shoulder);
      const size = (i) => Math.abs(charged[i]);
      const tall = Math.max(0.4 * most, charged.reduce((a, b) => Math.max(a, Math.abs(b)), 0));
      curve(pen, size, 1.02 * tall, [STRIP, FLOOR], colours.ode, { fill: 0.28, width: 1.4 });
    }
    return { mean: [toStage(mean), BASE], std: [toStage(mean + std), shoulder] };
  }

  // The values f(i) over the grid, between two heights of the stage, cut off at `top`.
  function curve(pen, f, top, [ceiling, floor], colour, { fill, width, dash = [] }) {
    const { width: across, height } = canvas;
    pen.save();
    pen.beginPath();
    pen.rect(0, ceiling * height, across, (floor - ceiling) * height + ratio);
    pen.clip();
    const path = new Path2D();
    for (let i = first; i <= last; i++) {
      const y = floor - (floor - ceiling) * Math.min(1.2, f(i) / top);
      path.lineTo(((i - first) / (last - first)) * across, y * height);
    }
    pen.strokeStyle = rgba(colour, fill ? 1 : 0.7);
    pen.lineWidth = width * ratio;
    pen.lineJoin = "round";
    pen.setLineDash(dash.map((d) => d * ratio));
    pen.stroke(path);
    path.lineTo(across, floor * height);
    path.lineTo(0, floor * height);
    pen.fillStyle = rgba(colour, fill);
    pen.fill(path);
    pen.restore();
  }

  // The stem of the mean, and the width from it to the shoulder of q.
  function paintGrips(pen, { particle }, mean, std, crest, shoulder) {
    const { width, height } = canvas;
    const place = toStage(mean) * width;
    pen.save();
    pen.strokeStyle = rgba(particle, 0.75);
    pen.lineWidth = 1.2 * ratio;
    pen.setLineDash([3 * ratio, 3 * ratio]);
    pen.beginPath();
    pen.moveTo(place, BASE * height);
    pen.lineTo(place, crest * height);
    pen.moveTo(place, shoulder * height);
    pen.lineTo(toStage(mean + std) * width, shoulder * height);
    pen.stroke();
    pen.restore();
  }

  function paintAxis(pen, { ink, soft, line }) {
    const { width, height } = canvas;
    pen.fillStyle = rgba(line);
    for (const y of [BASE, FLOOR]) pen.fillRect(0, y * height, width, ratio);
    pen.font = `${11 * ratio}px system-ui, sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "top";
    const rough = (high - low) / 9;
    const power = 10 ** Math.floor(Math.log10(rough));
    const pitch = power * [1, 2, 5, 10].find((m) => m * power >= rough);
    for (let k = Math.ceil(low / pitch); k * pitch < high; k++) {
      const u = toStage(k * pitch);
      if (u < 0.03 || u > 0.97) continue;
      pen.fillStyle = rgba(ink, 0.6);
      pen.fillRect(u * width, BASE * height, ratio, 4 * ratio);
      pen.fillStyle = rgba(soft);
      const text = String(Number((k * pitch).toPrecision(6))).replace("-", "\u2212");
      pen.fillText(text, u * width, BASE * height + 6 * ratio);
    }
  }

  return { paint, fromStage };
}

// A row a divergence: its value, a bar, and a tick at the lowest value so far.
export function measureBars({ std }) {
  const full = { forward: 4, reverse: 4, js: Math.LN2, tv: 1, fisher: 40 / std ** 2, w1: 2 * std };
  const rows = KINDS.map(([key, name]) => {
    const [fill, tick, value] = [h("i", {}), h("s", {}), h("b", {})];
    const bar = h("span", { class: "dgm-measure-bar", "aria-hidden": "true" }, fill, tick);
    return { key, fill, tick, value, node: h("div", { class: "dgm-measure" }, name, bar, value) };
  });
  const caption = h("div", { class: "dgm-caption" }, "How far q is from p",
    legend([["tick", "ink", "lowest so far"]]));
  const percent = (value, key) => `${100 * Math.min(1, value / full[key])}%`;
  return {
    node: h("div", { class: "dgm-measures" }, caption, ...rows.map(({ node }) => node)),
    set(values, best, chosen) {
      for (const { key, fill, tick, value, node } of rows) {
        fill.style.width = percent(values[key], key);
        fill.classList.toggle("dgm-over", values[key] > full[key]);
        tick.style.left = percent(best[key].value, key);
        value.textContent = digits(values[key]);
        node.classList.toggle("dgm-chosen", key === chosen);
      }
    },
  };
}

export const twoWaysLegend = () => legend([
  ["area", "high", "data p"], ["line", "particle", "Gaussian q"],
  ["dash", "particle", "q with the lowest value so far"],
  ["area", "ode", "what is charged where: its area is the value"],
  ["handle", "particle", "mean and width (drag, or arrow keys)"],
]);
