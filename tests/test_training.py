"""Training: the law of the noise levels, the averaged targets, the learning rate, and `fit`."""

import itertools
import math
from contextlib import nullcontext
from statistics import NormalDist

import pytest
import torch

from dgm_lessons import training
from dgm_lessons.denoisers import Denoiser, ExactDenoiser
from dgm_lessons.evaluation import noise_rmse
from dgm_lessons.metrics import mode_weights, off_mode_share
from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.networks import MLP
from dgm_lessons.processes import EDM, VE, VP, DiscreteProcess, FlowMatching, karras, time_grid
from dgm_lessons.samplers import heun_step, sample
from dgm_lessons.training import averaged_targets, even_shares, fit, learning_rate, noise_times


def denoiser(dim=2, width=16, predicts="v", process=None):
    torch.manual_seed(0)
    return Denoiser(MLP(dim, width), process or VP(), predicts)


def test_noise_levels_are_log_normal_and_evenly_spread(process, generator):
    t = noise_times(process, 10_000, generator, median=0.5, spread=0.8)
    level = -0.5 * process.log_snr(t.double())
    assert bool((t.diff() >= 0).all())
    assert level.mean().item() == pytest.approx(math.log(0.5), abs=1e-3)
    assert level.std().item() == pytest.approx(0.8, abs=2e-3)  # free draws would miss by 6e-3
    share = 0.5 * (1 + torch.erf((level - math.log(0.5)) / 0.8 / 2**0.5))
    assert torch.equal((share * 10_000).floor().unique().long(), torch.arange(10_000)) or (
        (share - (torch.arange(10_000) + 0.5) / 10_000).abs().max() < 2e-4
    )


def test_noise_levels_stay_within_the_process(process, generator):
    for _ in range(20):
        t = noise_times(process, 64, generator, median=1.0, spread=6.0)
        assert t.min() >= process.t_min * 0.999 and t.max() <= process.t_max * (1 + 1e-6)
        process.alpha(t)  # accepted
    assert noise_times(process, 0, generator).shape == (0,)
    with pytest.raises(ValueError, match="median"):
        noise_times(process, 4, generator, median=-1.0)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_even_shares_are_anywhere_in_their_own_parts(n, generator):
    within = torch.stack([n * even_shares(n, generator) - torch.arange(n) for _ in range(300)])
    least, most = within.aminmax(dim=0)
    assert bool((least > -1e-6).all() and (least < 0.05).all())
    assert bool((most < 1 + 1e-6).all() and (most > 0.95).all())


def test_the_outermost_noise_levels_are_those_of_one_in_a_million(monkeypatch):
    ends = torch.tensor([0.0, 1.0], dtype=torch.float64)
    monkeypatch.setattr(training, "even_shares", lambda *_: ends)
    levels = noise_times(EDM(T=1e4, t_min=1e-4), 2, median=0.5, spread=1.5)
    expected = [0.5 * math.exp(1.5 * NormalDist().inv_cdf(share)) for share in (1e-6, 1 - 1e-6)]
    assert levels.tolist() == pytest.approx(expected, rel=1e-3)


def test_averaged_targets_are_the_posterior_means_of_the_batch(process, generator):
    """Against the posterior of the empirical law, written out with normal densities."""
    x0 = torch.randn(6, 3, generator=generator, dtype=torch.float64)
    eps = torch.randn(6, 3, generator=generator, dtype=torch.float64)
    t = process.t_from_log_snr(torch.linspace(-3, 4, 6, dtype=torch.float64))
    mean, noise = averaged_targets(process, x0, t, eps)
    alpha, sigma = process.alpha(t), process.sigma(t)
    x_t = process.perturb(x0, t, eps)
    for i in range(6):
        law = torch.distributions.Normal(alpha[i] * x0, sigma[i])
        weight = law.log_prob(x_t[i]).sum(1).softmax(0)
        torch.testing.assert_close(mean[i], weight @ x0)
    torch.testing.assert_close(process.perturb(mean, t, noise), x_t)


def test_averaged_targets_have_no_bias_and_less_variance(generator):
    """E[target | x_t] = E[x_0 | x_t]: the same regression, with a smaller residual."""
    process, mixture = VP(), gm1()
    t = process.t_from_log_snr(torch.zeros(64, dtype=torch.float64))
    exact = ExactDenoiser(mixture, process)
    plain, averaged = [], []
    for _ in range(400):
        x0 = mixture.sample(64, generator, torch.float64)
        eps = torch.randn(x0.shape, generator=generator, dtype=torch.float64)
        x_t = process.perturb(x0, t, eps)
        truth = exact(x_t, t)
        mean, _ = averaged_targets(process, x0, t, eps)
        feature = torch.cat([torch.ones_like(x_t), x_t, x_t**2], 1)
        plain.append(feature * (x0 - truth))
        averaged.append(feature * (mean - truth))
    plain, averaged = torch.cat(plain), torch.stack(averaged).mean(1)
    error = averaged.std(0) / 400**0.5
    assert bool((averaged.mean(0).abs() < 4 * error).all())
    assert bool((averaged.std(0) * 64**0.5 < 1.1 * plain.std(0)).all())


def test_averaged_targets_at_tiny_noise_are_the_data(generator):
    process = VP()
    x0 = torch.randn(256, 2, generator=generator)
    eps = torch.randn(256, 2, generator=generator)
    mean, noise = averaged_targets(process, x0, torch.full((256,), process.t_min), eps)
    assert noise.isfinite().all() and (mean - x0).abs().max() < 0.1
    assert (process.perturb(mean, 1e-3, noise) - process.perturb(x0, 1e-3, eps)).abs().max() < 1e-5


def test_averaged_targets_without_noise_are_the_data(process, generator):
    """At t = 0, alone or beside rows with noise, which are as they are without it."""
    x0, eps = torch.randn(2, 6, 2, generator=generator)
    t = 0.3 * process.T * torch.tensor([0.0, 1, 0, 2, 3, 0])
    mean, noise = averaged_targets(process, x0, t, eps)
    still = t == 0
    assert torch.equal(mean[still], x0[still]) and torch.equal(noise[still], eps[still])
    all_noisy = averaged_targets(process, x0, t.clamp(min=process.t_min), eps)
    assert torch.equal(mean[~still], all_noisy[0][~still])
    assert not torch.allclose(mean[~still], x0[~still])
    mean, noise = averaged_targets(process, x0, 0 * t, eps)
    assert torch.equal(mean, x0) and torch.equal(noise, eps)


def test_a_row_is_averaged_from_a_millionth_of_noise_on():
    """Two points two millionths apart: with a millionth of noise each is its own mean."""
    x0 = torch.tensor([[0.0], [2e-6]], dtype=torch.float64)
    for level, kept in ((1e-6, True), (1.05e-6, False)):
        t = torch.full((2,), level, dtype=torch.float64)
        mean, _ = averaged_targets(EDM(), x0, t, torch.zeros_like(x0))
        assert torch.equal(mean, x0) == kept


def test_from_pure_noise_the_mean_is_that_of_all_data(generator):
    x0, eps = torch.randn(2, 5, 3, generator=generator, dtype=torch.float64)
    mean, noise = averaged_targets(FlowMatching(), x0, torch.ones(5).double(), eps)
    torch.testing.assert_close(mean, x0.mean(0).expand(5, 3))
    assert torch.equal(noise, eps)


def test_learning_rate():
    rates = [learning_rate(step, 1000, warmup=0.1) for step in range(1, 1001)]
    assert rates[0] == 0.01 and rates[99] == 1 and rates[-1] == pytest.approx(0, abs=1e-12)
    assert rates[549] == pytest.approx(0.5)
    assert all(a < b for a, b in itertools.pairwise(rates[:100]))
    assert all(a > b for a, b in itertools.pairwise(rates[99:]))
    assert learning_rate(1, 1) == 1


@pytest.mark.slow
def test_fit_learns_the_ring():
    """1200 steps: the exact score within 0.05, the weights within 0.03, few strays."""
    generator, mixture, process = torch.Generator().manual_seed(0), ring(8), VP()
    torch.manual_seed(0)
    learned = Denoiser(MLP(2), process, "v")
    losses = [loss for _, loss in fit(learned, mixture.sample(20_000, generator), 1200,
                                      generator=generator)]  # fmt: skip
    assert sum(losses[-100:]) < 0.3 * sum(losses[:100])
    assert noise_rmse(learned, ExactDenoiser(mixture, process), generator) < 0.05
    noise = process.sample_prior((4000, 2), generator)
    x = sample(learned, noise, time_grid(process, 20, karras(7.0)), heun_step)
    assert (mode_weights(x, mixture) - mixture.weights).abs().max() < 0.03
    assert off_mode_share(x, mixture) < 0.03


@pytest.mark.parametrize("predicts", ["x0", "eps", "v", "velocity"])
def test_fit_learns_one_gaussian_with_every_prediction(predicts, generator):
    law = GaussianMixture(torch.ones(1), torch.tensor([[2.0, -1.0]]), 0.25)
    learned = denoiser(predicts=predicts, process=FlowMatching())
    exact = ExactDenoiser(law, FlowMatching())
    before = noise_rmse(learned, exact, generator, points=200)
    points = law.sample(500, generator)
    steps = [step for step, _ in fit(learned, points, 150, 64, 1e-2, generator)]
    assert steps == list(range(1, 151))
    assert noise_rmse(learned, exact, generator, points=200) < 0.4 * before


def test_fit_works_in_every_process(process, generator):
    points = torch.randn(500, 2, generator=generator)
    learned = denoiser(process=process)
    *_, last = fit(learned, points, 30, 64, generator=generator)
    assert math.isfinite(last.loss)


def test_fit_repeats_with_the_generator_and_only_with_it():
    points = torch.randn(50, 2, generator=torch.Generator().manual_seed(5))

    def losses(seed):
        return list(fit(denoiser(), points, 5, 16, generator=torch.Generator().manual_seed(seed)))

    assert losses(1) == losses(1) and losses(1) != losses(2)


def test_fit_can_be_stopped(generator):
    learned = denoiser()
    run = fit(learned, torch.randn(50, 2), 1000, 16, generator=generator)
    assert next(run).step == 1 and next(run).step == 2
    assert learned(torch.zeros(1, 2), 0.5).isfinite().all()


def test_fit_refuses_at_once():
    good = torch.randn(10, 2)
    for wrong in (good[:0], good[0], good * float("nan")):
        with pytest.raises(ValueError):
            fit(denoiser(), wrong, 10)
    for settings in ({"steps": 0}, {"steps": 5, "batch_size": 0}, {"steps": 5, "lr": -1.0}):
        with pytest.raises(ValueError, match=r"must be|above 0"):
            fit(denoiser(), good, **settings)
    with pytest.raises(ValueError, match="must have shape"):
        next(fit(denoiser(), torch.randn(10, 3), 5))
    with pytest.raises(ValueError, match=r"nn\.Module"):
        fit(Denoiser(lambda x, level: x, VP()), good, 5)


@pytest.mark.parametrize(
    "wrong", [lambda x: x * 60 + 128, lambda x: x * 0.03, lambda x: 0 * x + 0.1, lambda x: x + 10]
)
def test_fit_refuses_data_of_another_scale_and_says_how_to_change_it(wrong, generator):
    data = wrong(ring(8).sample(100, generator))
    with pytest.raises(ValueError, match=r"standard deviation of.*train on \(data - mean\) / std"):
        fit(denoiser(), data, 5)
    if data.std(0).min() > 1e-6:
        list(fit(denoiser(), (data - data.mean(0)) / data.std(0), 2))


@pytest.mark.parametrize(
    "std, shift, allowed",
    [
        *((0.101, 0, True), (0.099, 0, False), (19.9, 0, True), (20.1, 0, False)),
        *((1, 4.95, True), (1, 5.05, False), (2, -9.9, True), (2, -10.1, False)),
    ],
)
def test_the_scales_that_are_learned(std, shift, allowed):
    """From a tenth to 20, and 5 standard deviations off the origin."""
    data = shift + std * torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
    with nullcontext() if allowed else pytest.raises(ValueError, match="standard deviation"):
        fit(denoiser(), data, 5)


def test_fit_refuses_what_small_noise_makes_huge(process):
    """A score is up to 95 to 1000 times the noise: it would be learned, and draw garbage."""
    with pytest.raises(ValueError, match="let it predict eps, and read denoiser"):
        fit(denoiser(predicts="score", process=process), torch.randn(10, 2), 5)
    if isinstance(process, VE):
        with pytest.raises(ValueError, match="at t = 1 the velocity is 426 times the noise"):
            fit(denoiser(predicts="velocity", process=process), torch.randn(10, 2), 5)


def test_fit_refuses_discrete_time():
    with pytest.raises(ValueError, match=r"use VP\(\).*or a loop of your own"):
        fit(denoiser(process=DiscreteProcess.linear(100), predicts="eps"), torch.randn(10, 2), 5)


def test_fit_takes_float64_for_a_float32_network():
    data = torch.randn(50, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    seeds = [torch.Generator().manual_seed(1) for _ in range(2)]
    double, single = (
        list(fit(denoiser(), x, 5, 16, generator=seed))
        for x, seed in zip((data, data.float()), seeds, strict=True)
    )
    assert double == single


def shown(data, batch_size, generator):
    """What eight batches show the network: x_t at unit scale, and the log-SNRs."""
    learned, given = denoiser(data.shape[1]), []
    learned.network.register_forward_pre_hook(lambda _, one: given.append(one))
    list(fit(learned, data, 8, batch_size, generator=generator))
    return [torch.cat(part) for part in zip(*given, strict=True)]


@pytest.mark.parametrize("scale, shift", [(0.5, 0.0), (2.0, 0.0), (0.5, 2.0)])
def test_fit_trains_at_noise_levels_of_the_scale_of_the_data(scale, shift, generator):
    """The median level is a quarter of the standard deviation, whatever that is."""
    data = shift + scale * torch.randn(5000, 2, generator=generator)
    median = (-0.5 * shown(data, 1000, generator)[1]).exp().median().item()
    assert median == pytest.approx(0.25 * scale, rel=0.05)


def test_one_level_in_32_is_from_anywhere(generator):
    """Of 250 rows 53 are below -6; of the log-normal law one in 8,000 is."""
    _, levels = shown(torch.randn(5000, 2, generator=generator), 1000, generator)
    last, first = (VP().log_snr(t).item() for t in (VP().t_max, VP().t_min))
    assert levels.min() > last - 1e-3 and levels.max() < first + 1e-3
    rare = 250 * (-6 - last) / (first - last)
    assert int((levels < -6).sum()) == pytest.approx(rare + 1, abs=4.5 * rare**0.5)


def test_one_row_in_64_has_three_times_its_noise_at_levels_from_anywhere(generator):
    """Two points in 100 dimensions, so that the noise of a row can be seen."""
    points = torch.tensor([[0.5], [-0.5]]).expand(2, 100)
    x, levels = shown(points, 520, generator)
    alpha, sigma = levels.sigmoid().sqrt(), (-levels).sigmoid().sqrt()
    noise = torch.stack([(x - alpha[:, None] * point) / sigma[:, None] for point in points])
    size = noise.square().mean(2).sqrt().amin(0)
    far = size > 2
    assert int(far.sum()) == 8 * 520 / 64
    assert size[far].mean().item() == pytest.approx(3, abs=0.15)
    middle = (VP().log_snr(VP().t_min) + VP().log_snr(1.0)).item() / 2  # of the law: 4.2
    assert levels[far].mean().item() == pytest.approx(middle, abs=2.5)


class Silent(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x, log_snr):
        return self.weight * x


def test_the_loss_of_a_network_that_says_nothing_is_half_the_number_of_coordinates(generator):
    """Of the noise, 3/2; the mean over 4,000 rows is within 0.02 of it."""
    data = torch.randn(100, 3, generator=generator)
    first = next(fit(Denoiser(Silent(), VP()), data, 5, 4000, generator=generator, average=False))
    assert first.loss == pytest.approx(1.5, abs=0.1)


def test_fit_forgets_squared_gradients_soon(monkeypatch):
    """The second of AdamW's betas is 0.95: steps are few, and their gradients change fast."""
    seen, adam = {}, torch.optim.AdamW
    monkeypatch.setattr(torch.optim, "AdamW", lambda p, lr, **k: seen.update(k) or adam(p, lr, **k))
    next(fit(denoiser(), torch.randn(10, 2), 1))
    assert seen["betas"] == (0.9, 0.95)


def test_fit_says_when_it_diverges(generator):
    with pytest.raises((RuntimeError, ValueError), match=r"lower the learning rate|NaN"):
        list(fit(denoiser(), torch.randn(50, 2), 300, 16, lr=1e20, generator=generator))


def error_far_out(steps, seed):
    """The largest error of a fit to the ring at 5 standard deviations of noise, at late times."""
    law = ring(8)
    torch.manual_seed(seed)
    learned = Denoiser(MLP(2), VP(), "v")
    points = law.sample(20_000, torch.Generator().manual_seed(100 + seed))
    list(fit(learned, points, steps, generator=torch.Generator().manual_seed(seed)))
    angle = torch.linspace(0, 2 * math.pi, 1000)
    far = 5 * torch.stack([angle.cos(), angle.sin()], 1)
    exact = ExactDenoiser(law, VP())
    with torch.no_grad():
        off = [(learned(far, t) - exact(far.double(), t)).norm(dim=1) for t in (0.6, 0.8, 1.0)]
    return torch.cat(off).max().item()


@pytest.mark.slow
def test_the_far_noise_keeps_a_fit_tame_where_no_data_lead(monkeypatch):
    """1,200 steps: off by 0.2 to 0.4 (4 seeds), without the far noise by 1.3 to 1.4."""
    assert error_far_out(1200, 0) < 0.6
    monkeypatch.setattr(training, "FAR", 1.0)
    assert error_far_out(1200, 0) > 0.9


@pytest.mark.slow
def test_a_long_fit_stays_tame_far_from_the_data():
    """4,000 steps: off by 0.13, without the far noise by 2.6 (this seed).

    After 12,000 steps 0.1 to 0.2 (3 seeds), without the far noise 2 to 26 (6 seeds).
    """
    assert error_far_out(4000, 2) < 0.6
