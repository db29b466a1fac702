"""The equations of the section on model families, each against something independent."""

import math

import torch
from torch.distributions import Normal
from verification import verifies

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.divergences import js
from dgm_lessons.mixtures import gm1, ring
from dgm_lessons.processes import EDM
from dgm_lessons.samplers import ancestral_moments, euler_maruyama_moments

DEFINITIONS = {
    "eq-families-game": "defines the game; its value is checked",
}

X = torch.linspace(-9, 9, 3601, dtype=torch.float64)
DATA = gm1()
P = DATA.log_prob(X[:, None]).exp()


def normal(mean, std, at=X):
    """Density of a Gaussian whose numbers are not rounded to float32."""
    mean, std = (torch.as_tensor(v, dtype=torch.float64) for v in (mean, std))
    return Normal(mean, std).log_prob(at).exp()


def integral(values, x=X):
    return torch.trapezoid(values, x)


def draws(n, seed=0):
    return torch.randn(n, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def moments(density):
    """Mean and variance of a density on the grid."""
    mean = integral(density * X)
    return torch.stack([mean, integral(density * (X - mean) ** 2)])


@verifies(
    "eq-families-ebm-gradient",
    against="the slope of the loss by finite differences, Z by quadrature",
    wrong="the two averages exchanged; the model's average left out",
)
def test_ebm_gradient(compare):
    def energy(a, b):
        return a * X**2 / 2 + b * torch.sin(2 * X)

    def loss(a, b):
        return integral(P * energy(a, b)) + integral(torch.exp(-energy(a, b))).log()

    a, b, h = 0.8, 0.7, 1e-5
    expected = [(loss(a + h, b) - loss(a - h, b)) / (2 * h)]
    expected += [(loss(a, b + h) - loss(a, b - h)) / (2 * h)]
    model = torch.exp(-energy(a, b))
    model = model / integral(model)
    slopes = torch.stack([X**2 / 2, torch.sin(2 * X)])
    real, dreamt = integral(P * slopes), integral(model * slopes)
    compare(real - dreamt, expected, tol=1e-7, wrong=dreamt - real)
    compare(real - dreamt, expected, tol=1e-7, wrong=real)


def two_correlated(x):
    """log N(x; 0, [[1, r], [r, 1]]), r = 0.8."""
    covariance = torch.tensor([[1.0, 0.8], [0.8, 1.0]], dtype=torch.float64)
    law = torch.distributions.MultivariateNormal(torch.zeros(2, dtype=torch.float64), covariance)
    return law.log_prob(x)


@verifies(
    "eq-families-chain",
    against="the joint density of two correlated Gaussians",
    wrong="the product of the marginals",
)
def test_chain(compare):
    x = draws(40).reshape(-1, 2)
    first = normal(0.0, 1.0, x[:, 0])
    given = normal(0.8 * x[:, 0], 0.6, x[:, 1])
    compare(first * given, two_correlated(x).exp(), tol=1e-12, wrong=first * normal(0, 1, x[:, 1]))


@verifies(
    "eq-families-bins",
    against="the mass of a cell by quadrature over it, divided by its area",
    wrong="the widths added; counted once",
)
def test_bins(compare):
    width, fine = 0.25, (torch.arange(50, dtype=torch.float64) + 0.5) / 50
    low = torch.tensor([0.5, -0.25], dtype=torch.float64)
    points = low + width * torch.cartesian_prod(fine, fine)
    expected = two_correlated(points).exp().mean().log()  # the mean density of the cell
    strip = (low[0] + width * fine)[:, None]
    first = normal(0.0, 1.0, strip).mean() * width
    ends = (low[1] + width * torch.tensor([0.0, 1.0], dtype=torch.float64) - 0.8 * strip) / 0.6
    share = torch.special.ndtr(ends[:, 1]) - torch.special.ndtr(ends[:, 0])
    second = (share * normal(0.0, 1.0, strip)[:, 0]).sum() / normal(0.0, 1.0, strip).sum()
    log_mass = first.log() + second.log()
    found = log_mass - 2 * math.log(width)
    compare(found, expected, tol=1e-4, wrong=log_mass + 2 * math.log(width))
    compare(found, expected, tol=1e-4, wrong=log_mass - math.log(width))


def shift_and_log_scale(a):
    return torch.sin(2 * a), 0.5 * torch.cos(3 * a)


def couple(x):
    """One affine coupling towards noise, (B, 2) to (B, 2), and its log-determinant as printed."""
    b, s = shift_and_log_scale(x[:, 0])
    return torch.stack([x[:, 0], (x[:, 1] - b) * torch.exp(-s)], 1), -s


@verifies(
    "eq-families-flow",
    against="the mass of the pushed law over the plane, and over a part of it by quadrature",
    wrong="the determinant of the forward map; no determinant",
)
def test_flow(compare):
    axis = torch.linspace(-7, 7, 701, dtype=torch.float64)
    z, log_det = couple(torch.cartesian_prod(axis, axis))
    bell = -(z**2).sum(1) / 2 - math.log(2 * math.pi)

    def mass(log_p, inside):
        return (log_p.exp() * inside).sum() * (axis[1] - axis[0]) ** 2

    x2 = axis.repeat(701)
    everywhere, above = torch.ones_like(x2), (x2 > 0.91).double()  # half-way between two points
    b, s = shift_and_log_scale(X)
    beyond = integral(normal(0.0, 1.0) * torch.special.ndtr((b - 0.91) * torch.exp(-s)))
    for inside, expected in ((everywhere, 1.0), (above, beyond)):
        found = mass(bell + log_det, inside)
        compare(found, expected, tol=1e-3, wrong=mass(bell - log_det, inside))
        compare(found, expected, tol=1e-3, wrong=mass(bell, inside))


@verifies(
    "eq-families-coupling",
    against="the Jacobian by automatic differentiation; the layer undone",
    wrong="plus the sum of s",
)
def test_coupling(compare):
    x = draws(20, seed=2).reshape(-1, 2)
    jacobian = torch.func.vmap(torch.func.jacrev(lambda row: couple(row[None])[0][0]))(x)
    z, log_det = couple(x)
    compare(log_det, jacobian.det().abs().log(), tol=1e-12, wrong=-log_det)
    b, s = shift_and_log_scale(z[:, 0])
    compare(b + z[:, 1] * s.exp(), x[:, 1], tol=1e-12, wrong=b + z[:, 1] * (-s).exp())


@verifies(
    "eq-families-best-discriminator",
    against="the best of 100,001 values between 0 and 1, point by point",
    wrong="the fake's share; the ratio p / q held below 1",
)
def test_best_discriminator(compare):
    p, q = P[1300:2300:50], normal(0.0, 1.298)[1300:2300:50]
    d = torch.linspace(0, 1, 100_001, dtype=torch.float64)[1:-1]
    payoff = p[:, None] * d.log() + q[:, None] * torch.log1p(-d)
    expected = d[payoff.argmax(1)]
    compare(p / (p + q), expected, tol=2e-5, wrong=q / (p + q))
    compare(p / (p + q), expected, tol=2e-5, wrong=(p / q).clamp(max=1))


@verifies(
    "eq-families-game-value",
    against="the game against the best discriminator, by quadrature, for three pairs of laws",
    wrong="JS once; log 2 for log 4; and 0.01 below with any other discriminator",
)
def test_game_value(compare):
    for q in (normal(0.0, 1.298), normal(1.0, 0.5), normal(-3.0, 0.3)):
        best = P / (P + q), q / (P + q)

        def game(real, fake, q=q):
            return integral(torch.xlogy(P, real) + torch.xlogy(q, fake))

        value, divergence = game(*best), js(P, q, X)
        found = 2 * divergence - math.log(4)
        compare(found, value, tol=1e-9, wrong=divergence - math.log(4))
        compare(found, value, tol=1e-9, wrong=2 * divergence - math.log(2))
        assert game(*(0.8 * d + 0.1 for d in best)) < value - 0.01
    compare(2 * js(P, P, X) - math.log(4), -math.log(4), tol=1e-12)


@verifies(
    "eq-families-brownian",
    "eq-families-heat",
    against="the noisy mixture in closed form, reached in one jump and in twenty steps",
    wrong="the time for the square root of it, in the kernel and in the step",
)
def test_brownian(compare):
    T = 2.0
    x = X[::4]
    data, expected = P[::4], DATA.diffuse(1.0, math.sqrt(T)).log_prob(x[:, None]).exp()

    def spread(density, std):
        """The law of x + std eps."""
        return integral(density * normal(x, std, x[:, None]), x)

    compare(spread(data, math.sqrt(T)), expected, tol=1e-9, wrong=spread(data, T))
    law = too_narrow = data
    for _ in range(20):
        law, too_narrow = spread(law, math.sqrt(T / 20)), spread(too_narrow, T / 20)
    compare(law, expected, tol=1e-6, wrong=too_narrow)


@verifies(
    "eq-families-back",
    against="the change of the law in time, minus half its second derivative, for a vanishing step",
    wrong="half the drift, which is the flow's; no drift; its sign; 5 per cent more",
)
def test_back(compare):
    x = X[::4]
    inside = x.abs() < 7  # where the ends of the grid are not felt
    for time in (0.3, 2.0):
        law = DATA.diffuse(1.0, math.sqrt(time))
        p, score = law.log_prob(x[:, None]).exp(), law.score(x[:, None])[:, 0]
        expected = -p * (law.hessian(x[:, None])[:, 0, 0] + score**2) / 2

        def rate(drift, delta, p=p, score=score):
            """How fast the law changes in one step of this length."""
            kernel = normal(x + drift * delta * score, math.sqrt(delta), x[:, None])
            return (integral(kernel * p, x) - p) / delta

        def limit(drift, rate=rate):
            """The rate for a step towards zero: its error falls with the square of the step."""
            return (2 * rate(drift, 0.0005) - rate(drift, 0.001))[inside]

        for wrong in (0.5, 0.0, -1.0, 1.05):
            compare(limit(1.0), expected[inside], tol=2e-4, wrong=limit(wrong))


@verifies(
    "eq-families-dialects",
    against="the chain's posterior from the package, the other drift by Tweedie's formula, "
    "and the ratio of both widths as the step shrinks",
    wrong="x_hat in place of x_hat minus x; half the score; the widths' ratio squared",
)
def test_dialects(compare):
    data, process = ring(8), EDM()
    denoiser = ExactDenoiser(data, process)
    x = 2 * draws(60, seed=5).reshape(-1, 2)
    s, t = 0.9, 0.7
    delta, clean = s**2 - t**2, denoiser(x, s)
    decoded = x + delta / s**2 * (clean - x)
    climbed = x + delta * data.diffuse(1.0, s).score(x)
    mean, std = ancestral_moments(denoiser, x, s, t)
    compare(decoded, mean, tol=1e-9, wrong=x + delta / s**2 * clean)
    compare(climbed, mean, tol=1e-9, wrong=x + (climbed - x) / 2)
    compare(t / s * math.sqrt(delta), std, tol=1e-9, wrong=(t / s) ** 2 * math.sqrt(delta))
    near = s - 1e-5  # the step of the stochastic equation, where delta = g^2 |dt|
    small = s**2 - near**2
    mean, std = euler_maruyama_moments(denoiser, x, s, near)
    score = data.diffuse(1.0, s).score(x)
    compare((x + small * score - mean) / small, 0 * x, tol=1e-3, wrong=-score / 2)
    compare(math.sqrt(small) / std, 1.0, tol=1e-4, wrong=small / std)
