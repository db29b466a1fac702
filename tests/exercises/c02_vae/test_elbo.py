"""Exercises of `elbo`: their answers hold for real models, whose gaps are known exactly."""

import math

import torch
from scipy.optimize import minimize_scalar

from dgm_lessons.exercises.c02_vae.elbo import EXERCISES
from dgm_lessons.vae import LinearVAE


def test_the_growth_is_that_of_the_gaps_of_linear_models():
    x = torch.linspace(-2.0, 2.5, 4, dtype=torch.float64)[:, None]
    before, after = LinearVAE(0.2, 0.6), LinearVAE(1.1, 0.8)

    def bound(model, a, b):
        reconstruction, kl = model.elbo(x, a, b)
        return reconstruction - kl

    growth = EXERCISES["c-2-10"].solution(
        bound(after, 0.35, 0.5) - bound(before, 0.1, 0.9), after.log_prob(x) - before.log_prob(x)
    )
    assert torch.allclose(growth, after.gap(x, 0.35, 0.5) - before.gap(x, 0.1, 0.9))


def test_the_inputs_could_be_those_of_a_model():
    """Divergences are not negative; of the gaps some grow and some shrink."""
    for error, kls in EXERCISES["c-2-09"].trials:
        assert error > 0 and (kls > 0).all()
    for inputs in EXERCISES["c-2-10"].trials:
        growth = EXERCISES["c-2-10"].solution(*inputs)
        assert growth.max() > 0 > growth.min()


def test_the_posterior_is_bayes_rule():
    exercise = EXERCISES["c-2-04"]
    z = torch.linspace(-15, 15, 30_001, dtype=torch.float64)
    for x, w, b, s, r in exercise.trials:
        weight = (-((z / r) ** 2) / 2 - ((x[:, None] - w * z - b) / s) ** 2 / 2).softmax(1)
        mean = weight @ z
        expected = torch.stack([mean, weight @ z**2 - mean**2])
        assert torch.allclose(exercise.solution(x, w, b, s, r), expected, atol=1e-8)


def test_no_other_width_of_the_encoder_has_a_better_weighted_bound():
    x = torch.tensor([[0.7]], dtype=torch.float64)

    def weighted(b, w, s, beta):
        reconstruction, kl = LinearVAE(w, s).elbo(x, 0.4, b)
        return (beta * kl - reconstruction).item()

    for given in EXERCISES["c-2-07"].trials:
        best = minimize_scalar(weighted, bounds=(0.01, 2), args=given, options={"xatol": 1e-9})
        assert math.isclose(best.x**2, EXERCISES["c-2-07"].solution(*given), rel_tol=1e-5)
