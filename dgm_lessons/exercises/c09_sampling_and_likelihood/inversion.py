"""Exercises of the page `inversion`, chapter 9."""

from __future__ import annotations

from torch import Tensor

from ..exercise import Exercise, normal

ERRORS = ("Euler's code", "Euler's round trip", "Heun's code", "Heun's round trip")


def factors(errors: tuple[str, ...]) -> list[int]:
    return [2, 2, 4, 8]


def code_of(x: Tensor, m: float, s: float, alpha: float, sigma: float) -> Tensor:
    return alpha * m + (x - m) / s * (alpha**2 * s**2 + sigma**2) ** 0.5


def slerp_of(a: Tensor, b: Tensor, w: float) -> Tensor:
    angle = _cosine(a, b).acos()[:, None]
    return (((1 - w) * angle).sin() * a + (w * angle).sin() * b) / angle.sin()


def mend(n: int) -> float:
    return n**0.5


def _cosine(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1))


def _turned(a: Tensor, b: Tensor, w: float) -> Tensor:
    return slerp_of(a, b, 1 - w)


def _cosine_for_angle(a: Tensor, b: Tensor, w: float) -> Tensor:
    angle = _cosine(a, b)[:, None]
    return (((1 - w) * angle).sin() * a + (w * angle).sin() * b) / angle.sin()


def _undivided(a: Tensor, b: Tensor, w: float) -> Tensor:
    angle = _cosine(a, b).acos()[:, None]
    return ((1 - w) * angle).sin() * a + (w * angle).sin() * b


def _one_angle(a: Tensor, b: Tensor, w: float) -> Tensor:
    angle = ((a * b).sum() / (a.norm() * b.norm())).acos()
    return (((1 - w) * angle).sin() * a + (w * angle).sin() * b) / angle.sin()


def _unit(a: Tensor) -> Tensor:
    return a / a.norm(dim=1, keepdim=True)


def _normalised(a: Tensor, b: Tensor, w: float) -> Tensor:
    return _unit((1 - w) * a + w * b) * a.size(1) ** 0.5


EXERCISES: dict[str, Exercise] = {
    "inversion-orders": Exercise(
        asks="four factors, in the order of the errors",
        trials=((ERRORS,),),
        solution=factors,
        parts=ERRORS,
        mistakes={
            "there and back the errors of one Heun step cancel: the round trip is better than "
            "the code": lambda errors: [2, 2, 4, 4],
            "the two errors of an Euler round trip add up, and so keep their order": (
                lambda errors: [2, 1, 4, 8]
            ),
            "there and back the errors of one Euler step add up, with one sign": (
                lambda errors: [2, 4, 4, 8]
            ),
            "these are the orders; an error of order p falls by 2 to the power p": (
                lambda errors: [1, 1, 2, 3]
            ),
            "these are the errors of one step; there are twice as many steps": (
                lambda errors: [4, 4, 8, 16]
            ),
        },
    ),
    "inversion-gaussian": Exercise(
        asks="the codes of the points, of the shape of x",
        trials=(
            (normal(1, 5), -0.7, 1.4, 0.3, 0.85),
            (normal(2, 3), 1.3, 0.6, 0.7, 1.9),
        ),
        solution=code_of,
        mistakes={
            "this counts in the standard deviations of the code": lambda x, m, s, alpha, sigma: (
                (x - m) / s
            ),
            "the mean is shrunk with the data: alpha m": lambda x, m, s, alpha, sigma: (
                m + (x - m) / s * (alpha**2 * s**2 + sigma**2) ** 0.5
            ),
            "noise has joined the data: the variance at the end is alpha^2 s^2 + sigma^2": (
                lambda x, m, s, alpha, sigma: alpha * x
            ),
            "the data have not gone away: the variance at the end is alpha^2 s^2 + sigma^2": (
                lambda x, m, s, alpha, sigma: alpha * m + (x - m) / s * sigma
            ),
            "variances add up, standard deviations do not": lambda x, m, s, alpha, sigma: (
                alpha * m + (x - m) / s * (alpha * s + sigma)
            ),
            "the data's variance is shrunk by alpha squared": lambda x, m, s, alpha, sigma: (
                alpha * m + (x - m) / s * (alpha * s**2 + sigma**2) ** 0.5
            ),
            "the distance from the mean is counted in standard deviations: divide by s": (
                lambda x, m, s, alpha, sigma: (
                    alpha * m + (x - m) * (alpha**2 * s**2 + sigma**2) ** 0.5
                )
            ),
            "the code of the mean is missing, and the variance is alpha^2 s^2 + sigma^2": (
                lambda x, m, s, alpha, sigma: sigma * (x - m) / s
            ),
            "the code of the mean is missing": lambda x, m, s, alpha, sigma: (
                (x - m) / s * (alpha**2 * s**2 + sigma**2) ** 0.5
            ),
        },
    ),
    "c-9-11": Exercise(
        asks="the codes in between, of the shape (B, D)",
        trials=((normal(3, 4, 7), normal(4, 4, 7), 0.3), (normal(5, 2, 5), normal(6, 2, 5), 0.85)),
        solution=slerp_of,
        mistakes={
            "this is the straight line, and it leaves the shell": (
                lambda a, b, w: (1 - w) * a + w * b
            ),
            "the ends are exchanged: w = 0 is a": _turned,
            "this is the cosine of the angle; the angle is its arccosine": _cosine_for_angle,
            "the division by the sine of the whole angle is missing": _undivided,
            "each row has an angle of its own": _one_angle,
            "this is the straight line, put back on the shell: the great circle is not divided "
            "evenly": _normalised,
            "this is the straight line, at length one": (
                lambda a, b, w: _unit((1 - w) * a + w * b)
            ),
            "these are the directions of the two codes; keep their lengths": (
                lambda a, b, w: slerp_of(_unit(a), _unit(b), w)
            ),
        },
    ),
    "inversion-rescale": Exercise(
        asks="the factor, a number",
        trials=((3,), (7,)),
        solution=mend,
        mistakes={
            "this is for their variance; a length takes the root": lambda n: n,
            "the mean is too short, not too long": lambda n: n**-0.5,
        },
    ),
}
