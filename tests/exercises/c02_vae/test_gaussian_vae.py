"""Exercises of `gaussian-vae`: their inputs belong to real models."""

import torch

from dgm_lessons.exercises.c02_vae.gaussian_vae import EXERCISES
from dgm_lessons.mixtures import gm1

FACTORS = (0.999, 1.0, 1.001)


def test_the_weighted_mean_of_the_exercise_tends_to_the_mixtures_posterior_mean():
    """The same formula with 200,000 data instead of the exercise's 50."""
    exercise = EXERCISES["c-2-15"]
    z, _, tau = exercise.trials[0]
    many = gm1().sample(200_000, torch.Generator().manual_seed(1), torch.float64)[:, 0]
    exact = gm1().seen(z[:, None], 1.0, tau).mean[:, 0]
    assert (exercise.solution(z, many, tau) - exact).abs().max() < 0.01
    assert (exercise.solution(*exercise.trials[0]) - exact).abs().max() > 0.01  # 50 are few


def test_the_printed_bayes_rule_does_not_add_up():
    exercise = EXERCISES["gvae-bayes"]
    printed = next(wrong for words, wrong in exercise.mistakes.items() if "as printed" in words)
    for inputs in exercise.trials:
        assert torch.allclose(
            exercise.solution(*inputs).sum(1), torch.ones(len(inputs[0])).double()
        )
        assert (printed(*inputs).sum(1) - 1).abs().min() > 0.01
        decoded = EXERCISES["c-2-15"].solution(*inputs)
        assert torch.allclose(exercise.solution(*inputs) @ inputs[1], decoded)


def test_the_best_sigma_has_the_greatest_likelihood():
    exercise = EXERCISES["gvae-sigma"]
    for x, mu in exercise.trials:
        best = exercise.solution(x, mu).item()
        likelihood = [torch.distributions.Normal(mu, best * f).log_prob(x).sum() for f in FACTORS]
        assert max(likelihood) == likelihood[1]


def test_the_coin_is_the_best_decoder_of_two_data():
    decode, coin = (EXERCISES[name].solution for name in ("c-2-15", "gvae-coin"))
    z = torch.linspace(-3, 4, 29, dtype=torch.float64)
    for tau in (0.3, 1.0, 4.0):
        assert torch.allclose(coin(z, tau), decode(z, torch.tensor([0.0, 1.0]).double(), tau))


def test_the_shares_are_those_of_many_draws():
    n, g = 400_000, torch.Generator().manual_seed(2)
    for V, tau in EXERCISES["c-2-17"].trials:
        x, noise, eps = torch.randn(3, n, generator=g, dtype=torch.float64)
        x = V**0.5 * x
        mean = V / (V + tau**2) * (x + tau * noise)
        drawn = mean + (V * tau**2 / (V + tau**2)) ** 0.5 * eps
        found = torch.stack([mean.var(), drawn.var(), x.var(), x.var()]) / V
        assert torch.allclose(found, EXERCISES["c-2-17"].solution(V, tau), atol=0.01)
