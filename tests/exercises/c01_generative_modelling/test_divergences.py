"""Exercises of `divergences`: answers against numbers known otherwise."""

import math

import torch

from dgm_lessons.divergences import f_divergence, kl, wasserstein_1_samples
from dgm_lessons.exercises import diagnose
from dgm_lessons.exercises.c01_generative_modelling.divergences import EXERCISES


def test_answers_against_numbers_known_otherwise():
    """A reader's own way of writing each answer is right, too."""
    normal = torch.distributions.Normal
    by_torch = torch.distributions.kl_divergence

    def kl(m1, s1, m2, s2):
        return by_torch(normal(torch.tensor(m1), s1), normal(torch.tensor(m2), s2))

    def best_set(p, q, x):
        return torch.trapezoid((p - q).clamp(min=0), x)

    assert diagnose("c-1-06", kl)[0]
    assert diagnose("c-1-09", lambda loss, entropy: -(entropy - loss))[0]
    right, message = diagnose("c-1-16", best_set)
    assert right, message


def test_js_is_symmetric_bounded_and_is_the_mean_of_two_kls():
    exercise = EXERCISES["c-1-14"]
    for p, q in exercise.trials:
        middle = (p + q) / 2
        kls = [torch.nn.functional.kl_div(middle.log(), law, reduction="sum") for law in (p, q)]
        found = exercise.solution(p, q)
        assert torch.isclose(found, sum(kls) / 2)
        assert torch.isclose(found, exercise.solution(q, p)) and 0 < found < math.log(2)
    far = torch.tensor([1 - 1e-12, 1e-12], dtype=torch.float64)
    assert torch.isclose(exercise.solution(far, far.flip(0)), torch.tensor(2.0).double().log())


def test_the_flat_f_gives_reverse_kl_and_is_never_negative():
    x = torch.linspace(-12, 12, 4001, dtype=torch.float64)
    p, q = (
        torch.distributions.Normal(m, s).log_prob(x).exp() for m, s in ((0.4, 1.1), (-0.3, 0.9))
    )
    f = EXERCISES["c-1-13"].solution
    assert torch.isclose(f_divergence(f, p, q, x), kl(q, p, x), atol=1e-6)
    u = torch.linspace(0.05, 5, 100, dtype=torch.float64)
    assert (f(u) >= 0).all() and diagnose("c-1-13", lambda u: (1 / u).log() + u - 1)[0]


def test_w1_of_two_widths_is_that_of_many_sorted_draws():
    z = torch.special.ndtri((torch.arange(200_000, dtype=torch.float64) + 0.5) / 200_000)
    for widths in EXERCISES["c-1-17"].trials:
        found = EXERCISES["c-1-17"].solution(*widths)
        drawn = [wasserstein_1_samples(s1 * z, s2 * z) for s1, s2 in zip(*widths, strict=True)]
        assert torch.allclose(torch.stack(drawn), found, rtol=1e-4)
