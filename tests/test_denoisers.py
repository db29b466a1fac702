"""Denoisers: the five dialects against independently drawn (x_0, eps), exact and re-clocked."""

import math
from functools import partial
from itertools import product

import pytest
import torch

from dgm_lessons.denoisers import (
    PREDICTIONS,
    AbstractDenoiser,
    Denoiser,
    ExactDenoiser,
    ReclockedDenoiser,
    convert,
    prediction_row,
    x0_eps_from,
)
from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.processes import EDM, VE, VP, CosineVP, DiscreteProcess, FlowMatching

HALF_PI = math.pi / 2


def curves(process, t):
    """alpha, sigma and their time derivatives by hand; t has the shape of a batch of scalars."""
    name = type(process).__name__
    if name == "VP":
        beta, integral = 0.1 + 19.9 * t, 0.1 * t + 9.95 * t**2
        alpha, sigma = (-integral / 2).exp(), (1 - (-integral).exp()).sqrt()
        return alpha, sigma, -beta / 2 * alpha, beta * alpha**2 / (2 * sigma)
    if name == "CosineVP":
        alpha, sigma = (HALF_PI * t).cos(), (HALF_PI * t).sin()
        return alpha, sigma, -HALF_PI * sigma, HALF_PI * alpha
    one, zero = torch.ones_like(t), torch.zeros_like(t)
    if name == "VE":
        growth = 5000 ** (2 * t)
        sigma = 0.01 * (growth - 1).sqrt()
        return one, sigma, zero, 1e-4 * growth * math.log(5000) / sigma
    if name == "EDM":
        return one, t, zero, one
    return 1 - t, t, -one, one  # flow matching


def drawn(process, shape, seed=0):
    """x_0, eps, a time for each row, x_t, and what each kind of prediction should be."""
    g = torch.Generator().manual_seed(seed)
    x0, eps = torch.randn(2, *shape, generator=g, dtype=torch.float64)
    t = process.T * (0.02 + 0.96 * torch.rand(shape[0], generator=g, dtype=torch.float64))
    column = t.reshape(-1, *[1] * (len(shape) - 1))
    alpha, sigma, alpha_dot, sigma_dot = curves(process, column)
    answers = {
        "x0": x0,
        "eps": eps,
        "v": alpha * eps - sigma * x0,
        "velocity": alpha_dot * x0 + sigma_dot * eps,
        "score": -eps / sigma,
    }
    return x0, eps, t, alpha * x0 + sigma * eps, answers


def reading(denoiser, kind):
    return denoiser if kind == "x0" else getattr(denoiser, kind)


def close(found, expected, tol=1e-8):
    """Relative to the size of what is expected: velocities of VE reach hundreds."""
    scale = float(expected.detach().abs().max().clamp(min=1)) if expected.numel() else 1.0
    torch.testing.assert_close(found, expected, rtol=0, atol=tol * scale)


SHAPES = ((4, 4), (1, 3), (3, 1), (5, 2, 3, 3), (3, 3, 3))


# -- five dialects ---------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_every_prediction_is_read_in_every_dialect(process, shape):
    """A network that says the truth about (x_0, eps) in one dialect is right in all five."""
    _, _, t, x_t, answers = drawn(process, shape)
    for kind in PREDICTIONS:
        denoiser = Denoiser(lambda x, level, y=answers[kind]: y, process, kind)
        close(denoiser.predict(x_t, t), answers[kind], 0)
        for other in PREDICTIONS:
            close(reading(denoiser, other)(x_t, t), answers[other])


@pytest.mark.parametrize("shape", SHAPES)
def test_convert_between_all_pairs(process, shape):
    x0, eps, t, x_t, answers = drawn(process, shape, seed=1)
    for source, target in product(PREDICTIONS, PREDICTIONS):
        close(convert(answers[source], x_t, t, process, source, target), answers[target])
        found = x0_eps_from(answers[source], x_t, t, process, source)
        close(found[0], x0)
        close(found[1], eps)


def test_rows_mean_what_they_say(process):
    x0, eps, t, _, answers = drawn(process, (6, 6), seed=2)
    for kind in PREDICTIONS:
        a, b = prediction_row(kind, t, process)
        assert a.shape == b.shape == (6,)
        close(a[:, None] * x0 + b[:, None] * eps, answers[kind])
        a, b = prediction_row(kind, float(t[0]), process)
        close(a * x0[:1] + b * eps[:1], answers[kind][:1])


def test_rows_at_both_ends():
    """Flow matching, with (alpha, sigma) = (1, 0) at 0 and (0, 1) at 1; numbers and tensors."""
    at = {"x0": ((1, 0), (1, 0)), "eps": ((0, 1), (0, 1)), "v": ((0, 1), (-1, 0))}
    at["velocity"] = ((-1, 1), (-1, 1))
    for kind, rows in at.items():
        for t, row in enumerate(rows):
            for time in (float(t), torch.tensor([t], dtype=torch.float64)):
                found = prediction_row(kind, time, FlowMatching())
                assert tuple(map(float, found)) == row, (kind, t)


def test_a_chain_speaks_four_dialects():
    process = DiscreteProcess.linear(50)
    g = torch.Generator().manual_seed(0)
    x0, eps = torch.randn(2, 4, 4, generator=g, dtype=torch.float64)
    t = torch.tensor([1, 7, 30, 50])
    kept = torch.cumprod((1 - process.betas**2).sqrt(), 0)[t - 1][:, None]
    sigma = (1 - kept**2).sqrt()
    x_t = kept * x0 + sigma * eps
    answers = {"x0": x0, "eps": eps, "v": kept * eps - sigma * x0, "score": -eps / sigma}
    for kind, other in product(answers, answers):
        denoiser = Denoiser(lambda x, level, y=answers[kind]: y, process, kind)
        close(reading(denoiser, other)(x_t, t), answers[other])


# -- what a network sees ---------------------------------------------------------------------------


def test_a_network_sees_unit_scale_and_the_log_snr(process):
    seen = []

    def network(x, log_snr):
        seen.append((x, log_snr))
        return torch.zeros_like(x)

    _, _, t, x_t, _ = drawn(process, (4, 3))
    alpha, sigma, *_ = curves(process, t)
    denoiser = Denoiser(network, process)
    denoiser(x_t, t)
    denoiser(x_t, float(t[0]))
    denoiser(x_t.float(), t)
    scale = (alpha**2 + sigma**2).rsqrt()[:, None]
    close(seen[0][0], scale * x_t)
    low, high = (process.log_snr(end).item() for end in (process.t_max, process.t_min))
    level = (2 * (alpha.log() - sigma.log())).clamp(low, high)
    close(seen[0][1], level)
    assert seen[1][1].shape == (4,) and bool((seen[1][1] == seen[0][1][0]).all())
    assert seen[2][0].dtype == seen[2][1].dtype == torch.float32


def test_a_network_is_never_shown_a_level_it_was_not_trained_on(process):
    seen = []
    denoiser = Denoiser(lambda x, level: seen.append(level) or x, process, "v")
    x = torch.ones(2, 2, dtype=torch.float64)
    for t in (0.0, process.T, process.t_min, process.t_max):
        denoiser.predict(x, t)
    assert all(bool(torch.isfinite(level).all()) for level in seen)
    assert torch.equal(seen[0], seen[2]) and torch.equal(seen[1], seen[3])


@pytest.mark.parametrize("kind", PREDICTIONS)
def test_times_by_row_equal_row_by_row_calls(process, kind):
    _, _, t, x_t, _ = drawn(process, (4, 4))

    def network(x, level):
        return torch.tanh(x + level[:, None]) + x.flip(1)

    for denoiser in (Denoiser(network, process, kind), ExactDenoiser(four(), process)):
        for other in PREDICTIONS:
            read = reading(denoiser, other)
            rows = [read(x_t[i : i + 1], float(t[i])) for i in range(4)]
            close(read(x_t, t), torch.cat(rows), 1e-12)
            same = torch.full((4,), float(t[0]), dtype=torch.float64)
            close(read(x_t, same), read(x_t, float(t[0])), 1e-12)


def four():
    """A mixture in as many dimensions as there are rows above, with full covariances."""
    g = torch.Generator().manual_seed(6)
    root = torch.randn(3, 4, 4, generator=g, dtype=torch.float64)
    eye = torch.eye(4, dtype=torch.float64)
    return GaussianMixture(torch.ones(3), torch.randn(3, 4, generator=g), root @ root.mT + eye)


# -- the exact denoiser ----------------------------------------------------------------------------


@pytest.mark.parametrize("t", [0.01, 0.3, 0.7, 0.98])
def test_exact_readings(process, t):
    """The score by autograd through the noised density; the rest from it by Tweedie's formula."""
    t = t * process.T
    alpha, sigma, alpha_dot, sigma_dot = curves(process, torch.tensor(t, dtype=torch.float64))
    denoiser = ExactDenoiser(four(), process)
    g = torch.Generator().manual_seed(0)
    x = (alpha**2 + sigma**2).sqrt() * torch.randn(6, 4, generator=g, dtype=torch.float64)
    x.requires_grad_()
    log_density = four().diffuse(float(alpha), float(sigma)).log_prob(x)
    (score,) = torch.autograd.grad(log_density.sum(), x)
    x0, eps = (x + sigma**2 * score) / alpha, -sigma * score
    close(denoiser.score(x, t), score)
    close(denoiser(x, t), x0)
    close(denoiser.eps(x, t), eps)
    close(denoiser.v(x, t), alpha * eps - sigma * x0)
    close(denoiser.velocity(x, t), alpha_dot * x0 + sigma_dot * eps)
    close(denoiser.marginal(t).log_prob(x), log_density)


def test_velocity_is_drift_minus_half_diffusion_times_score(process):
    """The probability-flow ODE as Song et al. (2021) write it: f x - g^2 score / 2."""
    denoiser = ExactDenoiser(ring(), process)
    x = torch.randn(5, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for t in (0.1 * process.T, 0.5 * process.T, 0.9 * process.T):
        expected = process.f(t) * x - 0.5 * process.g2(t) * denoiser.score(x, t)
        close(denoiser.velocity(x, t), expected, 1e-10)


def test_exact_readings_stay_finite_at_both_ends(process):
    """At t = 0 sigma' may be infinite, yet velocity = alpha' x_0 - (sigma^2)' score / 2 is not."""
    denoiser = ExactDenoiser(gm1(), process)
    x = torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None]
    close(denoiser(x, 0.0), x, 1e-12)
    close(denoiser.score(x, 0.0), gm1().score(x), 1e-12)
    for kind, t in product(PREDICTIONS, (0.0, process.T)):
        assert bool(torch.isfinite(reading(denoiser, kind)(x, t)).all()), (kind, t)
    early = 1e-9 * process.T
    close(denoiser.velocity(x, 0.0), denoiser.velocity(x, early), 1e-6)


def test_closed_form_divergence_of_v_is_the_automatic_one(process):
    """The trace of the Jacobian, by autograd; at both ends, for one time and for one a row."""
    denoiser = ExactDenoiser(four(), process)
    x = torch.randn(4, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    rows = process.T * torch.tensor([0.0, 0.2, 0.7, 1.0], dtype=torch.float64)
    for t in (0.0, 0.3 * process.T, process.T, rows):
        scale = torch.hypot(process.alpha(t), process.sigma(t)).expand(4)[:, None]
        found, expected = (
            method(scale * x, t)
            for method in (
                denoiser.v_and_divergence,
                partial(AbstractDenoiser.v_and_divergence, denoiser),
            )
        )
        for one, other in zip(found, expected, strict=True):
            close(one, other, 1e-10)
        close(found[0], denoiser.v(scale * x, t), 1e-12)
    assert found[1].shape == (4,)
    single = denoiser.v_and_divergence(x.float(), rows)
    assert single[0].dtype == single[1].dtype == torch.float32


def test_samplers_may_be_given_float32():
    denoiser = ExactDenoiser(ring(), VP())
    x = torch.ones(3, 2)
    for kind in PREDICTIONS:
        for t in (0.5, torch.full((3,), 0.5), torch.full((3,), 0.5, dtype=torch.float64)):
            assert reading(denoiser, kind)(x, t).dtype == torch.float32


def test_the_size_of_a_mixture_is_that_of_its_largest_coordinate():
    """sqrt E x_d^2, by which a process warns: E x_d^2 is the mean squared plus the variance."""
    sizes = []

    class Listening(VP):
        def check_scale(self, scale):
            sizes.append(scale)

    ExactDenoiser(four(), Listening())
    squares = four().mean ** 2 + four().covariance.diagonal()
    assert sizes == [pytest.approx(float(squares.max()) ** 0.5)]


# -- another clock ---------------------------------------------------------------------------------

PROCESSES = (VP(), CosineVP(), VE(), EDM(), FlowMatching())


@pytest.mark.parametrize("there, here", [*product(PROCESSES, PROCESSES)], ids=lambda p: str(p))
def test_reclocking_is_exact_for_every_pair(there, here):
    level = torch.tensor([-6.0, -3.0, 0.0, 2.0, 7.0], dtype=torch.float64)
    t = here.t_from_log_snr(level)
    x = ring().sample(5, torch.Generator().manual_seed(0), torch.float64)
    x = here.perturb(x, t, torch.ones_like(x))
    moved, exact = (
        ReclockedDenoiser(ExactDenoiser(ring(), there), here),
        ExactDenoiser(ring(), here),
    )
    for kind in PREDICTIONS:
        close(reading(moved, kind)(x, t), reading(exact, kind)(x, t), 1e-8)
        one = float(t[2])
        close(reading(moved, kind)(x, one), reading(exact, kind)(x, one), 1e-8)


def test_reclocking_to_a_chain_and_at_the_ends():
    x = torch.tensor([[0.4, -1.1], [2.0, 0.1]], dtype=torch.float64)
    chain = DiscreteProcess.linear(100)
    moved = ReclockedDenoiser(ExactDenoiser(ring(), FlowMatching()), chain)
    close(moved(x, 40), ExactDenoiser(ring(), chain)(x, 40))
    for here in PROCESSES:
        moved = ReclockedDenoiser(ExactDenoiser(ring(), FlowMatching()), here)
        exact = ExactDenoiser(ring(), here)
        close(moved(x, here.T), exact(x, here.T))
        close(moved(x, 0.0), x)


def test_reclocking_says_which_level_is_out_of_reach():
    """VP ends at log-SNR -10; flow matching's grids start at -13.8, or -inf."""
    moved = ReclockedDenoiser(ExactDenoiser(ring(), VP()), FlowMatching())
    x = torch.ones(2, 2)
    for t, level in ((0.999, "-13.8"), (1.0, "-inf")):
        with pytest.raises(ValueError, match=rf"log_snr.*{level}"):
            moved(x, t)


# -- bad input -------------------------------------------------------------------------------------

X = torch.ones(3, 2)


def network(x, level):
    return 0.5 * x


EVERY = (
    Denoiser(network, VP()),
    ExactDenoiser(ring(), VP()),
    ReclockedDenoiser(ExactDenoiser(ring(), FlowMatching()), VP()),
)


@pytest.mark.parametrize("denoiser", EVERY, ids=lambda d: type(d).__name__)
@pytest.mark.parametrize(
    "x, t, error, words",
    [
        (X * math.nan, 0.5, ValueError, "NaN or infinity"),
        (X * math.inf, 0.5, ValueError, "NaN or infinity"),
        (X.long(), 0.5, TypeError, "floating dtype"),
        ([[1.0, 2.0]], 0.5, TypeError, "must be a torch.Tensor, not list"),
        (X[0], 0.5, ValueError, r"must have shape \(B, .*not \(2,\)"),
        (X, math.nan, ValueError, "t must lie in .*nan"),
        (X, -0.1, ValueError, r"t must lie in \[0, 1\].*-0.1"),
        (X, 1.5, ValueError, r"t must lie in \[0, 1\].*1.5"),
        (X, torch.tensor([0.5, math.nan, 0.5]), ValueError, "t must lie in .*nan"),
        (X, torch.ones(3, 1) / 2, ValueError, r"t must be .*not \(3, 1\)"),
        (X, torch.ones(2) / 2, ValueError, r"\(2,\).*(3|rows)"),
        (X, torch.ones(1) / 2, ValueError, r"\(1,\).*(3|rows)"),
    ],
)
def test_bad_input_is_refused(denoiser, x, t, error, words):
    for kind in PREDICTIONS:
        with pytest.raises(error, match=words):
            reading(denoiser, kind)(x, t)


@pytest.mark.parametrize("denoiser", EVERY, ids=lambda d: type(d).__name__)
def test_empty_batches_stay_empty(denoiser):
    for kind in PREDICTIONS:
        for t in (0.5, torch.empty(0)):
            assert reading(denoiser, kind)(torch.empty(0, 2), t).shape == (0, 2)


def test_unknown_dialects_are_refused():
    words = "one of x0, eps, v, velocity, score, not 'noise'"
    with pytest.raises(ValueError, match=words):
        Denoiser(network, VP(), "noise")
    with pytest.raises(ValueError, match=words):
        prediction_row("noise", 0.5, VP())
    with pytest.raises(ValueError, match=words):
        x0_eps_from(X, X, 0.5, VP(), "noise")
    for pair in (("noise", "eps"), ("eps", "noise")):
        with pytest.raises(ValueError, match=words):
            convert(X, X, 0.5, VP(), *pair)


@pytest.mark.parametrize(
    "y, x, t, error, words",
    [
        (X * math.nan, X, 0.5, ValueError, "prediction.* NaN"),
        (X, X * math.nan, 0.5, ValueError, "x_t contains NaN"),
        (X[:1], X, 0.5, ValueError, r"prediction has shape \(1, 2\) but x_t has \(3, 2\)"),
        (X, X[0], 0.5, ValueError, r"x_t must have shape \(B, \*D\)|prediction has shape"),
        (X, X.long(), 0.5, TypeError, "x_t must have a floating dtype"),
        (X.long(), X, 0.5, TypeError, "prediction must have a floating dtype"),
        (X, X, math.nan, ValueError, "t must lie in .*nan"),
        (X, X, -1.0, ValueError, "t must lie in .*-1"),
        (X, X, torch.ones(2) / 2, ValueError, "one time per row"),
    ],
)
def test_bad_predictions_are_refused(y, x, t, error, words):
    with pytest.raises(error, match=words):
        x0_eps_from(y, x, t, VP(), "eps")
    with pytest.raises(error, match=words):
        convert(y, x, t, VP(), "eps", "v")


@pytest.mark.parametrize(
    "kind, process, t",
    [
        ("eps", FlowMatching(), 1.0),
        ("score", FlowMatching(), 1.0),
        ("eps", CosineVP(), 1.0),
        ("x0", VP(), 0.0),
        ("x0", FlowMatching(), 0.0),
        ("score", EDM(), 0.0),
        ("velocity", VP(), 0.0),
        ("velocity", VE(), 0.0),
    ],
)
def test_where_two_equations_are_one(kind, process, t):
    words = f"at t = {t} a prediction of {kind} does not determine"
    with pytest.raises(ValueError, match=words):
        x0_eps_from(X, X, t, process, kind)
    with pytest.raises(ValueError, match=words):
        Denoiser(network, process, kind)(X, t)


@pytest.mark.parametrize("kind, process", [("velocity", VP()), ("velocity", VE()), ("score", VP())])
def test_a_reading_that_is_infinite_is_refused_not_nan(kind, process):
    """A fresh network says 0, and 0 times an infinite coefficient is NaN."""
    denoiser = Denoiser(lambda x, level: torch.zeros_like(x), process, "eps")
    with pytest.raises(ValueError, match=f"{kind}.*t = 0"):
        reading(denoiser, kind)(X, 0.0)
    with pytest.raises(ValueError, match=f"{kind}.*t = 0"):
        convert(torch.zeros_like(X), X, 0.0, process, "eps", kind)


def test_a_network_that_goes_astray_is_named():
    with pytest.raises(ValueError, match=r"network's output has shape \(1, 2\)"):
        Denoiser(lambda x, level: x[:1], VP())(X, 0.5)
    with pytest.raises((TypeError, ValueError), match=r"network's output must be a torch.Tensor"):
        Denoiser(lambda x, level: 3.0, VP())(X, 0.5)
    with pytest.raises(ValueError, match="network's output contains NaN"):
        Denoiser(lambda x, level: x * math.nan, VP())(X, 0.5)


def test_a_chain_has_no_velocity():
    denoiser = ExactDenoiser(ring(), DiscreteProcess.linear(50))
    with pytest.raises(TypeError, match="no time derivative"):
        denoiser.velocity(X, 3)
    with pytest.raises(TypeError, match="no time derivative"):
        Denoiser(network, DiscreteProcess.linear(50), "velocity")(X, 3)


def test_a_marginal_has_one_time():
    with pytest.raises(ValueError, match=r"one level|scalar"):
        ExactDenoiser(ring(), VP()).marginal(torch.ones(3) / 2)
    with pytest.raises(ValueError, match=r"t must lie in .*nan"):
        ExactDenoiser(ring(), VP()).marginal(math.nan)
