"""Exercises of the page `denoising-score-matching`, chapter 5."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from ..exercise import Exercise, normal, uniform

Score = Callable[[Tensor, Tensor], Tensor]

QUANTITIES = (
    "variance of the target",
    "length of the arrow",
    "exact score",
    "denoising loss of a perfect network",
)


def half_the_noise(quantities: tuple[str, ...]) -> list[float]:
    return [4, 0.5, 1, 4]


def target_of(x: Tensor, x_noisy: Tensor, alpha: float, sigma: float) -> Tensor:
    return (alpha * x - x_noisy) / sigma**2


def loss(score: Score, x: Tensor, eps: Tensor, sigma: Tensor) -> Tensor:
    s = sigma[:, None]
    return _mean(s * (score(x + s * eps, sigma) + eps / s))


def score_rmse(dsm: float, sigma: float, D: int, power: float) -> float:
    return (2 * dsm - (D / sigma**2 - power)) ** 0.5


def variances(s: float, sigma: float) -> list[float]:
    return [s**2 + sigma**2, s**4 / (s**2 + sigma**2)]


def _mean(error: Tensor) -> Tensor:
    """Half the squared norm of the rows, on average."""
    return 0.5 * error.square().sum(1).mean()


def some_score(x: Tensor, sigma: Tensor) -> Tensor:
    """A field that a network might say: wrong, and different for each row's sigma."""
    return (0.3 - x) / (0.5 + sigma[:, None] ** 2) + 0.2 * x.roll(1, 1).sin()


def _answer(target: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    """The weighted loss towards another target (eps, s)."""

    def answer(score: Score, x: Tensor, eps: Tensor, sigma: Tensor) -> Tensor:
        s = sigma[:, None]
        return _mean(s * (score(x + s * eps, sigma) - target(eps, s)))

    return answer


def _unweighted(score: Score, x: Tensor, eps: Tensor, sigma: Tensor) -> Tensor:
    s = sigma[:, None]
    return _mean(score(x + s * eps, sigma) + eps / s)


def _weighted_by_sigma(score: Score, x: Tensor, eps: Tensor, sigma: Tensor) -> Tensor:
    s = sigma[:, None]
    return _mean(s.sqrt() * (score(x + s * eps, sigma) + eps / s))


def _one_for_all(choose: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
    def answer(score: Score, x: Tensor, eps: Tensor, sigma: Tensor) -> Tensor:
        return loss(score, x, eps, choose(sigma).expand(len(x)))

    return answer


def _at_clean_points(score: Score, x: Tensor, eps: Tensor, sigma: Tensor) -> Tensor:
    s = sigma[:, None]
    return _mean(s * (score(x, sigma) + eps / s))


def _mean_over_coordinates(score: Score, x: Tensor, eps: Tensor, sigma: Tensor) -> Tensor:
    return loss(score, x, eps, sigma) / x.shape[1]


def _sum_over_rows(score: Score, x: Tensor, eps: Tensor, sigma: Tensor) -> Tensor:
    return loss(score, x, eps, sigma) * len(x)


EXERCISES: dict[str, Exercise] = {
    "c-5-17": Exercise(
        asks="four factors, in the order of the quantities",
        trials=((QUANTITIES,),),
        solution=half_the_noise,
        parts=QUANTITIES,
        mistakes={
            "the target is the arrow over sigma^2: the arrow gets shorter, the target longer": (
                lambda q: [0.25, 0.5, 1, 0.25]
            ),
            "a variance goes with the square: the standard deviation doubles": (
                lambda q: [2, 0.5, 1, 2]
            ),
            "a perfect network has a loss, too: the targets contradict each other": (
                lambda q: [4, 0.5, 1, 1]
            ),
            "the score of the noisy law is nearly that of the data; only the target grows": (
                lambda q: [4, 0.5, 2, 4]
            ),
            "all the other way round: here the noise was doubled": lambda q: [0.25, 2, 1, 0.25],
            "the arrow is sigma |eps| long": lambda q: [4, 0.25, 1, 4],
        },
    ),
    "c-5-15": Exercise(
        asks="the score of the kernel at the noisy points, of their shape",
        trials=(
            (normal(1, 4, 3), normal(2, 4, 3), 0.7, 1.3),
            (normal(3, 2, 5), normal(4, 2, 5), 0.9, 0.35),
        ),
        solution=target_of,
        mistakes={
            "this points from the clean point to the noisy one: a minus is missing": (
                lambda x, y, alpha, sigma: (y - alpha * x) / sigma**2
            ),
            "this is -eps: it has to be divided by sigma": (
                lambda x, y, alpha, sigma: (alpha * x - y) / sigma
            ),
            "this is the noise itself": lambda x, y, alpha, sigma: (y - alpha * x) / sigma,
            "alpha is missing: the noisy points lie about alpha x": (
                lambda x, y, alpha, sigma: (x - y) / sigma**2
            ),
            "alpha is missing, and a minus": lambda x, y, alpha, sigma: (y - x) / sigma**2,
            "this is the arrow alone: divide by sigma^2": (
                lambda x, y, alpha, sigma: alpha * x - y
            ),
            "this is the score of x given the noisy point: derive by the noisy one": (
                lambda x, y, alpha, sigma: alpha * (y - alpha * x) / sigma**2
            ),
            "alpha scales both; it belongs to the clean point alone": (
                lambda x, y, alpha, sigma: alpha * (x - y) / sigma**2
            ),
            "the noisy point is divided by alpha; scale the clean one instead": (
                lambda x, y, alpha, sigma: (x - y / alpha) / sigma**2
            ),
            "sigma^2 need not be 1 - alpha^2: use sigma": (
                lambda x, y, alpha, sigma: (alpha * x - y) / (1 - alpha**2)
            ),
            "there is a half too many: the half of the exponent goes with its square": (
                lambda x, y, alpha, sigma: (alpha * x - y) / (2 * sigma**2)
            ),
        },
    ),
    "c-5-16": Exercise(
        asks="one number, the weighted loss of the batch",
        trials=(
            (some_score, normal(5, 4, 3), normal(6, 4, 3), uniform(7, 4, low=0.2, high=2.0)),
            (some_score, normal(8, 2, 5), normal(9, 2, 5), uniform(10, 2, low=0.1, high=0.9)),
        ),
        solution=loss,
        mistakes={
            "the minus of the target is missing: this learns the score upside down": _answer(
                lambda eps, s: eps / s
            ),
            "the target is -eps / sigma, not -eps": _answer(lambda eps, s: -eps),
            "the target is -eps / sigma, not eps": _answer(lambda eps, s: eps),
            "the target is -eps / sigma, not -eps / sigma^2": _answer(lambda eps, s: -eps / s**2),
            "the weight sigma^2 is forgotten: the smallest level rules": _unweighted,
            "the weight is sigma, its square is wanted": _weighted_by_sigma,
            "one sigma for all rows, the first: each row has its own": _one_for_all(
                lambda sigma: sigma[:1]
            ),
            "one sigma for all rows, their mean: each row has its own": _one_for_all(
                lambda sigma: sigma.mean()
            ),
            "the network must see the noisy points": _at_clean_points,
            "this is the mean over the coordinates; add them up": _mean_over_coordinates,
            "this is the sum over the rows; their mean is wanted": _sum_over_rows,
        },
    ),
    "c-5-14": Exercise(
        asks="one number, the root mean square error of the learned score",
        trials=((9.1, 0.4, 3, 1.7), (130.5, 0.1, 2, 6.1), (2.2, 0.8, 4, 2.4)),
        solution=score_rmse,
        mistakes={
            "this is the root of the explicit loss, which has a half": (
                lambda dsm, sigma, D, power: (dsm - 0.5 * (D / sigma**2 - power)) ** 0.5
            ),
            "this is the mean square; take the root": (
                lambda dsm, sigma, D, power: 2 * dsm - (D / sigma**2 - power)
            ),
            "this is the explicit loss": (
                lambda dsm, sigma, D, power: dsm - 0.5 * (D / sigma**2 - power)
            ),
            "the score's own mean square is explained: the constant is smaller by it": (
                lambda dsm, sigma, D, power: abs(2 * dsm - D / sigma**2) ** 0.5
            ),
            "the sign of the score's mean square is turned": (
                lambda dsm, sigma, D, power: abs(2 * dsm - D / sigma**2 - power) ** 0.5
            ),
            "the constant counts twice: there is a half in it": (
                lambda dsm, sigma, D, power: abs(dsm - (D / sigma**2 - power)) ** 0.5
            ),
            "every coordinate of the target has a variance: D is missing": (
                lambda dsm, sigma, D, power: (2 * dsm - (1 / sigma**2 - power)) ** 0.5
            ),
            "the target's variance is D over sigma squared": (
                lambda dsm, sigma, D, power: (2 * dsm - (D / sigma - power)) ** 0.5
            ),
            "the denoising loss contains the constant: take it off, do not add it": (
                lambda dsm, sigma, D, power: (2 * dsm + D / sigma**2 - power) ** 0.5
            ),
            "this takes the denoising loss for the error: it has a constant in it": (
                lambda dsm, sigma, D, power: (2 * dsm) ** 0.5
            ),
        },
    ),
    "c-5-20": Exercise(
        asks="two variances, before and after the last step",
        trials=((0.8, 0.45), (1.7, 0.9)),
        solution=variances,
        parts=("before", "after"),
        mistakes={
            "as claimed: but a posterior mean varies less than the data": (
                lambda s, sigma: [s**2 + sigma**2, s**2]
            ),
            "Langevin dynamics sample the noisy law, not the data": (
                lambda s, sigma: [s**2, s**4 / (s**2 + sigma**2)]
            ),
            "the second is the posterior variance: what is missing, not what is left": (
                lambda s, sigma: [s**2 + sigma**2, s**2 * sigma**2 / (s**2 + sigma**2)]
            ),
            "noise cannot be subtracted by a step that is the same for all": (
                lambda s, sigma: [s**2 + sigma**2, s**2 - sigma**2]
            ),
            "the wanted are variances, not standard deviations": (
                lambda s, sigma: [(s**2 + sigma**2) ** 0.5, s**2 / (s**2 + sigma**2) ** 0.5]
            ),
            "variances add, not standard deviations": (
                lambda s, sigma: [(s + sigma) ** 2, s**4 / (s + sigma) ** 2]
            ),
            "the order is before, after": (
                lambda s, sigma: [s**4 / (s**2 + sigma**2), s**2 + sigma**2]
            ),
        },
    ),
}
