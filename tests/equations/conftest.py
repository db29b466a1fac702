"""Runs the checks of the equations; `--checks FILE` writes down what they found."""

from pathlib import Path

import numpy as np
import pytest
import torch
import verification
from equation_sources import declared_in

COMPARISON = pytest.StashKey[verification.Comparison]()


def pytest_addoption(parser):
    text = "write what the checks of the equations found to this file"
    parser.addoption("--checks", metavar="FILE", help=text)
    text = "added to every seed, to see what rests on the stored ones"
    parser.addoption("--seed-offset", type=int, default=0, metavar="N", help=text)


def pytest_configure(config):
    line = "verifies(*labels, against, wrong): the equations or errata that this test checks"
    config.addinivalue_line("markers", line)
    path = config.getoption("checks", None)
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Results(Path(path)))


@pytest.fixture(autouse=True)
def other_seeds(request, monkeypatch):
    """With --seed-offset, generators of torch and numpy start elsewhere."""
    offset = request.config.getoption("seed_offset", 0)
    if not offset:
        return

    class Generator(torch.Generator):
        def manual_seed(self, seed):
            return super().manual_seed(seed + offset)

    start = np.random.default_rng
    monkeypatch.setattr(torch, "Generator", Generator)
    monkeypatch.setattr(np.random, "default_rng", lambda seed: start(seed + offset))


class Results:
    """Gathers the results of all processes; the one that gives out the tests writes them."""

    def __init__(self, path: Path) -> None:
        self.path, self.records = path, {}

    def pytest_runtest_logreport(self, report):
        for name, value in report.user_properties:
            if name == "check":
                self.records[report.nodeid] = value

    def pytest_sessionfinish(self):
        verification.save(self.records, self.path)


@pytest.fixture
def compare(request):
    """`compare(found, expected, tol, wrong)`, for tests marked `@verifies(...)`."""
    if request.node.get_closest_marker("verifies") is None:
        pytest.fail("the fixture `compare` is for tests marked with @verifies(...)")
    request.node.stash[COMPARISON] = verification.Comparison()
    return request.node.stash[COMPARISON]


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    result = yield
    if pyfuncitem.get_closest_marker("verifies"):
        comparison = pyfuncitem.stash.get(COMPARISON, None)
        if comparison is None or comparison.wrong_error is None:
            pytest.fail("a @verifies test must call compare(..., wrong=...) at least once")
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    marker = item.get_closest_marker("verifies")
    if marker and report.when == "call" and not report.skipped:
        report.user_properties.append(("check", record(item, marker, report.passed)))
    return report


def record(item, marker, passed: bool) -> dict:
    comparison = item.stash.get(COMPARISON, None) or verification.Comparison()
    check = next(check for check in declared_in(item.path)[0] if check.test == item.originalname)
    return {
        "labels": list(marker.args),
        "test": check.test,
        "file": check.file,
        "line": check.line,
        "source": check.source,
        "against": marker.kwargs["against"],
        "wrong": marker.kwargs["wrong"],
        "error": comparison.error,
        "tolerance": comparison.tolerance,
        "wrong_error": comparison.wrong_error,
        "passed": passed,
    }
