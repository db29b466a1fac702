"""Widgets: figures to touch, live in a notebook and on a page without a kernel."""

from .paths import Paths
from .score_field import ScoreField
from .two_ways import TwoWays
from .under_the_ceiling import UnderTheCeiling

__all__ = ["Paths", "ScoreField", "TwoWays", "UnderTheCeiling"]
