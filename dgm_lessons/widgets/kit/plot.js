// A stage with axes. All drawing is in the units of the data.
//   const plot = makePlot(w, { label, aspect: 1.6, x: { range: [-3, 3], name: "x" },
//     y: { range: [0, 1], name: "density" }, draw(p) { p.curve(f, "high", { fill: 0.2 }); } })
// An axis has `range`, and may have `name`, `log: true`, `ticks: [...]`, `text: (value) => "..."`,
// `hidden: true`. `draw` comes after grid and axes, `over` in a canvas of its own above it.
// plot.x.range = [a, b] and plot.redraw() zoom.

import { densityRamp, rgba } from "./colours.js";
import { handle, makeStage } from "./stage.js";

// Where ticks stand: about `count` round numbers; on a log scale powers of ten, or 1, 2, 5 between.
// The same as `ticks` in svg.py.
export function ticks([low, high], count = 6, log = false) {
  if (log) {
    const decades = Math.log10(high / low);
    const steps = decades > 3 ? [1] : [1, 2, 5];
    const every = Math.max(1, Math.ceil(decades / (count + 1)));
    const found = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      if (power % every) continue;
      for (const m of steps) found.push(Number(`${m}e${power}`));
    }
    return found.filter((v) => v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9));
  }
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const pitch = power * [1, 2, 5, 10].find((m) => m * power >= rough * (1 - 1e-9));
  const found = [];
  for (let k = Math.ceil(low / pitch - 1e-9); k * pitch <= high + 1e-9 * pitch; k++) {
    found.push(Number((k * pitch).toPrecision(6)));
  }
  return found;
}

const plain = (value) => {
  const size = Math.abs(value);
  if (size && (size < 1e-3 || size >= 1e5)) {
    const [digits, power] = value.toExponential(0).split("e");
    const raised = [...String(Math.abs(power))].map((d) => "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"[d]).join("");
    return `${digits === "1" ? "" : `${digits}\u00b7`}10${power < 0 ? "\u207b" : ""}${raised}`.replace("-", "\u2212");
  }
  return String(Number(value.toPrecision(6))).replace("-", "\u2212");
};

// One axis: fractions along it, and back.
function makeAxis({ range, name = "", log = false, ticks: given, text = plain, hidden = false }) {
  const line = (value) => (log ? Math.log(value) : value);
  return {
    range, name, log, text, hidden,
    get ticks() { return given ?? ticks(this.range, 6, log); },
    to(value) {
      const [low, high] = this.range.map(line);
      return (line(value) - low) / (high - low);
    },
    from(q) {
      const [low, high] = this.range.map(line);
      const value = low + q * (high - low);
      return log ? Math.exp(value) : value;
    },
  };
}

export function makePlot(w, { label, aspect, x, y, draw, over, margin = {} }) {
  const axes = { x: makeAxis(x), y: makeAxis(y) };
  const room = { // CSS pixels around the frame: for numbers, and so that no handle is cut off
    left: axes.y.hidden ? 18 : 40, right: 18, top: axes.y.name && !axes.y.hidden ? 24 : 18,
    bottom: axes.x.hidden ? 18 : axes.x.name ? 38 : 24, ...margin,
  };
  const stage = makeStage(w, { label, aspect, painters: { plot: paint, ...(over && { over: paintOver }) } });
  const frame = () => ({
    left: room.left, top: room.top, width: stage.size.width - room.left - room.right,
    height: stage.size.height - room.top - room.bottom,
  });

  function paint(pen, size, colours) {
    const p = makePen(pen, frame(), axes, colours);
    p.axes();
    draw(p, size);
  }
  function paintOver(pen, size, colours) {
    over(makePen(pen, frame(), axes, colours), size);
  }

  // Fractions of the stage to data and back: for handles.
  const toStage = (a, b) => {
    const { left, top, width, height } = frame();
    const { width: W, height: H } = stage.size;
    return W ? [(left + axes.x.to(a) * width) / W, (top + (1 - axes.y.to(b)) * height) / H] : [0.5, 0.5];
  };
  const fromStage = (u, v) => {
    const { left, top, width, height } = frame();
    const hold = (q) => Math.min(1, Math.max(0, q));
    return [axes.x.from(hold((u * stage.size.width - left) / width)),
      axes.y.from(hold(1 - (v * stage.size.height - top) / height))];
  };
  // A handle at data places: onmove(x, y) gets data, place(x, y) takes them.
  function grip(text, { onmove, ...rest }) {
    const found = handle(stage.node, text, { onmove: (u, v) => onmove(...fromStage(u, v)), ...rest });
    let at = null;
    w.onRepaint(() => at && found.place(...toStage(...at)));
    const observer = new ResizeObserver(() => at && found.place(...toStage(...at)));
    observer.observe(stage.node);
    w.signal.addEventListener("abort", () => observer.disconnect());
    return { ...found, place: (a, b) => found.place(...toStage(...(at = [a, b]))) };
  }
  return { ...stage, x: axes.x, y: axes.y, toStage, fromStage, handle: grip };
}

// What `draw` gets. Colours are names ("high", "particle", "soft", ...) or CSS colours.
function makePen(pen, box, { x, y }, colours) {
  const X = (value) => box.left + x.to(value) * box.width;
  const Y = (value) => box.top + (1 - y.to(value)) * box.height;
  const ink = (colour, a = 1) => (colours[colour] ? rgba(colours[colour], a) : colour);
  const [bottom, right] = [box.top + box.height, box.left + box.width];

  // Runs work with everything outside the frame cut off.
  function inside(work) {
    pen.save();
    pen.beginPath();
    pen.rect(box.left, box.top, box.width, box.height);
    pen.clip();
    work();
    pen.restore();
  }

  // `f`: a function of x, or an array of [x, y]; `from`, `to`: the part of the axis that is drawn.
  function curve(f, colour, { width = 2, dash = [], fill = 0, shade = 1, base = y.range[0], samples = 240 } = {}) {
    const points = typeof f !== "function" ? f : Array.from({ length: samples + 1 }, (_, i) => {
      const at = x.from(i / samples);
      return [at, f(at)];
    });
    const path = new Path2D();
    for (const [a, b] of points) if (Number.isFinite(b)) path.lineTo(X(a), Math.min(1e5, Math.max(-1e5, Y(b))));
    inside(() => {
      if (fill) {
        const area = new Path2D(path);
        area.lineTo(X(points.at(-1)[0]), Y(base));
        area.lineTo(X(points[0][0]), Y(base));
        pen.fillStyle = ink(colour, fill);
        pen.fill(area);
      }
      pen.strokeStyle = ink(colour, shade);
      pen.lineWidth = width;
      pen.lineJoin = "round";
      pen.setLineDash(dash);
      if (width) pen.stroke(path);
    });
  }

  // f(x, y) between 0 and 1 as shades from nothing over "low" to "high", on columns x rows cells.
  function heat(f, columns = 120, rows = 90) {
    const ramp = densityRamp(colours.low, colours.high);
    const image = new ImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    const across = Array.from({ length: columns }, (_, i) => x.from((i + 0.5) / columns));
    for (let j = 0, at = 0; j < rows; j++) {
      const up = y.from(1 - (j + 0.5) / rows);
      for (const a of across) pixels[at++] = ramp[Math.round(255 * Math.min(1, Math.max(0, f(a, up) || 0)))];
    }
    const canvas = new OffscreenCanvas(columns, rows);
    canvas.getContext("2d").putImageData(image, 0, 0);
    pen.drawImage(canvas, box.left, box.top, box.width, box.height);
  }

  // points: [x, y] pairs.
  function dots(points, colour, { radius = 2, shade = 1, ring = null } = {}) {
    inside(() => {
      pen.beginPath();
      for (const [a, b] of points) {
        pen.moveTo(X(a) + radius, Y(b));
        pen.arc(X(a), Y(b), radius, 0, 2 * Math.PI);
      }
      pen.fillStyle = ink(colour, shade);
      pen.fill();
      if (ring) {
        pen.strokeStyle = ink(ring);
        pen.lineWidth = 1.5;
        pen.stroke();
      }
    });
  }

  function line(from, to, colour, { width = 1.5, dash = [], shade = 1 } = {}) {
    inside(() => {
      pen.beginPath();
      pen.moveTo(X(from[0]), Y(from[1]));
      pen.lineTo(X(to[0]), Y(to[1]));
      pen.setLineDash(dash);
      pen.lineWidth = width;
      pen.strokeStyle = ink(colour, shade);
      pen.stroke();
    });
  }

  function arrow(from, to, colour, { width = 1.5, shade = 1 } = {}) {
    const [dx, dy] = [X(to[0]) - X(from[0]), Y(to[1]) - Y(from[1])];
    const [ex, ey] = [X(to[0]), Y(to[1])];
    const head = Math.min(9, 0.34 * Math.hypot(dx, dy)) / Math.max(1e-9, Math.hypot(dx, dy));
    inside(() => {
      pen.beginPath();
      pen.moveTo(ex - dx, ey - dy);
      pen.lineTo(ex, ey);
      for (const side of [-0.6, 0.6]) {
        pen.moveTo(ex, ey);
        pen.lineTo(ex - head * (dx + side * dy), ey - head * (dy - side * dx));
      }
      pen.lineWidth = width;
      pen.lineCap = "round";
      pen.strokeStyle = ink(colour, shade);
      pen.stroke();
    });
  }

  // The Gaussian's ellipse: its mean, its covariance [[xx, xy], [xy, yy]], how many std it reaches.
  function ellipse([a, b], [[xx, xy], [, yy]], colour, { reach = 2, width = 1.5, fill = 0, shade = 1, dash = [] } = {}) {
    const first = Math.sqrt(xx);
    const across = xy / first;
    const own = Math.sqrt(Math.max(0, yy - across * across));
    const points = Array.from({ length: 49 }, (_, i) => {
      const [u, v] = [Math.cos((i * Math.PI) / 24), Math.sin((i * Math.PI) / 24)];
      return [a + reach * first * u, b + reach * (across * u + own * v)];
    });
    curve(points, colour, { width, fill, shade, dash, base: b });
  }

  // Words at a place of the data (or `at: [px, py]`), with a halo of paper, so that they can be read.
  function text(string, a, b, { colour = "ink", align = "center", baseline = "middle", size = 12, bold = false, dx = 0, dy = 0 } = {}) {
    words(string, X(a) + dx, Y(b) + dy, { colour, align, baseline, size, bold });
  }

  function words(string, px, py, { colour = "ink", align = "center", baseline = "middle", size = 12, bold = false } = {}) {
    pen.font = `${bold ? "600 " : ""}${size}px system-ui, sans-serif`;
    pen.textAlign = align;
    pen.textBaseline = baseline;
    pen.lineJoin = "round";
    pen.lineWidth = 3;
    pen.strokeStyle = ink("paper", 0.85);
    pen.strokeText(string, px, py);
    pen.fillStyle = ink(colour);
    pen.fillText(string, px, py);
  }

  function axes() {
    pen.fillStyle = ink("soft", 0.8);
    if (!x.hidden) {
      pen.fillRect(box.left, bottom, box.width, 1);
      for (const value of x.ticks) {
        pen.fillStyle = ink("soft", 0.8);
        pen.fillRect(X(value) - 0.5, bottom, 1, 4);
        words(x.text(value), X(value), bottom + 6, { colour: "soft", baseline: "top", size: 11 });
      }
      if (x.name) words(x.name, right, bottom + 35, { align: "right", baseline: "bottom", size: 12 });
    }
    if (!y.hidden) {
      pen.fillStyle = ink("soft", 0.8);
      pen.fillRect(box.left - 1, box.top, 1, box.height);
      for (const value of y.ticks) {
        pen.fillStyle = ink("soft", 0.8);
        pen.fillRect(box.left - 4, Y(value) - 0.5, 4, 1);
        words(y.text(value), box.left - 6, Y(value), { colour: "soft", align: "right", size: 11 });
      }
      if (y.name) words(y.name, 4, 4, { align: "left", baseline: "top", size: 12 });
    }
  }

  return { pen, box, colours, ink, X, Y, axes, curve, heat, dots, line, arrow, ellipse, text, words };
}
