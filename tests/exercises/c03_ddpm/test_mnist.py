"""Exercises on the real digits: the formula is the package's, and the slips are told apart."""

import torch

from dgm_lessons.data import small_digits
from dgm_lessons.denoisers import Denoiser
from dgm_lessons.exercises.c03_ddpm.mnist import EXERCISES
from dgm_lessons.guidance import GuidedDenoiser
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


def test_three_samplers_are_judged_as_they_should_be():
    """On the small digits, with a judge that knows every digit's label."""
    pixels, labels = small_digits()
    pixels, g = pixels.flatten(1).double(), torch.Generator().manual_seed(0)
    asked = torch.arange(10).repeat(400)
    by_class = [torch.nonzero(labels == c)[:, 0] for c in range(10)]
    pick = torch.stack(
        [
            rows[torch.randint(len(rows), (), generator=g)]
            for rows in (by_class[c] for c in asked.tolist())
        ]
    )
    any_row = torch.randint(len(labels), asked.shape, generator=g)
    rows = {
        "one": torch.stack([by_class[c][0] for c in asked.tolist()]),
        "asked": pick,
        "ignored": any_row,
    }
    within = {k: pixels[r].unflatten(0, (400, 10)).var(0).mean() for k, r in rows.items()}
    spread = [within[k] / within["asked"] for k in rows]
    agree = [100 * (labels[r] == asked).double().mean() for r in rows.values()]
    exercise = EXERCISES["digits-judges"]
    wanted = exercise.solution(*exercise.trials[0])
    assert torch.allclose(torch.stack(agree), torch.tensor(wanted[:3]).double(), atol=2)
    codes = [0 if s < 0.1 else 2 if s > 1.2 else 1 for s in spread]
    assert codes == wanted[3:]
