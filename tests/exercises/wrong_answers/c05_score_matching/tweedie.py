"""What readers type on the page `tweedie` and is wrong."""

WRONG = {
    "c-5-21": [
        lambda x, a, s, score: (x - s**2 * score) / a,
        lambda x, a, s, score: x + s**2 * score,
        lambda x, a, s, score: (x + s * score) / a,
        lambda x, a, s, score: x + s**2 * score / a,
        lambda x, a, s, score: x / a + s**2 * score,
        lambda x, a, s, score: (x + s**2 * score) * a,
        lambda x, a, s, score: (x + (1 - a**2) * score) / a,
        lambda x, a, s, score: (x + s**2 * score) / a**2,
        lambda x, a, s, score: a * x + s**2 * score,
        lambda x, a, s, score: s**2 * score / a,
        lambda x, a, s, score: (x + score) / a,
        lambda x, a, s, score: (x + 0.5 * s**2 * score) / a,
        lambda x, a, s, score: (x - s * score) / a,
        lambda x, a, s, score: (x + (1 - a) * score) / a**0.5,
        lambda x, a, s, score: x / a,
    ],
    "c-5-22": [
        lambda x, a, s, d: (x - a * d) / s**2,
        lambda x, a, s, d: (d - x) / s**2,
        lambda x, a, s, d: (a * d - x) / s,
        lambda x, a, s, d: a * (d - x) / s**2,
        lambda x, a, s, d: (a * d - x) / (1 - a**2),
        lambda x, a, s, d: (d - x / a) / s**2,
        lambda x, a, s, d: a * d - x,
        lambda x, a, s, d: (x - a * d) / s,
        lambda x, a, s, d: (a * d - x) / (2 * s**2),
        lambda x, a, s, d: (a * d - x) * s**2,
        lambda x, a, s, d: (a**2 * d - x) / s**2,
        lambda x, a, s, d: (a * d - x) / (a * s**2),
        lambda x, a, s, d: (x - d) / s**2,
        lambda x, a, s, d: (d - a * x) / s**2,
        lambda x, a, s, d: (a**0.5 * d - x) / (1 - a),
    ],
    "c-5-26": [
        lambda a, s, c: s**2 / a**2 * (1 + s**2 * c),
        lambda a, s, c: s * (1 + s**2 * c).sqrt(),
        lambda a, s, c: s / a * (1 - s**2 * c).sqrt(),
        lambda a, s, c: s * a * (1 + s**2 * c).sqrt(),
        lambda a, s, c: (s**2 / a * (1 + s**2 * c)).sqrt(),
        lambda a, s, c: s / a + 0 * c,
        lambda a, s, c: (1 + s**2 * c).sqrt(),
        lambda a, s, c: s / a * (1 + s * c).abs().sqrt(),
        lambda a, s, c: (1 - a**2) ** 0.5 / a * (1 + (1 - a**2) * c).abs().sqrt(),
        lambda a, s, c: s / a * (1 + s**2 * c),
        lambda a, s, c: (1 / c.abs()).sqrt(),
        lambda a, s, c: s / a * (1 + c).abs().sqrt(),
        lambda a, s, c: (s / a * (1 + s**2 * c)).sqrt(),
        lambda a, s, c: s**2 / a * (1 + s**2 * c).sqrt(),
        lambda a, s, c: s / a * (1 + s**2 * c**2).sqrt(),
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-5-21": [
        lambda x, a, s, c: x + s * c / a,
        lambda x, a, s, c: (x + s**2 * c) / (a**2 + s**2),
    ],
    "c-5-22": [
        lambda x, a, s, d: (d - x) / (a * s**2),
        lambda x, a, s, d: a * d - x / s**2,
    ],
    "c-5-26": [
        lambda a, s, c: s / a * (1 + s**2 * c) ** 2,
        lambda a, s, c: (s**2 / a**2 + s**4 * c).sqrt(),
    ],
}
