"""The bound of a chain of steps, against Gaussians and closed forms."""

import math
from itertools import pairwise

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from dgm_lessons._inputs import expand
from dgm_lessons.bounds import (
    WIDTHS,
    chain_times,
    continuous,
    decoder,
    dequantised,
    dequantised_bound,
    even_log_snr,
    prior,
    step_cost,
    variational_bound,
)
from dgm_lessons.bounds.chain import _mean_at
from dgm_lessons.data import MNIST_STD, mnist_to_unit
from dgm_lessons.denoisers import AbstractDenoiser
from dgm_lessons.processes import EDM, VP


class Blind(AbstractDenoiser):
    """It guesses zero, or another number, whatever it sees."""

    process = VP()

    def __init__(self, guess=0.0):
        self.guess = guess

    def x0_eps(self, x_t, t):
        return torch.full_like(x_t, self.guess), x_t


def test_the_bound_of_a_blind_denoiser_is_known_in_closed_form(generator):
    """Its steps telescope; its decoder's 256 levels have probabilities that sum to one."""
    images = torch.arange(256, dtype=torch.uint8)[:, None, None].expand(256, 28, 28)
    found = variational_bound(Blind(), images, generator, steps=30, groups=29)
    process, bits = Blind.process, 576 * math.log(2)
    x0 = mnist_to_unit(images).double().flatten(1)
    first, last = (process.snr(t) for t in (process.t_min, process.t_max))
    squares = x0.square().sum(1).mean()
    assert found["steps"].sum().item() == pytest.approx(
        (0.5 * (first - last) * squares / bits).item(), rel=1e-5
    )
    alpha, variance = process.alpha(1.0), process.variance(1.0)
    pull = 0.5 * (alpha**2 * squares + 576 * (variance - 1 - variance.log()))
    assert found["prior"].item() == pytest.approx((pull / bits).item(), rel=1e-4)
    total = found["decoder"] + found["steps"].sum() + found["prior"]
    assert found["total"].item() == pytest.approx(total.item(), rel=1e-6)
    first = decoder(Blind(), mnist_to_unit(images), chain_times(process, 30)[0], generator)
    assert found["decoder"].item() == pytest.approx((first.mean() / bits).item(), rel=1e-6)


def test_the_error_is_that_of_a_mean_over_images(generator):
    """Two images, and nothing left to chance: half of the distance between their bounds."""
    images = torch.tensor([3, 200], dtype=torch.uint8)[:, None, None].expand(2, 28, 28)
    both = variational_bound(Blind(), images, generator, steps=4, groups=3)
    twice = [torch.stack([image, image]) for image in images]
    low, high = (variational_bound(Blind(), x, generator, 4, 3) for x in twice)
    assert low["error"] == high["error"] == 0
    assert both["error"].item() == pytest.approx((high["total"] - low["total"]).abs().item() / 2)
    with pytest.raises(ValueError, match="at least two images"):
        variational_bound(Blind(), images[:1], generator)


@pytest.mark.parametrize("number", [0.0, 0.7])
def test_the_steps_cost_the_kl_of_their_gaussians(number, generator):
    """At every step of a short chain, from the two means and widths: nothing is a limit."""
    images = torch.randint(0, 256, (3, 28, 28), generator=generator).to(torch.uint8)
    process, x0 = Blind.process, mnist_to_unit(images).double()
    times, costs = chain_times(process, 5), {width: [] for width in WIDTHS}
    for t, s in pairwise(times):
        x_s = torch.randn(x0.shape, generator=generator, dtype=torch.float64)
        mu, std = process.posterior(x_s, x0, s, t)
        guess, _ = process.posterior(x_s, torch.full_like(x0, number), s, t)
        best = (std**2 + (mu - guess).square().mean()).sqrt()
        widths = {"small": std, "large": process.transition(t, s)[1], "best": best}
        for width, own in widths.items():
            kl = kl_divergence(Normal(mu, std), Normal(guess, own)).sum() / 3
            costs[width].append(kl / (576 * math.log(2)))
        for other in (0.9, 1.1):  # the best width has no better neighbour
            near = kl_divergence(Normal(mu, std), Normal(guess, other * best)).sum() / 3
            assert near / (576 * math.log(2)) > costs["best"][-1]
    for width in WIDTHS:
        steps = variational_bound(Blind(number), images, generator, 5, 4, width)["steps"]
        torch.testing.assert_close(steps, torch.stack(costs[width]), rtol=1e-5, atol=0)
    small, large, best = (torch.stack(costs[width]) for width in WIDTHS)
    assert bool((best < small).all() and (best < large).all())
    with pytest.raises(ValueError, match="width is 'wide'; choose one of small, large, best"):
        variational_bound(Blind(), images, generator, width="wide")


def test_narrow_steps_make_all_widths_alike():
    kl, dim = torch.tensor(2.0, dtype=torch.float64), 576
    for width in (1e-2, 1e-3, 1e-4):  # of the step, in log-SNR: rho = 1 - width
        excess = step_cost(width * kl, torch.tensor(1 - width).double(), dim) - width * kl
        assert excess.abs() < 0.5 * dim * width**2


def test_the_decoder_pays_for_a_guess_that_is_far_off(generator):
    """No probability is cut off at a floor: 60 widths off cost 60^2 / 2 nats a pixel."""
    images = torch.full((1, 28, 28), 130, dtype=torch.uint8)
    t, x0 = torch.tensor(0.01).double(), mnist_to_unit(images)
    off = (x0[0, 0, 0, 0] / (Blind.process.sigma(t) / Blind.process.alpha(t))).item()
    cost = decoder(Blind(), x0, t, generator).item() / 576
    assert off > 10 and cost == pytest.approx(off**2 / 2, rel=0.2) and cost > 28
    own = decoder(Blind(), x0, t, generator, best=True).item() / 576
    density = 0.5 + math.log(x0.max() * (2 * math.pi) ** 0.5)  # of an error equal to the width
    assert own == pytest.approx(density + math.log(255 * MNIST_STD), abs=0.01)


@pytest.mark.parametrize("best", [False, True])
def test_the_decoder_is_the_mass_of_a_grey_level_around_the_guess(best, generator):
    """Between its edges, half a level either side; its width is the level's, or the error's."""
    process, guess = VP(beta_min=20.0), 0.4
    x0 = mnist_to_unit(torch.full((1, 28, 28), 130, dtype=torch.uint8)).double()
    t, level, half = torch.tensor(0.05).double(), x0.max().item(), 0.5 / 255 / MNIST_STD
    denoiser = Blind(guess)
    denoiser.process = process
    std = abs(level - guess) if best else (process.sigma(t) / process.alpha(t)).item()
    law = Normal(torch.tensor(guess, dtype=torch.float64), std)
    mass = law.cdf(torch.tensor(level + half)) - law.cdf(torch.tensor(level - half))
    cost = decoder(denoiser, x0, t, generator, best).item() / 576
    assert cost == pytest.approx(-mass.log().item(), rel=1e-5)


def test_the_prior_is_that_of_the_process():
    """Of width 2.5, while the noise at the end is 3: the two need not be one."""

    class Wide(EDM):
        prior_std = 2.5

    denoiser, x0 = Blind(), torch.tensor([[0.7, -1.2], [2.0, 0.1]], dtype=torch.float64)
    denoiser.process = Wide(T=3.0)
    wanted = kl_divergence(Normal(x0, 3.0), Normal(torch.zeros(()).double(), 2.5)).sum(1)
    torch.testing.assert_close(prior(denoiser, x0), wanted)


def test_means_are_over_the_values_of_one_step():
    steps, values = torch.tensor([3, 1, 3, 5]), torch.tensor([1.0, 2.0, 3.0, 4.0])
    assert _mean_at(steps, values).tolist() == [2, 2, 2, 4]


def test_the_levels_of_the_decoder_share_one_unit_of_mass(generator):
    images = torch.arange(256, dtype=torch.uint8)[:, None, None].expand(256, 28, 28)

    class Vague(Blind):
        process = VP(beta_min=20.0)  # a wide first level, so that no grey level is cut off

    cost = decoder(Vague(), mnist_to_unit(images), torch.tensor(0.05).double(), generator)
    assert (-cost / 576).exp().sum().item() == pytest.approx(1, abs=1e-5)


def test_dequantised_levels_are_256_parts_of_the_range(generator):
    images = torch.arange(256, dtype=torch.uint8)[:, None, None].expand(256, 28, 28)
    within = 128 * (dequantised(images, generator)[:, 0] + 1) - images
    least, most = within.aminmax()
    assert -1e-4 < least < 0.01 and 0.99 < most < 1 + 1e-4


def test_log_snrs_are_one_from_each_part_of_the_range(generator):
    levels = even_log_snr(50, (-2.0, 3.0), generator)
    assert (10 * (levels + 2)).floor().tolist() == list(range(50))


def test_the_bound_in_continuous_time_is_the_sum_of_its_parts(monkeypatch, generator):
    """Where all is known: a noise that is off by 0.3, at an end that keeps half of the data."""
    process, half = VP(beta_max=1.3), 0.5 * 784
    monkeypatch.setattr(continuous, "dequantised", lambda x, g: torch.full((len(x), 1, 28, 28), c))

    class Off(AbstractDenoiser):
        def x0_eps(self, x_t, t):
            eps = (x_t - expand(process.alpha(t), x_t) * c) / expand(process.sigma(t), x_t)
            return x_t, eps + 0.3

    Off.process, c = process, 0.8
    found = dequantised_bound(Off(), torch.zeros(251, 28, 28, dtype=torch.uint8), generator)
    first, last = (process.log_snr(t).item() for t in (process.t_max, process.t_min))
    nats = (last - first) * half * 0.3**2 + math.exp(first) * half * c**2
    nats += half * (math.log(2 * math.pi * math.e) - last)
    assert math.exp(first) > 0.9 and len(found) == 2
    assert found.tolist() == pytest.approx([nats / 784 / math.log(2) + 7] * 2, rel=1e-4)
