"""Exercises of the page `tweedie`, chapter 5."""

from __future__ import annotations

from torch import Tensor

from ..exercise import Exercise, normal, uniform


def denoise(x_noisy: Tensor, alpha: float, sigma: float, score: Tensor) -> Tensor:
    return (x_noisy + sigma**2 * score) / alpha


def score_of(x_noisy: Tensor, alpha: float, sigma: float, denoised: Tensor) -> Tensor:
    return (alpha * denoised - x_noisy) / sigma**2


def posterior_std(alpha: float, sigma: float, curvature: Tensor) -> Tensor:
    return sigma / alpha * (1 + sigma**2 * curvature).sqrt()


def total_variance(alpha: float, sigma: float, laplacian: Tensor, D: int) -> Tensor:
    return sigma**2 / alpha**2 * (D + sigma**2 * laplacian)


_WIDE, _NARROW = (0.7, 1.3), (0.9, 0.35)  # alpha and sigma, with alpha^2 + sigma^2 far from 1

PLACES = (
    "inside a lone cluster",
    "half-way between two far clusters, little noise",
    "far outside of all data",
    "half-way between the two, much noise",
)


def bends(places: tuple[str, ...]) -> list[int]:
    return [-1, 1, -1, -1]


EXERCISES: dict[str, Exercise] = {
    "c-5-21": Exercise(
        asks="the posterior mean E[x | x_noisy], of the shape of x_noisy",
        trials=(
            (normal(1, 4, 3), *_WIDE, normal(2, 4, 3)),
            (normal(3, 2, 5), *_NARROW, normal(4, 2, 5)),
        ),
        solution=denoise,
        mistakes={
            "alpha is missing: the formula gives alpha times the mean": (
                lambda x, alpha, sigma, score: x + sigma**2 * score
            ),
            "it looks like sigma where sigma squared belongs": (
                lambda x, alpha, sigma, score: (x + sigma * score) / alpha
            ),
            "the sign: the score points uphill, towards the data": (
                lambda x, alpha, sigma, score: (x - sigma**2 * score) / alpha
            ),
            "this takes the score for noise: the score is minus the noise over sigma": (
                lambda x, alpha, sigma, score: (x - sigma * score) / alpha
            ),
            "only the observation is divided by alpha; divide the step too": (
                lambda x, alpha, sigma, score: x / alpha + sigma**2 * score
            ),
            "only the step is divided by alpha; divide the observation too": (
                lambda x, alpha, sigma, score: x + sigma**2 * score / alpha
            ),
            "multiplied by alpha where the formula divides": (
                lambda x, alpha, sigma, score: (x + sigma**2 * score) * alpha
            ),
            "alpha divides the whole: it does not multiply the observation": (
                lambda x, alpha, sigma, score: alpha * x + sigma**2 * score
            ),
            "divided by alpha, not by its square": (
                lambda x, alpha, sigma, score: (x + sigma**2 * score) / alpha**2
            ),
            "sigma^2 need not be 1 - alpha^2: use sigma": (
                lambda x, alpha, sigma, score: (x + (1 - alpha**2) * score) / alpha
            ),
            "this is the DDPM paper's form, whose alpha is the square of ours": (
                lambda x, alpha, sigma, score: (x + (1 - alpha) * score) / alpha**0.5
            ),
            "this is the step alone; it starts from the observation": (
                lambda x, alpha, sigma, score: sigma**2 * score / alpha
            ),
        },
    ),
    "c-5-22": Exercise(
        asks="the score at x_noisy, of its shape",
        trials=(
            (normal(5, 4, 3), *_WIDE, normal(6, 4, 3)),
            (normal(7, 2, 5), *_NARROW, normal(8, 2, 5)),
        ),
        solution=score_of,
        mistakes={
            "alpha is missing: scale the denoised point before you compare": (
                lambda x, alpha, sigma, denoised: (denoised - x) / sigma**2
            ),
            "alpha is missing and the sign is turned": (
                lambda x, alpha, sigma, denoised: (x - denoised) / sigma**2
            ),
            "alpha scales both; it belongs to the denoised point alone": (
                lambda x, alpha, sigma, denoised: alpha * (denoised - x) / sigma**2
            ),
            "alpha scales the noisy point; it belongs to the denoised one": (
                lambda x, alpha, sigma, denoised: (denoised - alpha * x) / sigma**2
            ),
            "this is in units of the clean datum: multiply by alpha": (
                lambda x, alpha, sigma, denoised: (denoised - x / alpha) / sigma**2
            ),
            "alpha is squared; the denoised point is scaled by alpha once": (
                lambda x, alpha, sigma, denoised: (alpha**2 * denoised - x) / sigma**2
            ),
            "it looks like sigma where sigma squared belongs": (
                lambda x, alpha, sigma, denoised: (alpha * denoised - x) / sigma
            ),
            "this is the noise; the score is minus it, over sigma": (
                lambda x, alpha, sigma, denoised: (x - alpha * denoised) / sigma
            ),
            "sigma^2 is missing: divide by it": (
                lambda x, alpha, sigma, denoised: alpha * denoised - x
            ),
            "sigma^2 divides; it does not multiply": (
                lambda x, alpha, sigma, denoised: (alpha * denoised - x) * sigma**2
            ),
            "sigma^2 need not be 1 - alpha^2: use sigma": (
                lambda x, alpha, sigma, denoised: (alpha * denoised - x) / (1 - alpha**2)
            ),
            "this is the DDPM paper's form, whose alpha is the square of ours": (
                lambda x, alpha, sigma, denoised: (alpha**0.5 * denoised - x) / (1 - alpha)
            ),
            "the sign: the score points from the noisy point to the data": (
                lambda x, alpha, sigma, denoised: (x - alpha * denoised) / sigma**2
            ),
            "alpha divides where it should multiply the denoised point": (
                lambda x, alpha, sigma, denoised: (denoised / alpha - x) / sigma**2
            ),
        },
    ),
    "c-5-26": Exercise(
        asks="posterior standard deviations, of the shape of curvature",
        trials=(
            (*_WIDE, uniform(9, 5, low=-0.5, high=0.5)),
            (*_NARROW, uniform(10, 3, low=-4.0, high=4.0)),
        ),
        solution=posterior_std,
        mistakes={
            "this is the variance; take the square root": (
                lambda alpha, sigma, h: posterior_std(alpha, sigma, h) ** 2
            ),
            "alpha is missing: divide by it": (
                lambda alpha, sigma, h: alpha * posterior_std(alpha, sigma, h)
            ),
            "alpha divides; it does not multiply": (
                lambda alpha, sigma, h: alpha**2 * posterior_std(alpha, sigma, h)
            ),
            "divided by alpha under the root; the variance wants alpha squared": (
                lambda alpha, sigma, h: alpha**0.5 * posterior_std(alpha, sigma, h)
            ),
            "the sign: where the log-density bends down, the doubt is small": (
                lambda alpha, sigma, h: posterior_std(alpha, sigma, -h)
            ),
            "that is the doubt without data: where the log-density bends down, it is smaller": (
                lambda alpha, sigma, h: posterior_std(alpha, sigma, 0 * h)
            ),
            "only the bracket has a root: sigma over alpha stands before it, once": (
                lambda alpha, sigma, h: sigma**2 / alpha * (1 + sigma**2 * h).sqrt()
            ),
            "sigma over alpha is missing": lambda alpha, sigma, h: (1 + sigma**2 * h).sqrt(),
            "the bracket is under the root, too": (
                lambda alpha, sigma, h: sigma / alpha * (1 + sigma**2 * h)
            ),
            "only the bracket goes under the root: sigma over alpha is outside already": (
                lambda alpha, sigma, h: (sigma / alpha * (1 + sigma**2 * h)).sqrt()
            ),
            "sigma must be squared before the curvature": (
                lambda alpha, sigma, h: sigma / alpha * (1 + sigma * h).abs().sqrt()
            ),
            "it looks like sigma squared before the curvature of the variance, "
            "where sigma to the fourth belongs": (
                lambda alpha, sigma, h: sigma / alpha * (1 + h).abs().sqrt()
            ),
            "this is Laplace's rule for the density of x itself; here the curvature is that of "
            "the noisy density": lambda alpha, sigma, h: h.abs() ** -0.5,
        },
    ),
    "c-5-25": Exercise(
        asks="the expected squared error at each point, of the shape of laplacian",
        trials=(
            (*_WIDE, uniform(11, 5, low=-1.5, high=1.5), 3),
            (*_NARROW, uniform(12, 4, low=-9.0, high=9.0), 7),
        ),
        solution=total_variance,
        mistakes={
            "this is as written: the 1 stands for one dimension, and there are D": (
                lambda alpha, sigma, laplacian, D: total_variance(alpha, sigma, laplacian, 1)
            ),
            "the Laplacian is the sum over the dimensions already": (
                lambda alpha, sigma, laplacian, D: D * total_variance(alpha, sigma, laplacian, 1)
            ),
            "this is the error of one dimension; D of them add up": (
                lambda alpha, sigma, laplacian, D: total_variance(alpha, sigma, laplacian, D) / D
            ),
            "alpha is missing: divide by its square": (
                lambda alpha, sigma, laplacian, D: (
                    alpha**2 * total_variance(alpha, sigma, laplacian, D)
                )
            ),
            "alpha must be squared: this is a variance": (
                lambda alpha, sigma, laplacian, D: (
                    alpha * total_variance(alpha, sigma, laplacian, D)
                )
            ),
            "the sign: where the log-density bends down, the error is small": (
                lambda alpha, sigma, laplacian, D: total_variance(alpha, sigma, -laplacian, D)
            ),
            "that is the error without data, whatever the curvature": (
                lambda alpha, sigma, laplacian, D: total_variance(alpha, sigma, 0 * laplacian, D)
            ),
            "the Laplacian has sigma to the fourth before it; here a square is missing": (
                lambda alpha, sigma, laplacian, D: sigma**2 / alpha**2 * (D + laplacian)
            ),
            "this is the root; the squared error was wanted": (
                lambda alpha, sigma, laplacian, D: (
                    total_variance(alpha, sigma, laplacian, D).abs().sqrt()
                )
            ),
        },
    ),
    "tweedie-bends": Exercise(
        asks="four signs, 1 or -1, in the order of the places",
        trials=((PLACES,),),
        solution=bends,
        parts=PLACES,
        mistakes={
            "the log of a bell is a parabola that opens downwards": (lambda places: [1, 1, -1, -1]),
            "the parabola of a bell is not flat, not even at its top": (
                lambda places: [0, 1, -1, -1]
            ),
            "between two clusters lies a valley, and a valley bends up": (
                lambda places: [-1, -1, -1, -1]
            ),
            "at the bottom of a valley the slope is zero, the bend is not": (
                lambda places: [-1, 0, -1, -1]
            ),
            "the tail of one bell remains, and its log bends down everywhere": (
                lambda places: [-1, 1, 1, -1]
            ),
            "the density is flat there, its logarithm is not: it falls like a parabola": (
                lambda places: [-1, 1, 0, -1]
            ),
            "much noise fills the valley: one broad bell remains": (lambda places: [-1, 1, -1, 1]),
            "one broad bell is left, whose log bends down at its top, too": (
                lambda places: [-1, 1, -1, 0]
            ),
        },
    ),
}
