"""What readers type on the page `hierarchical-vae` and is wrong."""

import math

import torch


def pair(mean, variance):
    return torch.stack([mean, variance + 0 * mean])


def gain(s1, c, s2):
    return c * s1**2 / (c**2 * s1**2 + s2**2)


def information(spread, b):
    return 0.5 * torch.log1p(spread / b**2)


def sheet(line, wrong):
    """The right sheet, but for one line."""

    def answer(mu, sigma, eps, seen, pull, model, inference, log_w, low, high, miss):
        lines = [
            mu + sigma * eps,
            0.5 * (mu**2 + sigma**2 - 1) - math.log(sigma),
            seen - pull,
            model + inference,
            log_w.exp().mean().log(),
            0.5 * (low - high) * miss,
        ]
        lines[line - 1] = wrong(
            mu, sigma, eps, seen, pull, model, inference, log_w, low, high, miss
        )
        return lines

    return answer


def ratio(square):
    """The log-ratio with another expected square of z_1 - a z_2."""
    return lambda m, s, c, r, a, t: math.log(t / s) + square(m, s, c, r, a) / (2 * t**2) - 0.5


right_ratio = ratio(lambda m, s, c, r, a: (1 - a * c) ** 2 * (m**2 + s**2) + a**2 * r**2)


WRONG = {
    "c-2-20": [
        lambda z, m, a, c, b: pair(m + gain(a, c, b) * (z - c * m), (1 - gain(a, c, b)) * a**2),
        lambda z, m, a, c, b: pair(
            m + c * a**2 / (c**2 * a**2 + b) * (z - c * m),
            (1 - c**2 * a**2 / (c**2 * a**2 + b)) * a**2,
        ),
        lambda z, m, a, c, b: pair(
            m + gain(a, c, b) * (z - c * m), (1 - c * gain(a, c, b)) ** 0.5 * a
        ),
        lambda z, m, a, c, b: pair(m + gain(a, c, b) * (z - m), (1 - c * gain(a, c, b)) * a**2),
        lambda z, m, a, c, b: pair(m + gain(a, c, b) / c * (z - c * m), (1 - gain(a, c, b)) * a**2),
        lambda z, m, a, c, b: pair(
            m + c * a**2 / (a**2 + b**2) * (z - c * m), (1 - c**2 * a**2 / (a**2 + b**2)) * a**2
        ),
        lambda z, m, a, c, b: pair(m + gain(a, c, b) * (z - c * m), a**2),
        lambda z, m, a, c, b: pair(m + gain(a, c, b) * (z - c * m), b**2),
        lambda z, m, a, c, b: pair(z / c, b**2 / c**2),
        lambda z, m, a, c, b: pair(
            m + gain(a, c, b) * (z - c * m), 1 / ((1 - c * gain(a, c, b)) * a**2)
        ),
        lambda z, m, a, c, b: pair(
            m + c * a / (c**2 * a + b) * (z - c * m), (1 - c**2 * a / (c**2 * a + b)) * a
        ),
        lambda z, m, a, c, b: pair(
            m + gain(a, c, b) * (z - c * m), (1 - c * gain(a, c, b)) * a**2
        ).flip(0),
        lambda z, m, a, c, b: pair(gain(a, c, b) * z, (1 - c * gain(a, c, b)) * a**2),
        lambda z, m, a, c, b: pair(
            (m * b**2 + z * a**2) / (a**2 + b**2), a**2 * b**2 / (a**2 + b**2)
        ),
        lambda z, m, a, c, b: (
            pair(m + gain(a, c, b) * (z - c * m), (1 - c * gain(a, c, b)) * a**2).T
        ),
        lambda z, m, a, c, b: pair(m + gain(a, c, b) * (z - c * m), (1 + c * gain(a, c, b)) * a**2),
        lambda z, m, a, c, b: pair(m - gain(a, c, b) * (z - c * m), (1 - c * gain(a, c, b)) * a**2),
    ],
    "c-2-23": [
        lambda v, b: 2 * information(v, b).sum(),
        lambda v, b: 0.5 * torch.log1p(v / b).sum(),
        lambda v, b: 0.5 * torch.log1p(b**2 / v).sum(),
        lambda v, b: 0.5 * (v / b**2).log().sum(),
        lambda v, b: information(v, b).mean(),
        lambda v, b: information(v, b),
        lambda v, b: information(v, b).sum() / math.log(2),
        lambda v, b: 0.5 * torch.log1p(v**2 / b**2).sum(),
        lambda v, b: 0.5 * (v + b**2 - 1 - (b**2).log()).sum(),
        lambda v, b: 0.5 * torch.log(2 * math.pi * math.e * (v + b**2)).sum(),
        lambda v, b: 0.5 * torch.log1p((v / b**2).sum()),
        lambda v, b: -information(v, b).sum(),
        lambda v, b: -b.log().sum(),
        lambda v, b: 0.5 * torch.log1p(v).sum(),
    ],
    "c-2-26": [
        sheet(1, lambda mu, s, e, *rest: mu + s**2 * e),
        sheet(1, lambda mu, s, e, *rest: mu + e),
        sheet(1, lambda mu, s, e, *rest: mu * e + s),
        sheet(2, lambda mu, s, *rest: mu**2 + s**2 - 1 - 2 * math.log(s)),
        sheet(2, lambda mu, s, *rest: 0.5 * (mu**2 + s**2 - 1) + math.log(s)),
        sheet(2, lambda mu, s, *rest: 0.5 * (mu**2 + s**2 - 1 - math.log(s))),
        sheet(2, lambda mu, s, *rest: 0.5 * (mu**2 + s**2) - math.log(s)),
        sheet(2, lambda mu, s, *rest: 0.5 * (mu**2 + s - 1 - math.log(s))),
        sheet(3, lambda mu, s, e, seen, pull, *rest: seen + pull),
        sheet(3, lambda mu, s, e, seen, pull, *rest: pull - seen),
        sheet(4, lambda mu, s, e, seen, pull, model, inference, *rest: model - inference),
        sheet(4, lambda mu, s, e, seen, pull, model, inference, *rest: inference),
        sheet(5, lambda *a: a[7].mean()),
        sheet(5, lambda *a: a[7].logsumexp(0)),
        sheet(5, lambda *a: a[7].logsumexp(0) / len(a[7])),
        sheet(6, lambda *a: 0.5 * (a[9] - a[8]) * a[10]),
        sheet(6, lambda *a: (a[8] - a[9]) * a[10]),
        sheet(6, lambda *a: 0.5 * (a[8] - a[9]) * a[10] ** 2),
        sheet(6, lambda *a: 0.5 * a[8] / a[9] * a[10]),
    ],
    "c-2-19": [
        ratio(lambda m, s, c, r, a: (1 - a * c) ** 2 * m**2 + s**2 + a**2 * (c**2 * s**2 + r**2)),
        ratio(lambda m, s, c, r, a: (1 - a * c) ** 2 * m**2 + s**2),
        ratio(lambda m, s, c, r, a: (1 - a * c) ** 2 * (m**2 + s**2)),
        ratio(lambda m, s, c, r, a: (1 - a * c) ** 2 * m**2 + a**2 * r**2),
        ratio(lambda m, s, c, r, a: (1 - a * c) ** 2 * s**2 + a**2 * r**2),
        ratio(lambda m, s, c, r, a: (1 - a * c) ** 2 * (m**2 + s**2) + r**2),
        ratio(lambda m, s, c, r, a: (1 - a * c) * (m**2 + s**2) + a**2 * r**2),
        ratio(lambda m, s, c, r, a: (1 - a * c) ** 2 * (m**2 + s**2) + a * r**2),
        lambda m, s, c, r, a, t: right_ratio(m, s, c, r, a, t) + 0.5,
        lambda m, s, c, r, a, t: right_ratio(m, s, c, r, a, t) + 2 * math.log(s / t),
        lambda m, s, c, r, a, t: -right_ratio(m, s, c, r, a, t),
        lambda m, s, c, r, a, t: right_ratio(m, s, c, r, a, t) / math.log(2),
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-2-20": [
        lambda z, m, a, c, b: pair(m + gain(a, c, b) * z, (1 - c * gain(a, c, b)) * a**2),
        lambda z, m, a, c, b: pair(
            m + gain(a, c, b) * (z - c * m), a**2 - c * gain(a, c, b) * b**2
        ),
    ],
    "c-2-23": [
        lambda v, b: (0.5 * torch.log1p(v / b**2)).prod(),
        lambda v, b: 0.5 * torch.log1p(v**0.5 / b).sum(),
    ],
    "c-2-26": [
        sheet(6, lambda *a: 0.5 * (1 / a[8] - 1 / a[9]) * a[10]),
        sheet(2, lambda mu, s, *r: 0.5 * (mu**2 + s - 1) - math.log(s)),
    ],
}
