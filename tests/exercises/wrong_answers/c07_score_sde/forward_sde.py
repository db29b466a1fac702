"""What readers type on the page `forward-sde` and is wrong."""

import math

import torch


def bell(points, x, scale, std):
    z = (x[:, None] - scale * points) / std
    return torch.exp(-0.5 * z**2) / (std * math.sqrt(2 * math.pi))


WRONG = {
    "c-7-08": [
        lambda p, x, a, s: bell(p, x, 1.0, s).mean(1),
        lambda p, x, a, s: bell(p, x, a, s).sum(1),
        lambda p, x, a, s: bell(p, x, a, s**0.5).mean(1),
        lambda p, x, a, s: bell(p, x, a, s**2).mean(1),
        lambda p, x, a, s: bell(p, x, a, s).mean(1).log(),
        lambda p, x, a, s: bell(p, x, a, s).log().mean(1),
        lambda p, x, a, s: bell(p, x, a, s).mean(1) * s * math.sqrt(2 * math.pi),
        lambda p, x, a, s: bell(p.mean().reshape(1), x, a, s)[:, 0],
        lambda p, x, a, s: bell(p, x, a, s).mean(0),
        lambda p, x, a, s: bell(p, x, a**2, s).mean(1),
        lambda p, x, a, s: bell(p, x, a, s).amax(1),
        lambda p, x, a, s: bell(p, x, a, (1 - a**2) ** 0.5).mean(1),
    ],
    "c-7-09": [
        lambda x0, f, g, T: (x0 * math.exp(f * T), g**2 * math.expm1(f * T) / f),
        lambda x0, f, g, T: (x0 + f * T, g**2 * T),
        lambda x0, f, g, T: (x0 * math.exp(f * T), g * math.expm1(2 * f * T) / (2 * f)),
        lambda x0, f, g, T: (x0 * math.exp(f * T), g**2 * T),
        lambda x0, f, g, T: (x0 * math.exp(f * T), g**2 * math.expm1(2 * f * T)),
        lambda x0, f, g, T: (x0 * math.exp(f * T), g**2 * math.expm1(2 * f * T) / f),
        lambda x0, f, g, T: (x0 * math.exp(-f * T), g**2 * math.expm1(2 * f * T) / (2 * f)),
        lambda x0, f, g, T: (x0 * math.exp(f * T), -(g**2) * math.expm1(-2 * f * T) / (2 * f)),
        lambda x0, f, g, T: (
            x0 * math.exp(f * T),
            (g**2 * math.expm1(2 * f * T) / (2 * f)) ** 0.5,
        ),
        lambda x0, f, g, T: (x0 * math.exp(2 * f * T), g**2 * math.expm1(2 * f * T) / (2 * f)),
        lambda x0, f, g, T: (x0, g**2 * T),
        lambda x0, f, g, T: (math.exp(f * T), g**2 * math.expm1(2 * f * T) / (2 * f)),
    ],
    "c-7-10": [
        lambda f, g, P0: (-(g**2) / f, math.log(2) / -f),
        lambda f, g, P0: (-(g**2) / f, math.log(2) / (-2 * f)),
        lambda f, g, P0: (-(g**2) / (2 * f), math.log(2) / -f),
        lambda f, g, P0: (-g / (2 * f), math.log(2) / (-2 * f)),
        lambda f, g, P0: (g**2 / (2 * f), math.log(2) / (-2 * f)),
        lambda f, g, P0: (-(g**2) / (2 * f), 1 / (-2 * f)),
        lambda f, g, P0: (P0, math.log(2) / (-2 * f)),
        lambda f, g, P0: (-(g**2) / (2 * f), math.log(2) / (2 * f)),
        lambda f, g, P0: (0.0, math.log(2) / (-2 * f)),
        lambda f, g, P0: (1.0, math.log(2) / (-2 * f)),
    ],
    "c-7-11": [
        lambda cases: [1, 1, 1, 0, 0],
        lambda cases: [1, 1, 1, 1, 0],
        lambda cases: [0, 0, 1, 0, 0],
        lambda cases: [0, 1, 0, 0, 0],
        lambda cases: [0, 1, 1, 0, 1],
        lambda cases: [0, 1, 1, 1, 0],
        lambda cases: [1, 0, 1, 0, 0],
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-7-08": [
        lambda p, x, a, s: bell(p / a, x, 1.0, s).mean(1),
        lambda p, x, a, s: bell(p, x, a, math.hypot(1, s)).mean(1),
    ],
    "c-7-09": [
        lambda x0, f, g, T: (x0 * math.exp(f * T), g**2 * math.expm1(2 * f * T) / 2),
        lambda x0, f, g, T: (x0 * (1 + f * T), g**2 * math.expm1(2 * f * T) / (2 * f)),
    ],
    "c-7-10": [
        lambda f, g, P0: (g**2 / f**2, math.log(2) / (-2 * f)),
        lambda f, g, P0: (-(g**2) / (2 * f), math.log(2) / f**2),
    ],
    "c-7-11": [
        lambda cases: [0, 1, 1, 1, 1],
        lambda cases: [0, 0, 0, 0, 0],
    ],
}
