"""The DDPM paper's letters are the squares of ours. Copied as they stand, they are recognised."""

import inspect

import pytest

from dgm_lessons.exercises import diagnose, pages
from dgm_lessons.exercises.changes import root

LETTERS = ("alpha", "beta", "bar")


def letters(solution):
    names = list(inspect.signature(solution).parameters)
    return [k for k, name in enumerate(names) if any(letter in name for letter in LETTERS)]


WITH_LETTERS = {
    name: exercise
    for page, own in pages().items()
    if page.startswith("c03_ddpm.")
    for name, exercise in own.items()
    if letters(exercise.solution)
}


def test_these_are_the_exercises_with_a_schedule():
    assert {"c-3-04", "c-3-06", "c-3-12", "c-3-31", "c-3-41", "c-3-44"} <= set(WITH_LETTERS)
    assert len(WITH_LETTERS) >= 13


@pytest.mark.parametrize("name", WITH_LETTERS)
def test_a_formula_copied_from_the_paper_is_named(name):
    solution = WITH_LETTERS[name].solution
    for squares in (letters(solution), *([k] for k in letters(solution))):

        def copied(*inputs, squares=tuple(squares)):
            return solution(*(root(v) if k in squares else v for k, v in enumerate(inputs)))

        right, message = diagnose(name, copied)
        assert not right
        if len(squares) == len(letters(solution)):
            assert "DDPM paper" in message, message
        else:
            assert message.startswith("Not yet: "), message


def test_the_papers_own_algorithm_2():
    """Letter by letter, from the paper: alpha = 1 - beta, and the variance beta in the noise."""

    def sample(x, guess, betas, eps):
        alphas = 1 - betas
        bars = alphas.cumprod(0)
        for t in range(len(betas), 0, -1):
            mean = x - betas[t - 1] / (1 - bars[t - 1]).sqrt() * guess(x, t)
            x = mean / alphas[t - 1].sqrt()
            x = x + betas[t - 1].sqrt() * eps[t - 1] if t > 1 else x
        return x

    assert "DDPM paper" in diagnose("c-3-41", sample)[1]
