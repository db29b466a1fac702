// The pictures of the linear VAE: the map of its encoders, three curves over z with the gap between two
// of them, and the bars that take the ELBO apart, in nats.

import { rgba } from "../kit/colours.js";
import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { shown } from "../kit/ui.js";

const LEVELS = [0.1, 0.5, 1, 2, 4]; // nats below the ceiling, of the contours
const MAP = "Map of the encoders: slope to the right, width upwards on a log scale; the darker, the " +
  "closer the ELBO is to log p(x). The numbers stand in the text below.";
const CURVES = "Over z: the prior, the true posterior and the encoder's q(z|x); hatched, what sets the last two apart";
const BARS = "In nats: reconstruction, less the KL to the prior, is the ELBO; above it the gap, up to log p(x)";

// exp(-gap), from 1 at the best encoder to 0 far from it, with contours of the gap over it.
export function encoderMap(w, { vae, limits, f }) {
  return makePlot(w, {
    label: MAP, aspect: 1.08, x: { range: limits.slope, name: "slope" },
    y: { range: limits.width, name: "width", log: true, ticks: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]
      .filter((b) => b >= limits.width[0] && b <= limits.width[1]) },
    draw(p) {
      const { x, slope, width } = f.now;
      p.heat((a, b) => 0.84 * Math.exp(-vae.terms(x, a, b).gap), 120, 110);
      for (const gap of LEVELS) {
        const points = vae.level(x, gap).map(([a, logB]) => [a, Math.exp(logB)]);
        p.curve(points, "contour", { width: 1, shade: 0.55 });
        const top = Math.max(...points.map(([, b]) => b));
        if (top < limits.width[1]) p.text(gap === 1 ? "gap 1 nat" : String(gap), vae.best.a, top, { size: 11 });
      }
      const [X, Y] = [p.X(vae.best.a), p.Y(vae.best.b)];
      for (const [colour, thick] of [["paper", 5], ["ode", 2.2]]) {
        p.pen.beginPath();
        for (const [dx, dy] of [[7, 0], [0, 7]]) {
          p.pen.moveTo(X - dx, Y - dy);
          p.pen.lineTo(X + dx, Y + dy);
        }
        p.pen.strokeStyle = p.ink(colour);
        p.pen.lineWidth = thick;
        p.pen.stroke();
      }
      if (Object.keys(f.start).every((name) => f.now[name] === f.start[name])) {
        p.text("drag me", slope, width, { bold: true, size: 13, dy: p.Y(width) > 60 ? -24 : 24 });
      }
    },
  });
}

// Strokes at an angle inside a path: the sign of the gap, in the bars and between the curves.
function hatch({ pen, box, colours }, path) {
  pen.save();
  pen.clip(path, "evenodd");
  pen.strokeStyle = rgba(colours.particle, 0.75);
  pen.lineWidth = 1.5;
  pen.setLineDash([]);
  pen.beginPath();
  for (let x = box.left - box.height; x < box.left + box.width; x += 6) {
    pen.moveTo(x, box.top + box.height);
    pen.lineTo(x + box.height, box.top);
  }
  pen.stroke();
  pen.restore();
}

const EDGE = 4; // the curves go from z = -4 to 4

// Prior, true posterior and q(z|x) over z. Between the last two the hatching of the gap.
export function curvesPlot(w, { vae, f }) {
  const density = (mean, std) => (z) => Math.exp(-0.5 * ((z - mean) / std) ** 2) / (std * Math.sqrt(2 * Math.PI));
  const plot = makePlot(w, {
    label: CURVES, aspect: 2.2, x: { range: [-EDGE, EDGE], name: "z" }, y: { range: [0, 1], hidden: true },
    margin: { left: 10, right: 10, top: 22 },
    draw(p) {
      const { x, slope, width } = f.now;
      const [posterior, encoder] = [density(vae.best.a * x, vae.best.b), density(slope * x, width)];
      p.curve(density(0, 1), "soft", { width: 1.3 });
      const between = new Path2D();
      const grid = Array.from({ length: 241 }, (_, i) => EDGE * (i / 120 - 1));
      for (const z of grid) between.lineTo(p.X(z), Math.max(p.box.top, p.Y(posterior(z))));
      for (const z of grid.reverse()) between.lineTo(p.X(z), Math.max(p.box.top, p.Y(encoder(z))));
      hatch(p, between);
      p.curve(posterior, "high", { width: 1.8, fill: 0.15 });
      p.curve(encoder, "particle", { width: 2.4 });
      const { gap } = vae.terms(x, slope, width);
      const kl = `KL(encoder \u2016 posterior) = ${shown(gap, gap < 10 ? 3 : 1)}`;
      p.words(p.box.width > 290 ? `gap = ${kl} nats` : kl, p.box.left, 12,
        { align: "left", size: 11.5, bold: true });
    },
  });
  const peak = (std) => 1 / (std * Math.sqrt(2 * Math.PI));
  const fit = () => {
    plot.y.range = [0, 1.1 * Math.max(peak(vae.best.b), peak(1), Math.min(peak(f.now.width), 2 * peak(vae.best.b)))];
    plot.redraw();
  };
  return { ...plot, fit };
}

// The bars, on a window of nats that hangs at the ceiling.
const [BELOW, ABOVE] = [4.5, 2.5];
const NAMES = [["recon-", "struction"], ["\u2212 KL to", "prior"], ["= ELBO", ""], ["\u2264 log", "p(x)"]];

export function barsPlot(w, { vae, f }) {
  const plot = makePlot(w, {
    label: BARS, aspect: 1.25, x: { range: [0, 4], hidden: true }, y: { range: [0, 1], name: "nats" },
    margin: { right: 8, bottom: 52 },
    draw(p) {
      const { ceiling, reconstruction, rate, elbo, gap } = vae.terms(f.now.x, f.now.slope, f.now.width);
      const [low, high] = plot.y.range;
      const box = (column, from, to) => {
        const [bottom, top] = [from, to].map((nats) => p.Y(Math.min(high, Math.max(low, nats))));
        const path = new Path2D();
        path.rect(p.X(column + 0.1), top, p.X(column + 0.9) - p.X(column + 0.1), bottom - top);
        return path;
      };
      const fill = (path, colour, shade) => {
        p.pen.fillStyle = p.ink(colour, shade);
        p.pen.fill(path);
      };
      fill(box(0, low, reconstruction), "particle", 0.8);
      fill(box(1, elbo, reconstruction), "soft", 0.6);
      fill(box(2, low, elbo), "particle", 0.8);
      hatch(p, box(2, elbo, ceiling));
      fill(box(3, low, ceiling), "high", 0.9);
      p.line([0, ceiling], [4, ceiling], "high", { dash: [5, 4] });
      if (gap > 0.5) p.text(`gap ${shown(gap, gap < 10 ? 2 : 0)}`, 2.5, Math.max(low + 0.4, (elbo + ceiling) / 2), { size: 11, bold: true });
      const foot = p.box.top + p.box.height;
      [reconstruction, rate, elbo, ceiling].forEach((value, k) => {
        p.words(shown(value, Math.abs(value) < 100 ? 3 : 0), p.X(k + 0.5), foot + 12, { size: 12, bold: true });
        NAMES[k].forEach((text, line) => p.words(text, p.X(k + 0.5), foot + 27 + 13 * line, { size: 11, colour: "soft" }));
      });
    },
  });
  const fit = () => {
    const { ceiling } = vae.terms(f.now.x, f.now.slope, f.now.width);
    plot.y.range = [ceiling - BELOW, ceiling + ABOVE];
    plot.redraw();
  };
  return { ...plot, fit };
}

export const ceilingLegend = () => legend([
  ["handle", "particle", "encoder (drag, or arrow keys)"], ["cross", "ode", "best encoder"],
  ["heat", "high", "exp(\u2212gap)"], ["line", "contour", "same gap, in nats"], ["line", "soft", "prior p(z)"],
  ["area", "high", "posterior p(z|x)"], ["line", "particle", "encoder q(z|x)"],
]);
