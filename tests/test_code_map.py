"""The flow map of codes: its legs, its step, what it refuses; the shipped one and its teacher."""

import re
from itertools import pairwise

import pytest
import torch

from dgm_lessons import metrics, zoo
from dgm_lessons.denoisers import AbstractDenoiser
from dgm_lessons.evaluation import digit_times, digits_of
from dgm_lessons.networks import CodeMap
from dgm_lessons.processes import VP
from dgm_lessons.samplers import DPMSolver2M, ddim_step, sample

TIMES = (0.9, 0.6, 0.4, 0.2, 0.0)
KNOTS = [[t, VP().alpha(t).item(), VP().sigma(t).item()] for t in TIMES]
TOLD_APART = 1e-2


@pytest.fixture
def small():
    """A map of codes of 5 numbers that was never trained, with every weight away from zero."""
    torch.manual_seed(3)
    network = CodeMap(dim=5, classes=3, width=16, depth=2, knots=KNOTS).eval()
    for second in network.second:
        torch.nn.init.normal_(second.weight, std=0.3)
    return network.requires_grad_(False)


def test_the_legs_are_those_of_one_two_and_four_calls(small):
    assert small.calls == (1, 2, 4)
    assert small.legs == [(0, 4), (0, 2), (2, 4), (0, 1), (1, 2), (2, 3), (3, 4)]
    for calls in small.calls:
        assert all(leg in small.legs for leg in pairwise(small.way(calls)))
    two = CodeMap(dim=5, classes=3, width=16, depth=2, knots=KNOTS[::4])
    assert two.calls == (1,) and two.legs == [(0, 1)]


def test_shifts_begin_at_half_the_scale_of_noise():
    torch.manual_seed(0)
    network = CodeMap(dim=2, classes=40, width=100, depth=3, knots=KNOTS)
    for table in (network.label, network.leg):
        assert table.weight.std().item() == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("calls", [1, 2, 4])
def test_a_call_is_a_step_of_ddim_with_its_own_clean_code(small, calls, generator):
    """From the same noise, with a denoiser that says what F says at each leg."""
    labels, noise = torch.tensor([2, 0, 1, 1]), torch.randn(4, 5, generator=generator)

    class Said(AbstractDenoiser):
        process = VP()

        def x0_eps(self, x_t, t):
            s, end = next((s, e) for s, e in legs if abs(s - t) < 1e-6)
            x0 = small.clean(x_t, small.number(x_t, s, end), labels)
            alpha, sigma = self.process.levels(t)
            return x0, (x_t - alpha * x0) / sigma

    knots = [TIMES[k] for k in small.way(calls)]
    legs = list(pairwise(knots))
    expected = sample(Said(), KNOTS[0][2] * noise, torch.tensor(knots).double(), ddim_step)
    found = small.sample(noise, labels, calls)
    assert (found - expected).abs().max() < 1e-5
    small.coefficients[:, 1] *= 1.1
    assert (small.sample(noise, labels, calls) - expected).abs().max() > TOLD_APART


def test_each_row_has_its_own_leg_and_label(small, generator):
    x, labels = torch.randn(3, 5, generator=generator), torch.tensor([0, 1, 2])
    s, t = torch.tensor([0.9, 0.9, 0.2]), torch.tensor([0.0, 0.6, 0.0])
    together = small(x, s, t, labels)
    for i in range(3):
        row = slice(i, i + 1)
        alone = small(x[row], s[i].item(), t[i].item(), labels[row])
        assert torch.allclose(together[row], alone, atol=1e-6)
    assert (small(x, s, t, labels.flip(0)) - together).abs().max() > TOLD_APART
    assert (small(x, 0.9, 0.0, labels) - small(x, 0.9, 0.4, labels)).abs().max() > TOLD_APART


ZEROS = torch.zeros(2, 5)
REFUSED = [
    (lambda m: m(ZEROS, 0.9, 0.2, torch.tensor([0, 1])), "no leg goes from s = 0.9 to t = 0.2"),
    (lambda m: m(ZEROS, 0.9 + 1.05e-5, 0.0, torch.tensor([0, 1])), "no leg goes from s = 0.90001"),
    (lambda m: m(ZEROS, 0.0, 0.9, torch.tensor([0, 1])), "there are 0.9000 to 0.0000"),
    (lambda m: m(ZEROS, float("nan"), 0.0, torch.tensor([0, 1])), "no leg goes from s = nan"),
    (lambda m: m(ZEROS, torch.tensor([0.9] * 3), 0.0, torch.tensor([0, 1])), "(3,)"),
    (lambda m: m(torch.zeros(2, 4), 0.9, 0.0, torch.tensor([0, 1])), "must have shape (B, 5)"),
    (lambda m: m(ZEROS / 0, 0.9, 0.0, torch.tensor([0, 1])), "NaN"),
    (lambda m: m(ZEROS, 0.9, 0.0, torch.tensor([0, -1])), "every call needs one"),
    (lambda m: m(ZEROS, 0.9, 0.0, torch.tensor([0, 3])), "labels must lie in 0 to 2"),
    (lambda m: m(ZEROS, 0.9, 0.0, torch.tensor([0])), "give 2 integers"),
    (lambda m: m.sample(ZEROS, torch.tensor([0, 1]), 3), "calls is 3; this map was trained for"),
    (lambda m: CodeMap(5, 3, 16, 2, KNOTS[:4]), "knots has 4 rows"),
    (lambda m: CodeMap(5, 3, 16, 2, [row[:2] for row in KNOTS]), "(time, alpha, sigma)"),
]


@pytest.mark.parametrize(("make", "says"), REFUSED)
def test_what_cannot_be_mapped_is_refused(small, make, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        make(small)


# -- the shipped one ------------------------------------------------------------------------------

LABELS = torch.arange(10).repeat(30)


def test_the_shipped_map_is_no_denoiser_and_draws_what_it_is_asked(generator):
    with pytest.raises(ValueError, match="is a CodeMap, not a denoiser; use load_network"):
        zoo.load("mnist-map")
    network = zoo.load_network("mnist-map")
    noise = torch.randn(300, 48, generator=generator)
    for calls in (1, 2, 4):
        read = metrics.mnist_labels(digits_of(network.sample(noise, LABELS, calls)))
        assert (read == LABELS).double().mean() > 0.97, calls


def test_it_lands_where_its_teacher_does(generator):
    """From the same noise: most of the variance of the codes is explained, and not by chance."""
    network, teacher = zoo.load_network("mnist-map"), zoo.load("mnist-latent")
    noise = torch.randn(300, 48, generator=generator)
    times = digit_times(teacher.process, 18)
    guided = zoo.with_labels(teacher, LABELS, 0.3)
    taught = sample(guided, teacher.process.sigma(times[0]) * noise, times, DPMSolver2M())
    off = {
        calls: (network.sample(noise, LABELS, calls) - taught).square().mean() for calls in (1, 4)
    }
    stray = (network.sample(noise.flip(0), LABELS.flip(0)) - taught).square().mean()
    assert max(off.values()) < 0.1 < stray


def test_its_card_tells_all_draws():
    metrics_ = zoo.card("mnist-map")["metrics"]
    assert metrics_["noise_seeds"] == [7, 8, 9]
    for way in ("teacher", "calls_1", "calls_2", "calls_4"):
        assert len(metrics_[way]["frechet"]) == 3
        assert min(metrics_[way]["frechet"]) > 0.9 * metrics_["frechet_floor"]
    assert metrics_["teacher"]["rms_from_teacher"] == [0, 0, 0]
