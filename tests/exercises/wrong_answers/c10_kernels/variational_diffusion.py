"""What readers type on the page `variational-diffusion` and is wrong."""

import math


def forward(a, b, c, d):
    return math.sqrt(d**2 - (c / a) ** 2 * b**2)


def flow(u, x, scale, tau, back):
    return x / scale + back * u(x / scale, tau)


WRONG = {
    "c-10-12": [
        lambda slope, error, M, T: -0.5 * slope * error,
        lambda slope, error, M, T: -0.5 * slope * error / M,
        lambda slope, error, M, T: -slope * error * T / M,
        lambda slope, error, M, T: 0.5 * slope * error * T / M,
        lambda slope, error, M, T: -0.5 * slope * error * T,
        lambda slope, error, M, T: -0.5 * slope * error / (T * M),
        lambda slope, error, M, T: -0.5 * slope * error**2 * T / M,
        lambda slope, error, M, T: -0.5 * slope * math.sqrt(error) * T / M,
        lambda slope, error, M, T: 0.5 * slope * error / M,
        lambda slope, error, M, T: -slope * error / M,
    ],
    "c-10-14": [
        forward,
        lambda a, b, c, d: (forward(a, b, c, d) * b / d) ** 2,
        lambda a, b, c, d: forward(a, b, c, d) * d / b,
        lambda a, b, c, d: math.sqrt(d**2 - b**2) * b / d,
        lambda a, b, c, d: math.sqrt(d**2 - c / a * b**2) * b / d,
        lambda a, b, c, d: b,
        lambda a, b, c, d: math.sqrt(1 - (c / a) ** 2) * b / d,
        lambda a, b, c, d: forward(a, b, c, d) * b**2 / d**2,
        lambda a, b, c, d: math.sqrt((1 - (c / a) ** 2) * (1 - a * a) / (1 - c * c)),
        lambda a, b, c, d: math.sqrt(d**2 - b**2),
    ],
    "c-10-15": [
        lambda v, x, a, s: -(s * x + a * v) / s,
        lambda v, x, a, s: (s * x + a * v) / (a**2 + s**2),
        lambda v, x, a, s: (s * x + a * v) / (s * (a**2 + s**2)),
        lambda v, x, a, s: -(a * x - s * v) / (s * (a**2 + s**2)),
        lambda v, x, a, s: -(a * x + s * v) / (s * (a**2 + s**2)),
        lambda v, x, a, s: -(s * x + a * v) / (s**2 * (a**2 + s**2)),
        lambda v, x, a, s: -(s * x - a * v) / (s * (a**2 + s**2)),
        lambda v, x, a, s: -(s * x + a * v) / (s * math.hypot(a, s)),
        lambda v, x, a, s: -(s * x + a * v) / s**2,
        lambda v, x, a, s: ((a * x - s * v) / (a**2 + s**2) - x) / s**2,
    ],
    "vdm-flow": [
        lambda u, x, a, s: flow(u, x, a + s, s / (a + s), -s / (a + s)),
        lambda u, x, a, s: x / (a + s) - a / (a + s) * u(x, a / (a + s)),
        lambda u, x, a, s: x - a / (a + s) * u(x / (a + s), a / (a + s)),
        lambda u, x, a, s: flow(u, x, a + s, a / (a + s), s / (a + s)),
        lambda u, x, a, s: flow(u, x, a + s, a / (a + s), a / (a + s)),
        lambda u, x, a, s: flow(u, x, a + s, a, -a / (a + s)),
        lambda u, x, a, s: flow(u, x, a + s, a / (a + s), -1),
        lambda u, x, a, s: flow(u, x, 1, a, -a),
        lambda u, x, a, s: flow(
            u, x, math.hypot(a, s), a**2 / (a**2 + s**2), -(a**2) / (a**2 + s**2)
        ),
        lambda u, x, a, s: flow(u, x, a, a / (a + s), -a / (a + s)),
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-10-12": [
        lambda slope, error, M, T: -0.5 * slope * error * M / T,
        lambda slope, error, M, T: -0.5 * slope * error * T / M**2,
    ],
    "c-10-14": [
        lambda a, b, c, d: math.sqrt(forward(a, b, c, d) ** 2 * b / d),
        lambda a, b, c, d: forward(a, b, c, d) * c / a,
    ],
    "c-10-15": [
        lambda v, x, a, s: -(s * x + a * v) / (s * (a + s)),
        lambda v, x, a, s: -(x + a * v) / (s * (a**2 + s**2)),
    ],
    "vdm-flow": [
        lambda u, x, a, s: flow(
            u, x, math.hypot(a, s), a / math.hypot(a, s), -a / math.hypot(a, s)
        ),
        lambda u, x, a, s: flow(u, x, a + s, a / s, -a / (a + s)),
    ],
}
