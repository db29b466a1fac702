// The package's perceptron for points in the plane (networks/mlp.py), with gradients by hand. Values and
// their derivatives along given directions ("tangents") run through the same matrix products as rows of
// one batch; the pass backward then gives the gradient of any loss of both. Nothing is allocated in a pass.

const SCALES = [1, 0.3, 0.1];
export const FEATURES = 12; // 3 magnifications of 2 coordinates, 5 numbers of the level, a zero
export const OUTPUTS = 4; // 2 coordinates and 2 zeros: products work on blocks of 2 x 4

// out[r, j] = sum over k of a[r, k] b[k, j], where a[r, k] stands at r down + k along: so `a` may be
// transposed. `rows` even, `columns` a multiple of 4.
export function multiply(out, a, b, rows, inner, columns, down, along) {
  for (let r = 0; r < rows; r += 2) {
    for (let j = 0; j < columns; j += 4) {
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0;
      for (let k = 0, p = r * down, o = j; k < inner; k++, p += along, o += columns) {
        const s = a[p];
        const t = a[p + down];
        const b0 = b[o];
        const b1 = b[o + 1];
        const b2 = b[o + 2];
        const b3 = b[o + 3];
        s0 += s * b0;
        s1 += s * b1;
        s2 += s * b2;
        s3 += s * b3;
        t0 += t * b0;
        t1 += t * b1;
        t2 += t * b2;
        t3 += t * b3;
      }
      let o = r * columns + j;
      out[o] = s0;
      out[o + 1] = s1;
      out[o + 2] = s2;
      out[o + 3] = s3;
      o += columns;
      out[o] = t0;
      out[o + 1] = t1;
      out[o + 2] = t2;
      out[o + 3] = t3;
    }
  }
}

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

// A network for up to `most` rows, of which the first n are values and the others tangents. `training`:
// with memory for the pass backward.
export function makePerceptron(parameters, most, { width = 64, depth = 3 } = {}) {
  const shape = layersOf(width, depth);
  const { layers, count } = shape;
  const table = (columns) => new Float64Array(most * columns);
  const features = table(FEATURES);
  const output = table(OUTPUTS);
  const hidden = Array.from({ length: depth }, () => ({
    before: table(width), after: table(width), slope: table(width), bend: table(width), // silu, its derivatives
  }));
  const flow = [table(width), table(width)]; // gradients on their way back
  const turned = new Float64Array(width * width);
  const gradient = new Float64Array(count);
  const net = { parameters, gradient, features, output, outputGradient: table(OUTPUTS), shape };
  const part = (array, { inner, columns, weight }) => array.subarray(weight, weight + inner * columns);
  const weights = layers.map((layer) => part(parameters, layer));
  const slopes = layers.map((layer) => part(gradient, layer));

  // Outputs of the first `n` rows and tangents of the other `rows` - n, from `features`.
  net.forward = (n, rows = n) => {
    let input = features;
    layers.forEach(({ inner, columns, bias }, l) => {
      const last = l === depth;
      const out = last ? output : hidden[l].before;
      multiply(out, input, weights[l], rows, inner, columns, inner, 1);
      for (let i = 0, o = 0; i < n; i++) for (let j = 0; j < columns; j++, o++) out[o] += parameters[bias + j];
      if (!last) activate(hidden[l], n * width, rows * width);
      input = last ? null : hidden[l].after;
    });
    return output;
  };

  // The gradient of a loss from its derivatives by `output`, in `outputGradient`.
  net.backward = (n, rows = n) => {
    let [above, free] = [net.outputGradient, flow[0]];
    for (let l = depth; l >= 0; l--) {
      const { inner, columns, bias } = layers[l];
      multiply(slopes[l], l ? hidden[l - 1].after : features, above, inner, rows, columns, 1, inner);
      gradient.fill(0, bias, bias + columns);
      for (let i = 0, o = 0; i < n; i++) for (let j = 0; j < columns; j++, o++) gradient[bias + j] += above[o];
      if (!l) break;
      for (let k = 0; k < inner; k++) for (let j = 0; j < columns; j++) turned[j * inner + k] = weights[l][k * columns + j];
      multiply(free, above, turned, rows, columns, inner, columns, 1);
      passBack(hidden[l - 1], free, n * width, rows * width);
      [above, free] = [free, free === flow[0] ? flow[1] : flow[0]];
    }
    return gradient;
  };
  return net;
}

// silu(a) = a sigmoid(a), its first and its second derivative; a tangent is multiplied by the first.
function activate({ before, after, slope, bend }, values, all) {
  for (let i = 0; i < values; i++) {
    const a = before[i];
    const q = 1 / (1 + quickExp(-a));
    after[i] = a * q;
    slope[i] = q * (1 + a * (1 - q));
    bend[i] = q * (1 - q) * (2 + a * (1 - 2 * q));
  }
  for (let i = values, v = 0; i < all; i++, v = v + 1 === values ? 0 : v + 1) after[i] = slope[v] * before[i];
}

// From derivatives by what comes after the activation to those by what comes before it, in place.
function passBack({ before, slope, bend }, flow, values, all) {
  for (let i = 0; i < values; i++) flow[i] *= slope[i];
  for (let i = values, v = 0; i < all; i++, v = v + 1 === values ? 0 : v + 1) {
    flow[v] += bend[v] * before[i] * flow[i];
    flow[i] *= slope[v];
  }
}
