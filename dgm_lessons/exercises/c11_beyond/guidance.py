"""Exercises of the page `guidance`, chapter 11."""

from __future__ import annotations

from torch import Tensor

from ..exercise import Exercise, normal


def weights(settings: tuple[str, ...]) -> list[float]:
    return [0.3, 6.5, 9, 10, 0.35]


def guided_noise(told: Tensor, untold: Tensor, scale: float) -> Tensor:
    return untold + scale * (told - untold)


def final_std(a: float, b: float, h: float, scale: float) -> float:
    return float(a**0.5 * ((a + h) / (b + h)) ** ((scale - 1) / 2))


def langevin_scale(scale: float) -> float:
    return 2 * scale - 1


SETTINGS = (
    "Ho and Salimans' weight 0.3",
    "guidance_scale 7.5",
    "classifier scale 10, no labels",
    "classifier scale 10, labels",
    "untold + 1.35 * (told - untold)",
)

EXERCISES: dict[str, Exercise] = {
    "guide-numbers": Exercise(
        asks="five weights, in the order of the settings",
        parts=("a", "b", "c", "d", "e"),
        trials=((SETTINGS,),),
        solution=weights,
        mistakes={
            "these are scales, 1 + w; the weights were asked for": (
                lambda settings: [1.3, 7.5, 10, 11, 1.35]
            ),
            "in d the network knows the label: the classifier's gradient is all extra": (
                lambda settings: [0.3, 6.5, 9, 9, 0.35]
            ),
            "a is a weight already; nothing is to be taken off": (
                lambda settings: [-0.7, 6.5, 9, 10, 0.35]
            ),
        },
    ),
    "guide-write": Exercise(
        asks="the guided noise, in the shape of `told`",
        trials=((normal(1, 4, 3), normal(2, 4, 3), 3.7), (normal(3, 2, 5), normal(4, 2, 5), 1.6)),
        solution=guided_noise,
        mistakes={
            "the scale is taken for the weight: this pushes by 1 too much": (
                lambda told, untold, s: told + s * (told - untold)
            ),
            "told and untold are exchanged": lambda told, untold, s: told + s * (untold - told),
            "this pushes away from the label": (
                lambda told, untold, s: told - (s - 1) * (told - untold)
            ),
            "this is the push alone; it comes on top of a prediction": (
                lambda told, untold, s: (s - 1) * (told - untold)
            ),
            "this is the scaled difference alone; the prediction without label is missing": (
                lambda told, untold, s: s * (told - untold)
            ),
            "the two factors must add up to 1": lambda told, untold, s: s * told - untold,
            "the factors must add up to 1: s and 1 - s": (
                lambda told, untold, s: s * told - (1 + s) * untold
            ),
            "this pushes by 1 too little: s - 1 belongs to `told`, s to `untold`": (
                lambda told, untold, s: untold + (s - 1) * (told - untold)
            ),
        },
    ),
    "guide-flow": Exercise(
        asks="the standard deviation at the end, a number",
        trials=((0.7, 1.9, 0.6, 2.6), (0.37, 0.83, 1.7, 4.3), (1.3, 2.9, 0.45, 1.7)),
        solution=final_std,
        mistakes={
            "this is the variance: a root, or the half of the flow, is missing": (
                lambda a, b, h, s: a * ((a + h) / (b + h)) ** (s - 1)
            ),
            "the half of the flow is missing where it is guided": (
                lambda a, b, h, s: a**0.5 * ((a + h) / (b + h)) ** (s - 1)
            ),
            "the scale is taken for the weight: w is one less": (
                lambda a, b, h, s: a**0.5 * ((a + h) / (b + h)) ** (s / 2)
            ),
            "this guides everywhere; below h the flow is that of the class": (
                lambda a, b, h, s: a**0.5 * (a / b) ** ((s - 1) / 2)
            ),
            "this guides below h only": (
                lambda a, b, h, s: a**0.5 * (a * (b + h) / (b * (a + h))) ** ((s - 1) / 2)
            ),
            "this is how far the flow has come at h; from there that of the class goes on": (
                lambda a, b, h, s: ((a + h) ** s * (b + h) ** (1 - s)) ** 0.5
            ),
            "this is the tilted density's standard deviation; the flow ends with another": (
                lambda a, b, h, s: (s / a - (s - 1) / b) ** -0.5
            ),
            "this is the tilted density's variance; the flow ends with another": (
                lambda a, b, h, s: 1 / (s / a - (s - 1) / b)
            ),
            "a and b are exchanged: the class is the narrow one": (
                lambda a, b, h, s: final_std(b, a, h, s)
            ),
            "the class's own factor is missing: without guidance it must be the root of a": (
                lambda a, b, h, s: ((a + h) / (b + h)) ** ((s - 1) / 2)
            ),
            "there is no guidance in this": lambda a, b, h, s: a**0.5,
        },
    ),
    "guide-langevin": Exercise(
        asks="a guidance scale, a number",
        trials=((1.7,), (3.4,), (8.3,)),
        solution=langevin_scale,
        mistakes={
            "the weight doubles, not the scale: at s = 1 it must be 1": lambda s: 2 * s,
            "this is the weight of the Langevin part; its scale is one more": lambda s: 2 * s - 2,
            "this is the text's error: the drift has all of g^2 s_w, and the flow takes half": (
                lambda s: s
            ),
            "the scale is taken for the weight: in 1 + 2w, w is s - 1": lambda s: 2 * s + 1,
        },
    ),
}
