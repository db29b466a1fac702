// The linear VAE x = w z + s eps and its encoder N(a x, b^2): the ELBO, its parts, its best encoder.

const LOG_2PI = Math.log(2 * Math.PI);

export function makeLinearVae(w, s) {
  const total = w * w + s * s; // the variance of x
  const best = { a: w / total, b: s / Math.sqrt(total) };

  // All in nats. The gap is KL(q(z|x) || p(z|x)), computed on its own, not as a difference.
  function terms(x, a, b) {
    const ceiling = -0.5 * (LOG_2PI + Math.log(total) + (x * x) / total);
    const miss = (x - w * a * x) ** 2 + w * w * b * b;
    const reconstruction = -0.5 * (LOG_2PI + 2 * Math.log(s) + miss / (s * s));
    const rate = 0.5 * (a * a * x * x + b * b - 1 - 2 * Math.log(b));
    const ratio = (b / best.b) ** 2;
    const off = ((a - best.a) * x) / best.b;
    const gap = 0.5 * (ratio + off * off - 1 - Math.log(ratio));
    return { ceiling, reconstruction, rate, elbo: reconstruction - rate, gap };
  }

  // The encoders [a, log b] with this gap: a closed curve. Over its height log b, the offset of a
  // follows from the gap; at x = 0 every a will do, and the curve opens to two lines.
  function level(x, gap, count = 120) {
    const room = (u) => 2 * gap + 1 + 2 * u - Math.exp(2 * u); // what is left at u = log(b / best.b)
    const [low, high] = [root(room, -gap - 1, 0), root(room, 2 + gap, 0)];
    return Array.from({ length: count + 1 }, (_, i) => {
      const angle = (2 * Math.PI * i) / count;
      const u = 0.5 * (low + high) + 0.5 * (high - low) * Math.cos(angle);
      const side = i % (count / 2) ? Math.sign(Math.sin(angle)) : 0; // 0 at the top and the bottom
      const offset = side * best.b * Math.sqrt(Math.max(0, room(u)));
      return [best.a + offset / Math.max(1e-9, Math.abs(x)), Math.log(best.b) + u];
    });
  }

  return { w, s, best, terms, level };
}

// Where f is 0 between `out`, with f < 0, and `inside`, with f > 0.
function root(f, out, inside) {
  for (let i = 0; i < 60; i++) {
    const middle = 0.5 * (out + inside);
    if (f(middle) < 0) out = middle;
    else inside = middle;
  }
  return 0.5 * (out + inside);
}
