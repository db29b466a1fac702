"""Widgets: figures to touch, live in a notebook and on a page without a kernel."""

from .paths import Paths
from .score_field import ScoreField

__all__ = ["Paths", "ScoreField"]
