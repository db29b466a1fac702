"""Exercises on the real digits: the formula is the package's, and the slips are told apart."""

import torch

from dgm_lessons.exercises.c03_ddpm.mnist import EXERCISES
from dgm_lessons.networks import WithLabels


class Told(torch.nn.Module):
    """A network whose two guesses are those of the exercise."""

    def forward(self, x, log_snr, labels=None):
        told, untold, _ = EXERCISES["digits-guidance"].trials[0]
        return untold if labels is None else told


def test_the_solution_is_the_package_s_guidance():
    exercise = EXERCISES["digits-guidance"]
    told, _, w = exercise.trials[0]
    network = WithLabels(Told(), torch.arange(len(told)), w)
    inside = torch.zeros(len(told), dtype=torch.float64)  # noise level 1
    assert torch.allclose(network(told, inside), exercise.solution(*exercise.trials[0]))


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
