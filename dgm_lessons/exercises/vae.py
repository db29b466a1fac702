"""Exercises of chapter 2, variational autoencoders."""

from __future__ import annotations

import math

import torch

from ..mixtures import gm1
from ..vae import LinearVAE, gaussian, gaussian_kl
from . import Exercise

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
_SIGMA, _TAU = 0.3, 0.8
_EPS = torch.tensor([[0.3, -1.2], [1.1, 0.6], [-0.8, 0.4]], dtype=torch.float64)
_LINE = gm1().sample(50, torch.Generator().manual_seed(0), torch.float64)[:, 0]
_CODES = torch.tensor([-2.0, 0.1, 0.7, 2.2], dtype=torch.float64)


def _bound(model: LinearVAE, a: float, b: float) -> torch.Tensor:
    reconstruction, kl = model.elbo(_X, a, b)
    return reconstruction - kl


def _draw(output: torch.Tensor, eps: torch.Tensor, factor: float = 0.5) -> torch.Tensor:
    mean, log_variance = output.chunk(2, dim=1)
    return mean + (factor * log_variance).exp() * eps


def _decode(z: torch.Tensor, x: torch.Tensor, tau: float) -> torch.Tensor:
    return (-((z[:, None] - x) ** 2) / (2 * tau**2)).softmax(1) @ x


def _square(x: torch.Tensor, mu: torch.Tensor, sigma: float) -> torch.Tensor:
    return (x - mu).square().sum(1) / (2 * sigma**2)


def _log_root(sigma: float) -> float:
    """The log of sqrt(2 pi sigma^2): what one pixel adds to the constant."""
    return math.log(math.sqrt(2 * math.pi) * sigma)


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
    "c-2-11": Exercise(
        asks="a code for each row, of shape (B, d)",
        inputs=(torch.cat([_MEAN, _LOG_VARIANCE], 1), _EPS),
        solution=_draw,
        mistakes={
            "that is the variance beside the noise: take its square root": (
                lambda output, eps: _draw(output, eps, factor=1.0)
            ),
            "the log-variance itself beside the noise: take the exponential of its half": (
                lambda output, eps: output[:, :2] + output[:, 2:] * eps
            ),
            "half the log-variance beside the noise: take its exponential": (
                lambda output, eps: output[:, :2] + 0.5 * output[:, 2:] * eps
            ),
            "the sign in the exponential: that is one over the standard deviation": (
                lambda output, eps: _draw(output, eps, factor=-0.5)
            ),
            "the mean is missing": lambda output, eps: (0.5 * output[:, 2:]).exp() * eps,
            "that is the mean alone: a code is a draw": lambda output, eps: output[:, :2],
            "the two heads are exchanged: means stand first": (
                lambda output, eps: output[:, 2:] + (0.5 * output[:, :2]).exp() * eps
            ),
            "means and log-variances do not take turns: the first d are the means": (
                lambda output, eps: output[:, ::2] + (0.5 * output[:, 1::2]).exp() * eps
            ),
        },
    ),
    "c-2-13": Exercise(
        asks="the log-density of each row, of shape (B,)",
        inputs=(_MEAN, _LOG_VARIANCE, _SIGMA),
        solution=lambda x, mu, sigma: gaussian(sigma)(mu, x),
        mistakes={
            "the constant is missing": lambda x, mu, sigma: -_square(x, mu, sigma),
            "the constant counts once for each of the D pixels": (
                lambda x, mu, sigma: -_square(x, mu, sigma) - _log_root(sigma)
            ),
            "sigma is missing in the constant": (
                lambda x, mu, sigma: -_square(x, mu, sigma) - x.shape[1] * _log_root(1.0)
            ),
            "2 pi is missing in the constant": (
                lambda x, mu, sigma: -_square(x, mu, sigma) - x.shape[1] * math.log(sigma)
            ),
            "the half before the square is missing": (
                lambda x, mu, sigma: -2 * _square(x, mu, sigma) - x.shape[1] * _log_root(sigma)
            ),
            "the square is divided by sigma; divide by its square": (
                lambda x, mu, sigma: -sigma * _square(x, mu, sigma) - x.shape[1] * _log_root(sigma)
            ),
            "the constant's sign: it is minus D/2 log(2 pi sigma^2)": (
                lambda x, mu, sigma: -_square(x, mu, sigma) + x.shape[1] * _log_root(sigma)
            ),
            "the sign: this is the loss, minus the log-density": (
                lambda x, mu, sigma: -gaussian(sigma)(mu, x)
            ),
            "this is a mean over pixels; logs of independent pixels add up": (
                lambda x, mu, sigma: gaussian(sigma)(mu, x) / x.shape[1]
            ),
        },
    ),
    "c-2-15": Exercise(
        asks="the best decoder's answer to each code, of shape (B,)",
        inputs=(_CODES, _LINE, _TAU),
        solution=_decode,
        mistakes={
            "the weights must add up to 1: divide by their sum": (
                lambda z, x, tau: (-((z[:, None] - x) ** 2) / (2 * tau**2)).exp() @ x / len(x)
            ),
            "divided by the prior: the sum of the weights, the codes' own law, belongs there": (
                lambda z, x, tau: (
                    (-((z[:, None] - x) ** 2) / (2 * tau**2)).exp()
                    @ x
                    / (len(x) * tau * (-(z**2) / 2).exp())
                )
            ),
            "tau stands where its square belongs": (
                lambda z, x, tau: _decode(z, x, math.sqrt(tau))
            ),
            "the half in the Gaussian's exponent is missing": (
                lambda z, x, tau: _decode(z, x, tau / math.sqrt(2))
            ),
            "that is the likeliest datum; least squares wants the mean": (
                lambda z, x, tau: x[(z[:, None] - x).abs().argmin(1)]
            ),
            "all data count alike: weigh each by the density of z given it": (
                lambda z, x, tau: x.mean().expand(len(z))
            ),
            "that is the code itself: it has noise in it": lambda z, x, tau: z,
        },
    ),
}
