"""What readers type on the page `flow-maps` and is wrong."""


def end(x, m, w, a, p, b, q):
    before, after = (a * w) ** 2 + p**2, (b * w) ** 2 + q**2
    return b * m + (after / before) ** 0.5 * (x - a * m)


WRONG = {
    "c-11-07": [
        lambda x, m, w, s, a, p, t, b, q: end(x, m, w, a, p, b, q),
        lambda x, m, w, s, a, p, t, b, q: end(x, m, w, a, p, b, q) - x,
        lambda x, m, w, s, a, p, t, b, q: (end(x, m, w, a, p, b, q) - x) / (s - t),
        lambda x, m, w, s, a, p, t, b, q: (
            (b * m + ((b * w) ** 2 + q**2) / ((a * w) ** 2 + p**2) * (x - a * m) - x) / (t - s)
        ),
        lambda x, m, w, s, a, p, t, b, q: (end(x, m, w, b, q, a, p) - x) / (t - s),
        lambda x, m, w, s, a, p, t, b, q: (b * m + q / p * (x - a * m) - x) / (t - s),
        lambda x, m, w, s, a, p, t, b, q: (
            (b * m + (b * w + q) / (a * w + p) * (x - a * m) - x) / (t - s)
        ),
        lambda x, m, w, s, a, p, t, b, q: (end(x, 0, w, a, p, b, q) - x) / (t - s),
        lambda x, m, w, s, a, p, t, b, q: (end(x - m, 0, w, a, p, b, q) + m - x) / (t - s),
    ],
    "maps-laws": [
        lambda formulas: [1, 1, 1, 1, 1],
        lambda formulas: [0, 0, 1, 0, 1],
        lambda formulas: [1, 1, 0, 1, 0],
        lambda formulas: [1, 1, 1, 0, 1],
        lambda formulas: [1, 0, 0, 0, 1],
    ],
    "maps-target": [
        lambda v, s, t, d, j: v + (s - t) * (d + j * v),
        lambda v, s, t, d, j: v - (s - t) * d,
        lambda v, s, t, d, j: v - (s - t) * j * v,
        lambda v, s, t, d, j: v - (s - t) * (d + j),
        lambda v, s, t, d, j: v - (d + j * v),
        lambda v, s, t, d, j: d + j * v,
        lambda v, s, t, d, j: v - s * (d + j * v),
        lambda v, s, t, d, j: v,
    ],
    "maps-legs": [
        lambda u, w, s, r, t: (u + w) / 2,
        lambda u, w, s, r, t: (r - s) * u + (t - r) * w,
        lambda u, w, s, r, t: (s - r) * u + (r - t) * w,
        lambda u, w, s, r, t: ((t - r) * u + (r - s) * w) / (t - s),
        lambda u, w, s, r, t: ((r - s) * u + (t - r) * w) / (s - t),
        lambda u, w, s, r, t: u + w,
        lambda u, w, s, r, t: s * u + r * w + t * (u - w),
    ],
}

FURTHER = {
    "c-11-07": [
        lambda x, m, w, s, a, p, t, b, q: (b * m - x) / (t - s),
        lambda x, m, w, s, a, p, t, b, q: (end(x, m, w, a, p, b, q) - x) / s,
    ],
    "maps-laws": [lambda formulas: [1, 0, 1, 0, 0]],
    "maps-target": [
        lambda v, s, t, d, j: v - (s - t) * d * v,
        lambda v, s, t, d, j: v * (1 - (s - t) * (d + j)),
    ],
    "maps-legs": [
        lambda u, w, s, r, t: (u + w) * (t - s) / 2,
        lambda u, w, s, r, t: (u * w) ** 2,
    ],
}
