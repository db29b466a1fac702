"""Mixtures in the reader's browser equal the package's.

The browser imports the very module that the widget ships. Each comparison also runs with one slip
put into that module, a sign or a factor, and must tell it apart.
"""

import math
from functools import partial
from itertools import pairwise

import pytest
import torch
from laws import MIXTURES, SKEWED
from reader import gap

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import gm1
from dgm_lessons.processes import VP
from dgm_lessons.samplers import heun_step
from dgm_lessons.widgets import ScoreField
from dgm_lessons.widgets.base import level_range, mixture_state, process_state
from dgm_lessons.widgets.digit_from_noise.sampler import seed_noise

pytestmark = pytest.mark.browser

TOLERANCE = 1e-10  # relative; the promise is 1e-5
TOLD_APART = 1e-3


@pytest.fixture(scope="module")
def script(run_module):
    """script(code, arguments, slip): runs `code` with the widget's own module as M."""
    return partial(run_module, ScoreField)


# -- one comparison a function: each returns the gap between the two languages ---------------------


def densities(script, mixture, slip=None):
    """Log density, score and posterior mean, from all but clean to all but noise."""
    code = """
      const law = M.diffuse(a.mixture, a.alpha, a.sigma);
      const x = Float64Array.from(a.x);
      const score = new Float64Array(x.length), logp = new Float64Array(x.length / law.D);
      M.evaluate(law, x, { score, logp });
      const mean = M.posteriorMean(law, x, new Float64Array(x.length));
      return [logp, score, mean].map((found) => [...found]);
    """
    worst = 0.0
    for alpha, sigma in ((1.0, 0.05), (0.8, 0.6), (0.1, 0.995), (1.0, 20.0)):
        law = mixture.diffuse(alpha, sigma)
        generator = torch.Generator().manual_seed(1)
        x = 1.5 * law.sample(60, generator, torch.float64)
        expected = (law.log_prob(x), law.score(x), mixture.seen(x, alpha, sigma).mean)
        arguments = {"mixture": mixture_state(mixture, mixture.dim), "x": x.flatten().tolist()}
        found = script(code, {**arguments, "alpha": alpha, "sigma": sigma}, slip)
        worst = max(worst, *(gap(f, e) for f, e in zip(found, expected, strict=True)))
    return worst


def quantiles(script, mixture, slip=None):
    x = torch.linspace(-9, 9, 400).double()
    code = """
      const law = M.diffuse(a.mixture, 0.8, 0.6);
      return [a.x.map((x) => M.cdf(law, x)), a.q.map((q) => M.quantile(law, q, -20, 20))];
    """
    law = mixture.diffuse(0.8, 0.6)
    centre, std = law.means[:, 0], law.covariances[:, 0, 0].sqrt()
    expected = torch.special.ndtr((x[:, None] - centre) / std) @ law.weights
    some = expected[100:300:20]
    arguments = {"mixture": mixture_state(mixture, 1), "x": x.tolist(), "q": some.tolist()}
    below, at = script(code, arguments, slip)
    return max(gap(below, expected), gap(at, x[100:300:20]))


def errors(script, slip=None):
    """erf, and the sliced Wasserstein distance over 12 directions."""
    x = torch.linspace(-7, 7, 301).double()
    clouds = torch.randn(2, 90, 2, generator=torch.Generator().manual_seed(5)).double()
    clouds[1] = 1.3 * clouds[1] + 0.4
    code = """return [a.x.map(M.erf),
      [M.slicedWasserstein(...a.clouds.map((cloud) => Float64Array.from(cloud)))]];"""
    arguments = {"x": x.tolist(), "clouds": clouds.flatten(1).tolist()}
    angles = math.pi * torch.arange(12).double() / 12
    axes = torch.stack([angles.cos(), angles.sin()])
    first, second = ((cloud @ axes).sort(0).values for cloud in clouds)
    expected = (x.erf(), (first - second).abs().mean()[None])
    return max(gap(f, e) for f, e in zip(script(code, arguments, slip), expected, strict=True))


def carried(script, slip=None):
    """The cloud of the score field, from its own noise by the PF-ODE to a level, in fine steps."""
    process, mixture, n = VP(), MIXTURES["skewed"], 40
    clean, noisy = level_range(mixture, process)
    code = """const cloud = M.makeCloud(a);
      cloud.scatter("ode");
      const start = [...cloud.points];
      cloud.carry(-1.2, "ode");
      return [start, [...cloud.points], [cloud.level, cloud.t]];"""
    state = {"mixture": mixture_state(mixture, 2), "process": process_state(process)}
    found = script(code, {**state, "levels": [clean, noisy], "n": n, "seed": 3}, slip)
    start = torch.tensor(found[0], dtype=torch.float64).reshape(n, 2)
    second = mixture.weights @ (
        mixture.means.square().sum(1) + mixture.covariances.diagonal(dim1=1, dim2=2).sum(1)
    )
    t = process.t_from_log_snr(noisy)
    std = (process.alpha(t) ** 2 * second / 2 + process.sigma(t) ** 2).sqrt()
    x = start
    count = math.ceil((-1.2 - noisy) / 0.1)
    grid = torch.linspace(noisy, -1.2, count + 1, dtype=torch.float64)
    times = process.t_from_log_snr(grid).tolist()
    denoiser = ExactDenoiser(mixture, process)
    for before, after in pairwise(times):
        x = heun_step(denoiser, x, before, after, None)
    expected = (
        seed_noise(3, 2 * n) * std,
        x.flatten(),
        torch.tensor([-1.2, times[-1]], dtype=torch.float64),
    )
    return max(gap(f, e) for f, e in zip(found, expected, strict=True))


# -- the same ----------------------------------------


@pytest.mark.parametrize("name", MIXTURES)
def test_densities(script, name):
    assert densities(script, MIXTURES[name]) < TOLERANCE


def test_cdf_and_quantiles(script):
    assert quantiles(script, gm1()) < TOLERANCE


@pytest.mark.parametrize("edge", [20, 300])
def test_a_quantile_takes_few_steps(script, edge):
    """Counted by what asks for the law's weights: F once a step."""
    code = """
      let asked = 0;
      const law = M.diffuse(a.mixture, 0.8, 0.1), { cumulative, K } = law;
      Object.defineProperty(law, "cumulative", { get: () => (asked++, cumulative) });
      return a.q.map((q) => {
        asked = 0;
        const x = M.quantile(law, q, -a.edge, a.edge);
        const steps = asked / (2 * K - 1); // a share: what is below it, less what was
        return [M.cdf(law, x), steps];
      });
    """
    q = [0.001, 0.02, 0.39, 0.4, 0.41, 0.5, 0.7, 0.99, 0.999]
    found = script(code, {"mixture": mixture_state(gm1(), 1), "q": q, "edge": edge})
    assert [below for below, _ in found] == pytest.approx(q, rel=1e-12)
    assert max(steps for _, steps in found) <= 14


def test_erf_and_distances_of_clouds(script):
    assert errors(script) < TOLERANCE


def test_a_cloud_is_carried(script):
    assert carried(script) < 1e-6


def test_samples_have_the_law_of_the_mixture(script):
    """Mean and covariance of 40,000 samples, within five standard errors of the exact ones."""
    code = """
      const out = new Float64Array(2 * 40000);
      return [...M.sample(a.mixture, 0.8, 0.6, M.makeRng(4), out)];
    """
    found = (
        torch.tensor(script(code, {"mixture": mixture_state(SKEWED, 2)})).reshape(-1, 2).double()
    )
    exact = SKEWED.diffuse(0.8, 0.6)
    law_mean = exact.weights @ exact.means
    spread = torch.einsum("k,ki,kj->ij", exact.weights, exact.means, exact.means)
    spread += torch.einsum("k,kij->ij", exact.weights, exact.covariances)
    spread -= torch.outer(law_mean, law_mean)
    assert (found.mean(0) - law_mean).abs().max() < 5 * (spread.max() / 40_000) ** 0.5
    assert (found.T.cov() - spread).abs().max() < 5 * spread.max() * (2 / 40_000) ** 0.5


def test_what_lies_behind_one_point(script):
    """Shares, means and the covariance, from weights that do not add up to 1; one place is far."""
    code = """return a.places.map((x) => {
        const { shares, means, mean, cov } = M.posterior(a.mixture, 0.8, 0.3, x);
        return [...shares, ...means.flat(), ...mean, ...cov.flat()];
      });"""
    mixture = mixture_state(SKEWED, 2)
    mixture["weights"] = [3 * w for w in mixture["weights"]]
    places = torch.tensor([[0.4, 0.6], [-0.5, -0.3], [9.0, -7.0]]).double()
    found = script(code, {"mixture": mixture, "places": places.tolist()})
    noisy = SKEWED.diffuse(0.8, 0.3)
    parts = torch.distributions.MultivariateNormal(noisy.means, noisy.covariances)
    shares = (parts.log_prob(places[:, None]) + SKEWED.weights.log()).softmax(1)
    pull = torch.einsum(
        "kij,njk->nki",
        0.8 * SKEWED.covariances @ noisy.covariances.inverse(),
        (places[:, None] - noisy.means).mT,
    )
    seen = SKEWED.seen(places, 0.8, 0.3)
    expected = (shares, SKEWED.means + pull, seen.mean, seen.covariance)
    expected = torch.cat([part.flatten(1) for part in expected], 1)
    assert (torch.tensor(found, dtype=torch.float64) - expected).abs().max() < 1e-9


def test_shares_of_points_are_averaged_and_weights_need_not_add_up_to_1(script):
    code = """const law = M.diffuse(a.mixture, 0.8, 0.3), x = Float64Array.from(a.x);
      const shares = Float64Array.of(9, 9, 9), logp = new Float64Array(x.length / 2);
      M.evaluate(law, x, { shares, logp });
      return [[...shares], [...logp], [...law.cumulative]];"""
    mixture = mixture_state(SKEWED, 2)
    mixture["weights"] = [3 * w for w in mixture["weights"]]
    noisy = SKEWED.diffuse(0.8, 0.3)
    x = torch.cat([draws_of(noisy, 9), torch.tensor([[9.0, -7.0]])]).double()
    parts = torch.distributions.MultivariateNormal(noisy.means, noisy.covariances)
    shares = (parts.log_prob(x[:, None]) + SKEWED.weights.log()).softmax(1).mean(0)
    found = script(code, {"mixture": mixture, "x": x.flatten().tolist()})
    expected = (shares, noisy.log_prob(x), SKEWED.weights.cumsum(0))
    assert max(gap(f, e) for f, e in zip(found, expected, strict=True)) < TOLERANCE


def draws_of(law, n):
    return law.sample(n, torch.Generator().manual_seed(1), torch.float64)


@pytest.mark.parametrize("name", ["line", "skewed"])
def test_a_sample_is_made_of_its_dice(script, name):
    """The component by its share; then the root of its covariance times noise, in order."""
    mixture, shares = MIXTURES[name], [0.1, 0.3, 0.69, 0.95]
    d = mixture.dim
    z = torch.randn(4, d, 2, generator=torch.Generator().manual_seed(7)).double()
    code = """const [u, z] = [[...a.u], [...a.z]];
      const rng = { uniform: () => u.shift(), normal: () => z.shift() };
      return [...M.sample(a.mixture, 0.8, 0.6, rng, new Float64Array(a.z.length / 2))];"""
    given = mixture_state(mixture, d)
    given["weights"] = [3 * w for w in given["weights"]]
    found = script(code, {"mixture": given, "u": shares, "z": z.flatten().tolist()})
    k = torch.searchsorted(mixture.weights.cumsum(0), torch.tensor(shares).double())
    root = torch.linalg.cholesky(mixture.covariances)[k]
    x0 = mixture.means[k] + (root @ z[:, :, :1])[:, :, 0]
    assert gap(found, (0.8 * x0 + 0.6 * z[:, :, 1]).flatten()) < TOLERANCE


# -- and a slip is told apart ----------------------------------------

RING, LINE = MIXTURES["ring"], MIXTURES["line"]
SLIPS = {
    "erf without its factor": (
        ("(2 / Math.sqrt(Math.PI)) * Math.exp", "(1 / Math.sqrt(Math.PI)) * Math.exp"),
        lambda *a: errors(*a),
    ),
    "distances not over the points": (
        ("return total / (n * directions)", "return total / n"),
        lambda *a: errors(*a),
    ),
    "a cloud that starts too narrow": (
        ("Math.hypot(cloud.law.alpha * Math.sqrt(second), cloud.law.sigma)", "cloud.law.alpha"),
        lambda *a: carried(*a),
    ),
    "a cloud carried by half steps": (
        (
            "timesBetween(process, cloud.level, target, count)",
            "timesBetween(process, cloud.level, target, 2 * count)",
        ),
        lambda *a: carried(*a),
    ),
    "sign of the score": (("sx -= r *", "sx += r *"), lambda *a: densities(a[0], RING, a[1])),
    "alpha for alpha squared": (
        ("const xx = alpha * alpha *", "const xx = alpha *"),
        lambda *a: densities(a[0], RING, a[1]),
    ),
    "sigma for sigma squared": (
        ("x[i] + sigma * sigma * out[i]", "x[i] + sigma * out[i]"),
        lambda *a: densities(a[0], RING, a[1]),
    ),
    "weights left out of F": (
        ("below += weight * 0.5", "below += 0.25"),
        lambda *a: quantiles(a[0], LINE, a[1]),
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_apart(script, name):
    slip, compare = SLIPS[name]
    assert compare(script, slip) > TOLD_APART
