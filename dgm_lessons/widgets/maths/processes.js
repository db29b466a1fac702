// Noising processes x_t = alpha(t) x_0 + sigma(t) eps, with time from data (t = 0) to noise (t = T).
// The same curves as the Python package's `processes`; a test compares the two number by number.

const softplus = (x) => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)));

// What a process must give: alpha, sigma2 (the variance) and their derivatives, and the inverse
// of its log-SNR. Everything else follows in `makeProcess`.
const CURVES = {
  VP({ beta_min, beta_max }) {
    const slope = beta_max - beta_min;
    const rate = (t) => beta_min + slope * t;
    const integral = (t) => beta_min * t + 0.5 * slope * t * t;
    const alpha = (t) => Math.exp(-0.5 * integral(t));
    return {
      alpha,
      alphaDot: (t) => -0.5 * rate(t) * alpha(t),
      variance: (t) => -Math.expm1(-integral(t)),
      varianceDot: (t) => rate(t) * Math.exp(-integral(t)),
      timeAt(logSnr) {
        const b = softplus(-logSnr);
        return (2 * b) / (beta_min + Math.sqrt(beta_min * beta_min + 2 * slope * b));
      },
    };
  },

  CosineVP() {
    const half = Math.PI / 2;
    return {
      alpha: (t) => Math.sin(half * (1 - t)), // the cosine, and exactly 0 at t = 1
      alphaDot: (t) => -half * Math.sin(half * t),
      variance: (t) => Math.sin(half * t) ** 2,
      varianceDot: (t) => half * Math.sin(2 * half * t),
      timeAt: (logSnr) => Math.atan(Math.exp(-0.5 * logSnr)) / half,
    };
  },

  VE({ sigma_min, sigma_max }) {
    const rate = 2 * Math.log(sigma_max / sigma_min);
    const v = sigma_min * sigma_min;
    return {
      alpha: () => 1,
      alphaDot: () => 0,
      variance: (t) => v * Math.expm1(rate * t),
      varianceDot: (t) => v * rate * Math.exp(rate * t),
      timeAt: (logSnr) => Math.log1p(Math.exp(-logSnr) / v) / rate,
    };
  },

  EDM() {
    return {
      alpha: () => 1,
      alphaDot: () => 0,
      variance: (t) => t * t,
      varianceDot: (t) => 2 * t,
      timeAt: (logSnr) => Math.exp(-0.5 * logSnr),
    };
  },

  FlowMatching() {
    return {
      alpha: (t) => 1 - t,
      alphaDot: () => -1,
      variance: (t) => t * t,
      varianceDot: (t) => 2 * t,
      timeAt: (logSnr) => 1 / (1 + Math.exp(0.5 * logSnr)),
    };
  },
};

// A process from its description in the widget's state, such as {kind: "VP", beta_min, beta_max}.
export function makeProcess(spec) {
  if (!Object.hasOwn(CURVES, spec.kind)) throw new Error(`unknown process ${spec.kind}`);
  const { alpha, alphaDot, variance, varianceDot, timeAt } = CURVES[spec.kind](spec);
  const f = (t) => alphaDot(t) / alpha(t);
  const sigma = (t) => Math.sqrt(variance(t));
  const logSnr = (t) => 2 * Math.log(alpha(t)) - Math.log(variance(t));
  return {
    kind: spec.kind,
    T: spec.T,
    alpha,
    alphaDot,
    sigma,
    sigmaDot: (t) => varianceDot(t) / (2 * sigma(t)),
    f, // the drift rate of dx = f x dt + g dw
    g2: (t) => varianceDot(t) - 2 * f(t) * variance(t),
    logSnr,
    timeAt: (level) => Math.min(timeAt(level), spec.T),
    // p(x_s | x_t) = N(ratio x_t, std^2) for t <= s
    transition(t, s) {
      const ratio = alpha(s) / alpha(t);
      const shrink = 2 * Math.log(ratio) + Math.log(variance(t)) - Math.log(variance(s));
      return { ratio, std: Math.sqrt(variance(s) * -Math.expm1(shrink)) };
    },
  };
}

// n + 1 times, evenly spaced in log-SNR, from the noisy level down to the clean one.
export function timesBetween(process, noisy, clean, n) {
  return Float64Array.from({ length: n + 1 }, (_, i) =>
    process.timeAt(noisy + ((clean - noisy) * i) / n),
  );
}
