"""What readers type on the page `elbo` and is wrong."""

import math

import torch


def both(mean, variance):
    return torch.stack([mean, variance + 0 * mean])


def bayes(x, w, b, s, r):
    total = w**2 * r**2 + s**2
    return both(w * r**2 * (x - b) / total, r**2 * s**2 / total)


def with_variance(wrong):
    return lambda *given: both(bayes(*given)[0], wrong(*given))


def with_mean(wrong):
    return lambda *given: torch.stack([wrong(*given), bayes(*given)[1]])


WRONG = {
    "c-2-05": [
        lambda m, lv: 0.5 * (m**2 + lv.exp() ** 2 - 1 - 2 * lv).sum(1),
        lambda m, lv: (m**2 + lv.exp() - 1 - lv).sum(1),
        lambda m, lv: 0.5 * (m**2 + lv.exp() - 1 - lv).mean(1),
        lambda m, lv: 0.5 * (m**2 + lv.exp() - 1 - lv).sum(0),
        lambda m, lv: 0.5 * (m**2 + lv.exp() - 1 - lv),
        lambda m, lv: 0.5 * (m**2 + lv.exp() - 1 + lv).sum(1),
        lambda m, lv: 0.5 * (m**2 + lv.exp() - lv).sum(1),
        lambda m, lv: 0.5 * (1 + lv - m**2 - lv.exp()).sum(1),
        lambda m, lv: 0.5 * (m**2 + lv - 1 - lv.log()).sum(1),
        lambda m, lv: 0.5 * (m + lv.exp() - 1 - lv).sum(1),
        lambda m, lv: 0.5 * (m**2 + lv.exp() - 1 - lv).sum(),
        lambda m, lv: 0.5 * (m**2 + lv.exp() - 1 - lv).sum(1).mean(),
        lambda m, lv: 0.5 * ((1 + m**2) / lv.exp() - 1 + lv).sum(1),
        lambda m, lv: 0.5 * (m**2 + (lv / 2).exp() - 1 - lv).sum(1),
        lambda m, lv: 0.5 * (m**2 + lv.exp() - 1 - 2 * lv).sum(1),
        lambda m, lv: 0.5 * (m**2 + lv**2 - 1 - 2 * lv.abs().log()).sum(1),
    ],
    "c-2-06": [
        lambda lw: lw.mean(0),
        lambda lw: lw.logsumexp(0),
        lambda lw: lw.logsumexp(1) - math.log(lw.shape[1]),
        lambda lw: lw.logsumexp(1) - math.log(len(lw)),
        lambda lw: lw.logsumexp(0) / len(lw),
        lambda lw: lw.exp().mean(0),
        lambda lw: lw.logsumexp(0) - math.log(lw.shape[1]),
        lambda lw: lw.logsumexp(0) + math.log(len(lw)),
        lambda lw: lw.exp().mean().log(),
        lambda lw: lw.max(0).values,
        lambda lw: lw.logsumexp(0) - len(lw),
        lambda lw: lw.exp().mean(0).log2(),
        lambda lw: lw.sum(0),
        lambda lw: lw.mean(1),
    ],
    "c-2-09": [
        lambda e, kls: e + kls.sum(),
        lambda e, kls: e - kls.mean(),
        lambda e, kls: e + kls,
        lambda e, kls: kls.mean(),
        lambda e, kls: e,
        lambda e, kls: e + kls.max(),
        lambda e, kls: e * kls.mean(),
        lambda e, kls: (e + kls.mean()) / 2,
        lambda e, kls: kls.mean() - e,
        lambda e, kls: (e + kls.sum()) / (len(kls) + 1),
        lambda e, kls: e + kls.median(),
    ],
    "c-2-10": [
        lambda elbo, evidence: elbo - evidence,
        lambda elbo, evidence: elbo + evidence,
        lambda elbo, evidence: (evidence - elbo).abs(),
        lambda elbo, evidence: (evidence - elbo).clamp(min=0),
        lambda elbo, evidence: (evidence - elbo).mean(),
        lambda elbo, evidence: evidence / elbo,
        lambda elbo, evidence: evidence,
        lambda elbo, evidence: elbo,
        lambda elbo, evidence: (evidence - elbo).sum(),
        lambda elbo, evidence: (evidence - elbo) / evidence,
    ],
    "c-2-04": [
        lambda x, w, b, s, r: both((x - b) / w, s**2 / w**2),
        lambda x, w, b, s, r: bayes(x, w, b, s, 1),
        lambda x, w, b, s, r: bayes(x, w, 0, s, r),
        lambda x, w, b, s, r: bayes(x + 2 * b, w, b, s, r),
        lambda x, w, b, s, r: bayes(x, w, b, s**0.5, r),
        lambda x, w, b, s, r: bayes(x, w, b, s, r**0.5),
        with_mean(lambda x, w, b, s, r: w * (x - b) / (w**2 * r**2 + s**2)),
        with_mean(lambda x, w, b, s, r: r**2 * (x - b) / (w**2 * r**2 + s**2)),
        with_mean(lambda x, w, b, s, r: w * r**2 * x / (w**2 * r**2 + s**2) - b),
        with_variance(lambda x, w, b, s, r: s**2),
        with_variance(lambda x, w, b, s, r: s**2 / (w**2 * r**2 + s**2)),
        with_variance(lambda x, w, b, s, r: r**-2 + w**2 / s**2),
        with_variance(lambda x, w, b, s, r: r * s / (w**2 * r**2 + s**2) ** 0.5),
        with_variance(lambda x, w, b, s, r: s**2 / w**2),
    ],
    "c-2-07": [
        lambda w, s, beta: s**2 / (w**2 + s**2),
        lambda w, s, beta: s**2 / (beta * w**2 + s**2),
        lambda w, s, beta: s**2 / (w**2 + beta * s**2),
        lambda w, s, beta: (beta * s**2 / (w**2 + beta * s**2)) ** 0.5,
        lambda w, s, beta: 1 + w**2 / (beta * s**2),
        lambda w, s, beta: w**2 / (w**2 + beta * s**2),
        lambda w, s, beta: beta * s**2 / w**2,
        lambda w, s, beta: beta * s / (w**2 + beta * s),
        lambda w, s, beta: beta * s**2 / (w + beta * s**2),
        lambda w, s, beta: beta * s**2 / (2 * w**2 + beta * s**2),
        lambda w, s, beta: beta,
        lambda w, s, beta: beta * s**2 / (w**2 + s**2),
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-2-05": [
        lambda m, lv: 0.5 * (m**2 + lv.exp() - 1).sum(1) - lv.sum(1),
        lambda m, lv: 0.5 * ((m**2).sum(1) + lv.exp().sum(1) - 1 - lv.sum(1)),
    ],
    "c-2-06": [
        lambda lw: (lw.softmax(0) * lw).sum(0),
        lambda lw: lw.logsumexp(0) - math.log(lw.numel()),
    ],
    "c-2-09": [
        lambda e, k: e + k.sum() / (len(k) - 1),
        lambda e, k: (e**2 + k.mean() ** 2) ** 0.5,
    ],
    "c-2-10": [
        lambda a, b: b - a.mean(),
        lambda a, b: (b - a) / 2,
    ],
}
