"""The exercises of chapter 1 accept the solution and name each usual mistake."""

import math

import pytest
import torch

from dgm_lessons.exercises import check, diagnose
from dgm_lessons.exercises.generative_modelling import EXERCISES


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_is_accepted(name, capsys):
    check(name, EXERCISES[name].solution)
    assert capsys.readouterr().out.startswith("✓ Right")


@pytest.mark.parametrize(
    ("name", "looks_like"),
    [(name, words) for name, exercise in EXERCISES.items() for words in exercise.mistakes],
)
def test_each_mistake_is_recognised(name, looks_like):
    right, message = diagnose(name, EXERCISES[name].mistakes[looks_like])
    assert not right and looks_like in message


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (..., "Not answered yet"),
        (None, "Not answered yet"),
        (lambda *inputs: ..., "Not answered yet"),
        (lambda *inputs: torch.zeros(3, 5), "shape"),
        (lambda: 0.0, "TypeError"),
        (lambda *inputs: 1 / 0, "ZeroDivisionError"),
        ("five", "numbers"),
    ],
)
def test_other_answers_get_a_clear_message(name, answer, words):
    right, message = diagnose(name, answer)
    assert not right and words in message


@pytest.mark.parametrize("name", EXERCISES)
def test_nan_is_named(name):
    solution = EXERCISES[name].solution
    assert "NaN" in diagnose(name, lambda *inputs: solution(*inputs) * math.nan)[1]


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
    assert "largest error" in diagnose("c-1-16", 0.5)[1]
    right, message = diagnose("c-1-16", best_set)
    assert right, message
