// From noise to an image: the sampler, the way between two noises, and how far two images differ.

// DPM-Solver++ 2M. Python gives the coefficients of each step: what the network sees, how its output
// and x_t make the guess E[x_0 | x_t], how far the guess before counts, and where x_t moves.
// Guided where the step says so, or everywhere. It starts at step `from`, where x is noise or an image under noise. visit(i, x, guess) sees x before
// step i and the guess from it, and at the end the digit, twice.
export function formDigit(network, steps, noise, { label, guidance, everywhere = false, from = 0 }, visit) {
  let x = noise;
  let before = null;
  steps.slice(from).forEach((step, i) => {
    const seen = x.map((value) => step.scale * value);
    let y = network.predict(seen, step.level, label);
    if ((step.guided || everywhere) && label >= 0 && guidance > 0) {
      const free = network.predict(seen, step.level, -1);
      y = y.map((told, j) => told + guidance * (told - free[j]));
    }
    const guess = x.map((value, j) => step.from_x * value + step.from_y * y[j]);
    before ??= guess;
    visit(from + i, x, guess);
    x = x.map((value, j) =>
      step.keep * value + step.move * (guess[j] + step.lean * (guess[j] - before[j])));
    before = guess;
  });
  visit(steps.length, x, x);
}

// A clean image under the noise of step k: alpha x_0 + sigma eps. Without steps left, the image itself.
export function noised(steps, k, image, eps) {
  if (k >= steps.length) return image;
  const ratio = Math.exp(steps[k].level); // sigma / alpha
  const alpha = 1 / (steps[k].scale * Math.hypot(1, ratio));
  return image.map((value, i) => alpha * (value + ratio * eps[i]));
}

// The first step whose noise is weaker than this, sigma / alpha.
export const stepBelow = (steps, ratio) => steps.findIndex(({ level }) => Math.exp(level) < ratio);

// The way over the sphere from one noise to another, which keeps it as loud as noise is; a straight
// line would be too quiet in the middle.
export function between(a, b, q) {
  const dot = (x, y) => x.reduce((total, value, i) => total + value * y[i], 0);
  const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  const angle = Math.acos(Math.min(1, cosine));
  if (angle < 1e-6) return a.map((value, i) => value + q * (b[i] - value));
  const [p, r] = [Math.sin((1 - q) * angle), Math.sin(q * angle)].map((u) => u / Math.sin(angle));
  return a.map((value, i) => p * value + r * b[i]);
}

// The largest difference of a pixel, on the scale from 0 to 1 that pixels are cut off at.
export function largestGap(x, y, [mean, std]) {
  const pixel = (value) => Math.min(1, Math.max(0, value * std + mean));
  return x.reduce((most, value, i) => Math.max(most, Math.abs(pixel(value) - pixel(y[i]))), 0);
}

// How much ink an image has, as the mean of its pixels cut off at paper and ink; and the share of them
// that lie beyond, by more than 5% of the way from paper to ink.
export function inkOf(x, [mean, std]) {
  let [ink, beyond] = [0, 0];
  for (const value of x) {
    const pixel = value * std + mean;
    ink += Math.min(1, Math.max(0, pixel));
    beyond += pixel < -0.05 || pixel > 1.05;
  }
  return { ink: ink / x.length, beyond: beyond / x.length };
}
