"""SURE meter: its denoisers, readings and exact numbers against the package and quadrature."""

import math
import re
import statistics

import pytest
import torch
from reader import state, status

from dgm_lessons.mixtures import gm1, ring
from dgm_lessons.objectives import sure
from dgm_lessons.widgets import SureMeter

browser = pytest.mark.browser
SIGMA = 0.6
YS = [-3.0, -1.4, -0.43, 0.02, 0.9, 2.5]
CODE = """const mixture = a.mixture;
  const D = M.makeDenoiser(mixture, a.fields);
  const draws = a.ys.map((y) => ({ x: 0.3, y }));
  return { readings: M.read(D, draws, a.sigma), exact: M.exact(mixture, D, a.sigma),
    slopes: a.ys.map((y) => D(y).slope) };"""


def denoisers():
    law = gm1()
    yield {"denoiser": "shrink", "shrink": 0.3}, lambda y: 0.3 * y
    soft = torch.nn.functional.softshrink
    yield {"denoiser": "threshold", "threshold": 0.5}, lambda y: soft(y, 0.5)
    yield {"denoiser": "posterior", "assumed": 0.6}, lambda y: law.seen(y, 1.0, 0.6).mean
    yield {"denoiser": "posterior", "assumed": 1.5}, lambda y: law.seen(y, 1.0, 1.5).mean


def arguments(fields):
    law = gm1()
    mixture = {name: getattr(law, name).tolist() for name in ("weights", "means", "covariances")}
    return {"mixture": mixture, "fields": fields, "ys": YS, "sigma": SIGMA}


def by_quadrature(D):
    """Risk, and the standard deviation of SURE less the error, over clean and noisy values."""
    x = torch.linspace(-5, 4, 1201, dtype=torch.float64)
    y = torch.linspace(-7, 7, 2801, dtype=torch.float64)[:, None]
    bell = torch.exp(-0.5 * ((y - x) / SIGMA) ** 2) / (SIGMA * (2 * torch.pi) ** 0.5)
    joint = bell * gm1().log_prob(x[:, None]).exp()
    error = (D(y) - x) ** 2

    def mean(values):
        return torch.trapezoid(torch.trapezoid(joint * values, x), y[:, 0])

    gap = sure(D, y, SIGMA).detach()[:, None] - error
    return mean(error).item(), mean(gap**2).sqrt().item()


@browser
@pytest.mark.parametrize("fields, D", list(denoisers()), ids=["shrink", "soft", "right", "mis-set"])
def test_readings_and_exact_numbers_agree_with_python(run_module, fields, D):
    found = run_module(SureMeter.example(), CODE, arguments(fields))
    y = torch.tensor(YS, dtype=torch.float64)[:, None]
    guess = D(y).detach()
    assert [r["value"] for r in found["readings"]] == pytest.approx(guess[:, 0].tolist(), rel=1e-9)
    errors = ((guess - 0.3) ** 2)[:, 0].tolist()
    assert [r["error"] for r in found["readings"]] == pytest.approx(errors, rel=1e-9)
    expected = sure(D, y, SIGMA).tolist()
    assert [r["sure"] for r in found["readings"]] == pytest.approx(expected, abs=1e-9)
    risk, noise = by_quadrature(D)
    assert found["exact"]["risk"] == pytest.approx(risk, abs=2e-4)
    assert found["exact"]["noise"] == pytest.approx(noise, abs=2e-3)


@browser
def test_what_lies_behind_a_value_agrees_with_the_mixture(run_module):
    code = "return a.ys.map((y) => M.behind(a.mixture, a.sigma, y));"
    found = run_module(SureMeter.example(), code, arguments({}))
    y = torch.tensor(YS, dtype=torch.float64)[:, None]
    seen = gm1().seen(y, 1.0, SIGMA)
    variance = seen.covariance[:, 0, 0]
    expected = {
        "mean": seen.mean[:, 0],
        "variance": variance,
        "slope": variance / SIGMA**2,
    }
    for name, values in expected.items():
        assert [row[name] for row in found] == pytest.approx(values.tolist(), rel=1e-9)
    density = seen.log_prob.exp()
    assert [row["density"] for row in found] == pytest.approx(density.tolist(), rel=1e-9)


@browser
def test_what_lies_behind_a_far_value_is_a_number(run_module):
    given = {**arguments({}), "ys": [-30.0, 25.0], "sigma": 0.1}
    found = run_module(
        SureMeter.example(), "return a.ys.map((y) => M.behind(a.mixture, 0.1, y));", given
    )
    seen = gm1().seen(torch.tensor([[-30.0], [25.0]], dtype=torch.float64), 1.0, 0.1)
    assert [row["mean"] for row in found] == pytest.approx(seen.mean[:, 0].tolist(), rel=1e-9)


@browser
@pytest.mark.parametrize(
    ("weights", "means", "variances", "sigma"),
    [
        ([1.0], [0.0], [0.0], 0.01),
        ([0.5, 0.5], [0.0, -30.0], [1.0, 1.0], 1.0),
        ([0.3, 0.7], [-2.0, 1.0], [1e4, 1.0], 0.5),
    ],
)
def test_who_takes_the_noisy_value_errs_by_the_noise(run_module, weights, means, variances, sigma):
    """D(y) = y has the risk sigma^2, whatever the data; SURE less (y - x)^2, sqrt(2) sigma^2."""
    mixture = {"weights": weights, "means": [[m] for m in means]}
    mixture["covariances"] = [[[v]] for v in variances]
    code = "return M.exact(a.mixture, (y) => ({ value: y, slope: 1 }), a.sigma);"
    found = run_module(SureMeter.example(), code, {"mixture": mixture, "sigma": sigma})
    assert found["risk"] == pytest.approx(sigma**2, rel=1e-7)
    assert found["noise"] == pytest.approx(math.sqrt(2) * sigma**2, rel=1e-7)


@browser
def test_a_slip_is_told_apart(run_module):
    fields, D = next(iter(denoisers()))
    expected = sure(D, torch.tensor(YS, dtype=torch.float64)[:, None], SIGMA).tolist()
    for slip in (
        ("2 * sigma ** 2 * slope - ", "2 * slope - "),
        ("slope - sigma ** 2 }", "slope }"),
    ):
        found = run_module(SureMeter.example(), CODE, arguments(fields), slip)
        assert [r["sure"] for r in found["readings"]] != pytest.approx(expected, abs=1e-3)


@browser
def test_both_meters_are_right_on_average(run_module):
    code = """const D = M.makeDenoiser(a.mixture, a.fields);
      return a.seeds.map((seed) => {
        const readings = M.read(D, M.makeDraws(a.mixture, a.sigma, 4000, seed), a.sigma);
        const { risk } = M.exact(a.mixture, D, a.sigma);
        return ["error", "sure"].map((name) => {
          const { mean, error } = M.summary(readings.map((one) => one[name]));
          return (mean - risk) / error;
        });
      });"""
    given = {**arguments({"denoiser": "threshold", "threshold": 0.5}), "seeds": list(range(12))}
    off = torch.tensor(run_module(SureMeter.example(), code, given))
    assert float(off.abs().max()) < 4.5
    assert float(off.pow(2).mean()) == pytest.approx(1, abs=0.8)  # the bars are as long as they say


@browser
def test_a_summary_has_the_standard_error_of_the_mean(run_module):
    rows = [[-1.5, 0.0, 2.0, 0.7, -0.2], [3.0, 4.5], [2.5]]
    found = run_module(SureMeter.example(), "return a.map(M.summary);", rows)
    for row, summary in zip(rows, found, strict=True):
        std = statistics.stdev(row) if len(row) > 1 else 0.0
        assert summary["mean"] == pytest.approx(statistics.mean(row))
        assert summary["error"] == pytest.approx(std / math.sqrt(len(row)))
    assert [summary["below"] for summary in found] == [2, 0, 0]  # nought is not below nought


@browser
def test_kinds_knobs_and_draws(open_page):
    page = open_page(SureMeter(gm1(), n=200), reduced_motion="reduce")
    shown = page.get_by_role("slider")
    names = lambda: [s.get_attribute("aria-label") for s in shown.all() if s.is_visible()]  # noqa: E731
    assert names() == ["Keep the share a", "Draws"]
    page.get_by_role("radio", name="posterior mean").check()
    assert state(page, "denoiser") == "posterior"
    assert names() == ["Noise level that it assumes", "Draws"]
    assert "Exact risk 0.208" in status(page) and "The least error" in page.inner_text(".dgm-story")
    page.get_by_role("slider", name="Draws").focus()
    page.keyboard.press("Home")
    assert state(page, "n") == 1 and status(page).startswith("1 draw:")
    page.get_by_role("button", name="New draws").click()
    assert state(page, "seed") == 1
    assert page.noise == []


@browser
def test_it_opens_as_a_scene(open_page):
    page = open_page(
        SureMeter(gm1(), n=100),
        before="""window.seen = [];
      setInterval(() => {
        const widget = document.querySelector('.dgm-widget');
        if (widget?.dgmModel) window.seen.push(widget.dgmModel.get('n'));
      }, 20);""",
        quick=True,
    )
    page.wait_for_function(
        "() => window.seen.includes(100) && window.seen.some((n) => n < 50)", timeout=60_000
    )
    page.wait_for_function("() => window.seen.at(-1) === 100", timeout=60_000)
    assert page.noise == []


REFUSED = [
    (lambda: SureMeter(gm1(), 0.0), "sigma must lie in [0.1, 2.4], not 0.0"),
    (lambda: SureMeter(gm1(), float("nan")), "sigma must lie in"),
    (lambda: SureMeter(gm1(), denoiser="median"), "denoiser must be one of shrink"),
    (lambda: SureMeter(gm1(), shrink=2.0), "shrink must lie in [-0.2, 1.2], not 2.0"),
    (lambda: SureMeter(gm1(), threshold=-1.0), "threshold must lie in [0.0, 2.0]"),
    (lambda: SureMeter(gm1(), assumed=9.0), "assumed must lie in [0.1, 2.4]"),
    (lambda: SureMeter(gm1(), n=0), "n "),
    (lambda: SureMeter(ring(8)), "mixtures in 1-D"),
]


@pytest.mark.parametrize(("make", "says"), REFUSED)
def test_what_cannot_be_shown_is_refused(make, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        make()
