"""What readers type on the page `gaussian-vae` and is wrong."""

import math

import torch
from torch.nn.functional import softplus


def square(x, mu):
    return (x - mu).square().sum(1)


def gauss(z, x, tau):
    return (-((z[:, None] - x) ** 2) / (2 * tau**2)).exp()


def mean(weights, x):
    return (weights * x).sum(1) / weights.sum(1)


def half_swapped(output, eps):
    log_variance, mean = output.chunk(2, dim=1)
    return mean + (log_variance / 2).exp() * eps


def interleaved(output, eps):
    mean, log_variance = output[:, ::2], output[:, 1::2]
    return mean + (log_variance / 2).exp() * eps


def heads(output):
    return output.chunk(2, dim=1)


WRONG = {
    "c-2-11": [
        lambda o, e: heads(o)[0] + heads(o)[1].exp() * e,
        lambda o, e: heads(o)[0] + heads(o)[1] * e,
        lambda o, e: heads(o)[0] + (2 * heads(o)[1]).exp() * e,
        half_swapped,
        interleaved,
        lambda o, e: heads(o)[0],
        lambda o, e: heads(o)[0] + softplus(heads(o)[1]) * e,
        lambda o, e: (heads(o)[1] / 2).exp() * e,
        lambda o, e: heads(o)[0] + heads(o)[1].abs().sqrt() * e,
        lambda o, e: heads(o)[0] + (heads(o)[1] / 2).exp(),
        lambda o, e: (heads(o)[0] + (heads(o)[1] / 2).exp()) * e,
        lambda o, e: heads(o)[0] + (-heads(o)[1] / 2).exp() * e,
        lambda o, e: heads(o)[0] + e,
        lambda o, e: heads(o)[0] + heads(o)[1] / 2 * e,
    ],
    "c-2-13": [
        lambda x, m, s: -square(x, m) / (2 * s**2) - 0.5 * math.log(2 * math.pi * s**2),
        lambda x, m, s: -square(x, m) / (2 * s**2),
        lambda x, m, s: (
            -(x - m).square().mean(1) / (2 * s**2) - x.shape[1] / 2 * math.log(2 * math.pi * s**2)
        ),
        lambda x, m, s: torch.distributions.Normal(m, s).log_prob(x).mean(1),
        lambda x, m, s: -square(x, m) / (2 * s) - x.shape[1] / 2 * math.log(2 * math.pi * s**2),
        lambda x, m, s: -square(x, m) / (2 * s**2) - x.shape[1] / 2 * math.log(2 * math.pi * s),
        lambda x, m, s: torch.distributions.Normal(m, s**0.5).log_prob(x).sum(1),
        lambda x, m, s: torch.distributions.Normal(m, s**2).log_prob(x).sum(1),
        lambda x, m, s: -square(x, m) / (2 * s**2) + x.shape[1] / 2 * math.log(2 * math.pi * s**2),
        lambda x, m, s: -square(x, m) / s**2 - x.shape[1] / 2 * math.log(2 * math.pi * s**2),
        lambda x, m, s: square(x, m) / (2 * s**2) - x.shape[1] / 2 * math.log(2 * math.pi * s**2),
        lambda x, m, s: (
            -square(x, m) / (2 * s**2) - x.shape[1] / 2 * math.log(2 * math.pi) - math.log(s)
        ),
        lambda x, m, s: torch.distributions.Normal(m, s).log_prob(x).sum(0),
        lambda x, m, s: torch.distributions.Normal(m, s).log_prob(x),
        lambda x, m, s: torch.distributions.Normal(m, s).log_prob(x).sum(),
        lambda x, m, s: -square(x, m) / (2 * s**2) - x.shape[1] * math.log(2 * math.pi * s**2),
        lambda x, m, s: torch.distributions.Normal(m, s).log_prob(x).sum(1).exp(),
        lambda x, m, s: (
            -(x - m).norm(dim=1) / (2 * s**2) - x.shape[1] / 2 * math.log(2 * math.pi * s**2)
        ),
    ],
    "c-2-15": [
        lambda z, x, tau: mean((-((z[:, None] - x) ** 2) / (2 * tau)).exp(), x),
        lambda z, x, tau: mean((-((z[:, None] - x) ** 2) / tau**2).exp(), x),
        lambda z, x, tau: x[(z[:, None] - x).abs().argmin(1)],
        lambda z, x, tau: (gauss(z, x, tau) * x).sum(1),
        lambda z, x, tau: (gauss(z, x, tau) * x).mean(1),
        lambda z, x, tau: (gauss(z, x, tau) / gauss(z, x, tau).sum(0) * x).sum(1),
        lambda z, x, tau: x.mean() + 0 * z,
        lambda z, x, tau: z,
        lambda z, x, tau: mean((-(z[:, None] - x).abs() / tau).exp(), x),
        lambda z, x, tau: mean((-((z[:, None] - x) ** 2) / 2).exp(), x),
        lambda z, x, tau: z / (1 + tau**2),
        lambda z, x, tau: mean(((z[:, None] - x) ** 2 / (2 * tau**2)).exp(), x),
        lambda z, x, tau: gauss(z, x, tau).mean(1),
        lambda z, x, tau: mean((-((z[:, None] - x) ** 2) * tau**2 / 2).exp(), x),
    ],
    "gvae-bayes": [
        lambda z, x, t: gauss(z, x, t) / t / len(x) / (-(z[:, None] ** 2) / 2).exp(),
        lambda z, x, t: torch.distributions.Normal(x, t).log_prob(z[:, None]).exp(),
        lambda z, x, t: gauss(z, x, t),
        lambda z, x, t: gauss(z, x, t) / gauss(z, x, t).sum(0),
        lambda z, x, t: gauss(z, x, t) / gauss(z, x, t).sum(),
        lambda z, x, t: 0 * gauss(z, x, t) + 1 / len(x),
        lambda z, x, t: (-((z[:, None] - x) ** 2) / t**2).softmax(1),
        lambda z, x, t: (-((z[:, None] - x) ** 2) / (2 * t)).softmax(1),
        lambda z, x, t: (-((z[:, None] - x) ** 2) / (2 * t**2)).softmax(1).T,
        lambda z, x, t: mean(gauss(z, x, t), x),
        lambda z, x, t: gauss(z, x, t) / gauss(z, x, t).max(1, keepdim=True).values,
        lambda z, x, t: (-(z[:, None] - x).abs() / t).softmax(1),
    ],
    "gvae-coin": [
        lambda z, tau: 1 / (1 + ((z - 0.5) / tau**2).exp()),
        lambda z, tau: 1 / (1 + ((1 - 2 * z) / tau**2).exp()),
        lambda z, tau: 1 / (1 + ((0.5 - z) / tau).exp()),
        lambda z, tau: 1 / (1 + (-z / tau**2).exp()),
        lambda z, tau: (-((z - 1) ** 2) / (2 * tau**2)).exp(),
        lambda z, tau: ((z - 0.5) / tau**2).exp(),
        lambda z, tau: z / (z + (1 - z)),
        lambda z, tau: (z > 0.5).double(),
        lambda z, tau: z**2 / (z**2 + (1 - z) ** 2),
        lambda z, tau: 1 / (1 + ((1 - z) / tau**2).exp()),
        lambda z, tau: 1 / (1 + ((0.5 - z) / (2 * tau**2)).exp()),
        lambda z, tau: ((z - 0.5) / tau).erf() / 2 + 0.5,
    ],
    "gvae-sigma": [
        lambda x, m: (x - m).square().mean(),
        lambda x, m: (x - m).square().sum(1).mean().sqrt(),
        lambda x, m: (x - m).square().sum().sqrt(),
        lambda x, m: (x - m).abs().mean(),
        lambda x, m: (x - m).std(),
        lambda x, m: x.std(),
        lambda x, m: (x - m).square().mean(1).sqrt(),
        lambda x, m: (x - m).square().mean(0).sqrt(),
        lambda x, m: (x - m).square().mean(1).sqrt().mean(),
        lambda x, m: ((x - m).square().mean() / 2).sqrt(),
        lambda x, m: (2 * (x - m).square().mean()).sqrt(),
        lambda x, m: 1 / (x - m).square().mean().sqrt(),
    ],
    "c-2-17": [
        lambda V, tau: [1.0, 1.0, 1.0, 1.0],
        lambda V, tau: [tau**2 / (V + tau**2), 1.0, 1.0, 1.0],
        lambda V, tau: [V**2 / (V + tau**2), 1.0, 1.0, 1.0],
        lambda V, tau: [(V / (V + tau**2)) ** 0.5, 1.0, 1.0, 1.0],
        lambda V, tau: [(V / (V + tau**2)) ** 2, 1.0, 1.0, 1.0],
        lambda V, tau: [V / (V + tau), 1.0, 1.0, 1.0],
        lambda V, tau: [V / (V + tau**2), V / (V + tau**2), 1.0, 1.0],
        lambda V, tau: [V / (V + tau**2), 1.0, V / (V + tau**2), 1.0],
        lambda V, tau: [V / (V + tau**2), 1.0, 0.0, 1.0],
        lambda V, tau: [1.0, V / (V + tau**2), 1.0, 1.0],
        lambda V, tau: [V / (V + tau**2), tau**2 / (V + tau**2), 1.0, 1.0],
        lambda V, tau: [V / (V + tau**2), 1 + tau**2 / V, 1.0, 1.0],
        lambda V, tau: [V / (V + tau**2), 1.0, 0.0, 0.0],
        lambda V, tau: [V / (V + tau**2)] * 4,
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-2-11": [
        lambda o, e: heads(o)[0] + (heads(o)[1] / 2).exp() + e,
        lambda o, e: heads(o)[0] * e + (heads(o)[1] / 2).exp(),
    ],
    "c-2-13": [
        lambda x, m, s: torch.distributions.Normal(m, s).log_prob(x).sum(1) / 2,
        lambda x, m, s: (
            -((x - m).sum(1) ** 2) / (2 * s**2) - x.shape[1] / 2 * math.log(2 * math.pi * s**2)
        ),
    ],
    "c-2-15": [
        lambda z, x, t: (gauss(z, x, t) * x).sum(1) / x.sum(),
        lambda z, x, t: gauss(z, x, t).softmax(1) @ x,
    ],
}
