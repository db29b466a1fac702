"""What `python -m dgm_lessons.train` can train: data, network, loss and settings of each recipe."""

from .autoencoders import evaluate_vae, mnist_plane, mnist_vae
from .base import Batch, Recipe
from .bound import variational_bound
from .classifier import mnist_classifier
from .digits import mnist_conditional, mnist_fm, mnist_ve, mnist_vp
from .judging import digit_times, evaluate_digits, sample_codes, sample_digits
from .latent import mnist_codes, mnist_latent
from .likelihood import dequantised_bound, mnist_likelihood
from .points import noise_rmse, ring_points

RECIPES = {
    "mnist-vae": mnist_vae,
    "mnist-plane": mnist_plane,
    "mnist-vp": mnist_vp,
    "mnist-conditional": mnist_conditional,
    "mnist-ve": mnist_ve,
    "mnist-fm": mnist_fm,
    "mnist-codes": mnist_codes,
    "mnist-latent": mnist_latent,
    "mnist-likelihood": mnist_likelihood,
    "mnist-classifier": mnist_classifier,
    "ring": ring_points,
}

__all__ = [
    "RECIPES",
    "Batch",
    "Recipe",
    "dequantised_bound",
    "digit_times",
    "evaluate_digits",
    "evaluate_vae",
    "mnist_classifier",
    "mnist_codes",
    "mnist_conditional",
    "mnist_fm",
    "mnist_latent",
    "mnist_likelihood",
    "mnist_plane",
    "mnist_vae",
    "mnist_ve",
    "mnist_vp",
    "noise_rmse",
    "ring_points",
    "sample_codes",
    "sample_digits",
    "variational_bound",
]
