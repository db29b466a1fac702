// The pictures of the demolition: a digit over a cloud for each racer, and what is left of the data.

import { rgba } from "../kit/colours.js";
import { makeDiscs } from "../kit/discs.js";
import { makeImage } from "../kit/image.js";
import { makePlot } from "../kit/plot.js";
import { sharpen } from "../kit/stage.js";
import { h, shown } from "../kit/ui.js";
import { crowd, largest } from "./race.js";

const EXTENT = 3.4; // of the plane that is shown

// A cloud of points over faint circles, two standard deviations wide, where the data live.
function makeCloud(w, mixture, shade, label, repaint) {
  const rings = h("canvas", { "aria-hidden": "true" });
  const points = h("canvas", { role: "img", "aria-label": label });
  let discs = null;
  let scale = 1;
  sharpen(w, points, (width, height, ratio) => {
    [rings.width, rings.height, scale] = [points.width, points.height, ratio];
    recolour();
    repaint();
  });

  function recolour() {
    if (!points.clientWidth) return;
    const { colours } = w;
    const unit = points.width / (2 * EXTENT);
    discs = makeDiscs(points, { radius: 1.5, colour: colours[shade], halo: colours.halo, ratio: scale });
    const pen = rings.getContext("2d");
    pen.clearRect(0, 0, rings.width, rings.height);
    pen.strokeStyle = rgba(colours.soft, 0.45);
    pen.lineWidth = scale;
    mixture.means.forEach(([x, y], k) => {
      const [[xx], [, yy]] = mixture.covariances[k];
      pen.beginPath();
      pen.arc((x + EXTENT) * unit, (EXTENT - y) * unit, 2 * Math.sqrt((xx + yy) / 2) * unit, 0, 7);
      pen.stroke();
    });
  }

  w.onRepaint(recolour);
  const node = h("div", { class: "dgm-stage dgm-cloud" }, rings, points);
  return { node, paint(cloud) {
    const unit = points.width / (2 * EXTENT);
    discs?.(cloud, EXTENT * unit, EXTENT * unit, unit, -unit);
  } };
}

// A racer's column: digit and cloud, each with a line of words below it.
export function makeColumn(w, mixture, [title, shade], repaint) {
  const digit = makeImage(w, 8, [0.5, 0.5], { role: "img", "aria-label": `${title}: the digit` });
  const cloud = makeCloud(w, mixture, shade, `${title}: points of the mixture`, repaint);
  const words = [0, 1].map(() => h("div", { class: "dgm-caption" }));
  const head = h("div", { class: "dgm-head" }, title);
  return {
    node: h("div", { class: "dgm-column" }, head, digit.node, words[0], cloud.node, words[1]),
    paint(racer) {
      digit.paint(racer.digit);
      cloud.paint(racer.cloud);
    },
    say: (texts) => texts.forEach((text, j) => (words[j].textContent = text)),
  };
}

// How much of the data is left over the steps, the jump back as an arrow, the walk along the curve.
export function makeLeftPlot(w, chains, L, now) {
  return makePlot(w, {
    label: "How much of the data is left, over the steps; the numbers stand in the text below", aspect: 1.5,
    x: { range: [0, L], name: "step i", ticks: [0, L / 2, L] }, y: { range: [0, 1.04], name: "left of the data", ticks: [0, 0.5, 1] },
    draw(p) {
      const { schedule, at, from } = now();
      const along = (key, low, high) => Array.from({ length: 101 }, (_, k) => {
        const i = Math.round(low + (k / 100) * (high - low));
        return [i, chains[key].alpha(i)];
      });
      for (const key of Object.keys(chains)) {
        const mine = key === schedule;
        p.curve(along(key, 0, L), mine ? "high" : "soft", { width: mine ? 2.6 : 1.4, dash: mine ? [] : [5, 4] });
      }
      const height = (i) => chains[schedule].alpha(i);
      if (from > 0.1 * L) {
        p.arrow([from, height(from)], [0.02 * L, 1], "ink", { width: 1.6 });
        p.words("one jump", Math.max(56, p.X(0.4 * from) - 4), p.Y(1 - 0.4 * (1 - height(from))) + 8, { align: "right", size: 11 });
      }
      if (at < from) {
        p.curve(along(schedule, at, from), "particle", { width: 4 });
        p.dots([[at, height(at)]], "particle", { radius: 6, ring: "paper" });
      }
    },
  });
}

// The words below the pictures: what each racer has made of the ruin. `far` is null on the way.
export function verdicts(labels, { shares, at, from }, truth, far, end) {
  const many = crowd(shares);
  const jumped = many === 1 ? `a ${labels[largest(shares)]}` : `an average of ${many} digits`;
  const off = (value) => `${shown(value)} from fresh data`;
  const way = at < from ? `at step ${at}` : "press Rebuild";
  const found = end === truth ? `a ${labels[end]}: the very one` : `a ${labels[end]}: another one`;
  return [[`it was a ${labels[truth]}`, ""], [jumped, off(far[0])],
    at ? [way, way] : [from ? found : `a ${labels[end]}`, off(far[1])]];
}

// What the handle shows, in words: the mix of data and noise, whom the guess averages, the ending.
export function situation(chain, race, truth, labels, far) {
  const { shares, at, from } = race;
  const likely = largest(shares);
  const many = crowd(shares);
  const mix = `Step ${from} of ${chain.L}: ${shown(chain.alpha(from), 3)} \u00d7 the data + ` +
    `${shown(chain.sigma(from), 3)} \u00d7 noise.`;
  if (!from) return `${mix} Nothing has been torn down yet.`;
  const jump = `One jump: the likeliest of the ${shares.length} stored digits, a ${labels[likely]}, has ` +
    `${shown(100 * shares[likely], 0)}% of the weight; it is as if ${many} shared it evenly.`;
  if (at === from) return `${mix} ${jump} Press Rebuild to walk back step by step.`;
  if (at) return `${mix} ${jump} Step by step: at ${at}.`;
  const end = race.end();
  const found = end === truth ? "the very digit that was torn down"
    : `another digit, a ${labels[end]} (it was ${labels[end] === labels[truth] ? "also " : ""}a ${labels[truth]})`;
  const [jumped, walked, floor] = far.map((value) => shown(value));
  return `${mix} ${jump} Step by step gave ${found}. Distance of the clouds from fresh data: one jump ` +
    `${jumped}, step by step ${walked}, other true data ${floor}.`;
}
