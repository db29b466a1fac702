"""Energies: Z and likelihood on a grid, and losses with the right gradient."""

import math

import pytest
import torch
from pytest import approx
from torch import nn

from dgm_lessons.energy import EnergyModel, contrastive_divergence, energy_score_matching
from dgm_lessons.mixtures import GaussianMixture, gm1
from dgm_lessons.objectives import explicit_score_matching
from dgm_lessons.samplers import langevin_step

LINE = torch.linspace(-9, 9, 2001, dtype=torch.float64)


def seeded(k=0):
    return torch.Generator().manual_seed(k)


class Parabola(nn.Module):
    """E = theta |x|^2 / 2: a Gaussian of variance 1 / theta."""

    def __init__(self, variance):
        super().__init__()
        self.theta = nn.Parameter(torch.tensor(1 / variance, dtype=torch.float64))

    def forward(self, x):
        return self.theta * x.flatten(1).square().sum(1) / 2


def small(dim=1, seed=0):
    """A network with one number a point, normalisable thanks to the parabola beneath it."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Linear(dim, 8), nn.Tanh(), nn.Linear(8, 1)).double()
    model = EnergyModel(lambda x: net(x)[:, 0] + x.square().sum(1) / 4)
    model.net = net
    return model


def slopes(loss, model):
    found = torch.autograd.grad(loss, tuple(model.parameters()), materialize_grads=True)
    return torch.cat([part.flatten() for part in found])


# -- the density ------------------------------------------------------------------------------


def test_a_parabola_is_a_gaussian():
    model = EnergyModel(Parabola(0.7))
    assert model.log_z(LINE).item() == approx(0.5 * math.log(2 * math.pi * 0.7), abs=1e-10)
    law = GaussianMixture([1.0], [[0.0]], 0.7)
    x = law.sample(50, seeded(), torch.float64)
    torch.testing.assert_close(model.log_prob(x, LINE), law.log_prob(x))
    torch.testing.assert_close(model.density(LINE), law.log_prob(LINE[:, None]).exp())
    torch.testing.assert_close(model.score(x), law.score(x))


def test_the_plane_has_two_axes_of_its_own():
    law = GaussianMixture([0.3, 0.7], [[-1.0, 0.5], [1.0, -0.5]], [0.4, 0.2])
    model = EnergyModel(lambda x: 3 - law.log_prob(x))
    wide, high = torch.linspace(-5, 5, 301).double(), torch.linspace(-4, 6, 201).double()
    assert float(model.log_z(wide, high)) == approx(-3, abs=1e-5)
    density = model.density(wide, high)
    assert density.shape == (301, 201)
    points = torch.stack([wide[[100, 180]], high[[90, 70]]], 1)
    torch.testing.assert_close(
        density[[100, 180], [90, 70]], law.log_prob(points).exp(), rtol=1e-5, atol=0
    )
    torch.testing.assert_close(
        model.log_prob(points, wide, high), law.log_prob(points), rtol=1e-5, atol=0
    )
    torch.testing.assert_close(model.score(points), law.score(points))


def test_a_grid_may_be_uneven():
    uneven = torch.cat([LINE[LINE < 0], LINE[LINE >= 0][::2]])
    assert small().log_z(uneven).item() == approx(small().log_z(LINE).item(), abs=1e-5)


def test_the_ends_of_the_grid_count_half():
    flat = EnergyModel(lambda x: 0 * x[:, 0])
    uneven = torch.tensor([1.0, 1.5, 3.5, 4.0], dtype=torch.float64)
    assert float(flat.log_z(uneven)) == approx(math.log(3))
    assert float(flat.log_z(uneven, uneven)) == approx(2 * math.log(3))
    torch.testing.assert_close(flat.density(uneven), torch.full((4,), 1 / 3).double())


def test_a_constant_changes_z_alone():
    model, c = small(), 2.5
    shifted = EnergyModel(lambda x: model(x) + c)
    x = torch.tensor([[0.3], [-1.2]], dtype=torch.float64)
    assert (shifted.log_z(LINE) - model.log_z(LINE)).item() == approx(-c)
    torch.testing.assert_close(shifted.log_prob(x, LINE), model.log_prob(x, LINE))
    torch.testing.assert_close(shifted.score(x), model.score(x))


def test_a_column_of_energies_will_do():
    net = nn.Linear(3, 1)
    x = torch.randn(5, 3, generator=seeded())
    assert EnergyModel(net)(x).shape == (5,)
    torch.testing.assert_close(EnergyModel(net)(x), net(x)[:, 0])
    assert len(list(EnergyModel(net).parameters())) == 2


def test_images_are_points_too():
    model = EnergyModel(lambda x: x.flatten(1).square().sum(1) / 2)
    x = torch.randn(4, 2, 3, 3, generator=seeded())
    torch.testing.assert_close(model.score(x), -x)


def test_the_score_has_a_graph_only_where_gradients_are_on():
    model, x = small(), torch.ones(3, 1, dtype=torch.float64)
    assert model.score(x).requires_grad
    with torch.no_grad():
        assert not model.score(x).requires_grad


def test_the_likelihood_has_the_gradient_of_the_theorem():
    """Through the grid, and as a mean over the data less a mean over the model."""
    model = small()
    x = gm1().sample(200, seeded(), torch.float64)
    exact = slopes(-model.log_prob(x, LINE).mean(), model)
    weights = model.density(LINE).detach() * (LINE[1] - LINE[0])
    data = slopes(model(x).mean(), model)
    fantasy = slopes((weights * model(LINE[:, None])).sum(), model)
    torch.testing.assert_close(exact, data - fantasy, rtol=1e-6, atol=1e-9)
    assert (exact - (fantasy - data)).abs().max() > 0.1


# -- contrastive divergence ---------------------------------------------------------------------


def test_the_gradient_of_the_loss_is_known_for_a_parabola():
    model = EnergyModel(Parabola(0.5))
    x = gm1().sample(300, seeded(), torch.float64)
    loss, chains = contrastive_divergence(model, x, None, 3, 0.05, seeded(1))
    expected = (x.square().mean() - chains.square().mean()) / 2
    assert float(slopes(loss, model)) == approx(float(expected), rel=1e-12)
    assert abs(float(expected)) > 0.1  # so that a turned sign would show
    assert chains.shape == x.shape and not chains.requires_grad


def test_one_step_from_the_data_on_average():
    """E x'^2 = (1 - eta theta)^2 E x^2 + 2 eta, in closed form."""
    eta, theta, n = 0.1, 2.0, 200_000
    model = EnergyModel(Parabola(1 / theta))
    x = gm1().sample(n, seeded(), torch.float64)
    loss, chains = contrastive_divergence(model, x, n_steps=1, step_size=eta, generator=seeded(1))
    m2 = float(x.square().mean())
    expected = (m2 - (1 - eta * theta) ** 2 * m2 - 2 * eta) / 2
    noise = float((x.square() - chains.square()).std()) / 2 / math.sqrt(n)
    found = float(slopes(loss, model))
    assert abs(found - expected) < 4 * noise
    without_noise = (m2 - (1 - eta * theta) ** 2 * m2) / 2
    sqrt_eta = (m2 - (1 - eta * theta) ** 2 * m2 - eta) / 2
    for wrong in (-expected, without_noise, sqrt_eta):
        assert abs(found - wrong) > 10 * noise


def test_chains_of_the_model_give_the_gradient_of_the_likelihood():
    """Started in exact samples of the model, with steps so small that they stay exact."""
    law, n = gm1(), 100_000
    model = small()
    base = EnergyModel(lambda x: model(x) - x.square().sum(1) / 4 - law.log_prob(x))
    base.net = model.net
    for parameter in base.net.parameters():
        parameter.data *= 0.0  # now the model is the law itself
    base.net[0].weight.data += 1.0
    base.net[2].weight.data += 0.5
    grid = LINE[200:-200]
    density = base.density(grid).detach()
    picks = torch.multinomial(density, n, replacement=True, generator=seeded(1))
    start = grid[picks][:, None]
    x = law.sample(n, seeded(2), torch.float64)
    exact = slopes(-base.log_prob(x, grid).mean(), base)
    loss, _ = contrastive_divergence(base, x, start, 5, 1e-3, seeded(3))
    found = slopes(loss, base)
    assert float((found - exact).norm()) < 0.05 * float(exact.norm())
    assert float((found + exact).norm()) > float(exact.norm())


def test_by_default_one_step_of_a_hundredth():
    model = EnergyModel(lambda x: x.square().sum(1) / 2)
    data = torch.tensor([[1.0, -2.0], [0.5, 3.0]], dtype=torch.float64)
    own, told = (torch.Generator().manual_seed(5) for _ in range(2))
    _, chains = contrastive_divergence(model, data, generator=own)
    assert torch.equal(chains, langevin_step(lambda x: -x, data, 0.01, told))


def test_two_points_make_an_axis_and_its_ends_belong_to_it():
    """Energies 0 and log 3 at 0 and 2, each with the weight 1: Z = 4/3."""
    model = EnergyModel(lambda x: math.log(3) * x[:, 0] / 2)
    axis = torch.tensor([0.0, 2.0], dtype=torch.float64)
    assert model.log_z(axis).item() == approx(math.log(4 / 3))
    assert model.log_prob(axis[:, None], axis).exp().tolist() == approx([3 / 4, 1 / 4])


def test_persistent_chains_go_on_where_they_stopped():
    model, x = small(), gm1().sample(20, seeded(), torch.float64)
    g = seeded(1)
    _, half = contrastive_divergence(model, x, x[:7], 2, 0.02, g)
    _, whole = contrastive_divergence(model, x, half, 3, 0.02, g)
    _, at_once = contrastive_divergence(model, x, x[:7], 5, 0.02, seeded(1))
    torch.testing.assert_close(whole, at_once, rtol=0, atol=0)
    walked, g = x[:7], seeded(1)
    with torch.no_grad():
        for _ in range(5):
            walked = langevin_step(model.score, walked, 0.02, g)
    torch.testing.assert_close(whole, walked, rtol=0, atol=0)
    assert whole.shape == (7, 1)


# -- score matching -----------------------------------------------------------------------------


def test_score_matching_finds_the_variance():
    """E = x^2 / 2v: -1/v + m2 / 2v^2, least at v = m2; with the other sign it has no minimum."""
    x = 0.7**0.5 * torch.randn(500, 1, generator=seeded(), dtype=torch.float64)
    x = x * (0.7 / x.square().mean()).sqrt()
    model = EnergyModel(Parabola(0.7))
    loss = energy_score_matching(model, x)
    assert float(loss) == approx(-1 / 0.7 + 0.7 / (2 * 0.49), rel=1e-12)
    assert float(slopes(loss, model)) == approx(0, abs=1e-12)
    turned = EnergyModel(lambda x: -model(x))  # the trace with a plus: flat nowhere
    turned.energy_of = model
    assert float(slopes(energy_score_matching(turned, x), turned)) == approx(2, rel=1e-9)
    for v in (0.5, 1.0):
        assert float(energy_score_matching(EnergyModel(Parabola(v)), x)) > float(loss)


def test_score_matching_has_the_gradient_of_explicit_matching():
    """On samples so many that the integral by parts holds to their noise; the plus sign is off."""
    law, n = gm1(), 100_000
    model = small()
    x = law.sample(n, seeded(), torch.float64)
    found = slopes(energy_score_matching(model, x), model)
    exact = slopes(explicit_score_matching(model.score, x, law.score(x)), model)
    assert float((found - exact).norm()) < 0.05 * float(exact.norm())
    flipped = EnergyModel(lambda x: -model(x))
    flipped.net = model.net
    plus = slopes(energy_score_matching(flipped, x), flipped)
    assert float((plus - exact).norm()) > 0.5 * float(exact.norm())


# -- bad input ----------------------------------------------------------------------------------


X = torch.ones(3, 1, dtype=torch.float64)
MODEL = EnergyModel(Parabola(1.0))


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: MODEL(X * math.nan), ValueError, "x contains NaN"),
        (lambda: MODEL(X[:, 0]), ValueError, r"x must have shape \(B"),
        (lambda: MODEL(X.long()), TypeError, "floating"),
        (lambda: EnergyModel(lambda x: x)(X.expand(3, 2)), ValueError, r"energy.*\(3, 2\).*\(3,\)"),
        (lambda: EnergyModel(lambda x: x.sum())(X), ValueError, r"energy\(x\) has shape \(\)"),
        (lambda: EnergyModel(lambda x: x[:, 0] / 0)(X), ValueError, "energy.*NaN or infinity"),
        (lambda: EnergyModel(lambda x: 0 * x[:, 0].detach()).score(X), ValueError, "autograd"),
        (lambda: MODEL.log_z(), ValueError, "1 or 2 axes, not 0"),
        (lambda: MODEL.log_z(LINE, LINE, LINE), ValueError, "1 or 2 axes, not 3"),
        (lambda: MODEL.log_z(LINE.flip(0)), ValueError, "increasing"),
        (lambda: MODEL.log_z(LINE[[0, 0, 1]]), ValueError, "increasing"),
        (lambda: MODEL.log_z(X), ValueError, r"increasing.*\(3, 1\)"),
        (lambda: MODEL.log_z(LINE * math.nan), ValueError, "axis contains NaN"),
        (lambda: MODEL.log_prob(X, LINE, LINE), ValueError, r"x must have shape \(B, 2\)"),
        (lambda: MODEL.log_prob(10 * X, LINE), ValueError, "coordinate 0.*10.*-9 to 9.*wider"),
        (lambda: contrastive_divergence(MODEL, X[:0]), ValueError, "data is empty"),
        (lambda: contrastive_divergence(MODEL, X, X[:0]), ValueError, "start is empty"),
        (lambda: contrastive_divergence(MODEL, X, X.expand(3, 2)), ValueError, r"start.*\(3, 2\)"),
        (lambda: contrastive_divergence(MODEL, X * math.inf), ValueError, "data contains NaN"),
        (lambda: contrastive_divergence(MODEL, X, n_steps=0), ValueError, "n_steps.*not 0"),
        (lambda: contrastive_divergence(MODEL, X, step_size=0), ValueError, "step_size.*not 0"),
        (lambda: energy_score_matching(MODEL, X[:0]), ValueError, "empty"),
        (lambda: energy_score_matching(MODEL, X[:, 0]), ValueError, r"shape \(B"),
    ],
)
def test_bad_input_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()
