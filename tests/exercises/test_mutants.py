"""A single slip in a solution is told apart on every set of inputs, so that none is degenerate."""

import pytest

from dgm_lessons.exercises import exercises
from dgm_lessons.exercises.evaluation import close, results

from .mutants import mutants

EXERCISES = {n: e for n, e in exercises().items() if callable(e.solution)}
NO_SLIP = "difference turned round"  # below a square or in an absolute value
STOPPED = (ArithmeticError, AttributeError, IndexError, RuntimeError, TypeError, ValueError)


@pytest.mark.parametrize("name", EXERCISES)
def test_every_mutant_is_wrong_on_every_set_of_inputs(name):
    exercise = EXERCISES[name]
    right = results(exercise.solution, exercise.trials)
    counts = all(bool((y == y.round()).all()) for y in right)  # may be hit by chance
    for words, mutant in mutants(exercise.solution):
        same = []
        for inputs, y in zip(exercise.trials, right, strict=True):
            try:
                (wrong,) = results(mutant, [inputs])
            except STOPPED:
                continue
            same.append(close(wrong, y, exercise.tol))
        if words.startswith(NO_SLIP):
            assert len(set(same)) <= 1, words
        else:
            assert not (same and all(same) if counts else any(same)), words


def test_there_are_mutants():
    def solution(x, sigma):
        return (1 - x).sum() * sigma**2 / 2

    found = [words.partition(",")[0] for words, _ in mutants(solution)]
    assert {"Sub to Add", "sum to mean", "2 to 1", "a factor dropped", NO_SLIP} <= set(found)
    assert len(list(mutants(EXERCISES["c-3-12"].solution))) > 30
