"""What readers type on the page `noise-levels` and is wrong."""

import torch


def _steps(L):
    return torch.arange(L, dtype=torch.float64)


def _losses(score, aim, weight):
    return 0.5 * weight * (score - aim).square().sum(2).mean(1)


def _s(sigma):
    return sigma[:, None, None]


WRONG = {
    "levels-overlap": [
        lambda changes: [1, -1, 1, -1, 1],
        lambda changes: [-1, -1, 1, -1, 1],
        lambda changes: [0, 0, 1, -1, 1],
        lambda changes: [0, 1, 1, -1, 1],
        lambda changes: [0, -1, 1, 0, 1],
        lambda changes: [0, -1, 1, 1, 1],
        lambda changes: [0, -1, -1, -1, 1],
        lambda changes: [0, -1, 1, -1, 0],
        lambda changes: [0, -1, 1, -1, -1],
        lambda changes: [0, 1, -1, 1, -1],
    ],
    "c-6-03": [
        lambda x, m, s, sigma: (x - m) / (s**2 + sigma**2),
        lambda x, m, s, sigma: 0 * x,
        lambda x, m, s, sigma: -(x - m) / s**2,
        lambda x, m, s, sigma: -(x - m) / sigma**2,
        lambda x, m, s, sigma: -(x - m) / (s + sigma) ** 2,
        lambda x, m, s, sigma: -(x - m) / (s**2 + sigma**2) ** 0.5,
        lambda x, m, s, sigma: -x / (s**2 + sigma**2),
        lambda x, m, s, sigma: -(x - m) / (2 * (s**2 + sigma**2)),
        lambda x, m, s, sigma: -((x - m) ** 2) / (2 * (s**2 + sigma**2)),
        lambda x, m, s, sigma: -(x - m) / (s**2 * sigma**2),
    ],
    "c-6-04": [
        lambda a, b, L: torch.linspace(a, b, L, dtype=torch.float64),
        lambda a, b, L: torch.linspace(a**2, b**2, L, dtype=torch.float64).sqrt(),
        lambda a, b, L: a * (b / a) ** (_steps(L) / L),
        lambda a, b, L: a * (b / a) ** ((_steps(L) + 1) / L),
        lambda a, b, L: b * (a / b) ** (_steps(L) / (L - 1)),
        lambda a, b, L: (b / a) ** (_steps(L) / (L - 1)),
        lambda a, b, L: (a**2) * (b / a) ** (2 * _steps(L) / (L - 1)),
        lambda a, b, L: a * (b / a) ** _steps(L),
        lambda a, b, L: torch.linspace(b, a, L, dtype=torch.float64),
        lambda a, b, L: b * (b / a) ** (_steps(L) / (L - 1)),
    ],
    "c-6-06": [
        lambda score, eps, sigma: _losses(score, eps / _s(sigma), sigma**2),
        lambda score, eps, sigma: _losses(score, -eps, sigma**2),
        lambda score, eps, sigma: _losses(score, eps, sigma**2),
        lambda score, eps, sigma: _losses(score, -eps / _s(sigma) ** 2, sigma**2),
        lambda score, eps, sigma: _losses(score, -eps / _s(sigma), 1.0),
        lambda score, eps, sigma: _losses(score, -eps / _s(sigma), sigma),
        lambda score, eps, sigma: _losses(score, -eps / _s(sigma), sigma**4),
        lambda score, eps, sigma: _losses(score, -eps / _s(sigma), sigma**-2.0),
        lambda score, eps, sigma: 2 * _losses(score, -eps / _s(sigma), sigma**2),
        lambda score, eps, sigma: (
            0.5 * sigma**2 * (score + eps / _s(sigma)).square().mean(2).mean(1)
        ),
        lambda score, eps, sigma: 0.5 * sigma**2 * (score + eps / _s(sigma)).square().sum(2).sum(1),
        lambda score, eps, sigma: _losses(score, -eps / _s(sigma), sigma**2).sum(),
    ],
    "c-6-07": [
        lambda eps, a: -eps / (1 - a) ** 0.5,
        lambda eps, a: eps / (1 - a**2) ** 0.5,
        lambda eps, a: -eps,
        lambda eps, a: -eps * (1 - a**2) ** 0.5,
        lambda eps, a: -eps / (1 - a**2),
        lambda eps, a: -eps * a / (1 - a**2) ** 0.5,
        lambda eps, a: -eps / (a * (1 - a**2) ** 0.5),
        lambda eps, a: -eps / a,
        lambda eps, a: -eps / (1 - a),
        lambda eps, a: eps / (1 - a) ** 0.5,
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-6-03": [
        lambda x, m, s, sigma: -(x - m) / (s**2 - sigma**2),
        lambda x, m, s, sigma: -(x - m) * (s**2 + sigma**2),
    ],
    "c-6-04": [
        lambda a, b, L: a + (b - a) * (_steps(L) / (L - 1)) ** 2,
        lambda a, b, L: 1 / torch.linspace(1 / a, 1 / b, L, dtype=torch.float64),
    ],
    "c-6-06": [
        lambda score, eps, sigma: _losses(score, -eps / _s(sigma), sigma**2).mean(),
        lambda score, eps, sigma: _losses(score, -eps / _s(sigma).sqrt(), sigma**2),
    ],
    "c-6-07": [
        lambda eps, a: -eps / (1 - a**0.5) ** 0.5,
        lambda eps, a: -eps / (1 + a**2) ** 0.5,
    ],
}
