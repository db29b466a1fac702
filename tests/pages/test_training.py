"""What the page on training says in words, held against what it measured over ten seeds."""

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
    first = SEEN["g^2, 0"] < SEEN["sigma^2, 0"]
    assert len(first) == 10 and first.sum() == 9
    for k, t in enumerate(TIMES):
        if 0.05 < t < 0.2:
            assert (SEEN[f"sigma^2, {k}"] < SEEN[f"g^2, {k}"]).all()
        if t > 0.099:
            assert mean(f"1, {k}") > 3 * mean(f"sigma^2, {k}")


def test_the_bound_and_the_flow():
    assert near("g^2, bound", "sigma^2, bound") and mean("g^2, bound") > mean("sigma^2, bound")
    assert (SEEN["g^2, bound"] / SEEN["sigma^2, bound"]).max().item() == approx(1.9, abs=0.05)
    lower = SEEN["g^2, bound"] / SEEN["g^2 by times, bound"]
    assert (lower.min().item(), lower.max().item()) == approx((1.4, 3.5), abs=0.05)
    assert mean("g^2 by times, bound") == approx(mean("g^2, bound") / 2, rel=0.1)
    assert mean("g^2, large batch, bound") == approx(0.014, abs=0.0005)
    assert near("g^2, large batch, bound", "fit, bound")
    for name in ("g^2 by times", "fit"):
        assert (SEEN[f"{name}, KL"] > SEEN[f"{name}, bound"]).all()
    for name in ("1", "g^2", "g^2 by times", "fit"):
        assert mean("sigma^2, W1") < mean(f"{name}, W1")
        assert mean("sigma^2, KL") < mean(f"{name}, KL")


def test_the_law_of_times():
    assert near("VP", "the same, log-SNR") and not near("VP", "flow matching")
    assert mean("flow matching, exact beyond 0.9") == approx(0.12, abs=0.005)
    shares = [
        SEEN[f"{name}, variance"] / SEEN["even in t, variance"]
        for name in ("even in log-SNR", "by gradient lengths")
    ]
    assert shares[0].mean().item() == approx(0.08, abs=0.005)
    assert (shares[1] / shares[0]).mean().item() == approx(1 - 2 / 5, abs=0.02)
    low, middle, high = (float(VP().log_snr(t)) for t in (1.0, 0.01, VP().t_min))
    assert (high - middle) / (high - low) == approx(0.15, abs=0.005)
