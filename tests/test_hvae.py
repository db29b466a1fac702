"""HVAE: the bound and its levels against the flat VAE, closed forms and quadrature; bad input."""

import math

import pytest
import torch
from torch import nn

from dgm_lessons.vae import HVAE, VAE, LinearHVAE, bernoulli, elbo, gaussian

W, S = (0.9, 0.7, 1.2), (0.4, 0.5, 0.6)
A, B = (0.8, 0.5, 0.6), (0.5, 0.7, 0.6)
TRUTH = LinearHVAE(W, S)
X = torch.linspace(-2, 2, 5, dtype=torch.float64)[:, None]


class Line(nn.Module):
    """N(slope z, std^2) as a network; without a std, its mean alone."""

    def __init__(self, slope, std=None):
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(slope, dtype=torch.float64))
        self.std = std

    def forward(self, z):
        if self.std is None:
            return self.slope * z
        return torch.cat([self.slope * z, torch.full_like(z, 2 * math.log(self.std))], 1)


def chain():
    encoders = [Line(a, b) for a, b in zip(A, B, strict=True)]
    decoders = [Line(W[0]), *(Line(w, s) for w, s in zip(W[1:], S[1:], strict=True))]
    return HVAE(encoders, decoders, gaussian(S[0]))


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_one_level_is_the_flat_vae():
    torch.manual_seed(0)
    encoder, decoder = nn.Linear(6, 4), nn.Linear(2, 6)
    x = (torch.rand(7, 6, generator=seeded()) < 0.5).float()
    reconstruction, prices = HVAE([encoder], [decoder], bernoulli).elbo(x, seeded(3))
    flat, kl = elbo(VAE(encoder, decoder, bernoulli), x, seeded(3))
    assert torch.equal(reconstruction, flat) and torch.equal(prices[:, 0], kl)


def test_draws_agree_with_the_closed_form_level_by_level():
    """On three axes at once, which add."""
    n = 60_000
    with torch.no_grad():
        reconstruction, prices = chain().elbo(X.repeat_interleave(n, 0).expand(-1, 3), seeded())
    found = torch.cat([reconstruction[:, None], prices], 1).reshape(5, n, 4)
    seen, exact = TRUTH.elbo(X, A, B)
    expected = 3 * torch.cat([seen[:, None], exact], 1)
    noise = found.std(1) / math.sqrt(n)
    assert ((found.mean(1) - expected).abs() < 4.5 * noise).all()


def test_linear_chain_agrees_with_quadrature():
    """Two levels on a grid: evidence, bound and posterior."""
    truth = LinearHVAE(W[:2], S[:2])
    z = torch.linspace(-8, 8, 801, dtype=torch.float64)
    step = (z[1] - z[0]).item()
    normal = torch.distributions.Normal
    z1, z2 = z[:, None], z[None, :]
    up = normal(A[0] * X[:, :, None], B[0]).log_prob(z1) + normal(A[1] * z1, B[1]).log_prob(z2)
    down = normal(W[1] * z2, S[1]).log_prob(z1) + normal(0 * z2, 1.0).log_prob(z2)
    joint = down + normal(W[0] * z1, S[0]).log_prob(X[:, :, None])
    evidence = joint.flatten(1).logsumexp(1) + 2 * math.log(step)
    assert torch.allclose(truth.log_prob(X), evidence, atol=1e-10)
    bound = (up.exp() * (joint - up)).sum((1, 2)) * step**2
    reconstruction, prices = truth.elbo(X, A[:2], B[:2])
    assert torch.allclose(reconstruction - prices.sum(1), bound, atol=1e-10)
    a, b = truth.best_encoder()
    best = normal(a[0] * X[:, :, None], b[0]).log_prob(z1) + normal(a[1] * z1, b[1]).log_prob(z2)
    assert (best.exp() - (joint - evidence[:, None, None]).exp()).abs().max() < 1e-9


def test_the_best_encoder_closes_the_gap_and_no_other_does():
    best = TRUTH.best_encoder()
    reconstruction, prices = TRUTH.elbo(X, *best)
    assert torch.allclose(reconstruction - prices.sum(1), TRUTH.log_prob(X), atol=1e-12)
    for level in range(3):
        slopes = list(best[0])
        slopes[level] += 0.2
        reconstruction, prices = TRUTH.elbo(X, slopes, best[1])
        assert (reconstruction - prices.sum(1) < TRUTH.log_prob(X) - 1e-4)[[0, 1, 3, 4]].all()


def test_decode_draws_the_marginals_and_keeps_what_is_given():
    g, n = seeded(), 60_000
    z3 = torch.randn(n, 1, generator=g, dtype=torch.float64)
    with torch.no_grad():
        path = chain().decode(z3, generator=g)
    assert len(path) == 4 and path[0] is z3
    variances = TRUTH.variances()
    for z, v in zip(path[1:3], variances[2:0:-1], strict=True):
        assert z.var().item() == pytest.approx(v, rel=5 * math.sqrt(2 / n))
    assert torch.allclose(path[3], W[0] * path[2])  # means, not draws
    low = chain().decode(z3, 1, g)
    assert len(low) == 2 and torch.allclose(low[1], W[0] * z3)


def test_gradients_reach_every_network():
    model = chain()
    reconstruction, prices = model.elbo(X, seeded())
    (reconstruction - prices.sum(1)).sum().backward()
    assert all(p.grad is not None and p.grad.abs() > 0 for p in model.parameters())


def test_an_empty_batch_is_empty():
    reconstruction, prices = chain().elbo(X[:0], seeded())
    assert reconstruction.shape == (0,) and prices.shape == (0, 3)


NAN = torch.full((2, 1), torch.nan, dtype=torch.float64)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: HVAE([], [], bernoulli), "one of each a level"),
        (lambda: HVAE([Line(1.0, 1.0)], [], bernoulli), "1 encoders and 0 decoders"),
        (lambda: chain().elbo(NAN), "NaN"),
        (lambda: chain().elbo(X[:, 0]), "batch of points"),
        (lambda: HVAE([Line(1.0)], [Line(1.0)], bernoulli).elbo(X), "encoder 1 returned"),
        (
            lambda: HVAE([Line(1.0, 1.0)] * 2, [Line(1.0)] * 2, gaussian(1.0)).elbo(X),
            "decoder 2 returned",
        ),
        (
            lambda: HVAE(
                [Line(1.0, 1.0)] * 2, [Line(1.0), nn.Linear(1, 4).double()], gaussian(1.0)
            ).elbo(X),
            "mean of decoder 2 has shape",
        ),
        (lambda: chain().decode(NAN), "z contains NaN"),
        (lambda: chain().decode(X, 0), "1 to 3"),
        (lambda: chain().decode(X, 4), "1 to 3"),
        (lambda: LinearHVAE((), ()), "levels"),
        (lambda: LinearHVAE((1.0,), (1.0, 2.0)), "1 numbers, s has 2"),
        (lambda: LinearHVAE((1.0,), (0.0,)), "s_1 must be a finite number above 0"),
        (lambda: LinearHVAE((math.nan,), (1.0,)), "w_1 must be a finite number"),
        (lambda: TRUTH.elbo(X, A[:2], B), "all 3 levels"),
        (lambda: TRUTH.elbo(X, A, (0.5, -1.0, 0.5)), "b_2 must be"),
        (lambda: TRUTH.elbo(NAN, A, B), "NaN"),
        (lambda: TRUTH.log_prob(torch.ones(3)), r"\(B, 1\)"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
