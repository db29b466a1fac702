"""Small networks for denoisers and autoencoders.

A denoiser's network sees a scaled input and the log-SNR, never the time: a `Denoiser` calls
`network(x_t / sqrt(alpha^2 + sigma^2), log_snr)`. So the input has unit scale at every noise level
when the data have, and one network serves every process. `CodeMap` is no denoiser but a flow map.
"""

from .autoencoders import DigitPlane, DigitVAE
from .classifier import Classifier
from .code_map import CodeMap
from .ema import EMA
from .latent import CodeMLP, DigitCodes
from .mlp import MLP
from .pixel_histograms import PixelHistograms
from .unet import UNet, WithLabels

__all__ = [
    "EMA",
    "MLP",
    "Classifier",
    "CodeMLP",
    "CodeMap",
    "DigitCodes",
    "DigitPlane",
    "DigitVAE",
    "PixelHistograms",
    "UNet",
    "WithLabels",
]
