"""What readers type on the page `flow-matching` and is wrong."""

import math

WRONG = {
    "c-11-08": [
        lambda x, e, t: (x - e) / (1 - t),
        lambda x, e, t: (e - x) / t,
        lambda x, e, t: (x - t * e) / (1 - t),
        lambda x, e, t: e - x,
        lambda x, e, t: e + (x - t * e) / (1 - t),
        lambda x, e, t: e - (x - e) / (1 - t),
        lambda x, e, t: (e - x) / (1 - t) ** 2,
    ],
    "flow-clock": [
        lambda u, x, t: u(x, 1 - t),
        lambda u, x, t: -u(x, t),
        lambda u, x, t: u(x, t),
        lambda u, x, t: -u(-x, 1 - t),
        lambda u, x, t: u(x, t - 1),
    ],
    "flow-loss": [
        lambda stds: 0.5 * math.pi * sum(stds),
        lambda stds: (2 - math.pi / 2) * sum(stds),
        lambda stds: (1 - math.pi / 4) * sum(stds),
        lambda stds: sum(stds),
        lambda stds: 0.25 * math.pi * sum(s * s for s in stds),
        lambda stds: 0.5 * sum(1 + s * s for s in stds),
        lambda stds: 2 * sum(stds),
    ],
    "flow-rotation": [
        lambda angle: [2 * (1 - math.cos(angle)), 0.0, 0.0],
        lambda angle: [4 * (1 - math.cos(angle)), 4 * (1 - math.cos(angle)), 0.0],
        lambda angle: [4 * (1 - math.cos(angle)), 0.0, 4 * (1 - math.cos(angle))],
        lambda angle: [0.0, 0.0, 0.0],
        lambda angle: [2 * angle**2, 0.0, 0.0],
        lambda angle: [4 * math.sin(angle / 2), 0.0, 0.0],
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-11-08": [
        lambda x, e, t: e * (1 - t) - x,
        lambda x, e, t: (e - x) * (1 - t),
    ],
    "flow-clock": [lambda u, x, t: -u(x, 1 + t)],
    "flow-loss": [lambda stds: 0.25 * math.pi * math.prod(stds), lambda stds: math.pi / 4],
    "flow-rotation": [lambda angle: [4 * (1 + math.cos(angle)), 0.0, 0.0]],
}
