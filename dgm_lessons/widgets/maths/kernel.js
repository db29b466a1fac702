// A kernel drawn by hand, x_t = alpha(t) x_0 + sigma(t) eps on [0, 1], and what follows from its two curves.

// The monotone cubic (PCHIP) through `values` at evenly spaced places from 0 to 1: it goes up and down
// only where the values do, and its slope has no jumps.
export function makeCurve(values) {
  const n = values.length - 1;
  const rise = Array.from({ length: n }, (_, k) => n * (values[k + 1] - values[k]));
  const slopes = values.map((_, k) => {
    if (k === 0) return endSlope(rise[0], rise[1]);
    if (k === n) return endSlope(rise[n - 1], rise[n - 2]);
    const [a, b] = [rise[k - 1], rise[k]];
    return a * b > 0 ? (2 * a * b) / (a + b) : 0; // the harmonic mean
  });
  function piece(t) { // its number, and how far along it t is
    const k = Math.min(n - 1, Math.max(0, Math.floor(n * t)));
    return [k, n * t - k];
  }
  return {
    value(t) {
      const [k, u] = piece(t);
      const v = 1 - u;
      return v * v * (1 + 2 * u) * values[k] + u * u * (1 + 2 * v) * values[k + 1] + (u * v * (v * slopes[k] - u * slopes[k + 1])) / n;
    },
    slope(t) {
      const [k, u] = piece(t);
      return 6 * u * (1 - u) * rise[k] + (1 - u) * (1 - 3 * u) * slopes[k] + u * (3 * u - 2) * slopes[k + 1];
    },
  };
}

// At an end: the slope of the parabola through three values, held so that nothing overshoots.
function endSlope(own, next) {
  const slope = (3 * own - next) / 2;
  if (slope * own <= 0) return 0;
  return Math.abs(slope) > Math.abs(3 * own) ? 3 * own : slope;
}

// A known curve { value, slope } bent through `values` at even places after 0, where it keeps its own: what
// is added is a monotone cubic, 0 where a value lies on the curve. Never below 0.
export function bend(known, values) {
  const n = values.length;
  const added = makeCurve([0, ...values.map((value, k) => value - known.value((k + 1) / n))]);
  return {
    value: (t) => Math.max(0, known.value(t) + added.value(t)),
    slope: (t) => known.slope(t) + added.slope(t),
  };
}

// The kernel through the handles: the curves of a process (maths/processes.js) bent through them, or,
// without a process, monotone cubics from alpha = 1 and sigma = 0.
// g2 has the sign of `falling`: positive where the signal-to-noise ratio falls.
export function makeKernel(process, alphas, sigmas) {
  const [a, s] = process
    ? [bend({ value: process.alpha, slope: process.alphaDot }, alphas), bend({ value: process.sigma, slope: process.sigmaDot }, sigmas)]
    : [makeCurve([1, ...alphas]), makeCurve([0, ...sigmas])];
  const [alpha, sigma] = [a.value, s.value];
  const late = (t) => Math.max(t, 1e-6); // sigma may have no slope at 0
  const falling = (t) => alpha(t) * s.slope(late(t)) - a.slope(t) * sigma(t);
  return {
    alpha, sigma, falling,
    f: (t) => (alpha(t) > 0 ? a.slope(t) / alpha(t) : -Infinity),
    g2: (t) => (alpha(t) > 0 ? (2 * sigma(late(t)) * falling(late(t))) / alpha(t) : Infinity),
    logSnr: (t) => 2 * Math.log(alpha(t) / sigma(t)),
  };
}

// The spans [from, to] of time in which the signal-to-noise ratio rises.
export function rises(kernel, cells = 500) {
  const found = [];
  for (let k = 0; k < cells; k++) {
    if (kernel.falling((k + 0.5) / cells) >= -1e-9) continue;
    if (found.length && found.at(-1)[1] === k / cells) found.at(-1)[1] = (k + 1) / cells;
    else found.push([k / cells, (k + 1) / cells]);
  }
  return found;
}

// The least g2, and where.
export function lowest(kernel, cells = 500) {
  const times = Array.from({ length: cells }, (_, k) => (k + 0.5) / cells);
  const at = times.reduce((best, t) => (kernel.g2(t) < kernel.g2(best) ? t : best));
  return { t: at, g2: kernel.g2(at) };
}

// A path of the SDE from each of x0, by exact hops x_s = ratio x_t + std eps over steps of 1/n; row k
// is time k/n. All paths end before the first hop that would need noise of negative variance, or that
// leaves a time at which alpha is 0.
export function walks(kernel, x0, n, fill) {
  const rows = [Float64Array.from(x0)];
  const noise = new Float64Array(x0.length);
  for (let k = 1; k <= n; k++) {
    const [t, s] = [(k - 1) / n, k / n];
    const ratio = kernel.alpha(s) / kernel.alpha(t);
    const variance = kernel.sigma(s) ** 2 - (ratio * kernel.sigma(t)) ** 2;
    if (!(variance > -1e-9)) break;
    const std = Math.sqrt(Math.max(0, variance));
    fill(noise);
    rows.push(rows.at(-1).map((x, i) => ratio * x + std * noise[i]));
  }
  return rows;
}
