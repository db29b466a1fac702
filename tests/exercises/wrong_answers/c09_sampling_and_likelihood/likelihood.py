"""What readers type on the page `likelihood` and is wrong."""

import math


def trace(J):
    return J.diagonal(dim1=1, dim2=2).sum(1)


def sym(M):
    return (M + M.T) / 2


def off(M):
    return (M - M.diagonal().diag()).square().sum()


WRONG = {
    "c-9-12": [
        lambda f, g2, J: J.shape[-1] * f - 0.5 * g2 * trace(J),
        lambda f, g2, J: -J.shape[-1] * f + g2 * trace(J),
        lambda f, g2, J: -J.shape[-1] * f + 0.25 * g2 * trace(J),
        lambda f, g2, J: -f + 0.5 * g2 * trace(J),
        lambda f, g2, J: -J.shape[-1] * f - 0.5 * g2 * trace(J),
        lambda f, g2, J: 0.5 * g2 * trace(J),
        lambda f, g2, J: -J.shape[-1] * f + 0.5 * g2 * J.sum((1, 2)),
        lambda f, g2, J: -J.shape[-1] * f + 0.5 * g2 * J.diagonal(dim1=1, dim2=2).mean(1),
        lambda f, g2, J: f - 0.5 * g2 * trace(J),
        lambda f, g2, J: -J.shape[-1] * f + 0.5 * g2**0.5 * trace(J),
        lambda f, g2, J: -J.shape[-1] * f + 0.5 * g2 * J.diagonal(dim1=1, dim2=2).prod(1),
        lambda f, g2, J: J.shape[-1] * f - g2 * trace(J),
    ],
    "c-9-13": [
        lambda cases: [0, 1, 1, 1, 1, 1],
        lambda cases: [0, 0, 0, 1, 1, 1],
        lambda cases: [0, 1, 0, 0, 1, 1],
        lambda cases: [0, 1, 0, 1, 0, 1],
        lambda cases: [0, 1, 0, 1, 1, 0],
        lambda cases: [1, 1, 0, 1, 1, 1],
        lambda cases: [1, 1, 1, 1, 1, 1],
        lambda cases: [0, 0, 0, 0, 0, 0],
        lambda cases: [0, 0, 1, 1, 1, 0],
        lambda cases: [0, 0, 0, 0, 1, 0],
        lambda cases: [1, 0, 1, 0, 0, 0],
    ],
    "like-probes": [
        lambda M, n: (2 * sym(M).square().sum() / n).sqrt(),
        lambda M, n: (2 * off(M) / n).sqrt(),
        lambda M, n: 2 * off(sym(M)) / n,
        lambda M, n: (2 * off(sym(M))).sqrt(),
        lambda M, n: (2 * off(sym(M))).sqrt() / n,
        lambda M, n: (off(sym(M)) / n).sqrt(),
        lambda M, n: (2 * off(sym(M)) * n).sqrt(),
        lambda M, n: (2 * M.square().sum() / n).sqrt(),
        lambda M, n: M.trace().abs() / n**0.5,
        lambda M, n: (2 * sym(M).diagonal().square().sum() / n).sqrt(),
        lambda M, n: (4 * off(sym(M)) / n).sqrt(),
    ],
    "like-bits": [
        lambda nats: (nats + 7 * 1024) / 784,
        lambda nats: (nats / math.log(2) + 8 * 1024) / 784,
        lambda nats: (nats / math.log(2) + 7 * 784) / 784,
        lambda nats: nats / math.log(2) / 1024 + 7,
        lambda nats: nats / math.log(2) / 784,
        lambda nats: (nats / math.log(2) - 7 * 1024) / 784,
        lambda nats: (-nats / math.log(2) + 7 * 1024) / 784,
        lambda nats: (nats * math.log(2) + 7 * 1024) / 784,
        lambda nats: nats / math.log(2) + 7,
        lambda nats: nats / math.log(2) / 1024,
        lambda nats: (nats / math.log(2) + 8 * 784) / 784,
    ],
    "like-cut-off": [
        lambda s, k, D: 0.5 * D * (math.log(1 + k**2 / s**2) - k**2 / (s**2 + k**2)),
        lambda s, k, D: 0.5 * (k**2 / (s**2 + k**2) - math.log(1 + k**2 / s**2)),
        lambda s, k, D: D * (k**2 / (s**2 + k**2) - math.log(1 + k**2 / s**2)),
        lambda s, k, D: -0.5 * D * math.log(1 + k**2 / s**2),
        lambda s, k, D: 0.5 * D * k**2 / (s**2 + k**2),
        lambda s, k, D: 0.5 * D * (1 - s**2 / (s + k) ** 2) - D * math.log(1 + k / s),
        lambda s, k, D: 0.5 * D * (k**2 / (s**2 + k**2) - math.log2(1 + k**2 / s**2)),
        lambda s, k, D: 0.5 * D * (k**2 / s**2 - math.log(1 + k**2 / s**2)),
        lambda s, k, D: 0.5 * D * (k / (s + k) - math.log(1 + k / s)),
        lambda s, k, D: 0.5 * D * math.log(1 + k**2 / s**2),
        lambda s, k, D: 0.0,
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-9-12": [
        lambda f, g2, J: -J.shape[-1] * f + 0.5 * g2**2 * trace(J),
        lambda f, g2, J: -(J.shape[-1] ** 2) * f + 0.5 * g2 * trace(J),
    ],
    "like-probes": [
        lambda M, n: (2 * off(sym(M)) / (n - 1)).sqrt(),
        lambda M, n: (off(M) / n).sqrt(),
    ],
    "like-bits": [lambda nats: nats / math.log(2) / 784 + 7],
    "like-cut-off": [lambda s, k, D: -0.5 * D * math.log(1 + k / s)],
}
