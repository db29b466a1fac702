"""The exercises of chapter 2 accept the solution and name each usual mistake."""

import pytest
import torch

from dgm_lessons.exercises import check, diagnose, find
from dgm_lessons.exercises.vae import EXERCISES


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_is_accepted(name, capsys):
    assert find(name) is EXERCISES[name]
    check(name, EXERCISES[name].solution)
    assert capsys.readouterr().out.startswith("✓ Right")


@pytest.mark.parametrize(
    ("name", "looks_like"),
    [(name, words) for name, exercise in EXERCISES.items() for words in exercise.mistakes],
)
def test_each_mistake_is_recognised(name, looks_like):
    right, message = diagnose(name, EXERCISES[name].mistakes[looks_like])
    assert not right and message == f"Not yet: {looks_like}."


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (..., "Not answered yet"),
        (None, "Not answered yet"),
        (lambda *inputs: ..., "Not answered yet"),
        (lambda *inputs: torch.zeros(3, 3), "shape"),
        (lambda *inputs: "many", "numbers"),
        (lambda: 0.0, "TypeError"),
        ("five", "numbers"),
    ],
)
def test_other_answers_get_a_clear_message(name, answer, words):
    right, message = diagnose(name, answer)
    assert not right and words in message


@pytest.mark.parametrize("name", EXERCISES)
def test_nan_is_named(name):
    exercise = EXERCISES[name]
    right, message = diagnose(name, lambda *inputs: torch.nan * exercise.solution(*inputs))
    assert not right and "NaN" in message


def test_joint_exercise_is_the_linear_model_of_the_page():
    """The inputs are those of real models, and the gap grows for some data."""
    model_error, kls = EXERCISES["c-2-09"].inputs
    assert model_error > 0 and (kls > 0).all()
    elbo_rise, evidence_rise = EXERCISES["c-2-10"].inputs
    assert (evidence_rise - elbo_rise).max() > 0
