"""What readers really type and is wrong is refused, and most of it is named."""

from functools import cache
from importlib import import_module
from pkgutil import walk_packages

import pytest

from dgm_lessons.exercises import diagnose, exercises

from . import wrong_answers

PAGES = [
    module.name
    for module in walk_packages(wrong_answers.__path__, f"{wrong_answers.__name__}.")
    if not module.ispkg
]
WRONG = {name: own for page in PAGES for name, own in import_module(page).WRONG.items()}
FURTHER = {name: own for page in PAGES for name, own in import_module(page).FURTHER.items()}
both = pytest.mark.parametrize("answers", [WRONG, FURTHER], ids=["wrong", "further"])


@cache
def verdict(name, answer):
    return diagnose(name, answer)


def named(answers):
    """How many of the answers are named, and how many there are."""
    said = [verdict(name, answer)[1] for name, own in answers.items() for answer in own]
    return sum(message.startswith("Not yet: ") for message in said), len(said)


def test_every_exercise_has_its_wrong_answers():
    assert set(WRONG) == set(exercises()) >= set(FURTHER)
    assert sum(map(len, WRONG.values())) >= 300


@both
@pytest.mark.parametrize("name", exercises())
def test_wrong_answers_are_refused(answers, name):
    for answer in answers.get(name, []):
        assert not verdict(name, answer)[0], f"line {answer.__code__.co_firstlineno}"


def test_at_least_70_per_cent_are_named(capsys):
    first, later = named(WRONG), named(FURTHER)
    hits, total = first[0] + later[0], first[1] + later[1]
    with capsys.disabled():
        for words, (some, count) in {"the first": first, "the further": later}.items():
            print(
                f"\n{some} of {words} {count} wrong answers are named: {some / count:.0%}", end=""
            )
    assert hits >= 0.7 * total


@pytest.mark.parametrize("name", exercises())
def test_no_exercise_is_left_behind(name):
    hits, count = named({name: WRONG[name]})
    assert hits >= count / 2
