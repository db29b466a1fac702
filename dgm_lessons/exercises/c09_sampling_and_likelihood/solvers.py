"""Exercises of the page `solvers`, chapter 9."""

from __future__ import annotations

from ..exercise import Exercise

STEPS = ("Euler-Maruyama", "DDPM")


def calls_made(n: int) -> list[int]:
    return [n, 2 * n, n + 1, 3 * n, n, 5 * n]


def second_order(steps: tuple[str, ...]) -> list[float]:
    return [1 / 8, -1 / 4]


def ddim_factor(
    std: float, alpha_s: float, sigma_s: float, alpha_t: float, sigma_t: float
) -> float:
    dot = std**2 * alpha_s * alpha_t + sigma_s * sigma_t
    return dot / (std**2 * alpha_s**2 + sigma_s**2)


def _flow_factor(std: float, a: float, b: float, c: float, d: float) -> float:
    return ((std**2 * c**2 + d**2) / (std**2 * a**2 + b**2)) ** 0.5


EXERCISES: dict[str, Exercise] = {
    "c-9-07": Exercise(
        asks="two numbers: the factor before b^2, for each step in its order",
        trials=((STEPS,),),
        solution=second_order,
        parts=STEPS,
        mistakes={
            "the exact number stands first, and it is the larger": (lambda steps: [-1 / 8, -1 / 4]),
            "the square of b/2 is b^2/4, and the series of the exponential halves it": (
                lambda steps: [1 / 4, -1 / 4]
            ),
            "DDPM's number is larger than the exact one": lambda steps: [1 / 8, 1 / 4],
            "this is DDPM less Euler-Maruyama; the exact one less DDPM is asked": (
                lambda steps: [1 / 8, 3 / 8]
            ),
            "this is Euler-Maruyama less DDPM; the exact one less DDPM is asked": (
                lambda steps: [1 / 8, -3 / 8]
            ),
        },
    ),
    "c-9-08": Exercise(
        asks="the number by which x is multiplied",
        trials=((1.4, 0.6, 1.1, 0.85, 0.45), (0.3, 0.75, 0.9, 0.95, 0.2)),
        solution=ddim_factor,
        mistakes={
            "this is what the flow multiplies by; DDIM falls short of it": _flow_factor,
            "this is the ratio to the flow, the cosine; DDIM's own factor is asked": (
                lambda v, a, b, c, d: ddim_factor(v, a, b, c, d) / _flow_factor(v, a, b, c, d)
            ),
            "this is the guess held still and the noise forgotten": (
                lambda v, a, b, c, d: c * a * v**2 / (a**2 * v**2 + b**2)
            ),
            "the guess of x_0 has a factor alpha_s, and it is forgotten": (
                lambda v, a, b, c, d: d / b + (c - d / b * a) * v**2 / (a**2 * v**2 + b**2)
            ),
            "this is the noise carried on and the guess forgotten": lambda v, a, b, c, d: d / b,
            "it looks like the std where the variance of the data belongs": (
                lambda v, a, b, c, d: (v * a * c + b * d) / (v * a**2 + b**2)
            ),
            "the two noise levels are exchanged": (
                lambda v, a, b, c, d: ddim_factor(v, c, d, a, b)
            ),
            "the variance of the data is missing": (
                lambda v, a, b, c, d: (a * c + b * d) / (a**2 + b**2)
            ),
            "the signs: noise and guess both add": (
                lambda v, a, b, c, d: (v**2 * a * c - b * d) / (v**2 * a**2 + b**2)
            ),
            "the guess's part of x_s is not taken off: sigma_t/sigma_s x + alpha_t guess": (
                lambda v, a, b, c, d: d / b + c * a * v**2 / (a**2 * v**2 + b**2)
            ),
        },
    ),
    "c-9-09": Exercise(
        asks="six numbers, in the order of the samplers",
        trials=((7,), (12,)),
        solution=calls_made,
        parts=(
            "DDIM",
            "Heun",
            "Euler-Maruyama with a last guess",
            "ancestral steps with two corrections",
            "DPM-Solver++ 2M",
            "annealed Langevin",
        ),
        mistakes={
            "2M keeps its old answer and does not ask twice": (
                lambda n: [n, 2 * n, n + 1, 3 * n, 2 * n, 5 * n]
            ),
            "the predictor asks too: three calls a step": (
                lambda n: [n, 2 * n, n + 1, 2 * n, n, 5 * n]
            ),
            "Heun looks at both ends of its step": lambda n: [n, n, n + 1, 3 * n, n, 5 * n],
            "Heun's last step looks twice as well": (
                lambda n: [n, 2 * n - 1, n + 1, 3 * n, n, 5 * n]
            ),
            "the predictor asks at every step, not once": (
                lambda n: [n, 2 * n, n + 1, 2 * n + 1, n, 5 * n]
            ),
            "the last guess is a call": lambda n: [n, 2 * n, n, 3 * n, n, 5 * n],
            "five steps a level are five calls a level": (lambda n: [n, 2 * n, n + 1, 3 * n, n, n]),
        },
    ),
}
