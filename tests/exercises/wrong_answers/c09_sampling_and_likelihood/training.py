"""What readers type on the page `training` and is wrong."""

import math


def score(x_t, x0, t, a, g, keep=1.0, rate=2.0):
    variance = g**2 * (1 - math.exp(-rate * a * t)) / (2 * a)
    return (math.exp(-keep * a * t) * x0 - x_t) / variance


WRONG = {
    "training-heard": [
        lambda weights: [1, 0, 0, -1],
        lambda weights: [0, -1, -1, -1],
        lambda weights: [0, -1, 0, -1],
        lambda weights: [-1, 0, -1, 1],
        lambda weights: [1, 0, 1, 0],
        lambda weights: [1, 1, 1, 1],
    ],
    "c-9-01": [
        lambda s, alpha, sigma: (
            (alpha**2 * s**2 + sigma**2) * (1 / s**2 - 1 / (alpha**2 * s**2 + sigma**2)) ** 2
        ),
        lambda s, alpha, sigma: 0.5 * s**2 * (1 / s**2 - 1 / (alpha**2 * s**2 + sigma**2)) ** 2,
        lambda s, alpha, sigma: 0.0,
        lambda s, alpha, sigma: 0.5 * (1 / s**2 - 1 / (alpha**2 * s**2 + sigma**2)) ** 2,
        lambda s, alpha, sigma: 0.5 * (s**2 + sigma**2) * (1 / s**2 - 1 / (s**2 + sigma**2)) ** 2,
        lambda s, alpha, sigma: (
            0.5 * (1 / (alpha**2 * s**2 + sigma**2) + (alpha**2 * s**2 + sigma**2) / s**4)
        ),
    ],
    "c-9-02": [
        lambda s, alpha, sigma, omega: omega * (1 / sigma**2 - 1 / (alpha**2 * s**2 + sigma**2)),
        lambda s, alpha, sigma, omega: 0.5 * (1 / sigma**2 - 1 / (alpha**2 * s**2 + sigma**2)),
        lambda s, alpha, sigma, omega: 0.5 * omega / sigma**2,
        lambda s, alpha, sigma, omega: 0.0,
        lambda s, alpha, sigma, omega: 0.5 * omega * (1 / sigma**2 - 1 / (s**2 + sigma**2)),
        lambda s, alpha, sigma, omega: 0.5 * omega * (1 / sigma**2 - 1 / s**2),
        lambda s, alpha, sigma, omega: 0.5 * omega / (alpha**2 * s**2 + sigma**2),
        lambda s, alpha, sigma, omega: 0.5 * omega * (1 / sigma - 1 / (alpha**2 * s**2 + sigma**2)),
    ],
    "c-9-04": [
        lambda x_t, x0, t, a, g: -score(x_t, x0, t, a, g),
        lambda x_t, x0, t, a, g: score(x_t, x0, t, a, g, keep=0),
        lambda x_t, x0, t, a, g: score(x_t, x0, t, a, g, rate=1),
        lambda x_t, x0, t, a, g: (math.exp(-a * t) * x0 - x_t) / (g**2 * t),
        lambda x_t, x0, t, a, g: (math.exp(-a * t) * x0 - x_t) * 2 * a / g**2,
        lambda x_t, x0, t, a, g: score(x_t, x0, t, a, g) / 2,
        lambda x_t, x0, t, a, g: score(x_t, x0, t, a, g) * g,
        lambda x_t, x0, t, a, g: (
            (math.exp(-a * t) * x0 - x_t) / (g**2 * (1 - math.exp(-2 * a * t)) / (2 * a)) ** 0.5
        ),
    ],
    "c-9-05": [
        lambda loss, omega, q, T: (omega * loss).mean(),
        lambda loss, omega, q, T: (omega * loss * q * T).mean(),
        lambda loss, omega, q, T: (omega * loss / q).mean(),
        lambda loss, omega, q, T: (loss / (T * q)).mean(),
        lambda loss, omega, q, T: (omega * loss / (T * q)).sum(),
        lambda loss, omega, q, T: (omega * loss / q).sum() / (1 / q).sum(),
    ],
}

FURTHER = {
    "c-9-01": [
        lambda s, alpha, sigma: (
            0.5 * (alpha**2 * s**2 + sigma**2) * (1 / s**2 + 1 / (alpha**2 * s**2 + sigma**2)) ** 2
        ),
    ],
    "c-9-02": [
        lambda s, alpha, sigma, omega: (
            0.5 * omega * (1 / sigma**2 + 1 / (alpha**2 * s**2 + sigma**2))
        ),
    ],
    "c-9-04": [lambda x_t, x0, t, a, g: score(x_t, x0, t, a, g, keep=2)],
    "c-9-05": [lambda loss, omega, q, T: (omega * loss / q).sum() / (omega / q).sum()],
}
