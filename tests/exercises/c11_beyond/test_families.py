"""Exercises of the last page: each right answer once more, by another derivation."""

import json
from importlib.resources import files

import numpy as np
import pytest
import torch
from scipy.optimize import fsolve
from scipy.stats import binom

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.exercises.c11_beyond.families import EXERCISES
from dgm_lessons.likelihood import log_prob
from dgm_lessons.mixtures import gm1
from dgm_lessons.processes import VP

FOUND = json.loads((files("dgm_lessons") / "results" / "families.json").read_text("utf8"))


def statements_tried():
    """Each of the six statements by a small experiment, or by what the thing is."""
    costs = {row["model"]: row["mflop"] for row in FOUND["costs"]["rows"]}
    slow_flow = costs["flow"] > costs["diffusion"] / 3
    walks = [row for row in FOUND["replay"]["rows"] if row["sampler"] == "annealed Langevin"]
    fewest = min(walks, key=lambda row: row["calls"])  # the score is exact: is every share right?
    all_right = min(fewest["shares"]["values"]) <= max(FOUND["replay"]["truth"]["shares"]["values"])
    x = gm1().sample(20, torch.Generator().manual_seed(0), torch.float64)
    gap = log_prob(ExactDenoiser(gm1(), VP()), x, t_min=1e-5) - gm1().log_prob(x)
    only_a_bound = bool((gap.abs() > 0.01).any())
    normalised, bounded, silent = True, True, True  # by construction
    return [int(v) for v in (slow_flow, normalised, all_right, bounded, only_a_bound, silent)]


def by_definition(name):
    """Each right answer once more, found without the formula that the exercise uses."""
    inputs = EXERCISES[name].trials[-1]
    if name == "c-11-03":  # the mean modulus of a binomial number, over all its values
        weights, n = inputs
        k = np.arange(n + 1)
        parts = [(binom.pmf(k, n, w) * abs(k / n - w)).sum() for w in weights.tolist()]
        return sum(parts) / 2
    if name == "c-11-04":  # step by step
        call, steps, doubled, decoder = inputs
        return sum(2 * call if k < doubled else call for k in range(steps)) + decoder
    if name == "c-11-05":
        return statements_tried()
    alpha_s, sigma_s, alpha_t, sigma_t, c = inputs  # both conditions, solved numerically

    def conditions(ab):
        a, b = ab
        return [a * alpha_s + b - alpha_t, a**2 * sigma_s**2 + c**2 - sigma_t**2]

    return fsolve(conditions, [0.5, 0.5])


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_agrees_with_another_derivation(name):
    exercise = EXERCISES[name]
    found = np.asarray(exercise.solution(*exercise.trials[-1]))
    tol = 2e-3 if name == "c-11-03" else 1e-6  # there the Gaussian limit of a binomial
    np.testing.assert_allclose(np.asarray(by_definition(name)), found, rtol=tol, atol=1e-8)
