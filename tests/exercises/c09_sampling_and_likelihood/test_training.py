"""Exercises of `training`: what they call right is what losses and processes do."""

import math

import torch
from pytest import approx

from dgm_lessons.exercises.c09_sampling_and_likelihood.training import EXERCISES, WEIGHTS
from dgm_lessons.mixtures import GaussianMixture
from dgm_lessons.processes import VP

ASK = {name: exercise.solution for name, exercise in EXERCISES.items()}


def test_who_is_heard_near_the_data():
    process, early = VP(), (1e-3, 1e-5)
    weights = (lambda t: 1, process.variance, process.g2, lambda t: process.variance(t) ** 2)
    ratios = [[float(weight(t) / process.variance(t)) for t in early] for weight in weights]
    grows = [math.log10(b / a) for a, b in ratios]
    assert ASK["training-heard"](WEIGHTS) == [
        0 if abs(v) < 0.1 else round(v / abs(v)) for v in grows
    ]


def test_the_printed_loss_of_a_perfect_network():
    s, alpha, sigma = 0.7, 0.6, 0.5
    data = GaussianMixture([1.0], [[0.0]], s**2)
    x = data.diffuse(alpha, sigma).sample(400_000, torch.Generator().manual_seed(0), torch.float64)
    loss = 0.5 * (data.diffuse(alpha, sigma).score(x) - data.score(x)).square()
    assert ASK["c-9-01"](s, alpha, sigma) == approx(loss.mean().item(), rel=0.01)


def test_the_floor_is_what_a_perfect_network_pays():
    s, alpha, sigma, omega = 0.7, 0.6, 0.5, 1.9
    g = torch.Generator().manual_seed(1)
    x0, eps = torch.randn(2, 400_000, 1, generator=g, dtype=torch.float64)
    law = GaussianMixture([1.0], [[0.0]], s**2).diffuse(alpha, sigma)
    error = law.score(alpha * s * x0 + sigma * eps) + eps / sigma
    found = ASK["c-9-02"](s, alpha, sigma, omega)
    assert found == approx(0.5 * omega * error.square().mean().item(), rel=0.01)


def test_the_target_of_an_sde_by_small_steps():
    a, g, t, x0, n = 0.6, 1.3, 0.7, 0.9, 400
    mean, variance, dt = x0, 0.0, 0.7 / 400
    for _ in range(n):
        mean, variance = (1 - a * dt) * mean, (1 - a * dt) ** 2 * variance + g**2 * dt
    x = torch.linspace(-2, 2, 5, dtype=torch.float64)
    assert ASK["c-9-04"](x, x0, t, a, g) == approx((mean - x) / variance, rel=0.01)


def test_the_trade_is_unbiased():
    T, g = 1.5, torch.Generator().manual_seed(2)
    t = T * torch.rand(400_000, generator=g, dtype=torch.float64).sqrt()  # density 2 t / T^2
    q, omega, loss = 2 * t / T**2, 1 + t, t**2
    even = T * (torch.arange(100_000, dtype=torch.float64) + 0.5) / 100_000
    truth = ((1 + even) * even**2).mean().item()
    assert ASK["c-9-05"](loss, omega, q, T).item() == approx(truth, rel=0.01)
