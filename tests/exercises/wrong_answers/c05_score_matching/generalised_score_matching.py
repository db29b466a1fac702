"""What readers type on the page `generalised-score-matching` and is wrong."""

WRONG = {
    "c-5-34": [
        lambda x, f, div, a, s: a * (x * f).sum(1) + s**2 * div,
        lambda x, f, div, a, s: -a * (x * f).sum(1) - s**2 * div,
        lambda x, f, div, a, s: -a * (x * f).sum(1) + s**2 * div,
        lambda x, f, div, a, s: a * (x * f).sum(1) - div,
        lambda x, f, div, a, s: a * (x * f).sum(1) - s * div,
        lambda x, f, div, a, s: (x * f).sum(1) - s**2 * div,
        lambda x, f, div, a, s: a * ((x * f).sum(1) - s**2 * div),
        lambda x, f, div, a, s: -(s**2) * div,
        lambda x, f, div, a, s: a * (x * f).sum(1),
        lambda x, f, div, a, s: a * (x * f).sum(1) - s**2 * div.mean(),
        lambda x, f, div, a, s: a * x * f - s**2 * div[:, None],
        lambda x, f, div, a, s: a * (x * f).sum(1) - 2 * s**2 * div,
    ],
    "c-5-35": [
        lambda loss, square, d, s: loss + square - d * s**2,
        lambda loss, square, d, s: loss + (square - d * s**2) / 2,
        lambda loss, square, d, s: 2 * loss + (square - d * s**2) / 2,
        lambda loss, square, d, s: 2 * loss + square,
        lambda loss, square, d, s: 2 * loss + square - s**2,
        lambda loss, square, d, s: 2 * loss + square + d * s**2,
        lambda loss, square, d, s: 2 * loss - square + d * s**2,
        lambda loss, square, d, s: 2 * loss,
        lambda loss, square, d, s: -loss,
        lambda loss, square, d, s: loss / 2 + square - d * s**2,
    ],
    "c-5-36": [
        lambda first, second, s: s**2 * (1 + second),
        lambda first, second, s: s**2 * (second - first**2),
        lambda first, second, s: s**2 * (1 + second - first),
        lambda first, second, s: s**2 * (1 + second + first**2),
        lambda first, second, s: 1 + second - first**2,
        lambda first, second, s: s * (1 + second - first**2),
        lambda first, second, s: s**2 + s**4 * (second - first**2),
        lambda first, second, s: s**2 * second,
        lambda first, second, s: (s**2 * (1 + second - first**2)).abs() ** 0.5,
        lambda first, second, s: s**4 * (1 + second - first**2),
    ],
    "gsm-sees": [
        lambda operators: [1, 1, 1, 1],
        lambda operators: [0, 1, 0, 1],
        lambda operators: [0, 0, 1, 1],
        lambda operators: [0, 1, 1, 1],
        lambda operators: [0, 0, 0, 0],
        lambda operators: [1, 0, 0, 1],
        lambda operators: [1, 1, 1, 0],
        lambda operators: [0, 1, 0, 0],
        lambda operators: [1, 0, 1, 1],
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-5-34": [lambda x, f, div, a, s: a * (x * f).sum(1) - div / s**2],
    "c-5-35": [lambda loss, square, d, s: 2 * (loss + square) - d * s**2],
    "c-5-36": [lambda first, second, s: s**2 * (1 + second) - first**2],
}
