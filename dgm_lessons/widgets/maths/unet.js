// The forward pass of `UNet`, by hand: 3x3 convolutions as products with a matrix of patches.
// Images are planes one after another, (channel, row, column), as in PyTorch.

// The tensors of `pack`: float32 numbers first (scales, or vectors), then the int8 ones.
export function unpackWeights(bytes, layout) {
  const rows = layout.reduce((sum, [, shape]) => sum + shape[0], 0);
  const floats = new Float32Array(bytes.slice(0, 4 * rows).buffer);
  const wholes = new Int8Array(bytes.slice(4 * rows).buffer);
  const tensors = {};
  let [row, at] = [0, 0];
  for (const [name, shape] of layout) {
    const size = shape.reduce((product, n) => product * n, 1);
    const values = new Float32Array(size);
    const inputs = size / shape[0];
    for (let i = 0; i < size; i++) {
      const scale = floats[row + Math.floor(i / inputs)];
      values[i] = shape.length > 1 ? scale * wholes[at + i] : scale;
    }
    tensors[name] = { values, shape };
    row += shape[0];
    if (shape.length > 1) at += size;
  }
  return tensors;
}

// out[o, p] = bias[o] + sum_k weight[o, k] patches[p, k]. Four o and two p at a time: each number
// that is read serves several sums. At the edges the last row counts twice, to the same effect.
function multiply({ weight, bias }, patches, places, out) {
  const [last, inputs] = [bias.length - 1, weight.length / bias.length];
  for (let o = 0; o <= last; o += 4) {
    const [o1, o2, o3] = [Math.min(o + 1, last), Math.min(o + 2, last), Math.min(o + 3, last)];
    const [w0, w1, w2, w3] = [o * inputs, o1 * inputs, o2 * inputs, o3 * inputs];
    for (let p = 0; p < places; p += 2) {
      const q = Math.min(p + 1, places - 1);
      const [x, y] = [p * inputs, q * inputs];
      let [a0, a1, a2, a3] = [bias[o], bias[o1], bias[o2], bias[o3]];
      let [b0, b1, b2, b3] = [a0, a1, a2, a3];
      for (let k = 0; k < inputs; k++) {
        const u = patches[x + k];
        const v = patches[y + k];
        const c0 = weight[w0 + k];
        const c1 = weight[w1 + k];
        const c2 = weight[w2 + k];
        const c3 = weight[w3 + k];
        a0 += c0 * u;
        a1 += c1 * u;
        a2 += c2 * u;
        a3 += c3 * u;
        b0 += c0 * v;
        b1 += c1 * v;
        b2 += c2 * v;
        b3 += c3 * v;
      }
      out[o * places + p] = a0;
      out[o1 * places + p] = a1;
      out[o2 * places + p] = a2;
      out[o3 * places + p] = a3;
      out[o * places + q] = b0;
      out[o1 * places + q] = b1;
      out[o2 * places + q] = b2;
      out[o3 * places + q] = b3;
    }
  }
  return out;
}

// Row p holds what a convolution sees at place p, in the order (channel, dy, dx) of its weights:
// the 3x3 patch around p (reach 1, zeros outside), or the one pixel (reach 0).
function patchesOf(x, side, reach) {
  const [area, width] = [side * side, 2 * reach + 1];
  const channels = x.length / area;
  const out = new Float32Array(x.length * width * width);
  let at = 0;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      for (let plane = 0; plane < channels * area; plane += area) {
        for (let i = row - reach; i <= row + reach; i++) {
          for (let j = column - reach; j <= column + reach; j++, at++) {
            if (i >= 0 && i < side && j >= 0 && j < side) out[at] = x[plane + i * side + j];
          }
        }
      }
    }
  }
  return out;
}

// Fold: each channel of an image of `side` x `side` becomes four of half the side; and back.
function unshuffle(x, side, back = false) {
  const out = new Float32Array(x.length);
  const half = side / 2;
  let at = 0;
  for (let plane = 0; plane < x.length; plane += side * side) {
    for (let i = 0; i < 4; i++) {
      for (let row = 0; row < half; row++) {
        for (let column = 0; column < half; column++, at++) {
          const place = plane + (2 * row + (i >> 1)) * side + 2 * column + (i & 1);
          if (back) out[place] = x[at];
          else out[at] = x[place];
        }
      }
    }
  }
  return out;
}

function silu(x) {
  return x.map((value) => value / (1 + Math.exp(-value)));
}

function sum(x, y) {
  return x.map((value, i) => value + y[i]);
}

// predict(x, level, label): the network's output for one image x, at level ln(sigma / alpha), with
// the label's number, or -1 for "not told".
export function makeUNet(tensors) {
  const side = 2 * tensors.place.shape[1];
  const [half, quarter] = [side / 2, side / 4];
  const classes = tensors["label.weight"].shape[0] - 1;
  const width = tensors["label.weight"].shape[1];
  const layer = (name) =>
    ({ weight: tensors[`${name}.weight`].values, bias: tensors[`${name}.bias`].values });

  const linear = (name, x) => {
    const parts = layer(name);
    return multiply(parts, x, 1, new Float32Array(parts.bias.length));
  };
  const convolve = (name, x, size, reach) => {
    const parts = layer(name);
    const out = new Float32Array(parts.bias.length * size * size);
    return multiply(parts, patchesOf(x, size, reach), size * size, out);
  };

  function embed(level, label) {
    const angles = tensors["embedding.frequencies"].values.map((f) => f * level);
    const waves = [...angles.map(Math.cos), ...angles.map(Math.sin)];
    const inner = silu(linear("embedding.mix.0", Float32Array.from(waves)));
    const row = (label < 0 ? classes : label) * width;
    const told = tensors["label.weight"].values.subarray(row, row + width);
    return silu(sum(linear("embedding.mix.2", inner), told));
  }

  function residual(name, x, size, e) {
    const inner = convolve(`${name}.first`, silu(x), size, 1);
    const modulation = linear(`${name}.modulate`, e);
    const [area, channels] = [size * size, modulation.length / 2];
    for (let i = 0; i < inner.length; i++) {
      const c = Math.floor(i / area);
      inner[i] = inner[i] * (1 + modulation[c]) + modulation[channels + c];
    }
    return sum(x, convolve(`${name}.second`, silu(inner), size, 1));
  }

  function globalView(x, e) {
    const folded = convolve("whole.fold", x, quarter, 0);
    const inside = silu(sum(linear("whole.inside", folded), linear("whole.level", e)));
    const outside = silu(linear("whole.outside", inside));
    return sum(x, convolve("whole.unfold", outside, quarter, 0));
  }

  function predict(x, level, label) {
    const e = embed(level, label);
    const entered = sum(convolve("enter", unshuffle(x, side), half, 1), tensors.place.values);
    const skip = residual("first", entered, half, e);
    // a 2x2 convolution of stride 2 is a product with the folded image
    let y = convolve("down", unshuffle(skip, half), quarter, 0);
    y = residual("before", y, quarter, e);
    y = residual("after", globalView(y, e), quarter, e);
    y = sum(unshuffle(convolve("up", y, quarter, 0), half, true), skip);
    y = residual("last", y, half, e);
    return unshuffle(convolve("leave", silu(y), half, 1), side, true);
  }

  return { side, classes, predict };
}
