// The Fokker-Planck equation of dx = f(t) x dt + g(t) dw, solved on equal cells of [-half, half] in one or two
// dimensions: Scharfetter and Gummel's rates across the walls, Crank and Nicolson's steps in time.

import { erf } from "./mixture.js";

const INSIDE = 2; // steps between two times

const bernoulli = (z) => (Math.abs(z) < 1e-8 ? 1 - z / 2 : z / Math.expm1(z));

// The rates at which mass goes up and down across the inner walls, where the drift is f x.
export function wallRates({ half, cells }, f, g2) {
  const [h, d] = [(2 * half) / cells, g2 / 2];
  const speed = Float64Array.from({ length: cells - 1 }, (_, i) => f * ((i + 1) * h - half));
  const down = speed.map((v) => (d / (h * h)) * bernoulli((v * h) / d));
  return { up: down.map((rate, i) => rate + speed[i] / h), down };
}

// Half a step from what is, half from what will be, in place: along the cells from `start` on, `stride` apart.
function stepAlong(p, start, stride, { up, down }, dt, { right, ratio }) {
  const n = up.length + 1;
  const [half, at] = [dt / 2, (i) => p[start + i * stride]];
  for (let i = 0; i < n; i++) {
    const flowIn = i ? at(i - 1) * up[i - 1] - at(i) * down[i - 1] : 0;
    const flowOut = i < n - 1 ? at(i) * up[i] - at(i + 1) * down[i] : 0;
    right[i] = at(i) + half * (flowIn - flowOut);
  }
  for (let i = 0; i < n; i++) { // a tridiagonal system: down the rows, and up again
    const below = i ? -half * up[i - 1] : 0;
    const middle = 1 + half * ((i < n - 1 ? up[i] : 0) + (i ? down[i - 1] : 0)) - (i ? below * ratio[i - 1] : 0);
    ratio[i] = i < n - 1 ? (-half * down[i]) / middle : 0;
    right[i] = (right[i] - (i ? below * right[i - 1] : 0)) / middle;
  }
  for (let i = n - 1; i >= 0; i--) {
    if (i < n - 1) right[i] -= ratio[i] * right[i + 1];
    p[start + i * stride] = right[i];
  }
}

// The mean density of each cell for x_t = alpha x_0 + sigma eps; covariances without correlation.
export function cellAverages({ weights, means, covariances }, { half, cells }, alpha, sigma) {
  const D = means[0].length;
  const h = (2 * half) / cells;
  const p = new Float64Array(cells ** D);
  weights.forEach((weight, k) => {
    const along = Array.from({ length: D }, (_, axis) => {
      const std = Math.sqrt(alpha ** 2 * covariances[k][axis][axis] + sigma ** 2);
      const below = Float64Array.from({ length: cells + 1 }, (_, i) =>
        0.5 * (1 + erf((i * h - half - alpha * means[k][axis]) / (std * Math.SQRT2))));
      return Float64Array.from({ length: cells }, (_, i) => (below[i + 1] - below[i]) / h);
    });
    for (let i = 0; i < p.length; i++) {
      p[i] += weight * (D === 1 ? along[0][i] : along[0][Math.floor(i / cells)] * along[1][i % cells]);
    }
  });
  return p;
}

// The density at each of the times, from p on; index i cells + j in the plane, i along the first coordinate.
export function solveDensity(p, grid, process, times) {
  const { cells } = grid;
  const work = { right: new Float64Array(cells), ratio: new Float64Array(cells) };
  const now = Float64Array.from(p);
  const film = [Float64Array.from(now)];
  for (let k = 1; k < times.length; k++) {
    const dt = (times[k] - times[k - 1]) / INSIDE;
    for (let j = 0; j < INSIDE; j++) {
      const middle = times[k - 1] + (j + 0.5) * dt;
      const rates = wallRates(grid, process.f(middle), process.g2(middle));
      if (p.length === cells) stepAlong(now, 0, 1, rates, dt, work);
      else for (let i = 0; i < cells; i++) stepAlong(now, i * cells, 1, rates, dt, work);
      if (p.length > cells) for (let i = 0; i < cells; i++) stepAlong(now, i, cells, rates, dt, work);
    }
    film.push(Float64Array.from(now));
  }
  return film;
}

// The distribution function of one coordinate, at the cells' edges.
export function cumulative(p, { half, cells }, axis = 0) {
  const h = (2 * half) / cells;
  const plane = p.length > cells;
  const below = new Float64Array(cells + 1);
  for (let i = 0; i < p.length; i++) {
    const cell = plane ? (axis ? i % cells : Math.floor(i / cells)) : i;
    below[cell + 1] += p[i] * (plane ? h * h : h);
  }
  for (let i = 0; i < cells; i++) below[i + 1] += below[i];
  return below;
}
