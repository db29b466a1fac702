// The picture of the paths: heat map of p_t, lines over it, and the marginal at the cursor.

import { densityRamp, rgba } from "../kit/colours.js";
import { sharpen } from "../kit/stage.js";
import { h } from "../kit/ui.js";
import { evaluate } from "../maths/mixture.js";

export function makePathsView(w, plot, side, onresize) {
  const names = ["heat", "faint", "lit", "cursor"];
  const layers = names.map((name) => h("canvas", { class: `dgm-${name}`, "aria-hidden": "true" }));
  const [heat, faint, lit, over] = layers;
  plot.append(...layers);
  let colours = null;
  let ratio = 1;
  sharpen(w, over, (width, height, pixels) => {
    ratio = pixels;
    for (const layer of [faint, lit]) [layer.width, layer.height] = [over.width, over.height];
    onresize();
  });
  sharpen(w, side, () => onresize());

  const ready = () => over.width > 0 && over.clientWidth > 0;
  const recolour = () => (colours = w.colours);

  // Dark where dense, each moment on its own scale.
  function paintHeat(world, columns = 240, rows = 150) {
    [heat.width, heat.height] = [columns, rows];
    const image = new ImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    const ramp = densityRamp(colours.low, colours.high);
    const x = new Float64Array(rows);
    const logp = new Float64Array(rows);
    for (let c = 0; c < columns; c++) {
      const i = world.indexAt(((c + 0.5) / columns) * world.process.T);
      for (let j = 0; j < rows; j++) {
        x[j] = (1 - (2 * (j + 0.5)) / rows) * world.half * world.scale[i];
      }
      evaluate(world.laws[i], x, { logp });
      const top = logp.reduce((a, b) => Math.max(a, b));
      for (let j = 0; j < rows; j++) {
        pixels[j * columns + c] = ramp[Math.round(225 * Math.exp(logp[j] - top))];
      }
    }
    heat.getContext("2d").putImageData(image, 0, 0);
  }

  function stroke(canvas, world, rows, colour, width) {
    const pen = canvas.getContext("2d");
    const { process, times, scale, half } = world;
    pen.strokeStyle = colour;
    pen.lineWidth = width * ratio;
    pen.lineJoin = "round";
    const px = (i) => (times[i] / process.T) * canvas.width;
    const py = (x, i) => (0.5 - x / (2 * half * scale[i])) * canvas.height;
    for (const row of rows) {
      pen.beginPath();
      pen.moveTo(px(0), py(row[0], 0));
      let last = 0;
      for (let i = 1; i < row.length; i++) {
        if (px(i) - last < 1.2 * ratio && i < row.length - 1) continue;
        last = px(i);
        pen.lineTo(last, py(row[i], i));
      }
      pen.stroke();
    }
  }

  // All lines, faintly; and strongly in a layer that is uncovered up to the cursor.
  function paintLines(world, { contours, fan, line }) {
    for (const layer of [faint, lit]) layer.getContext("2d").clearRect(0, 0, layer.width, layer.height);
    stroke(faint, world, contours, rgba(colours.contour, 0.35), 1);
    stroke(faint, world, fan, rgba(colours.particle, 0.13), 1);
    stroke(faint, world, [line], rgba(colours.ode, 0.3), 2);
    stroke(lit, world, fan, rgba(colours.particle, 0.62), 1.1);
    stroke(lit, world, [line], rgba(colours.paper, 0.75), 5);
    stroke(lit, world, [line], rgba(colours.ode, 1), 2.6);
  }

  function paintCursor(world, i, backward, { fan, line }) {
    const u = world.times[i] / world.process.T;
    lit.style.clipPath = backward ? `inset(0 0 0 ${100 * u}%)` : `inset(0 ${100 - 100 * u}% 0 0)`;
    const pen = over.getContext("2d");
    pen.clearRect(0, 0, over.width, over.height);
    paintTicks(pen, world);
    pen.fillStyle = rgba(colours.ink, 0.7);
    pen.fillRect(u * over.width - 0.5 * ratio, 0, ratio, over.height);
    const dot = (x, radius, colour) => {
      pen.beginPath();
      const y = (0.5 - x / (2 * world.half * world.scale[i])) * over.height;
      pen.arc(u * over.width, y, radius * ratio, 0, 2 * Math.PI);
      pen.fillStyle = colour;
      pen.fill();
    };
    for (const row of fan) dot(row[i], 2.4, rgba(colours.particle, 0.9));
    dot(line[i], 6, rgba(colours.paper, 0.9));
    dot(line[i], 4.5, rgba(colours.ode, 1));
  }

  function paintTicks(pen, { half }) {
    pen.font = `${11 * ratio}px system-ui, sans-serif`;
    pen.textBaseline = "middle";
    const step = half > 8 ? 5 : half > 4 ? 2 : 1;
    for (let x = -step * Math.floor(half / step); x <= half; x += step) {
      const y = (0.5 - x / (2 * half)) * over.height;
      if (y < 8 * ratio || y > over.height - 8 * ratio) continue;
      const text = String(x).replace("-", "\u2212");
      pen.strokeStyle = rgba(colours.paper, 0.85);
      pen.lineWidth = 3 * ratio;
      pen.strokeText(text, 7 * ratio, y);
      pen.fillStyle = rgba(colours.ink, 1);
      pen.fillRect(0, y, 4 * ratio, ratio);
      pen.fillText(text, 7 * ratio, y);
    }
  }

  // p_t beside the histogram of the SDE paths, on the same vertical axis.
  function paintMarginal(world, i, counts) {
    const pen = side.getContext("2d");
    const { width, height } = side;
    pen.clearRect(0, 0, width, height);
    const rows = 160;
    const unit = 2 * world.half * world.scale[i];
    const x = Float64Array.from({ length: rows + 1 }, (_, j) => (0.5 - j / rows) * unit);
    const logp = new Float64Array(rows + 1);
    evaluate(world.laws[i], x, { logp });
    const bins = counts.length;
    const total = counts.reduce((a, b) => a + b, 0);
    const bars = Array.from(counts, (c) => (c / total / unit) * bins);
    const most = 1.08 * Math.max(Math.exp(Math.max(...logp)), ...bars);
    pen.fillStyle = rgba(colours.particle, 0.55);
    bars.forEach((bar, b) => {
      const top = (1 - (b + 1) / bins) * height;
      pen.fillRect(0, top + 0.5 * ratio, (bar / most) * width, height / bins - ratio);
    });
    pen.beginPath();
    logp.forEach((l, j) => pen.lineTo((Math.exp(l) / most) * width, (j / rows) * height));
    pen.strokeStyle = rgba(colours.high, 1);
    pen.lineWidth = 2 * ratio;
    pen.stroke();
  }

  return { ready, recolour, paintHeat, paintLines, paintCursor, paintMarginal };
}
