"""Every exercise accepts its solution, names each usual mistake, and answers garbage clearly."""

import pytest
import torch

from dgm_lessons.exercises import check, diagnose, exercises
from dgm_lessons.exercises.marking import _evaluate

EXERCISES = exercises()


def wanted(name):
    return _evaluate(EXERCISES[name].solution, EXERCISES[name].inputs)


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
@pytest.mark.parametrize("answer", [..., None, lambda *inputs: ..., lambda *inputs: None])
def test_a_stub_is_not_answered_yet(name, answer, capsys):
    check(name, answer)
    assert capsys.readouterr().out.startswith("○ Not answered yet. Wanted: ")


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda name: lambda *inputs: torch.zeros(3, 5), "shape"),
        (lambda name: lambda *inputs: wanted(name) * torch.nan, "NaN"),
        (lambda name: lambda *inputs: wanted(name) + 0.1234, "largest error"),
        (lambda name: lambda *inputs: "many", "numbers"),
        (lambda name: lambda *inputs: 1 / 0, "ZeroDivisionError"),
        (lambda name: lambda: 0.0, "TypeError"),
        (lambda name: "five", "numbers"),
    ],
)
def test_garbage_gets_a_clear_message(name, answer, words):
    right, message = diagnose(name, answer(name))
    assert not right and words in message
