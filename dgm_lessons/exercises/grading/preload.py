"""What the pages import, loaded once, for all processes of submissions."""

import matplotlib.pyplot
import numpy
import scipy.integrate
import scipy.optimize
import scipy.stats
import sympy
import torch

from ... import evaluation, plots, training, widgets, zoo
from ..catalogue import exercises

__all__ = ["evaluation", "matplotlib", "numpy", "plots", "scipy", "sympy", "torch", "training"]
__all__ += ["widgets", "zoo"]

torch.set_num_threads(1)
exercises()
