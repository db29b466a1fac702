"""Likelihood by the probability-flow ODE against the mixture's own density and quantiles."""

import math

import pytest
import torch
from pytest import approx
from scipy.integrate import solve_ivp

from dgm_lessons.denoisers import Denoiser, ExactDenoiser, ReclockedDenoiser
from dgm_lessons.likelihood import (
    TRACES,
    bits_per_dim,
    decode,
    encode,
    log_prob,
    log_prob_parts,
    offset_bits,
)
from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.processes import EDM, VE, VP, CosineVP, DiscreteProcess, FlowMatching

# The ODE gives the density of data with the noise of t_min, under the prior N(0, sigma_T^2 I).
# Noise blurs log p by (sigma_min^2/2)(laplacian p)/p, and a prior that leaves out alpha_T x_0 is
# off by about |E x_0| alpha_T/sigma_T nats; where alpha(t_min) < 1 the modes move in, which costs
# (1 - alpha) 2/0.15 on the ring (radius 2, std 0.15). All three fall below 1e-3 for t_min of 1e-3
# (flow matching, with 1 - alpha = t: 1e-5) and sigma_T/alpha_T of some thousand. VP keeps
# alpha_T = 0.0066 and a mean of 0.06: 4e-4.
CASES = (
    (VP(), 1e-5),
    (CosineVP(), 6e-4),
    (VE(0.001, 2000.0), 1e-3),
    (EDM(T=2000.0), 1e-3),
    (FlowMatching(), 1e-5),
)
by_name = {"ids": lambda value: type(value).__name__ if not isinstance(value, float) else ""}


def tilted():
    """Full covariances, so that probes see what is off the diagonal."""
    covariances = torch.tensor([[[0.6, 0.3], [0.3, 0.4]], [[0.5, -0.2], [-0.2, 0.9]]])
    return GaussianMixture(
        torch.tensor([0.3, 0.7]), torch.tensor([[-1.0, 0.5], [1.0, -0.5]]), covariances
    )


def four_dims():
    """Two heaps in four dimensions, stretched askew, so that a sketch leaves something out."""
    turn = torch.linalg.qr(torch.randn(4, 4, generator=torch.Generator().manual_seed(3))).Q
    long = turn * torch.tensor([1.0, 0.5, 0.2, 0.1]) @ turn.T
    wide = turn.T * torch.tensor([0.3, 0.8, 0.4, 0.6]) @ turn
    means = torch.tensor([[1.0, 0.0, -0.5, 0.2], [-0.6, 0.3, 0.0, -0.4]])
    return GaussianMixture(torch.tensor([0.4, 0.6]), means, torch.stack([long, wide]))


def cdf(mixture, x):
    """P(X <= x) of a mixture on the line."""
    stds = mixture.covariances[:, 0, 0].sqrt()
    normal = torch.distributions.Normal(mixture.means[:, 0], stds)
    return normal.cdf(x) @ mixture.weights


@pytest.mark.parametrize("process, t_min", CASES, **by_name)
def test_log_prob_equals_the_density_of_the_mixture(process, t_min):
    x = ring().sample(48, torch.Generator().manual_seed(0), torch.float64)
    found = log_prob(ExactDenoiser(ring(), process), x, rtol=1e-6, atol=1e-6, t_min=t_min)
    error = (found - ring().log_prob(x)).square().mean().sqrt()
    assert float(error) < 1e-3
    assert found.shape == (48,) and not found.requires_grad


@pytest.mark.parametrize("seed", range(3))
def test_the_error_at_the_default_tolerances(seed):
    """From the data itself to alpha = 0, so that solving is the only error: 1e-3 nats at most."""
    x = ring(8).sample(200, torch.Generator().manual_seed(seed), torch.float64)
    found = log_prob_parts(ExactDenoiser(ring(8), FlowMatching()), x, t_min=0.0)
    error = (found.log_prob - ring(8).log_prob(x)).square().mean().sqrt()
    assert float(error) < 1e-4 and found.calls < 250


def test_the_parts_of_a_log_density():
    """Of one Gaussian: the divergence is log det, the prior that of the standard normal."""
    cov = torch.tensor([[0.5, 0.2], [0.2, 0.3]], dtype=torch.float64)
    law = GaussianMixture(torch.ones(1), torch.zeros(1, 2), cov[None].float())
    x = law.sample(4, torch.Generator().manual_seed(0), torch.float64)
    found = log_prob_parts(ExactDenoiser(law, FlowMatching()), x, rtol=1e-8, atol=1e-8, t_min=0.0)
    log_det = -0.5 * torch.logdet(cov).expand(4)
    torch.testing.assert_close(found.divergence, log_det, rtol=0, atol=1e-6)
    white = torch.linalg.solve(torch.linalg.cholesky(cov), x.T).square().sum(0)
    torch.testing.assert_close(found.x_T.square().sum(1), white, rtol=0, atol=1e-5)
    torch.testing.assert_close(found.prior, -0.5 * white - math.log(2 * math.pi), rtol=0, atol=1e-5)
    assert torch.equal(found.log_prob, found.prior + found.divergence)
    assert found.cut_off == 0 and found.calls > 20
    coarse = log_prob_parts(ExactDenoiser(law, VP()), x, rtol=1e-2, atol=1e-2, t_min=0.1)
    alpha, sigma = VP().levels(0.1)
    assert coarse.cut_off == approx(float(sigma / alpha)) and coarse.calls < found.calls


def test_calls_are_counted():
    class Counted(ExactDenoiser):
        calls = 0

        def v_and_divergence(self, x_t, t):
            self.calls += 1
            return super().v_and_divergence(x_t, t)

    denoiser = Counted(gm1(), FlowMatching())
    found = log_prob_parts(denoiser, torch.tensor([[0.3]], dtype=torch.float64))
    assert found.calls == denoiser.calls > 20
    assert log_prob_parts(denoiser, torch.empty(0, 1)).calls == 0


@pytest.mark.parametrize("process", [VP(), VE(0.01, 50.0), FlowMatching()], **by_name)
def test_scipy_finds_the_same_log_density(process):
    """SciPy's solver in the process's own time, and the trace from the mixture's Hessian."""
    mixture, t_end = tilted(), process.T * (0.999 if isinstance(process, FlowMatching) else 1.0)
    start, x = 0.01 * process.T, torch.tensor([[0.3, -0.2]], dtype=torch.float64)

    def slope(t, state):
        point = torch.tensor(state[None, :2])
        law = mixture.diffuse(process.alpha(t), process.sigma(t))
        f, half = float(process.f(t)), 0.5 * float(process.g2(t))
        u = f * point - half * law.score(point)
        hessian = law.hessian(point)[0]
        return [*u[0].tolist(), 2 * f - half * float(hessian.trace())]

    state = solve_ivp(slope, (start, t_end), [0.3, -0.2, 0.0], "DOP853", rtol=1e-9, atol=1e-10).y
    end = mixture.diffuse(process.alpha(t_end), process.sigma(t_end))
    by_scipy = float(end.log_prob(torch.tensor(state[None, :2, -1]))) + state[2, -1]
    found = log_prob_parts(ExactDenoiser(mixture, process), x, rtol=1e-9, atol=1e-9, t_min=start)
    last = mixture.diffuse(process.alpha(process.T), process.sigma(process.T))
    ours = float(last.log_prob(found.x_T)) + float(found.divergence)  # with the true end law
    assert ours == approx(by_scipy, abs=1e-6)


def test_log_prob_is_that_of_the_data_with_the_noise_of_t_min(process):
    denoiser = ExactDenoiser(tilted(), process)
    t = float(process.t_from_log_snr(2.0))
    law = denoiser.marginal(t)
    x = law.sample(16, torch.Generator().manual_seed(0), torch.float64)
    found = log_prob(denoiser, x, rtol=1e-6, atol=1e-6, t_min=t)
    prior_error = {"VE": 0.15, "EDM": 0.15, "VP": 0.05}.get(type(process).__name__, 1e-4)
    torch.testing.assert_close(found, law.log_prob(x), rtol=0, atol=prior_error)
    blurred = float((law.log_prob(x) - tilted().log_prob(x)).abs().mean())
    assert blurred > 0.05  # the density of clean data is another one


def test_processes_share_one_clock():
    """At unit scale they are one ODE: from one log-SNR to alpha = 0, one answer to rounding."""
    x = ring().sample(8, torch.Generator().manual_seed(0), torch.float64)
    found = []
    for process in (FlowMatching(), CosineVP()):
        t = float(process.t_from_log_snr(8.0))
        scale = math.hypot(float(process.alpha(t)), float(process.sigma(t)))
        y = log_prob(ExactDenoiser(ring(), process), scale * x, t_min=t)
        found.append(y + 2 * math.log(scale))
    torch.testing.assert_close(*found, rtol=0, atol=1e-8)


@pytest.mark.parametrize("process", [VP(), FlowMatching()], ids=lambda p: type(p).__name__)
def test_a_trace_in_closed_form_is_the_automatic_one(process):
    """A re-clocked denoiser does not know that it is a mixture."""
    exact = ExactDenoiser(tilted(), process)
    x = tilted().sample(6, torch.Generator().manual_seed(0), torch.float64)
    found = log_prob(ReclockedDenoiser(exact, process), x)
    torch.testing.assert_close(found, log_prob(exact, x), rtol=0, atol=1e-7)


def test_default_t_min_is_the_process_own():
    denoiser = ExactDenoiser(gm1(), VP())
    x = torch.tensor([[0.2]], dtype=torch.float64)
    assert torch.equal(log_prob(denoiser, x), log_prob(denoiser, x, t_min=VP.t_min))


def test_images_have_a_likelihood():
    """A standard normal stays standard normal under VP: any shape, exactly known."""

    def network(x, log_snr):  # eps = sigma x for N(0, I)
        return torch.sigmoid(-log_snr).sqrt().reshape(-1, 1, 1) * x

    x = torch.randn(3, 2, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    expected = -0.5 * (x**2).sum((1, 2)) - 2 * math.log(2 * math.pi)
    denoiser = Denoiser(network, VP())
    for trace in TRACES:
        found = log_prob(denoiser, x, trace, n_probes=3, generator=torch.Generator().manual_seed(0))
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-3)


@pytest.mark.parametrize("trace", [name for name in TRACES if name != "exact"])
def test_probes_are_unbiased(trace, generator):
    """Copies of one point, each with its own probes, against the exact trace."""
    process, n = FlowMatching(), 60 if trace == "hutch++" else 200
    denoiser = ExactDenoiser(four_dims(), process)
    x = torch.tensor([[0.3, -0.2, 0.5, 0.1]], dtype=torch.float64)
    exact = float(log_prob(denoiser, x, rtol=1e-4, atol=1e-4))
    passes = 3 if trace == "hutch++" else 1
    draws = log_prob(denoiser, x.expand(n, 4), trace, 1e-4, 1e-4, passes, generator)
    error = float(draws.std()) / math.sqrt(n)
    assert 0.02 < error < 0.2  # 0.05 to 0.12 over eleven laws
    assert float(draws.mean()) == approx(exact, abs=4 * error)
    many = log_prob(denoiser, x.expand(50, 4), trace, 1e-4, 1e-4, 9, generator)
    assert float(many.std()) < 0.7 * float(draws.std())


def test_normal_probes_are_noisy_even_on_the_line(generator):
    """A normal number squared is not one: variance 2 (log of the stretch)^2, with one probe."""
    law = GaussianMixture(torch.ones(1), torch.zeros(1, 1), torch.full((1, 1, 1), 0.09))
    x = torch.full((2000, 1), 0.2, dtype=torch.float64)
    denoiser = ExactDenoiser(law, FlowMatching())
    found = log_prob_parts(denoiser, x, "gaussian", generator=generator, t_min=0.0)
    assert float(found.divergence.std()) == approx(math.sqrt(2) * math.log(1 / 0.3), rel=0.1)
    assert float(found.prior.std()) < 1e-4  # the probes do not touch the path


def test_hutchinson_is_exact_on_the_line(generator):
    """A random sign squared is one."""
    x = torch.tensor([[-1.0], [0.5]], dtype=torch.float64)
    denoiser = ExactDenoiser(gm1(), VP())
    probed = log_prob(denoiser, x, "hutchinson", generator=generator)
    torch.testing.assert_close(probed, log_prob(denoiser, x), rtol=1e-9, atol=1e-9)


def test_a_sketch_of_every_direction_is_exact(generator):
    """In the plane two vectors, a third of six passes, are the most, and leave nothing out."""
    x = tilted().sample(3, torch.Generator().manual_seed(0), torch.float64)
    denoiser = ExactDenoiser(tilted(), VP())
    found = log_prob(denoiser, x, "hutch++", n_probes=6, generator=generator)
    torch.testing.assert_close(found, log_prob(denoiser, x), rtol=0, atol=1e-6)


# -- encoding --------------------------------------------------------------------------------------


def test_encode_is_the_map_of_quantiles_on_the_line(process):
    """In one dimension the ODE keeps the order of points, so it keeps their quantiles."""
    denoiser = ExactDenoiser(gm1(), process)
    start = denoiser.marginal(process.t_min)
    x = torch.tensor([[-2.2], [-1.4], [-0.3], [0.4], [1.0], [2.3]], dtype=torch.float64)
    end = gm1().diffuse(process.alpha(process.T), process.sigma(process.T))
    z = encode(denoiser, x, rtol=1e-7, atol=1e-7)
    torch.testing.assert_close(cdf(end, z), cdf(start, x), rtol=0, atol=2e-6)


def test_decode_undoes_encode(process):
    denoiser = ExactDenoiser(ring(), process)
    x = ring().sample(8, torch.Generator().manual_seed(0), torch.float64)
    z = encode(denoiser, x, rtol=1e-7, atol=1e-7)
    assert float((z - x).abs().mean()) > 0.3
    torch.testing.assert_close(decode(denoiser, z, 1e-7, 1e-7), x, rtol=0, atol=2e-3)


# -- bits per dimension ----------------------------------------------------------------------------


def test_bits_per_dim_of_uniform_pixels_is_eight():
    """Pixels uniform on 0..255 plus noise: density 1 on [0, 1], 1/2 per axis on [-1, 1]."""
    dims = 12
    zero_one = torch.zeros(3)
    minus_one_one = torch.full((3,), -dims * math.log(2))
    assert bits_per_dim(zero_one, dims).tolist() == approx([8.0] * 3)
    assert bits_per_dim(minus_one_one, dims, scale=2 / 256).tolist() == approx([8.0] * 3)
    assert bits_per_dim(zero_one, dims, scale=2 / 256).tolist() == approx([7.0] * 3)
    assert bits_per_dim(zero_one, dims, scale=1.0).tolist() == approx([0.0] * 3)


def test_the_offset_of_the_scale_is_whole_bits():
    assert offset_bits(1 / 256) == 8 and offset_bits(2 / 256) == 7 and offset_bits(1.0) == 0


def test_variational_dequantisation_gives_the_bits_of_its_noise_back():
    """Noise on a quarter of the unit: the density is four times, and so is q. Nothing changes."""
    dims = 6
    uniform = bits_per_dim(torch.zeros(2), dims)
    narrow = torch.full((2,), dims * math.log(4))
    assert bits_per_dim(narrow, dims, log_q=narrow).tolist() == approx(uniform.tolist())
    assert bits_per_dim(narrow, dims, log_q=float(narrow[0])).tolist() == approx([8.0, 8.0])
    assert bits_per_dim(narrow, dims).tolist() == approx([6.0, 6.0])  # forgotten: two bits too few


def test_bits_per_dim_count_nats_in_base_two():
    nats = torch.tensor([-10.0, 3.0])
    expected = [10 / (5 * math.log(2)) + 8, -3 / (5 * math.log(2)) + 8]
    assert bits_per_dim(nats, 5).tolist() == approx(expected)


# -- bad input -------------------------------------------------------------------------------------

X, NAN = torch.ones(3, 2), math.nan
EXACT = ExactDenoiser(ring(), VP())
CHAIN = ExactDenoiser(ring(), DiscreteProcess.linear(50))


@pytest.mark.parametrize("call", [log_prob, encode, decode])
def test_bad_points_are_refused(call):
    for x, error, words in (
        (X * NAN, ValueError, "contains NaN"),
        (X * math.inf, ValueError, "contains NaN or infinity"),
        (X[0], ValueError, r"must have shape \(B"),
        (X[:, :1], ValueError, r"must have shape \(B, 2\)"),
        (X.long(), TypeError, "floating dtype"),
        ([[1.0, 2.0]], TypeError, "must be a torch.Tensor, not list"),
    ):
        with pytest.raises(error, match=words):
            call(EXACT, x)
    with pytest.raises(ValueError, match=r"rtol .*above 0, not 0"):
        call(EXACT, X, rtol=0.0)
    with pytest.raises(ValueError, match=r"atol .*above 0, not -1"):
        call(EXACT, X, atol=-1.0)
    with pytest.raises(TypeError, match="no time derivative"):
        call(CHAIN, X)


@pytest.mark.parametrize(
    "options, words",
    [
        ({"trace": "skilling"}, r"one of exact, hutchinson, gaussian, hutch\+\+, not 'skilling'"),
        ({"trace": "hutch++"}, r"needs n_probes = 3, 6, ... to 6.*, not 1"),
        ({"trace": "hutch++", "n_probes": 9}, r"needs n_probes = 3, 6, ... to 6.*, not 9"),
        ({"n_probes": 0}, "n_probes must be at least 1, not 0"),
        ({"n_probes": -1}, "n_probes must be at least 1, not -1"),
        ({"t_min": NAN}, r"t_min.*nan"),
        ({"t_min": -0.1}, r"t_min.*-0.1"),
        ({"t_min": 2.0}, r"t_min.*2"),
        ({"t_min": 1.0}, r"t_min.*1"),
    ],
)
def test_bad_options_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        log_prob(EXACT, X, **options)


def test_the_exact_density_may_start_at_the_data_itself():
    for process in (VP(), FlowMatching()):
        found = log_prob(ExactDenoiser(gm1(), process), X[:, :1].double(), t_min=0.0)
        torch.testing.assert_close(found, gm1().log_prob(X[:, :1].double()), rtol=0, atol=2e-2)


def test_empty_batches_stay_empty():
    none = torch.empty(0, 2)
    for trace in TRACES:
        assert log_prob(EXACT, none, trace, n_probes=3).shape == (0,)
    assert encode(EXACT, none).shape == decode(EXACT, none).shape == (0, 2)
    assert bits_per_dim(torch.empty(0), 2).shape == (0,)


@pytest.mark.parametrize(
    "nats, dims, scale, words",
    [
        (X[:, 0], 0, 1 / 256, "dims .*0"),
        (X[:, 0], -3, 1 / 256, "dims .*-3"),
        (X[:, 0], 2, 0.0, "scale .*0"),
        (X[:, 0], 2, -1.0, "scale .*-1"),
        (X[:, 0], 2, NAN, "scale .*nan"),
        (X[:, 0], 2, math.inf, "scale .*inf"),
        (X[:, 0] * NAN, 2, 1 / 256, "log_prob .*NaN"),
    ],
)
def test_bad_bits_are_refused(nats, dims, scale, words):
    with pytest.raises(ValueError, match=words):
        bits_per_dim(nats, dims, scale)


def test_a_bad_density_of_the_noise_is_refused():
    for log_q, words in (
        (math.nan, "log_q must be finite, not nan"),
        (torch.full((3,), math.inf), "log_q contains NaN or infinity"),
        (torch.zeros(2), r"log_q must have shape \(\) or \(3,\).*, not \(2,\)"),
    ):
        with pytest.raises(ValueError, match=words):
            bits_per_dim(torch.zeros(3), 2, log_q=log_q)


def test_with_an_exact_field_the_error_that_stays_is_the_priors():
    """At T the noised law is not quite the prior: under VP alpha is 0.0066 there."""
    law, process = ring(8), VP()
    x = law.sample(200, torch.Generator().manual_seed(0)).double()
    field = ExactDenoiser(law, process)
    parts = log_prob_parts(field, x, rtol=1e-8, atol=1e-8, t_min=0.0)
    T = torch.tensor(process.T, dtype=torch.float64)
    there = law.seen(parts.x_T, process.alpha(T), process.sigma(T)).log_prob
    wrong = parts.log_prob - law.log_prob(x)
    assert 2e-4 < wrong.square().mean().sqrt() < 8e-4
    torch.testing.assert_close(wrong, parts.prior - there, rtol=0, atol=1e-6)
