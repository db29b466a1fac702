"""Exercises of `elbo`: their answers hold for real models, whose gaps are known exactly."""

import torch

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
