// The formulas of the converter as text: with letters, and with the numbers of the moment in their place.

export const LETTERS = {
  x0: "x\u2080", eps: "\u03b5", v: "v", score: "score", velocity: "velocity", F: "F", x: "x", a: "\u03b1", s: "\u03c3",
  da: "\u03b1\u0307", ds: "\u03c3\u0307", skip: "c_skip", out: "c_out",
};

// x0 and eps from the input and each prediction, in this order: a line may use the one above it.
export const SOLVE = {
  eps: [["x0", "({x} \u2212 {s}\u00b7{eps})/{a}"]],
  x0: [["eps", "({x} \u2212 {a}\u00b7{x0})/{s}"]],
  v: [["x0", "({a}\u00b7{x} \u2212 {s}\u00b7{v})/({a}\u00b2 + {s}\u00b2)"], ["eps", "({s}\u00b7{x} + {a}\u00b7{v})/({a}\u00b2 + {s}\u00b2)"]],
  score: [["x0", "({x} + {s}\u00b2\u00b7{score})/{a}"], ["eps", "\u2212{s}\u00b7{score}"]],
  velocity: [["x0", "({ds}\u00b7{x} \u2212 {s}\u00b7{velocity})/({a}\u00b7{ds} \u2212 {s}\u00b7{da})"],
    ["eps", "({a}\u00b7{velocity} \u2212 {da}\u00b7{x})/({a}\u00b7{ds} \u2212 {s}\u00b7{da})"]],
  F: [["x0", "{skip}\u00b7{x}/{a} + {out}\u00b7{F}"], ["eps", "({x} \u2212 {a}\u00b7{x0})/{s}"]],
};

// Each prediction from x0 and eps.
export const WRITE = {
  x0: "{x0}", eps: "{eps}", v: "{a}\u00b7{eps} \u2212 {s}\u00b7{x0}", score: "\u2212{eps}/{s}",
  velocity: "{da}\u00b7{x0} + {ds}\u00b7{eps}", F: "({x0} \u2212 {skip}\u00b7{x}/{a})/{out}",
};

// Four digits; a true minus sign.
export function digits(v) {
  const size = Math.abs(v);
  const text = size && (size >= 1e5 || size < 1e-3) ? v.toExponential(2) : String(Number(v.toPrecision(4)));
  return text.replaceAll("-", "\u2212").replace("e+", "e");
}

export const withLetters = (formula) => formula.replace(/\{(\w+)\}/g, (_, name) => LETTERS[name]);
export const withNumbers = (formula, values) => formula.replace(/\{(\w+)\}/g, (_, name) =>
  values[name] < 0 ? `(${digits(values[name])})` : digits(values[name]));
