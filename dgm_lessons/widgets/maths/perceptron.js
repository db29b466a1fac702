// The package's perceptron for points in the plane (networks/mlp.py), with gradients by hand. Values and
// their derivatives along given directions ("tangents") run through the same matrix products as rows of
// one batch; the pass backward then gives the gradient of any loss of both. Nothing is allocated in a pass.

import { makeMachine } from "./product.js";

const SCALES = [1, 0.3, 0.1];
export const FEATURES = 12; // 3 magnifications of 2 coordinates, 5 numbers of the level, a zero
export const OUTPUTS = 4; // 2 coordinates and 2 zeros: products work on blocks of four

// e^x to 1e-8 of itself, three times as fast as Math.exp, for the hundred thousand of a step: a power of
// two from a table, and a polynomial for the rest.
const POWERS = Float64Array.from({ length: 201 }, (_, n) => 2 ** (n - 100));
export function quickExp(x) {
  const y = Math.min(100, Math.max(-100, x * Math.LOG2E));
  const whole = Math.floor(y + 0.5);
  const r = (y - whole) * Math.LN2;
  return POWERS[whole + 100] *
    (1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r / 5040)))))));
}

// The layers of a flat vector of parameters: weights [in, out], then biases, and where they begin.
export function layersOf(width, depth) {
  const sizes = [FEATURES, ...Array(depth).fill(width), OUTPUTS];
  let at = 0;
  const layers = sizes.slice(1).map((columns, l) => {
    const layer = { inner: sizes[l], columns, weight: at, bias: at + sizes[l] * columns };
    at = layer.bias + columns;
    return layer;
  });
  return { layers, count: at };
}

// Weights as PyTorch begins: uniform within 1/sqrt(inputs), the first layer twice that, the last zero.
export function initialise(parameters, { layers }, rng) {
  layers.forEach(({ inner, columns, weight, bias }, l) => {
    if (l === layers.length - 1) return;
    const real = l ? inner : FEATURES - 1;
    const draw = () => (2 * rng.uniform() - 1) / Math.sqrt(real);
    for (let i = 0; i < real * columns; i++) parameters[weight + i] = l ? draw() : 2 * draw();
    for (let j = 0; j < columns; j++) parameters[bias + j] = draw();
  });
  return parameters;
}

// What the network sees of points x (n pairs) at noise levels s (n), as rows of FEATURES; `tangents` are
// the directions (n pairs, or more times n) whose rows follow.
export function fillFeatures(rows, x, s, tangents = []) {
  const n = s.length;
  for (let i = 0; i < n; i++) {
    const level = Math.log(s[i]);
    const o = FEATURES * i;
    SCALES.forEach((k, v) => {
      const zoom = 1 / Math.sqrt(s[i] * s[i] + k * k);
      rows[o + 2 * v] = zoom * x[2 * i];
      rows[o + 2 * v + 1] = zoom * x[2 * i + 1];
      for (let p = i; 2 * p < tangents.length; p += n) {
        rows[FEATURES * (n + p) + 2 * v] = zoom * tangents[2 * p];
        rows[FEATURES * (n + p) + 2 * v + 1] = zoom * tangents[2 * p + 1];
      }
    });
    rows[o + 6] = level / 4;
    rows[o + 7] = Math.sin(level / 2);
    rows[o + 8] = Math.sin(level);
    rows[o + 9] = Math.cos(level / 2);
    rows[o + 10] = Math.cos(level);
  }
}

// A network for up to `most` rows, of which the first n are values and the others tangents. Its rows are
// in single precision, `parameters` and `gradient` in double.
export function makePerceptron(parameters, most, { width = 64, depth = 3 } = {}) {
  const shape = layersOf(width, depth);
  const { layers, count } = shape;
  const room = 4 * Math.ceil(most / 4); // products take four rows at once
  const { table, multiply } = makeMachine(room * (FEATURES + 2 * OUTPUTS + (4 * depth + 2) * width) + 2 * count + width * width);
  const rowsOf = (columns) => table(room * columns);
  const features = rowsOf(FEATURES);
  const [output, outputGradient] = [rowsOf(OUTPUTS), rowsOf(OUTPUTS)];
  const hidden = Array.from({ length: depth }, () => ({
    before: rowsOf(width), after: rowsOf(width), slope: rowsOf(width), bend: rowsOf(width), // silu, its derivatives
  }));
  const flow = [rowsOf(width), rowsOf(width)]; // gradients on their way back
  const turned = table(width * width);
  const gradient = new Float64Array(count);
  const [weights, slopes] = [0, 0].map(() => layers.map(({ inner, columns }) => table(inner * columns)));
  const net = { parameters, gradient, features, output, outputGradient, shape };

  // Outputs of the first `n` rows and tangents of the other `rows` - n, from `features`.
  net.forward = (n, rows = n) => {
    let input = features;
    layers.forEach(({ inner, columns, weight, bias }, l) => {
      const out = l === depth ? output : hidden[l].before;
      for (let i = 0; i < inner * columns; i++) weights[l][i] = parameters[weight + i];
      multiply(out, input, weights[l], 4 * Math.ceil(rows / 4), inner, columns, inner, 1);
      if (l === depth) {
        for (let i = 0, o = 0; i < n; i++) for (let j = 0; j < columns; j++, o++) out[o] += parameters[bias + j];
        return;
      }
      activate(hidden[l], parameters, bias, width, n * width, rows * width);
      input = hidden[l].after;
    });
    return output;
  };

  // The gradient of a loss from its derivatives by `output`, in `outputGradient`.
  net.backward = (n, rows = n) => {
    let above = outputGradient;
    gradient.fill(0);
    for (let i = 0; i < n * OUTPUTS; i++) gradient[layers[depth].bias + (i % OUTPUTS)] += above[i];
    for (let l = depth; l >= 0; l--) {
      const { inner, columns, weight } = layers[l];
      multiply(slopes[l], l ? hidden[l - 1].after : features, above, inner, rows, columns, 1, inner);
      for (let i = 0; i < inner * columns; i++) gradient[weight + i] = slopes[l][i];
      if (!l) return gradient;
      for (let k = 0; k < inner; k++) for (let j = 0; j < columns; j++) turned[j * inner + k] = weights[l][k * columns + j];
      const below = flow[l % 2];
      multiply(below, above, turned, 4 * Math.ceil(rows / 4), columns, inner, columns, 1);
      passBack(hidden[l - 1], below, gradient, layers[l - 1].bias, width, n * width, rows * width);
      above = below;
    }
    return gradient;
  };
  return net;
}

// noiseOf(x, s): the noise that the network sees in points x (pairs), all at level s, written into `out`.
export function makeGuesser(parameters, most) {
  const net = makePerceptron(parameters, most);
  const levels = new Float64Array(most);
  return function guess(x, s, out) {
    for (let from = 0; from < x.length; from += 2 * most) {
      const points = x.subarray(from, from + 2 * most);
      const n = points.length / 2;
      fillFeatures(net.features, points, levels.fill(s).subarray(0, n));
      net.forward(n);
      const q = 1 / Math.sqrt(1 + s * s);
      for (let i = 0; i < 2 * n; i++) out[from + i] = s * q * q * points[i] + q * net.output[OUTPUTS * (i >> 1) + (i & 1)];
    }
    return out;
  };
}

// silu(a) = a sigmoid(a) of a = product + bias, and its two derivatives; a tangent is multiplied by the first.
function activate({ before, after, slope, bend }, parameters, bias, width, values, all) {
  for (let v = 0, j = 0; v < values; v++, j = j + 1 === width ? 0 : j + 1) {
    const a = before[v] + parameters[bias + j];
    const q = 1 / (1 + quickExp(-a));
    const rise = q * (1 + a * (1 - q));
    after[v] = a * q;
    slope[v] = rise;
    if (values === all) continue;
    bend[v] = q * (1 - q) * (2 + a * (1 - 2 * q));
    for (let i = v + values; i < all; i += values) after[i] = rise * before[i];
  }
}

// From derivatives by what comes after the activation to those by what comes before it, in place, and their
// sums, which are the derivatives by the biases.
function passBack({ before, slope, bend }, flow, gradient, bias, width, values, all) {
  for (let v = 0, j = 0; v < values; v++, j = j + 1 === width ? 0 : j + 1) {
    let g = flow[v] * slope[v];
    for (let i = v + values; i < all; i += values) {
      g += bend[v] * before[i] * flow[i];
      flow[i] *= slope[v];
    }
    flow[v] = g;
    gradient[bias + j] += g;
  }
}
