"""What readers type on the page `from-steps-to-sde` and is wrong."""

import math

WRONG = {
    "c-7-01": [
        lambda B: 0.0,
        lambda B: 1.0,
        lambda B: math.exp(-B),
        lambda B: math.exp(B / 2),
        lambda B: math.exp(-(B**2) / 2),
        lambda B: 1 - B / 2,
        lambda B: 1 - math.exp(-B),
        lambda B: math.sqrt(1 - math.exp(-B)),
        lambda B: math.exp(-B / 4),
        lambda B: math.exp(-2 * B),
    ],
    "c-7-02": [
        lambda s, d: 2 * s * d,
        lambda s, d: d,
        lambda s, d: math.sqrt(d),
        lambda s, d: math.sqrt(s * d),
        lambda s, d: s * d,
        lambda s, d: 2 * math.sqrt(s * d),
        lambda s, d: s,
        lambda s, d: math.sqrt(s * d / 2),
        lambda s, d: math.sqrt(2 * s) * d,
        lambda s, d: s * math.sqrt(2 * d),
        lambda s, d: math.sqrt(2) * d,
    ],
    "c-7-03": [
        lambda x, b, dt, e: x - b * x * dt + math.sqrt(b * dt) * e,
        lambda x, b, dt, e: x + 0.5 * b * x * dt + math.sqrt(b * dt) * e,
        lambda x, b, dt, e: x - 0.5 * b * x * dt + math.sqrt(b) * dt * e,
        lambda x, b, dt, e: x - 0.5 * b * x * dt + b * math.sqrt(dt) * e,
        lambda x, b, dt, e: x - 0.5 * b * x * dt + b * dt * e,
        lambda x, b, dt, e: x - 0.5 * b * x * dt + math.sqrt(b) * e,
        lambda x, b, dt, e: x - 0.5 * b * x * math.sqrt(dt) + math.sqrt(b * dt) * e,
        lambda x, b, dt, e: x - 0.5 * b * dt + math.sqrt(b * dt) * e,
        lambda x, b, dt, e: math.sqrt(1 - b * dt) * x + math.sqrt(b * dt) * e,
        lambda x, b, dt, e: x - 0.5 * b**2 * x * dt + b * math.sqrt(dt) * e,
        lambda x, b, dt, e: x + math.sqrt(b * dt) * e,
        lambda x, b, dt, e: -0.5 * b * x * dt + math.sqrt(b * dt) * e,
        lambda x, b, dt, e: x - 0.5 * math.sqrt(b) * x * dt + math.sqrt(b * dt) * e,
    ],
    "c-7-05": [
        lambda: [0.5, 0.5, 0.5, 0.5],
        lambda: [1, 1, 1, 1],
        lambda: [1, 0.5, 0.5, 0.5],
        lambda: [1, 0.5, 1, 1],
        lambda: [1, 1, 1, 0.5],
        lambda: [0.5, 1, 0.5, 1],
        lambda: [2, 1, 2, 1],
    ],
    "c-7-06": [
        lambda x, T: (x.diff() ** 2).sum() / T,
        lambda x, T: (x.diff() ** 2).sum().sqrt(),
        lambda x, T: (x.diff() ** 2).sum().sqrt() / T,
        lambda x, T: (x.diff() ** 2).mean().sqrt(),
        lambda x, T: ((x.diff() ** 2).mean() / T).sqrt(),
        lambda x, T: x.diff().abs().sum() / T,
        lambda x, T: x.diff().abs().sum(),
        lambda x, T: (x[-1] - x[0]).abs() / T**0.5,
        lambda x, T: x.std(),
        lambda x, T: ((x.diff() * (len(x) - 1) / T) ** 2).mean().sqrt(),
        lambda x, T: x.diff().std(),
        lambda x, T: (x.diff() ** 2).sum(),
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-7-02": [lambda s, d: math.sqrt(2 * d), lambda s, d: math.sqrt(2 * s * d) / s],
    "c-7-03": [lambda x, b, dt, e: x * math.exp(-b * dt) + math.sqrt(b * dt) * e],
}
