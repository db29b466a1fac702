// The pictures of the linear VAE: the map of its encoders, three curves over z, and the columns
// that take the ELBO apart.

import { densityRamp, rgba } from "../kit/colours.js";
import { legend } from "../kit/legend.js";
import { sharpen } from "../kit/stage.js";
import { h, shown } from "../kit/ui.js";

const LEVELS = [0.1, 0.5, 1, 2, 4]; // nats below the ceiling, of the contours
const EDGE = 4; // the curves go from z = -4 to 4

// exp(-gap), from 1 at the best encoder to 0 far from it, with contours of the gap over it.
export function makeEncoderMap(w, stage, vae, limits, onresize) {
  const names = ["heat", "marks"];
  const [heat, marks] = names.map((n) => h("canvas", { class: `dgm-${n}`, "aria-hidden": "true" }));
  stage.append(heat, marks);
  let ratio = 1;
  sharpen(w, marks, (width, height, pixels) => {
    ratio = pixels;
    onresize();
  });

  const [bottom, top] = limits.width.map(Math.log);
  const [left, right] = limits.slope;
  const toStage = (a, logB) => [(a - left) / (right - left), (top - logB) / (top - bottom)];
  const fromStage = (u, v) => [left + u * (right - left), Math.exp(top - v * (top - bottom))];

  function paint(x) {
    if (!marks.width || !marks.clientWidth) return;
    const { colours } = w;
    paintHeat(x, colours);
    const pen = marks.getContext("2d");
    pen.clearRect(0, 0, marks.width, marks.height);
    const place = (a, logB) => {
      const [u, v] = toStage(a, logB);
      return [Math.min(3, Math.max(-2, u)) * marks.width, v * marks.height];
    };
    pen.lineWidth = ratio;
    pen.strokeStyle = rgba(colours.contour, 0.55);
    pen.font = `${11 * ratio}px system-ui, sans-serif`;
    for (const gap of LEVELS) {
      const points = vae.level(x, gap).map((point) => place(...point));
      pen.beginPath();
      points.forEach((point) => pen.lineTo(...point));
      pen.stroke();
      const [at, high] = [place(vae.best.a, 0)[0], points[0][1]];
      write(pen, colours, gap === 1 ? "gap 1 nat" : String(gap), at, high, "center");
    }
    paintBest(pen, colours, place(vae.best.a, Math.log(vae.best.b)));
    paintTicks(pen, colours);
  }

  function paintHeat(x, { low, high }, columns = 120, rows = 110) {
    [heat.width, heat.height] = [columns, rows];
    const image = new ImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    const ramp = densityRamp(low, high);
    for (let i = 0; i < pixels.length; i++) {
      const v = (Math.floor(i / columns) + 0.5) / rows;
      const [a, b] = fromStage(((i % columns) + 0.5) / columns, v);
      pixels[i] = ramp[Math.round(215 * Math.exp(-vae.terms(x, a, b).gap))];
    }
    heat.getContext("2d").putImageData(image, 0, 0);
  }

  function paintBest(pen, { ode, paper }, [x, y]) {
    for (const [colour, width] of [[paper, 5], [ode, 2.2]]) {
      pen.beginPath();
      for (const [dx, dy] of [[7, 0], [0, 7]]) {
        pen.moveTo(x - dx * ratio, y - dy * ratio);
        pen.lineTo(x + dx * ratio, y + dy * ratio);
      }
      pen.strokeStyle = rgba(colour);
      pen.lineWidth = width * ratio;
      pen.stroke();
    }
  }

  function paintTicks(pen, colours) {
    const { width, height } = marks;
    write(pen, colours, "slope", width - 8 * ratio, height - 12 * ratio, "right");
    write(pen, colours, "width", 7 * ratio, 14 * ratio, "left");
    pen.fillStyle = rgba(colours.ink, 0.7);
    for (let a = Math.ceil(2 * left) / 2; a <= right && right - left < 12; a += 0.5) {
      const u = toStage(a, 0)[0];
      if (u < 0.09 || u > 0.86) continue;
      pen.fillRect(u * width, height - 4 * ratio, ratio, 4 * ratio);
      write(pen, colours, shown(a, 1), u * width, height - 12 * ratio, "center");
    }
    for (const b of [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]) {
      const v = toStage(0, Math.log(b))[1];
      if (v < 0.08 || v > 0.92) continue;
      pen.fillRect(0, v * height, 4 * ratio, ratio);
      write(pen, colours, String(b), 7 * ratio, v * height, "left");
    }
  }

  // Text that reads on any ground.
  function write(pen, { ink, paper }, text, x, y, align) {
    pen.save();
    pen.textAlign = align;
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.strokeStyle = rgba(paper, 0.8);
    pen.lineWidth = 3 * ratio;
    pen.strokeText(text, x, y);
    pen.fillStyle = rgba(ink, 0.95);
    pen.fillText(text, x, y);
    pen.restore();
  }

  return { paint, toStage, fromStage };
}

// Prior, true posterior and q(z|x) over z.
export function makeCurves(w, canvas, onresize) {
  let ratio = 1;
  sharpen(w, canvas, (width, height, pixels) => {
    ratio = pixels;
    onresize();
  });

  return ({ prior, posterior, encoder }) => {
    if (!canvas.width || !canvas.clientWidth) return;
    const { high, particle, soft, line } = w.colours;
    const pen = canvas.getContext("2d");
    const { width, height } = canvas;
    const foot = height - 16 * ratio;
    pen.clearRect(0, 0, width, height);
    const peak = ([, std]) => 1 / std;
    const top = 1.12 * Math.max(peak(posterior), peak(prior), Math.min(peak(encoder), 2 * peak(posterior)));
    const draw = ([mean, std], colour, stroke, fill) => {
      const path = new Path2D();
      for (let i = 0; i <= 320; i++) {
        const z = EDGE * (i / 160 - 1);
        const density = Math.exp(-0.5 * ((z - mean) / std) ** 2) / std;
        path.lineTo((i / 320) * width, foot * (1 - density / top));
      }
      pen.strokeStyle = rgba(colour);
      pen.lineWidth = stroke * ratio;
      pen.stroke(path);
      path.lineTo(width, foot);
      path.lineTo(0, foot);
      pen.fillStyle = rgba(colour, fill);
      pen.fill(path);
    };
    draw(prior, soft, 1.3, 0);
    draw(posterior, high, 1.8, 0.2);
    draw(encoder, particle, 2.4, 0.1);
    pen.fillStyle = rgba(line);
    pen.fillRect(0, foot, width, ratio);
    pen.fillStyle = rgba(soft);
    pen.font = `${11 * ratio}px system-ui, sans-serif`;
    pen.textAlign = "center";
    for (let z = -3; z <= 3; z++) {
      const text = String(z).replace("-", "\u2212");
      pen.fillText(text, (0.5 + z / (2 * EDGE)) * width, height - 3 * ratio);
    }
  };
}

// The ELBO as reconstruction less rate, with the gap above it, under the ceiling. The window shows
// the nats from BELOW under the ceiling to ABOVE over it.
const [BELOW, ABOVE] = [4.5, 2.5];
const SIGNS = { reconstruction: "", rate: "\u2212 ", elbo: "= ", ceiling: "\u2264 " };

export function elboColumns() {
  const piece = (kind) => h("i", { class: `dgm-piece dgm-${kind}` });
  const pieces = { reconstruction: piece("level"), rate: piece("rate"), elbo: piece("level"),
    gap: piece("gap"), ceiling: piece("top") };
  const values = {};
  const column = (name, ...keys) => {
    values[keys[0]] = h("b", {});
    return h("div", { class: "dgm-column" }, h("span", {}, ...keys.map((key) => pieces[key])),
      values[keys[0]], h("small", {}, name));
  };
  const line = h("i", { class: "dgm-ceiling" });
  const node = h("div", { class: "dgm-columns" }, h("div", { class: "dgm-window" }, line),
    column("recon\u00adstruction", "reconstruction"), column("KL to prior", "rate"),
    column("ELBO", "elbo", "gap"), column("log p(x)", "ceiling"));
  line.style.bottom = `${(100 * BELOW) / (BELOW + ABOVE)}%`;

  function set({ ceiling, reconstruction, rate, elbo, gap }) {
    const share = (nats) => {
      const inside = Math.min(ABOVE, Math.max(-BELOW, nats - ceiling));
      return (100 * (inside + BELOW)) / (BELOW + ABOVE);
    };
    const span = (part, from, to) => {
      part.style.bottom = `${share(from)}%`;
      part.style.height = `${share(to) - share(from)}%`;
    };
    span(pieces.reconstruction, -Infinity, reconstruction);
    span(pieces.rate, elbo, reconstruction);
    span(pieces.elbo, -Infinity, elbo);
    span(pieces.gap, elbo, ceiling);
    span(pieces.ceiling, -Infinity, ceiling);
    pieces.gap.textContent = gap > 0.6 ? shown(gap, gap < 10 ? 4 : 2) : "";
    const texts = { reconstruction, rate, elbo, ceiling };
    for (const [key, value] of Object.entries(texts)) {
      values[key].textContent = SIGNS[key] + shown(value, Math.abs(value) < 100 ? 3 : 0);
    }
  }
  return { node, set };
}

export const mapLegend = () => legend([
  ["handle", "particle", "encoder (drag, or arrow keys)"], ["cross", "ode", "best encoder"],
  ["heat", "high", "exp(\u2212gap)"], ["line", "contour", "same gap, in nats"],
]);

export const curvesLegend = () => legend([
  ["line", "soft", "prior p(z)"], ["area", "high", "posterior p(z|x)"], ["line", "particle", "encoder q(z|x)"],
]);
