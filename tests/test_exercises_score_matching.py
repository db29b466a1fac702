"""The exercises of chapter 5 accept the solution and name each usual mistake."""

import pytest
import torch

from dgm_lessons.exercises import check, diagnose, find
from dgm_lessons.exercises.score_matching import EXERCISES


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
        (lambda *inputs: torch.zeros(3, 3), "shape"),
        (lambda *inputs: torch.full_like(EXERCISES["c-5-26"].inputs[2], torch.nan), ""),
        (lambda: 0.0, "TypeError"),
        ("five", "numbers"),
    ],
)
def test_other_answers_get_a_clear_message(name, answer, words):
    right, message = diagnose(name, answer)
    assert not right and words in message


def test_nan_is_named():
    wrong = EXERCISES["c-5-21"].inputs[0] * torch.nan
    assert "NaN" in diagnose("c-5-21", lambda *inputs: wrong)[1]


def test_unknown_exercise_lists_the_known_ones():
    with pytest.raises(KeyError, match="c-5-21"):
        find("c-99-1")
