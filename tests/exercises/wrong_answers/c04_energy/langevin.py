"""What readers type on the page `langevin` and is wrong."""

import math


def ratio(forth, back, scale, target=1.0):
    return lambda lx, ly, x, y, mx, my, eta: (
        target * (ly - lx) + (forth * (y - mx) ** 2 + back * (x - my) ** 2).sum(1) / (scale * eta)
    )


WRONG = {
    "c-4-12": [
        lambda x, score, eta, noise: x + eta * score + eta**0.5 * noise,
        lambda x, score, eta, noise: x - eta * score + (2 * eta) ** 0.5 * noise,
        lambda x, score, eta, noise: x + eta * score + 2 * eta * noise,
        lambda x, score, eta, noise: x + eta * score + eta * noise,
        lambda x, score, eta, noise: x + eta * score + 2 * eta**0.5 * noise,
        lambda x, score, eta, noise: x + eta * score + 2**0.5 * eta * noise,
        lambda x, score, eta, noise: x + eta / 2 * score + eta**0.5 * noise,
        lambda x, score, eta, noise: x + eta / 2 * score + (2 * eta) ** 0.5 * noise,
        lambda x, score, eta, noise: x + eta * score,
        lambda x, score, eta, noise: x + (2 * eta) ** 0.5 * noise,
        lambda x, score, eta, noise: x + score + (2 * eta) ** 0.5 * noise,
        lambda x, score, eta, noise: eta * score + (2 * eta) ** 0.5 * noise,
    ],
    "c-4-13": [
        lambda s, eta, c: c**2 * s**2 / 2,
        lambda s, eta, c: s**2 / (1 - eta / (2 * s**2)),
        lambda s, eta, c: c * s**2 / (2 - eta / s**2),
        lambda s, eta, c: c**2 * s**2 / (2 - 2 * eta / s**2),
        lambda s, eta, c: c**2 * s**2 / (2 + eta / s**2),
        lambda s, eta, c: c**2 * s**2,
        lambda s, eta, c: c**2 * eta / (1 - (1 - eta / s) ** 2),
        lambda s, eta, c: c**2 * s**2 / (1 - eta / (2 * s**2)),
        lambda s, eta, c: (c**2 * s**2 / (2 - eta / s**2)) ** 0.5,
        lambda s, eta, c: c**2 * eta,
    ],
    "langevin-widths": [
        lambda cases: [1, 1, 2, 1, -1],
        lambda cases: [1, 1, 1, 0, -1],
        lambda cases: [1, 2, 2, 0, -1],
        lambda cases: [1, 1, 2, 0, 1],
        lambda cases: [1, 1, 2, 0, 0],
        lambda cases: [-1, -1, 2, 0, -1],
        lambda cases: [0, 0, 2, 0, -1],
        lambda cases: [0, 1, 2, 0, -1],
        lambda cases: [-1, 1, 2, 0, -1],
    ],
    "c-4-15": [
        lambda d, s: 2 * math.pi * s**2 * math.exp(d**2 / (2 * s**2)) / (d**2 / s**2 - 1) ** 0.5,
        lambda d, s: math.pi * s**2 * math.exp(d**2 / s**2) / (d**2 / s**2 - 1) ** 0.5,
        lambda d, s: math.exp(d**2 / (2 * s**2)) / 2,
        lambda d, s: (d**2 / s**2 - 1) ** 0.5 / (math.pi * s**2 * math.exp(d**2 / (2 * s**2))),
        lambda d, s: math.pi * s**3 / d * math.exp(d**2 / (2 * s**2)),
        lambda d, s: math.pi * s * math.exp(d**2 / (2 * s**2)) / (d**2 / s**2 - 1) ** 0.5,
        lambda d, s: math.pi / 2 * s**2 * math.exp(d**2 / (2 * s**2)) / (d**2 / s**2 - 1) ** 0.5,
        lambda d, s: math.pi * s**4 * math.exp(d**2 / (2 * s**2)) / (d**2 / s**2 - 1),
        lambda d, s: math.pi * s**2 * math.exp(2 * d**2 / s**2) / (4 * d**2 / s**2 - 1) ** 0.5,
        lambda d, s: math.pi * s**2 * math.exp(d / (2 * s**2)) / (d**2 / s**2 - 1) ** 0.5,
    ],
    "langevin-ratio": [
        ratio(-1, 1, 4),
        ratio(0, 0, 4),
        ratio(1, -1, 2),
        ratio(1, -1, 1),
        ratio(1, -1, 4, -1),
        ratio(1, -1, 4, 0),
        ratio(-1, 1, 4, -1),
        ratio(1, 0, 4),
        ratio(0, -1, 4),
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-4-12": [
        lambda x, score, eta, noise: x + eta**2 * score + (2 * eta) ** 0.5 * noise,
        lambda x, score, eta, noise: x + 2 * eta * score + (2 * eta) ** 0.5 * noise,
    ],
    "c-4-13": [
        lambda s, eta, c: c**2 * s**2 / (2 - eta / s),
        lambda s, eta, c: c**2 * s**2 / (1 - eta / s**2),
    ],
    "c-4-15": [
        lambda d, s: math.pi * s**2 * math.exp(d**2 / 2) / (d**2 / s**2 - 1) ** 0.5,
    ],
    "langevin-ratio": [ratio(-1, -1, 4), ratio(1, -1, 8)],
}
