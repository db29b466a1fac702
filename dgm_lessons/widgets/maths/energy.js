// An energy on the line, drawn by hand: the law exp(-E/T)/Z, walkers on it, and how far they are from it.

const WALL = 20; // beyond the last places the energy rises as WALL times the squared distance
const REACH = [-4.5, 4.5]; // of the grid
const POINTS = 1801;

// The natural cubic spline through (places[k], heights[k]), places one apart; outside, its tangent and
// a wall. `slope` does not know the shift.
export function makeEnergy(places, heights, shift = 0) {
  const n = places.length;
  const bend = new Float64Array(n); // second derivatives, 0 at both ends
  const [upper, right] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 1; k < n - 1; k++) { // 1 b[k-1] + 4 b[k] + 1 b[k+1] = 6 times the second difference
    const pivot = 4 - upper[k - 1];
    upper[k] = 1 / pivot;
    right[k] = (6 * (heights[k + 1] - 2 * heights[k] + heights[k - 1]) - right[k - 1]) / pivot;
  }
  for (let k = n - 2; k > 0; k--) bend[k] = right[k] - upper[k] * bend[k + 1];
  const [first, last] = [places[0], places[n - 1]];

  function piece(x) { // its number, and how far along it x is
    const k = Math.min(n - 2, Math.max(0, Math.floor(x - first)));
    return [k, x - places[k]];
  }
  function inside(x) {
    const [k, u] = piece(x);
    const v = 1 - u;
    return v * heights[k] + u * heights[k + 1] + ((v ** 3 - v) * bend[k] + (u ** 3 - u) * bend[k + 1]) / 6;
  }
  function slopeInside(x) {
    const [k, u] = piece(x);
    const v = 1 - u;
    return heights[k + 1] - heights[k] + ((1 - 3 * v * v) * bend[k] + (3 * u * u - 1) * bend[k + 1]) / 6;
  }
  return {
    value(x) {
      const at = Math.min(last, Math.max(first, x));
      const out = x - at;
      return shift + inside(at) + (out && slopeInside(at) * out + WALL * out * out);
    },
    slope(x) {
      const at = Math.min(last, Math.max(first, x));
      return slopeInside(at) + 2 * WALL * (x - at);
    },
  };
}

// exp(-E/T)/Z on a grid, by the trapezoid rule: places, density, distribution function, log Z.
export function boltzmann(energy, temperature) {
  const step = (REACH[1] - REACH[0]) / (POINTS - 1);
  const x = Float64Array.from({ length: POINTS }, (_, i) => REACH[0] + i * step);
  const logs = x.map((at) => -energy.value(at) / temperature);
  const top = logs.reduce((a, b) => Math.max(a, b));
  const density = logs.map((value) => Math.exp(value - top));
  const below = new Float64Array(POINTS);
  for (let i = 1; i < POINTS; i++) below[i] = below[i - 1] + 0.5 * step * (density[i - 1] + density[i]);
  const z = below[POINTS - 1];
  return { x, step, density: density.map((v) => v / z), below: below.map((v) => v / z), logZ: top + Math.log(z) };
}

// The probability between the cuts: left of the first, between, right of the last.
export function masses({ below, step }, cuts) {
  const edges = [0, ...cuts.map((cut) => below[Math.round((cut - REACH[0]) / step)]), 1];
  return edges.slice(1).map((edge, k) => edge - edges[k]);
}

// One Langevin step of each walker, in place: downhill by eta times the slope, and noise unless rng is null.
export function walk(energy, walkers, eta, temperature, rng) {
  const spread = Math.sqrt(2 * eta * temperature);
  for (let i = 0; i < walkers.length; i++) {
    walkers[i] += -eta * energy.slope(walkers[i]) + (rng ? spread * rng.normal() : 0);
  }
}

// Wasserstein-1 on the line: the area between the distribution functions of law and walkers.
export function distance({ x, below, step }, walkers) {
  const sorted = Float64Array.from(walkers).sort();
  let [total, count] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    while (count < sorted.length && sorted[count] <= x[i]) count++;
    total += step * Math.abs(count / sorted.length - below[i]);
  }
  return total;
}

// The same for n exact samples, on average: E|F_n - F| is that of a Gaussian of variance F (1 - F) / n.
export function fairDistance({ below, step }, n) {
  return below.reduce((sum, F) => sum + step * Math.sqrt((2 * F * (1 - F)) / (Math.PI * n)), 0);
}
