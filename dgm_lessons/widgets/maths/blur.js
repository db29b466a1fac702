// Pairs of a datum x and a code z = x + tau eps, and the best decoder's answer E[x | z].

import { diffuse, evaluate, makeRng, posteriorMean, sample } from "./mixture.js";

// n data with their noise, and the mode that each datum most likely came from.
export function makePairs(mixture, n, seed) {
  const rng = makeRng(seed);
  const x = sample(mixture, 1, 0, rng, new Float64Array(2 * n));
  const noise = rng.fill(new Float64Array(2 * n));
  const home = Array.from({ length: n }, (_, i) => {
    const shares = sources(mixture, 0, x.subarray(2 * i, 2 * i + 2));
    return shares.indexOf(Math.max(...shares));
  });
  return { x, noise, home };
}

export const encode = ({ x, noise }, tau) => x.map((value, i) => value + tau * noise[i]);

export const decode = (mixture, tau, z) =>
  posteriorMean(diffuse(mixture, 1, tau), z, new Float64Array(z.length));

// With which probability each mode made this code.
export function sources(mixture, tau, z) {
  const shares = new Float64Array(mixture.weights.length);
  evaluate(diffuse(mixture, 1, tau), z, { shares });
  return [...shares];
}

// Mean square distance of the decoded points from their mean, and of the data from the decoded.
export function spreads(x, decoded) {
  const n = x.length / 2;
  const mean = [0, 0];
  for (let i = 0; i < 2 * n; i++) mean[i % 2] += decoded[i] / n;
  let [kept, lost] = [0, 0];
  for (let i = 0; i < 2 * n; i++) {
    kept += (decoded[i] - mean[i % 2]) ** 2 / n;
    lost += (x[i] - decoded[i]) ** 2 / n;
  }
  return { kept, lost };
}

// Pictures from text, a letter a pixel, A to Q for shades 0 to 16: arrays of values from 0 to 1; null
// where there are none.
export const shadesOf = (digits) => (digits?.length
  ? digits.map((text) => Array.from(text, (letter) => (letter.charCodeAt(0) - 65) / 16)) : null);

// The average of pictures by their shares.
export const mix = (pictures, shares) =>
  pictures[0].map((_, i) => pictures.reduce((sum, picture, k) => sum + shares[k] * picture[i], 0));
