"""Checks of the book's equations: what a check declares, how it compares, where results go.

    @verifies("eq-tweedie", against="posterior mean by quadrature", wrong="sigma for sigma squared")
    def test_tweedie(compare):
        compare(found, expected, tol=1e-9, wrong=wrong_value)

`found` is what the equation says, `expected` comes from something independent, and `wrong` is the
equation with a deliberate mistake, which the same comparison must tell apart (error > 10 tol). A
right side that is off by 5 per cent must fail as well, unless it is zero.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SLIP = 1.05  # a right side that is off by this factor must fail


def verifies(*labels: str, against: str, wrong: str) -> pytest.MarkDecorator:
    """Declare that a test checks the labelled equations (`eq-...`) or errata (`err-...`)."""
    if not labels or not all(label.startswith(("eq-", "err-")) for label in labels):
        raise ValueError(f"labels {labels}: give one or more that start with 'eq-' or 'err-'")
    return pytest.mark.verifies(*labels, against=against, wrong=wrong)


class Comparison:
    """Compare numbers, fail where they differ, keep what came nearest to failing in one test."""

    def __init__(self) -> None:
        self.error = self.tolerance = self.share = 0.0
        self.wrong_error: float | None = None

    def __call__(self, found: Any, expected: Any, tol: float, wrong: Any = None) -> None:
        if not 0 <= tol < np.inf:
            raise ValueError(f"tol = {tol}: give a finite tolerance of zero or more")
        error = distance(found, expected, "found")
        share = error / tol if tol else float(error > 0)
        if share >= self.share:
            self.error, self.tolerance, self.share = error, float(tol), share
        assert error <= tol, f"error {error:.3g} exceeds the tolerance {tol:.3g}"
        slipped = SLIP * as_array(expected)
        assert not slipped.any() or distance(found, slipped, "found") > tol, (
            f"expected {SLIP} times itself passes with the tolerance {tol:.3g}: it is too wide"
        )
        if wrong is None:
            return
        wrong_error = distance(wrong, expected, "wrong")
        self.wrong_error = min(wrong_error, self.wrong_error or np.inf)
        assert wrong_error > 10 * tol, (
            f"the wrong variant's error {wrong_error:.3g} is not above 10 x {tol:.3g}: "
            "this check cannot tell it apart"
        )


def distance(found: Any, expected: Any, name: str) -> float:
    """The largest absolute difference; an error for shapes that differ, empty or not finite."""
    a, b = as_array(found), as_array(expected)
    if a.shape != b.shape and a.ndim and b.ndim:
        raise ValueError(f"{name} has shape {a.shape}, expected has {b.shape}: make them equal")
    if not a.size or not b.size:
        raise ValueError(f"{name} or expected is empty: there is nothing to compare")
    if not np.isfinite(a).all() or not np.isfinite(b).all():
        raise ValueError(f"{name} or expected is not finite: {a} against {b}")
    return float(np.abs(a - b).max())


def as_array(value: Any) -> np.ndarray:
    """A float64 array of a number, array, tensor or nested list of these."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    elif isinstance(value, list | tuple):
        value = [as_array(part) for part in value]
    return np.asarray(value, dtype=np.float64)


def save(results: dict[str, dict], path: Path) -> None:
    """Write the results, by test id."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".tmp")
    scratch.write_text(json.dumps(dict(sorted(results.items())), indent=1), encoding="utf8")
    os.replace(scratch, path)
