"""Exercises of `reverse-by-bayes`: what they call right is what densities and quadrature give."""

import math

import pytest
import sympy
import torch
from pytest import approx

from dgm_lessons.exercises import diagnose
from dgm_lessons.exercises.c08_fokker_planck.reverse_by_bayes import EXERCISES, X
from dgm_lessons.exercises.symbolic import at_points, is_formula
from dgm_lessons.mixtures import gm1

grid = torch.linspace(-9, 9, 20001, dtype=torch.float64)


def test_the_remainder_of_a_gaussian():
    v, g, dt = 0.7, 1.3, 1e-4
    z = torch.linspace(-7, 7, 401, dtype=torch.float64)
    x = grid[::50, None]
    move = g * math.sqrt(dt) * z

    def log_p(x, v):
        return -(x**2) / (2 * v) - 0.5 * math.log(2 * math.pi * v)

    rate = g**2 / 2 * (x**2 / v**2 - 1 / v)  # of log p, by the heat equation
    rest = log_p(x + move, v + g**2 * dt) - log_p(x, v) + x / v * move - rate * dt
    inner = torch.trapezoid(rest * torch.exp(-(z**2) / 2) / math.sqrt(2 * math.pi), z)
    mean = torch.trapezoid(inner * log_p(x[:, 0], v).exp(), x[:, 0])
    found = EXERCISES["c-8-13"].solution(v, g, 1)
    assert float(mean) / dt == approx(found, rel=1e-3)
    assert EXERCISES["c-8-13"].solution(v, g, 3) == 3 * found


def test_the_square_leaves_what_is_said():
    delta, s, g, dt = sympy.symbols("delta s g dt")
    f = sympy.symbols("f")
    before = -((delta - f * dt) ** 2) / (2 * g**2 * dt) - s * delta
    square = -((delta - (f - g**2 * s) * dt) ** 2) / (2 * g**2 * dt)
    left = EXERCISES["c-8-14"].solution(f, s, g, dt)
    assert sympy.simplify(before - square - sympy.nsimplify(left)) == 0


@pytest.mark.parametrize("a", [-0.7, 0.4])
def test_the_variance_back_by_quadrature(a):
    g, y, errors = 0.9, 0.6, []
    for dt in (0.02, 0.01):
        log_k = gm1().diffuse(1.0, 0.5).log_prob(grid[:, None])
        log_k = log_k - (y - (1 + a * dt) * grid) ** 2 / (2 * g**2 * dt)
        p = log_k.softmax(0)
        exact = p @ grid**2 - (p @ grid) ** 2
        after = gm1().diffuse(1 + a * dt, math.hypot((1 + a * dt) * 0.5, g * math.sqrt(dt)))
        bend = after.hessian(torch.tensor([[y]]).double())[0, 0, 0]
        errors.append(float(exact - EXERCISES["c-8-15"].solution(a, g, bend, dt)))
    assert math.log2(abs(errors[0] / errors[1])) == approx(3, abs=0.1)


def test_the_sheet_may_be_written_otherwise():
    def other(x, t, dt, dw, p, f, g):
        score = p.diff(x) / p
        v = f - score * g * g / 2
        flux = v * p
        back = 2 * v - f
        return [g * dw + dt * f, -flux.diff(x), v, dt * v, dt * back + dw * g]

    assert diagnose("c-8-16", other) == (True, "Right.")


def test_each_line_of_the_sheet_is_marked_alone():
    def some(x, t, dt, dw, p, f, g):
        v = f - g**2 * p.diff(x) / p
        return [f * dt + g * dw, -(v * p).diff(x), v, v * dt, v * dt + g * dw]

    right, message = diagnose("c-8-16", some)
    assert not right and "the velocity v: the flow has half" in message
    assert "the reverse SDE" not in message and "the forward SDE" not in message
    stranger = lambda x, t, dt, dw, p, f, g: [sympy.Symbol("y") * sympy.oo] * 5  # noqa: E731
    assert not diagnose("c-8-16", stranger)[0]


def test_formulas_at_points():
    p = sympy.Function("p")(X)
    assert is_formula(p) and not is_formula(1.0) and not is_formula(torch.ones(2))
    same = at_points(sympy.diff(p**2, X)), at_points(2 * p * p.diff(X))
    assert torch.allclose(*same, rtol=1e-12) and at_points(p).min() > 0
    assert not torch.allclose(at_points(p.diff(X)), at_points(p), rtol=0.1)
    other = sympy.Function("q")(X)
    assert not torch.allclose(at_points(p), at_points(other), rtol=0.01)
    both = sympy.Function("p")(X, sympy.Symbol("t"))
    assert at_points(both.diff("t")).abs().min() > 1e-3
    x, dt = at_points(X), at_points(sympy.Symbol("dt"))
    assert len({*x.tolist(), *dt.tolist()}) == 14
    assert torch.equal(at_points(sympy.Integer(3)), torch.full((7,), 3.0).double())
    with pytest.raises(TypeError):
        at_points(sympy.I * X)
