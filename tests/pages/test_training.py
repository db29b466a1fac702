"""What the page on training says in words, held against what it measured over five seeds."""

import torch
from pytest import approx

from dgm_lessons.processes import VP
from dgm_lessons.seeds import over_seeds

SEEN = over_seeds("training")
TIMES = torch.logspace(-3, 0, 13).tolist()


def mean(name):
    return SEEN[name].mean().item()


def near(a, b):
    """About the same: the means are no further apart than the wider of the two spreads."""
    gap = abs(SEEN[a].mean() - SEEN[b].mean())
    return bool(gap <= max(SEEN[a].std(), SEEN[b].std()))


def test_each_weight_gets_what_it_asks_for():
    assert near("1, 0", "g^2, 0") and mean("g^2, 0") < mean("sigma^2, 0")
    for k, t in enumerate(TIMES):
        if t > 0.05:
            assert mean(f"sigma^2, {k}") < mean(f"g^2, {k}")
        if t > 0.099:
            assert mean(f"1, {k}") > 3 * mean(f"sigma^2, {k}")


def test_the_bound_and_the_flow():
    assert near("g^2, bound", "sigma^2, bound")
    assert mean("g^2 by times, bound") == approx(mean("g^2, bound") / 2, rel=0.1)
    for name in ("g^2 by times", "fit"):
        assert (SEEN[f"{name}, KL"] > SEEN[f"{name}, bound"]).all()
    assert near("sigma^2, KL", "fit, KL")
    others = ("1", "g^2", "g^2 by times", "fit")
    assert all(mean("sigma^2, W1") < mean(f"{name}, W1") for name in others)


def test_the_law_of_times():
    assert near("VP", "the same, log-SNR") and not near("VP", "flow matching")
    shares = [
        SEEN[f"{name}, variance"] / SEEN["even in t, variance"]
        for name in ("even in log-SNR", "by gradient lengths")
    ]
    assert shares[0].mean().item() == approx(0.07, abs=0.005)
    assert (shares[1] / shares[0]).mean().item() == approx(1 - 2 / 5, abs=0.02)
    low, middle, high = (float(VP().log_snr(t)) for t in (1.0, 0.1, VP().t_min))
    assert (high - middle) / (high - low) == approx(1 / 3, abs=0.04)
