// The probe: where could this noisy point have come from? Each component pulls by its share; the pulls
// end, one after the other, at the average clean point, with the ellipse of what is left open.

import { classColour } from "../kit/colours.js";
import { percent, shown } from "../kit/ui.js";
import { evaluate, posterior } from "../maths/mixture.js";

// Where the probe stands: the field holds fractions of the half window.
export const probeAt = ({ plot }, [u, v]) => [u * plot.x.range[1], v * plot.y.range[1]];

// All that is known of the clean point behind x; `places`, `end` are times alpha, as they are drawn;
// `left` is the share of the data's variance that x leaves open.
export function probed({ mixture, law: { alpha, sigma } }, x) {
  const found = posterior(mixture, alpha, sigma, x);
  const [left, whole] = [found, posterior(mixture, 0, 1, x)].map(({ cov }) => cov[0][0] + cov[1][1]);
  const scaled = (point) => point.map((value) => alpha * value);
  return { ...found, left: left / whole, x, places: found.means.map(scaled), end: scaled(found.mean),
    spread: found.cov.map((row) => row.map((value) => alpha * alpha * value)) };
}

export function paintProbe(p, { x, shares, places, end, spread }, fresh) {
  const { colours } = p;
  p.ellipse(end, spread, "ink", { reach: 1, width: 1.4, fill: 0.1, dash: [5, 3] });
  let tip = x; // the pulls, head to tail
  places.forEach((place, k) => {
    if (shares[k] < 0.01) return;
    const colour = classColour(k, places.length, colours.paper);
    const pull = place.map((value, i) => shares[k] * (value - x[i]));
    const next = tip.map((value, i) => value + pull[i]);
    p.line(x, place, colour, { width: 1 + 2 * shares[k], dash: [1, 4] });
    if (tip !== x) p.line(tip, next, colour, { width: 1.5, dash: [4, 3] });
    p.arrow(x, x.map((value, i) => value + pull[i]), colour, { width: 4 });
    tip = next;
  });
  p.arrow(x, end, "paper", { width: 5 });
  p.arrow(x, end, "ink", { width: 2.2 });
  p.dots([end], "paper", { radius: 4.5, ring: "ink" });
  if (fresh) p.text("drag me", ...x, { bold: true, size: 13, dy: end[1] > x[1] ? 24 : -24 });
}

export const paintPad = (p, points) => p.dots(points, "ink", { radius: 3, ring: "paper" });

const ranked = (shares) => [...shares].map((share, k) => [share, k + 1]).sort((a, b) => b[0] - a[0]);

export function probeSentence({ law }, { x, end, shares, mean, cov }, knows) {
  const score = new Float64Array(2);
  evaluate(law, x, { score });
  const pair = ([a, b]) => `(${shown(a)}, ${shown(b)})`;
  const named = ranked(shares).filter(([share]) => share > 0.02).slice(0, 4)
    .map(([share, k]) => `${k} (${percent(share, 0)})`).join(", ");
  const open = Math.sqrt(cov[0][0] + cov[1][1]);
  const guess = x.map((value, i) => (value - end[i]) / law.sigma);
  const average = knows("posterior mean") ? "E[x₀ | x]" : "the average clean point";
  return ` The probe at ${pair(x)} came from component ${named}; ${average} is ${pair(mean)}, ` +
    `give or take ${shown(open)}.` +
    (knows("noise guess") ? ` The best guess of its noise is ${pair(guess)}, give or take ${shown((law.alpha / law.sigma) * open)}.` : "") +
    (knows("score") ? ` The score there is ${pair(score)}, of length ${shown(Math.hypot(...score))}.` : "");
}

// What is to be seen at the probe now.
export function probeStory({ shares, left }, numbered) {
  const [[first, a], [second, b]] = [...ranked(shares), [0, 0]];
  if (left < 0.005) return "So little noise hides nothing: the clean point is nearly the point itself.";
  if (left > 0.8) return "All components pull, nearly by their weights alone: so much noise says little about where " +
    "the point came from, and the average is near the middle of all data.";
  if (first > 0.97) return `One pull is left: this point came from ${numbered ? `component ${a}` : "one component"}. ` +
    "The ellipse is what stays open.";
  if (first + second > 0.9) return `Two pulls${numbered ? `, from ${a} and from ${b}` : ""}. The average clean point lies ` +
    "between the two, where no clean point is; the ellipse reaches for both.";
  return "Several components pull, each by the share of such points that come from it. Head to tail, the pulls end at " +
    "the average clean point.";
}
