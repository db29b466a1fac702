"""Widgets: figures to touch, live in a notebook and on a page without a kernel."""

from .demolition import Demolition
from .denoising_film import DenoisingFilm
from .digit_from_noise import DigitFromNoise
from .latent_plane import LatentPlane
from .paths import Paths
from .reverse_step import ReverseStep
from .score_field import ScoreField
from .two_ways import TwoWays
from .under_the_ceiling import UnderTheCeiling
from .where_blur_comes_from import WhereBlurComesFrom

__all__ = [
    "Demolition",
    "DenoisingFilm",
    "DigitFromNoise",
    "LatentPlane",
    "Paths",
    "ReverseStep",
    "ScoreField",
    "TwoWays",
    "UnderTheCeiling",
    "WhereBlurComesFrom",
]
