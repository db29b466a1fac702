// Bits per dimension: type or drag a paper's number, say how it was counted, and read it counted otherwise.

import { makeFields } from "../kit/fields.js";
import { legend } from "../kit/legend.js";
import { makeStory } from "../kit/story.js";
import { h, OWN_KEYS, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { convert, greyBits } from "../maths/bits.js";
import { ruler, shown } from "./view.js";

const MOST = 1e6;
const UNITS = [["bits/dim", "bits per dimension"], ["nats/dim", "nats per dimension"],
  ["bits/image", "bits per image"], ["nats/image", "nats per image"]];
const SIZES = [[784, "28 \u00d7 28"], [1024, "28 \u00d7 28 in 32 \u00d7 32"], [3072, "32 \u00d7 32 \u00d7 3"], [12288, "64 \u00d7 64 \u00d7 3"]];
const MEASURES = [["grey", "grey levels, or a bound"], ["binary", "black or white"],
  ["uniform", "density, uniform noise"], ["variational", "density, variational (q per grey level)"]];
const SCALES = [["pixel", "0 to 255"], ["symmetric", "\u22121 to 1"], ["unit", "0 to 1"]];
const QUESTIONS = [["unit", "Unit of \u2212log p", UNITS, 2], ["size", "Size of an image", SIZES, 2],
  ["measure", "Probability of", MEASURES, 2], ["scale", "Data of the density in", SCALES, 3]];

function build(w) {
  const table = { value: { limits: [-MOST, MOST] } };
  for (const [name, , options] of QUESTIONS) {
    for (const prefix of ["", "to_"]) table[prefix + name] = { options: options.map(([key]) => key) };
  }
  const f = makeFields(w, table, (settled) => refresh(settled));
  const status = statusLine();
  const now = () => ({ value: f.now.value, ...reading(f.now) });
  const number = h("input", { type: "number", step: "any", "aria-label": "The number, minus a log-likelihood",
    oninput: () => number.value !== "" && f.set({ value: number.valueAsNumber }), onchange: () => f.settle(), ...OWN_KEYS });
  const line = ruler(w, now, (value) => f.set({ value }), f.later);
  const steps = h("ol", { class: "dgm-steps" });
  w.arrange({
    stand: [
      h("div", { class: "dgm-sides" },
        h("div", {}, h("label", { class: "dgm-number" }, h("span", {}, "As given"), number), ...questions(f, "", "as given")),
        h("div", {}, h("p", { class: "dgm-number" }, "As wanted"), ...questions(f, "to_", "as wanted"))),
      status.node, steps, line.node,
      legend([["bar", "low", "0 to 8 bits for a dot (one, where it is black or white)"], ["handle", "ink", "the number (drag me)"],
        ["dot", "particle", "the same in other units of the data"]]),
      makeStory(w, story(now)).node,
    ],
  });

  function refresh(settled) {
    const { result } = now();
    if (number.valueAsNumber !== f.now.value) number.value = String(Number(f.now.value.toPrecision(8)));
    steps.replaceChildren(...(result.steps ?? []).map(({ words, sum, value }) =>
      h("li", {}, `${words}: `, h("b", {}, sum), ` = ${shown(value)}`)));
    line.refresh();
    status.say(sentence(f.now, result), settled);
  }
  f.settle();
}

// The two conventions, and what comes of the number.
function reading(fields) {
  const side = (prefix) => Object.fromEntries(QUESTIONS.map(([name]) => [name, fields[prefix + name]]));
  const [from, to] = [side(""), side("to_")];
  return { from, to, result: convert(fields.value, from, to), grey: greyBits(fields.value, from) };
}

// The four questions about one side; heard with the side they belong to.
function questions(f, prefix, side) {
  return QUESTIONS.map(([name, title, options, columns]) => {
    const node = f.choice(prefix + name, title, options, columns);
    node.querySelectorAll("input").forEach((input, i) =>
      input.setAttribute("aria-label", `${options[i][1]} (${title}, ${side})`));
    return node;
  });
}

const named = (options, key) => options.find(([value]) => value === key)[1];

function sentence({ value, unit, to_unit }, { reason, relation, value: found, steps, notes }) {
  const given = `${shown(value)} ${named(UNITS, unit)}`;
  if (reason) return `${given}: no conversion. ${reason}`;
  const same = steps.length ? "" : " Nothing changes.";
  const said = relation === "\u2264" ? ": at most" : " =";
  const limit = Math.abs(value) === MOST ? ["Type at most a million."] : [];
  return [`${given}${said} ${shown(found)} ${named(UNITS, to_unit)}.${same}`, ...notes, ...limit].join(" ");
}

function story(now) {
  const most = () => (now().from.measure === "binary" ? 1 : 8);
  return [
    [() => now().grey < 0, () => `As given, this would be ${shown(now().grey)} bits for one dot: fewer than none, which no model ` +
      "reaches on average. Was it a density in other units of the data?"],
    [() => now().grey > most(), () => `As given, this would be ${shown(now().grey)} bits for one dot: worse than a guess that ` +
      `takes all ${2 ** most()} values for equally probable. Was an offset forgotten, or counted twice?`],
    [() => true, () => `As given, the model needs ${shown(now().grey)} bits for one dot; a blind guess needs ${most()}.`],
  ];
}

export default widget("bits-per-dimension", build);
