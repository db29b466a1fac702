"""What readers type on the page `annealed_langevin` and is wrong."""

import math


def level(step, noise, sign=1.0, rows=slice(None)):
    def wrong(x, score, sigma, sigma_1, delta, noises):
        eta = step(sigma, sigma_1, delta)
        for z in noises[rows]:
            x = x + sign * eta * score(x, sigma) + noise(eta) * z
        return x

    return wrong


def square(sigma, sigma_1, delta):
    return delta * sigma**2 / sigma_1**2


def root(eta):
    return math.sqrt(2 * eta)


def sampler(start, levels, step=square, noise=root):
    def wrong(first, score, sigmas, delta, noises):
        x = start(sigmas) * first
        for z, l in zip(noises, levels(sigmas), strict=False):
            x = level(step, noise)(x, score, l, sigmas[0], delta, z)
        return x

    return wrong


def top(sigmas):
    return sigmas[-1]


def down(sigmas):
    return sigmas[::-1]


WRONG = {
    "c-6-08": [
        level(square, math.sqrt),
        level(lambda s, s1, d: d, root),
        level(lambda s, s1, d: d * s / s1, root),
        level(lambda s, s1, d: d * s1**2 / s**2, root),
        level(square, root, -1.0),
        level(square, root, rows=slice(-1)),
        level(square, root, rows=slice(1)),
        level(square, lambda eta: 2 * math.sqrt(eta)),
        level(square, lambda eta: 0.0),
    ],
    "c-6-09": [
        sampler(lambda sigmas: 1.0, lambda sigmas: sigmas[:0:-1]),
        sampler(top, lambda sigmas: sigmas[:0:-1]),
        sampler(lambda sigmas: 1.0, down),
        sampler(lambda sigmas: sigmas[0], down),
        sampler(top, lambda sigmas: sigmas),
        sampler(top, down, noise=math.sqrt),
        sampler(top, down, step=lambda s, s1, d: d),
        sampler(top, down, step=lambda s, s1, d: d * s / s1),
    ],
    "c-6-10": [
        lambda delta, sigma, sigma_1, s: math.sqrt(delta / 2) / sigma_1,
        lambda delta, sigma, sigma_1, s: (
            math.sqrt(delta) * sigma / (sigma_1 * math.hypot(s, sigma))
        ),
        lambda delta, sigma, sigma_1, s: math.sqrt(delta / 2) / math.hypot(s, sigma),
        lambda delta, sigma, sigma_1, s: (
            math.sqrt(delta * sigma / sigma_1 / 2) / math.hypot(s, sigma)
        ),
        lambda delta, sigma, sigma_1, s: (
            sigma_1 * math.hypot(s, sigma) / (sigma * math.sqrt(delta / 2))
        ),
        lambda delta, sigma, sigma_1, s: math.sqrt(delta / 2) * sigma / (sigma_1 * (s + sigma)),
        lambda delta, sigma, sigma_1, s: delta / 2 * sigma**2 / (sigma_1**2 * (s**2 + sigma**2)),
    ],
    "ald-variance": [
        lambda v, s, sigma, eta, K: (s**2 + sigma**2) / (1 - eta / (2 * (s**2 + sigma**2))),
        lambda v, s, sigma, eta, K: (
            (V := s**2 + sigma**2) / (1 - eta / (2 * V))
            + (1 - eta / V) ** K * (v - V / (1 - eta / (2 * V)))
        ),
        lambda v, s, sigma, eta, K: (V := s**2 + sigma**2) + (1 - eta / V) ** (2 * K) * (v - V),
        lambda v, s, sigma, eta, K: v * (1 - eta / (s**2 + sigma**2)) ** (2 * K),
        lambda v, s, sigma, eta, K: (
            (V := sigma**2) / (1 - eta / (2 * V))
            + (1 - eta / V) ** (2 * K) * (v - V / (1 - eta / (2 * V)))
        ),
        lambda v, s, sigma, eta, K: (
            (V := s**2 + sigma**2) / (2 - eta / V)
            + (1 - eta / V) ** (2 * K) * (v - V / (2 - eta / V))
        ),
    ],
    "c-6-11": [
        lambda a, b, gamma, K: K * math.log(b / a) / math.log(gamma) + 1,
        lambda a, b, gamma, K: K * (1 + math.log(b / a) / math.log(gamma)),
        lambda a, b, gamma, K: K + 1 + math.log(b / a) / math.log(gamma) + 1,
        lambda a, b, gamma, K: K * (1 + (b - a) / gamma) + 1,
        lambda a, b, gamma, K: 1 + math.log(b / a) / math.log(gamma),
        lambda a, b, gamma, K: (K + 1) * (1 + math.log(b / a) / math.log(gamma)),
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-6-08": [
        level(square, lambda eta: 2 * eta),
        level(lambda s, s1, d: d * s**2, root),
        level(lambda s, s1, d: d * s**2 / s1**2 / 2, root),
    ],
    "c-6-09": [
        sampler(top, lambda sigmas: sigmas[:-1][::-1]),
        sampler(lambda sigmas: sigmas[-1] ** 2, down),
    ],
    "c-6-10": [lambda delta, sigma, sigma_1, s: math.sqrt(delta / 2) * sigma / sigma_1 / s],
    "ald-variance": [
        lambda v, s, sigma, eta, K: (
            (V := s**2 + sigma**2) / (1 - eta / V) + (1 - eta / V) ** (2 * K) * (v - V)
        ),
    ],
    "c-6-11": [lambda a, b, gamma, K: K * (2 + math.log(b / a) / math.log(gamma)) + 1],
}
