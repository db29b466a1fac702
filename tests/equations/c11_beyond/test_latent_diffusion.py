"""Checks of the section on latent diffusion: counted, by quadrature, and in closed form."""

import math

import numpy as np
import torch
from references import hermite, kl_normal
from scipy.integrate import quad
from torch import nn
from verification import verifies

from dgm_lessons import roofline
from dgm_lessons.mixtures import GaussianMixture
from dgm_lessons.networks import UNet

DEFINITIONS = {
    "eq-latent-losses": "defines the losses of the two stages",
}


def counted(work):
    """Multiply-adds, by PyTorch's own counter."""
    return roofline.count(work).flops / 2


@verifies(
    "eq-latent-cost",
    against="PyTorch's counter on a convolution of a folded picture, and on attention's products",
    wrong="the fold not squared; and one product of attention for two",
)
def test_cost_of_a_layer(compare):
    k, c, c2, n, s, d = 3, 5, 7, 24, 2, 11
    side = n // s
    conv, x = nn.Conv2d(c, c2, k, padding=1), torch.zeros(1, c, side, side)
    right, wrong = k**2 * c * c2 * (n / s) ** 2, k**2 * c * c2 * n**2 / s
    compare(right, counted(lambda: conv(x)), tol=0, wrong=wrong)
    q = torch.zeros(1, side**2, d)
    found = 2 * d * (n / s) ** 4
    attend = nn.functional.scaled_dot_product_attention
    expected = counted(lambda: (q @ q.mT).softmax(-1) @ q)
    assert torch.equal(attend(q, q, q), (q @ q.mT / d**0.5).softmax(-1) @ q)
    compare(found, expected, tol=0, wrong=d * (n / s) ** 4)


@verifies(
    "eq-latent-law",
    against="PyTorch's counter on the whole UNet at four sides of the picture",
    wrong="every layer counted as if at full size; and no constant",
)
def test_law_of_the_unet(compare):
    sides = (12, 20, 28, 40)
    level, nets = torch.zeros(1), [UNet(n) for n in sides]
    expected = [
        counted(lambda net=net, n=n: net(torch.zeros(1, 1, n, n), level))
        for net, n in zip(nets, sides, strict=True)
    ]
    half, quarter, e, hidden, fold = 24, 64, 64, 256, 8
    # (weights of the convolutions, s)
    convolutions = [
        (9 * 4 * half, 2),  # enter
        (4 * 9 * half**2, 2),  # first and last
        (4 * half * quarter, 4),  # down, once for each place of its output
        (4 * 9 * quarter**2 + 2 * fold * quarter, 4),  # before, after; into the view and back
        (quarter * 4 * half, 4),  # up
        (9 * half * 4, 2),  # leave
    ]
    dense = 2 * fold * hidden / 4**2
    a = sum(weights / s**2 for weights, s in convolutions) + dense
    b = 32 * e + e * e + e * (2 * half * 2 + 2 * quarter * 2 + hidden)
    n = np.array(sides, dtype=float)
    full = sum(weights for weights, _ in convolutions) + dense
    compare(a * n**2 + b, expected, tol=1e-6, wrong=full * n**2 + b)
    compare(a * n**2 + b, expected, tol=1e-6, wrong=a * n**2)


@verifies(
    "eq-latent-jacobian",
    against="the mean over the noise by Gauss-Hermite quadrature, extrapolated to small noise",
    wrong="half the Jacobian's term; and no Laplacian",
)
def test_noise_on_codes(compare):
    def decode(z):
        a, b = z[..., 0], z[..., 1]
        return torch.stack([torch.tanh(a + 0.4 * b), a * b, torch.sin(b) + 0.3 * a**2], -1)

    z, x = torch.tensor([0.6, -0.9]).double(), torch.tensor([0.2, -0.1, 0.4]).double()
    nodes, weights = (torch.from_numpy(np.asarray(part)) for part in hermite(40))
    grid = torch.cartesian_prod(nodes, nodes)
    weight = torch.outer(weights, weights).flatten()

    def excess(eta):
        error = (decode(z + eta * grid) - x).square().sum(-1)
        return ((weight * error).sum() - (decode(z) - x).square().sum()) / eta**2

    limit = (4 * excess(0.01) - excess(0.02)) / 3  # the next term is of order eta^2
    jacobian = torch.autograd.functional.jacobian(decode, z)
    laplacian = torch.stack(
        [
            torch.autograd.functional.hessian(lambda y, i=i: decode(y)[i], z).trace()
            for i in range(3)
        ]
    )
    frobenius, bend = jacobian.square().sum(), (decode(z) - x) @ laplacian
    compare(frobenius + bend, limit, tol=1e-6, wrong=0.5 * frobenius + bend)
    compare(frobenius + bend, limit, tol=1e-6, wrong=frobenius)


@verifies(
    "eq-latent-scale",
    against="the posterior mean of the scaled mixture by quadrature",
    wrong="sigma not divided; and the size not given back",
)
def test_codes_of_another_size(compare):
    law, c, alpha, sigma = GaussianMixture([0.4, 0.6], [[-1.5], [1.0]], 0.2), 3.3, 0.7, 1.1
    x = torch.linspace(-4, 4, 7, dtype=torch.float64)[:, None]
    codes = torch.linspace(-20, 20, 40_001, dtype=torch.float64)
    prior = law.log_prob(codes[:, None] / c).exp()  # of c z, up to a factor
    weight = prior * torch.exp(-((x - alpha * codes) ** 2) / (2 * sigma**2))
    expected = (weight * codes).sum(1) / weight.sum(1)

    def unit(x, alpha, sigma):
        return law.seen(x, alpha, sigma).mean[:, 0]

    found = c * unit(x / c, alpha, sigma / c)
    compare(found, expected, tol=1e-9, wrong=c * unit(x / c, alpha, sigma))
    compare(found, expected, tol=1e-9, wrong=unit(x / c, alpha, sigma / c))


@verifies(
    "eq-latent-speedup",
    against="a clock that adds up the parts of both samplers, call by call, and their limit",
    wrong="the decoder paid at every call",
)
def test_speed_up(compare):
    pixel, code, decoder = 9.2, 1.8, 3.4
    for calls in (1, 4, 18):
        both = [sum([pixel] * calls), sum([code] * calls + [decoder])]
        found = calls * pixel / (calls * code + decoder)
        wrong = calls * pixel / (calls * (code + decoder)) if calls > 1 else None
        compare(found, both[0] / both[1], tol=1e-12, wrong=wrong)
    calls = 10**9
    compare(calls * pixel / (calls * code + decoder), pixel / code, tol=1e-6, wrong=pixel)


def nats(square, variance):
    """Mean of -log N(.; 0, variance) where the mean square is given."""
    return 0.5 * (math.log(2 * math.pi * variance) + square / variance)


@verifies(
    "eq-latent-bound",
    against="the evidence of a linear Gaussian model in closed form plus the encoder's divergence "
    "from the posterior; the diffusion's part by its bill, integrated over the log-SNR",
    wrong="no entropy; its sign; and the prior's density at the mean of the code alone",
)
def test_bound_of_a_latent_model(compare):
    u, w, r, x, a, tau = 1.7, 0.8, 0.4, 1.3, 0.9, 0.35
    m, square = a * x, (a * x) ** 2 + tau**2
    reconstruction = nats((x - w * m) ** 2 + (w * tau) ** 2, r**2)

    def miss(level):  # E|eps-hat - eps|^2 of the exact denoiser
        snr = math.exp(level)
        return (snr * square + snr**2 * u**4) / (1 + snr * u**2) ** 2

    top = 25.0
    bill = 0.5 * quad(miss, -25, top, limit=400)[0] + 0.5 * (1 + math.log(2 * math.pi) - top)
    assert abs(bill - nats(square, u**2)) < 1e-8  # of an exact diffusion it is the cross-entropy
    entropy = 0.5 * math.log(2 * math.pi * math.e * tau**2)
    variance = (w * u) ** 2 + r**2
    posterior = w * u**2 / variance * x, u * r / variance**0.5
    expected = nats(x**2, variance) + kl_normal(m, tau, *posterior)
    found = reconstruction + bill - entropy
    point = reconstruction + nats(m**2, u**2) - entropy
    for wrong in (reconstruction + bill, reconstruction + bill + entropy, point):
        compare(found, expected, tol=1e-7, wrong=wrong)
