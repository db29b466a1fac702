"""What readers type on the page `mnist` and is wrong."""


def first(mask):
    return int(mask.nonzero().min())


def last(mask):
    return int(mask.nonzero().max())


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
