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


def test_the_guided_bell_is_the_product_of_powers():
    exercise = EXERCISES["digits-bell"]
    x = torch.linspace(-25, 25, 50_001, dtype=torch.float64)
    for m1, v1, m0, v0, w in exercise.trials:
        told, untold = (-((x - m) ** 2) / (2 * v) for m, v in ((m1, v1), (m0, v0)))
        weight = ((1 + w) * told - w * untold).softmax(0)
        mean = weight @ x
        found = torch.tensor(exercise.solution(m1, v1, m0, v0, w), dtype=torch.float64)
        assert torch.allclose(found, torch.stack([mean, weight @ x**2 - mean**2]), atol=1e-8)


def test_the_frechet_distance_is_that_of_matrices():
    """With the matrix root in full: tr(A + B - 2 (A B)^(1/2)) by eigenvalues."""
    exercise = EXERCISES["digits-frechet"]
    for m1, v1, m2, v2 in exercise.trials:
        product = torch.diag(v1) @ torch.diag(v2)
        roots = torch.linalg.eigvals(product).real.sqrt().sum()
        full = ((m1 - m2) ** 2).sum() + v1.sum() + v2.sum() - 2 * roots
        assert torch.isclose(exercise.solution(m1, v1, m2, v2), full)
        assert exercise.solution(m1, v1, m1, v1) == 0
