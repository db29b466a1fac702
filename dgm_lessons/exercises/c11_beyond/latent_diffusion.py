"""Exercises of the page `latent-diffusion`, chapter 11."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ..exercise import Exercise, normal

Unit = Callable[[Tensor, float, float], Tensor]


def factors(layers: tuple[str, ...]) -> list[int]:
    return [4, 4, 16, 16, 1]


LAYERS = (
    "the convolution",
    "dense to 256 units",
    "dense to all places",
    "attention",
    "the noise level",
)


def limit(pixel: float, code: float, decoder: float) -> float:
    return decoder / code


def two_modes(x: Tensor, alpha: float, sigma: float) -> Tensor:
    """The best denoiser of codes near 1.1 and -0.5, equally many, each with the variance 0.36."""
    variance = 0.36 * alpha**2 + sigma**2
    mode = 0.3 + 0.8 * torch.tanh(0.8 * alpha * (x - 0.3 * alpha) / variance)
    return mode + 0.36 * alpha / variance * (x - alpha * mode)


def one_mode(x: Tensor, alpha: float, sigma: float) -> Tensor:
    """The best denoiser of Gaussian codes with the mean 0.3 and the variance 1.7."""
    return 0.3 + 1.7 * alpha / (1.7 * alpha**2 + sigma**2) * (x - 0.3 * alpha)


def denoise(unit: Unit, x: Tensor, alpha: float, sigma: float, c: float) -> Tensor:
    return c * unit(x / c, alpha, sigma / c)


def bound(reconstruction: float, diffusion: float, eta: float, d: int) -> float:
    return reconstruction + diffusion - d / 2 * math.log(2 * math.pi * math.e * eta**2)


EXERCISES: dict[str, Exercise] = {
    "c-11-01": Exercise(
        asks="five factors, in the order of the layers",
        trials=((LAYERS,),),
        solution=factors,
        parts=LAYERS,
        mistakes={
            "the side doubles, the number of places grows fourfold": (
                lambda layers: [2, 2, 16, 16, 1]
            ),
            "the hidden units stay: only the places at its input grow": (
                lambda layers: [4, 16, 16, 16, 1]
            ),
            "every place meets every other: the pairs grow with the square of the places": (
                lambda layers: [4, 4, 4, 4, 1]
            ),
            "the weights of a convolution stay, but it is applied at every place": (
                lambda layers: [1, 4, 16, 16, 1]
            ),
            "the noise level is one number, whatever the picture": (
                lambda layers: [4, 4, 16, 16, 4]
            ),
            "the noise level is one number, on a picture of any size": (
                lambda layers: [4, 4, 16, 16, 2]
            ),
            "no growth is the factor 1": (lambda layers: [4, 4, 16, 16, 0]),
        },
    ),
    "latent-speedup": Exercise(
        asks="the number of calls, a number",
        trials=((9.2, 1.8, 3.4), (31.0, 0.7, 12.5), (5.3, 2.9, 4.1)),
        solution=limit,
        mistakes={
            "this is twice the number; at half the limit the calls cost as much as the decoder": (
                lambda pixel, code, decoder: 2 * decoder / code
            ),
            "this is half the number; at half the limit the calls cost as much as the decoder": (
                lambda pixel, code, decoder: decoder / (2 * code)
            ),
            "this is the inverse: the dearer the decoder, the more calls it takes": (
                lambda pixel, code, decoder: code / decoder
            ),
            "the decoder is weighed against the calls on codes, not those on pixels": (
                lambda pixel, code, decoder: decoder / pixel
            ),
            "this is where codes begin to pay, S = 1": (
                lambda pixel, code, decoder: decoder / (pixel - code)
            ),
            "this is the limit of the speed-up itself": (lambda pixel, code, decoder: pixel / code),
        },
    ),
    "c-11-02": Exercise(
        asks="the denoised codes, of the shape of x",
        trials=(
            (two_modes, normal(1, 4, 3), 0.7, 1.3, 3.1),
            (two_modes, normal(2, 2, 5), 0.9, 0.35, 0.23),
            (one_mode, normal(3, 5, 4), 0.8, 0.9, 5.5),
        ),
        solution=denoise,
        mistakes={
            "the size is not given back: multiply by c": (
                lambda unit, x, alpha, sigma, c: unit(x / c, alpha, sigma / c)
            ),
            "the noise has been divided by c, too": (
                lambda unit, x, alpha, sigma, c: c * unit(x / c, alpha, sigma)
            ),
            "the observation is still c times too large for this denoiser": (
                lambda unit, x, alpha, sigma, c: c * unit(x, alpha, sigma / c)
            ),
            "c goes the wrong way: divide by it first, multiply at the end": (
                lambda unit, x, alpha, sigma, c: unit(c * x, alpha, c * sigma) / c
            ),
            "after the division alpha is unchanged; it is sigma that is divided": (
                lambda unit, x, alpha, sigma, c: c * unit(x / c, alpha / c, sigma)
            ),
            "x was divided by c: then alpha must not be multiplied by it as well": (
                lambda unit, x, alpha, sigma, c: c * unit(x / c, alpha * c, sigma)
            ),
            "this takes the codes for standardised ones": (
                lambda unit, x, alpha, sigma, c: unit(x, alpha, sigma)
            ),
        },
    ),
    "latent-bound": Exercise(
        asks="a bound on -log p(x) in nats, a number",
        trials=((31.7, 5.2, 0.3, 7), (12.4, 40.1, 0.85, 3), (3.3, 9.6, 0.07, 48)),
        solution=bound,
        mistakes={
            "this is the report's number: the entropy of the encoder is missing": (
                lambda reconstruction, diffusion, eta, d: reconstruction + diffusion
            ),
            "the sign: a wide encoder is paid back for its width": (
                lambda reconstruction, diffusion, eta, d: (
                    2 * (reconstruction + diffusion) - bound(reconstruction, diffusion, eta, d)
                )
            ),
            "this is the entropy of one number; d of them add up": (
                lambda reconstruction, diffusion, eta, d: bound(reconstruction, diffusion, eta, 1)
            ),
            "it looks like eta where its square belongs": (
                lambda reconstruction, diffusion, eta, d: bound(
                    reconstruction, diffusion, eta**0.5, d
                )
            ),
            "the entropy of a Gaussian has e under the logarithm as well": (
                lambda reconstruction, diffusion, eta, d: bound(
                    reconstruction, diffusion, eta / math.e**0.5, d
                )
            ),
            "half of the logarithm: the entropy is d/2 log(2 pi e eta^2)": (
                lambda reconstruction, diffusion, eta, d: bound(
                    reconstruction, diffusion, eta, 2 * d
                )
            ),
        },
    ),
}
