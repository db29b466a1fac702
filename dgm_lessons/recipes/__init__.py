"""What `python -m dgm_lessons.train` can train: data, network, loss and settings of each recipe."""

from .autoencoders import MnistPlane, MnistVAE
from .base import Batch, Recipe
from .classifier import MnistClassifier
from .digits import MnistConditional, MnistFM, MnistVE, MnistVP
from .flow_map import MnistMap
from .latent import MnistCodes, MnistLatent
from .likelihood import MnistLikelihood
from .points import Ring

RECIPES: dict[str, type[Recipe]] = {
    recipe.name: recipe
    for recipe in (
        *(MnistVAE, MnistPlane, MnistVP, MnistConditional, MnistVE, MnistFM),
        *(MnistCodes, MnistLatent, MnistMap, MnistLikelihood, MnistClassifier, Ring),
    )
}

__all__ = ["RECIPES", "Batch", "Recipe"]
