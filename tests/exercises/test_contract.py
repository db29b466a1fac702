"""What holds for every exercise: its answer, its usual mistakes, its inputs, its patience."""

from itertools import combinations
from math import isclose

import pytest
import torch

from dgm_lessons.exercises import check, diagnose, exercises
from dgm_lessons.exercises.evaluation import close, numbers, results
from dgm_lessons.exercises.slips import slips

EXERCISES = exercises()
every = pytest.mark.parametrize("name", EXERCISES)


def tensors(inputs):
    return [value for value in inputs if isinstance(value, torch.Tensor)]


def wanted(name):
    return results(EXERCISES[name].solution, EXERCISES[name].trials)


def counts(name):
    """Whether the answer is a whole number, which wrong answers may hit by chance."""
    return all(bool((y == y.round()).all()) for y in wanted(name))


# The right answer


@every
def test_solution_is_accepted(name, capsys):
    check(name, EXERCISES[name].solution)
    assert capsys.readouterr().out.startswith("✓ Right")


CLOTHES = {
    "lists": lambda y: y.tolist(),
    "tuple of numbers": lambda y: tuple(y.tolist()) if y.ndim else (y.item(),),
    "array": lambda y: y.numpy(),
    "float32": lambda y: y.float(),
    "tuple of tensors": lambda y: tuple(y) if y.ndim else y.item(),
}


@every
def test_solution_is_accepted_in_other_clothes(name):
    solution = EXERCISES[name].solution
    for form, dressed in CLOTHES.items():
        right, message = diagnose(
            name, lambda *inputs, dressed=dressed: dressed(numbers(solution(*inputs)))
        )
        assert right, (form, message)


@every
def test_an_answer_may_work_in_place(name):
    """It spoils all that it was given, and hands its inputs back as its result where it can."""
    solution = EXERCISES[name].solution

    def greedy(*inputs):
        result = numbers(solution(*inputs))
        for value in tensors(inputs):
            value.mul_(0).add_(7)
        for value in tensors(inputs):
            if value.shape == result.shape and value.dtype == result.dtype:
                return value.copy_(result)
        return result

    for answer in (greedy, solution, greedy):
        right, message = diagnose(name, answer)
        assert right, message


def test_no_answer_and_no_mistake_changes_the_inputs():
    """After all that answers and the marking do with them, the inputs of all are what they were."""
    kept = {
        name: [[value.clone() for value in tensors(inputs)] for inputs in exercise.trials]
        for name, exercise in EXERCISES.items()
    }
    for name in EXERCISES:
        diagnose(name, lambda *inputs: [value.zero_() for value in tensors(inputs)])
    for name, exercise in EXERCISES.items():
        for inputs, before in zip(exercise.trials, kept[name], strict=True):
            assert all(map(torch.equal, tensors(inputs), before))


# Wrong answers


@every
def test_seven_per_cent_off_is_wrong(name):
    solution = EXERCISES[name].solution
    for factor in (1.07, 0.93):
        right, message = diagnose(
            name, lambda *inputs, factor=factor: factor * numbers(solution(*inputs))
        )
        assert not right, (factor, message)


@every
def test_each_mistake_is_recognised(name):
    for looks_like, wrong in EXERCISES[name].mistakes.items():
        right, message = diagnose(name, wrong)
        assert not right and message.startswith("Not yet: ") and looks_like in message


@every
def test_mistakes_and_slips_differ_from_the_solution_on_every_set_of_inputs(name):
    """So that no set is degenerate. Slips may be no slips, but then on all sets alike."""
    exercise, right = EXERCISES[name], wanted(name)
    for words, wrong in slips(exercise):
        same = [close(w, y, exercise.tol) for w, y in zip(wrong, right, strict=True)]
        if words in exercise.mistakes:
            assert not (all(same) if counts(name) else any(same)), words
        else:
            assert len(set(same)) == 1 or counts(name), words


@every
def test_two_mistakes_are_two(name):
    exercise = EXERCISES[name]
    found = {words: results(wrong, exercise.trials) for words, wrong in exercise.mistakes.items()}
    for (one, a), (other, b) in combinations(found.items(), 2):
        same = [close(x, y, exercise.tol) for x, y in zip(a, b, strict=True)]
        assert not all(same), f"{one} = {other}"


@every
def test_a_constant_is_wrong(name):
    """What is right for one set of inputs is wrong for another."""
    if len(EXERCISES[name].trials) > 1:
        for value in wanted(name):
            assert not diagnose(name, lambda *inputs, value=value: value)[0]
    for value in (0.0, 1.0, -1.0, 0.5):
        assert not diagnose(name, lambda *inputs, value=value: value)[0]


GARBAGE = (
    (lambda y: torch.zeros(3, 17), "shape"),
    (lambda y: y * torch.nan, "NaN"),
    (lambda y: "many", "numbers"),
    (lambda y: {"answer": 1}, "numbers"),
    (lambda y: 1 / 0, "ZeroDivisionError"),
    (lambda y: None, "did you forget `return`?"),
)


@every
def test_garbage_gets_a_clear_message(name):
    solution = EXERCISES[name].solution
    for spoil, words in GARBAGE:
        right, message = diagnose(
            name, lambda *inputs, spoil=spoil: spoil(numbers(solution(*inputs)))
        )
        assert not right and words in message


@every
def test_a_stub_is_not_answered_yet(name, capsys):
    for answer in (..., None, lambda *inputs: ...):
        check(name, answer)
        assert capsys.readouterr().out.startswith("○ Not answered yet. Wanted: ")


@every
def test_one_number_is_not_given_away(name):
    """The marking never says how far a single number, or a constant, is from the right one."""
    for value in (0.0, 1e6):
        message = diagnose(name, lambda *inputs, value=value: value)[1]
        assert "largest error" not in message
        for y in wanted(name):
            constant = diagnose(name, lambda *inputs, y=y, value=value: torch.full_like(y, value))
            assert "largest error" not in constant[1]


# The inputs


@every
def test_inputs_are_ordinary_numbers_of_several_sizes(name):
    trials = EXERCISES[name].trials
    if not any(tensors(inputs) or any(isinstance(v, float) for v in inputs) for inputs in trials):
        return  # nothing to vary
    assert len(trials) >= 2
    for inputs in trials:
        assert_ordinary([value for value in inputs if isinstance(value, float)])
        for value in tensors(inputs):
            sizes = list(value.shape)
            assert len(set(sizes)) == len(sizes), "axes of one size hide a wrong axis"
            assert value.ndim < 2 or sizes[-1] >= 3, "with two coordinates a mean is half a sum"
            if value.is_floating_point():
                assert sum(map(special, value.flatten().tolist())) <= max(1, value.numel() / 20)
    if any(tensors(inputs) for inputs in trials):
        assert len({str([v.shape for v in tensors(inputs)]) for inputs in trials}) == len(trials)


def special(value):
    return any(isclose(abs(value), v) for v in (0.0, 0.5, 1.0, 2.0))


def assert_ordinary(values):
    """No special number, and no two that make a wrong formula right by chance."""
    assert not any(special(v) for v in values)
    for a, b in combinations(values, 2):
        for coincidence in (a**2 + b**2, a + b, a / b, a**2 / b, a / b**2, a * b):
            assert not isclose(abs(coincidence), 1.0, rel_tol=1e-3), (a, b)


def test_these_rules_see_what_they_are_for():
    for values in ([0.8, 0.6], [0.3, 0.7], [1.3, 1.3], [0.49, 0.7], [1.0], [0.5]):
        with pytest.raises(AssertionError):
            assert_ordinary(values)
