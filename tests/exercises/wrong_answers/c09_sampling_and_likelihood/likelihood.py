"""What readers type on the page `likelihood` and is wrong."""

import math

WRONG = {
    "c-9-12": [
        lambda f, g2, own: own.shape[1] * f - 0.5 * g2 * own.sum(1),
        lambda f, g2, own: -own.shape[1] * f + g2 * own.sum(1),
        lambda f, g2, own: -own.shape[1] * f + 0.25 * g2 * own.sum(1),
        lambda f, g2, own: -f + 0.5 * g2 * own.sum(1),
        lambda f, g2, own: -own.shape[1] * f - 0.5 * g2 * own.sum(1),
        lambda f, g2, own: 0.5 * g2 * own.sum(1),
        lambda f, g2, own: -f + 0.5 * g2 * own.mean(1),
        lambda f, g2, own: f - 0.5 * g2 * own.sum(1),
        lambda f, g2, own: -own.shape[1] * f + 0.5 * g2**0.5 * own.sum(1),
        lambda f, g2, own: -own.shape[1] * f + 0.5 * g2 * own.prod(1),
        lambda f, g2, own: own.shape[1] * f - g2 * own.sum(1),
        lambda f, g2, own: -own.shape[1] * f + 0.5 * g2 * own.square().sum(1),
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
        lambda nats: (nats / math.log(2) / 1024 + 7) * 784 / 1024,
    ],
    "like-cut-off": [
        lambda s, k, D: 0.5 * D * (math.log(1 + k**2 / s**2) - k**2 / (s**2 + k**2)),
        lambda s, k, D: -0.5 * D * (k**2 / s**2 - math.log(1 + k**2 / s**2)),
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
        lambda f, g2, own: -own.shape[1] * f + 0.5 * g2**2 * own.sum(1),
        lambda f, g2, own: -(own.shape[1] ** 2) * f + 0.5 * g2 * own.sum(1),
    ],
    "like-bits": [lambda nats: nats / math.log(2) / 784 + 7],
    "like-cut-off": [lambda s, k, D: -0.5 * D * math.log(1 + k / s)],
}
