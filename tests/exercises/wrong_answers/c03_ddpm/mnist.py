"""What readers type on the page `mnist` and is wrong."""


def first(mask):
    return int(mask.nonzero().min())


def last(mask):
    return int(mask.nonzero().max())


def bell(m1, v1, m0, v0, w):
    precision = (1 + w) / v1 - w / v0
    return [((1 + w) * m1 / v1 - w * m0 / v0) / precision, 1 / precision]


def fid(m1, v1, m2, v2):
    return (m1 - m2) ** 2 + (v1.sqrt() - v2.sqrt()) ** 2


WRONG = {
    "digits-guidance": [
        lambda told, untold, w: w * told + (1 - w) * untold,
        lambda told, untold, w: told + w * (untold - told),
        lambda told, untold, w: (1 + w) * told,
        lambda told, untold, w: (1 + w) * told + w * untold,
        lambda told, untold, w: w * (told - untold),
        lambda told, untold, w: (1 + w) * untold - w * told,
        lambda told, untold, w: told - w * untold,
        lambda told, untold, w: (told + w * (told - untold)) / (1 + w),
        lambda told, untold, w: told + w * untold,
        lambda told, untold, w: told,
        lambda told, untold, w: told + w,
        lambda told, untold, w: untold + w * told,
        lambda told, untold, w: 2 * told - untold,
    ],
    "digits-decided": [
        lambda readings, end: first((readings == end).all(1)),
        lambda readings, end: last((readings != end).any(1)),
        lambda readings, end: last((readings != end).all(1)) + 1,
        lambda readings, end: last((readings != end).any(1)) + 2,
        lambda readings, end: int((readings == end).all(1).sum()),
        lambda readings, end: len(readings) - last((readings != end).any(1)) - 1,
        lambda readings, end: first((readings != end).any(1)),
        lambda readings, end: first(readings.mode(1).values == end),
        lambda readings, end: first((readings == end).any(1)),
        lambda readings, end: int((readings != end).any(1).sum()),
        lambda readings, end: last((readings == end).all(1)),
        lambda readings, end: len(readings) - 1,
        lambda readings, end: first((readings == readings[:, :1]).all(1)),
        lambda readings, end: last((readings != readings[:, :1]).any(1)) + 1,
        lambda readings, end: last(readings[:, 0] != end) + 1,
        lambda readings, end: last(readings.mode(1).values != end) + 1,
        lambda readings, end: (readings == end).all(1),
    ],
    "digits-bell": [
        lambda m1, v1, m0, v0, w: [(1 + w) * m1 - w * m0, (1 + w) * v1 - w * v0],
        lambda m1, v1, m0, v0, w: [bell(m1, v1, m0, v0, w)[0], (1 + w) * v1 - w * v0],
        lambda m1, v1, m0, v0, w: [bell(m1, v1, m0, v0, w)[0], 1 / bell(m1, v1, m0, v0, w)[1]],
        lambda m1, v1, m0, v0, w: [bell(m1, v1, m0, v0, w)[0], bell(m1, v1, m0, v0, w)[1] ** 0.5],
        lambda m1, v1, m0, v0, w: [(1 + w) * m1 - w * m0, bell(m1, v1, m0, v0, w)[1]],
        lambda m1, v1, m0, v0, w: [m1, v1],
        lambda m1, v1, m0, v0, w: bell(m1, v1, m0, v0, w - 1),
        lambda m1, v1, m0, v0, w: bell(m1, v1, m0, -v0, w),
        lambda m1, v1, m0, v0, w: bell(m1, v1**0.5, m0, v0**0.5, w),
        lambda m1, v1, m0, v0, w: bell(m0, v0, m1, v1, w),
        lambda m1, v1, m0, v0, w: bell(m1, v1, m0, v0, w)[::-1],
        lambda m1, v1, m0, v0, w: [bell(m1, v1, m0, v0, w)[0], v1],
    ],
    "digits-frechet": [
        lambda m1, v1, m2, v2: ((m1 - m2) ** 2 + v1 + v2 - 2 * v1 * v2).sum(),
        lambda m1, v1, m2, v2: ((m1 - m2) ** 2 + (v1 - v2) ** 2).sum(),
        lambda m1, v1, m2, v2: ((m1 - m2) ** 2 + v1 + v2 - (v1 * v2).sqrt()).sum(),
        lambda m1, v1, m2, v2: ((m1 - m2) ** 2).sum(),
        lambda m1, v1, m2, v2: ((v1.sqrt() - v2.sqrt()) ** 2).sum(),
        lambda m1, v1, m2, v2: ((m1 - m2).abs() + (v1.sqrt() - v2.sqrt()) ** 2).sum(),
        lambda m1, v1, m2, v2: fid(m1, v1, m2, v2).sum().sqrt(),
        lambda m1, v1, m2, v2: fid(m1, v1, m2, v2).mean(),
        lambda m1, v1, m2, v2: fid(m1, v1, m2, v2),
        lambda m1, v1, m2, v2: ((m1 - m2) ** 2 + (v1 - v2).abs()).sum(),
        lambda m1, v1, m2, v2: ((m1 - m2) ** 2 + v1 + v2).sum(),
        lambda m1, v1, m2, v2: ((m1 - m2) ** 2 + (v1 + v2).sqrt()).sum(),
    ],
    "digits-judges": [
        lambda s: [10, 100, 10, 0, 1, 2],
        lambda s: [100, 10, 10, 0, 1, 2],
        lambda s: [100, 100, 100, 0, 1, 2],
        lambda s: [100, 100, 0, 0, 1, 2],
        lambda s: [100, 100, 10, 1, 1, 2],
        lambda s: [100, 100, 10, 0, 1, 1],
        lambda s: [100, 100, 10, 0, 2, 2],
        lambda s: [100, 100, 10, 0, 1, 0],
        lambda s: [0, 100, 10, 0, 1, 2],
        lambda s: [0, 1, 2, 100, 100, 10],
        lambda s: [1, 1, 0.1, 0, 1, 2],
        lambda s: [100, 100, 50, 0, 1, 2],
        lambda s: [100, 99, 11, 0, 1, 1],
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "digits-guidance": [
        lambda t, u, w: (1 + w) * t - u,
        lambda t, u, w: t + (w + 1) * (t - u),
    ],
    "digits-decided": [
        lambda r, e: first((r == e).all(1)) + 1,
        lambda r, e: last((r != e).any(1)) - 1,
    ],
}
