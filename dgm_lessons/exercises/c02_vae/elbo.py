"""Exercises of the page `elbo`, chapter 2."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ..exercise import Exercise, normal, uniform


def pull(mean: Tensor, log_variance: Tensor) -> Tensor:
    return 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(1)


def tighter_bound(log_weights: Tensor) -> Tensor:
    return log_weights.logsumexp(0) - math.log(len(log_weights))


def joint_error(model_error: float, posterior_kls: Tensor) -> Tensor:
    return model_error + posterior_kls.mean()


def gap_growth(elbo_rise: Tensor, evidence_rise: Tensor) -> Tensor:
    return evidence_rise - elbo_rise


def posterior(x: Tensor, w: float, b: float, s: float, r: float) -> Tensor:
    total = w**2 * r**2 + s**2
    mean = w * r**2 * (x - b) / total
    return torch.stack([mean, torch.full_like(mean, r**2 * s**2 / total)])


def best_variance(w: float, s: float, beta: float) -> float:
    return beta * s**2 / (w**2 + beta * s**2)


Moment = Callable[[Tensor, float, float, float, float], Tensor | float]


def _mean_is(wrong: Moment) -> Callable[..., Tensor]:
    """The right answer with another mean."""
    return lambda *given: torch.stack([torch.as_tensor(wrong(*given)), posterior(*given)[1]])


def _variance_is(wrong: Moment) -> Callable[..., Tensor]:
    """The right answer with another variance."""
    return lambda *given: torch.stack([posterior(*given)[0], 0 * given[0] + wrong(*given)])


EXERCISES: dict[str, Exercise] = {
    "c-2-05": Exercise(
        asks="the KL of each row from N(0, I), of shape (B,)",
        trials=((normal(1, 4, 3), normal(2, 4, 3)), (normal(3, 2, 5), normal(4, 2, 5))),
        solution=pull,
        mistakes={
            "the half is missing": lambda m, v: 2 * pull(m, v),
            "the -1 is missing: the KL of N(0, I) from itself must be zero": (
                lambda m, v: 0.5 * (m**2 + v.exp() - v).sum(1)
            ),
            "the log-variance is taken for the variance: take its exponential": (
                lambda m, v: 0.5 * (m**2 + v - 1 - v).sum(1)
            ),
            "the log-variance is taken for the log of the standard deviation: no factor 2": (
                lambda m, v: 0.5 * (m**2 + (2 * v).exp() - 1 - 2 * v).sum(1)
            ),
            "the exponential of the log-variance is the variance: no half in it": (
                lambda m, v: 0.5 * (m**2 + (v / 2).exp() - 1 - v).sum(1)
            ),
            "the log-variance is taken for the standard deviation: take exponentials": (
                lambda m, v: 0.5 * (m**2 + v**2 - 1 - 2 * v.abs().log()).sum(1)
            ),
            "the log is halved: only the standard deviation would need that": (
                lambda m, v: 0.5 * (m**2 + v.exp() - 1 - 0.5 * v).sum(1)
            ),
            "the log is doubled: it is the log of the variance already": (
                lambda m, v: 0.5 * (m**2 + v.exp() - 1 - 2 * v).sum(1)
            ),
            "the log-variance has the wrong sign: take it away": (
                lambda m, v: 0.5 * (m**2 + v.exp() - 1 + v).sum(1)
            ),
            "the log-variance itself is missing: a narrow cloud must cost something": (
                lambda m, v: 0.5 * (m**2 + v.exp() - 1).sum(1)
            ),
            "the mean must be squared": lambda m, v: 0.5 * (m + v.exp() - 1 - v).sum(1),
            "the sign: a divergence is never negative": lambda m, v: -pull(m, v),
            "this is the other direction, the KL of N(0, I) from the cloud": (
                lambda m, v: 0.5 * ((1 + m**2) / v.exp() - 1 + v).sum(1)
            ),
            "this is a mean over coordinates; independent coordinates add up": (
                lambda m, v: pull(m, v) / m.shape[1]
            ),
            "the sum runs over the rows; add the coordinates of each row": (
                lambda m, v: pull(m.T, v.T)
            ),
        },
    ),
    "c-2-06": Exercise(
        asks="the K-sample bound of each datum, of shape (B,)",
        trials=((normal(5, 5, 3) - 1,), (1.5 * normal(6, 3, 4),)),
        solution=tighter_bound,
        mistakes={
            "the logs are averaged, which is the ELBO again; average the weights first": (
                lambda log_w: log_w.mean(0)
            ),
            "this is the log of the sum; subtract log K to make it a mean": (
                lambda log_w: log_w.logsumexp(0)
            ),
            "the sum is divided after the log; divide before it, or subtract log K": (
                lambda log_w: log_w.logsumexp(0) / len(log_w)
            ),
            "K is taken away where log K belongs": lambda log_w: log_w.logsumexp(0) - len(log_w),
            "log K is added where it must be subtracted": (
                lambda log_w: log_w.logsumexp(0) + math.log(len(log_w))
            ),
            "K is the number of draws, the first axis": (
                lambda log_w: log_w.logsumexp(0) - math.log(log_w.shape[1])
            ),
            "the mean runs over the data; the draws are on axis 0": (
                lambda log_w: log_w.logsumexp(1) - math.log(log_w.shape[1])
            ),
            "this is the largest weight; take the mean of all": lambda log_w: log_w.amax(0),
            "this is one bound for all; each datum has its own": (
                lambda log_w: log_w.exp().mean().log()
            ),
            "this is the mean weight; its log is the bound": lambda log_w: log_w.exp().mean(0),
        },
    ),
    "c-2-09": Exercise(
        asks="the joint KL, one number",
        trials=((0.27, uniform(7, 4)), (1.3, uniform(8, 7, high=3.0))),
        solution=joint_error,
        mistakes={
            "the sign: inference error is added, it pays for nothing": (
                lambda model, kls: model - kls.mean()
            ),
            "the sum over the data stands where the mean belongs": (
                lambda model, kls: model + kls.sum()
            ),
            "the model error is missing": lambda model, kls: kls.mean(),
            "the model error alone: the code hides the inference error": (lambda model, kls: model),
            "the worst datum stands where the mean over the data belongs": (
                lambda model, kls: model + kls.max()
            ),
            "the errors are added, not averaged with each other": (
                lambda model, kls: (model + kls.mean()) / 2
            ),
            "the model error is no further datum: it stays outside the mean": (
                lambda model, kls: (model + kls.sum()) / (len(kls) + 1)
            ),
        },
    ),
    "c-2-10": Exercise(
        asks="the growth of the gap of each datum, of shape (B,)",
        trials=((normal(22, 4), normal(42, 4)), (2 * normal(11, 6), normal(12, 6))),
        solution=gap_growth,
        mistakes={
            "the sign: the gap is the ceiling minus the bound": (
                lambda elbo, evidence: elbo - evidence
            ),
            "that holds only while the decoder stands still; here the ceiling moved too": (
                lambda elbo, evidence: -elbo
            ),
            "the bound moved too: subtract its rise": lambda elbo, evidence: evidence,
            "subtract the two rises": lambda elbo, evidence: evidence + elbo,
            "a gap that shrinks grows by a negative number: keep the sign": (
                lambda elbo, evidence: (evidence - elbo).abs()
            ),
            "a gap that shrinks grows by a negative number: do not cut it off": (
                lambda elbo, evidence: (evidence - elbo).clamp(min=0)
            ),
            "this is a ratio; the growth of a gap is a difference": (
                lambda elbo, evidence: evidence / elbo
            ),
        },
    ),
    "c-2-04": Exercise(
        asks="mean and variance of p(z | x), of shape (2, B)",
        trials=((normal(13, 4), 0.65, 0.9, 1.3, 1.8), (normal(14, 5), -1.7, 0.35, 0.4, 0.75)),
        parts=("the mean", "the variance"),
        solution=posterior,
        mistakes={
            "the prior is forgotten: it pulls towards 0": (
                lambda x, w, b, s, r: torch.stack([(x - b) / w, 0 * x + (s / w) ** 2])
            ),
            "the prior has the width r here, not 1": (
                lambda x, w, b, s, r: posterior(x, w, b, s, 1.0)
            ),
            "the shift b is forgotten: take it off x": (
                lambda x, w, b, s, r: posterior(x, w, 0.0, s, r)
            ),
            "the shift b is taken off x, not added": (
                lambda x, w, b, s, r: posterior(x, w, -b, s, r)
            ),
            "the shift b is taken off x before anything else": _mean_is(
                lambda x, w, b, s, r: w * r**2 * x / (w**2 * r**2 + s**2) - b
            ),
            "w is missing above: z and x have the covariance w r^2": _mean_is(
                lambda x, w, b, s, r: r**2 * (x - b) / (w**2 * r**2 + s**2)
            ),
            "r^2 is missing above: z and x have the covariance w r^2": _mean_is(
                lambda x, w, b, s, r: w * (x - b) / (w**2 * r**2 + s**2)
            ),
            "w must be squared below: the variance of w z is w^2 r^2": (
                lambda x, w, b, s, r: (
                    torch.stack([w * r**2 * (x - b), 0 * x + r**2 * s**2]) / (w * r**2 + s**2)
                )
            ),
            "widths are standard deviations, and here they are read as variances": (
                lambda x, w, b, s, r: posterior(x, w, b, s**0.5, r**0.5)
            ),
            "below stands the variance of x, and w^2 belongs to it": (
                lambda x, w, b, s, r: (
                    torch.stack([w * r**2 * (x - b), 0 * x + r**2 * s**2]) / (r**2 + s**2)
                )
            ),
            "that is the mean of x given z": _mean_is(lambda x, w, b, s, r: w * x + b),
            "r^2 is missing above: without data all of it is left": _variance_is(
                lambda x, w, b, s, r: s**2 / (w**2 * r**2 + s**2)
            ),
            "this is the decoder's noise; divide its share of x by w^2": _variance_is(
                lambda x, w, b, s, r: s**2
            ),
            "this is the variance of the prior; x has told something": _variance_is(
                lambda x, w, b, s, r: r**2
            ),
            "this is the variance of x": _variance_is(lambda x, w, b, s, r: w**2 * r**2 + s**2),
            "this is the precision; the variance is one over it": _variance_is(
                lambda x, w, b, s, r: r**-2 + w**2 / s**2
            ),
            "this is the standard deviation": _variance_is(
                lambda *given: posterior(*given)[1].sqrt()
            ),
            "this is what x has told; the rest of r^2 is in doubt": _variance_is(
                lambda x, w, b, s, r: r**2 - posterior(x, w, b, s, r)[1]
            ),
        },
    ),
    "c-2-07": Exercise(
        asks="the best variance of the encoder when the KL is weighed by beta",
        trials=((1.3, 0.6, 2.5), (0.8, 1.7, 0.4), (2.1, 0.9, 3.3)),
        solution=best_variance,
        mistakes={
            "beta is forgotten: this is the posterior's variance": (
                lambda w, s, beta: s**2 / (w**2 + s**2)
            ),
            "beta weighs the wrong term: a heavier pull widens the cloud": (
                lambda w, s, beta: s**2 / (beta * w**2 + s**2)
            ),
            "beta weighs the whole KL, its log b^2 too": (
                lambda w, s, beta: s**2 / (w**2 + beta * s**2)
            ),
            "beta is missing below: for a huge beta the variance must stay under 1": (
                lambda w, s, beta: beta * s**2 / (w**2 + s**2)
            ),
            "this is the standard deviation; the variance is wanted": (
                lambda w, s, beta: best_variance(w, s, beta) ** 0.5
            ),
            "this is one over the variance": lambda w, s, beta: 1 / best_variance(w, s, beta),
            "this is what x has told; the rest of 1 is in doubt": (
                lambda w, s, beta: 1 - best_variance(w, s, beta)
            ),
            "the 1 of the prior is missing below: b^2 must stay under 1": (
                lambda w, s, beta: beta * s**2 / w**2
            ),
            "it looks like s where s squared belongs": (
                lambda w, s, beta: beta * s / (w**2 + beta * s)
            ),
            "it looks like w where w squared belongs": (
                lambda w, s, beta: beta * s**2 / (w + beta * s**2)
            ),
            "a factor 2 is left over: both terms have the half": (
                lambda w, s, beta: beta * s**2 / (2 * w**2 + beta * s**2)
            ),
        },
    ),
}
