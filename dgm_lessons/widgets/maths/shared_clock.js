// One Brownian path under every linear process. Divided by alpha_t, the SDE dx = f x dt + g dw has no drift
// left: y = x / alpha moves as dy = sqrt(dv) times noise on the clock v = sigma^2 / alpha^2, which all share.

export const ratioAt = (level) => Math.exp(-level); // v at a log-SNR

// Levels of log-SNR from data to noise, at equal distances.
export const levelsToNoise = ([noisy, clean], steps) =>
  Float64Array.from({ length: steps + 1 }, (_, k) => clean + ((noisy - clean) * k) / steps);

// The state y of all particles at each level, one row a level. `fill` puts standard normal numbers into an array.
export function brownianRows(x0, levels, fill) {
  const noise = new Float64Array(x0.length);
  const y = Float64Array.from(x0);
  let before = 0;
  return Array.from(levels, (level) => {
    const kick = Math.sqrt(ratioAt(level) - before);
    before = ratioAt(level);
    fill(noise).forEach((z, i) => (y[i] += kick * z));
    return Float64Array.from(y);
  });
}

// When a process is at this log-SNR, and its two levels then.
export function meeting(process, level) {
  const t = process.timeAt(level);
  return { t, alpha: process.alpha(t), sigma: process.sigma(t) };
}

// The share of points (x, y, x, y, ...) within -half and half once they are multiplied by `factor`.
export function shareSeen(points, factor, half) {
  let seen = 0;
  for (let i = 0; i < points.length; i += 2) {
    if (Math.abs(factor * points[i]) <= half && Math.abs(factor * points[i + 1]) <= half) seen++;
  }
  return (2 * seen) / points.length;
}

// How far the picture must reach to hold the data and noise of variance v: y spreads as the square root of v.
export const windowAt = (half, level) => Math.hypot(half, 3 * Math.sqrt(ratioAt(level)));
