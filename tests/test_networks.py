"""Networks: shapes, independence within a batch, labels, the running average."""

import math

import pytest
import torch

from dgm_lessons import zoo
from dgm_lessons.denoisers import Denoiser
from dgm_lessons.flow_maps import TwoTimeMLP
from dgm_lessons.networks import (
    EMA,
    MLP,
    Classifier,
    CodeMap,
    DigitCodes,
    DigitPlane,
    DigitVAE,
    UNet,
    WithLabels,
)
from dgm_lessons.networks.layers import log_noise_level
from dgm_lessons.processes import VP
from dgm_lessons.vae import elbo


def awake(network):
    """The same network with its zero layers filled, so that every path carries a signal."""
    torch.manual_seed(1)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return network


def inputs(*shape, n=5):
    generator = torch.Generator().manual_seed(2)
    return torch.randn(n, *shape, generator=generator), torch.linspace(-8, 8, n)


CASES = [
    pytest.param(lambda: MLP(2), (2,), id="MLP"),
    pytest.param(lambda: UNet(size=24), (1, 24, 24), id="UNet24"),
    pytest.param(lambda: UNet(size=28, channels=3, classes=0), (3, 28, 28), id="UNet28"),
    pytest.param(lambda: UNet(size=8, widths=(4, 8)), (1, 8, 8), id="UNet8"),
]


@pytest.mark.parametrize("make, shape", CASES)
def test_shape_and_zero_start(make, shape):
    x, log_snr = inputs(*shape)
    assert torch.equal(make()(x, log_snr), torch.zeros_like(x))
    assert make()(x[:0], log_snr[:0]).shape == (0, *shape)


@pytest.mark.parametrize("make, shape", CASES)
def test_each_input_is_treated_alone(make, shape):
    network, (x, log_snr) = awake(make()), inputs(*shape)
    together = network(x, log_snr)
    alone = torch.cat([network(x[i : i + 1], log_snr[i : i + 1]) for i in range(len(x))])
    assert together.std() > 0.01
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-2 * together.std().item())


@pytest.mark.parametrize("make, shape", CASES)
def test_every_parameter_has_a_gradient(make, shape):
    network, (x, log_snr) = awake(make()), inputs(*shape)
    network(x, log_snr).square().sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().max() > 0, name


@pytest.mark.parametrize("make, shape", CASES)
def test_wrong_inputs(make, shape):
    network, (x, log_snr) = make(), inputs(*shape)
    for wrong in (x[..., :1], x[0], x[..., None]):
        with pytest.raises(ValueError, match=r"shape|must have"):
            network(wrong, log_snr)
    for wrong in (log_snr[:3], log_snr[:, None], torch.tensor(0.0)):
        with pytest.raises(ValueError, match="one level per input"):
            network(x, wrong)
    with pytest.raises(ValueError, match="NaN"):
        network(x * float("nan"), log_snr)
    with pytest.raises(ValueError, match="NaN"):
        network(x, log_snr * float("nan"))


@pytest.mark.parametrize("make, shape", CASES)
def test_no_noise_and_no_signal_are_finite(make, shape):
    x, _ = inputs(*shape, n=2)
    assert awake(make())(x, torch.tensor([float("inf"), float("-inf")])).isfinite().all()


def test_size_of_the_recipes():
    count = lambda network: sum(p.numel() for p in network.parameters())  # noqa: E731
    assert count(MLP(2)) == 9_218
    assert count(UNet()) == 381_796
    assert Classifier().features(torch.zeros(3, 1, 28, 28)).shape == (3, 64)
    assert Classifier()(torch.zeros(3, 1, 28, 28)).shape == (3, 10)


def test_unet_with_a_skip_starts_at_the_best_answer_for_gaussian_data(generator):
    """s x / sqrt(1 + s^2), s = sigma/alpha: for x of variance one it is E[eps | x_t]."""
    x = torch.randn(3, 1, 24, 24, generator=generator)
    s = torch.tensor([0.3, 1.0, 7.0])
    expected = x * (s / (1 + s**2).sqrt())[:, None, None, None]
    torch.testing.assert_close(UNet(skip=True)(x, -2 * s.log(), None), expected)


@pytest.mark.parametrize("wrong", [{"size": 10}, {"size": 0}])
def test_unet_size(wrong):
    with pytest.raises(ValueError, match="multiple of 4"):
        UNet(**wrong)


def test_mlp_size():
    with pytest.raises(ValueError, match=">= 1"):
        MLP(2, depth=0)


def test_levels_are_held_where_there_is_no_noise_or_no_signal():
    ends = torch.tensor([math.inf, -math.inf, 1.0])
    for most in (10.0, 12.0):
        found = log_noise_level(ends, ends, most).flatten()
        assert found.tolist() == [-most, most, -0.5]


@pytest.mark.parametrize("make", [MLP, lambda dim: TwoTimeMLP(dim, VP())])
def test_first_weights_are_twice_as_wide_as_usual(make):
    """PyTorch draws them even within 1/sqrt(inputs)."""
    torch.manual_seed(0)
    first = make(2).body[0].weight
    assert first.abs().max().item() * first.shape[1] ** 0.5 == pytest.approx(2, rel=0.02)


def test_mlp_sees_three_magnifications():
    """z / sqrt(s^2 + k^2), rebuilt from x_t by hand, is what enters the first layer."""
    seen = []
    network = MLP(2)
    network.body.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    process, t = VP(), torch.tensor([0.1, 0.5, 0.9])
    x_t = inputs(2, n=3)[0]
    Denoiser(network, process, "v")(x_t, t)
    s, z = process.sigma(t) / process.alpha(t), x_t / process.alpha(t)[:, None]
    views = [z / (s**2 + k**2).sqrt()[:, None] for k in (1, 0.3, 0.1)]
    c = s.log()[:, None] / 4
    waves = [c, (2 * c).sin(), (4 * c).sin(), (2 * c).cos(), (4 * c).cos()]
    torch.testing.assert_close(seen[0], torch.cat([*views, *waves], 1), rtol=1e-4, atol=1e-5)


def test_labels():
    network, (x, log_snr) = awake(UNet(size=8, widths=(4, 8))), inputs(1, 8, 8)
    labels = torch.tensor([0, 3, 9, -1, -1])
    conditional, unconditional = network(x, log_snr, labels), network(x, log_snr)
    assert torch.equal(conditional[3:], unconditional[3:])
    assert (conditional[:3] - unconditional[:3]).abs().amax((1, 2, 3)).min() > 1e-4
    for wrong in (labels[:2], labels.float(), labels + 1, labels - 1):
        with pytest.raises(ValueError, match="labels"):
            network(x, log_snr, wrong)


def test_labels_can_be_fixed():
    network, (x, log_snr) = awake(UNet(size=8, widths=(4, 8))), inputs(1, 8, 8)
    labels = torch.arange(5)
    conditional = network(x, log_snr, labels)
    assert torch.equal(WithLabels(network, labels)(x, log_snr), conditional)


def test_ema_is_the_weighted_mean_and_forgets_the_start():
    network = torch.nn.Linear(1, 1, bias=False)
    ema = EMA(network, fraction=0.05)
    weights, values = [], []
    for n in range(1, 2001):
        with torch.no_grad():
            network.weight.fill_(float(n))
        ema.update(network, n)
        rate = 1 / (1 + 0.05 * n)
        weights = [w * (1 - rate) for w in weights] + [rate]
        values.append(n)
    expected = sum(w * v for w, v in zip(weights, values, strict=True))
    assert ema.network.weight.item() == pytest.approx(expected, rel=1e-4)
    assert ema.network.weight.item() > 0.93 * 2000
    assert not ema.network.weight.requires_grad
    with pytest.raises(ValueError, match="fraction"):
        EMA(network, 0.0)


def test_ema_keeps_the_buffers_of_the_network():
    network = torch.nn.BatchNorm1d(2)
    ema = EMA(network)
    network(torch.tensor([[1.0, 2.0], [3.0, 6.0]]))
    ema.update(network, 1)
    assert network.num_batches_tracked == 1 and network.running_mean.abs().min() > 0.1
    for kept, new in zip(ema.network.buffers(), network.buffers(), strict=True):
        assert torch.equal(kept, new)


def test_digit_codes_are_standardised(generator):
    """Over the images that they were taken from: mean 0 and standard deviation 1."""
    codes = awake(DigitCodes(code=3, widths=(4, 8)))
    images = torch.rand(1500, 1, 28, 28, generator=generator)
    codes.standardise(images)
    z = codes.encode(images).detach()
    assert (codes.std - 1).abs().min() > 0.1  # so that it matters
    torch.testing.assert_close(z.mean(0), torch.zeros(3), rtol=0, atol=1e-3)
    torch.testing.assert_close(z.std(0), torch.ones(3), rtol=1e-3, atol=0)
    noise = 10 * torch.randn(5, 3, generator=generator)
    raw, decoded = codes(images[:5], noise)
    moved = codes.decode(z[:5] + noise / codes.std)
    torch.testing.assert_close(moved, decoded, rtol=1e-4, atol=1e-4)
    assert (codes.decode(z[:5]) - decoded).abs().max() > 0.01
    torch.testing.assert_close((raw - codes.mean) / codes.std, z[:5], rtol=1e-3, atol=1e-3)


def test_digit_vae_gives_the_terms_of_the_bound(generator):
    """With the same noise, its forward pass is `vae.elbo`."""
    vae = awake(DigitVAE(code=3, hidden=(8, 6)))
    x = torch.rand(4, 28, 28, generator=generator).round()
    noise = torch.randn(4, 3, generator=torch.Generator().manual_seed(3))
    found = torch.stack(vae(x, noise))
    expected = torch.stack(elbo(vae, x, torch.Generator().manual_seed(3)))
    assert torch.allclose(found, expected, rtol=1e-5) and (found[1] > 0).all()
    assert vae.decoder(noise).shape == x.shape


def test_digit_vae_starts_at_the_mean_image():
    """Where no image has ink, or all have, at a thousandth from sure."""
    vae, ink = DigitVAE(code=2, hidden=(4,)), torch.full((28, 28), 0.25)
    ink[:2] = torch.tensor([[0.0], [1.0]])
    vae.decoder[-2].weight.data.zero_()
    vae.start_at(ink)
    assert torch.allclose(vae.decoder(torch.zeros(1, 2)).sigmoid(), ink.clamp(0.001, 0.999))


@pytest.mark.parametrize(("code", "hidden"), [(0, (4,)), (2, ()), (2, (4, 0))])
def test_digit_vae_of_no_size(code, hidden):
    with pytest.raises(ValueError, match="each must be >= 1"):
        DigitVAE(code, hidden)


def test_digit_plane_keeps_its_map(generator):
    plane = awake(DigitPlane(hidden=(5,), landmarks=7))
    x = torch.rand(7, 28, 28, generator=generator).round()
    plane.place(x, torch.arange(7))
    kept = plane.state_dict()
    assert torch.equal(kept["test_codes"], plane.encode(x)[0].detach())
    assert kept["test_labels"].tolist() == list(range(7))


# -- the shipped ones -----------------------------------------------------------------------------


def wave(*shape):
    """Numbers between -1 and 1 without any order, the same everywhere."""
    k = torch.arange(1, 1 + math.prod(shape), dtype=torch.float64)
    return (k**2).sin().float().reshape(shape)


LABELS = torch.tensor([3, 0, 9, -1])


def denoised(network):
    given = [LABELS] if getattr(network, "classes", 0) else []
    return network(wave(4, *network.shape), torch.tensor([-9.0, -2.0, 3.0, 14.0]), *given)


def coded(network):
    codes = network.encode(wave(4, 1, 28, 28).abs())
    return torch.cat([codes, network.decode(wave(4, 48)).flatten(1)], 1)


def mapped(network):
    digits = LABELS.clamp(min=0)
    return torch.cat([network.sample(wave(4, 48), digits, n) for n in network.calls], 1)


def bounded(network):
    ink = torch.stack([torch.eye(28).roll(k, 1) for k in (0, 1, 2, 3)])
    return torch.stack(network(ink, wave(4, network.decoder[0].in_features)), 1)


OUTPUTS = {
    Classifier: lambda network: network(wave(4, 1, 28, 28).abs()),
    **{DigitCodes: coded, CodeMap: mapped, DigitVAE: bounded, DigitPlane: bounded},
}
SHIPPED = {  # what the network answered when it was trained: four rows, each weighted by a wave
    "mnist-classifier": [1.31082, 5.14976, 1.37258, 7.38168],
    "mnist-codes": [13.0227, -8.8876, -6.60105, 5.28945],
    "mnist-conditional": [8.02374, 59.8088, 415.181, 740.182],
    "mnist-fm": [294.881, 254.163, 289.508, 2145.02],
    "mnist-latent": [2.75428, 7.86321, 3.12396, 4.45583],
    "mnist-likelihood": [392.034, 413.674, 105.069, 4.93146],
    "mnist-map": [12.4287, 5.30362, -3.61986, -6.06807],
    "mnist-plane": [-341.714, -185.047, 66.5244, 354.167],
    "mnist-vae": [-291.395, -139.421, 18.6541, 416.268],
    "mnist-ve": [287.279, 294.654, 532.964, 192.079],
    "mnist-vp": [3.92951, 70.6156, 405.016, 1102.26],
    "ring": [0.572745, -0.0842919, -2.82818, -0.0766274],
}


@pytest.mark.parametrize("name", zoo.names())
def test_a_shipped_network_answers_as_it_did(name):
    """However the code changes, the weights still mean what they meant: each sign and constant."""
    network = zoo.load_network(name)
    rows = OUTPUTS.get(type(network), denoised)(network).flatten(1).double()
    assert (rows * wave(*rows.shape)).sum(1).tolist() == pytest.approx(SHIPPED[name], rel=1e-4)
