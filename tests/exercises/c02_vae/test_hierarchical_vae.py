"""Exercises on hierarchical VAEs: their solutions agree with something independent."""

import math

import pytest
import torch

from dgm_lessons.exercises import check
from dgm_lessons.exercises.c02_vae.hierarchical_vae import EXERCISES


def test_the_turned_encoder_is_bayes_rule():
    exercise = EXERCISES["c-2-20"]
    z2, m, s1, c, s2 = exercise.trials[0]
    z1 = torch.linspace(-6, 7, 20_001, dtype=torch.float64)
    log_joint = -0.5 * ((z1 - m) / s1) ** 2 - 0.5 * ((z2[:, None] - c * z1) / s2) ** 2
    weight = log_joint.softmax(1)
    mean = weight @ z1
    variance = weight @ z1**2 - mean**2
    assert torch.allclose(exercise.solution(*exercise.trials[0]), torch.stack([mean, variance]))


def test_the_information_is_the_entropy_saved():
    exercise = EXERCISES["c-2-23"]
    spread, b = exercise.trials[0]
    normal = torch.distributions.Normal
    entropies = normal(0.0, (spread + b**2).sqrt()).entropy() - normal(0.0, b).entropy()
    found = exercise.solution(spread, b)
    assert found.item() == pytest.approx(entropies.sum().item(), abs=1e-6)


def test_the_sheet_takes_a_plain_list(capsys):
    def sheet(mu, sigma, eps, seen, pull, model, inference, log_w, low, high, miss):
        return [
            mu + sigma * eps,
            (mu**2 + sigma**2 - 1) / 2 - math.log(sigma),
            seen - pull,
            model + inference,
            log_w.exp().mean().log(),
            (low - high) * miss / 2,
        ]

    check("c-2-26", sheet)
    assert capsys.readouterr().out.startswith("✓ Right")


def test_the_inner_term_is_that_of_draws():
    """z_1 first, then z_2 from it: the expected log-ratio, within five standard errors."""
    exercise = EXERCISES["c-2-19"]
    normal = torch.distributions.Normal
    g = torch.Generator().manual_seed(0)
    for m, s1, c, s2, a, t in exercise.trials:
        first, second = torch.randn(2, 1_000_000, generator=g, dtype=torch.float64)
        z1 = m + s1 * first
        z2 = c * z1 + s2 * second
        ratios = normal(m, s1).log_prob(z1) - normal(a * z2, t).log_prob(z1)
        error = ratios.mean() - exercise.solution(m, s1, c, s2, a, t)
        noise = ratios.std() / 1000
        assert abs(error) < 5 * noise
        printed = next(w for words, w in exercise.mistakes.items() if "as printed" in words)
        assert abs(printed(m, s1, c, s2, a, t) - ratios.mean()) > 20 * noise
