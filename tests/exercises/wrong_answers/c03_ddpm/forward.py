"""What readers type on the page `forward` and is wrong."""

import math

import torch


def root(betas):
    return (1 - betas**2).sqrt()


def later(alphas):
    return torch.stack([alphas[k + 1 :].prod() for k in range(len(alphas))])


def kl(x0, square, variance):
    return 0.5 * (square * (x0**2).sum(1) + x0.shape[1] * (variance - 1 - math.log(variance)))


WRONG = {
    "c-3-04": [
        lambda betas: later(root(betas)) * betas,
        lambda betas: later(root(betas)) ** 2 * betas,
        lambda betas: later(root(betas)) * betas**2,
        lambda betas: (later(root(betas)) * root(betas)) ** 2 * betas**2,
        lambda betas: root(betas).cumprod(0) ** 2 * betas**2,
        lambda betas: betas**2,
        lambda betas: betas,
        lambda betas: later(1 - betas) * betas,
        lambda betas: later((1 - betas).sqrt()) ** 2 * betas**2,
        lambda betas: later(1 - betas) ** 2 * betas**2,
        lambda betas: (later(root(betas)) ** 2 * betas**2).flip(0),
        lambda betas: 1 - root(betas).cumprod(0) ** 2,
        lambda betas: root(betas).prod() ** 2 * betas**2,
        lambda betas: (later(root(betas)) ** 2 * betas**2).sum(),
    ],
    "c-3-06": [
        lambda x, b, e: (1 - b).prod().sqrt() * x + (1 - (1 - b).prod()).sqrt() * e,
        lambda x, b, e: root(b).prod() * x + (1 - root(b).prod() ** 2) * e,
        lambda x, b, e: root(b).prod() * x + (1 - root(b).prod()).sqrt() * e,
        lambda x, b, e: root(b).prod().sqrt() * x + (1 - root(b).prod()).sqrt() * e,
        lambda x, b, e: root(b).prod() ** 2 * x + (1 - root(b).prod() ** 2).sqrt() * e,
        lambda x, b, e: root(b).prod() * x + b.prod() * e,
        lambda x, b, e: root(b).prod() * x + b.sum() * e,
        lambda x, b, e: root(b).prod() * x + (b**2).sum().sqrt() * e,
        lambda x, b, e: x + (1 - root(b).prod() ** 2).sqrt() * e,
        lambda x, b, e: root(b)[-1] * x + b[-1] * e,
        lambda x, b, e: (1 - b).prod() * x + (1 - (1 - b).prod() ** 2).sqrt() * e,
        lambda x, b, e: root(b).prod() * x + (1 - root(b).prod()) * e,
        lambda x, b, e: root(b)[:-1].prod() * x + (1 - root(b)[:-1].prod() ** 2).sqrt() * e,
        lambda x, b, e: root(b).prod() * x,
        lambda x, b, e: root(b).prod() * x + e,
    ],
    "c-3-07": [
        lambda x, a: kl(x, a**2, 1 - a**2) / x.shape[1],
        lambda x, a: 0.5 * (a**2 * (x**2).sum(1) + (1 - a**2) - 1 - math.log(1 - a**2)),
        lambda x, a: 2 * kl(x, a**2, 1 - a**2),
        lambda x, a: kl(x, a, 1 - a**2),
        lambda x, a: kl(x, a**2, 1 - a),
        lambda x, a: kl(x, a, 1 - a),
        lambda x, a: kl(x, a**2, (1 - a**2) ** 0.5),
        lambda x, a: (
            0.5 * (a**2 * (x**2).sum(1) + x.shape[1] * (-(a**2) - 0.5 * math.log(1 - a**2)))
        ),
        lambda x, a: 0.5 * (a**2 * (x**2).sum(1) + x.shape[1] * (-(a**2) + math.log(1 - a**2))),
        lambda x, a: 0.5 * a**2 * (x**2).sum(1),
        lambda x, a: 0.5 * (a**2 * (x**2).sum(1) + x.shape[1] * (1 - a**2 - math.log(1 - a**2))),
        lambda x, a: (
            0.5 * ((a**2 * (x**2).sum(1) + x.shape[1]) / (1 - a**2))
            + 0.5 * x.shape[1] * (math.log(1 - a**2) - 1)
        ),
        lambda x, a: kl(x, a**2, 1 - a**2) / math.log(2),
        lambda x, a: kl(x, a**2, 1 - a**2).mean(),
        lambda x, a: 0.5 * (a**2 * x**2 + (1 - a**2) - 1 - math.log(1 - a**2)),
        lambda x, a: (
            0.5 * (a**2 * (x**2).mean(1) + x.shape[1] * ((1 - a**2) - 1 - math.log(1 - a**2)))
        ),
        lambda x, a: kl(x, 1, 1 - a**2),
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-3-04": [
        lambda b: later(root(b)) ** 2 * (1 - root(b)),
        lambda b: b**2 * (1 - b**2),
    ],
    "c-3-06": [
        lambda x, b, e: (1 - b**2).prod() * x + (1 - (1 - b**2).prod()) * e,
        lambda x, b, e: root(b).prod() * x + b.mean() * e,
    ],
    "c-3-07": [
        lambda x, a: 0.5 * (a**2 * (x**2).sum(1) + x.shape[1] * -(a**2)) - math.log(1 - a**2),
        lambda x, a: 0.5 * (a**2 * x.norm(dim=1) + x.shape[1] * (-(a**2) - math.log(1 - a**2))),
    ],
}
