"""What readers type on the page `probability-flow` and is wrong."""


def total(s, a, sigma):
    return a**2 * s**2 + sigma**2


def slopes(u, x, s, t):
    """Both slopes of Heun's step."""
    first = u(x, s)
    return first, u(x + (t - s) * first, t)


WRONG = {
    "c-7-20": [
        lambda x, f, g2, score: f * x - g2 * score,
        lambda x, f, g2, score: f * x + 0.5 * g2 * score,
        lambda x, f, g2, score: f - 0.5 * g2 * score,
        lambda x, f, g2, score: f * x - 0.5 * g2**2 * score,
        lambda x, f, g2, score: f * x - 0.5 * g2**0.5 * score,
        lambda x, f, g2, score: -0.5 * g2 * score,
        lambda x, f, g2, score: 0.5 * g2 * score - f * x,
        lambda x, f, g2, score: 0.5 * (f * x - g2 * score),
        lambda x, f, g2, score: f * x,
        lambda x, f, g2, score: f * x - 0.5 * g2,
        lambda x, f, g2, score: f * x + g2 * score,
        lambda x, f, g2, score: x - 0.5 * g2 * score,
        lambda x, f, g2, score: f * x - 0.5 * score,
        lambda x, f, g2, score: f * x - 2 * g2 * score,
    ],
    "c-7-21": [
        lambda s, a, sigma: s**2,
        lambda s, a, sigma: a * s**2 / total(s, a, sigma) ** 0.5,
        lambda s, a, sigma: s**2 * sigma**2 / total(s, a, sigma),
        lambda s, a, sigma: 0.0,
        lambda s, a, sigma: s**2 * a * s / total(s, a, sigma) ** 0.5,
        lambda s, a, sigma: a**2 * s**4 / (a**2 * s**2 + 1 - a**2),
        lambda s, a, sigma: a**2 * s**4 / total(s, a, sigma) ** 2,
        lambda s, a, sigma: a**2 * s**2 / (a**2 * s + sigma**2),
        lambda s, a, sigma: s**2 / total(s, a, sigma),
        lambda s, a, sigma: a**2 * s**2 / total(s, a, sigma),
        lambda s, a, sigma: total(s, a, sigma),
        lambda s, a, sigma: s**2 * (a**2 * s**2 / total(s, a, sigma)) ** 2,
        lambda s, a, sigma: a * s**3 / (a * s + sigma),
        lambda s, a, sigma: s**4 / (s**2 + sigma**2),
        lambda s, a, sigma: a**2 * s**2,
    ],
    "c-7-22": [
        lambda x, x0, a, s, da, ds: da * x0 - ds * (x - a * x0) / s,
        lambda x, x0, a, s, da, ds: da * x0 + ds * (x - a * x0),
        lambda x, x0, a, s, da, ds: da * x0 + ds * (x - x0) / s,
        lambda x, x0, a, s, da, ds: da * x0,
        lambda x, x0, a, s, da, ds: a * x0 + s * (x - a * x0) / s,
        lambda x, x0, a, s, da, ds: da * x0 + ds * x,
        lambda x, x0, a, s, da, ds: ds * x0 + da * (x - a * x0) / s,
        lambda x, x0, a, s, da, ds: da * x0 + ds * (x - a * x0) / s**2,
        lambda x, x0, a, s, da, ds: da / a * x,
        lambda x, x0, a, s, da, ds: x - x0,
        lambda x, x0, a, s, da, ds: da * x + ds * (x - a * x0) / s,
        lambda x, x0, a, s, da, ds: da * x0 + s * ds * (x - a * x0),
        lambda x, x0, a, s, da, ds: da * x0 + ds * (a * x0 - x) / s**2,
        lambda x, x0, a, s, da, ds: ds * (x - a * x0) / s,
        lambda x, x0, a, s, da, ds: da * x0 + ds * (x - a * x0) / (1 - a**2) ** 0.5,
    ],
    "c-7-23": [
        lambda u, x, s, t: x + (t - s) * u(x, s),
        lambda u, x, s, t: x + 0.5 * (t - s) * (u(x, s) + u(x + (t - s) * u(x, s), s)),
        lambda u, x, s, t: x + 0.5 * (t - s) * (u(x, s) + u(x, t)),
        lambda u, x, s, t: x + (t - s) * sum(slopes(u, x, s, t)),
        lambda u, x, s, t: x + (t - s) * u(x + 0.5 * (t - s) * u(x, s), 0.5 * (s + t)),
        lambda u, x, s, t: x + 0.5 * (s - t) * sum(slopes(u, x, s, t)),
        lambda u, x, s, t: x + 0.5 * (s - t) * (u(x, s) + u(x + (s - t) * u(x, s), t)),
        lambda u, x, s, t: x + 0.5 * (t - s) * (u(x, s) + u(x + u(x, s), t)),
        lambda u, x, s, t: x + 0.5 * sum(slopes(u, x, s, t)),
        lambda u, x, s, t: x + (t - s) * (u(x, s) + 0.5 * sum(slopes(u, x, s, t))),
        lambda u, x, s, t: x + (t - s) * slopes(u, x, s, t)[1],
        lambda u, x, s, t: x + 0.5 * (t - s) * (u(x, s) - slopes(u, x, s, t)[1]),
        lambda u, x, s, t: x + 0.5 * (t - s) * (u(x, s) + u(x + 0.5 * (t - s) * u(x, s), t)),
        lambda u, x, s, t: x + 0.5 * (t - s) * u(x, s),
        lambda u, x, s, t: x + 0.5 * abs(t - s) * sum(slopes(u, x, s, t)),
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-7-20": [
        lambda x, f, g, c: f * x - 0.5 * g * x * c,
        lambda x, f, g, c: (f - 0.5 * g) * c,
    ],
    "c-7-21": [
        lambda s, a, g: s**2 * (1 - a**2),
        lambda s, a, g: s**2 * a**2 / (a**2 + g**2),
    ],
    "c-7-22": [
        lambda x, x0, a, s, da, ds: da * x0 + ds * x / s,
        lambda x, x0, a, s, da, ds: (x - x0) / s,
    ],
    "c-7-23": [
        lambda u, x, s, t: x + (t - s) * u(x + (t - s) * u(x, s), s),
        lambda u, x, s, t: (
            x + 0.5 * (t - s) * (u(x, s) + u(x + 0.5 * (t - s) * u(x, s), 0.5 * (s + t)))
        ),
    ],
}
