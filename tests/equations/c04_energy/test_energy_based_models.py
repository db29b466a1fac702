"""The equations of the section on energy-based models, each against something independent."""

import math

import numpy as np
import torch
from references import hermite
from scipy.integrate import quad
from torch import nn
from verification import verifies

from dgm_lessons.energy import EnergyModel, contrastive_divergence, energy_score_matching
from dgm_lessons.mixtures import GaussianMixture, gm1

DEFINITIONS = {
    "eq-ebm-density": "defines the model and its partition function",
    "eq-ebm-cd": "defines an estimate; the loss that has it as gradient is tested in test_energy",
}

LINE = torch.linspace(-9, 9, 6001, dtype=torch.float64)
STEP = LINE[1] - LINE[0]
DATA = gm1()
P = DATA.log_prob(LINE[:, None]).exp()
TWO = GaussianMixture([0.35, 0.65], [[-1.2, -0.6], [1.0, 0.8]], [0.35, 0.5])


def network(seed=0):
    """A bounded network on a parabola, and its parameters."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Linear(1, 6), nn.Tanh(), nn.Linear(6, 1)).double()
    model = EnergyModel(lambda x: net(x)[:, 0] + x.square().sum(1) / 4)
    return model, tuple(net.parameters())


def slopes(value, parameters):
    found = torch.autograd.grad(value, parameters, materialize_grads=True)
    return torch.cat([part.flatten() for part in found])


def mean_under(density, values):
    return torch.trapezoid(density * values, LINE)


def energy(x):
    """Plain numbers, for scipy's quadrature: a lopsided double well."""
    return (x * x - 1.5) ** 2 + 0.4 * x


@verifies("eq-ebm-shift", against="Z and densities by adaptive quadrature", wrong="exp(+c)")
def test_shift(compare):
    c = 1.3
    z, shifted = (quad(lambda x, k=k: math.exp(-energy(x) - k), -6, 6)[0] for k in (0, c))
    compare(math.exp(-c) * z, shifted, tol=1e-8, wrong=math.exp(c) * z)
    for x in (-1.0, 0.2):
        before, after = math.exp(-energy(x)) / z, math.exp(-energy(x) - c) / shifted
        compare(before, after, tol=1e-8, wrong=math.exp(-energy(x)) / shifted)


@verifies("eq-ebm-valley", against="masses by adaptive quadrature", wrong="the sign of delta")
def test_valley(compare):
    depth, place = 0.9, 1.1

    def integral(low, high, lower):
        return quad(lambda x: math.exp(-energy(x) + lower), low, high)[0]

    inside, outside = integral(-6, 0, 0), integral(0, 6, 0)
    mass = inside / (inside + outside)
    deeper = integral(-6, 0, depth)
    after = deeper / (deeper + outside)

    def formula(delta):
        total = 1 - mass + mass * math.exp(delta)
        return mass * math.exp(delta) / total, 1 / total

    (right, factor), (wrong, off) = formula(depth), formula(-depth)
    compare(right, after, tol=1e-8, wrong=wrong)
    p = math.exp(-energy(place)) / (inside + outside)
    expected = math.exp(-energy(place)) / (deeper + outside)
    compare(p * factor, expected, tol=1e-8, wrong=p * off)


@verifies("eq-ebm-mle", against="KL plus entropy of the data, by quadrature", wrong="minus log Z")
def test_mle(compare):
    model, _ = network()
    with torch.no_grad():
        e = model(LINE[:, None])
        log_z = torch.trapezoid((-e).exp(), LINE).log()
        log_q = (-e).exp().div(torch.trapezoid((-e).exp(), LINE)).log()
    log_p = DATA.log_prob(LINE[:, None])
    expected = mean_under(P, log_p - log_q) - mean_under(P, log_p)
    found = mean_under(P, e) + log_z
    compare(found, expected, tol=1e-6, wrong=found - 2 * log_z)


@verifies("eq-ebm-gradient", against="autograd through the grid", wrong="the sign of a half")
def test_gradient(compare):
    model, parameters = network()
    x = DATA.sample(100, torch.Generator().manual_seed(0), torch.float64)
    exact = slopes(
        model(x).mean() + torch.trapezoid((-model(LINE[:, None])).exp(), LINE).log(), parameters
    )
    data = slopes(model(x).mean(), parameters)
    q = (-model(LINE[:, None])).exp().detach()
    fantasy = slopes(mean_under(q / torch.trapezoid(q, LINE), model(LINE[:, None])), parameters)
    compare(data - fantasy, exact, tol=1e-9, wrong=data + fantasy)
    compare(data - fantasy, exact, tol=1e-9, wrong=fantasy - data)


@verifies(
    "eq-ebm-cd-limit",
    against="one Langevin step averaged over its noise by Gauss-Hermite",
    wrong="the Laplacian's sign",
)
def test_cd_limit(compare):
    """Autograd of the right side; the left by exact averages, for steps that shrink."""
    model, parameters = network()
    node, weight = (torch.from_numpy(part) for part in hermite(24))
    x = torch.tensor([0.3, -1.4, 2.0], dtype=torch.float64)[:, None]
    right = slopes(energy_score_matching(model, x), parameters)
    flipped = EnergyModel(lambda x: -model(x))
    wrong = slopes(energy_score_matching(flipped, x), parameters)
    scale = float(right.norm())

    def left(eta):
        moved = x + eta * model.score(x).detach() + math.sqrt(2 * eta) * node  # (3, 24)
        after = (weight * model(moved.reshape(-1, 1)).reshape(moved.shape)).sum(1)
        return slopes((model(x) - after).mean(), parameters) / eta

    first, second = left(1e-3), left(5e-4)
    assert (first - right).norm() / (second - right).norm() > 1.8  # the rest is of order eta
    compare((2 * second - first) / scale, right / scale, tol=1e-4, wrong=wrong / scale)


@verifies("eq-ebm-score", against="the closed form of a mixture", wrong="the sign")
def test_score(compare):
    x = 2 * torch.randn(30, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = EnergyModel(lambda x: 4.2 - TWO.log_prob(x)).score(x)
    compare(found, TWO.score(x), tol=1e-10, wrong=-found)


@verifies(
    "eq-ebm-sm",
    against="the explicit loss by quadrature, for two energies: their difference",
    wrong="plus the trace, and no half",
)
def test_score_matching(compare):
    explicit, right, plus, whole = [], [], [], []
    for seed in (0, 1):
        model, _ = network(seed)
        x = LINE[:, None].clone().requires_grad_(True)
        (slope,) = torch.autograd.grad(model(x).sum(), x, create_graph=True)
        (bend,) = torch.autograd.grad(slope.sum(), x)
        slope, bend = slope[:, 0].detach(), bend[:, 0]
        target = DATA.score(LINE[:, None])[:, 0]
        explicit.append(mean_under(P, (-slope - target) ** 2 / 2))
        right.append(mean_under(P, -bend + slope**2 / 2))
        plus.append(mean_under(P, bend + slope**2 / 2))
        whole.append(mean_under(P, -bend + slope**2))
    gap = [a - b for a, b in (explicit, right, plus, whole)]
    compare(gap[1], gap[0], tol=1e-5, wrong=gap[2])
    compare(gap[1], gap[0], tol=1e-5, wrong=gap[3])


@verifies("eq-ebm-line", against="the log-density of a mixture in the plane", wrong="half the way")
def test_line(compare):
    x0 = torch.tensor([-1.0, 0.7], dtype=torch.float64)
    node, weight = np.polynomial.legendre.leggauss(60)
    u = torch.from_numpy((node + 1) / 2)[:, None]
    for x in ((0.9, -0.4), (2.0, 2.0)):
        way = torch.tensor(x, dtype=torch.float64) - x0
        slope = (TWO.score(x0 + u * way) * way).sum(1)
        integral = (torch.from_numpy(weight / 2) * slope).sum()
        start, end = TWO.log_prob(torch.stack([x0, x0 + way]))
        compare(start + integral, end, tol=1e-8, wrong=start + integral / 2)


def test_the_surrogate_of_contrastive_divergence_has_that_gradient():
    model, parameters = network()
    x = DATA.sample(50, torch.Generator().manual_seed(0), torch.float64)
    loss, walkers = contrastive_divergence(model, x, x[:30], 2, 0.02, torch.Generator())
    expected = slopes(model(x).mean(), parameters) - slopes(model(walkers).mean(), parameters)
    torch.testing.assert_close(slopes(loss, parameters), expected)
