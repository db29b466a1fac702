// Converter: an input, one prediction in one paper's letters, and what it is in another's.

import { makeFields } from "../kit/fields.js";
import { legend } from "../kit/legend.js";
import { makePlot } from "../kit/plot.js";
import { makeStory } from "../kit/story.js";
import { h, OWN_KEYS, slider, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { amplification, levelsAt, nearestStep, preconditioning, predicted, rescaling, solve } from "../maths/converter.js";
import { makeProcess } from "../maths/processes.js";
import { digits, LETTERS, SOLVE, withLetters, withNumbers, WRITE } from "./formulas.js";

const PAPERS = [["vp", "VP (DDPM)"], ["ve", "VE (NCSN)"], ["edm", "EDM"], ["fm", "FM, data at 0"], ["fm1", "FM, data at 1"]];
const KINDS = ["eps", "x0", "v", "score", "velocity", "F"];
const LARGEST = 200; // number to type
const MUCH = 10; // times: worth a warning
const SAME = 1e-12; // up to rounding
const [LOW, HIGH] = [1e-5, 1e5]; // of the picture
const nameOf = (paper) => PAPERS.find(([key]) => key === paper)[1];

function build(w) {
  const limits = w.get("limits");
  const s = { sigmaData: w.get("sigma_data"), processes: {} };
  for (const [key] of PAPERS) s.processes[key] = makeProcess(w.get("processes")[key]);
  const papers = { options: PAPERS.map(([key]) => key) };
  const number = { limits: [-LARGEST, LARGEST] };
  const f = s.f = makeFields(w, {
    source: papers, target: papers, given: { options: KINDS }, wanted: { options: KINDS },
    log_snr: { limits, reversed: true }, x: number, value: number,
  }, (settled) => refresh(settled));
  read(s);
  const plot = makePlot(w, {
    label: "What an error is multiplied by, over the noise level; the numbers stand in the text below", aspect: 1.5,
    x: { range: limits.map((level) => Math.exp(level / 2)), name: "noise level \u03c3/\u03b1", log: true },
    y: { range: [LOW, HIGH], name: "an error is multiplied by", log: true },
    draw: (p) => paint(p, s), over: (p) => p.dots([spot(s)], "particle", { radius: 4, ring: "paper" }),
  });
  const grip = plot.handle("Noise level", {
    onmove: (ratio) => f.set({ log_snr: -2 * Math.log(ratio) }), onkey: f.keys({ log_snr: -0.1 }), onend: f.later, colour: "ink",
  });
  const kinds = KINDS.map((kind) => [kind, LETTERS[kind]]);
  const [table, lines, status] = [h("table", { class: "dgm-table" }), h("div", { class: "dgm-lines" }), statusLine()];
  const story = makeStory(w, storyOf(s));
  w.arrange({
    stand: [plot.node, legend([["line", "high", "the error that is made of an error of 1"],
      ["dash", "particle", "ten times"], ["handle", "ink", "noise level (drag me)"]]), story.node, lines],
    panel: [
      f.choice("source", "The network is of", PAPERS, 2), f.choice("given", "It says", kinds, 3),
      entry(w, f, "x", "Its input x"), entry(w, f, "value", "What it says"),
      f.choice("target", "You need it", PAPERS.map(([key, text]) => [key, `in ${text}`]), 2),
      f.choice("wanted", "You need", KINDS.map((kind) => [kind, `its ${LETTERS[kind]}`]), 3),
    ],
    foot: [table, status.node],
  });

  function refresh(settled) {
    read(s);
    plot.redraw();
    const [ratio, gain] = spot(s);
    grip.place(ratio, gain);
    grip.values(-limits[1], -limits[0], -f.now.log_snr, `\u03c3/\u03b1 ${digits(ratio)}`);
    lines.replaceChildren(...steps(s).map((line) => h("p", {}, line)));
    table.replaceChildren(...rows(s));
    status.say(sentence(s), settled);
    story.tell();
  }
  f.settle();
}

// A number to type, or to drag on a scale that is fine near 0 and reaches far.
function entry(w, f, name, title) {
  const reach = Math.asinh(LARGEST);
  const box = h("input", {
    type: "number", step: 0.1, min: -LARGEST, max: LARGEST, class: "dgm-box", "aria-label": `${title}, to type`, ...OWN_KEYS,
    onchange: () => f.change({ [name]: box.value === "" ? f.now[name] : Number(box.value) }),
  });
  const control = slider(title, [`\u2212${LARGEST}`, String(LARGEST)], (q) => {
    f.set({ [name]: Number(Math.sinh((2 * q - 1) * reach).toPrecision(3)) });
    f.later();
  });
  const show = () => {
    box.value = Number(f.now[name].toPrecision(6));
    control.set(0.5 + Math.asinh(f.now[name]) / (2 * reach), digits(f.now[name]));
  };
  const before = f.now[name];
  w.onUpdate(show);
  control.set(0.5 + Math.asinh(before) / (2 * reach), digits(before));
  return h("div", { class: "dgm-entry" }, control.node, box);
}

// Everything that follows from the fields.
function read(s) {
  const { source, target, given, wanted, log_snr: level, x, value } = s.f.now;
  const levels = (paper) => levelsAt(s.processes[paper], level, paper === "fm1");
  [s.here, s.there] = [levels(source), levels(target)];
  s.pair = solve(given, value, x, s.here, s.sigmaData);
  s.gain = gainAt(s, level);
  s.unit = rescaling(given, s.here, wanted, s.there, s.sigmaData);
}

function gainAt({ f, processes, sigmaData }, level) {
  const { source, target, given, wanted } = f.now;
  const [here, there] = [source, target].map((paper) => levelsAt(processes[paper], level, paper === "fm1"));
  return amplification(given, here, wanted, there, sigmaData);
}

const spot = (s) => [Math.exp(-s.f.now.log_snr / 2), Math.min(HIGH, Math.max(LOW, s.gain))];

function paint(p, s) {
  p.line([1e-3, 1], [1e3, 1], "soft", { width: 1, dash: [2, 3] });
  p.line([1e-3, MUCH], [1e3, MUCH], "particle", { width: 1.5, dash: [6, 4] });
  p.curve((ratio) => gainAt(s, -2 * Math.log(ratio)), "high", { width: 2.4 });
}

// The letters of one paper as numbers.
function lettersOf({ sigmaData, pair }, { alpha, sigma, alphaDot, sigmaDot }) {
  const { skip, out } = preconditioning({ alpha, sigma }, sigmaData);
  return { ...pair, x: alpha * pair.x0 + sigma * pair.eps, a: alpha, s: sigma, da: alphaDot, ds: sigmaDot, skip, out };
}

// The formulas, with letters, with numbers, and what they give.
function steps(s) {
  const { source, target, given, wanted, x, value } = s.f.now;
  const [here, there] = [{ ...lettersOf(s, s.here), x, [given]: value }, lettersOf(s, s.there)];
  const line = (name, formula, values, result) => {
    const [letters, numbers] = [withLetters(formula), withNumbers(formula, values)];
    return `${LETTERS[name]} = ${letters} = ${numbers === digits(result) ? "" : `${numbers} = `}${digits(result)}`;
  };
  const solved = SOLVE[given].map(([name, formula]) => line(name, formula, here, s.pair[name]));
  const last = predicted(wanted, s.pair, s.there, s.sigmaData);
  if (wanted in s.pair) return [`${nameOf(source)}:`, ...solved];
  const heading = source === target ? [] : [`${nameOf(target)}:`];
  return [`${nameOf(source)}:`, ...solved, ...heading, line(wanted, WRITE[wanted], there, last)];
}

// When it is, in the paper's own way of counting.
function clock(paper, levels, level, sigmaData) {
  const { t } = levels;
  if (paper === "edm") {
    const { skip, out } = preconditioning(levels, sigmaData);
    return `\u03c3 = ${digits(t)}; c_skip = ${digits(skip)}, c_out = ${digits(out)}`;
  }
  if (paper === "fm1") return `\u03c4 = ${digits(1 - t)}`;
  if (paper !== "vp") return `t = ${digits(t)}`;
  const { step, bar } = nearestStep(level);
  return `t = ${digits(t)}; DDPM step ${step}, its \u1fb1 = ${digits(bar)}`;
}

// All predictions, in both papers' letters.
function rows(s) {
  const { source, target, log_snr: level } = s.f.now;
  const columns = source === target ? [[source, s.here]] : [[source, s.here], [target, s.there]];
  const titles = { velocity: "velocity (per unit of t)", F: `F (data of std ${digits(s.sigmaData)})` };
  const cells = (title, of) => h("tr", {}, h("th", { scope: "row" }, title), ...columns.map(([paper, levels]) => h("td", {}, of(levels, paper))));
  const head = h("tr", {}, h("th", { scope: "col" }, "the same, in"), ...columns.map(([paper]) => h("th", { scope: "col" }, nameOf(paper))));
  return [head, cells("clock", (levels, paper) => clock(paper, levels, level, s.sigmaData)),
    cells("\u03b1, \u03c3", ({ alpha, sigma }) => `${digits(alpha)}, ${digits(sigma)}`),
    cells("input x", (levels) => digits(lettersOf(s, levels).x)),
    ...KINDS.map((kind) => cells(titles[kind] ?? LETTERS[kind], (levels) => digits(predicted(kind, s.pair, levels, s.sigmaData))))];
}

function sentence(s) {
  const { source, target, given, wanted, x, value, log_snr: level } = s.f.now;
  const found = predicted(wanted, s.pair, s.there, s.sigmaData);
  return `${nameOf(source)}, \u03c3/\u03b1 = ${digits(Math.exp(-level / 2))}: from x = ${digits(x)} and ${LETTERS[given]} = ${digits(value)} ` +
    `come x\u2080 = ${digits(s.pair.x0)} and \u03b5 = ${digits(s.pair.eps)}. In ${nameOf(target)} ${LETTERS[wanted]} = ${digits(found)}. ` +
    `An error of 0.01 in ${LETTERS[given]} becomes ${digits(0.01 * s.gain)}.`;
}

function storyOf(s) {
  const pair = () => [LETTERS[s.f.now.given], LETTERS[s.f.now.wanted]];
  return [
    [({ given, wanted, source, target }) => given === wanted && source === target, "Nothing to convert. Choose what you need."],
    [() => Math.abs(s.unit - 1) < SAME, "The same number in both: only the input and the clock are other ones."],
    [() => s.unit, () => `Only the unit changes: the value and its error are both multiplied by ${digits(s.unit)}.`],
    [() => s.gain >= MUCH, () => `An error in ${pair()[0]} is multiplied by ${digits(s.gain)} on the way to ${pair()[1]}: watch out where what you need is of size 1.`],
    [() => s.gain > 1.0001, () => `An error grows, by a factor of ${digits(s.gain)}. Drag the noise level to see where it is worst.`],
    [() => true, () => `An error is multiplied by ${digits(s.gain)}: harmless here. Drag the noise level.`],
  ];
}

export default widget("converter", build);
