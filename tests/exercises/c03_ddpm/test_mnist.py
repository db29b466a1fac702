"""Exercises on the real digits: the formula is the package's, and the slips are told apart."""

import torch

from dgm_lessons.denoisers import Denoiser, GuidedDenoiser
from dgm_lessons.exercises.c03_ddpm.mnist import EXERCISES
from dgm_lessons.processes import EDM


def test_the_solution_is_the_package_s_guidance():
    exercise = EXERCISES["digits-guidance"]
    *guesses, w = exercise.trials[0]
    told, untold = (Denoiser(lambda x, _, y=y: y, EDM(), "eps") for y in guesses)
    guided = GuidedDenoiser(told, untold, w).eps(guesses[0], 1.0)  # noise level 1
    assert torch.allclose(guided, exercise.solution(*exercise.trials[0]))


def test_no_guidance_leaves_the_told_guess():
    exercise = EXERCISES["digits-guidance"]
    told, untold, _ = exercise.trials[0]
    assert torch.equal(exercise.solution(told, untold, 0.0), told)


def test_every_film_has_a_unanimous_step_before_the_decision():
    exercise = EXERCISES["digits-decided"]
    for readings, end in exercise.trials:
        step = exercise.solution(readings, end)
        loyal = (readings == end).all(1)
        assert loyal[step:].all() and not loyal[step - 1] and loyal[: step - 1].any()
