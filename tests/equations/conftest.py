"""Runs the checks of the equations and writes what they found to `_build/checks.json`."""

import pytest
import verification
from equation_sources import ROOT, declared_checks

RECORDS = pytest.StashKey[dict]()
COMPARISON = pytest.StashKey[verification.Comparison]()


def pytest_configure(config):
    line = "verifies(*labels, against, wrong): the equations or errata that this test checks"
    config.addinivalue_line("markers", line)
    config.stash[RECORDS] = {}


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
        item.config.stash[RECORDS][item.nodeid] = record(item, marker, report.passed)
    return report


def record(item, marker, passed: bool) -> dict:
    comparison = item.stash.get(COMPARISON, None) or verification.Comparison()
    file = item.path.relative_to(ROOT).as_posix()
    check = next(
        check
        for check in declared_checks()
        if (check.file, check.test) == (file, item.originalname)
    )
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


def pytest_sessionfinish(session):
    records = session.config.stash.get(RECORDS, {})
    if records:
        verification.save(records)
