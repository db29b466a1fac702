// The DDPM chain x_i = alpha_i x_{i-1} + beta_i eps of L steps, and the exact denoiser of a set of
// stored images, each as likely as the others. Tests compare both with Python.

const cosine = (u) => Math.cos(((u + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
const SQUARES = { // beta_i^2: the schedules of Ho et al. (2020) and of Nichol & Dhariwal (2021)
  linear: (i, L) => (0.1 + (19.9 * (i - 1)) / (L - 1)) / L,
  cosine: (i, L) => Math.min(0.999, 1 - cosine(i / L) / cosine((i - 1) / L)),
};

export function makeChain(kind, L) {
  const log = new Float64Array(L + 1); // of alpha_1 alpha_2 ... alpha_i
  for (let i = 1; i <= L; i++) log[i] = log[i - 1] + 0.5 * Math.log1p(-SQUARES[kind](i, L));
  const alpha = (i) => Math.exp(log[i]);
  const variance = (i) => -Math.expm1(2 * log[i]);
  return {
    L,
    alpha,
    sigma: (i) => Math.sqrt(variance(i)),
    // p(x_{i-1} | x_i, x_0) = N(keep x_i + pull x_0, std^2)
    back(i) {
      const ratio = Math.exp(log[i] - log[i - 1]);
      const square = -Math.expm1(2 * (log[i] - log[i - 1]));
      const [before, after] = [variance(i - 1), variance(i)];
      return {
        keep: (ratio * before) / after,
        pull: (alpha(i - 1) * square) / after,
        std: Math.sqrt((square * before) / after),
      };
    },
  };
}

// One hexadecimal digit a pixel, 64 pixels an image, to numbers from -1 to 1.
export function makeImages(pixels) {
  const values = Float64Array.from(pixels, (digit) => parseInt(digit, 16) / 7.5 - 1);
  const count = values.length / 64;
  return { count, values, image: (k) => values.slice(64 * k, 64 * k + 64) };
}

// How likely each stored image is to be the one behind x: softmax of -|x - alpha x_k|^2 / 2 sigma^2.
export function imageWeights({ count, values }, x, alpha, sigma) {
  const twice = 2 * Math.max(sigma * sigma, 1e-9); // without noise the nearest takes it all
  const weights = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    let square = 0;
    for (let j = 0; j < 64; j++) square += (x[j] - alpha * values[64 * k + j]) ** 2;
    weights[k] = -square / twice;
  }
  const top = weights.reduce((a, b) => Math.max(a, b));
  const total = weights.reduce((sum, w) => sum + Math.exp(w - top), 0);
  return weights.map((w) => Math.exp(w - top) / total);
}

// E[x_0 | x] over the stored images.
export function averageImage({ values }, weights) {
  const mean = new Float64Array(64);
  weights.forEach((w, k) => {
    if (w > 1e-12) for (let j = 0; j < 64; j++) mean[j] += w * values[64 * k + j];
  });
  return mean;
}

// x_{i-1} from x_i and the guess of x_0, in place: the step of DDPM.
export function stepBack({ keep, pull, std }, x, guess, rng) {
  for (let j = 0; j < x.length; j++) {
    x[j] = keep * x[j] + pull * guess[j] + (std ? std * rng.normal() : 0);
  }
}
