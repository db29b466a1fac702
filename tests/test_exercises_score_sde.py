"""The exercises of chapter 7 accept the solution and name each usual mistake."""

import pytest
import torch

from dgm_lessons.exercises import check, diagnose
from dgm_lessons.exercises.score_sde import EXERCISES

MISTAKES = [(name, words) for name, exercise in EXERCISES.items() for words in exercise.mistakes]


def wanted(name):
    """The right answer, as a tensor."""
    exercise = EXERCISES[name]
    return torch.as_tensor(exercise.solution(*exercise.inputs))


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_is_accepted(name, capsys):
    check(name, EXERCISES[name].solution)
    assert capsys.readouterr().out == "✓ Right.\n"


def by_definition(name):
    """Each right answer once more, found without the formula that the exercise uses."""
    inputs = EXERCISES[name].inputs
    if name == "c-7-20":
        x, f, g2, score = inputs
        reverse_sde, langevin = f * x - g2 * score, -0.5 * g2 * score
        return reverse_sde - langevin
    if name == "c-7-21":  # the variance of E[x_0 | x_T], by regression of x_0 on x_T
        s, alpha, sigma = inputs
        covariance = torch.tensor([[s**2, alpha * s**2], [0, alpha**2 * s**2 + sigma**2]])
        return covariance[0, 1] ** 2 / covariance[1, 1]
    if name == "c-7-22":  # differentiate alpha(t) x_0 + sigma(t) eps with the pair held fixed
        x, x0, alpha, sigma, alpha_dot, sigma_dot = inputs
        eps, h = (x - alpha * x0) / sigma, 1e-6
        later, before = (
            (alpha + d * alpha_dot) * x0 + (sigma + d * sigma_dot) * eps for d in (h, -h)
        )
        return (later - before) / (2 * h)
    u, x, s, t = inputs  # the trapezium rule for the integral of u, at Euler's guess
    guess = x + (t - s) * u(x, s)
    return x + torch.trapezoid(torch.stack([u(x, s), u(guess, t)]), dx=t - s, dim=0)


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_agrees_with_another_derivation(name):
    torch.testing.assert_close(
        by_definition(name).double(), wanted(name).double(), rtol=1e-6, atol=1e-8
    )


@pytest.mark.parametrize(("name", "words"), MISTAKES)
def test_each_mistake_is_recognised(name, words):
    right, message = diagnose(name, EXERCISES[name].mistakes[words])
    assert not right
    assert message == f"Not yet: {words}."


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("answer", [..., None, lambda *inputs: ..., lambda *inputs: None])
def test_a_stub_is_not_answered_yet(name, answer, capsys):
    check(name, answer)
    assert "Not answered yet" in capsys.readouterr().out


@pytest.mark.parametrize("name", EXERCISES)
def test_garbage_gets_a_clear_message(name):
    def says(answer):
        right, message = diagnose(name, answer)
        assert not right
        return message

    def broken(*inputs):
        raise RuntimeError("a typo")

    assert "shape" in says(lambda *inputs: torch.zeros(3, 3))
    assert "NaN" in says(lambda *inputs: torch.full_like(wanted(name), torch.nan))
    assert "RuntimeError: a typo" in says(broken)
    assert "TypeError" in says(lambda: 0.0)
    assert "numbers" in says("no idea")
    assert "largest error" in says(lambda *inputs: wanted(name) + 0.1234)
