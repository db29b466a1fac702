"""Exercises of the page `elbo`, chapter 2."""

from __future__ import annotations

import math

import torch

from ...vae import LinearVAE, gaussian_kl
from ..exercise import Exercise

_MEAN = torch.tensor([[0.5, -1.0], [1.5, 0.3], [0.0, 2.0]], dtype=torch.float64)
_LOG_VARIANCE = torch.tensor([[-1.0, 0.4], [0.2, -2.0], [-0.5, 0.7]], dtype=torch.float64)
_LOG_WEIGHTS = torch.tensor(
    [[-1.2, -3.0, -0.4], [-2.5, -1.0, -0.9], [-0.7, -4.0, -2.2], [-1.9, -0.5, -1.4]],
    dtype=torch.float64,
)
_X = torch.linspace(-2.0, 2.5, 4, dtype=torch.float64)[:, None]
_BEFORE, _AFTER = LinearVAE(0.2, 0.6), LinearVAE(1.1, 0.8)
_MODEL_ERROR = 0.25
_POSTERIOR_KLS = LinearVAE(1.3, 0.6).gap(_X, 0.4, 0.5)


def _bound(model: LinearVAE, a: float, b: float) -> torch.Tensor:
    reconstruction, kl = model.elbo(_X, a, b)
    return reconstruction - kl


EXERCISES: dict[str, Exercise] = {
    "c-2-05": Exercise(
        asks="the KL of each row from N(0, I), of shape (B,)",
        inputs=(_MEAN, _LOG_VARIANCE),
        solution=gaussian_kl,
        mistakes={
            "the half is missing": lambda m, v: 2 * gaussian_kl(m, v),
            "the -1 is missing: the KL of N(0, I) from itself must be zero": (
                lambda m, v: 0.5 * (m**2 + v.exp() - v).sum(1)
            ),
            "the log-variance is taken for the variance: take its exponential": (
                lambda m, v: 0.5 * (m**2 + v - 1 - v).sum(1)
            ),
            "the log-variance is taken for the log of the standard deviation: no factor 2": (
                lambda m, v: 0.5 * (m**2 + (2 * v).exp() - 1 - 2 * v).sum(1)
            ),
            "the log is halved: only the standard deviation would need that": (
                lambda m, v: 0.5 * (m**2 + v.exp() - 1 - 0.5 * v).sum(1)
            ),
            "the log-variance itself is missing: a narrow cloud must cost something": (
                lambda m, v: 0.5 * (m**2 + v.exp() - 1).sum(1)
            ),
            "the sign: a divergence is never negative": lambda m, v: -gaussian_kl(m, v),
            "this is a mean over coordinates; independent coordinates add up": (
                lambda m, v: gaussian_kl(m, v) / m.shape[1]
            ),
        },
    ),
    "c-2-06": Exercise(
        asks="the K-sample bound of each datum, of shape (B,)",
        inputs=(_LOG_WEIGHTS,),
        solution=lambda log_w: log_w.logsumexp(0) - math.log(len(log_w)),
        mistakes={
            "the logs are averaged, which is the ELBO again; average the weights first": (
                lambda log_w: log_w.mean(0)
            ),
            "this is the log of the sum; subtract log K to make it a mean": (
                lambda log_w: log_w.logsumexp(0)
            ),
            "log K is added where it must be subtracted": (
                lambda log_w: log_w.logsumexp(0) + math.log(len(log_w))
            ),
            "this is the mean weight; its log is the bound": lambda log_w: log_w.exp().mean(0),
        },
    ),
    "c-2-09": Exercise(
        asks="the joint KL, one number",
        inputs=(_MODEL_ERROR, _POSTERIOR_KLS),
        solution=lambda model, kls: model + kls.mean(),
        mistakes={
            "the sign: inference error is added, it pays for nothing": (
                lambda model, kls: model - kls.mean()
            ),
            "the sum over the data stands where the mean belongs": (
                lambda model, kls: model + kls.sum()
            ),
            "the model error is missing": lambda model, kls: kls.mean(),
            "the model error alone: the code hides the inference error": (
                lambda model, kls: torch.as_tensor(model)
            ),
        },
    ),
    "c-2-10": Exercise(
        asks="the growth of the gap of each datum, of shape (B,)",
        inputs=(
            _bound(_AFTER, 0.35, 0.5) - _bound(_BEFORE, 0.1, 0.9),
            _AFTER.log_prob(_X) - _BEFORE.log_prob(_X),
        ),
        solution=lambda elbo, evidence: evidence - elbo,
        mistakes={
            "the sign: the gap is the ceiling minus the bound": (
                lambda elbo, evidence: elbo - evidence
            ),
            "that holds only while the decoder stands still; here the ceiling moved too": (
                lambda elbo, evidence: -elbo
            ),
            "the bound moved too: subtract its rise": lambda elbo, evidence: evidence,
            "subtract the two rises": lambda elbo, evidence: evidence + elbo,
        },
    ),
}
