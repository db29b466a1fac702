"""Train a network from a recipe: `python -m dgm_lessons.train RECIPE`; `command` says more."""

from .command import main
from .finish import finish
from .run import Run, step_generator

__all__ = ["Run", "finish", "main", "step_generator"]
