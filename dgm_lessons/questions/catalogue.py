"""All questions, found in the modules of the chapters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import numpy as np

from .question import Family, Question

CHAPTER = re.compile(r"c(\d\d)_\w+")
NAME = re.compile(r"q-(\d+)-\d\d")


@cache
def chapters() -> Mapping[int, Mapping[str, Question | Family]]:
    """The questions of every chapter by its number, then by their names, such as "q-3-01".

    A name of another chapter is a `ValueError`.
    """
    package = import_module(__package__)
    found = {}
    for module in iter_modules(package.__path__):
        if match := CHAPTER.fullmatch(module.name):
            chapter = int(match[1])
            found[chapter] = import_module(f"{__package__}.{module.name}").QUESTIONS
            for name in found[chapter]:
                home = NAME.fullmatch(name)
                if not home or int(home[1]) != chapter:
                    raise ValueError(f"{module.name}: {name!r} should be like 'q-{chapter}-01'")
    return dict(sorted(found.items()))


def find(name: str, variant: int = 0) -> Question:
    """The question called `name`, such as "q-3-01"; of a family the variant of this number.

    Raises:
        KeyError: if there is none of this name.
        ValueError: if `variant` is negative.
    """
    question = raw(name)
    return question.make(source(name, variant)) if isinstance(question, Family) else question


def raw(name: str) -> Question | Family:
    """The question or the whole family called `name`. Unknown names raise `KeyError`."""
    found = {n: question for own in chapters().values() for n, question in own.items()}
    if name not in found:
        raise KeyError(f"no question {name!r}; there are {', '.join(sorted(found)) or 'none'}")
    return found[name]


def source(name: str, variant: int) -> np.random.Generator:
    """The random numbers of one variant of one question: the same every time."""
    if variant < 0:
        raise ValueError(f"variants are numbered from 0, not {variant}")
    return np.random.default_rng([variant, *name.encode()])
