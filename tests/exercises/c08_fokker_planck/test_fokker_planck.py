"""Exercises of `fokker-planck`: what they call right is what densities and moments do."""

import math

import torch
from pytest import approx

from dgm_lessons.exercises.c08_fokker_planck.fokker_planck import EXERCISES, PLACES
from dgm_lessons.fokker_planck import residual
from dgm_lessons.mixtures import GaussianMixture, gm1
from dgm_lessons.processes import VP


def curves(law, x):
    """The density with its first and second derivative."""
    p, slope = law.log_prob(x[:, None]).exp(), law.score(x[:, None])[:, 0]
    return p, p * slope, p * (law.hessian(x[:, None])[:, 0, 0] + slope**2)


def test_the_places_bend_as_is_said():
    x = torch.linspace(-2, 2, 4001, dtype=torch.float64)
    p, _, bend = curves(gm1(), x)
    valley = (p + 1e9 * ((x < -1) | (x > 0.5))).argmin()
    one = curves(GaussianMixture([1.0], [[0.0]], 1.0), torch.tensor([1.0, 3.0]).double())[2]
    found = [bend[p.argmax()], bend[valley], *one]
    signs = [0 if abs(v) < 1e-12 else round(math.copysign(1, v)) for v in map(float, found)]
    assert EXERCISES["fp-bends"].solution(PLACES) == signs


def test_the_rate_is_that_of_a_mixture():
    process, t, h = VP(), 0.4, 1e-4
    x = torch.linspace(-2, 2, 41, dtype=torch.float64)
    before, after = (curves(gm1().diffuse(*process.levels(s)), x)[0] for s in (t - h, t + h))
    a, g = float(process.f(t)), float(process.g2(t)) ** 0.5
    now = curves(gm1().diffuse(*process.levels(t)), x)
    found = EXERCISES["c-8-01"].solution(x, *now, a, g)
    assert found == approx((after - before) / (2 * h), abs=1e-5)
    seen = lambda y, s: gm1().seen(y, process.alpha(s), process.sigma(s)).log_prob  # noqa: E731
    assert residual(seen, process, x[:, None], t) == approx(torch.zeros(41), abs=1e-9)


def test_a_push_is_a_push():
    x, dt = torch.linspace(-2, 2, 41, dtype=torch.float64), 1e-4
    p, dp, _ = curves(gm1(), x)
    moved = gm1().log_prob((x / (1 - dt))[:, None]).exp() / (1 - dt)  # u = y - y dt
    found = EXERCISES["c-8-04"].solution(p, dp, -x, -torch.ones(41), dt)
    assert (found - moved).abs().max() < 1e-6 < 1e-4 < (p - moved).abs().max()


def test_the_cosine_is_smoothed():
    sigma, x = 0.1, torch.tensor([0.3]).double()
    exact = math.exp(-(sigma**2) / 2) * x.cos()
    found = EXERCISES["c-8-05"].solution(x.cos(), -x.cos(), x.cos(), sigma)
    assert found == approx(exact, abs=sigma**6 / 40)


def test_the_mean_square_grows_as_the_mixture_s():
    process, t, h = VP(), 0.3, 1e-5

    def square(s):
        return 3 * float(process.alpha(s) ** 2 * 0.7 + process.variance(s))  # variance 0.7, mean 0

    found = EXERCISES["c-8-06"].solution(
        square(t), float(process.f(t)), float(process.g2(t)) ** 0.5, 3
    )
    assert found == approx((square(t + h) - square(t - h)) / (2 * h), rel=1e-6)
