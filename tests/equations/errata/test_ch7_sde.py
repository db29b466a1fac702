"""Errata on the forward and the reverse SDE and their steps (chapter 7), VP unless said."""

import numpy as np
import torch
from pytest import approx
from references import noisy_score, solve
from verification import verifies

from dgm_lessons.processes import VP

DATA = 0.25  # variance of Gaussian data


def f(t):
    return -0.5 * g2(t)


def g2(t):
    return 0.1 + 19.9 * t


def marginal(t, data=DATA):
    """Variance of x_t for data N(0, data)."""
    signal = np.exp(-0.1 * t - 9.95 * t**2)
    return data * signal + 1 - signal


@verifies("err-E2-32", against="the data's variance", wrong="the same equation, from t = 0 upward")
def test_e2_32(compare):
    def pull(t, v):  # of the drift f - g^2 s on the variance
        return 2 * (f(t) + g2(t) / marginal(t)) * v

    down = solve(lambda t, v: pull(t, v) - g2(t), marginal(1.0), 1.0, 0.0)
    up = solve(lambda t, v: pull(t, v) + g2(t), marginal(1.0), 0.0, 1.0)
    compare(down, DATA, tol=1e-6, wrong=up)
    assert up > 1e5


@verifies("err-E4-02", against="the data's variance", wrong="the schedule, with another data law")
def test_e4_02(compare):
    def reversed_from_noise(believed):  # variance at t = 0, with the score of N(0, believed)
        def rate(t, v):
            return 2 * (f(t) + g2(t) / marginal(t, believed)) * v - g2(t)

        return solve(rate, marginal(1.0), 1.0, 0.0)

    wrong = reversed_from_noise(believed=1.0)
    compare(reversed_from_noise(believed=DATA), DATA, tol=1e-6, wrong=wrong)
    assert wrong == approx(1.0, abs=1e-3)


@verifies("err-E2-33", against="a law that Fokker-Planck moves", wrong="the process from a point")
def test_e2_33(compare):
    def excess(start):  # variance by the flow minus variance by Fokker-Planck, from s to t
        flow = solve(lambda t, v: (2 * f(t) + g2(t) / marginal(t)) * v, start, 0.2, 0.4)
        return flow - solve(lambda t, v: 2 * f(t) * v + g2(t), start, 0.2, 0.4)

    compare(excess(marginal(0.2)), 0.0, tol=1e-9, wrong=excess(0.0))


@verifies("err-E4-21", against="alpha_t of the process", wrong="the drift held in R_+")
def test_e4_21(compare):
    free = solve(lambda t, m: f(t) * m, 1.0, 0.0, 0.3)
    held = solve(lambda t, m: np.maximum(f(t) * m, 0), 1.0, 0.0, 0.3)
    compare(free, [float(VP().alpha(0.3))], tol=1e-6, wrong=held)


@verifies("err-E4-25", against="variance of the kernel from x_0", wrong="beta_t for beta(t)")
def test_e4_25(compare):
    def variance(rate, dt=1e-4):
        v = 0.0
        for t in np.arange(0, 0.3, dt):
            v = (1 - 0.5 * g2(t) * dt) ** 2 * v + rate(t, dt) * dt
        return v

    kernel = marginal(0.3, data=0.0)
    wrong = variance(lambda t, dt: g2(t) * dt)
    compare(variance(lambda t, dt: g2(t)), kernel, tol=1e-3, wrong=wrong)
    assert wrong < 1e-3


@verifies("err-E4-26", against="sum of squared increments 1", wrong="a path with a derivative")
def test_e4_26(compare):
    g = torch.Generator().manual_seed(0)
    w = torch.stack([torch.zeros(()), torch.randn((), generator=g)]).double()
    for level in range(17):  # Levy: put a midpoint between each two neighbours
        if level == 6:
            coarse = w
        noise = torch.randn(2**level, generator=g).double()
        middle = (w[1:] + w[:-1]) / 2 + 0.5 * 2 ** (-level / 2) * noise
        w = torch.cat([torch.stack([w[:-1], middle], 1).ravel(), w[-1:]])
    smooth = np.interp(np.linspace(0, 1, len(w)), np.linspace(0, 1, len(coarse)), coarse)
    compare(w.diff().square().sum(), 1.0, tol=0.03, wrong=np.square(np.diff(smooth)).sum())


@verifies("err-E4-27", against="alpha_t times the start", wrong="ends at the data's modes")
def test_e4_27(compare):
    starts = np.array([-2.0, 0.8, 1.3])
    ends = solve(lambda t, x: f(t) * x, starts, 0.0, 1.0)
    climbed = solve(lambda t, x: noisy_score(x, 1.0, 0.0), starts, 0.0, 2.0)  # uphill on GM1
    compare(ends, float(VP().alpha(1.0)) * starts, tol=1e-6, wrong=climbed)
    assert np.abs(ends).max() < 0.02 and climbed == approx([-1.5, 1.0, 1.0], abs=1e-3)


@verifies("err-E4-33", against="std of the law at t - dt", wrong="std of the law at t - 1")
def test_e4_33(compare):
    t, dt = 1.5, 0.01  # dx = dw from N(0, DATA): variance DATA + t

    def std(t):
        return np.sqrt(DATA + t)

    step = (1 - 0.5 * dt / std(t) ** 2) * std(t)  # of the probability flow, by Euler
    compare(step, std(t - dt), tol=1e-5, wrong=std(t - 1))
    assert abs(std(t) - std(t - dt)) > 1e-3
