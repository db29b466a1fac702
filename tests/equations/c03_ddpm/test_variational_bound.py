"""The equations of the section on DDPM's variational bound, each against something independent.

Two beds: a linear chain of four steps, where every walk is one Gaussian of five numbers, and
step 10 of twenty with data gm1(), by Gauss-Hermite quadrature.
"""

import math
from itertools import pairwise

import numpy as np
import torch
from numpy.polynomial.hermite_e import hermegauss
from references import MEANS, STDS, WEIGHTS, gm1_and_two_noises, hermite, normal
from torch.distributions import MultivariateNormal, Normal, kl_divergence
from verification import verifies

DEFINITIONS = {
    "eq-vlb-model": "defines the generator and its walk",
}

BETA = torch.tensor([0.3, 0.4, 0.5, 0.6], dtype=torch.float64)
ALPHA = (1 - BETA**2).sqrt()
BAR = torch.cat([torch.ones(1).double(), ALPHA.cumprod(0)])  # BAR[i], i = 0..4
REST = 1 - BAR**2  # sigma_bar_i^2
MEAN, STD = 0.3, 0.5  # of the data
SLOPE, SHIFT = 0.8, 0.05  # mu_i(x) = 0.8 x + 0.05 i
SIGMA2 = BETA**2 * REST[:-1] / REST[1:]  # the lemma's variances, 0 at i = 1
WIDTH = torch.cat([torch.tensor([0.5], dtype=torch.float64), SIGMA2[1:].sqrt()])
EYE = torch.eye(5, dtype=torch.float64)


def forward(mean=MEAN, std=STD):
    """The law of (x_0, ..., x_4), each written as a sum of noises."""
    means, rows = [torch.tensor(mean, dtype=torch.float64)], [std * EYE[0]]
    for i in range(1, 5):
        means.append(ALPHA[i - 1] * means[-1])
        rows.append(ALPHA[i - 1] * rows[-1] + BETA[i - 1] * EYE[i])
    return torch.stack(means), torch.stack(rows)


def backward(slope=SLOPE):
    means, rows = [torch.zeros(()).double()], [EYE[4]]
    for i in range(4, 0, -1):
        means.insert(0, slope * means[0] + SHIFT * i)
        rows.insert(0, slope * rows[0] + WIDTH[i - 1] * EYE[i - 1])
    return torch.stack(means), torch.stack(rows)


def law(mean, rows, keep=slice(None)):
    return MultivariateNormal(mean[keep], (rows @ rows.T)[keep, keep])


P, Q = law(*forward()), law(*backward())
END_P, END_Q = normal(MEAN, STD), Normal(Q.mean[0], Q.variance[0].sqrt())


def given(x, keep):
    """The law of the other frames when the first, x_0 = x, is told: (mean, covariance)."""
    gain = keep.covariance_matrix[1:, 0] / keep.variance[0]
    cov = keep.covariance_matrix[1:, 1:] - torch.outer(gain, keep.covariance_matrix[0, 1:])
    return MultivariateNormal(keep.mean[1:] + gain * (x - keep.mean[0]), cov)


def square(row, constant):
    """E (row . x + constant)^2 over the walks up."""
    return (row @ P.mean + constant) ** 2 + row @ P.covariance_matrix @ row


def cross(row, constant, std):
    """E[-log N(row . x + constant; 0, std^2)] over the walks up."""
    return 0.5 * torch.log(2 * math.pi * std**2) + square(row, constant) / (2 * std**2)


def step_back(i):
    """x_{i-1} - mu_i(x_i), as a row and a constant."""
    return EYE[i - 1] - SLOPE * EYE[i], -SHIFT * i


def told_mean(i):
    """mu(x_i, x_0, i) as a row: the covariances given x_0, not the lemma's formula."""
    gain = ALPHA[i - 1] * REST[i - 1] / REST[i]
    return BAR[i - 1] * EYE[0] + gain * (EYE[i] - BAR[i] * EYE[0])


def bill(first=2):
    """Prior, reconstruction and the steps from `first`."""
    prior = 0.5 * (square(BAR[4] * EYE[0], 0.0) + REST[4] - 1 - REST[4].log())
    recon = cross(*step_back(1), WIDTH[0])
    steps = [
        square(told_mean(i) - SLOPE * EYE[i], -SHIFT * i) / (2 * WIDTH[i - 1] ** 2)
        for i in range(first, 5)
    ]
    return prior, recon, sum(steps)


def direct():
    """E[log p(x_{1:4} | x_0) - log p_phi(x_{0:4})], factor by factor."""
    total = cross(EYE[4], 0.0, torch.ones(()).double())
    for i in range(1, 5):
        total = total + cross(*step_back(i), WIDTH[i - 1])
        total = total - cross(EYE[i] - ALPHA[i - 1] * EYE[i - 1], 0.0, BETA[i - 1])
    return total


@verifies(
    "eq-vlb-marginal",
    against="the mean and variance carried down two steps, at five points, by quadrature",
    wrong="x_0 left out of the integrand (E4-11): the integral is 1",
)
def test_marginal(compare):
    z = torch.linspace(-8, 8, 401, dtype=torch.float64)
    x = torch.linspace(-1.5, 2, 5, dtype=torch.float64)
    walk = normal(0, 1).log_prob(z) + normal(0.8 * z + 0.1, 0.6).log_prob(z[:, None])
    last = normal(0.8 * z + 0.05, 0.5).log_prob(x[:, None])
    without = torch.trapezoid(torch.trapezoid(walk.exp(), z), z)
    over_x2 = torch.trapezoid(walk.exp(), z)
    found = torch.trapezoid(over_x2 * last.exp(), z)
    variance = 0.64 * (0.64 + 0.36) + 0.25
    expected = normal(0.8 * 0.1 + 0.05, math.sqrt(variance)).log_prob(x).exp()
    compare(found, expected, tol=1e-8, wrong=without.expand(5))


@verifies(
    "eq-vlb-gap",
    against="both conditional Gaussians of four numbers, for three data",
    wrong="the gap's sign; the KL the other way round",
)
def test_gap(compare):
    for x in (-0.6, 0.3, 1.1):
        up, down = given(x, P), given(x, Q)
        # E log-ratio from the factors: the quadratic forms of every step over `up`
        mean = torch.cat([torch.tensor([x], dtype=torch.float64), up.mean])
        spread = torch.zeros(5, 5).double()
        spread[1:, 1:] = up.covariance_matrix

        def cost(row, constant, std, mean=mean, spread=spread):
            value = (row @ mean + constant) ** 2 + row @ spread @ row
            return 0.5 * math.log(2 * math.pi * std**2) + value / (2 * std**2)

        left = cost(EYE[4], 0.0, 1.0)
        for i in range(1, 5):
            left = left + cost(*step_back(i), WIDTH[i - 1])
            left = left - cost(EYE[i] - ALPHA[i - 1] * EYE[i - 1], 0.0, BETA[i - 1])
        nll, gap = -END_Q.log_prob(torch.tensor(x, dtype=torch.float64)), kl_divergence(up, down)
        assert gap > 0.01
        compare(nll + gap, left, tol=1e-9, wrong=nll - gap)
        compare(nll + gap, left, tol=1e-9, wrong=nll + kl_divergence(down, up))


@verifies(
    "eq-vlb-turn",
    against="the forward kernel at random points, with the told kernel by conditioning",
    wrong="the fraction turned over; x_0 not told: no fraction",
)
def test_turn(compare):
    g = torch.Generator().manual_seed(0)
    x_0, before, now = torch.randn(3, 20, generator=g, dtype=torch.float64)
    for i in (2, 3, 4):
        gain = ALPHA[i - 1] * REST[i - 1] / REST[i]
        told = normal(
            BAR[i - 1] * x_0 + gain * (now - BAR[i] * x_0),
            (BETA[i - 1] ** 2 * gain / ALPHA[i - 1]).sqrt(),
        ).log_prob(before)
        up = normal(BAR[i] * x_0, REST[i].sqrt()).log_prob(now)
        low = normal(BAR[i - 1] * x_0, REST[i - 1].sqrt()).log_prob(before)
        expected = normal(ALPHA[i - 1] * before, BETA[i - 1]).log_prob(now)
        compare(told + up - low, expected, tol=1e-10, wrong=told - up + low)
        compare(told + up - low, expected, tol=1e-10, wrong=told)


@verifies(
    "eq-vlb-bill",
    against="the bound unsorted: 1.4032 exactly (1.4043 and 1.4041 by draws), NLL 0.8613",
    wrong="the sum from i = 1, its finite part (E2-07); a plus missing (E4-13); no prior",
)
def test_bill(compare):
    prior, recon, steps = bill()
    found, expected = prior + recon + steps, direct()
    again = square(EYE[0] - SLOPE * EYE[1], -SHIFT) / (2 * WIDTH[0] ** 2)
    compare(found, expected, tol=1e-10, wrong=found + again)
    compare(found, expected, tol=1e-10, wrong=prior + recon * steps)
    compare(found, expected, tol=1e-10, wrong=recon + steps)
    nll = END_P.entropy() + kl_divergence(END_P, END_Q)
    assert abs(found - 1.4032) < 5e-5 and abs(found - 1.4043) < 2e-3  # draws: noise 1e-3
    assert abs(nll - 0.8612) < 2e-4 and found > nll


@verifies(
    "eq-vlb-joint",
    against="the KL of the two Gaussians of five numbers, three models",
    wrong="the entropy added; no entropy; the KL of the last frames",
)
def test_joint(compare):
    joint, entropy, ends = kl_divergence(P, Q), END_P.entropy(), kl_divergence(END_P, END_Q)
    for wrong in (sum(bill()) + entropy, sum(bill()), ends):
        compare(sum(bill()) - entropy, joint, tol=1e-9, wrong=wrong)
    for slope in (0.5, 0.8, 0.95):
        q = backward(slope)
        frames = [kl_divergence(law(*forward(), slice(n)), law(*q, slice(n))) for n in range(1, 6)]
        assert all(a < b for a, b in pairwise(frames))
    assert abs(joint - 0.6774) < 1e-4 and abs(ends - 0.1355) < 1e-4


@verifies(
    "eq-vlb-frames",
    against="the difference of the two KLs; the average by Gauss-Hermite quadrature",
    wrong="frames conditioned on x_0 averaged over the model's x_0",
)
def test_frames(compare):
    node, weight = hermegauss(20)
    weight = torch.tensor(weight / weight.sum())

    def average(mean, std):
        each = [kl_divergence(given(mean + std * z, P), given(mean + std * z, Q)) for z in node]
        return weight @ torch.stack(each)

    expected = kl_divergence(P, Q) - kl_divergence(END_P, END_Q)
    found = average(MEAN, STD)
    compare(found, expected, tol=1e-9, wrong=average(END_Q.mean, END_Q.stddev))


@verifies(
    "eq-vlb-cross",
    against="differences of the joint KL between models: the constant drops out",
    wrong="the last step left out; a plus sign",
)
def test_cross(compare):
    def losses(slope):
        rows = [(EYE[i - 1] - slope * EYE[i], -SHIFT * i, WIDTH[i - 1]) for i in range(1, 5)]
        return torch.stack([cross(*row) for row in rows])

    def joint(slope):
        return kl_divergence(P, law(*backward(slope)))

    change = losses(0.6) - losses(0.9)
    expected = joint(0.6) - joint(0.9)
    compare(change.sum(), expected, tol=1e-9, wrong=change[1:].sum())
    compare(change.sum(), expected, tol=1e-9, wrong=-change.sum())


@verifies(
    "eq-vlb-three",
    against="the chain from x_0 to x_10 by quadrature, one step after the other",
    wrong="x_9 and x_10 drawn apart from each other, each by a jump",
)
def test_three(compare):
    x = torch.linspace(-8, 8, 1601, dtype=torch.float64)
    node, weight = map(torch.from_numpy, hermite(40))
    data = normal(torch.from_numpy(MEANS), torch.from_numpy(STDS)).log_prob(x[:, None]).exp()
    data = data @ torch.from_numpy(WEIGHTS)

    def carried(density, a, b):
        """The law of a x + b eps."""
        return torch.trapezoid(density * normal(a * x, b).log_prob(x[:, None]).exp(), x)

    def value(x_9, x_10):
        return normal(torch.tanh(x_10), 0.37).log_prob(x_9)

    x_9 = data
    for a, b in zip(A20[:9], B20[:9], strict=True):
        x_9 = carried(x_9, a, b)
    each = value(x[:, None], A * x[:, None] + B * node) @ weight
    jump = carried(data, LOW, (1 - LOW**2).sqrt())
    apart = value(x[:, None], x) @ carried(data, HIGH, TOP) * 0.01
    expected, found, wrong = (
        torch.trapezoid(v, x) for v in (x_9 * each, jump * each, jump * apart)
    )
    compare(found, expected, tol=1e-9, wrong=wrong)


# -- step 10 of twenty, data gm1() -----------------------------------------------------------------

B20 = torch.linspace(0.1, 0.5, 20, dtype=torch.float64)
A20 = (1 - B20**2).sqrt()
A, B, LOW, HIGH = A20[9], B20[9], A20[:9].prod(), A20[:10].prod()
TOP = (1 - HIGH**2).sqrt()  # sigma_bar_10
TOLD = B**2 * (1 - LOW**2) / TOP**2  # sigma^2(10)
S = 0.37
NETS = (lambda x: x.tanh() + 0.3 * x, lambda x: 0.1 * x, torch.sin)


def step_ten():
    """Quadrature weights and x_0, x_9, x_10, eps_10: (80, 40, 40) all together."""
    x_0, eps_9, eps_10, mass = map(torch.from_numpy, gm1_and_two_noises(40))
    x_9 = LOW * x_0 + (1 - LOW**2).sqrt() * eps_9
    return mass, x_0, x_9, A * x_9 + B * eps_10, eps_10


def losses(net):
    """Direct, with two noises, with one (plain averages), and towards the told mean."""
    mass, x_0, x_9, x_10, eps_10 = step_ten()
    mu = (x_10 - B * net(x_10)) / A
    told = LOW * x_0 + A * (1 - LOW**2) / TOP**2 * (x_10 - HIGH * x_0)
    eps = (x_10 - HIGH * x_0) / TOP
    targets = (x_9, mu), (eps_10, net(x_10)), (eps, TOP / B * net(x_10)), (told, mu)
    direct, two, one, given_x0 = ((mass * (a - b) ** 2).sum() for a, b in targets)
    kl = (mass * kl_divergence(normal(told, TOLD.sqrt()), normal(mu, S))).sum()
    cross = -(mass * normal(mu, S).log_prob(x_9)).sum()
    return direct / (2 * S**2), two, one, given_x0 / (2 * S**2), cross - kl


@verifies(
    "eq-vlb-two",
    against="E|x_{i-1} - mu|^2 / (2 s^2) by quadrature, three nets: .571 for the first",
    wrong="factor 1/2 dropped (E3-22)",
)
def test_two(compare):
    for net in NETS:
        direct, two, *_ = losses(net)
        found = B**2 / (2 * A**2 * S**2) * two
        compare(found, direct, tol=1e-9, wrong=2 * found)
    assert abs(losses(NETS[0])[0] - 0.571) < 5e-4


@verifies(
    "eq-vlb-one",
    against="E|x_{i-1} - mu|^2 / (2 s^2) by quadrature, three nets",
    wrong="s^4 as printed (E3-23), 1.06; no constant; the constant with beta^2",
)
def test_one(compare):
    for net in NETS:
        direct, _, one, told, _ = losses(net)
        square, constant = B**4 / (2 * A**2 * S**2 * TOP**2) * one, TOLD / (2 * S**2)
        printed = B**4 / (2 * A**2 * S**4) * one + constant
        for wrong in (printed, square, square + B**2 / (2 * S**2)):
            compare(square + constant, direct, tol=1e-6, wrong=wrong)
        assert abs(square - told) < 1e-6  # the other route has no constant
        if net is NETS[0]:
            assert abs(printed - 1.06) < 5e-3


@verifies(
    "eq-vlb-routes",
    against="both losses in nats by quadrature, three nets",
    wrong="the entropy without e; of the forward step; the squares' constant alone",
)
def test_routes(compare):
    entropy = 0.5 * torch.log(2 * math.pi * math.e * TOLD)
    for net in NETS:
        differ = losses(net)[-1]
        compare(entropy, differ, tol=1e-6, wrong=entropy - 0.5)
        compare(entropy, differ, tol=1e-6, wrong=normal(0.0, B).entropy())
        compare(entropy, differ, tol=1e-6, wrong=TOLD / (2 * S**2))


@verifies(
    "eq-vlb-prior",
    against="the KL of two Gaussians in three dimensions",
    wrong="the dimension left out; the signal not squared; the log's sign",
)
def test_prior(compare):
    x, bar = torch.tensor([0.5, -1.2, 0.8], dtype=torch.float64), 0.3
    v = 1 - bar**2
    expected = kl_divergence(
        MultivariateNormal(bar * x, v * torch.eye(3).double()),
        MultivariateNormal(torch.zeros(3).double(), torch.eye(3).double()),
    )

    def formula(dims=3, signal=bar**2, sign=-1):
        return 0.5 * (signal * (x @ x) + dims * (v - 1 + sign * math.log(v)))

    compare(formula(), expected, tol=1e-12, wrong=formula(dims=1))
    compare(formula(), expected, tol=1e-12, wrong=formula(signal=bar))
    compare(formula(), expected, tol=1e-12, wrong=formula(sign=1))


def step_cost(gap, variance, s2, dims=3):
    rho = variance / s2
    return gap / (2 * s2) + dims / 2 * (rho - 1 - rho.log())


@verifies(
    "eq-vlb-step",
    against="the KL of two Gaussians in three dimensions",
    wrong="the ratio turned over; no half; standard deviations in the ratio",
)
def test_step(compare):
    gap, v, s2 = (
        torch.tensor([0.2, -0.1, 0.4], dtype=torch.float64),
        torch.tensor(0.3, dtype=torch.float64),
        0.5,
    )
    eye = torch.eye(3).double()
    expected = kl_divergence(
        MultivariateNormal(gap, v * eye), MultivariateNormal(0 * gap, s2 * eye)
    )
    square = gap @ gap
    found, rest = step_cost(square, v, s2), step_cost(0 * square, v, s2)
    compare(
        found, expected, tol=1e-12, wrong=found - rest + step_cost(0 * square, s2 / v, 1 + 0 * v)
    )
    compare(found, expected, tol=1e-12, wrong=found + rest)
    rho = (v / s2).sqrt()
    compare(found, expected, tol=1e-12, wrong=found - rest + 1.5 * (rho - 1 - rho.log()))


@verifies(
    "eq-vlb-best",
    against="the cheapest of 20,000 variances tried",
    wrong="the dimension left out; the lemma's variance alone; the mean square error alone",
)
def test_best(compare):
    gap, v = torch.tensor(0.21, dtype=torch.float64), torch.tensor(0.3, dtype=torch.float64)
    tried = torch.linspace(0.05, 1.0, 20_001, dtype=torch.float64)
    expected = tried[step_cost(gap, v, tried).argmin()]
    for wrong in (v + gap, v, gap / 3):
        compare(v + gap / 3, expected, tol=1e-4, wrong=wrong)


@verifies(
    "eq-vlb-decoder",
    against="Gaussian samples rounded to the nearest of 17 levels, ends held",
    wrong="density times the gap; the whole gap for half; ends closed",
)
def test_decoder(compare):
    k = np.arange(17)
    mean, std, gap = -0.9, 0.08, 2 / 16

    def shares(h, open_ends=True):
        law = normal(mean, std)
        upper, lower = (law.cdf(torch.tensor(-1 + gap * k + d)) for d in (h, -h))
        if open_ends:
            upper[-1], lower[0] = 1.0, 0.0
        return upper - lower

    g = torch.Generator().manual_seed(0)
    drawn = mean + std * torch.randn(4_000_000, generator=g, dtype=torch.float64)
    nearest = ((drawn + 1) / gap).round().clamp(0, 16).long()
    counted = torch.bincount(nearest, minlength=17) / len(drawn)
    found = shares(gap / 2)
    density = normal(mean, std).log_prob(torch.tensor(-1 + gap * k)).exp() * gap
    assert abs(found.sum() - 1) < 1e-12
    noise = 5 * 0.5 / math.sqrt(len(drawn))  # at most: five standard errors of a share
    compare(found, counted, tol=noise, wrong=density)
    compare(found, counted, tol=noise, wrong=shares(gap))
    compare(found, counted, tol=noise, wrong=shares(gap / 2, open_ends=False))
