"""Flow maps: the exact ones obey the laws, and every loss knows the exact one from a wrong one."""

import math
from itertools import islice

import pytest
import torch
from torch import nn
from torch.func import jvp

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.flow_maps import (
    GaussianFlowMap,
    LearnedFlowMap,
    SolvedFlowMap,
    TwoTimeMLP,
    along,
    call_times,
    composition_loss,
    eulerian_loss,
    fit_flow_map,
    follow,
    lagrangian_loss,
    two_times,
    velocities,
)
from dgm_lessons.mixtures import GaussianMixture, ring
from dgm_lessons.processes import EDM, VE, CosineVP, FlowMatching
from dgm_lessons.training import learning_rate

LAW = GaussianMixture([1.0], [[0.7, -0.4]], [[[0.5, 0.2], [0.2, 0.3]]])
LOSSES = (eulerian_loss, lagrangian_loss, composition_loss)


def points(n=40, generator=None, dtype=torch.float64):
    return torch.randn(n, 2, generator=generator, dtype=dtype)


def times_of(process, n, generator, dtype=torch.float64):
    """Pairs t <= s over the process's range of noise levels; in a quarter of the rows t = s."""
    s, t = two_times(process, n, generator)
    assert bool((s == t).any())
    return s.to(dtype), t.to(dtype)


class MeanVelocityOf(nn.Module):
    """The average velocity of a Gaussian's map, with parameters that change it in four ways."""

    def __init__(self, law, process):
        super().__init__()
        self.map, self.exact = GaussianFlowMap(law, process), ExactDenoiser(law, process)
        self.change = nn.Parameter(torch.zeros(4, dtype=torch.float64))

    def forward(self, x, s, t):
        gap = torch.where(s == t, 1.0, t - s)[:, None]
        u = (self.map(x, s, t) - x) / gap
        u = torch.where((s == t)[:, None], self.exact.velocity(x, s), u)
        a, b, c, d = self.change
        return u + a * u + b + c * x + d * (s - t)[:, None] * x


def gradient(loss, law, process, generator, velocity=None):
    """The norm of a loss's gradient at the map of `law`; the velocity is the true one of LAW."""
    x = process.alpha(0.3) * points(400, generator)
    s, t = times_of(process, 400, generator)
    network = MeanVelocityOf(law, process)
    v = ExactDenoiser(LAW, process).velocity(x, s) if velocity is None else velocity(x, s, t)
    value = loss(LearnedFlowMap(network, process), x, s, t, v)
    return torch.autograd.grad(value, network.change)[0].norm().item()


def test_the_map_of_a_gaussian_is_where_the_ode_goes(process, generator):
    x, exact = points(20, generator), GaussianFlowMap(LAW, process)
    solved = SolvedFlowMap(ExactDenoiser(LAW, process), 1e-10, 1e-10)
    s, t = (process.t_from_log_snr(torch.tensor(level)) for level in (-1.0, 2.0))
    for start, end in ((s, t), (t, s), (s, 0.0)):
        torch.testing.assert_close(exact(x, start, end), solved(x, start, end), rtol=0, atol=1e-7)
    noise = process.sample_prior((200_000, 2), generator, torch.float64)
    data = exact(noise, process.T, 0.0)  # the prior leaves out a little of the mean in VP and VE
    torch.testing.assert_close(data.mean(0), LAW.mean, rtol=0, atol=0.02)
    torch.testing.assert_close(data.T.cov(), LAW.covariance, rtol=0, atol=0.02)


@pytest.mark.parametrize("kind", ["gaussian", "ring"])
def test_two_maps_in_a_row_are_one_and_none_is_none(kind, generator):
    """At points of the law, away from the ends: elsewhere the way back is too steep to solve."""
    process = CosineVP()
    flow_map = (
        GaussianFlowMap(LAW, process)
        if kind == "gaussian"
        else SolvedFlowMap(ExactDenoiser(ring(8), process), 1e-9, 1e-9)
    )
    s, r, t = 0.1 + 0.8 * torch.rand(3, 30, generator=generator, dtype=torch.float64)
    law = LAW if kind == "gaussian" else ring(8)
    x = process.perturb(law.sample(30, generator, torch.float64), s, points(30, generator))
    torch.testing.assert_close(flow_map(flow_map(x, s, r), r, t), flow_map(x, s, t))
    torch.testing.assert_close(flow_map(flow_map(x, s, t), t, s), x, rtol=0, atol=1e-6)
    torch.testing.assert_close(flow_map(x, s, s), x, rtol=0, atol=1e-12)
    assert (flow_map(x, s, t) - x).abs().max() > 0.1  # and it is not the identity elsewhere


def test_each_row_has_its_own_times(generator):
    """With as many rows as coordinates, where broadcasting would go unseen."""
    process = FlowMatching()
    x, s, t = points(2, generator), torch.tensor([0.9, 0.4]), torch.tensor([0.1, 0.8])
    network = TwoTimeMLP(2, process, width=8, depth=1)
    nn.init.normal_(network.body[-1].weight, generator=generator)
    maps = (
        GaussianFlowMap(LAW, process),
        SolvedFlowMap(ExactDenoiser(ring(8), process), 1e-9, 1e-9),
        LearnedFlowMap(network.double(), process),
    )
    for flow_map in maps:
        rows = [flow_map(x[i : i + 1], s[i].item(), t[i].item()) for i in (0, 1)]
        torch.testing.assert_close(flow_map(x, s, t), torch.cat(rows), rtol=0, atol=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_are_at_rest_at_the_exact_map_and_nowhere_near(loss, generator):
    for process in (CosineVP(), FlowMatching()):
        at_rest = gradient(loss, LAW, process, generator)
        assert at_rest < 1e-3
        wider = GaussianMixture([1.0], LAW.means, 1.1 * LAW.covariances)
        moved = GaussianMixture([1.0], LAW.means + 0.1, LAW.covariances)
        for law in (wider, moved):
            assert gradient(loss, law, process, generator) > 20 * max(at_rest, 1e-4)


def test_the_velocity_belongs_to_the_time_where_x_is(generator):
    """MeanFlow with the velocity of time t, and with the map's own end, is not at rest."""
    process = CosineVP()
    exact, flow_map = ExactDenoiser(LAW, process), GaussianFlowMap(LAW, process)

    def at_t(x, s, t):
        return exact.velocity(x, t)

    def at_the_end(x, s, t):
        return exact.velocity(flow_map(x, s, t), t)

    for wrong in (at_t, at_the_end):
        assert gradient(eulerian_loss, LAW, process, generator, wrong) > 0.1


class Ramp(nn.Module):
    """u(x, s, t) = a s + b t in each of three coordinates."""

    def forward(self, x, s, t):
        return (2.0 * s - 3.0 * t)[:, None].expand(-1, 3)


def test_losses_by_hand():
    """Of u = 2s - 3t, whose slopes are 2 and -3 and whose own velocity at t is -t; v = 1.

    One of the times t is almost the last, where alpha is held at 0.05.
    """
    process, x, v = FlowMatching(), torch.zeros(4, 3).double(), torch.ones(4, 3).double()
    s = torch.tensor([0.5, 0.9, 0.99, 0.4], dtype=torch.float64)
    t = torch.tensor([0.2, 0.3, 0.97, 0.4], dtype=torch.float64)
    u, same = 2 * s - 3 * t, s == t
    level = t / (1 - t).clamp(min=0.05) + 0.05
    weight = level / (level + s - t)
    middle = (s + t) / 2
    twice = (2 * s - 3 * middle + 2 * middle - 3 * t) / 2
    errors = {
        eulerian_loss: u - (1 - (s - t) * 2),
        lagrangian_loss: weight * (u + (t - s) * -3 - torch.where(same, 1.0, -t)),
        composition_loss: u - torch.where(same, 1.0, twice),
    }
    for loss, error in errors.items():
        found = loss(LearnedFlowMap(Ramp(), process), x, s, t, v)
        assert found.item() == pytest.approx(1.5 * error.square().mean().item(), rel=1e-6)


def test_what_a_map_of_two_times_sees():
    """Three magnifications of x; of s and of t: alpha, sigma, c, sin and cos of 2c and of 4c."""
    process, seen = CosineVP(), []
    network = TwoTimeMLP(2, process)
    network.body.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    x = torch.tensor([[0.3, -1.2], [2.0, 0.7], [-0.4, 0.9]], dtype=torch.float64)
    s, t = torch.tensor([[1.0, 0.7, 0.3], [0.0, 0.2, 0.05]], dtype=torch.float64)
    network.double()(x, s, t)
    alpha, sigma = process.alpha(s)[:, None], process.sigma(s)[:, None]
    parts = [x / (sigma**2 + (k * alpha) ** 2).sqrt() for k in (1, 0.3, 0.1)]
    for time in (s, t):
        a, b = process.alpha(time)[:, None], process.sigma(time)[:, None]
        c = ((b**2 + 0.0004) / (a**2 + 0.01)).log() / 8
        parts += [a, b, c, (2 * c).sin(), (4 * c).sin(), (2 * c).cos(), (4 * c).cos()]
    torch.testing.assert_close(seen[0], torch.cat(parts, 1))


@pytest.mark.parametrize("loss", LOSSES)
def test_equal_times_are_flow_matching(loss, generator):
    """All three ask u(x, t, t) for the velocity, and its gradient is that of the squared error."""
    torch.manual_seed(0)  # the network's first weights
    process, network = CosineVP(), TwoTimeMLP(2, CosineVP(), 16, 1)
    nn.init.normal_(network.body[-1].weight, generator=generator)
    x, v = points(30, generator, torch.float32), points(30, generator, torch.float32)
    t = torch.linspace(0.1, 0.9, 30)
    found = torch.autograd.grad(
        loss(LearnedFlowMap(network, process), x, t, t, v), list(network.parameters())
    )
    level = process.sigma(t) / process.alpha(t)
    assert level.min() > 0.05  # where the Lagrangian weight is 1 at t = s
    plain = 0.5 * (network(x, t, t) - v).square().sum(1).mean()
    wanted = torch.autograd.grad(plain, list(network.parameters()))
    for a, b in zip(found, wanted, strict=True):
        # differences in float32: an entry near zero has the error of the large ones
        assert (a - b).abs().max() < 5e-4 * b.abs().max()


def test_the_slope_is_the_derivative(generator):
    process = CosineVP()
    network = TwoTimeMLP(2, process, 32, 2).double()
    nn.init.normal_(network.body[-1].weight, generator=generator)
    x, s, t = points(30, generator), *times_of(process, 30, generator)
    direction = points(30, generator), torch.ones_like(s), torch.zeros_like(t)
    wanted = jvp(network, (x, s, t), direction)[1]
    coarse, fine = (along(network, (x, s, t), direction, h)[1] - wanted for h in (1e-3, 2.5e-4))
    assert coarse.abs().max() < 0.02 * wanted.abs().max()
    assert fine.abs().max() < coarse.abs().max() / 10  # second order: 16 times


def test_averaged_velocities_keep_their_mean_and_lose_their_spread(generator):
    process, law = CosineVP(), ring(8)
    x0, eps = law.sample(2000, generator), points(2000, generator, torch.float32)
    s = torch.full((2000,), 0.5)
    plain = process.alpha_dot(s)[:, None] * x0 + process.sigma_dot(s)[:, None] * eps
    averaged = velocities(process, x0, s, eps)
    true = ExactDenoiser(law, process).velocity(process.perturb(x0, s, eps), s)
    errors = [(v - true).square().sum(1).mean().item() for v in (plain, averaged)]
    assert errors[1] < 0.1 * errors[0]
    torch.testing.assert_close(averaged.mean(0), plain.mean(0), rtol=0, atol=0.1)


def test_times_are_pairs_within_the_process(process, generator):
    s, t = two_times(process, 4000, generator, even=0.5, prior=0.2)
    assert s.shape == t.shape == (4000,) and bool((t <= s).all())
    low, high = max(process.t_min, 1e-3), min(process.t_max, process.T - 1e-3)
    assert t.min() >= low and s.max() <= high
    assert (s == t).float().mean().item() == pytest.approx(0.25, abs=0.03)
    last, first = s[1000:] == s.max(), t[1000:] == t.min()
    assert last.float().mean().item() == pytest.approx(0.2, abs=0.03)
    assert (last & first).float().mean().item() == pytest.approx(0.2 * 0.325, abs=0.03)
    level = -0.5 * process.log_snr(t[:1000].double())
    assert level.median().item() == pytest.approx(math.log(0.25), abs=0.15)


def test_how_often_times_are_the_first_of_all(generator):
    """In half of the pairs with uniform times, in 0.15 of the others, and where t = s seldom."""
    for even, share in ((0.0, 0.15), (0.5, 0.325), (1.0, 0.5)):
        _, t = two_times(CosineVP(), 60_000, generator, even=even)
        assert (t[15_000:] == t.min()).float().mean().item() == pytest.approx(share, abs=0.008)
        assert (t[:15_000] == t.min()).float().mean() < 0.05


def test_levels_of_times_are_log_normal(generator):
    """Where t = s about 0.25; of the rest s is the later of two draws about 0.4."""
    process = FlowMatching()
    s, _ = two_times(process, 200_000, generator, even=0.0)
    level = -0.5 * process.log_snr(s.double())
    shares = torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64)
    normal = torch.distributions.Normal(0.0, 1.0).icdf
    alike = math.log(0.25) + 1.2 * normal(shares)
    later = math.log(0.4) + 1.4 * normal(shares.sqrt())
    for found, expected in ((level[:50_000], alike), (level[50_000:], later)):
        torch.testing.assert_close(found.quantile(shares), expected, rtol=0, atol=0.03)


def test_uniform_times_fill_the_process_evenly(generator):
    """The later of two has a mean of two thirds; here times begin late."""
    process = EDM(T=1.0, t_min=0.3)
    s, t = (one[25_000:] for one in two_times(process, 100_000, generator, even=1.0))
    share, earlier = ((one - 0.3) / 0.699 for one in (s, t[t > t.min()]))
    assert share.mean().item() == pytest.approx(2 / 3, abs=0.005)
    assert earlier.mean().item() == pytest.approx(1 / 3, abs=0.005)


def test_one_push_then_none_tells_the_optimiser():
    """After one gradient Adam coasts: m and v fall by 0.9 and 0.95 a step; nothing else pulls."""
    network, path = TwoTimeMLP(2, CosineVP(), 4, 1), []
    weight = network.body[0].weight

    def push(*_):
        path.append(weight[0, 0].item())
        return weight.sum() if len(path) == 1 else 0 * weight.sum()

    data = LAW.sample(50, torch.Generator().manual_seed(0))
    flow_map = LearnedFlowMap(network, CosineVP())
    list(islice(fit_flow_map(flow_map, data, push, 400, 4, lr=0.1), 21))
    k = torch.arange(1, 21, dtype=torch.float64)
    m = 0.1 * 0.9 ** (k - 1) / (1 - 0.9**k)
    v = 0.05 * 0.95 ** (k - 1) / (1 - 0.95**k)
    # the rate has risen after 2 in 100 of all steps, and then falls
    lr = 0.1 * torch.tensor([learning_rate(int(n), 400, 0.02) for n in k], dtype=torch.float64)
    found = torch.tensor(path, dtype=torch.float64).diff()
    torch.testing.assert_close(found, -lr * m / v.sqrt(), rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_map_is_learned_from_samples_of_a_gaussian(loss):
    """In 150 steps of a small network, and the same again from the same seed."""
    process, errors = CosineVP(), []
    exact = GaussianFlowMap(LAW, process)
    noise = points(2000, torch.Generator().manual_seed(9), torch.float32)
    for _ in range(2):
        torch.manual_seed(0)
        flow_map = LearnedFlowMap(TwoTimeMLP(2, process, 32, 2), process)
        g = torch.Generator().manual_seed(0)
        steps = list(fit_flow_map(flow_map, LAW.sample(5000, g), loss, 150, 256, generator=g))
        assert [one.step for one in steps] == list(range(1, 151))
        end = follow(flow_map, noise, call_times(process, 1))
        errors.append((end - exact(noise, 1.0, 0.0)).square().mean().sqrt().item())
    assert errors[0] == errors[1] < 0.15
    assert (noise - exact(noise, 1.0, 0.0)).square().mean().sqrt() > 0.5


def test_points_on_the_line(generator):
    """N(0.5, 2) under VE: the distance to the mean grows like the standard deviation."""
    process, x = VE(), torch.tensor([[-1.0], [0.5], [2.0]], dtype=torch.float64)
    found = GaussianFlowMap(GaussianMixture([1.0], [[0.5]], [[[2.0]]]), process)(x, 0.3, 0.8)
    ratio = ((2 + process.sigma(0.8) ** 2) / (2 + process.sigma(0.3) ** 2)).sqrt()
    torch.testing.assert_close(found, 0.5 + ratio * (x - 0.5))


def test_following_is_calling_in_a_row(generator):
    process, x = CosineVP(), points(10, generator)
    flow_map = GaussianFlowMap(LAW, process)
    for calls in (1, 2, 4):
        times = call_times(process, calls)
        assert len(times) == calls + 1 and times[0] == process.T and times[-1] == 0
        path = follow(flow_map, x, times, path=True)
        assert path.shape == (calls + 1, 10, 2)
        torch.testing.assert_close(path[-1], flow_map(x, 1.0, 0.0))
    assert process.sigma(times[1]) / process.alpha(times[1]) == pytest.approx(1.2)


def test_errors_say_what_to_do(generator):
    process, x = CosineVP(), points(6, generator)
    flow_map = GaussianFlowMap(LAW, process)
    learned = LearnedFlowMap(TwoTimeMLP(2, process), process)
    with pytest.raises(ValueError, match=r"8 components.*SolvedFlowMap"):
        GaussianFlowMap(ring(8), process)
    with pytest.raises(ValueError, match=r"s must lie in \[0, 1\]"):
        flow_map(x, 1.5, 0.0)
    with pytest.raises(ValueError, match="t has shape"):
        flow_map(x, 1.0, torch.zeros(3))
    with pytest.raises(ValueError, match="NaN"):
        flow_map(x * math.nan, 1.0, 0.0)
    with pytest.raises(ValueError, match=r"\(B, 2\)"):
        learned(points(6).repeat(1, 2).float(), 1.0, 0.0)
    with pytest.raises(ValueError, match="the network's output has shape"):
        LearnedFlowMap(lambda x, s, t: x[:, :1], process)(x, 1.0, 0.0)
    with pytest.raises(ValueError, match="at least two"):
        follow(flow_map, x, [1.0])
    with pytest.raises(ValueError, match="1, 2, 4"):
        call_times(process, 3)
    with pytest.raises(ValueError, match="each must be >= 1"):
        TwoTimeMLP(2, process, 0)
    data = LAW.sample(100, generator)
    for options, message in (
        ({"steps": 0}, "steps = 0"),
        ({"even": 1.2}, "even = 1.2"),
        ({"data": 100 * data}, "standard deviation"),
        ({"flow_map": LearnedFlowMap(lambda x, s, t: x, process)}, "torch.nn.Module"),
        ({"lr": 0.0}, "lr"),
    ):
        given = {"flow_map": learned, "data": data, "loss": eulerian_loss, "steps": 3} | options
        with pytest.raises(ValueError, match=message):
            fit_flow_map(**given)
    with pytest.raises(RuntimeError, match="lower the learning rate"):
        list(fit_flow_map(learned, data, lambda *_: learned.network.body[0].bias.sum() / 0, 1))
