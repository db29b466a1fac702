"""Mixtures and processes on which the browser's mathematics is compared with the package's."""

import torch

from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.processes import EDM, VE, VP, CosineVP, FlowMatching

SKEWED = GaussianMixture(
    torch.tensor([0.2, 0.5, 0.3]),
    torch.tensor([[-1.0, 0.5], [1.5, 1.0], [0.0, -1.5]]),
    torch.tensor(
        [[[0.3, 0.2], [0.2, 0.4]], [[0.05, -0.02], [-0.02, 0.1]], [[0.5, 0.0], [0.0, 0.1]]]
    ),
)
MIXTURES = {"line": gm1(), "ring": ring(8), "skewed": SKEWED}
PROCESSES = {type(p).__name__: p for p in (VP(), CosineVP(), VE(), EDM(), FlowMatching())}
