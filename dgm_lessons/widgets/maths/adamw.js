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

// Share of the peak rate at step 1..steps: a linear rise, then half a cosine down to zero.
export function learningRate(step, steps, warmup = 0.01) {
  const rise = Math.max(1, Math.round(warmup * steps));
  return step <= rise ? step / rise : 0.5 * (1 + Math.cos((Math.PI * (step - rise)) / (steps - rise)));
}
