// The decoder of a VAE with a code of two numbers: dense layers of 8-bit weights, SiLU between
// them, one number a row of weights to scale it. Numbers arrive as base64.

const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const floats = (text) => Float64Array.from(new Float32Array(bytes(text).buffer));

export function makeDecoder(layers) {
  const dense = layers.map(({ weights, scales, bias }) => ({
    weights: new Int8Array(bytes(weights).buffer), scales: floats(scales), bias: floats(bias),
  }));

  // z = [z1, z2] to the probability of ink in each pixel, row by row.
  return (z) => {
    let values = Float64Array.from(z);
    dense.forEach(({ weights, scales, bias }, depth) => {
      const inputs = values;
      const last = depth === dense.length - 1;
      values = bias.map((start, row) => {
        let sum = 0;
        for (let i = 0, at = row * inputs.length; i < inputs.length; i++) {
          sum += weights[at + i] * inputs[i];
        }
        const y = start + scales[row] * sum;
        return (last ? 1 : y) / (1 + Math.exp(-y)); // sigmoid at the end, else SiLU
      });
    });
    return values;
  };
}

// The encoded test digits: places in [-extent, extent]^2 from one byte a coordinate.
export function makePoints(codes, labels, extent) {
  const places = Float64Array.from(bytes(codes), (byte) => extent * (byte / 127.5 - 1));
  return { places, labels: Array.from(labels, Number) };
}

// The classes of the `count` points next to z: [[class, how many], ...], the most frequent first.
export function neighbours({ places, labels }, [x, y], count) {
  const near = labels
    .map((label, i) => [(places[2 * i] - x) ** 2 + (places[2 * i + 1] - y) ** 2, label])
    .sort((a, b) => a[0] - b[0])
    .slice(0, count);
  const found = new Map();
  for (const [, label] of near) found.set(label, (found.get(label) ?? 0) + 1);
  return [...found].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}

// How many pixels are neither surely ink nor surely paper: this is what blur looks like.
export const undecided = (ink) => ink.filter((p) => p > 0.25 && p < 0.75).length;

// How far the nearest point is from z.
export const apart = ({ places, labels }, [x, y]) =>
  Math.min(...labels.map((_, i) => Math.hypot(places[2 * i] - x, places[2 * i + 1] - y)));

// The plane's mosaic has count x count cells, row by row from the top left: the image at the middle of cell k.
export const mosaicCell = (decode, extent, count, k) =>
  decode([k % count, count - 1 - Math.floor(k / count)].map((cell) => extent * ((2 * cell + 1) / count - 1)));
