"""What readers type on the page `score-matching` and is wrong."""

import torch
from torch.autograd import grad


def _rows(score, x):
    """Values and the gradient of each component."""
    x = x.clone().requires_grad_(True)
    s = score(x)
    return s, [grad(s[:, i].sum(), x, retain_graph=True)[0] for i in range(x.shape[1])]


def _divergence(score, x):
    s, rows = _rows(score, x)
    return s, sum(row[:, i] for i, row in enumerate(rows))


def all_at_once(score, x):
    x = x.clone().requires_grad_(True)
    s = score(x)
    return (grad(s.sum(), x, retain_graph=True)[0].sum(1) + 0.5 * (s**2).sum(1)).mean()


def no_half(score, x):
    s, d = _divergence(score, x)
    return (d + (s**2).sum(1)).mean()


def half_of_all(score, x):
    s, d = _divergence(score, x)
    return (0.5 * d + 0.5 * (s**2).sum(1)).mean()


def minus_trace(score, x):
    s, d = _divergence(score, x)
    return (-d + 0.5 * (s**2).sum(1)).mean()


def mean_of_squares(score, x):
    s, d = _divergence(score, x)
    return d.mean() + 0.5 * (s**2).mean()


def mean_of_all(score, x):
    s, rows = _rows(score, x)
    diagonal = torch.stack([row[:, i] for i, row in enumerate(rows)], 1)
    return (diagonal + 0.5 * s**2).mean()


def sum_of_all(score, x):
    s, d = _divergence(score, x)
    return (d + 0.5 * (s**2).sum(1)).sum()


def across_the_batch(score, x):
    s, d = _divergence(score, x)
    return d.sum() + 0.5 * (s**2).sum(1).mean()


def of_the_mean(score, x):
    x = x.clone().requires_grad_(True)
    s = score(x)
    rows = [grad(s[:, i].mean(), x, retain_graph=True)[0] for i in range(x.shape[1])]
    return (sum(row[:, i] for i, row in enumerate(rows)) + 0.5 * (s**2).sum(1)).mean()


def no_norm(score, x):
    return _divergence(score, x)[1].mean()


def no_divergence(score, x):
    return 0.5 * (score(x) ** 2).sum(1).mean()


def only_the_first(score, x):
    s, rows = _rows(score, x)
    return (rows[0][:, 0] + 0.5 * (s**2).sum(1)).mean()


def first_row(score, x):
    s, rows = _rows(score, x)
    return (rows[0].sum(1) + 0.5 * (s**2).sum(1)).mean()


def half_squared(score, x):
    s, d = _divergence(score, x)
    return (d + (0.5 * s).square().sum(1)).mean()


WRONG = {
    "c-5-04": [
        all_at_once,
        no_half,
        half_of_all,
        minus_trace,
        mean_of_squares,
        mean_of_all,
        sum_of_all,
        across_the_batch,
        of_the_mean,
        no_norm,
        no_divergence,
        only_the_first,
        first_row,
        half_squared,
    ],
    "c-5-05": [
        lambda w: 0 * w,
        lambda w: 6 / w**2,
        lambda w: 24 / w**2,
        lambda w: w**2 / 12,
        lambda w: 12 / w,
        lambda w: -12 / w**2,
        lambda w: 3 / w**2,
        lambda w: 1 / w**2,
        lambda w: 12**0.5 / w,
        lambda w: 12 / w**2 / len(w),
        lambda w: 0 * w + 12 / (w**2).mean(),
        lambda w: w,
    ],
    "sm-printed-half": [
        lambda score: score,
        lambda score: score / 2,
        lambda score: 4 * score,
        lambda score: score / 4,
        lambda score: 2**0.5 * score,
        lambda score: -2 * score,
        lambda score: 2 + score,
        lambda score: score**2,
        lambda score: 0 * score,
        lambda score: (2 * score).sum(1, keepdim=True) + 0 * score,
    ],
    "c-5-06": [
        lambda s, div: div.mean() / (s**2).sum(1).mean(),
        lambda s, div: -2 * div.mean() / (s**2).sum(1).mean(),
        lambda s, div: -div.mean() / (s**2).mean(),
        lambda s, div: -div.mean() / (2 * (s**2).sum(1).mean()),
        lambda s, div: -(s**2).sum(1).mean() / div.mean(),
        lambda s, div: -(div / (s**2).sum(1)).mean(),
        lambda s, div: -div / (s**2).sum(1),
        lambda s, div: 1.0,
        lambda s, div: -div.sum() / (s**2).sum(1).mean(),
        lambda s, div: -div.mean() / s.norm(dim=1).mean(),
        lambda s, div: -div.mean() / s.sum(1).mean() ** 2,
        lambda s, div: -0.5 * div.mean() ** 2 / (s**2).sum(1).mean(),
    ],
    "c-5-07": [
        lambda v: (v.sum(1) < 0).int(),
        lambda v: -torch.sign(v.sum(1)),
        lambda v: -torch.sign(v.prod(1)),
        lambda v: torch.sign(v.prod(1)),
        lambda v: (v < 0).all(1).int(),
        lambda v: (v < 0).any(1).int(),
        lambda v: (v > 0).all(1).int() - (v < 0).all(1).int(),
        lambda v: torch.ones(len(v)),
        lambda v: -v[:, 0].sign(),
        lambda v: -v[:, -1].sign(),
        lambda v: -v.sign().sum(1),
        lambda v: (v < 0).sum(1),
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-5-04": [
        lambda score, x: implicit_of_signs(score, x),
        lambda score, x: no_norm(score, x) + no_divergence(score, x) / x.shape[1],
    ],
    "c-5-05": [lambda w: 12 / w**3, lambda w: 12 * w**2],
    "c-5-06": [lambda s, div: -div.mean() / (s.mean(0) ** 2).sum()],
}


def implicit_of_signs(score, x):
    s, d = _divergence(score, x)
    return (d.abs() + 0.5 * (s**2).sum(1)).mean()
