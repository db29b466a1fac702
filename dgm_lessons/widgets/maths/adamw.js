// AdamW as in PyTorch (Loshchilov and Hutter 2019), on one flat vector.

export function makeAdamW(count, { betas: [b1, b2] = [0.9, 0.95], decay = 0.01, eps = 1e-8 } = {}) {
  const mean = new Float64Array(count);
  const square = new Float64Array(count);
  let steps = 0;
  return function stepAdamW(parameters, gradient, rate) {
    steps++;
    const size = rate / (1 - b1 ** steps);
    const root = 1 / Math.sqrt(1 - b2 ** steps);
    for (let i = 0; i < count; i++) {
      const g = gradient[i];
      mean[i] += (1 - b1) * (g - mean[i]);
      square[i] += (1 - b2) * (g * g - square[i]);
      parameters[i] -= rate * decay * parameters[i] + (size * mean[i]) / (root * Math.sqrt(square[i]) + eps);
    }
  };
}

// Share of the peak rate at step 1..steps: a linear rise over a hundredth, then a parabola down to zero,
// which is gentler at half time than half a cosine.
export function learningRate(step, steps) {
  const rise = Math.max(1, Math.round(0.01 * steps));
  return step <= rise ? step / rise : (1 - (step - rise) / (steps - rise)) ** 2;
}

// The running average of the package's `EMA` after step n: over about the last `fraction` of all steps.
export function takeIn(average, parameters, n, fraction = 0.1) {
  const weight = 1 / (1 + fraction * n);
  for (let i = 0; i < average.length; i++) average[i] += weight * (parameters[i] - average[i]);
}
