"""VAE: the bound and its terms against closed forms, and what bad input meets."""

import itertools
import math

import pytest
import torch
from torch import nn

from dgm_lessons.vae import (
    VAE,
    LinearVAE,
    bernoulli,
    elbo,
    gaussian,
    gaussian_kl,
    importance_weighted_bound,
    reparameterise,
)

W, S, A, B = 1.3, 0.6, 0.4, 0.5
TRUTH = LinearVAE(W, S)
X = torch.linspace(-2, 2, 5, dtype=torch.float64)[:, None]


class Encoder(nn.Module):
    """N(a x, b^2) as an encoder network."""

    def __init__(self, a, b):
        super().__init__()
        self.a, self.log_variance = a, 2 * math.log(b)

    def forward(self, x):
        return torch.cat([self.a * x, torch.full_like(x, self.log_variance)], 1)


class Scale(nn.Module):
    def __init__(self, w):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(w, dtype=torch.float64))

    def forward(self, z):
        return self.w * z


def linear(a=A, b=B):
    return VAE(Encoder(a, b), Scale(W), gaussian(S))


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_gaussian_kl_agrees_with_torch():
    mean, log_variance = torch.randn(2, 7, 3, generator=seeded(), dtype=torch.float64)
    normal = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    zero = torch.zeros_like(mean)
    expected = torch.distributions.kl_divergence(
        normal, torch.distributions.Normal(zero, zero + 1)
    ).sum(1)
    assert torch.allclose(gaussian_kl(mean, log_variance), expected, atol=1e-12)


def test_gaussian_kl_is_zero_only_at_the_prior_and_keeps_its_digits_there():
    zero = torch.zeros(4, 3, dtype=torch.float64)
    assert torch.equal(gaussian_kl(zero, zero), torch.zeros(4, dtype=torch.float64))
    small = gaussian_kl(zero, zero + 1e-6)
    assert torch.allclose(small, torch.full((4,), 3 * 0.25e-12, dtype=torch.float64), rtol=1e-3)


def test_reparameterise_has_the_moments_and_passes_gradients():
    mean = torch.full((200_000, 1), 1.5, dtype=torch.float64, requires_grad=True)
    log_variance = torch.full_like(mean, 2 * math.log(0.5)).detach().requires_grad_(True)
    z = reparameterise(mean, log_variance, seeded())
    error = 0.5 / math.sqrt(len(z))
    assert abs(z.mean().item() - 1.5) < 4 * error and abs(z.std().item() - 0.5) < 4 * error
    noise = torch.randn(z.shape, generator=seeded(), dtype=z.dtype)
    assert torch.allclose(z, 1.5 + 0.5 * noise)
    z.sum().backward()
    assert torch.equal(mean.grad, torch.ones_like(mean))
    assert torch.allclose(log_variance.grad, 0.5 * (z - mean).detach())


def test_bernoulli_probabilities_of_all_images_add_to_one():
    images = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4)), dtype=torch.float64)
    logits = torch.randn(1, 4, generator=seeded(), dtype=torch.float64).expand_as(images)
    assert bernoulli(logits, images).exp().sum().item() == pytest.approx(1, abs=1e-12)


def test_gaussian_agrees_with_torch():
    mean, x = torch.randn(2, 6, 2, 3, generator=seeded(), dtype=torch.float64)
    expected = torch.distributions.Normal(mean, 0.7).log_prob(x).flatten(1).sum(1)
    assert torch.allclose(gaussian(0.7)(mean, x), expected, atol=1e-12)


def test_linear_vae_agrees_with_quadrature():
    z = torch.linspace(-12, 12, 48_001, dtype=torch.float64)
    normal = torch.distributions.Normal
    joint = normal(W * z, S).log_prob(X) + normal(0.0, 1.0).log_prob(z)
    evidence = torch.trapezoid(joint.exp(), z).log()
    assert torch.allclose(TRUTH.log_prob(X), evidence, atol=1e-10)
    q = normal(A * X, B).log_prob(z)
    bound = torch.trapezoid(q.exp() * (joint - q), z)
    reconstruction, kl = TRUTH.elbo(X, A, B)
    assert torch.allclose(reconstruction - kl, bound, atol=1e-10)
    to_posterior = torch.trapezoid(q.exp() * (q - (joint - evidence[:, None])), z)
    assert torch.allclose(TRUTH.gap(X, A, B), to_posterior, atol=1e-10)
    mean, std = TRUTH.posterior(X)
    posterior = normal(mean, std).log_prob(z)
    assert (posterior.exp() - (joint - evidence[:, None]).exp()).abs().max() < 1e-10


def test_linear_vae_samples_and_trains():
    x = TRUTH.sample(100_000, seeded())
    assert x.shape == (100_000, 1)
    assert x.std().item() == pytest.approx(math.hypot(W, S), rel=4 / math.sqrt(2 * len(x)))
    numbers = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (W, S, A, B)]
    w, s, a, b = numbers
    reconstruction, kl = LinearVAE(w, s).elbo(X, a, b)
    (reconstruction - kl).sum().backward()
    for i, number in enumerate(numbers):
        ends = []
        for step in (1e-5, -1e-5):
            v = [W, S, A, B]
            v[i] += step
            r, k = LinearVAE(v[0], v[1]).elbo(X, v[2], v[3])
            ends.append((r - k).sum().item())
        assert number.grad.item() == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-6)


def test_elbo_agrees_with_the_linear_truth():
    n = 40_000
    x = X.repeat_interleave(n, 0)
    with torch.no_grad():
        reconstruction, kl = (part.reshape(5, n) for part in elbo(linear(), x, seeded()))
    exact_reconstruction, exact_kl = TRUTH.elbo(X, A, B)
    assert torch.allclose(kl[:, 0], exact_kl, atol=1e-12)
    noise = reconstruction.std(1) / math.sqrt(n)
    assert ((reconstruction.mean(1) - exact_reconstruction).abs() < 4 * noise).all()


def test_importance_weighted_bound_is_exact_with_the_true_posterior():
    """Every single weight is then p(x), whatever the draw."""
    slope, std = W / (W**2 + S**2), S / math.hypot(W, S)
    bound = importance_weighted_bound(linear(slope, std), X, 1, seeded())
    assert torch.allclose(bound, TRUTH.log_prob(X), atol=1e-12)
    x = torch.cat([X, 2 * X, X + 1], 1)  # three axes of their own: evidences add
    bound = importance_weighted_bound(linear(slope, std), x, 1, seeded())
    assert torch.allclose(bound, sum(TRUTH.log_prob(one) for one in x.split(1, 1)), atol=1e-12)


def test_importance_weighted_bound_rises_from_the_elbo_to_the_evidence():
    runs, x = 2000, X[:1]
    means, errors = [], []
    for n in (1, 4, 64):
        with torch.no_grad():
            bound = importance_weighted_bound(linear(), x.expand(runs, 1), n, seeded(n))
        means.append(bound.mean().item())
        errors.append(bound.std().item() / math.sqrt(runs))
    reconstruction, kl = TRUTH.elbo(x, A, B)
    evidence = TRUTH.log_prob(x).item()
    assert abs(means[0] - (reconstruction - kl).item()) < 4 * errors[0]
    assert means[0] + 4 * errors[0] < means[1] and means[1] + 4 * errors[1] < means[2]
    assert evidence - 0.05 < means[2] < evidence + 4 * errors[2]


def test_a_vanishing_variance_gives_no_nan():
    class Point(nn.Module):
        def forward(self, x):
            return torch.cat([x, torch.full_like(x, -2000.0)], 1)

    vae = VAE(Point(), Scale(W), gaussian(S))
    assert torch.isfinite(importance_weighted_bound(vae, X, 2, seeded())).all()
    assert not torch.stack(elbo(vae, X, seeded())).isnan().any()


def test_the_same_seed_gives_the_same_draw_and_gradients_reach_the_decoder():
    vae = linear()
    first, second = (elbo(vae, X, seeded(3))[0] for _ in range(2))
    assert torch.equal(first, second)
    first.sum().backward()
    assert vae.decoder.w.grad.abs() > 0


def test_images_keep_their_shape_and_an_empty_batch_is_empty():
    torch.manual_seed(0)
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(12, 4))
    decoder = nn.Sequential(nn.Linear(2, 12), nn.Unflatten(1, (1, 3, 4)))
    vae = VAE(encoder, decoder, bernoulli)
    x = (torch.rand(5, 1, 3, 4, generator=seeded()) < 0.5).float()
    assert [part.shape for part in elbo(vae, x, seeded())] == [(5,), (5,)]
    assert importance_weighted_bound(vae, x, 3, seeded()).shape == (5,)
    assert [part.shape for part in elbo(vae, x[:0], seeded())] == [(0,), (0,)]


NAN = torch.full((2, 1), torch.nan)
ONE = torch.ones(2, 1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: gaussian_kl(NAN, ONE), "mean contains NaN"),
        (lambda: gaussian_kl(ONE, NAN), "log_variance contains NaN"),
        (lambda: gaussian_kl(torch.ones(2, 3), ONE), "shape"),
        (lambda: gaussian_kl(torch.ones(2), torch.ones(2)), "batch of points"),
        (lambda: bernoulli(ONE, 2 * ONE), r"\[0, 1\]"),
        (lambda: bernoulli(torch.ones(2, 3), ONE), "decoder's output"),
        (lambda: gaussian(0.0), "sigma must be a finite number above 0"),
        (lambda: gaussian(-1.0), "above 0"),
        (lambda: gaussian(1.0)(torch.ones(2, 3), ONE), "decoder's output"),
        (lambda: elbo(linear(), NAN.double()), "x contains NaN"),
        (lambda: elbo(linear(), torch.ones(3)), "batch of points"),
        (lambda: VAE(nn.Identity(), nn.Identity(), bernoulli).encode(ONE), "log-variances"),
        (lambda: importance_weighted_bound(linear(), X, 0), "1 or more"),
        (lambda: LinearVAE(1.0, 0.0), "s must be a finite number above 0"),
        (lambda: LinearVAE(math.nan, 1.0), "w must be a finite number"),
        (lambda: LinearVAE(torch.ones(2), 1.0), "not a tensor of shape"),
        (lambda: TRUTH.elbo(X, A, -0.5), "b must be a finite number above 0"),
        (lambda: TRUTH.gap(X, math.inf, 0.5), "a must be a finite number"),
        (lambda: TRUTH.log_prob(torch.ones(3)), r"\(B, 1\)"),
        (lambda: TRUTH.posterior(NAN), "NaN"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_integers_are_refused():
    with pytest.raises(TypeError, match="floating"):
        elbo(linear(), torch.ones(2, 1, dtype=torch.long))
