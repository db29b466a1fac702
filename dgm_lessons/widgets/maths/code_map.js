// Digits from noise in a few calls: the flow map of codes (networks/code_map.py) and the decoder of
// `DigitCodes`, for many digits at once. Activations are tables with a row for each feature and a column
// for each digit, or for each place of one digit's planes; every layer is one matrix product.

import { makeRng } from "./mixture.js";
import { makeMachine } from "./product.js";

const four = (n) => 4 * Math.ceil(n / 4); // products work on blocks of four
const SIDE = 7; // of the decoder's first planes
export const STOPS = 8; // of a whole turn

// The noise at two angles in degrees, standard normal at each of them but for its loudness:
// loud (cos x a + sin x b + cos y c + sin y d) / sqrt(2) with noises a, b, c, d of the seed.
export function makeNoises(seed, dim, loud) {
  const drawn = makeRng(seed).fill(new Float64Array(4 * dim));
  return (at) => {
    const parts = at.flatMap((angle) => [Math.cos((Math.PI * angle) / 180), Math.sin((Math.PI * angle) / 180)]);
    return Float32Array.from({ length: dim }, (_, i) =>
      loud * Math.SQRT1_2 * parts.reduce((sum, part, k) => sum + part * drawn[k * dim + i], 0));
  };
}

// The stop next to two angles in degrees: its numbers, 0 to STOPS - 1.
export const stopOf = (at) => at.map((angle) => ((Math.floor((STOPS * angle) / 360 + 0.5) % STOPS) + STOPS) % STOPS);

// makeDigits(tensors, count): room for so many digits, in
//   draw(noise, labels, way)   pixels (digits * 784, 0 to 1) from noise (digits * 48): calls along `way`,
//                              whose legs are { number, ratio, gain }: x <- ratio x + gain F(x, label, number)
//   map(noise, labels, way)    the codes (digits * 48) that these are decoded from
//   decode(codes)              pixels from codes
export function makeDigits(tensors, count) {
  const columns = four(count);
  const sizes = Object.values(tensors).reduce((sum, { values, shape }) => sum + values.length + columns * shape[0], 0);
  const [width, dim] = tensors["enter.weight"].shape;
  const machine = makeMachine(sizes + (dim + 2 * width) * columns + 1000 * four(4 * SIDE * SIDE)); // the last for planes and patches
  const layer = (name) => makeLayer(machine, tensors[`${name}.weight`], tensors[`${name}.bias`]);
  const dense = (name) => layer(name).over(columns);
  const [enter, leave] = [dense("enter"), dense("leave")];
  const depth = Object.keys(tensors).filter((name) => /^first.*weight/.test(name)).length;
  const blocks = Array.from({ length: depth }, (_, d) => [dense(`first.${d}`), dense(`second.${d}`)]);
  const open = dense("decoder.0");
  const paint = makePainter(machine, layer, open.rows / SIDE ** 2);
  const x = machine.table(dim * columns);
  const h = machine.table(width * columns);
  const y = machine.table(width * columns);

  // F: what stands for the clean code, (dim, columns).
  function clean(number, labels) {
    h.set(enter(x));
    blocks.forEach(([first, second], d) => {
      const inner = first(silu(h, y));
      shift(inner, d * width, number, labels);
      const added = second(silu(inner, y));
      for (let i = 0; i < h.length; i++) h[i] += added[i];
    });
    return leave(silu(h, y));
  }
  function shift(inner, from, number, labels) {
    const [told, leg] = [tensors["label.weight"], tensors["leg.weight"]];
    const all = told.shape[1];
    labels.forEach((label, j) => {
      for (let i = 0; i < width; i++) {
        inner[i * columns + j] += told.values[label * all + from + i] + leg.values[number * all + from + i];
      }
    });
  }

  function map(noise, labels, way) {
    x.fill(0);
    noise.forEach((value, i) => (x[(i % dim) * columns + Math.floor(i / dim)] = value));
    for (const { number, ratio, gain } of way) {
      const f = clean(number, labels);
      for (let i = 0; i < x.length; i++) x[i] = ratio * x[i] + gain * f[i];
    }
    return Float32Array.from(noise, (_, i) => x[(i % dim) * columns + Math.floor(i / dim)]);
  }
  function decode(codes) {
    const [mean, std] = [tensors.mean.values, tensors.std.values];
    const digits = codes.length / dim;
    codes.forEach((value, i) => (x[(i % dim) * columns + Math.floor(i / dim)] = value * std[i % dim] + mean[i % dim]));
    const opened = open(x);
    const pixels = new Float32Array(digits * (4 * SIDE) ** 2);
    for (let j = 0; j < digits; j++) paint(opened, j, columns, pixels);
    return pixels;
  }
  return { dim, map, decode, draw: (noise, labels, way) => decode(map(noise, labels, way)) };
}

// over(columns): a function from a table (inner, columns) to one (rows, columns) that it writes into.
function makeLayer({ table, multiply }, { values, shape }, bias) {
  const [rows, inner] = [shape[0], values.length / shape[0]];
  const weight = table(values.length);
  weight.set(values);
  const over = (columns) => {
    const out = table(rows * columns);
    const run = (x) => {
      multiply(out, weight, x, rows, inner, columns, inner, 1);
      for (let r = 0, i = 0; r < rows; r++) for (let j = 0; j < columns; j++, i++) out[i] += bias.values[r];
      return out;
    };
    return Object.assign(run, { rows });
  };
  return { over, rows, inner };
}

// The convolutions, for digit j of the opened codes: planes of 7 x 7, 14 x 14 and 28 x 28.
function makePainter(machine, layer, channels) {
  const [area, double] = [SIDE ** 2, (2 * SIDE) ** 2];
  const [few, many] = [four(area), four(double)];
  const [first, spread, second, last] = [3, 5, 8, 10].map((k) => layer(`decoder.${k}`));
  const runs = [first.over(few), spread.over(few), second.over(many), last.over(many)];
  const planes = machine.table(Math.max(first.rows * few, spread.rows * few, second.rows * many));
  const patches = machine.table(Math.max(first.inner * few, second.inner * many));

  return (opened, j, columns, pixels) => {
    for (let c = 0; c < channels; c++) for (let p = 0; p < area; p++) planes[c * few + p] = opened[(c * area + p) * columns + j];
    const inner = runs[0](gather(silu(planes, planes), patches, channels, SIDE, few));
    const wide = unfold(runs[1](silu(inner, planes)), planes, spread.rows, SIDE, few, many);
    const smooth = runs[2](gather(silu(wide, planes), patches, second.inner / 9, 2 * SIDE, many));
    const ink = runs[3](gather(silu(smooth, planes), patches, last.inner / 9, 2 * SIDE, many));
    const grey = unfold(ink, planes, last.rows, 2 * SIDE, many, 4 * double);
    for (let p = 0; p < 4 * double; p++) pixels[4 * double * j + p] = 1 / (1 + Math.exp(-grey[p]));
  };
}

// Row (channel, dy, dx) of the patches is its plane, moved: what a 3x3 convolution sees, zeros outside.
// A plane of side x side stands in `step` numbers.
function gather(x, patches, channels, side, step) {
  let to = 0;
  const area = side * side;
  for (let plane = 0; plane < channels * step; plane += step) {
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++, to += step) {
        const by = dy * side + dx;
        for (let p = 0; p < area; p++) patches[to + p] = p + by < 0 || p + by >= area ? 0 : x[plane + p + by];
        if (dx) for (let p = dx < 0 ? 0 : side - 1; p < area; p += side) patches[to + p] = 0;
      }
    }
  }
  return patches;
}

// Four planes of side x side, in `step` numbers each, become one of twice the side, in `wide` numbers.
function unfold(x, out, rows, side, step, wide) {
  for (let r = 0; r < rows; r++) {
    const start = (r >> 2) * wide + ((r & 2) >> 1) * 2 * side + (r & 1);
    for (let row = 0, from = r * step; row < side; row++) {
      for (let column = 0; column < side; column++, from++) out[start + 4 * side * row + 2 * column] = x[from];
    }
  }
  return out;
}

function silu(x, out) {
  for (let i = 0; i < x.length; i++) out[i] = x[i] / (1 + Math.exp(-x[i]));
  return out;
}
