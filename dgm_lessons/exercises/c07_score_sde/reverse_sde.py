"""Exercises of the page `reverse-sde`, chapter 7."""

from __future__ import annotations

from torch import Tensor

from ..exercise import Exercise, normal


def step_back(x: Tensor, f: float, g2: float, score: Tensor, h: float, z: Tensor) -> Tensor:
    return x - (f * x - g2 * score) * h + (g2 * h) ** 0.5 * z


def variance_with_noise(s: float, alpha: float, sigma: float, c: float) -> float:
    kept = _kept(s, alpha, sigma)
    return s**2 * (kept + c**2 * (1 - kept))


def _kept(s: float, alpha: float, sigma: float) -> float:
    """rho^2, the squared correlation of x_0 and x_T."""
    return alpha**2 * s**2 / (alpha**2 * s**2 + sigma**2)


def power_at_rest(a: float, b: float) -> float:
    return 2 * a / b**2


def drift_with_share(x: Tensor, f: float, g2: float, score: Tensor, share: float) -> Tensor:
    return f * x - (1 + share) / 2 * g2 * score


RUNS = (
    "twice Langevin",
    "half of g^2 before the score, all of the noise",
    "the reverse SDE without its noise",
    "no score, the recorded noise",
    "the reverse SDE with the recorded noise",
)


def arrives(runs: tuple[str, ...]) -> list[int]:
    return [1, 0, 0, 1, 0]


EXERCISES: dict[str, Exercise] = {
    "c-7-13": Exercise(
        asks="the points at t - h, of the shape of x",
        trials=(
            (normal(1, 4, 3), -0.7, 2.3, normal(2, 4, 3), 0.3, normal(3, 4, 3)),
            (normal(4, 2, 5), 0.45, 0.62, normal(5, 2, 5), 0.17, normal(6, 2, 5)),
        ),
        solution=step_back,
        mistakes={
            "this steps towards noise: time runs down, so the drift is subtracted": (
                lambda x, f, g2, score, h, z: x + (f * x - g2 * score) * h + (g2 * h) ** 0.5 * z
            ),
            "the sign of the score: the way back climbs to where the crowd is dense": (
                lambda x, f, g2, score, h, z: x - (f * x + g2 * score) * h + (g2 * h) ** 0.5 * z
            ),
            "the sign of f: going back in time undoes the forward drift": (
                lambda x, f, g2, score, h, z: x + (f * x + g2 * score) * h + (g2 * h) ** 0.5 * z
            ),
            "a half too many before the score: that belongs to the flow, which has no noise": (
                lambda x, f, g2, score, h, z: (
                    x - (f * x - 0.5 * g2 * score) * h + (g2 * h) ** 0.5 * z
                )
            ),
            "it looks like g where g squared belongs; g2 is the square already": (
                lambda x, f, g2, score, h, z: (
                    x - (f * x - g2**0.5 * score) * h + (g2 * h) ** 0.5 * z
                )
            ),
            "g2 is squared once more before the score; it is the square already": (
                lambda x, f, g2, score, h, z: x - (f * x - g2**2 * score) * h + (g2 * h) ** 0.5 * z
            ),
            "the noise grows with the root of the length: g sqrt(h), not g h": (
                lambda x, f, g2, score, h, z: x - (f * x - g2 * score) * h + g2**0.5 * h * z
            ),
            "that is the variance of the noise; its standard deviation is the root": (
                lambda x, f, g2, score, h, z: x - (f * x - g2 * score) * h + g2 * h * z
            ),
            "the noise has g, not g squared": (
                lambda x, f, g2, score, h, z: x - (f * x - g2 * score) * h + g2 * h**0.5 * z
            ),
            "the noise is that of Langevin's step; here it is g sqrt(h)": (
                lambda x, f, g2, score, h, z: x - (f * x - g2 * score) * h + (2 * g2 * h) ** 0.5 * z
            ),
            "g is missing from the noise": (
                lambda x, f, g2, score, h, z: x - (f * x - g2 * score) * h + h**0.5 * z
            ),
            "the noise is missing: without it all fall together": (
                lambda x, f, g2, score, h, z: x - (f * x - g2 * score) * h
            ),
            "the score is missing: without its pull the crowd runs away": (
                lambda x, f, g2, score, h, z: x - f * x * h + (g2 * h) ** 0.5 * z
            ),
            "the drift has lost its x: it is f times x": (
                lambda x, f, g2, score, h, z: x - (f - g2 * score) * h + (g2 * h) ** 0.5 * z
            ),
            "the length is missing before the drift": (
                lambda x, f, g2, score, h, z: x - (f * x - g2 * score) + (g2 * h) ** 0.5 * z
            ),
            "this is the step alone; it starts from x": (
                lambda x, f, g2, score, h, z: -(f * x - g2 * score) * h + (g2 * h) ** 0.5 * z
            ),
        },
    ),
    "c-7-15": Exercise(
        asks="the variance at time 0, a number",
        trials=((1.5, 0.6, 1.1, 0.7), (0.7, 0.85, 1.3, 1.6)),
        solution=variance_with_noise,
        mistakes={
            "variances grow with the square of c": (
                lambda s, alpha, sigma, c: (
                    s**2 * (_kept(s, alpha, sigma) + c * (1 - _kept(s, alpha, sigma)))
                )
            ),
            "this is the variance of the data, which only c = 1 returns": (
                lambda s, alpha, sigma, c: s**2
            ),
            "only the noise's part grows with c^2: what comes of x_T does not": (
                lambda s, alpha, sigma, c: c**2 * s**2
            ),
            "the part of x_T is missing; it is small only if rho is": (
                lambda s, alpha, sigma, c: s**2 * c**2 * (1 - _kept(s, alpha, sigma))
            ),
            "the part of the noise is missing": (
                lambda s, alpha, sigma, c: s**2 * _kept(s, alpha, sigma)
            ),
            "the two parts are exchanged: c^2 belongs to 1 - rho^2": (
                lambda s, alpha, sigma, c: (
                    s**2 * (c**2 * _kept(s, alpha, sigma) + 1 - _kept(s, alpha, sigma))
                )
            ),
            "at c = 1 this is not s^2: the two parts must then add up to it": (
                lambda s, alpha, sigma, c: s**2 * (_kept(s, alpha, sigma) + c**2)
            ),
            "s^2 is missing: this is the ratio to the data's variance": (
                lambda s, alpha, sigma, c: (
                    _kept(s, alpha, sigma) + c**2 * (1 - _kept(s, alpha, sigma))
                )
            ),
            "it looks like rho where rho squared belongs": (
                lambda s, alpha, sigma, c: (
                    s**2
                    * (_kept(s, alpha, sigma) ** 0.5 + c**2 * (1 - _kept(s, alpha, sigma) ** 0.5))
                )
            ),
            "this is a standard deviation; the variance is its square": (
                lambda s, alpha, sigma, c: variance_with_noise(s, alpha, sigma, c) ** 0.5
            ),
            "this noises once more: it is the variance at T that you scale": (
                lambda s, alpha, sigma, c: alpha**2 * s**2 + c**2 * sigma**2
            ),
            "sigma^2 need not be 1 - alpha^2: use sigma": (
                lambda s, alpha, sigma, c: variance_with_noise(s, alpha, (1 - alpha**2) ** 0.5, c)
            ),
            "x_T has the variance of p_T, not 1": (
                lambda s, alpha, sigma, c: s**2 * (alpha**2 * s**2 + c**2 * (1 - alpha**2 * s**2))
            ),
        },
    ),
    "c-7-16": Exercise(
        asks="the exponent m, a number",
        trials=((0.7, 1.3), (1.9, 0.6)),
        solution=power_at_rest,
        mistakes={
            "a factor 2 is missing: with a = 1 and b = sqrt(2) they settle on pi itself": (
                lambda a, b: a / b**2
            ),
            "it looks like b where b squared belongs": lambda a, b: 2 * a / b,
            "it is turned over: a stronger pull sharpens, more noise flattens": (
                lambda a, b: b**2 / (2 * a)
            ),
            "the pull counts too: twice the drift gives twice the power": lambda a, b: 2 / b**2,
            "the noise counts too: the less of it, the sharper the law": lambda a, b: 2 * a,
            "the power of Langevin's own pair; a and b need not be tied": lambda a, b: 1.0,
            "the answer for the printed pair; a and b are free": lambda a, b: 2.0,
            "a product: the noise flattens, so it divides": lambda a, b: 2 * a * b**2,
            "a factor 4 for 2: the flux has b^2 / 2": lambda a, b: 4 * a / b**2,
            "it looks like a squared where a belongs": lambda a, b: 2 * a**2 / b**2,
        },
    ),
    "c-7-17": Exercise(
        asks="the factor before dt, of the shape of x",
        trials=(
            (normal(7, 4, 3), -0.7, 2.3, normal(8, 4, 3), 0.6),
            (normal(9, 2, 5), 0.45, 0.62, normal(10, 2, 5), 1.7),
        ),
        solution=drift_with_share,
        mistakes={
            "this is the flow's drift: Langevin's pull is missing": (
                lambda x, f, g2, score, share: f * x - 0.5 * g2 * score
            ),
            "this is the drift of the reverse SDE, a share of 1": (
                lambda x, f, g2, score, share: f * x - g2 * score
            ),
            "this is Langevin's pull without the flow's half": (
                lambda x, f, g2, score, share: f * x - share / 2 * g2 * score
            ),
            "a half is missing: with a share of 1 the factor is g^2": (
                lambda x, f, g2, score, share: f * x - (1 + share) * g2 * score
            ),
            "the flow's half is missing its half: 1/2 + share/2": (
                lambda x, f, g2, score, share: f * x - (1 + share / 2) * g2 * score
            ),
            "Langevin's pull has a half too: 1/2 + share/2": (
                lambda x, f, g2, score, share: f * x - (0.5 + share) * g2 * score
            ),
            "this is Zhang and Chen's factor, whose lambda^2 is our share": (
                lambda x, f, g2, score, share: f * x - (1 + share**2) / 2 * g2 * score
            ),
            "the share's root belongs to the noise; the drift has the share": (
                lambda x, f, g2, score, share: f * x - (1 + share**0.5) / 2 * g2 * score
            ),
            "the sign: Langevin adds to the pull of the flow": (
                lambda x, f, g2, score, share: f * x - (1 - share) / 2 * g2 * score
            ),
            "the sign of the score: before dt it is subtracted, and dt is negative": (
                lambda x, f, g2, score, share: f * x + (1 + share) / 2 * g2 * score
            ),
            "the whole sign is turned: dt is negative, the drift keeps its sign": (
                lambda x, f, g2, score, share: (1 + share) / 2 * g2 * score - f * x
            ),
            "f belongs to the flow alone: it is not shared": (
                lambda x, f, g2, score, share: (1 + share) / 2 * (f * x - g2 * score)
            ),
            "it looks like g where g squared belongs; g2 is the square already": (
                lambda x, f, g2, score, share: f * x - (1 + share) / 2 * g2**0.5 * score
            ),
            "the drift has lost its x: it is f times x": (
                lambda x, f, g2, score, share: f - (1 + share) / 2 * g2 * score
            ),
        },
    ),
    "rsde-arrives": Exercise(
        asks="five numbers, 1 or 0, in the order of the runs",
        trials=((RUNS,),),
        solution=arrives,
        parts=RUNS,
        mistakes={
            "every share of Langevin leaves the law as it is, twice of it too": (
                lambda runs: [0, 0, 0, 1, 0]
            ),
            "half of g^2 is the flow's; with noise it takes all of it": lambda runs: [
                1,
                1,
                0,
                1,
                0,
            ],
            "without noise the pull has no opponent": lambda runs: [1, 0, 1, 1, 0],
            "the replay gives the old data back, and they have the law of the data": (
                lambda runs: [1, 0, 0, 0, 0]
            ),
            "the recorded noise is known to the start: it is not centred any more": (
                lambda runs: [1, 0, 0, 1, 1]
            ),
        },
    ),
}
