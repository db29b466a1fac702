"""What readers type on the page `denoising-score-matching` and is wrong."""


def _half(error):
    return 0.5 * error.square().sum(1).mean()


def _towards(target):
    """The weighted loss with another target (eps, s)."""

    def answer(score, x, eps, sigma):
        s = sigma[:, None]
        return _half(s * (score(x + s * eps, sigma) - target(eps, s)))

    return answer


def _weighted(weight):
    """The loss with another factor before the error."""

    def answer(score, x, eps, sigma):
        s = sigma[:, None]
        return _half(weight(s) * (score(x + s * eps, sigma) + eps / s))

    return answer


def _one_sigma(choose):
    def answer(score, x, eps, sigma):
        s = choose(sigma)
        return _half(s * (score(x + s * eps, s.expand(len(x))) + eps / s))

    return answer


def _rows_as_columns(score, x, eps, sigma):
    return _half(sigma * (score(x + sigma * eps, sigma) + eps / sigma))


def _clean(score, x, eps, sigma):
    s = sigma[:, None]
    return _half(s * score(x, sigma) + eps)


def _right(score, x, eps, sigma):
    s = sigma[:, None]
    return _half(s * score(x + s * eps, sigma) + eps)


WRONG = {
    "c-5-17": [
        lambda q: [0.25, 0.5, 1, 0.25],
        lambda q: [2, 0.5, 1, 2],
        lambda q: [4, 0.5, 1, 1],
        lambda q: [4, 0.5, 2, 4],
        lambda q: [4, 0.5, 2, 1],
        lambda q: [2, 0.5, 1, 4],
        lambda q: [4, 0.25, 1, 4],
        lambda q: [4, 1, 1, 4],
        lambda q: [1, 0.5, 1, 1],
        lambda q: [0.25, 2, 1, 0.25],
        lambda q: [4, 0.5, 0.5, 4],
        lambda q: [4, 0.5, 1, 2],
    ],
    "c-5-15": [
        lambda x, y, a, s: (y - a * x) / s**2,
        lambda x, y, a, s: (a * x - y) / s,
        lambda x, y, a, s: (y - a * x) / s,
        lambda x, y, a, s: (x - y) / s**2,
        lambda x, y, a, s: (y - x) / s**2,
        lambda x, y, a, s: a * x - y,
        lambda x, y, a, s: a * (y - a * x) / s**2,
        lambda x, y, a, s: a * (x - y) / s**2,
        lambda x, y, a, s: (x - y / a) / s**2,
        lambda x, y, a, s: (a * x - y) / (2 * s**2),
        lambda x, y, a, s: (a * x - y) / (1 - a**2),
        lambda x, y, a, s: (a * x - y) * s**2,
    ],
    "c-5-16": [
        _towards(lambda eps, s: eps / s),
        _towards(lambda eps, s: -eps),
        _towards(lambda eps, s: eps),
        _towards(lambda eps, s: -eps / s**2),
        _weighted(lambda s: 1.0),
        _weighted(lambda s: s**0.5),
        _one_sigma(lambda sigma: sigma[0]),
        _one_sigma(lambda sigma: sigma.mean()),
        _rows_as_columns,
        _clean,
        lambda *a: _right(*a) / a[1].shape[1],
        lambda *a: _right(*a) * len(a[1]),
        lambda *a: 2 * _right(*a),
    ],
    "c-5-14": [
        lambda dsm, s, D, power: (dsm - 0.5 * (D / s**2 - power)) ** 0.5,
        lambda dsm, s, D, power: 2 * dsm - (D / s**2 - power),
        lambda dsm, s, D, power: dsm - 0.5 * (D / s**2 - power),
        lambda dsm, s, D, power: abs(2 * dsm - D / s**2) ** 0.5,
        lambda dsm, s, D, power: abs(2 * dsm - D / s**2 - power) ** 0.5,
        lambda dsm, s, D, power: abs(dsm - (D / s**2 - power)) ** 0.5,
        lambda dsm, s, D, power: (2 * dsm - (1 / s**2 - power)) ** 0.5,
        lambda dsm, s, D, power: (2 * dsm - (D / s - power)) ** 0.5,
        lambda dsm, s, D, power: (2 * dsm + D / s**2 - power) ** 0.5,
        lambda dsm, s, D, power: (2 * dsm) ** 0.5,
    ],
    "c-5-20": [
        lambda s, sigma: [s**2 + sigma**2, s**2],
        lambda s, sigma: [s**2, s**4 / (s**2 + sigma**2)],
        lambda s, sigma: [s**2, s**2],
        lambda s, sigma: [s**2 + sigma**2, s**2 * sigma**2 / (s**2 + sigma**2)],
        lambda s, sigma: [s**2 + sigma**2, s**2 - sigma**2],
        lambda s, sigma: [(s**2 + sigma**2) ** 0.5, s**2 / (s**2 + sigma**2) ** 0.5],
        lambda s, sigma: [(s + sigma) ** 2, s**4 / (s + sigma) ** 2],
        lambda s, sigma: [s**4 / (s**2 + sigma**2), s**2 + sigma**2],
        lambda s, sigma: [s**2 + sigma**2, s**2 / (s**2 + sigma**2)],
        lambda s, sigma: [sigma**2, s**4 / (s**2 + sigma**2)],
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-5-15": [
        lambda x, y, a, s: (a * x - y) / (a * s**2),
        lambda x, y, a, s: (y / a - x) / s**2,
    ],
    "c-5-16": [
        _weighted(lambda s: s**2),
        lambda *a: _right(*a) - 0.5 * a[2].square().sum(1).mean(),
    ],
    "c-5-20": [
        lambda s, sigma: [s**2 + sigma**2, s**2 + sigma**2],
        lambda s, sigma: [s**2 + sigma**2, s**6 / (s**2 + sigma**2) ** 2],
    ],
}
