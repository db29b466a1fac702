// The picture of the reverse step: where x_i lies, the kernel magnified, and the KL over beta.

import { rgba } from "../kit/colours.js";
import { legend } from "../kit/legend.js";
import { sharpen } from "../kit/stage.js";
import { h } from "../kit/ui.js";
import { density, reverseStep } from "../maths/reverse_kernel.js";

const [STRIP, TOP, FLOOR] = [0.24, 0.34, 0.93]; // heights: the strip's axis, the kernel's top, its axis
const RULED = 36; // values of beta on the ruler
const [DEEPEST, HIGHEST] = [-11, 0]; // powers of ten on the ruler

export function makeReverseView(w, stage, { before }, { x: [low, high] }, onresize) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  let ratio = 1;
  stage.append(canvas);
  sharpen(w, canvas, (width, height, pixels) => {
    ratio = pixels;
    onresize();
  });
  const fromStage = (u) => low + u * (high - low);
  const toStage = (x) => (x - low) / (high - low);

  function paint(step, parts, x) {
    if (canvas.width && canvas.clientWidth) {
      const pen = canvas.getContext("2d");
      const { colours } = w;
      pen.clearRect(0, 0, canvas.width, canvas.height);
      const reach = 4 * Math.sqrt(step.variance);
      const window = [step.mean - reach, step.mean + reach];
      paintStrip(pen, colours, window, x);
      paintKernel(pen, colours, window, step, parts);
    }
    return [toStage(x), STRIP];
  }

  // Above: the law of x_{i-1} before x_i is known, and what of it the magnifier shows.
  function paintStrip(pen, colours, window, x) {
    const { width, height } = canvas;
    const lens = window.map((edge) => Math.min(1, Math.max(0, toStage(edge))) * width);
    pen.fillStyle = rgba(colours.low, 0.3);
    pen.beginPath();
    pen.moveTo(lens[0], 0.03 * height);
    pen.lineTo(lens[1], 0.03 * height);
    pen.lineTo(lens[1], STRIP * height);
    pen.lineTo(width, TOP * height);
    pen.lineTo(0, TOP * height);
    pen.lineTo(lens[0], STRIP * height);
    pen.fill();
    const prior = (u) => density(before, u);
    const most = Math.max(...Array.from({ length: 200 }, (_, j) => prior(fromStage(j / 199))));
    curve(pen, prior, [low, high], 1.15 * most, [0.03, STRIP], colours.soft, { fill: 0.18, width: 1.4 });
    pen.fillStyle = rgba(colours.line);
    pen.fillRect(0, STRIP * height, width, ratio);
    label(pen, colours.soft, "law of x\u1d62\u208b\u2081, x\u1d62 unknown", 8, 0.045);
    label(pen, colours.ink, "x\u1d62", toStage(x) * width / ratio + 12, STRIP + 0.018);
  }

  // Below: the exact law as the sum of its parts, and the best Gaussian.
  function paintKernel(pen, colours, window, { exact, mean, variance }, parts) {
    const { height } = canvas;
    const best = [{ weight: 1, mean, variance }];
    const place = (j) => window[0] + (j / 160) * (window[1] - window[0]);
    let most = 0;
    for (let j = 0; j <= 160; j++) {
      most = Math.max(most, density(exact, place(j)), density(best, place(j)));
    }
    const draw = (law, colour, style) =>
      curve(pen, (u) => density(law, u), window, 1.08 * most, [TOP, FLOOR], colour, style);
    draw(exact, colours.high, { fill: 0.16, width: 2.4 });
    const heaviest = Math.max(...parts.map(({ weight }) => weight));
    for (const part of parts) {
      const shade = part.weight / heaviest;
      draw([part], colours.ode, { fill: 0, width: 1.1, shade: 0.12 + 0.68 * shade });
    }
    draw(best, colours.particle, { fill: 0, width: 2.2, dash: [7, 4] });
    pen.fillStyle = rgba(colours.line);
    pen.fillRect(0, FLOOR * height, canvas.width, ratio);
    label(pen, colours.soft, "magnified: x\u1d62\u208b\u2081 given x\u1d62", 8, TOP + 0.02);
    paintTicks(pen, colours, window);
  }

  function label(pen, colour, text, x, y) {
    pen.font = `${11.5 * ratio}px system-ui, sans-serif`;
    pen.textAlign = "left";
    pen.textBaseline = "top";
    pen.fillStyle = rgba(colour);
    pen.fillText(text, x * ratio, y * canvas.height);
  }

  function paintTicks(pen, { ink, soft }, [from, to]) {
    const { width, height } = canvas;
    const rough = (to - from) / 6;
    const power = 10 ** Math.floor(Math.log10(rough));
    const pitch = power * [1, 2, 5, 10].find((m) => m * power >= rough);
    pen.textAlign = "center";
    for (let k = Math.ceil(from / pitch); k * pitch < to; k++) {
      const u = (k * pitch - from) / (to - from);
      if (u < 0.04 || u > 0.96) continue;
      pen.fillStyle = rgba(ink, 0.6);
      pen.fillRect(u * width, FLOOR * height, ratio, 4 * ratio);
      pen.fillStyle = rgba(soft);
      const text = String(Number((k * pitch).toPrecision(6))).replace("-", "\u2212");
      pen.fillText(text, u * width, FLOOR * height + 6 * ratio);
    }
  }

  // f over [from, to], between two heights of the stage.
  function curve(pen, f, [from, to], top, [ceiling, floor], colour, { fill, width, dash = [], shade = 1 }) {
    const path = new Path2D();
    for (let j = 0; j <= 240; j++) {
      const y = floor - ((floor - ceiling) * f(from + (j / 240) * (to - from))) / top;
      path.lineTo((j / 240) * canvas.width, y * canvas.height);
    }
    pen.save();
    pen.strokeStyle = rgba(colour, shade);
    pen.lineWidth = width * ratio;
    pen.lineJoin = "round";
    pen.setLineDash(dash.map((d) => d * ratio));
    pen.stroke(path);
    if (fill) {
      path.lineTo(canvas.width, floor * canvas.height);
      path.lineTo(0, floor * canvas.height);
      pen.fillStyle = rgba(colour, fill);
      pen.fill(path);
    }
    pen.restore();
  }

  return { paint, fromStage };
}

// KL against beta, both logarithmic, with the place of the present step.
export function makeRuler(w, canvas, world, [least, most], onresize) {
  let ratio = 1;
  sharpen(w, canvas, (width, height, pixels) => {
    ratio = pixels;
    onresize();
  });
  const [left, bottom] = [42, 18]; // for the numbers, in CSS pixels
  const betas = Array.from({ length: RULED }, (_, j) => least * (most / least) ** (j / (RULED - 1)));
  let [known, values] = [NaN, []];

  return (beta, x, best) => {
    if (known !== x) values = betas.map((b) => reverseStep(world, b, x).best);
    known = x;
    if (!canvas.width || !canvas.clientWidth) return;
    const pen = canvas.getContext("2d");
    const { high, particle, soft, line } = w.colours;
    const [width, height] = [canvas.width, canvas.height - bottom * ratio];
    const across = (b) =>
      left * ratio + (Math.log(b / least) / Math.log(most / least)) * (width - (left + 12) * ratio);
    const down = (kl) => {
      const power = Math.min(HIGHEST, Math.max(DEEPEST, Math.log10(Math.max(kl, 1e-300))));
      return 4 * ratio + ((HIGHEST - power) / (HIGHEST - DEEPEST)) * (height - 6 * ratio);
    };
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.font = `${10.5 * ratio}px system-ui, sans-serif`;
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    for (const power of [-10, -8, -6, -4, -2]) {
      pen.fillStyle = rgba(line);
      pen.fillRect(left * ratio, down(10 ** power), width, ratio);
      pen.fillStyle = rgba(soft);
      pen.fillText(`1e\u2212${-power}`, (left - 4) * ratio, down(10 ** power));
    }
    pen.textAlign = "center";
    for (const b of [0.05, 0.1, 0.2, 0.4, 0.8]) {
      pen.fillText(String(b), across(b), height + 0.6 * bottom * ratio);
    }
    pen.strokeStyle = rgba(high);
    pen.lineWidth = 2 * ratio;
    pen.beginPath();
    values.forEach((kl, j) => pen.lineTo(across(betas[j]), down(kl)));
    pen.stroke();
    pen.fillStyle = rgba(particle);
    pen.beginPath();
    pen.arc(across(beta), down(best), 5 * ratio, 0, 2 * Math.PI);
    pen.fill();
  };
}

export const reverseLegend = () => legend([
  ["handle", "ink", "x\u1d62 (drag, or arrow keys)"], ["area", "high", "exact p(x\u1d62\u208b\u2081 | x\u1d62)"],
  ["line", "ode", "p(x\u1d62\u208b\u2081 | x\u1d62, x\u2080) for some x\u2080, times its weight"],
  ["dash", "particle", "best single Gaussian"],
]);
