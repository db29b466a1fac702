"""Exercises of the page `fokker-planck`, chapter 8."""

from __future__ import annotations

from torch import Tensor

from ..exercise import Exercise, normal

PLACES = (
    "the top of a mode",
    "the bottom of a valley",
    "one standard deviation from the middle of a Gaussian",
    "three standard deviations from it",
)


def rises(places: tuple[str, ...]) -> list[int]:
    return [-1, 1, 0, 1]


def rate(x: Tensor, p: Tensor, dp: Tensor, ddp: Tensor, a: float, g: float) -> Tensor:
    return -a * (p + x * dp) + 0.5 * g**2 * ddp


def pushed(p: Tensor, dp: Tensor, f: Tensor, div_f: Tensor, dt: float) -> Tensor:
    return p - dt * (f * dp + div_f * p)


def smoothed(phi: Tensor, second: Tensor, fourth: Tensor, sigma: float) -> Tensor:
    return phi + sigma**2 / 2 * second + sigma**4 / 8 * fourth


def growth(square: float, f: float, g: float, dims: int) -> float:
    return 2 * f * square + dims * g**2


def _slopes(seed: int, n: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return normal(seed, n), normal(seed + 1, n), normal(seed + 2, n), normal(seed + 3, n)


EXERCISES: dict[str, Exercise] = {
    "fp-bends": Exercise(
        asks="four of -1, 0, 1, in the order of the places",
        trials=((PLACES,),),
        solution=rises,
        parts=PLACES,
        mistakes={
            "noise moves probability from where there is more to where there is less: the signs "
            "are turned": lambda places: [1, -1, 0, -1],
            "the sign of the rate is that of the second derivative; the slope does not count": (
                lambda places: [0, 0, -1, -1]
            ),
            "one standard deviation out a Gaussian bends neither up nor down: it is its turning "
            "point": lambda places: [1, 1, 1, 1],
            "in a tail, beyond its turning point, a Gaussian bends up": (
                lambda places: [0, 0, 0, 0]
            ),
        },
    ),
    "c-8-01": Exercise(
        asks="the rate of the density at each point, of the shape of p",
        trials=((*_slopes(1, 5), -0.7, 1.3), (*_slopes(11, 3), 0.35, 0.6)),
        solution=rate,
        mistakes={
            "the half is missing before g^2: a variance enters Taylor's series with a half": (
                lambda x, p, dp, ddp, a, g: -a * (p + x * dp) + g**2 * ddp
            ),
            "g enters squared: variances add up": (
                lambda x, p, dp, ddp, a, g: -a * (p + x * dp) + 0.5 * g * ddp
            ),
            "the drift's sign is turned: what flows out lowers the density": (
                lambda x, p, dp, ddp, a, g: a * (p + x * dp) + 0.5 * g**2 * ddp
            ),
            "the noise's sign is turned: this sharpens modes in place of spreading them": (
                lambda x, p, dp, ddp, a, g: -a * (p + x * dp) - 0.5 * g**2 * ddp
            ),
            "the drift stands inside the derivative: (a x p)' has the term a p, too": (
                lambda x, p, dp, ddp, a, g: -a * x * dp + 0.5 * g**2 * ddp
            ),
            "the derivative acts on p as well: (a x p)' has the term a x p', too": (
                lambda x, p, dp, ddp, a, g: -a * p + 0.5 * g**2 * ddp
            ),
            "the spreading takes the second derivative, not the slope": (
                lambda x, p, dp, ddp, a, g: -a * (p + x * dp) + 0.5 * g**2 * dp
            ),
            "the noise is missing": lambda x, p, dp, ddp, a, g: -a * (p + x * dp),
            "the drift is missing": lambda x, p, dp, ddp, a, g: 0.5 * g**2 * ddp,
        },
    ),
    "c-8-04": Exercise(
        asks="the density after the push, to first order in dt, of the shape of p",
        trials=((*_slopes(21, 4), 0.03), (*_slopes(31, 6), 0.11)),
        solution=pushed,
        mistakes={
            "this is as printed: both signs are minus": (
                lambda p, dp, f, div_f, dt: p + dt * (f * dp + div_f * p)
            ),
            "the first sign is minus, too: what arrives comes from behind": (
                lambda p, dp, f, div_f, dt: p + dt * f * dp - dt * div_f * p
            ),
            "the second sign is minus, too: a stretch thins the density": (
                lambda p, dp, f, div_f, dt: p - dt * f * dp + dt * div_f * p
            ),
            "the stretching of space is missing": lambda p, dp, f, div_f, dt: p - dt * f * dp,
            "the shift is missing": lambda p, dp, f, div_f, dt: p - dt * div_f * p,
            "the divergence multiplies the density": (
                lambda p, dp, f, div_f, dt: p - dt * (f * dp + div_f)
            ),
            "this is the change alone; add it to p": (
                lambda p, dp, f, div_f, dt: -dt * (f * dp + div_f * p)
            ),
            "the change is multiplied by dt": (
                lambda p, dp, f, div_f, dt: p - (f * dp + div_f * p)
            ),
        },
    ),
    "c-8-05": Exercise(
        asks="the mean of phi(x + sigma z), up to sigma^4, of the shape of phi",
        trials=(
            (normal(41, 4), normal(42, 4), normal(43, 4), 0.7),
            (normal(44, 3), normal(45, 3), normal(46, 3), 1.4),
        ),
        solution=smoothed,
        mistakes={
            "z^4 has the mean 3, so that the last factor is 3/24 = 1/8": (
                lambda phi, second, fourth, sigma: (
                    phi + sigma**2 / 2 * second + sigma**4 / 24 * fourth
                )
            ),
            "1/8 it is: 3 over 4! = 24; the factorial is missing": (
                lambda phi, second, fourth, sigma: (
                    phi + sigma**2 / 2 * second + 3 * sigma**4 * fourth
                )
            ),
            "Taylor's series divides by 2! and by 4!": (
                lambda phi, second, fourth, sigma: phi + sigma**2 * second + 3 * sigma**4 * fourth
            ),
            "this stops at sigma^2; one order more is asked for": (
                lambda phi, second, fourth, sigma: phi + sigma**2 / 2 * second
            ),
            "sigma enters as sigma^2 and sigma^4": (
                lambda phi, second, fourth, sigma: phi + sigma / 2 * second + sigma**2 / 8 * fourth
            ),
            "the last term comes with a plus, as all even terms of Taylor's series": (
                lambda phi, second, fourth, sigma: (
                    phi + sigma**2 / 2 * second - sigma**4 / 8 * fourth
                )
            ),
            "the half before the second derivative is missing": (
                lambda phi, second, fourth, sigma: phi + sigma**2 * second + sigma**4 / 8 * fourth
            ),
        },
    ),
    "c-8-06": Exercise(
        asks="the growth of the mean square, a number",
        trials=((3.7, -0.6, 1.3, 3), (0.85, 0.3, 0.75, 5)),
        solution=growth,
        mistakes={
            "every coordinate gains g^2: times D": lambda square, f, g, dims: 2 * f * square + g**2,
            "the square has the derivative 2 x: a 2 is missing before the drift": (
                lambda square, f, g, dims: f * square + dims * g**2
            ),
            "no half here: the second derivative of x^2 is 2": (
                lambda square, f, g, dims: 2 * f * square + dims * g**2 / 2
            ),
            "the noise adds D g^2 to the mean square (this is Ito's term)": (
                lambda square, f, g, dims: 2 * f * square
            ),
            "g enters squared": lambda square, f, g, dims: 2 * f * square + dims * g,
            "the drift has its own sign: with f < 0 the square shrinks": (
                lambda square, f, g, dims: -2 * f * square + dims * g**2
            ),
        },
    ),
}
