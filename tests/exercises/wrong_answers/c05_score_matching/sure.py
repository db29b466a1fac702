"""What readers type on the page `sure` and is wrong."""


def moved(y, d):
    return ((d - y) ** 2).sum(1)


WRONG = {
    "c-5-28": [
        lambda y, d, j, s: moved(y, d) + 2 * j.sum(1) - y.shape[1] * s**2,
        lambda y, d, j, s: moved(y, d) + 2 * s * j.sum(1) - y.shape[1] * s**2,
        lambda y, d, j, s: moved(y, d) + 2 * s**2 * j.sum(1).sum() - y.shape[1] * s**2,
        lambda y, d, j, s: moved(y, d) + 2 * s**2 * j.sum(1).mean() - y.shape[1] * s**2,
        lambda y, d, j, s: moved(y, d) + 2 * s**2 * j.sum(1),
        lambda y, d, j, s: moved(y, d) + 2 * s**2 * j.sum(1) - s**2,
        lambda y, d, j, s: moved(y, d) + 2 * s**2 * j.sum(1) - len(y) * s**2,
        lambda y, d, j, s: moved(y, d) + 2 * s**2 * j.sum(1) + y.shape[1] * s**2,
        lambda y, d, j, s: moved(y, d) - 2 * s**2 * j.sum(1) - y.shape[1] * s**2,
        lambda y, d, j, s: moved(y, d) + s**2 * j.sum(1) - y.shape[1] * s**2,
        lambda y, d, j, s: moved(y, d) + 2 * s**2 * j.mean(1) - y.shape[1] * s**2,
        lambda y, d, j, s: (moved(y, d) + 2 * s**2 * j.sum(1) - y.shape[1] * s**2) / 2,
        lambda y, d, j, s: (moved(y, d) + 2 * s**2 * j.sum(1) - y.shape[1] * s**2).mean(),
        lambda y, d, j, s: moved(y, d) + 2 * s**2 * j.sum(1) - y.shape[1] * s,
        lambda y, d, j, s: moved(y, d),
        lambda y, d, j, s: moved(y, d) + 2 * s**2 * (j.sum(1) - y.shape[1]),
        lambda y, d, j, s: moved(y, d) + j.sum(1) - y.shape[1] * s**2,
    ],
    "c-5-29": [
        lambda div, d, s: 2 * s**2 * div - d * s**2,
        lambda div, d, s: -d * s**2,
        lambda div, d, s: d * s**2,
        lambda div, d, s: d * s**2 - s**2 * div,
        lambda div, d, s: d * s**2 - 2 * div,
        lambda div, d, s: s**2 - 2 * s**2 * div,
        lambda div, d, s: d * s - 2 * s * div,
        lambda div, d, s: d - 2 * div,
        lambda div, d, s: d * s**2 + 2 * s**2 * div,
        lambda div, d, s: 2 * s**2 * div,
    ],
    "sure-signs": [
        lambda readings: [1, 1, 1, 0],
        lambda readings: [1, -1, 1, -1],
        lambda readings: [0, -1, 1, 0],
        lambda readings: [-1, -1, 1, 0],
        lambda readings: [1, -1, -1, 0],
        lambda readings: [1, 1, 1, 1],
        lambda readings: [1, 0, 1, 0],
        lambda readings: [0, 0, 1, 0],
        lambda readings: [1, -1, 1, 1],
        lambda readings: [0, -1, 1, -1],
    ],
    "c-5-31": [
        lambda square, d, s: d * s**2 / square,
        lambda square, d, s: 1 - d * s / square,
        lambda square, d, s: 1 - s**2 / square,
        lambda square, d, s: 1 + d * s**2 / square,
        lambda square, d, s: square / (square + d * s**2),
        lambda square, d, s: 1 - 2 * d * s**2 / square,
        lambda square, d, s: 1 - (d - 2) * s**2 / square,
        lambda square, d, s: 1 - d * s**2 / square**2,
        lambda square, d, s: 1 - d / square,
        lambda square, d, s: 1 - d * s**4 / square,
        lambda square, d, s: 1 - s**2 / (square * d),
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-5-28": [
        lambda y, d, j, s: (d**2).sum(1) + 2 * s**2 * j.sum(1) - y.shape[1] * s**2,
        lambda y, d, j, s: moved(y, d) + 2 * s**2 * (j**2).sum(1) - y.shape[1] * s**2,
    ],
    "c-5-29": [lambda div, d, s: s**2 * (d - div) * 2],
    "c-5-31": [lambda square, d, s: 1 - d**2 * s**2 / square],
}
