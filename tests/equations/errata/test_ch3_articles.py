"""Errata of the translated articles (chapter 3); their letters are the book's.

p(x_t | x_{t-1}) = N(alpha_t x_{t-1}, beta_t^2), alpha_t^2 + beta_t^2 = 1.
"""

import numpy as np
import torch
from pytest import approx
from references import carried_noise, gm1_and_two_noises
from scipy.stats import norm
from verification import verifies

from dgm_lessons.mixtures import gm1

BETA = np.linspace(0.1, 0.5, 20)
ALPHA = np.sqrt(1 - BETA**2)
BAR = np.cumprod(ALPHA)
REST = np.sqrt(1 - BAR**2)  # beta bar
T = 10  # the step looked at
AL, BE, BAR_T, REST_T, BAR_1, REST_1 = ALPHA[9], BETA[9], BAR[9], REST[9], BAR[8], REST[8]
SCHEDULE = 0.02 * np.arange(1, 1001) / 1000  # (1.17): alpha_t = sqrt(1 - 0.02 t / T)
SIGMA = 0.37  # of the reverse step


def net(x):
    return np.tanh(x) + 0.3 * x


def noise_coefficients(t):
    """Coefficients of eps_1, ..., eps_t in x_t, made step by step."""
    return carried_noise(ALPHA[:t], BETA[:t])[1:]


@verifies("err-E3-01", against="variances of the noise made step by step", wrong="not squared")
def test_e3_01(compare):
    tail = np.array([np.prod(ALPHA[k + 1 : T]) for k in range(T)])
    compare((tail * BETA[:T]) ** 2, noise_coefficients(T) ** 2, tol=1e-12, wrong=tail * BETA[:T])


@verifies("err-E3-02", against="one", wrong="(1.4) as printed")
def test_e3_02(compare):
    tail = np.array([np.prod(ALPHA[k + 1 : 13]) for k in range(13)])
    noise = ((tail * BETA[:13]) ** 2).sum()
    compare(BAR[12] ** 2 + noise, 1.0, tol=1e-12, wrong=(tail * BETA[:13]).sum())
    assert noise == approx(1 - BAR[12] ** 2)


@verifies("err-E3-04", against="signal carried step by step", wrong="bar missing")
def test_e3_04(compare):
    x = 1.0
    for alpha in ALPHA[:T]:
        x *= alpha
    compare(BAR_T, x, tol=1e-12, wrong=AL)


@verifies("err-E3-05", against="correlation from the chain", wrong="independent: zero")
def test_e3_05(compare):
    row = noise_coefficients(T)
    compare(BE / REST_T, row[-1] / np.linalg.norm(row), tol=1e-12, wrong=0.0)


@verifies("err-E3-06", against="fourth moment of a standard normal", wrong="a product of the two")
def test_e3_06(compare):
    _, e1, e2, weight = gm1_and_two_noises(8)
    total = (AL * REST_1 * e1 + BE * e2) / REST_T
    compare((weight * total**4).sum(), 3.0, tol=1e-9, wrong=(weight * (e1 * e2) ** 4).sum())


@verifies("err-E3-07", against="eps_t itself", wrong="the sign of w flipped")
def test_e3_07(compare):
    turn = np.array([[AL * REST_1, BE], [BE, -AL * REST_1]]) / REST_T  # (eps, w) from the noises
    back = np.array([BE, -AL * REST_1]) / REST_T
    compare(back @ turn, [0, 1], tol=1e-12, wrong=np.abs(back) @ turn)
    assert turn @ turn.T == approx(np.eye(2))

    ratios = []
    for t in (4, 10, 16):  # gradients of the two losses for the net 0.3 x, one sample each
        x0, e1, et, weight = gm1_and_two_noises(12)
        noise = ALPHA[t - 1] * REST[t - 2] * e1 + BETA[t - 1] * et
        x = BAR[t - 1] * x0 + noise
        smooth = BETA[t - 1] * noise / REST[t - 1] ** 2  # E[eps_t | x_0, x_t]
        slopes = [x * (target - 0.3 * x) for target in (et, smooth)]
        means = [(weight * s).sum() for s in slopes]
        assert means[0] == approx(means[1])
        spread = [(weight * s**2).sum() - m**2 for s, m in zip(slopes, means, strict=True)]
        ratios.append(spread[0] / spread[1])
    assert ratios == approx([3.14, 8.94, 11.30], abs=0.005)


@verifies("err-E3-09", against="abar_T", wrong="the data's standard deviation")
def test_e3_09(compare):
    x = norm.ppf((np.arange(2000) + 0.5) / 2000)
    y = x.copy()
    for alpha, beta in zip(ALPHA[::-1], BETA[::-1], strict=True):
        y = (y - beta**2 * y) / alpha  # data N(0, 1): E[eps_t | x_t] = beta_t x_t
    compare(y.std() / x.std(), BAR[-1], tol=1e-12, wrong=1.0)

    x = torch.from_numpy(x[::20].copy())[:, None]
    square = 1 - np.linspace(1e-4, 0.02, 1000)
    bars = np.cumprod(square)
    for a2, bar2 in zip(square[::-1], bars[::-1], strict=True):
        law = gm1().diffuse(np.sqrt(bar2), np.sqrt(1 - bar2))
        x = (x + (1 - a2) * law.score(x)) / np.sqrt(a2)
    many = gm1().sample(400_000, torch.Generator().manual_seed(0))
    assert x.std() == approx(0.009, abs=5e-4) and many.std() == approx(1.298, abs=5e-3)


@verifies("err-E3-11", against="KL of the two reverse kernels", wrong="alphas not squared")
def test_e3_11(compare):
    variance = BE**2 * REST_1**2 / REST_T**2
    x, eps, guess = -0.4, 0.9, 0.2

    def mean(noise):  # of p(x_{t-1} | x_t, x_0) with the x_0 that belongs to this noise
        x0 = (x - REST_T * noise) / BAR_T
        return (BAR_1 * BE**2 * x0 + REST_1**2 * AL * x) / REST_T**2

    def weight(a, bar):
        return (1 - a) ** 2 / (2 * variance * (1 - bar) * a) * (eps - guess) ** 2

    kl = (mean(eps) - mean(guess)) ** 2 / (2 * variance)
    compare(weight(AL**2, BAR_T**2), kl, tol=1e-9, wrong=weight(AL, BAR_T))


@verifies("err-E3-13", against="the product of 1,000 factors", wrong="the schedule (1.17)")
def test_e3_13(compare):
    b = np.linspace(1e-4, 0.02, 1000)
    printed = np.sqrt(np.prod(1 - SCHEDULE))
    compare(np.exp(0.5 * np.log1p(-b).sum()), np.sqrt(np.prod(1 - b)), tol=1e-6, wrong=printed)
    assert (np.sqrt(np.prod(1 - b)), printed) == approx((0.00635, 0.00648), abs=5e-6)


@verifies("err-E3-14", against="the sum of the bounds", wrong="real part of the printed logs")
def test_e3_14(compare):
    bound = -0.5 * SCHEDULE.sum()
    compare(-0.005 * 1001, bound, tol=1e-9, wrong=0.5 * np.log(SCHEDULE).sum())
    assert 0.5 * np.log1p(-SCHEDULE).sum() < bound


@verifies("err-E3-15", against="the product of 1,000 factors", wrong="1e-5")
def test_e3_15(compare):
    log_bar = 0.5 * np.log1p(-SCHEDULE).sum()
    compare(np.exp(log_bar), np.sqrt(np.prod(1 - SCHEDULE)), tol=1e-6, wrong=1e-5)
    assert (log_bar, np.exp(log_bar)) == approx((-5.039, 0.00648), abs=5e-4)
    assert np.exp(2 * log_bar) == approx(4.2e-5, abs=5e-7)


def reverse_losses():
    """E|x_{t-1} - mu|^2 / (2 sigma^2) directly, and the plain averages of (2.7) and (2.8)."""
    x0, e1, et, weight = gm1_and_two_noises(40)
    x1 = BAR_1 * x0 + REST_1 * e1
    x = AL * x1 + BE * et
    direct = (weight * (x1 - (x - BE * net(x)) / AL) ** 2).sum() / (2 * SIGMA**2)
    two_noises = (weight * (et - net(x)) ** 2).sum()
    scaled = REST_T / BE * net(BAR_T * x0 + REST_T * et)
    return direct, two_noises, (weight * (et - scaled) ** 2).sum()


@verifies("err-E3-22", against="E|x_{t-1} - mu|^2 / (2 sigma^2)", wrong="factor 1/2 dropped")
def test_e3_22(compare):
    direct, average, _ = reverse_losses()
    weight = BE**2 / (AL**2 * SIGMA**2)
    compare(weight * average / 2, direct, tol=1e-9, wrong=weight * average)
    assert direct == approx(0.571, abs=5e-4)


@verifies("err-E3-23", against="E|x_{t-1} - mu|^2 / (2 sigma^2)", wrong="weight as printed, halved")
def test_e3_23(compare):
    direct, _, average = reverse_losses()
    constant = BE**2 * REST_1**2 / (2 * SIGMA**2 * REST_T**2)
    right = BE**4 / (2 * AL**2 * SIGMA**2 * REST_T**2) * average + constant
    wrong = BE**4 / (2 * AL**2 * SIGMA**4) * average + constant
    compare(right, direct, tol=1e-6, wrong=wrong)
    assert wrong == approx(1.06, abs=5e-3)


@verifies("err-E3-27", against="lower value + average posterior variance", wrong="at most beta_t")
def test_e3_27(compare):
    def best(std):  # variance of x_{t-1} given x_t, for data N(0, std^2)
        before = BAR_1**2 * std**2 + REST_1**2
        return 1 / (1 / before + AL**2 / BE**2)

    lower = BE**2 * REST_1**2 / REST_T**2
    spread = 4 * REST_T**2 / (4 * BAR_T**2 + REST_T**2)  # Var[x_0 | x_t] for std 2
    total = lower + (BAR_1 * BE**2 / REST_T**2) ** 2 * spread
    compare(best(2.0), total, tol=1e-12, wrong=BE**2)
    assert lower < best(0.5) < best(1.0) == approx(BE**2) and best(2.0) > BE**2


@verifies("err-E3-28", against="E[eps | x_t] by quadrature", wrong="no relation: zero")
def test_e3_28(compare):
    x0 = np.linspace(-6, 6, 6001)
    p = 0.4 * norm.pdf(x0, -1.5, 0.3) + 0.6 * norm.pdf(x0, 1, 0.5)
    points = np.array([-1.0, 0.2, 1.7])
    eps = (points[:, None] - BAR_T * x0) / REST_T
    joint = p * norm.pdf(eps)
    law = gm1().diffuse(BAR_T, REST_T)
    found = -REST_T * law.score(torch.from_numpy(points)[:, None])[:, 0].numpy()
    compare(found, (joint * eps).sum(1) / joint.sum(1), tol=1e-6, wrong=np.zeros(3))


@verifies(
    "err-E3-30", against="E[x_{t-1} | x_t] of Gaussian data", wrong="the net of the DDPM paper"
)
def test_e3_30(compare):
    std, x = 0.6, 1.3
    before, now = (b**2 * std**2 + 1 - b**2 for b in (BAR_1, BAR_T))
    noise = REST_T / now * x  # E[eps | x_t], what the DDPM paper's net learns
    compare(
        (x - BE * BE / REST_T * noise) / AL, AL * before / now * x, 1e-12, (x - BE * noise) / AL
    )
