"""The equations of the section on hierarchical VAEs, each against something independent."""

import math

import torch
from references import kl_normal, normal
from torch.distributions import MultivariateNormal
from verification import verifies

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import GaussianMixture
from dgm_lessons.processes import DiscreteProcess
from dgm_lessons.vae import HVAE, LinearHVAE, LinearVAE, gaussian, gaussian_kl

DEFINITIONS = {
    "eq-hvae-generator": "defines the generator, from the top down",
    "eq-hvae-encoder": "defines the encoder, from the bottom up",
    "eq-hvae-aggregate": "defines the law of all codes",
    "eq-hvae-free-bits": "defines the price with an allowance",
    "eq-hvae-frozen": "defines the frozen encoder",
    "eq-hvae-decoder": "defines the decoder by the encoder turned round",
}

W, S = (0.9, 0.7, 1.2), (0.4, 0.5, 0.6)
A, B = (0.8, 0.5, 0.6), (0.5, 0.7, 0.6)
X = torch.linspace(-2, 2, 5, dtype=torch.float64)[:, None]
Z = torch.linspace(-7, 7, 701, dtype=torch.float64)
STEP = (Z[1] - Z[0]).item()
Z1, Z2 = Z[:, None], Z[None, :]


def covariance(w, s):
    """Of (z_0, ..., z_L) in the linear chain, by writing each as a sum of noises."""
    rows = [torch.eye(len(w) + 1, dtype=torch.float64)[-1]]  # z_L
    for i in reversed(range(len(w))):
        row = w[i] * rows[0]
        row[i] = s[i]
        rows.insert(0, row)
    mixing = torch.stack(rows)
    return mixing @ mixing.T


@verifies(
    "eq-hvae-variance",
    against="the covariance of all codes, each a sum of noises",
    wrong="the slope not squared",
)
def test_variance(compare):
    found, wrong = [1.0], [1.0]
    for w, s in zip(W[::-1], S[::-1], strict=True):
        found.insert(0, w**2 * found[0] + s**2)
        wrong.insert(0, w * wrong[0] + s**2)
    expected = covariance(W, S).diagonal()
    compare(found, expected, tol=1e-12, wrong=wrong)
    compare(LinearHVAE(W, S).variances(), expected, tol=1e-12)


def bent_chain(x):
    """log q and log p of a two-floor chain with bent maps on the grid, each (701, 701)."""
    up = normal(torch.tanh(x), 0.6).log_prob(Z1) + normal(torch.sin(Z1), 0.5).log_prob(Z2)
    down = normal(1.3 * torch.sin(Z2), 0.7).log_prob(Z1) + normal(0.0, 1.0).log_prob(Z2)
    return up, down, normal(Z1 + 0.3 * Z1**2, 0.5).log_prob(x)


def over_both(values):
    return values.sum() * STEP**2


@verifies(
    "eq-hvae-elbo",
    against="the evidence of a bent chain by quadrature: how far above it the bound comes; "
    "the closed form of the linear chain",
    wrong="the log outside the average, off the linear bound by the whole gap",
)
def test_elbo(compare):
    for x in X[:, 0]:
        up, down, seen = bent_chain(x)
        evidence = over_both((down + seen).exp()).log()
        bound = over_both(up.exp() * (down + seen - up))
        compare((bound - evidence).clamp(min=0), 0.0, tol=1e-9)
    for x in X:
        up = normal(A[0] * x, B[0]).log_prob(Z1) + normal(A[1] * Z1, B[1]).log_prob(Z2)
        joint = normal(W[1] * Z2, S[1]).log_prob(Z1) + normal(0.0, 1.0).log_prob(Z2)
        joint = joint + normal(W[0] * Z1, S[0]).log_prob(x)
        found = over_both(up.exp() * (joint - up))
        seen, prices = LinearHVAE(W[:2], S[:2]).elbo(x[None], A[:2], B[:2])
        wrong = over_both(up.exp() * (joint - up).exp()).log()
        compare((seen - prices.sum(1))[0], found, tol=1e-9, wrong=wrong)


@verifies(
    "eq-hvae-best-encoder",
    against="regression of each code on the one below, from the covariance of all codes",
    wrong="the two variances swapped",
)
def test_best_encoder(compare):
    c = covariance(W, S)
    v = c.diagonal()
    slope = c.diagonal(1) / v[:-1]
    expected = torch.stack([slope, v[1:] - slope**2 * v[:-1]])
    w, s = torch.tensor(W, dtype=torch.float64), torch.tensor(S, dtype=torch.float64)
    found = torch.stack([w * v[1:] / v[:-1], s**2 * v[1:] / v[:-1]])
    wrong = torch.stack([w * v[:-1] / v[1:], s**2 * v[:-1] / v[1:]])
    compare(found, expected, tol=1e-12, wrong=wrong)
    a, b = LinearHVAE(W, S).best_encoder()
    compare([a, [width**2 for width in b]], expected, tol=1e-12)
    seen, prices = LinearHVAE(W, S).elbo(X, a, b)
    ceiling = MultivariateNormal(torch.zeros(1).double(), c[:1, :1]).log_prob(X)
    compare(seen - prices.sum(1), ceiling, tol=1e-12)


class Bent(torch.nn.Module):
    """A Gaussian whose mean is a function of what it is given."""

    def __init__(self, mean, std):
        super().__init__()
        self.mean, self.std = mean, std

    def forward(self, z):
        return torch.cat([self.mean(z), torch.full_like(z, 2 * math.log(self.std))], 1)


@verifies(
    "eq-hvae-ratios",
    against="the whole bound of a bent chain by quadrature; draws of the package's HVAE",
    wrong="KLs between neighbours, with the floor above held",
)
def test_ratios(compare):
    for x in X[::2, 0]:
        up, down, seen = bent_chain(x)
        q, first = up.exp(), normal(torch.tanh(x), 0.6).log_prob(Z1)
        ratio = first - normal(1.3 * torch.sin(Z2), 0.7).log_prob(Z1)
        top = kl_normal(torch.sin(Z1), 0.5, 0.0, 1.0)
        found = over_both(q * (seen - ratio - top))
        expected = over_both(q * (down + seen - up))
        held = kl_normal(torch.tanh(x), 0.6, 1.3 * torch.sin(Z2), 0.7)
        wrong = over_both(q * (seen - held - top))
        compare(found, expected, tol=1e-8, wrong=wrong)
    chain = HVAE(
        [Bent(torch.tanh, 0.6), Bent(torch.sin, 0.5)],
        [_Mean(lambda z: z + 0.3 * z**2), Bent(lambda z: 1.3 * torch.sin(z), 0.7)],
        gaussian(0.5),
    )
    g, n = torch.Generator().manual_seed(0), 200_000
    seen, prices = chain.elbo(X[-1:].expand(n, 1), g)
    bound = seen - prices.sum(1)
    noise = 5 * bound.std().item() / math.sqrt(n)
    compare(bound.mean(), expected, tol=noise, wrong=wrong)


class _Mean(torch.nn.Module):
    def __init__(self, mean):
        super().__init__()
        self.mean = mean

    def forward(self, z):
        return self.mean(z)


# two linear floors, as in the erratum: q(z1 | x) = N(M, S1^2), q(z2 | z1) = N(C z1, S2^2)
POINT, M, S1, C, S2, D, R = 1.0, 0.7, 0.6, 0.8, 0.5, 0.9, 0.7
WIDE = math.hypot(C * S1, S2)
GAIN = C * S1**2 / WIDE**2
UP = normal(M, S1).log_prob(Z1) + normal(C * Z1, S2).log_prob(Z2)
DOWN = normal(D * Z2, R).log_prob(Z1) + normal(0.0, 1.0).log_prob(Z2)
SEEN = normal(Z1, 0.5).log_prob(torch.tensor(POINT))


@verifies(
    "eq-hvae-reverse",
    against="Bayes' rule on a grid",
    wrong="z_2 compared with m; the variance not shrunk",
)
def test_reverse(compare):
    expected = (UP - UP.logsumexp(0) - math.log(STEP)).exp()[:, 200:501]  # given z_2 in [-3, 3]

    def turned(gap, shrink):
        mean = M + GAIN * (Z2 - gap * M)
        return normal(mean, S1 * math.sqrt(shrink)).log_prob(Z1).exp()[:, 200:501]

    found = turned(C, 1 - GAIN * C)
    compare(found, expected, tol=1e-8, wrong=turned(1.0, 1 - GAIN * C))
    compare(found, expected, tol=1e-8, wrong=turned(C, 1.0))


@verifies(
    "eq-hvae-bayes",
    against="the encoder's joint law as it climbs, on a grid",
    wrong="x left out of the condition",
)
def test_bayes(compare):
    def downwards(mean, std):
        """From the top, with q(z_1 | z_2) for z_1 ~ N(mean, std^2)."""
        wide = math.hypot(C * std, S2)
        gain = C * std**2 / wide**2
        back = normal(mean + gain * (Z2 - C * mean), std * math.sqrt(1 - gain * C))
        return (normal(C * M, WIDE).log_prob(Z2) + back.log_prob(Z1)).exp()

    # without x, z_1 has the law of all data: for M ~ N(0, 1) over the data, N(0, 1 + S1^2)
    compare(downwards(M, S1), UP.exp(), tol=1e-9, wrong=downwards(0.0, math.hypot(1.0, S1)))


@verifies(
    "eq-hvae-top-down",
    against="the bound as a log-ratio, by quadrature: -1.645",
    wrong="KLs of the encoder as it climbs: -2.174",
)
def test_top_down(compare):
    q = UP.exp()
    expected = over_both(q * (SEEN + DOWN - UP))
    back, narrow = M + GAIN * (Z2 - C * M), S1 * math.sqrt(1 - GAIN * C)
    price = kl_normal(C * M, WIDE, 0.0, 1.0) + kl_normal(back, narrow, D * Z2, R)
    found = over_both(q * (SEEN - price))
    wrong = over_both(q * (SEEN - kl_normal(M, S1, D * Z2, R) - kl_normal(C * Z1, S2, 0.0, 1.0)))
    compare(found, expected, tol=1e-8, wrong=wrong)
    assert abs(expected + 1.6447) < 1e-4 and abs(wrong + 2.1737) < 1e-4


@verifies(
    "eq-hvae-two-peaks",
    against="the KL to the whole posterior of x = z^2 + 0.1 noise, by quadrature",
    wrong="no log 2",
)
def test_two_peaks(compare):
    z = torch.linspace(-3, 3, 12_001, dtype=torch.float64)
    joint = normal(z**2, 0.1).log_prob(torch.tensor(1.0)) + normal(0.0, 1.0).log_prob(z)
    posterior = joint - torch.trapezoid(joint.exp(), z).log()
    right = torch.where(z > 0, posterior + math.log(2), -math.inf)
    q = normal(0.98, 0.06).log_prob(z)

    def divergence(log_p):
        return torch.trapezoid(torch.where(z > 0, q.exp() * (q - log_p), 0.0), z)

    found, expected = math.log(2) + divergence(right), divergence(posterior)
    compare(found, expected, tol=1e-6, wrong=divergence(right))


V, A1, B1 = 1.7, 0.6, 0.5  # data N(0, V), encoder N(A1 x, B1^2)


@verifies(
    "eq-hvae-linear-information",
    against="the KL of the joint law from the product of its marginals",
    wrong="no half; the width not squared",
)
def test_linear_information(compare):
    joint = torch.tensor([[V, A1 * V], [A1 * V, A1**2 * V + B1**2]], dtype=torch.float64)
    zero = torch.zeros(2, dtype=torch.float64)
    product = MultivariateNormal(zero, joint.diagonal().diag())
    expected = torch.distributions.kl_divergence(MultivariateNormal(zero, joint), product)
    found = 0.5 * math.log(1 + A1**2 * V / B1**2)
    compare(found, expected, tol=1e-12, wrong=math.log(1 + A1**2 * V / B1**2))
    compare(found, expected, tol=1e-12, wrong=0.5 * math.log(1 + A1**2 * V / B1))


@verifies(
    "eq-hvae-three",
    against="the mean bound of the linear VAE, reconstruction minus KL",
    wrong="the crowd's KL left out; the information added",
)
def test_three(compare):
    x = math.sqrt(V) * torch.tensor([[1.0], [-1.0]], dtype=torch.float64)  # exact for quadratics
    seen, pull = LinearVAE(1.3, 0.6).elbo(x, A1, B1)
    total = torch.tensor([[A1**2 * V + B1**2]], dtype=torch.float64)
    crowd = gaussian_kl(torch.zeros_like(total), total.log())[0]
    information = normal(0.0, total.sqrt()).entropy()[0, 0] - normal(0.0, B1).entropy()
    expected = (seen - pull).mean()
    found = seen.mean() - information - crowd
    compare(found, expected, tol=1e-10, wrong=seen.mean() - information)
    compare(found, expected, tol=1e-10, wrong=seen.mean() + information - crowd)


def chain(L=6):
    squared = torch.linspace(3, -4, L, dtype=torch.float64).sigmoid()
    ratio = squared / torch.cat([squared.new_ones(1), squared[:-1]])
    return DiscreteProcess((1 - ratio).sqrt())


@verifies(
    "eq-hvae-snr",
    against="the KL of two Gaussians with the process's posterior moments",
    wrong="no half; the two levels swapped; noise-to-signal for signal-to-noise",
)
def test_snr(compare):
    process, (x0, guess) = chain(), torch.tensor([[[0.7, -1.1]], [[0.2, 0.4]]]).double()
    x_i = torch.tensor([[0.3, -0.5]], dtype=torch.float64)
    miss = ((x0 - guess) ** 2).sum()
    for i in range(2, 7):
        mean, std = process.posterior(x_i, x0, float(i), i - 1.0)
        guessed, _ = process.posterior(x_i, guess, float(i), i - 1.0)
        expected = kl_normal(mean, std.item(), guessed, std.item()).sum()
        low, high = process.snr(i - 1.0), process.snr(float(i))
        found = 0.5 * (low - high) * miss
        for wrong in (
            (low - high) * miss,
            0.5 * (high - low) * miss,
            0.5 * (1 / high - 1 / low) * miss,
        ):
            compare(found, expected, tol=1e-9, wrong=wrong)


@verifies(
    "eq-hvae-ddpm",
    against="the log-ratio bound of the same chain, floor by floor in closed form, Gaussian data",
    wrong="the sum begun at the first step; the KL at the top left out",
)
def test_ddpm(compare):
    process, v, L = chain(), 1.4, 6
    denoiser = ExactDenoiser(GaussianMixture([1.0], [[0.0]], v), process)
    times = torch.arange(1, L + 1, dtype=torch.float64)
    one = torch.ones(1, 1, dtype=torch.float64)
    slope = [denoiser(one, float(i)).item() for i in times]  # the guess is slope * x_i
    w, s = [slope[0]], [(process.sigma(1) / process.alpha(1)).item()]
    for i in range(2, L + 1):  # the decoder's mean is linear in x_i
        mean, std = process.posterior(one, slope[i - 1] * one, float(i), i - 1.0)
        w.append(mean.item())
        s.append(std.item())
    alphas = (1 - process.betas**2).sqrt().tolist()
    seen, prices = LinearHVAE(w, s).elbo(X, alphas, process.betas.tolist())
    alpha, sigma, x2 = process.alpha(times), process.sigma(times), X[:, :1] ** 2
    k = torch.tensor(slope, dtype=torch.float64)
    miss = (1 - k * alpha) ** 2 * x2 + (k * sigma) ** 2  # E (x_0 - guess)^2, (5, L)
    first = normal(0.0, s[0]).log_prob(torch.zeros(1).double()) - miss[:, 0] / (2 * s[0] ** 2)
    top = gaussian_kl(alpha[-1] * X, (2 * sigma[-1].log()).expand_as(X))
    snr = process.snr(times)
    steps = 0.5 * ((snr[:-1] - snr[1:]) * miss[:, 1:]).sum(1)
    found, expected = first - top - steps, seen - prices.sum(1)
    again = 0.5 * (snr[:-1] - snr[1:])[0] * miss[:, 1]
    compare(found, expected, tol=1e-9, wrong=found - again)
    compare(found, expected, tol=1e-9, wrong=found + top)
