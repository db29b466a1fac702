"""What readers type on the page `reverse-sde` and is wrong."""


def kept(s, a, sigma):
    return a**2 * s**2 / (a**2 * s**2 + sigma**2)


WRONG = {
    "c-7-13": [
        lambda x, f, g2, score, h, z: x + (f * x - g2 * score) * h + (g2 * h) ** 0.5 * z,
        lambda x, f, g2, score, h, z: x - (f * x + g2 * score) * h + (g2 * h) ** 0.5 * z,
        lambda x, f, g2, score, h, z: x - (f * x - 0.5 * g2 * score) * h + (g2 * h) ** 0.5 * z,
        lambda x, f, g2, score, h, z: x - (f * x - g2**0.5 * score) * h + (g2 * h) ** 0.5 * z,
        lambda x, f, g2, score, h, z: x - (f * x - g2**2 * score) * h + (g2 * h) ** 0.5 * z,
        lambda x, f, g2, score, h, z: x - (f * x - g2 * score) * h + g2**0.5 * h * z,
        lambda x, f, g2, score, h, z: x - (f * x - g2 * score) * h + g2 * h * z,
        lambda x, f, g2, score, h, z: x - (f * x - g2 * score) * h + g2 * h**0.5 * z,
        lambda x, f, g2, score, h, z: x - (f * x - g2 * score) * h + (2 * g2 * h) ** 0.5 * z,
        lambda x, f, g2, score, h, z: x - (f * x - g2 * score) * h,
        lambda x, f, g2, score, h, z: x - (f * x - g2 * score) * h + h**0.5 * z,
        lambda x, f, g2, score, h, z: x - f * x * h + (g2 * h) ** 0.5 * z,
        lambda x, f, g2, score, h, z: x - (f - g2 * score) * h + (g2 * h) ** 0.5 * z,
        lambda x, f, g2, score, h, z: x + (f * x + g2 * score) * h + (g2 * h) ** 0.5 * z,
        lambda x, f, g2, score, h, z: x - (f * x - g2 * score) * h - (g2 * h) ** 0.5 * z,
    ],
    "c-7-15": [
        lambda s, a, sigma, c: s**2,
        lambda s, a, sigma, c: c**2 * s**2,
        lambda s, a, sigma, c: s**2 * (kept(s, a, sigma) + c * (1 - kept(s, a, sigma))),
        lambda s, a, sigma, c: s**2 * kept(s, a, sigma),
        lambda s, a, sigma, c: s**2 * c**2 * (1 - kept(s, a, sigma)),
        lambda s, a, sigma, c: s**2 * (c**2 * kept(s, a, sigma) + 1 - kept(s, a, sigma)),
        lambda s, a, sigma, c: s**2 * (kept(s, a, sigma) + c**2),
        lambda s, a, sigma, c: kept(s, a, sigma) + c**2 * (1 - kept(s, a, sigma)),
        lambda s, a, sigma, c: a**2 * s**2 + c**2 * sigma**2,
        lambda s, a, sigma, c: (s**2 * (kept(s, a, sigma) + c**2 * (1 - kept(s, a, sigma)))) ** 0.5,
        lambda s, a, sigma, c: (
            s**2 * (kept(s, a, sigma) ** 0.5 + c**2 * (1 - kept(s, a, sigma) ** 0.5))
        ),
        lambda s, a, sigma, c: c * s**2,
    ],
    "c-7-16": [
        lambda a, b: a / b**2,
        lambda a, b: 2 * a / b,
        lambda a, b: b**2 / (2 * a),
        lambda a, b: a / b,
        lambda a, b: 2.0,
        lambda a, b: 1.0,
        lambda a, b: 4 * a / b**2,
        lambda a, b: 2 / b**2,
        lambda a, b: 2 * a,
        lambda a, b: 2 * a * b**2,
        lambda a, b: (2 * a / b**2) ** 0.5,
    ],
    "c-7-17": [
        lambda x, f, g2, score, share: f * x - 0.5 * g2 * score,
        lambda x, f, g2, score, share: f * x - g2 * score,
        lambda x, f, g2, score, share: f * x - (1 + share) * g2 * score,
        lambda x, f, g2, score, share: f * x - share / 2 * g2 * score,
        lambda x, f, g2, score, share: f * x - (1 + share**2) / 2 * g2 * score,
        lambda x, f, g2, score, share: f * x + (1 + share) / 2 * g2 * score,
        lambda x, f, g2, score, share: f * x - (1 - share) / 2 * g2 * score,
        lambda x, f, g2, score, share: (1 + share) / 2 * (f * x - g2 * score),
        lambda x, f, g2, score, share: f * x - (1 + share) / 2 * g2**0.5 * score,
        lambda x, f, g2, score, share: f * x - share * g2 * score,
        lambda x, f, g2, score, share: f * x - (0.5 + share) * g2 * score,
        lambda x, f, g2, score, share: f * x - (1 + share**0.5) / 2 * g2 * score,
        lambda x, f, g2, score, share: f - (1 + share) / 2 * g2 * score,
    ],
    "rsde-arrives": [
        lambda runs: [1, 1, 0, 1, 0],
        lambda runs: [0, 0, 0, 1, 0],
        lambda runs: [1, 0, 1, 1, 0],
        lambda runs: [1, 0, 0, 0, 0],
        lambda runs: [1, 0, 0, 1, 1],
        lambda runs: [1, 0, 0, 0, 1],
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-7-13": [
        lambda x, f, g2, score, h, z: x - (f * x - g2 * score) * h + g2**0.5 * z,
        lambda x, f, g2, score, h, z: x - (f * x - score) * h + (g2 * h) ** 0.5 * z,
    ],
    "c-7-15": [
        lambda s, a, sigma, c: s**2 * c**2 * kept(s, a, sigma),
        lambda s, a, sigma, c: s**2 * (1 + (c**2 - 1) * kept(s, a, sigma)),
    ],
    "c-7-16": [lambda a, b: a**2 / b**2, lambda a, b: 2 * b / a],
    "c-7-17": [
        lambda x, f, g2, score, share: f * x - (1 + share) / 2 * score,
        lambda x, f, g2, score, share: f * x - (1 + 2 * share) / 2 * g2 * score,
    ],
}
