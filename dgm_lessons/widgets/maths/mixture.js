// Gaussian mixtures seen through noise: log density, score, posterior mean, samples, distances.
// Points are flat arrays (x, y, x, y, ...) or, on a line, (x, x, ...).

// mulberry32 and Box-Muller: small, seeded, the same in every browser.
export function makeRng(seed) {
  let state = seed >>> 0;
  let spare = NaN;
  function uniform() {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  }
  function normal() {
    if (spare === spare) {
      const z = spare;
      spare = NaN;
      return z;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
  function fill(out) {
    for (let i = 0; i < out.length; i++) out[i] = normal();
    return out;
  }
  return { uniform, normal, fill };
}

// The law of x_t = alpha x_0 + sigma eps, with per component what the loops below need:
// log(w / sqrt(det 2 pi V)), the mean m (2 numbers), the precision P = V^-1 (xx, xy, yy).
const STRIDE = 6;

export function diffuse(mixture, alpha, sigma) {
  const { weights, means, covariances } = mixture;
  const K = weights.length;
  const D = means[0].length;
  const table = new Float64Array(STRIDE * K);
  const total = weights.reduce((a, b) => a + b, 0);
  for (let k = 0; k < K; k++) {
    const S = covariances[k];
    const xx = alpha * alpha * S[0][0] + sigma * sigma;
    const xy = D === 2 ? alpha * alpha * S[0][1] : 0;
    const yy = D === 2 ? alpha * alpha * S[1][1] + sigma * sigma : 1;
    const det = xx * yy - xy * xy;
    const logNorm = -0.5 * (D * Math.log(2 * Math.PI) + Math.log(det));
    const my = D === 2 ? alpha * means[k][1] : 0;
    const row = [Math.log(weights[k] / total) + logNorm, alpha * means[k][0], my];
    table.set([...row, yy / det, -xy / det, D === 2 ? xx / det : 0], STRIDE * k);
  }
  const cumulative = weights.map(((sum) => (w) => (sum += w / total))(0));
  return { K, D, alpha, sigma, table, cumulative, logs: new Float64Array(K) };
}

// One pass over all points of x. Fills those arrays of `out` that are given:
// score (like x), logp (one a point), shares (K: the mean responsibility of each component).
export function evaluate(law, x, { score = null, logp = null, shares = null }) {
  const { K, D, table, logs } = law;
  const n = x.length / D;
  if (shares) shares.fill(0);
  for (let i = 0; i < n; i++) {
    const px = x[D * i];
    const py = D === 2 ? x[D * i + 1] : 0;
    let top = -Infinity;
    for (let k = 0, o = 0; k < K; k++, o += STRIDE) {
      const dx = px - table[o + 1];
      const dy = py - table[o + 2];
      const q = table[o + 3] * dx * dx + 2 * table[o + 4] * dx * dy + table[o + 5] * dy * dy;
      logs[k] = table[o] - 0.5 * q;
      if (logs[k] > top) top = logs[k];
    }
    let sum = 0;
    let sx = 0;
    let sy = 0;
    for (let k = 0, o = 0; k < K; k++, o += STRIDE) {
      const depth = logs[k] - top;
      if (depth < -40) { // below rounding: exp(-40) = 4e-18
        logs[k] = 0;
        continue;
      }
      const r = Math.exp(depth);
      const dx = px - table[o + 1];
      const dy = py - table[o + 2];
      logs[k] = r;
      sum += r;
      sx -= r * (table[o + 3] * dx + table[o + 4] * dy);
      sy -= r * (table[o + 4] * dx + table[o + 5] * dy);
    }
    if (score) {
      score[D * i] = sx / sum;
      if (D === 2) score[D * i + 1] = sy / sum;
    }
    if (logp) logp[i] = top + Math.log(sum);
    if (shares) for (let k = 0; k < K; k++) shares[k] += logs[k] / (sum * n);
  }
}

// E[x_0 | x_t] by Tweedie's formula; alpha must not be 0.
export function posteriorMean(law, x, out) {
  evaluate(law, x, { score: out });
  const { alpha, sigma } = law;
  for (let i = 0; i < x.length; i++) out[i] = (x[i] + sigma * sigma * out[i]) / alpha;
  return out;
}

// The law of x_0 behind one point x_t of the plane: of each component the share and the mean; of all
// together the mean and the covariance [[xx, xy], [xy, yy]].
export function posterior(mixture, alpha, sigma, x) {
  const law = diffuse(mixture, alpha, sigma);
  const shares = new Float64Array(law.K);
  evaluate(law, x, { shares });
  const parts = mixture.means.map((mean, k) => {
    const [[a, b], [, c]] = mixture.covariances[k];
    const [, mx, my, pxx, pxy, pyy] = law.table.subarray(STRIDE * k, STRIDE * (k + 1));
    const off = [x[0] - mx, x[1] - my];
    const pull = [pxx * off[0] + pxy * off[1], pxy * off[0] + pyy * off[1]];
    // S - alpha^2 S P S = sigma^2 S P, with S the component's covariance and P its precision at x_t
    const within = [a * pxx + b * pxy, a * pxy + b * pyy, b * pxy + c * pyy].map((v) => sigma * sigma * v);
    return { mean: [mean[0] + alpha * (a * pull[0] + b * pull[1]), mean[1] + alpha * (b * pull[0] + c * pull[1])], within };
  });
  const sum = (f) => parts.reduce((total, part, k) => total + shares[k] * f(part), 0);
  const mean = [0, 1].map((i) => sum((part) => part.mean[i]));
  const second = (i, j) => sum(({ mean: m, within }) => within[i + j] + (m[i] - mean[i]) * (m[j] - mean[j]));
  const across = second(0, 1);
  return { shares, means: parts.map((part) => part.mean), mean, cov: [[second(0, 0), across], [across, second(1, 1)]] };
}

// n exact samples of x_t = alpha x_0 + sigma eps, written into `out` (n points).
export function sample(mixture, alpha, sigma, rng, out) {
  const { means, covariances } = mixture;
  const D = means[0].length;
  const { cumulative } = diffuse(mixture, alpha, sigma);
  for (let i = 0; i < out.length; i += D) {
    const u = rng.uniform();
    let k = 0;
    while (k < means.length - 1 && u > cumulative[k]) k++;
    const S = covariances[k];
    const a = Math.sqrt(S[0][0]); // the Cholesky factor of S, row by row
    const z = rng.normal();
    out[i] = alpha * (means[k][0] + a * z) + sigma * rng.normal();
    if (D === 2) {
      const b = S[1][0] / a;
      const y = means[k][1] + b * z + Math.sqrt(S[1][1] - b * b) * rng.normal();
      out[i + 1] = alpha * y + sigma * rng.normal();
    }
  }
  return out;
}

// The sliced Wasserstein-1 distance of two point sets of one size in the plane, over `directions`
// evenly spread projections.
export function slicedWasserstein(a, b, directions = 12) {
  const n = a.length / 2;
  const p = new Float64Array(n);
  const q = new Float64Array(n);
  let total = 0;
  for (let j = 0; j < directions; j++) {
    const c = Math.cos((Math.PI * j) / directions);
    const s = Math.sin((Math.PI * j) / directions);
    for (let i = 0; i < n; i++) {
      p[i] = c * a[2 * i] + s * a[2 * i + 1];
      q[i] = c * b[2 * i] + s * b[2 * i + 1];
    }
    p.sort();
    q.sort();
    for (let i = 0; i < n; i++) total += Math.abs(p[i] - q[i]);
  }
  return total / (n * directions);
}

// The error function: a series near 0, a continued fraction in the tails; good to 1e-14.
export function erf(x) {
  const z = Math.abs(x);
  if (z > 6) return Math.sign(x);
  if (z < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let tail = z;
  for (let n = 60; n > 0; n--) tail = z + (0.5 * n) / tail;
  return Math.sign(x) * (1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * tail));
}

// F(x) = p(x_t <= x) of a law on the line.
export function cdf(law, x) {
  let below = 0;
  for (let k = 0; k < law.K; k++) {
    const weight = law.cumulative[k] - (k ? law.cumulative[k - 1] : 0);
    const z = (x - law.table[STRIDE * k + 1]) * Math.sqrt(law.table[STRIDE * k + 3]);
    below += weight * 0.5 * (1 + erf(z / Math.SQRT2));
  }
  return below;
}

// The x with F(x) = q between `low` and `high`: Newton's steps, and halves where one would leave the bracket.
export function quantile(law, q, low, high) {
  const [at, logp] = [new Float64Array(1), new Float64Array(1)];
  let x = 0.5 * (low + high);
  for (let i = 0; i < 60; i++) {
    const over = cdf(law, x) - q;
    if (over < 0) low = x;
    else high = x;
    at[0] = x;
    evaluate(law, at, { logp });
    const next = x - over / Math.exp(logp[0]);
    if (Math.abs(next - x) <= 1e-15 * Math.abs(x)) return next;
    x = next > low && next < high ? next : 0.5 * (low + high);
  }
  return x;
}
