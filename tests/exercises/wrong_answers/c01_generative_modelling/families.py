"""What readers type on the page `families` and is wrong."""

import math

import torch

C = math.log(2 * math.pi) / 2


def whiten(x, b, s):
    return (x - b) * torch.exp(-s)


def gap(p, q, d):
    return p * (p / (p + q) / d).log() + q * (q / (p + q) / (1 - d)).log()


WRONG = {
    "c-1-20": [
        lambda x, b, s: (-(whiten(x, b, s) ** 2) / 2 - C + s).sum(1),
        lambda x, b, s: (-(whiten(x, b, s) ** 2) / 2 - C).sum(1),
        lambda x, b, s: (-(whiten(x, b, s) ** 2) / 2 - s).sum(1),
        lambda x, b, s: (-(((x - b) * s.exp()) ** 2) / 2 - C - s).sum(1),
        lambda x, b, s: (-(whiten(x, b, s) ** 2) / 2 - C - s).mean(1),
        lambda x, b, s: (-(whiten(x, b, s) ** 2) / 2 - C - s).sum(0),
        lambda x, b, s: -(whiten(x, b, s) ** 2) / 2 - C - s,
        lambda x, b, s: (-(whiten(x, b, s) ** 2) / 2 - s).sum(1) - C,
        lambda x, b, s: (-(whiten(x, b, s) ** 2) - C - s).sum(1),
        lambda x, b, s: (-(whiten(x, b, s) ** 2) / 2 - C - s).sum(1).exp(),
        lambda x, b, s: (-(whiten(x, b, s) ** 2) / 2 - C - s.exp()).sum(1),
        lambda x, b, s: (-((b + s.exp() * x) ** 2) / 2 - C + s).sum(1),
        lambda x, b, s: (-(x**2) / 2 - C - s).sum(1),
        lambda x, b, s: (-(((x - b) / s) ** 2) / 2 - C - s.abs().log()).sum(1),
        lambda x, b, s: (-(whiten(x, b, s) ** 2) / 2 - C - s).sum(),
        lambda x, b, s: (whiten(x, b, s) ** 2 / 2 + C + s).sum(1),
    ],
    "c-1-21": [
        lambda p, q, r: p / (p + q),
        lambda p, q, r: (1 - r) * p / ((1 - r) * p + r * q),
        lambda p, q, r: (1 - r) * q / (r * p + (1 - r) * q),
        lambda p, q, r: r * p / (p + q),
        lambda p, q, r: (r * p).log() - ((1 - r) * q).log(),
        lambda p, q, r: r * p / ((1 - r) * q),
        lambda p, q, r: 0.5,
        lambda p, q, r: r * p,
        lambda p, q, r: r * p / (r * p + q),
        lambda p, q, r: (r * p > (1 - r) * q).double(),
        lambda p, q, r: p / (r * p + (1 - r) * q),
        lambda p, q, r: r * q / (r * q + (1 - r) * p),
    ],
    "c-1-22": [
        lambda families: [3, 3, 1, 3, 0, 1],
        lambda families: [2, 3, 1, 3, 0, 3],
        lambda families: [2, 3, 1, 3, 1, 1],
        lambda families: [2, 3, 3, 3, 0, 1],
        lambda families: [2, 3, 1, 2, 0, 1],
        lambda families: [2, 2, 1, 3, 0, 1],
        lambda families: [0, 3, 1, 3, 0, 1],
        lambda families: [1, 3, 1, 3, 0, 1],
        lambda families: [2, 3, 1, 3, 0, 2],
        lambda families: [2, 3, 1, 3, 0, 0],
        lambda families: [2, 3, 1, 1, 0, 1],
        lambda families: [2, 3, 0, 3, 0, 1],
        lambda families: [2, 3, 2, 3, 0, 1],
        lambda families: [1, 0, 2, 0, 3, 2],
        lambda families: [3, 3, 1, 3, 0, 3],
        lambda families: [2, 3, 1, 3, 2, 1],
    ],
    "families-gap": [
        lambda p, q, d: (p * d.log() + q * (1 - d).log()).sum(),
        lambda p, q, d: (p * (p / (p + q)).log() + q * (q / (p + q)).log()).sum(),
        lambda p, q, d: gap(p, q, d).sum() * -1,
        lambda p, q, d: (p * (p / (p + q) / d).log()).sum(),
        lambda p, q, d: (q * (q / (p + q) / (1 - d)).log()).sum(),
        lambda p, q, d: gap(p, q, d).sum() + math.log(4),
        lambda p, q, d: gap(p, q, d).mean(),
        lambda p, q, d: gap(p, q, d),
        lambda p, q, d: gap(p, q, d).sum() / 2,
        lambda p, q, d: gap(p, q, 1 - d).sum(),
        lambda p, q, d: 0.0,
        lambda p, q, d: (p / (p + q) - d).abs().sum(),
    ],
    "c-1-24": [
        lambda x, e, s, t: x + (s**2 - t**2) / s * e,
        lambda x, e, s, t: x - (s - t) * e,
        lambda x, e, s, t: x - s * e,
        lambda x, e, s, t: x + (s**2 - t**2) * e,
        lambda x, e, s, t: x - (s**2 - t**2) * e,
        lambda x, e, s, t: x - (s**2 - t**2) / s**2 * e,
        lambda x, e, s, t: x - (s**2 - t**2) / t * e,
        lambda x, e, s, t: -(s**2 - t**2) / s * e,
        lambda x, e, s, t: x - (s**2 - t**2) ** 0.5 * e,
        lambda x, e, s, t: x - (s**2 - t**2) / (2 * s) * e,
        lambda x, e, s, t: x - t * e,
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-1-20": [
        lambda x, b, s: (-(whiten(x, b, s) ** 2) / 2 - C).sum(1) - s.sum(),
        lambda x, b, s: (-((x - b * (-s).exp()) ** 2) / 2 - C - s).sum(1),
    ],
    "c-1-21": [
        lambda p, q, r: r * p / (p * (1 - r) + q * r),
        lambda p, q, r: r * p - (1 - r) * q,
    ],
    "c-1-22": [
        lambda f: [1, 3, 0, 3, 2, 1],
        lambda f: [3, 3, 3, 3, 0, 3],
    ],
}
