"""Converter: its numbers against the package's conversions and EDM's own formula; what it says."""

import re
from itertools import product

import pytest
import torch
from reader import PHONE, double, gap, settled, state, status

from dgm_lessons.denoisers import PREDICTIONS, convert, prediction_of, x0_eps_from
from dgm_lessons.processes import DiscreteProcess
from dgm_lessons.widgets import Converter
from dgm_lessons.widgets.base import process_state
from dgm_lessons.widgets.converter import PROCESSES

browser = pytest.mark.browser
LEVELS = [-6.3, -0.7, 2.4, 7.1]
X, Y, SIGMA_DATA = 0.83, -0.46, 0.5
SETUP = """const at = (name, level) =>
  M.levelsAt(M.makeProcess(a.processes[name]), level, name === "fm1");"""


def arguments(**more):
    processes = {name: process_state(process) for name, process in PROCESSES.items()}
    return {"processes": processes, "levels": LEVELS, "x": X, "y": Y, **more}


def at(name, level):
    process = PROCESSES[name]
    return process, process.t_from_log_snr(level)


def conversions(run_module, slip=None):
    """The largest gap between the two languages, over processes, levels and pairs."""
    code = f"""{SETUP} return a.names.map((name) => a.levels.map((level) => a.kinds.map((from) => {{
      const here = at(name, level), pair = M.solve(from, a.y, a.x, here, 0.5);
      return a.kinds.map((to) => M.predicted(to, pair, here, 0.5));
    }})));"""
    names = ["vp", "ve", "edm", "fm"]
    given = arguments(names=names, kinds=list(PREDICTIONS))
    found = run_module(Converter.example(), code, given, slip)
    expected = [
        [
            [
                [
                    convert(double([[Y]]), double([[X]]), t, process, source, target).item()
                    for target in PREDICTIONS
                ]
                for source in PREDICTIONS
            ]
            for process, t in (at(name, level) for level in LEVELS)
        ]
        for name in names
    ]
    return gap(found, double(expected))


@browser
def test_conversions_agree_with_the_package_and_a_slip_is_told_apart(run_module):
    assert conversions(run_module) < 1e-9
    for slip in (
        ("(b * x - levels.sigma * y)", "(b * x + levels.sigma * y)"),
        ("return [-sigma, alpha];", "return [sigma, alpha];"),
        ("return [0, -1 / sigma];", "return [0, -1 / sigma ** 2];"),
        ("alphaDot: sign * process.alphaDot(t)", "alphaDot: -sign * process.alphaDot(t)"),
    ):
        assert conversions(run_module, slip) > 1e-3, slip


def edm(run_module, slip=None):
    """x0 from F by EDM's own formula, for the input x = alpha z; and F again from x0."""
    code = f"""{SETUP} return a.names.map((name) => a.levels.map((level) => {{
      const here = at(name, level), pair = M.solve("F", a.y, a.x, here, 0.5);
      const x = here.alpha * pair.x0 + here.sigma * pair.eps;
      return [pair.x0, M.predicted("F", pair, here, 0.5), x];
    }}));"""
    found = run_module(Converter.example(), code, arguments(names=["vp", "edm"]), slip)
    expected = []
    for name in ("vp", "edm"):
        rows = []
        for process, t in (at(name, level) for level in LEVELS):
            sigma, z = float(process.sigma(t) / process.alpha(t)), X / float(process.alpha(t))
            skip = SIGMA_DATA**2 / (sigma**2 + SIGMA_DATA**2)
            out = sigma * SIGMA_DATA / (SIGMA_DATA**2 + sigma**2) ** 0.5
            rows.append([skip * z + out * Y, Y, X])
        expected.append(rows)
    return gap(found, double(expected))


@browser
def test_the_raw_network_of_edm(run_module):
    assert edm(run_module) < 1e-9
    assert (
        edm(run_module, ("(s * sigmaData) / Math.sqrt(square)", "(s * sigmaData) / square")) > 0.01
    )
    code = """const l = { alpha: 0.6, sigma: 0.8 };
      return [M.row("v", l, 1), M.row("F", l, 1)];"""
    v, f = run_module(Converter.example(), code, {})
    assert f == pytest.approx([-c for c in v])  # where sigma_data is 1, under VP


@browser
def test_on_the_turned_clock_the_velocity_points_to_the_data(run_module):
    code = f'{SETUP} return M.predicted("velocity", {{ x0: 1.3, eps: -0.4 }}, at("fm1", 0.7), 0.5);'
    assert run_module(Converter.example(), code, arguments()) == pytest.approx(1.3 + 0.4)


@browser
def test_amplification_is_the_slope_of_a_conversion_within_and_across_processes(run_module):
    code = f"""{SETUP} return a.cases.map(([from, p, to, q, level]) =>
      M.amplification(from, at(p, level), to, at(q, level), 0.5));"""
    pairs = (("vp", "vp"), ("fm", "fm"), ("vp", "edm"), ("ve", "fm"))
    cases = [
        (source, p, target, q, level)
        for source, target in product(PREDICTIONS, PREDICTIONS)
        for p, q in pairs
        for level in LEVELS
    ]

    def read(source, p, target, q, level, y):
        (here, t), (there, u) = at(p, level), at(q, level)
        return prediction_of(
            target, x0_eps_from(double([[y]]), double([[X]]), t, here, source), u, there
        )

    expected = [abs(read(*case, Y + 0.5) - read(*case, Y - 0.5)).item() for case in cases]
    given = arguments(cases=cases)
    found = run_module(Converter.example(), code, given)
    assert gap(found, double(expected)) < 1e-9
    slip = ("here.alpha * b - here.sigma * a) / det", "here.alpha * b + here.sigma * a) / det")
    assert gap(run_module(Converter.example(), code, given, slip), double(expected)) > 1e-3


@browser
def test_only_the_unit_changes_between_two_of_one_direction(run_module):
    code = f"""{SETUP} const l = at("vp", 0.7), of = (...kinds) =>
        M.rescaling(kinds[0], l, kinds[1], l, 0.5);
      return [l.alpha, l.sigma, l.sigmaDot, of("score", "eps"), of("v", "velocity"), of("v", "eps"),
        M.rescaling("v", {{ alpha: 0.8, sigma: 0.6 }}, "v", {{ alpha: 0.8, sigma: -0.6 }}, 0.5)];"""
    alpha, sigma, rate, *found = run_module(Converter.example(), code, arguments())
    assert found == pytest.approx([-sigma, rate / alpha, 0, 0])  # VP: its velocity lies along v


@browser
def test_the_nearest_step_of_ddpm(run_module):
    levels = [*LEVELS, -20.0]  # beyond the last step
    code = "return a.levels.map((l) => M.nearestStep(l));"
    found = run_module(Converter.example(), code, {"levels": levels})
    chain = DiscreteProcess.linear(1000)
    steps = torch.arange(1, 1001)
    for level, row in zip(levels, found, strict=True):
        step = int((chain.log_snr(steps) - level).abs().argmin()) + 1
        assert row["step"] == step
        assert row["bar"] == pytest.approx(float(chain.alpha(step) ** 2), rel=1e-9)


@browser
def test_the_formulas_on_the_page_are_right(run_module):
    """Each, with numbers in it, is computed again as it is read."""
    code = f"""{SETUP}
      const {{ skip, out }} = M.preconditioning(at("vp", 0.7), 0.5);
      const l = at("vp", 0.7), pair = {{ x0: 0.37, eps: -0.81 }};
      const values = {{ ...pair, x: l.alpha * pair.x0 + l.sigma * pair.eps, a: l.alpha, s: l.sigma,
        da: l.alphaDot, ds: l.sigmaDot, skip, out }};
      for (const kind of ["v", "score", "velocity", "F"])
        values[kind] = M.predicted(kind, pair, l, 0.5);
      const read = (formula) => Function("return " + M.withNumbers(formula, values)
        .replaceAll("\\u2212", "-").replaceAll("\\u00b7", "*").replaceAll("\\u00b2", "**2"))();
      const off = ([name, formula]) => Math.abs(read(formula) - values[name]);
      const worst = (rows) => Math.max(...rows.map(off));
      return [worst(Object.values(M.SOLVE).flat()), worst(Object.entries(M.WRITE)),
        M.withLetters(M.SOLVE.score[0][1]), [-0.5, 3e-5, 1234567].map(M.digits)];"""
    solve, write, text, numbers = run_module(Converter.example(), code, arguments())
    assert max(solve, write) < 2e-3  # four digits are shown
    assert text == "(x + σ²·score)/α"
    assert numbers == ["−0.5", "3.00e−5", "1.23e6"]
    slip = ("({x} + {s}\\u00b2\\u00b7{score})/{a}", "({x} + {s}\\u00b7{score})/{a}")
    assert run_module(Converter.example(), code, arguments(), slip)[0] > 0.05


@browser
def test_numbers_are_typed_and_held_within_limits(open_page):
    page = open_page(Converter())
    box = page.get_by_label("What it says, to type")
    box.fill("0.8")
    box.press("Enter")
    settled(page)
    assert state(page, "value") == 0.8
    assert "ε = 0.8 come" in status(page)
    box.fill("1e9")
    box.press("Enter")
    assert state(page, "value") == 200 and box.input_value() == "200"
    box.fill("")
    box.press("Enter")
    assert state(page, "value") == 200
    assert page.noise == []


@browser
def test_it_warns_where_a_conversion_makes_an_error_larger(open_page):
    page = open_page(Converter("vp", "eps", "vp", "x0", log_snr=-6.0))
    story = page.locator(".dgm-story")
    assert "ε is multiplied by 20.09 on the way to x₀: watch out" in story.inner_text()
    assert "becomes 0.2009" in status(page)
    page.get_by_role("radio", name="v", exact=True).first.check()
    assert state(page, "given") == "v"
    assert "watch out" not in story.inner_text()
    assert page.noise == []


@browser
def test_a_change_of_unit_is_no_warning(run_module, open_page):
    code = f"""{SETUP} return a.cases.map(([from, to, p]) =>
      M.rescaling(from, at(p, 5), to, at(p, 5), 0.5));"""
    cases = [("eps", "score", "vp"), ("velocity", "eps", "ve"), ("score", "velocity", "ve")]
    given = arguments(cases=[*cases, ("velocity", "eps", "vp"), ("eps", "x0", "vp")])
    *units, velocity, datum = run_module(Converter.example(), code, given)
    level = double([5.0])
    for unit, (source, target, name) in zip(units, cases, strict=True):
        process, t = at(name, level)
        x, y = double([[X]]), double([[Y]])
        assert unit * Y == pytest.approx(convert(y, x, t, process, source, target).item())
    assert velocity == datum == 0
    page = open_page(Converter("vp", "eps", "vp", "score", log_snr=6.0))
    story = page.locator(".dgm-story")
    assert story.inner_text().startswith("Only the unit changes") and "−20." in story.inner_text()
    page.get_by_role("radio", name="in FM, data at 0").check()
    page.get_by_role("radio", name="its ε").check()
    assert story.inner_text().startswith("The same number")
    assert page.noise == []


@browser
def test_the_other_column_appears_and_the_page_of_a_phone_holds_it(open_page):
    page = open_page(Converter(), **PHONE)
    table = page.locator(".dgm-table")
    assert table.locator("thead th, tr:first-child th").count() == 2
    page.get_by_role("radio", name="FM, data at 1").last.check()
    assert table.locator("tr:first-child th").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert re.search(r"input x\s+0\.5\s+0\.353", table.inner_text().replace("\n", " "))
    assert page.noise == []


REFUSED = [
    (lambda: Converter("vpp"), "source must be one of vp, ve, edm, fm, fm1, not 'vpp'"),
    (lambda: Converter(given="noise"), "given must be one of x0, eps, v, velocity, score, F"),
    (lambda: Converter(log_snr=9.0), "log_snr must lie in"),
    (lambda: Converter(x=float("nan")), "x must lie in"),
    (lambda: Converter(value=201.0), "value must lie in"),
    (lambda: Converter(sigma_data=0.0), "sigma_data must lie in"),
]


@pytest.mark.parametrize(("make", "says"), REFUSED)
def test_what_cannot_be_shown_is_refused(make, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        make()
