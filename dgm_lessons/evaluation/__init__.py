"""How good a trained network is: its samples, its bound, its likelihood, its reconstructions."""

from .autoencoders import binary_test_digits, evaluate_codes, evaluate_vae
from .digits import evaluate_bound, evaluate_digits
from .flow_map import evaluate_map
from .likelihood import evaluate_likelihood
from .points import evaluate_points, noise_rmse
from .sampling import (
    board,
    digit_codes,
    digit_times,
    digits_of,
    picture_of_digits,
    sample_codes,
    sample_digits,
)

__all__ = [
    "binary_test_digits",
    "board",
    "digit_codes",
    "digit_times",
    "digits_of",
    "evaluate_bound",
    "evaluate_codes",
    "evaluate_digits",
    "evaluate_likelihood",
    "evaluate_map",
    "evaluate_points",
    "evaluate_vae",
    "noise_rmse",
    "picture_of_digits",
    "sample_codes",
    "sample_digits",
]
