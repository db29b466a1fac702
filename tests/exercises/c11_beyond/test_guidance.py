"""Exercises of the page guidance: each right answer once more, by another derivation."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from dgm_lessons.denoisers import Denoiser
from dgm_lessons.exercises.c11_beyond.guidance import EXERCISES
from dgm_lessons.guidance import ALWAYS, GuidedDenoiser, weight_of_scale
from dgm_lessons.processes import EDM


def by_definition(name):
    """Each right answer once more, found without the formula that the exercise uses."""
    inputs = EXERCISES[name].trials[-1]
    if name == "guide-numbers":
        return [0.3, weight_of_scale(7.5), weight_of_scale(10), 10, weight_of_scale(1.35)]
    if name == "guide-write":
        told, untold, scale = inputs
        pair = (Denoiser(lambda x, _, y=y: y, EDM(), "eps") for y in (told, untold))
        return GuidedDenoiser(*pair, weight_of_scale(scale), ALWAYS).eps(told, 1.0)
    if name == "guide-flow":  # the flow itself, from much noise, on the clock u = log v
        a, b, h, scale = inputs
        first = 1e7

        def end(x, start, stop, s):
            def right(u, x):
                v = np.exp(u)
                return 0.5 * v * (s / (a + v) - (s - 1) / (b + v)) * x

            ends = np.log([start, stop])
            return solve_ivp(right, ends, [x], rtol=1e-9, atol=1e-12).y[0, -1]

        return end(end(first**0.5, first, h, scale), h, 1e-9, 1.0)
    (scale,) = inputs  # what is left of g^2 s_w when half of g^2 s_0 is taken away, over g^2 / 2
    told, untold = 1.0, 0.0  # scores: then s_w is the scale itself
    return 2 * (untold + scale * (told - untold)) - told


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_agrees_with_another_derivation(name):
    exercise = EXERCISES[name]
    found = torch.as_tensor(exercise.solution(*exercise.trials[-1])).double()
    wanted = torch.as_tensor(by_definition(name)).double()
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-6)
