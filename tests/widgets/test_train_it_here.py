"""Train it here: gradients, optimiser, targets and the trainer beside PyTorch; then the page.

Each comparison also runs with slips put into the module, and must tell them apart.
"""

from functools import partial

import pytest
import torch

from dgm_lessons.calculus import rademacher
from dgm_lessons.denoisers import Denoiser
from dgm_lessons.mixtures import ring
from dgm_lessons.networks import MLP
from dgm_lessons.objectives import (
    denoising_loss,
    implicit_score_matching,
    sliced_score_matching,
)
from dgm_lessons.processes import VP
from dgm_lessons.widgets import TrainItHere

browser = pytest.mark.browser
TOLERANCE = 1e-5  # relative to the largest entry of the gradient
TOLD_APART = 1e-3
LEVELS = (0.07, 0.4, 3.0)
POINTS = 10  # at each level


@pytest.fixture(scope="module")
def script(run_module):
    """script(code, arguments, slip): runs `code` with the widget's own module as M."""
    return partial(run_module, TrainItHere)


def gap(found, expected):
    """The largest difference, in units of the largest entry."""
    found = torch.as_tensor(found, dtype=torch.float64).reshape(expected.shape)
    return float((found - expected).abs().max() / expected.abs().max())


# -- the gradient of each loss --------------------------------------------------------------------


def network():
    """An MLP in float64 with no weight at zero."""
    torch.manual_seed(3)
    net = MLP(2).double()
    with torch.no_grad():
        for linear in (m for m in net.body if isinstance(m, torch.nn.Linear)):
            linear.weight.add_(0.2 * torch.randn_like(linear.weight))
            linear.bias.add_(0.2 * torch.randn_like(linear.bias))
    return net


def flat(tensors):
    """Weights and biases (or their gradients), layer by layer, as the browser keeps them."""
    rows = []
    for weight, bias in zip(tensors[::2], tensors[1::2], strict=True):
        inner, columns = (-size % 4 + size for size in weight.T.shape)
        table = torch.zeros(inner, columns, dtype=torch.float64)
        table[: weight.shape[1], : weight.shape[0]] = weight.T
        rows += [table.flatten(), torch.nn.functional.pad(bias, (0, columns - len(bias)))]
    return torch.cat(rows)


def noisy_points():
    """Clean points, noise, and noisy points x_0 + s eps at each of `LEVELS`."""
    generator = torch.Generator().manual_seed(5)
    x0 = ring(8).sample(POINTS * len(LEVELS), generator, torch.float64)
    eps = torch.randn(x0.shape, generator=generator, dtype=torch.float64)
    s = torch.tensor(LEVELS, dtype=torch.float64).repeat_interleave(POINTS)
    return x0, eps, s, x0 + s[:, None] * eps


def score_of(net, s):
    """The score of x_0 + s eps that the network stands for: it says v of VP at x / sqrt(1 + s^2)."""
    root = (1 + s * s) ** 0.5
    denoiser = Denoiser(net, VP(), "v")
    t = VP().t_from_log_snr(-2 * torch.tensor(s, dtype=torch.float64).log())
    return lambda z: denoiser.score(z / root, t) / root


def expected_loss(kind, net, probes):
    """The loss by the package's functions, level by level, each weighed by s^2 (1 + s^2)."""
    x0, eps, s, z = noisy_points()
    if kind == "denoising":
        t = VP().t_from_log_snr(-2 * s.log())
        return denoising_loss(Denoiser(net, VP(), "v"), x0, t, eps)
    total = 0.0
    for k, level in enumerate(LEVELS):
        rows = slice(k * POINTS, (k + 1) * POINTS)
        score = score_of(net, level)
        if kind == "implicit":
            loss = implicit_score_matching(score, z[rows])
        else:
            generator = torch.Generator().manual_seed(11 + k)
            loss = sliced_score_matching(score, z[rows], 2, generator)
            generator = torch.Generator().manual_seed(11 + k)
            probes[:, rows] = rademacher((2, POINTS, 2), generator, z)
        total = total + level**2 * (1 + level**2) * loss / len(LEVELS)
    return total


RUN = """
  const array = (list) => Float64Array.from(list);
  const [z, s, probes] = [a.z, a.s, a.probes].map(array);
  const n = s.length, rows = n + probes.length / 2;
  const net = M.makePerceptron(array(a.parameters), rows);
  M.fillFeatures(net.features, z, s, probes);
  net.forward(n, rows);
  const loss = a.clean.length
    ? M.denoisingLoss(net.output, net.outputGradient, z, s, array(a.clean))
    : M.probedLoss(net.output, net.outputGradient, z, s, probes, a.weight);
  return [loss, ...net.backward(n, rows)];
"""


def gradients(script, kind, slip=None):
    net = network()
    x0, _, s, z = noisy_points()
    probes = torch.zeros(2, len(z), 2, dtype=torch.float64)
    probes[0, :, 0] = probes[1, :, 1] = 1.0
    loss = expected_loss(kind, net, probes)
    parameters = list(net.parameters())
    expected = flat(torch.autograd.grad(loss, parameters))
    arguments = {
        "parameters": flat([p.detach() for p in parameters]).tolist(),
        "z": z.flatten().tolist(),
        "s": s.tolist(),
        "clean": x0.flatten().tolist() if kind == "denoising" else [],
        "probes": [] if kind == "denoising" else probes.flatten().tolist(),
        "weight": 1.0 if kind == "implicit" else 0.5,
    }
    found = script(RUN, arguments, slip)
    return max(abs(found[0] - loss.item()) / abs(loss.item()), gap(found[1:], expected))


@browser
@pytest.mark.parametrize("kind", ["denoising", "sliced", "implicit"])
def test_the_gradient_is_that_of_pytorch(script, kind):
    assert gradients(script, kind) < TOLERANCE
