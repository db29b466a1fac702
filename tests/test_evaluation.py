"""Digits and points are drawn as their samplers want it, and judged as the reports say."""

import math
import time
from types import SimpleNamespace

import pytest
import torch

from dgm_lessons import data, metrics
from dgm_lessons.denoisers import AbstractDenoiser, ExactDenoiser
from dgm_lessons.evaluation import (
    autoencoders,
    binary_test_digits,
    board,
    digit_times,
    digits,
    digits_of,
    evaluate_codes,
    evaluate_points,
    flow_map,
    likelihood,
    noise_rmse,
    picture_of_digits,
    sample_digits,
    sampling,
)
from dgm_lessons.mixtures import GaussianMixture, ring
from dgm_lessons.networks import PixelHistograms
from dgm_lessons.processes import VE, VP, FlowMatching
from dgm_lessons.zoo import load


def drawn(labels):
    """Digits that are flat: each as bright as its label."""
    return labels[:, None, None].expand(-1, 28, 28)


@pytest.mark.parametrize("process", [VP(), VE(), FlowMatching()])
def test_digits_begin_with_the_noise_of_their_first_level(process, generator):
    """The prior of VE has a standard deviation of 50, its first level one of 40."""
    seen = []

    class Watch(AbstractDenoiser):
        def x0_eps(self, x_t, t):
            assert x_t.shape == (20, 1, 24, 24)
            seen.append((x_t.std().item(), process.sigma(t).item()))
            return torch.zeros_like(x_t), x_t

    Watch.process = process
    sample_digits(Watch(), 20, generator)
    found, wanted = seen[0]
    assert found == pytest.approx(wanted, rel=0.03)


@pytest.mark.parametrize("process", [VP(), VE(), FlowMatching()])
def test_levels_of_digits(process):
    """Noise levels 40 to .03 whose seventh roots are evenly spaced, then none: a call a step."""
    times = digit_times(process)
    assert len(times) == 18 + 1 and times[-1] == 0
    levels = (-process.log_snr(times[:-1]) / 2).exp()
    assert levels[0].item() == pytest.approx(40, rel=1e-4)
    assert levels[-1].item() == pytest.approx(0.03, rel=1e-4)
    gaps = (levels ** (1 / 7)).diff()
    torch.testing.assert_close(gaps, gaps.mean().expand_as(gaps), rtol=1e-3, atol=0)


def test_a_board_is_read_row_by_row():
    picture = board(torch.arange(100)[:, None, None].expand(100, 28, 28))
    assert picture.shape == (280, 280)
    assert [picture[0, 0], picture[0, 27], picture[27, 28], picture[28, 0]] == [0, 0, 1, 10]


def test_the_picture_has_a_row_for_each_label(monkeypatch):
    monkeypatch.setattr(sampling, "with_labels", lambda denoiser, labels: labels)

    def draw(labels, n, generator):
        assert n == len(labels) == 100
        return drawn(labels)

    picture = picture_of_digits(load("mnist-conditional"), draw)
    assert picture[::28, ::28].tolist() == [[row] * 10 for row in range(10)]


def test_codes_become_pixels_from_0_to_255(monkeypatch):
    class Codes:
        def decode(self, z):
            return z[:, :, None, None]

    monkeypatch.setattr(sampling, "digit_codes", lambda device: Codes())
    assert digits_of(torch.tensor([[0.0], [0.6], [1.0]])).flatten().tolist() == [0, 153, 255]


class Points(AbstractDenoiser):
    """The exact denoiser of points, wrong in each coordinate of eps by `off` at noise level 1."""

    def __init__(self, mixture, process, off):
        self.exact, self.process, self.off = ExactDenoiser(mixture, process), process, off

    def x0_eps(self, x_t, t):
        x0, eps = self.exact.x0_eps(x_t, t)
        level = (-self.process.log_snr(torch.as_tensor(t)) / 2).exp().to(eps.dtype)
        return x0, eps + self.off * level


def test_the_error_of_the_noise_is_a_mean_over_levels(generator):
    """From .05 to 5, as many in each octave."""
    mixture, process = ring(3), VP()
    levels = 0.05 * 100 ** (torch.arange(20) / 19)
    found = noise_rmse(Points(mixture, process, 0.2), ExactDenoiser(mixture, process), generator)
    assert found == pytest.approx(0.2 * levels.mean().item(), rel=1e-4)


def test_points_that_all_end_in_one_mode():
    """Weights of .2, .3 and .5 are off by .8 at most; no point strays, in 20 steps of Heun."""
    means, seen = torch.tensor([[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), []
    weights, process = torch.tensor([0.2, 0.3, 0.5]), VP()
    mixture = GaussianMixture(weights, means, torch.eye(2).expand(3, 2, 2) / 100)

    class First(Points):
        def x0_eps(self, x_t, t):
            seen.append((len(x_t), float(t)))
            x0 = means[0].expand_as(x_t).to(x_t.dtype)
            return x0, (x_t - self.process.alpha(t) * x0) / self.process.sigma(t).clamp(min=1e-9)

    report = evaluate_points(First(mixture, process, 0.0), mixture)
    times = torch.tensor([t for n, t in seen if n == 10_000]).double().unique()
    roots = (-process.log_snr(times) / 2).exp() ** (1 / 7)
    assert len(times) == 20 + 1
    torch.testing.assert_close(roots.diff(), roots.diff().mean().expand(20), rtol=1e-3, atol=0)
    assert report["largest_weight_error"] == pytest.approx(0.8, abs=1e-6)
    assert report["off_mode_share"] == 0 and report["noise_rmse"] > 0.1


# -- what the reports say of digits, with a few pictures for MNIST --------------------------------


@pytest.fixture
def few(monkeypatch, generator):
    """Forty pictures to train, a quarter of them with a label of their own, and forty to test."""
    shape = (2, 40, 28, 28)
    train, test = torch.randint(256, shape, generator=generator, dtype=torch.uint8)
    labels = metrics.mnist_labels(train).mode().values.repeat(40)
    labels[::4] = (labels[::4] + 1) % 10
    pictures = {"train": (train, labels), "test": (test, labels)}
    monkeypatch.setattr(data, "mnist", pictures.__getitem__)
    return pictures


def agreement(pictures):
    """Share of the training pictures that the classifier reads as labelled: half or more."""
    images, labels = pictures["train"]
    return (metrics.mnist_labels(images) == labels).double().mean().item()


def test_pixels_become_black_or_white_as_often_as_they_are_bright(monkeypatch):
    """0 never, 255 always, 51 in a fifth: eq-vae-bernoulli's data."""
    grey = torch.tensor([0, 255, 51], dtype=torch.uint8)[:, None, None].expand(3, 28, 28)
    monkeypatch.setattr(data, "mnist", lambda split: (grey, torch.arange(3)))
    dark, white, some = binary_test_digits(torch.device("cpu"))[0].flatten(1).mean(1)
    assert (dark, white) == (0, 1) and abs(some - 0.2) < 4 * (0.2 * 0.8 / 784) ** 0.5


def test_the_report_of_a_vae(monkeypatch, few):
    """Bound = -distortion - rate; the error is that of a mean; active is what varies by .1."""

    class Coder(torch.nn.Linear):
        def encode(self, x):
            codes = torch.linspace(-1, 1, len(x))[:, None]
            return codes / codes.std() * torch.tensor([1.0, 0.11, 0.09]), None

    first, counted = iter(range(40)), []
    weigh = lambda vae, x, draws, g: torch.tensor([float(next(first)) for _ in x])  # noqa: E731

    def terms(vae, x, g):
        counted.append(len(x))
        return torch.full((len(x),), -5.0), torch.full((len(x),), 2.0)

    monkeypatch.setattr(autoencoders, "elbo", terms)
    monkeypatch.setattr(autoencoders, "importance_weighted_bound", weigh)
    report = autoencoders.evaluate_vae(Coder(1, 1), draws=3)
    assert (report["elbo"], report["rate"], report["distortion"]) == (-7, 2, 5)
    assert report["importance_weighted_bound"] == sum(range(40)) / 40
    # the variance of 0, 1 ... n - 1 is n (n + 1) / 12
    error = (40 * 41 / 12 / 40) ** 0.5
    assert report["importance_weighted_bound_error"] == pytest.approx(error)
    assert report["active_units"] == 2 and report["images"] == 40
    assert counted == [40] * 5  # each picture five times


@pytest.mark.parametrize("off", [0.0, 0.5])
def test_the_report_of_codes(few, off):
    """What decodes exactly is as far from the test digits as real ones are."""

    class Codes:
        mean = torch.zeros(1)

        def encode(self, x):
            return x

        def decode(self, z):
            return (z - off).abs()

    report = evaluate_codes(Codes())
    x = few["train"][0].double() / 255
    error = ((x - off).abs() - x).square().sum((1, 2)).mean().item()
    assert report["squared_error"] == pytest.approx(error, rel=1e-5)
    gap = abs(report["frechet_decoded"] - report["frechet_floor"])
    assert gap < 1e-6 if off == 0 else gap > 1e-2


class Real:
    """Draws the pictures of the labels themselves, each once, and keeps what it was asked."""

    def __init__(self, pictures):
        images, labels = pictures["train"]
        self.images = {int(k): images[labels == k] for k in labels.unique()}
        self.asked = []

    def of(self, labels):
        left = {k: iter(images) for k, images in self.images.items()}
        return torch.stack([next(left[k]) for k in labels.tolist()])

    def __call__(self, fixed, n, generator):
        if not isinstance(fixed, tuple):
            self.asked.append(None)
            return torch.cat([*self.images.values()])
        self.asked.append(fixed[1])
        return self.of(fixed[0])


def test_the_report_of_digits(monkeypatch, few):
    """Real digits of the labels: a spread of 1, the floor, and the classifier's own agreement."""
    monkeypatch.setattr(digits, "with_labels", lambda denoiser, labels, w: (labels, w))
    draw, start = Real(few), time.process_time()
    report = digits.evaluate_digits(load("mnist-conditional"), 40, draw, guidance=0.3)
    assert draw.asked == [0.0, 0.3, None]
    for kind in ("frechet_conditional", "frechet_guided", "frechet_unconditional"):
        assert report[kind] == pytest.approx(report["frechet_floor"], rel=1e-6)
        low, high = report[f"{kind}_interval"]
        assert low < report[kind] == pytest.approx((low + high) / 2)
    for kind in ("frechet_conditional", "frechet_guided"):
        assert report[f"{kind}_agreement"] == agreement(few) > 0.4
        assert report[f"{kind}_spread"] == pytest.approx(1)
    assert "frechet_unconditional_spread" not in report
    spent = sum(value for key, value in report.items() if key.endswith("cpu_seconds"))
    assert 0 < spent < time.process_time() - start


def test_the_report_of_a_map(monkeypatch, few):
    """It is judged from its teacher's noise: beside digits, by how far its codes are off."""
    asked, real, process, start = [], Real(few), VP(), time.process_time()

    class Map:
        times, calls, shape = torch.zeros(1), (1, 4), (3,)

        def sample(self, noise, labels, calls):
            return 2 * process.sigma(digit_times(process)[0]) * noise + calls

    def teach(denoiser, start, times, method):
        asked.append((len(times) - 1, denoiser[1]))
        return 2 * start

    monkeypatch.setattr(flow_map, "with_labels", lambda denoiser, labels, w: (labels, w))
    monkeypatch.setattr(flow_map, "sample", teach)
    monkeypatch.setattr(flow_map, "SEEDS", (7,))
    order = torch.randperm(40, generator=torch.Generator().manual_seed(1))
    monkeypatch.setattr(flow_map, "digits_of", lambda z: real.of(few["train"][1][order]))
    report = flow_map.evaluate_map(Map(), SimpleNamespace(process=process), 0.3, 40)
    assert asked == [(18, 0.3)]
    assert report["teacher"]["rms_from_teacher"] == [0]
    for calls in (1, 4):
        found = report[f"calls_{calls}"]
        assert found["rms_from_teacher"] == pytest.approx([calls], rel=1e-5)
        assert found["agreement"] == [agreement(few)]
        assert found["spread"] == pytest.approx([1])
        assert found["frechet"] == pytest.approx([report["frechet_floor"]])
        assert 0 < sum(found["cpu_seconds"]) < time.process_time() - start


def test_the_report_of_a_likelihood(monkeypatch, few):
    """A density of 1 on [-1, 1) takes 7 bits; n bits more in one of two: an error of n / 2."""
    bits = torch.tensor([0.0, 1.0]).repeat(20)
    densities = iter([-784 * math.log(2) * bits[:20], -784 * math.log(2) * bits[20:]])
    bounds = {4: torch.tensor([1.0, 3.0]), 1: torch.tensor([7.0, 8.0])}  # by draws of the noise

    def bound(denoiser, x, g, repeats=4):
        assert isinstance(denoiser.network, PixelHistograms) and len(x) == 40
        return bounds[repeats]

    monkeypatch.setattr(likelihood, "dequantised_bound", bound)
    monkeypatch.setattr(likelihood, "log_prob", lambda *a: next(densities))
    report = likelihood.evaluate_likelihood(load("mnist-likelihood"), n=40, ode=20)
    assert report["flow_total"] == pytest.approx(7.5) and report["flow_images"] == 20
    assert report["flow_error"] == pytest.approx(0.5 / 19**0.5)
    assert (report["bound_total"], report["bound_error"]) == (2, pytest.approx(1))
    assert report["bound_histograms"] == 7.5


def test_the_bound_is_that_of_test_digits(monkeypatch, few):
    seen = []

    def bound(denoiser, images, generator):
        seen.append(images)
        return {"total": torch.tensor(3.0), "steps": torch.tensor([1.0, 2.0])}

    monkeypatch.setattr(digits, "variational_bound", bound)
    report = digits.evaluate_bound(load("mnist-conditional"), 30)
    assert report == {"bound_images": 30, "bound_total": 3, "bound_steps": [1, 2]}
    assert torch.equal(seen[0], few["test"][0][:30])
