// A paper's number in another convention, with every step; or the reason why there is no such conversion.
//
// A convention is { unit, size, measure, scale }. unit: "bits/dim", "nats/dim", "bits/image", "nats/image", of a
// negative log-likelihood. size: how many numbers one image has. measure: "grey" (the probability of the grey
// levels, or a bound on it), "uniform" or "variational" (a density of grey levels with such noise added; the
// noise's own q counted per grey level), "binary" (the probability of black or white). scale: the units in which a
// density was taken, a key of LEVELS.

export const LEVELS = { pixel: 1, symmetric: 128, unit: 256 }; // grey levels in one unit of the data
const NOISY = ["uniform", "variational"];
const BORDERED = [784, 1024]; // MNIST as it is, and with an empty border

const levels = ({ measure, scale }) => (NOISY.includes(measure) ? LEVELS[scale] : 1);

// { value, relation, steps, notes }, or { reason } in words. A step is { words, sum, value }: what is done, the
// sum that is written, and what comes out of it. The relation is "=" or, for an upper bound, "\u2264".
export function convert(value, from, to) {
  if (!Number.isFinite(value)) throw new RangeError(`the number must be finite, not ${value}`);
  const reason = refusal(from, to);
  if (reason) return { reason };
  const steps = [];
  const step = (words, sum, change) => {
    value = change(value);
    steps.push({ words, sum, value });
  };
  const [unit, per] = from.unit.split("/");
  const [toUnit, toPer] = to.unit.split("/");
  const whole = per !== toPer || from.size !== to.size; // the sum over the image is needed
  if (whole && per === "dim") step("all dimensions of the image", `\u00d7 ${from.size}`, (v) => v * from.size);
  if (unit !== toUnit) {
    const nats = unit === "nats";
    step(nats ? "nats to bits" : "bits to nats", nats ? "\u00f7 ln 2" : "\u00d7 ln 2", (v) => (nats ? v / Math.LN2 : v * Math.LN2));
  }
  const shift = (words, sign, count, size) => {
    const [log, name] = toUnit === "bits" ? [Math.log2(count), "log\u2082"] : [Math.log(count), "ln"];
    const times = whole || per === "image" ? size : 1;
    step(words, `${sign < 0 ? "\u2212" : "+"} ${times > 1 ? `${times} \u00d7 ` : ""}${name} ${count}`, (v) => v + sign * times * log);
  };
  const [k, l] = [levels(from), levels(to)];
  if (k !== l || from.size !== to.size) {
    if (k > 1) shift(`a unit of the data has ${k} grey levels`, 1, k, from.size);
    if (l > 1) shift(`${l} grey levels make a unit of the data`, -1, l, to.size);
  }
  if (whole && toPer === "dim") step("for each dimension", `\u00f7 ${to.size}`, (v) => v / to.size);
  return { value, steps, ...remarks(from, to) };
}

// What the number says in bits for each grey level (or each black or white dot) of its own image.
export const greyBits = (value, from) => convert(value, from, { ...from, unit: "bits/dim", scale: "pixel" }).value;

function refusal(from, to) {
  const [a, b] = [from.measure, to.measure];
  if (from.size !== to.size && !(BORDERED.includes(from.size) && BORDERED.includes(to.size))) {
    return `These are other images, of ${from.size} and of ${to.size} numbers: another data set. No formula leads from one to the other.`;
  }
  if (a === b) return null;
  if (a === "binary" || b === "binary") {
    return "Black-or-white images are another data set, with one bit a dot at most. What a model says of them does not tell what it says of 256 grey levels.";
  }
  if (a === "grey") {
    return "The model gives no density of its own: its probabilities say nothing of what is between two grey levels. " +
      "(Spread evenly over each level they are a density with the same bits; but that is another model.)";
  }
  if (b === "grey") return null;
  const side = b === "variational" ? "The best noise gives less than uniform noise or as much; fitted noise may fall short of it" :
    "Uniform noise gives more than the best noise or as much";
  return `Another dequantisation is no other unit: it is another bound on the same probability of grey levels, and takes the model to compute. ${side}; how much cannot be said.`;
}

function remarks(from, to) {
  const notes = [];
  const bound = from.measure !== to.measure; // a density, of the grey levels
  if (bound) notes.push("Adding noise can only cost: the grey levels themselves are at least as probable, on average.");
  else if (from.measure === "grey") notes.push("If the number is a bound, so is this one.");
  if (from.size > to.size) notes.push("What the model has spent on the empty border is still in it.");
  if (from.size < to.size) notes.push("For a model that knows the border: a dot that is empty in every image costs nothing.");
  return { notes, relation: bound || from.size > to.size ? "\u2264" : "=" };
}
