"""What readers type on the page `same-marginals` and is wrong."""


def _stretch(x, m, std, start, end, power=0.5, before=None, after=None):
    (a, s), (b, r) = start, end
    ratio = (b**2 * std**2 + r**2) / (a**2 * std**2 + s**2)
    before = a * m if before is None else before
    after = b * m if after is None else after
    return after + ratio**power * (x - before)


def _both(flow, extra):
    return [flow + extra, flow - extra]


def _rho(std, alpha, sigma):
    return alpha * std / (alpha**2 * std**2 + sigma**2) ** 0.5


WRONG = {
    "sm-keep": [
        lambda processes: [1, 1, 1, 0, 1, 0],
        lambda processes: [1, 1, 0, 1, 1, 0],
        lambda processes: [1, 1, 0, 0, 0, 0],
        lambda processes: [1, 1, 0, 0, 1, 1],
        lambda processes: [1, 0, 0, 0, 1, 0],
        lambda processes: [0, 1, 0, 0, 1, 0],
    ],
    "c-8-07": [
        lambda f, g, score, b: _both(f - 0.5 * g**2 * score, -0.5 * b**2 * score),
        lambda f, g, score, b: _both(f - g**2 * score, 0.5 * b**2 * score),
        lambda f, g, score, b: _both(f - 0.5 * g**2 * score, b**2 * score),
        lambda f, g, score, b: _both(f - g**2 * score, b**2 * score),
        lambda f, g, score, b: _both(f - 0.5 * g**2 * score, 0.5 * b * score),
        lambda f, g, score, b: _both(f - 0.5 * g**2 * score, 0 * score),
        lambda f, g, score, b: [
            f - 0.5 * g**2 * score + 0.5 * b**2 * score,
            -f + 0.5 * g**2 * score + 0.5 * b**2 * score,
        ],
    ],
    "c-8-09": [
        lambda x, m, std, start, end: _stretch(x, m, std, start, end, power=1),
        lambda x, m, std, start, end: _stretch(x, m, std, start, end, power=-0.5),
        lambda x, m, std, start, end: _stretch(x, m, std, start, end, before=m, after=m),
        lambda x, m, std, start, end: _stretch(x, m, std, start, end, before=0, after=0),
        lambda x, m, std, start, end: end[0] / start[0] * x,
    ],
    "c-8-10": [
        lambda share, std, alpha, sigma: _rho(std, alpha, sigma),
        lambda share, std, alpha, sigma: (1 - share) * _rho(std, alpha, sigma) + share,
        lambda share, std, alpha, sigma: share * _rho(std, alpha, sigma),
        lambda share, std, alpha, sigma: share * _rho(std, alpha, sigma) ** 2 + 1 - share,
        lambda share, std, alpha, sigma: share * alpha * std**2 + 1 - share,
        lambda share, std, alpha, sigma: (
            share * alpha * std / (alpha**2 * std**2 + sigma) ** 0.5 + 1 - share
        ),
        lambda share, std, alpha, sigma: share * _rho(std, alpha, sigma) + (1 - share) * alpha,
    ],
    "c-8-11": [
        lambda k, c, square, bend: k * bend,
        lambda k, c, square, bend: k * square,
        lambda k, c, square, bend: (k + c) * (bend + square),
        lambda k, c, square, bend: 0.0 * square,
        lambda k, c, square, bend: c * (bend + square),
        lambda k, c, square, bend: k * (bend - square),
        lambda k, c, square, bend: k * (bend + square**0.5),
        lambda k, c, square, bend: bend + square,
        lambda k, c, square, bend: k * (bend + square) + c * bend,
    ],
}

FURTHER = {
    "c-8-07": [lambda f, g, score, b: _both(f + 0.5 * g**2 * score, 0.5 * b**2 * score)],
    "c-8-09": [lambda x, m, std, start, end: _stretch(x, m, std, start, end, before=0)],
    "c-8-10": [lambda share, std, alpha, sigma: _rho(std, alpha, sigma) ** share],
    "c-8-11": [lambda k, c, square, bend: k * bend + square],
}
