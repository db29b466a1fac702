"""What readers type on the page `energy-based-models` and is wrong."""

WRONG = {
    "c-4-02": [
        lambda q: [1, 1, 1, 0, 0, 0],
        lambda q: [0, 0, 0, 0, 0, 0],
        lambda q: [1, 0, 1, 0, 0, 0],
        lambda q: [0, 1, 0, 0, 0, 0],
        lambda q: [1, 1, 0, 1, 0, 0],
        lambda q: [1, 1, 1, 1, 0, 0],
        lambda q: [1, 1, 0, 0, 1, 0],
        lambda q: [0, 0, 1, 1, 1, 1],
        lambda q: [1, 1, 1, 1, 1, 1],
        lambda q: [1, 0, 0, 0, 0, 0],
        lambda q: [1, 1, 0, 0, 0, 1],
    ],
    "c-4-03": [
        lambda m, o, d: m * d.exp() / (1 - m + m * d.exp()),
        lambda m, o, d: o / (1 - m + m * (-d).exp()),
        lambda m, o, d: o + 0 * d,
        lambda m, o, d: o / (m * d.exp()),
        lambda m, o, d: o / (1 + m * d.exp()),
        lambda m, o, d: o / (1 - m + m * d),
        lambda m, o, d: o * d.exp() / (1 - m + m * d.exp()),
        lambda m, o, d: o / d.exp(),
        lambda m, o, d: 1 / (1 - m + m * d.exp()),
        lambda m, o, d: (1 - m) / (1 - m + m * d.exp()),
        lambda m, o, d: o / (1 - o + o * d.exp()),
        lambda m, o, d: o * (1 - m + m * d.exp()),
    ],
    "c-4-05": [
        lambda a, b: b.mean(0) - a.mean(0),
        lambda a, b: a.mean(0),
        lambda a, b: a.mean(0) + b.mean(0),
        lambda a, b: a.sum(0) - b.sum(0),
        lambda a, b: a.mean() - b.mean(),
        lambda a, b: -b.mean(0),
        lambda a, b: (a.mean(0) - b.mean(0)) / 2,
        lambda a, b: a.mean(0) - b.sum(0),
        lambda a, b: 2 * (a.mean(0) - b.mean(0)),
    ],
    "c-4-10": [
        lambda s, t: (t + (s**2).sum(1) / 2).mean(),
        lambda s, t: (-t + (s**2).mean(1) / 2).mean(),
        lambda s, t: (t + (s**2).mean(1) / 2).mean(),
        lambda s, t: (-t + (s**2).sum(1)).mean(),
        lambda s, t: (-t / 2 + (s**2).sum(1) / 2).mean(),
        lambda s, t: (-t + s.norm(dim=1) / 2).mean(),
        lambda s, t: (t - (s**2).sum(1) / 2).mean(),
        lambda s, t: (-t / s.shape[1] + (s**2).sum(1) / 2).mean(),
        lambda s, t: (-t + (s**2).sum(1) / 2).sum(),
        lambda s, t: -t + (s**2).sum(1) / 2,
        lambda s, t: -t.mean(),
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-4-03": [lambda m, o, d: o / (1 - m - m * d.exp())],
    "c-4-05": [lambda a, b: a.mean(1)],
    "c-4-10": [lambda s, t: ((s**2).sum(1) / 2).mean()],
}
