"""Exercises of `gaussian-vae`: their inputs belong to real models."""

import torch

from dgm_lessons.exercises.c02_vae.gaussian_vae import EXERCISES
from dgm_lessons.mixtures import gm1


def test_the_weighted_mean_of_the_exercise_tends_to_the_mixtures_posterior_mean():
    """The same formula with 200,000 data instead of the exercise's 50."""
    exercise = EXERCISES["c-2-15"]
    z, _, tau = exercise.trials[0]
    many = gm1().sample(200_000, torch.Generator().manual_seed(1), torch.float64)[:, 0]
    exact = gm1().seen(z[:, None], 1.0, tau).mean[:, 0]
    assert (exercise.solution(z, many, tau) - exact).abs().max() < 0.01
    assert (exercise.solution(*exercise.trials[0]) - exact).abs().max() > 0.01  # 50 are few
