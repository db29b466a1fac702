"""Guidance: a denoiser that is told a label, pushed further than the label alone would take it.

**Two conventions, one field.** The *guidance weight* w counts what is added, D(x|c) + w (D(x|c) -
D(x)): 0 is no guidance (Ho and Salimans 2022, and this package throughout). The *guidance scale*
s = 1 + w counts what stands before the whole difference, D(x) + s (D(x|c) - D(x)): 1 is no guidance
(the classifier's scale of Dhariwal and Nichol 2021, for a network without labels; most
libraries). A number in a paper means nothing until it is known which: see `weight_of_scale`.

A guided denoiser is a denoiser, and goes into every sampler. It is not the denoiser of any law:
what it samples is neither p(x|c) nor the tilted density of `LabelledMixture.tilted`.
"""

from .classifier import ClassifierGuidedDenoiser
from .guided import ALWAYS, INTERVAL, GuidedDenoiser, weight_of_scale
from .labelled import LabelledMixture

__all__ = [
    "ALWAYS",
    "INTERVAL",
    "ClassifierGuidedDenoiser",
    "GuidedDenoiser",
    "LabelledMixture",
    "weight_of_scale",
]
