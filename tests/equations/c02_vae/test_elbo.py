"""The equations of the section on the ELBO, each against something independent."""

import math

import torch
from references import normal
from verification import verifies

from dgm_lessons.vae import (
    VAE,
    LinearVAE,
    elbo,
    gaussian,
    gaussian_kl,
    importance_weighted_bound,
    reparameterise,
)

DEFINITIONS = {
    "eq-elbo-latent-model": "defines a latent-variable model",
    "eq-elbo-evidence": "defines the evidence; the linear model's is checked against it",
    "eq-elbo-posterior": "defines the posterior, by Bayes' rule",
    "eq-elbo-beta": "defines the weighted objective",
    "eq-elbo-joints": "defines the two joint laws",
}

W, S, A, B, V = 1.3, 0.6, 0.4, 0.5, 1.7
TOTAL = W**2 + S**2


Z = torch.linspace(-9, 9, 6001, dtype=torch.float64)
X = torch.linspace(-2.5, 2.5, 7, dtype=torch.float64)[:, None]
PRIOR = normal(0.0, 1.0).log_prob(Z)
Q = normal(A * X, B).log_prob(Z)  # the encoder on the grid, (7, 6001)


def over_z(values):
    return torch.trapezoid(values, Z)


def log_joint(decoder=lambda z: W * z):
    return normal(decoder(Z), S).log_prob(X) + PRIOR


def evidence(decoder=lambda z: W * z):
    return over_z(log_joint(decoder).exp()).log()


def bent(z):
    return 1.5 * torch.sin(2 * z) + 0.3 * z


def divergence(log_q, log_p):
    return over_z(log_q.exp() * (log_q - log_p))


def draws(n, seed=0):
    return torch.randn(n, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


class Linear(torch.nn.Module):
    """The encoder N(a x, b^2) of the page as a network, or the decoder w z."""

    def __init__(self, slope, width=None):
        super().__init__()
        self.slope, self.width = slope, width

    def forward(self, x):
        if self.width is None:
            return self.slope * x
        return torch.cat([self.slope * x, torch.full_like(x, 2 * math.log(self.width))], 1)


def linear_vae():
    return VAE(Linear(A, B), Linear(W), gaussian(S))


@verifies(
    "eq-elbo-linear-evidence",
    against="the evidence integral by quadrature",
    wrong="standard deviations added",
)
def test_linear_evidence(compare):
    found = normal(0.0, math.sqrt(TOTAL)).log_prob(X[:, 0])
    compare(found, evidence(), tol=1e-9, wrong=normal(0.0, W + S).log_prob(X[:, 0]))
    compare(LinearVAE(W, S).log_prob(X), evidence(), tol=1e-9)


@verifies(
    "eq-elbo-naive-variance",
    against="the second moment by quadrature, and in three dimensions by Monte Carlo",
    wrong="s squared in place of its half",
)
def test_naive_variance(compare):
    def formula(x, half=0.5):
        top = normal(0.0, math.sqrt(W**2 + half * S**2)).log_prob(x).exp()
        p = normal(0.0, math.sqrt(TOTAL)).log_prob(x).exp()
        return (top / (2 * S * math.sqrt(math.pi) * p**2)).prod(-1) - 1

    seen = normal(W * Z, S).log_prob(X).exp()
    mean = over_z(seen * PRIOR.exp())
    expected = over_z(seen**2 * PRIOR.exp()) / mean**2 - 1
    compare(formula(X), expected, tol=1e-9, wrong=formula(X, half=1.0))
    x = torch.tensor([0.5, -1.0, 0.2], dtype=torch.float64)
    z = draws(9_000_000).reshape(-1, 3)
    relative = normal(W * z, S).log_prob(x).sum(1).exp()
    relative = relative / normal(0.0, math.sqrt(TOTAL)).log_prob(x).sum().exp()
    found = formula(x)
    noise = 5 * (relative**2).std().item() / math.sqrt(len(z))
    compare(found, relative.var(), tol=noise, wrong=found + 1)


@verifies(
    "eq-elbo-linear-posterior",
    against="Bayes' rule on a grid",
    wrong="the posterior of a decoder without noise, and the standard deviation for the variance",
)
def test_linear_posterior(compare):
    expected = (log_joint() - evidence()[:, None]).exp()
    found = normal(W * X / TOTAL, S / math.sqrt(TOTAL)).log_prob(Z).exp()
    compare(found, expected, tol=1e-8, wrong=normal(X / W, S / math.sqrt(TOTAL)).log_prob(Z).exp())
    compare(found, expected, tol=1e-8, wrong=normal(W * X / TOTAL, S**2 / TOTAL).log_prob(Z).exp())
    mean, std = LinearVAE(W, S).posterior(X)
    compare(normal(mean, std).log_prob(Z).exp(), expected, tol=1e-8)


@verifies(
    "eq-elbo",
    against="the evidence of a bent decoder by quadrature: how far above it the bound comes; "
    "at the posterior, how far below",
    wrong="the KL added",
)
def test_elbo(compare):
    joint, top = log_joint(bent), evidence(bent)
    seen = joint - PRIOR
    for slope in (-0.5, 0.0, 0.4, 1.0):
        for width in (0.1, 0.5, 1.0):
            q = normal(slope * X, width).log_prob(Z)
            reconstruction, kl = over_z(q.exp() * seen), divergence(q, PRIOR)
            above = (reconstruction - kl - top).clamp(min=0).max()
            compare(above, 0.0, tol=1e-9)
    # the last encoder is far from the posterior and yet breaks through with the wrong sign
    q = joint - top[:, None]
    reconstruction, kl = over_z(q.exp() * seen), divergence(q, PRIOR)
    compare(reconstruction - kl, top, tol=1e-8, wrong=reconstruction + kl)


@verifies(
    "eq-elbo-gaussian-kl",
    against="the KL by quadrature, coordinate by coordinate",
    wrong="no minus one; the log of the standard deviation; no half",
)
def test_gaussian_kl(compare):
    mean = torch.tensor([[0.7, -1.1], [0.0, 0.9]], dtype=torch.float64)
    log_variance = torch.tensor([[-1.2, 0.2], [0.3, -0.6]], dtype=torch.float64)
    q = normal(mean[..., None], (log_variance[..., None] / 2).exp()).log_prob(Z)
    expected = divergence(q, PRIOR).sum(1)
    variance = log_variance.exp()
    found = 0.5 * (mean**2 + variance - 1 - variance.log()).sum(1)
    compare(gaussian_kl(mean, log_variance), expected, tol=1e-8)
    for wrong in (
        0.5 * (mean**2 + variance - variance.log()).sum(1),
        0.5 * (mean**2 + variance - 1 - variance.sqrt().log()).sum(1),
        (mean**2 + variance - 1 - variance.log()).sum(1),
    ):
        compare(found, expected, tol=1e-8, wrong=wrong)


def linear_terms():
    seen = normal(W * A * X, S).log_prob(X)[:, 0] - W**2 * B**2 / (2 * S**2)
    return seen, 0.5 * (A**2 * X[:, 0] ** 2 + B**2 - 1 - math.log(B**2))


@verifies(
    "eq-elbo-linear",
    against="the definition by quadrature, and draws of the package's elbo",
    wrong="no decoded noise; no half before it",
)
def test_linear(compare):
    expected = over_z(Q.exp() * (log_joint() - PRIOR)) - divergence(Q, PRIOR)
    seen, kl = linear_terms()
    away = W**2 * B**2 / (2 * S**2)
    compare(seen - kl, expected, tol=1e-8, wrong=seen + away - kl)
    compare(seen - kl, expected, tol=1e-8, wrong=seen - away - kl)
    reconstruction, pull = LinearVAE(W, S).elbo(X, A, B)
    compare(reconstruction - pull, expected, tol=1e-8)
    g, n = torch.Generator().manual_seed(0), 100_000
    drawn, _ = elbo(linear_vae(), X.repeat_interleave(n, 0), g)
    drawn = drawn.reshape(-1, n)
    noise = 5 * drawn.std(1).max().item() / math.sqrt(n)
    compare(drawn.mean(1), seen, tol=noise)


@verifies("eq-elbo-ratio", against="the closed-form evidence", wrong="the log inside the average")
def test_ratio(compare):
    log_weight = log_joint() - Q
    found = over_z(Q.exp() * log_weight.exp()).log()
    expected = normal(0.0, math.sqrt(TOTAL)).log_prob(X[:, 0])
    compare(found, expected, tol=1e-7, wrong=over_z(Q.exp() * log_weight))


@verifies(
    "eq-elbo-jensen",
    against="reconstruction minus KL in closed form, and how far above the evidence",
    wrong="the log outside the average",
)
def test_jensen(compare):
    log_weight = log_joint() - Q
    found = over_z(Q.exp() * log_weight)
    seen, kl = linear_terms()
    compare(found, seen - kl, tol=1e-8, wrong=over_z(Q.exp() * log_weight.exp()).log())
    compare((found - evidence()).clamp(min=0).max(), 0.0, tol=1e-9)


def weights(k, runs, x=1.2, a=A, b=B, seed=0):
    """Log-weights of the encoder N(a x, b^2) over log p(x), (k, runs)."""
    noise = draws(k * runs, seed).reshape(k, runs)
    z = a * x + b * noise
    joint = normal(W * z, S).log_prob(torch.tensor(x)) + normal(0.0, 1.0).log_prob(z)
    log_q = normal(0.0, 1.0).log_prob(noise) - math.log(b)
    return joint - log_q - normal(0.0, math.sqrt(TOTAL)).log_prob(torch.tensor(x))


@verifies(
    "eq-elbo-iwae",
    against="the bound of two draws by quadrature over both; the order of five bounds",
    wrong="the logs averaged outside the draws' mean",
)
def test_iwae(compare):
    x = torch.tensor([[1.2]], dtype=torch.float64)
    z = A * x[0] + B * torch.linspace(-8, 8, 801, dtype=torch.float64)
    q = normal(A * x[0], B).log_prob(z)
    log_w = normal(W * z, S).log_prob(x[0]) + normal(0.0, 1.0).log_prob(z) - q
    pair = torch.logaddexp(log_w[:, None], log_w) - math.log(2)
    both = (q[:, None] + q).exp() * pair
    exact = torch.trapezoid(torch.trapezoid(both, z), z)
    single = torch.trapezoid(q.exp() * log_w, z)
    g = torch.Generator().manual_seed(0)
    found = importance_weighted_bound(linear_vae(), x.expand(640_000, 1), 2, g)
    noise = 5 * found.std().item() / 800
    compare(found.mean(), exact, tol=noise, wrong=single)
    reconstruction, kl = LinearVAE(W, S).elbo(x, A, B)
    compare(single, (reconstruction - kl)[0], tol=1e-8)
    bounds = [(weights(k, 40_000).logsumexp(0) - math.log(k)).mean() for k in (1, 2, 4, 16, 64)]
    falls = [float(a - b) for a, b in zip(bounds, [*bounds[1:], 0.0], strict=True)]
    compare(max(*falls, 0.0), 0.0, tol=1e-9)


@verifies(
    "eq-elbo-iwae-rate",
    against="the gap of 256 draws, times 256, by Monte Carlo with the weights' mean as control",
    wrong="no half",
)
def test_iwae_rate(compare):
    z = torch.linspace(-6, 8, 20_001, dtype=torch.float64)
    x = torch.tensor(1.2, dtype=torch.float64)
    q = normal(A * x, B).log_prob(z)
    log_w = normal(W * z, S).log_prob(x) + normal(0.0, 1.0).log_prob(z) - q
    p = normal(0.0, math.sqrt(TOTAL)).log_prob(x).exp()
    variance = torch.trapezoid((q + 2 * log_w).exp(), z) - p**2
    k = 256
    mean = weights(k, 20_000).exp().mean(0)  # of weights over p(x): its mean is 1
    gap = -(mean.log() - (mean - 1)).mean() * k
    found = 0.5 * variance / p**2
    compare(found / gap, 1.0, tol=0.04, wrong=2 * found / gap)


def joint_covariances():
    of_q = torch.tensor([[V, A * V], [A * V, A**2 * V + B**2]], dtype=torch.float64)
    of_p = torch.tensor([[TOTAL, W], [W, 1.0]], dtype=torch.float64)
    return of_q, of_p


def joint_kl():
    """KL of the two joint Gaussians, by the matrices' formula."""
    of_q, of_p = joint_covariances()
    ratio = torch.linalg.solve(of_p, of_q)
    return 0.5 * (ratio.trace() - 2 - ratio.logdet())


def marginal_kl(total=TOTAL):
    return 0.5 * (V / total - 1 - math.log(V / total))


def mean_over_data(function):
    """E[function(x)] for x ~ N(0, V): exact, as all functions here are quadratic in x."""
    x = math.sqrt(V) * torch.tensor([[1.0], [-1.0]], dtype=torch.float64)
    return function(x).mean()


@verifies(
    "eq-elbo-joint-bound",
    against="KLs of Gaussians, for 150 encoders and decoders: how far the left exceeds the right",
    wrong="the encoder's code alone compared with the prior",
)
def test_joint_bound(compare):
    worst = worst_wrong = 0.0
    for w in (0.3, 0.8, 1.3, 2.0, 3.0):
        for a in (-0.5, 0.0, 0.2, 0.4, 0.8, 1.2):
            for b in (0.1, 0.3, 0.5, 1.0, 2.0):
                of_q = torch.tensor([[V, a * V], [a * V, a**2 * V + b**2]], dtype=torch.float64)
                of_p = torch.tensor([[w**2 + S**2, w], [w, 1.0]], dtype=torch.float64)
                laws = [
                    torch.distributions.MultivariateNormal(torch.zeros(2).double(), c)
                    for c in (of_q, of_p)
                ]
                joint = torch.distributions.kl_divergence(*laws).item()
                left = marginal_kl(w**2 + S**2)
                code = 0.5 * (of_q[1, 1] - 1 - of_q[1, 1].log()).item()
                worst = max(worst, left - joint)
                worst_wrong = max(worst_wrong, left - code)
    compare(max(worst, 0.0), 0.0, tol=1e-9, wrong=worst_wrong)


@verifies(
    "eq-elbo-joint-elbo",
    against="the KL of the two joint Gaussians",
    wrong="the entropy added",
)
def test_joint_elbo(compare):
    entropy = 0.5 * math.log(2 * math.pi * math.e * V)

    def bound(x):
        log_q = normal(A * x, B).log_prob(Z)
        joint = normal(W * Z, S).log_prob(x) + PRIOR
        return over_z(log_q.exp() * (joint - log_q))

    mean = mean_over_data(bound)
    compare(-entropy - mean, joint_kl(), tol=1e-8, wrong=entropy - mean)


@verifies(
    "eq-elbo-joint-split",
    against="the KL of the two joint Gaussians, 0.30881",
    wrong="inference error subtracted, -0.29233",
)
def test_joint_split(compare):
    def inference(x):
        posterior = normal(W * x / TOTAL, S / math.sqrt(TOTAL)).log_prob(Z)
        return divergence(normal(A * x, B).log_prob(Z), posterior)

    error = mean_over_data(inference)
    right, wrong = marginal_kl() + error, marginal_kl() - error
    compare(right, joint_kl(), tol=1e-8, wrong=wrong)
    assert abs(right - 0.30881) < 5e-6 and abs(wrong + 0.29233) < 5e-6


@verifies(
    "eq-elbo-gap",
    against="the KL to the posterior of a bent decoder, by quadrature",
    wrong="the KL the other way round",
)
def test_gap(compare):
    for decoder in (bent, lambda z: W * z):
        joint, top = log_joint(decoder), evidence(decoder)
        posterior = joint - top[:, None]
        lost = top - over_z(Q.exp() * (joint - Q))
        reverse = divergence(posterior, Q)
        compare(lost, divergence(Q, posterior), tol=1e-7, wrong=reverse)
    compare(LinearVAE(W, S).gap(X, A, B), lost, tol=1e-7)


@verifies(
    "eq-elbo-reparameterise",
    against="moments of the Gaussian; the gradients of a draw",
    wrong="the variance for the standard deviation",
)
def test_reparameterise(compare):
    mu, sigma = 0.7, 0.5
    weight = PRIOR.exp()

    def moments(z):
        return torch.stack([over_z(weight * z**k) for k in (1, 2, 3, 4)])

    expected = torch.tensor(
        [
            mu,
            mu**2 + sigma**2,
            mu**3 + 3 * mu * sigma**2,
            mu**4 + 6 * mu**2 * sigma**2 + 3 * sigma**4,
        ],
        dtype=torch.float64,
    )
    compare(moments(mu + sigma * Z), expected, tol=1e-9, wrong=moments(mu + sigma**2 * Z))
    mean = torch.full((1, 6), mu, dtype=torch.float64)
    noise = torch.randn(1, 6, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    log_variance = torch.full_like(mean, 2 * math.log(sigma))
    found = reparameterise(mean, log_variance, torch.Generator().manual_seed(5))
    compare(found, mu + sigma * noise, tol=1e-12, wrong=mu + sigma**2 * noise)


MU, SIGMA = 0.7, 0.5


def exact_gradient():
    """Of E[sin z], z ~ N(mu, sigma^2), which is sin(mu) exp(-sigma^2 / 2)."""
    shrink = math.exp(-(SIGMA**2) / 2)
    return torch.tensor([math.cos(MU) * shrink, -SIGMA * math.sin(MU) * shrink]).double()


@verifies("eq-elbo-path-gradient", against="E[sin z] in closed form", wrong="no factor epsilon")
def test_path_gradient(compare):
    weight, slope = PRIOR.exp(), torch.cos(MU + SIGMA * Z)
    right = torch.stack([over_z(weight * slope), over_z(weight * slope * Z)])
    wrong = torch.stack([over_z(weight * slope), over_z(weight * slope)])
    compare(right.double(), exact_gradient(), tol=1e-7, wrong=wrong)


@verifies(
    "eq-elbo-score-gradient",
    against="E[sin z] in closed form",
    wrong="sigma squared below; no minus one",
)
def test_score_gradient(compare):
    weight, value = PRIOR.exp(), torch.sin(MU + SIGMA * Z)

    def gradient(mean_score, width_score):
        parts = (value * mean_score, value * width_score)
        return torch.stack([over_z(weight * part) for part in parts])

    right = gradient(Z / SIGMA, (Z**2 - 1) / SIGMA)
    for wrong in (
        gradient(Z / SIGMA**2, (Z**2 - 1) / SIGMA**2),
        gradient(Z / SIGMA, Z**2 / SIGMA),
    ):
        compare(right, exact_gradient(), tol=1e-7, wrong=wrong)


@verifies(
    "eq-elbo-grad-variance",
    against="variances of both estimators by quadrature",
    wrong="sigma for its square; 14 replaced by 18, the second moment's",
)
def test_grad_variance(compare):
    weight = PRIOR.exp()

    def variance(values):
        return over_z(weight * values**2) - over_z(weight * values) ** 2

    for mu, sigma in ((1.0, 0.5), (0.7, 1.3), (-0.4, 0.2)):
        z = mu + sigma * Z
        compare(4 * sigma**2, variance(2 * z), tol=1e-6, wrong=4 * sigma)
        rest = mu**4 / sigma**2 + 15 * sigma**2
        expected = variance(z**2 * Z / sigma)
        compare(rest + 14 * mu**2, expected, tol=1e-6, wrong=rest + 18 * mu**2)
