"""All exercises, found in the modules that mirror the pages of the book; and their questions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from dgm_lessons import questions

from .exercise import Exercise


@cache
def pages() -> Mapping[str, Mapping[str, Exercise]]:
    """The exercises of every page, by module: `c03_ddpm.reverse`, then `c-3-12`."""
    package = import_module(__package__)
    found = walk_packages(package.__path__, f"{__package__}.")
    names = [module.name.removeprefix(f"{__package__}.") for module in found if not module.ispkg]
    own = [name for name in names if re.match(r"c\d+_\w+\.", name)]
    return {name: import_module(f"{__package__}.{name}").EXERCISES for name in own}


@cache
def exercises() -> Mapping[str, Exercise]:
    """Every exercise by its id. An id that two pages use is a `ValueError`."""
    home: dict[str, str] = {}
    for page, own in pages().items():
        for name in own:
            if name in home:
                raise ValueError(f"exercise {name!r} stands in {home[name]} and in {page}")
            home[name] = page
    return {name: pages()[page][name] for name, page in home.items()}


@cache
def homes() -> Mapping[str, str]:
    """The page of each question and exercise, page by page: `c05_score_matching.tweedie`."""
    asked: dict[str, list[str]] = {}
    for name in (name for own in questions.chapters().values() for name in own):
        asked.setdefault(page_of(questions.find(name).section), []).append(name)
    return {name: page for page, own in pages().items() for name in (*asked.get(page, ()), *own)}


def page_of(section: str) -> str:
    """`c05_score_matching.tweedie` for the section "05-score-matching/tweedie"."""
    return "c" + section.replace("/", ".").replace("-", "_")


def is_question(name: str) -> bool:
    """Whether this is the name of a question, such as "q-3-01", rather than of an exercise."""
    return name.startswith("q-")


def find(name: str) -> Exercise:
    """The exercise called `name`, such as "c-5-21". Unknown names raise `KeyError`."""
    if name not in exercises():
        raise KeyError(f"no exercise {name!r}; there are {', '.join(sorted(exercises()))}")
    return exercises()[name]
