"""Exercises that mark themselves: `check("c-5-21", answer)`.

An exercise knows the right answer and the usual wrong ones, so that it can say not only
"not yet" but what the answer looks like: a missing alpha, sigma for sigma squared, a sign.
The exercises of a page stand in a module at the same place: those of
`book/03-ddpm/reverse.ipynb` in `c03_ddpm/reverse.py`. Every such module is found.
"""

from .catalogue import exercises, find, pages
from .exercise import Exercise
from .marking import check, diagnose
from .scoring import points

__all__ = ["Exercise", "check", "diagnose", "exercises", "find", "pages", "points"]
