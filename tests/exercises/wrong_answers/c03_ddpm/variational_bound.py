"""What readers type on the page `variational-bound` and is wrong."""

import math

from torch import where
from torch.distributions import Normal

LN2 = math.log(2)


def bits(nats, D):
    return nats / (D * LN2)


def levels(k, mean, std, K, low=0, high=None, h=0.5):
    """The right levels, with the outer ones or the width changed."""
    law = Normal(mean, std)
    high = K - 1 if high is None else high
    return where(k < high, law.cdf(k + h), 1.0) - where(k > low, law.cdf(k - h), 0.0)


WRONG = {
    "c-3-49": [
        lambda up, down, end, D: ((up - down).sum(1) - end) / D,
        lambda up, down, end, D: ((up - down).sum(1) - end) / LN2,
        lambda up, down, end, D: (up - down).sum(1) - end,
        lambda up, down, end, D: ((up - down).sum(1) - end) / D * LN2,
        lambda up, down, end, D: bits((down - up).sum(1) + end, D),
        lambda up, down, end, D: bits((up - down).sum(1) + end, D),
        lambda up, down, end, D: bits((up - down).mean(1) - end, D),
        lambda up, down, end, D: bits((up - down).sum(1), D),
        lambda up, down, end, D: bits((up - down).sum(0) - end, D),
        lambda up, down, end, D: bits((up - down)[:, 1:].sum(1) - end, D),
        lambda up, down, end, D: bits(up[:, 1:].sum(1) - down.sum(1) - end, D),
        lambda up, down, end, D: bits(((up - down).sum(1) - end).mean(), D),
        lambda up, down, end, D: bits(-down.sum(1) - end, D),
        lambda up, down, end, D: bits((up + down).sum(1) - end, D),
        lambda up, down, end, D: bits((down - up).sum(1) - end, D),
        lambda up, down, end, D: bits((up - down).sum() - end, D),
    ],
    "c-3-44": [
        lambda b, s, bar: b**4 / ((1 - b**2) * s**4),
        lambda b, s, bar: b**4 / ((1 - b**2) * s**2 * (1 - bar**2)),
        lambda b, s, bar: b**4 / (2 * (1 - b**2) ** 0.5 * s**2 * (1 - bar**2)),
        lambda b, s, bar: b**4 / (2 * bar**2 * s**2 * (1 - bar**2)),
        lambda b, s, bar: b**2 / (2 * (1 - b**2) * s**2 * (1 - bar**2)),
        lambda b, s, bar: b**4 / (2 * (1 - b**2) * s**2),
        lambda b, s, bar: b**4 / (2 * (1 - b**2) * s**2 * (1 - bar**2) ** 0.5),
        lambda b, s, bar: b**2 / (2 * (1 - b) * s**2 * (1 - bar)),
        lambda b, s, bar: b**2 / (2 * (1 - b) * s**2 * (1 - bar**2)),
        lambda b, s, bar: b**4 / (2 * (1 - b**2) * s**4 * (1 - bar**2)),
        lambda b, s, bar: b**4 / (2 * (1 - b**2) * s**4),
        lambda b, s, bar: b**4 * (1 - bar**2) / (2 * (1 - b**2) * s**2),
        lambda b, s, bar: b**4 / (2 * (1 - b**2) * s * (1 - bar**2)),
        lambda b, s, bar: b**2 / (2 * (1 - b**2) * s**2),
        lambda b, s, bar: b**4 / (2 * (1 - b**2) * s**2 * (1 - bar)),
        lambda b, s, bar: b**4 / (2 * s**2 * (1 - bar**2)),
        lambda b, s, bar: 1.0,
    ],
    "c-3-50": [
        lambda k, m, s, K: Normal(m, s).log_prob(k),
        lambda k, m, s, K: (Normal(m, s).cdf(k + 0.5) - Normal(m, s).cdf(k - 0.5)).log(),
        lambda k, m, s, K: levels(k, m, s, K),
        lambda k, m, s, K: (Normal(m, s).cdf(k + 1) - Normal(m, s).cdf(k)).log(),
        lambda k, m, s, K: levels(k, m, s, K, high=K).log(),
        lambda k, m, s, K: levels(k, m, s, K, low=-1).log(),
        lambda k, m, s, K: levels(k, m, s, K, low=1).log(),
        lambda k, m, s, K: levels(k, m, s**2, K).log(),
        lambda k, m, s, K: levels(k, m, s, K).log2(),
        lambda k, m, s, K: -levels(k, m, s, K).log(),
        lambda k, m, s, K: levels(k, m, s, K, h=0.5 / (K - 1)).log(),
        lambda k, m, s, K: levels(k, m, s, K, h=1).log(),
        lambda k, m, s, K: levels(k, m, s, K).log().sum(),
        lambda k, m, s, K: Normal(m, s).cdf(k + 0.5).log(),
        lambda k, m, s, K: levels(k, m, s**0.5, K).log(),
        lambda k, m, s, K: levels(k, m, s, K).log().sum(1),
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-3-49": [
        lambda u, d, e, D: ((u - d).sum(1) - e) / math.log(2 * D),
        lambda u, d, e, D: (u - d - e[:, None]).sum(1) / (D * math.log(2)),
    ],
    "c-3-44": [
        lambda b, s, bar: b**4 / 2 * (1 - b**2) * s**2 * (1 - bar**2),
        lambda b, s, bar: b**4 / (2 * (1 - b) ** 2 * s**2 * (1 - bar**2)),
    ],
    "c-3-50": [
        lambda k, m, s, K: Normal(m, s).cdf(k + 0.5).log() - Normal(m, s).cdf(k - 0.5).log(),
        lambda k, m, s, K: Normal(m, s).log_prob(k / (K - 1)),
    ],
}
