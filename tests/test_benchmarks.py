"""The benchmarks' own arithmetic; the peers are not needed."""

import json
import sys

import pytest
import torch
from pytest import approx

from benchmarks import __main__ as command
from benchmarks import bound, evaluate, likelihood, measure, mixture, peers, samplers
from dgm_lessons import data


@pytest.fixture
def short(monkeypatch):
    """The mixture with a budget of 0.2 CPU seconds and 400 samples, and no peer installed."""
    chosen = {"ours": [0.2], "untuned": [], "peers": [0.2], "ablation": [0.05]}
    chosen |= {"seeds": [0], "samples": 400}
    monkeypatch.setattr(mixture, "settings", lambda quick: chosen)
    some = {name: row for name, row in mixture.rows().items() if "batch of" in name or row is None}
    monkeypatch.setattr(mixture, "rows", lambda: some)
    for name in peers.PEERS:
        monkeypatch.setitem(sys.modules, name, None)


def test_summary_is_the_median_and_the_range():
    found = measure.summary([3.0, 1.0, 100.0])
    assert (found["median"], found["low"], found["high"]) == (3.0, 1.0, 100.0)
    assert measure.summary([1, 2])["median"] == 1.5
    with pytest.raises(ValueError, match="no values"):
        measure.summary([])


def test_runs_are_summed_up_number_by_number():
    found = measure.over_seeds([{"a": 1, "b": 4.0, "name": "x"}, {"a": 3, "b": 2.0, "name": "x"}])
    assert set(found) == {"a", "b"}
    assert found["a"]["median"] == 2 and found["b"]["low"] == 2.0


def test_the_clock_counts_only_what_runs_inside():
    clock = measure.Clock()
    with clock.running():
        sum(range(300_000))
    first = clock.cpu
    sum(range(300_000))
    assert clock.cpu == first > 0
    with clock.running():
        sum(range(300_000))
    assert clock.cpu > first and clock.wall > 0


def test_a_missing_peer_is_named_and_left_out(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torchcfm", None)  # None makes the import fail
    found, missing = peers.available(("torchcfm", "json"))
    assert found == ["json"] and list(missing) == ["torchcfm"]
    assert "left out: torchcfm" in capsys.readouterr().out


@pytest.mark.timing
def test_mixture_writes_its_results(short, tmp_path, capsys):
    state = torch.get_rng_state()
    command.main(["mixture", "--quick", "--out", str(tmp_path)])
    assert torch.equal(state, torch.get_rng_state())
    found = json.loads((tmp_path / "mixture.json").read_text())
    assert found["settings"] == "quick" and found["machine"]["versions"]["torch"]
    (row,) = found["contenders"]["dgm_lessons"]["rows"]
    assert row["budget"] == 0.2 and 0.02 < row["cpu_seconds"]["median"] < 2
    assert 0 < row["noise_rmse"]["median"] < 1 and row["steps"]["median"] >= 1
    assert set(found["left_out"]) == set(peers.POINTS)
    assert found["ablation"]["batch of 256"]["rows"][0]["noise_rmse"]["median"] > 0
    assert "left out: torchcfm" in capsys.readouterr().out


def test_the_evaluation_knows_the_truth_and_what_is_not():
    law = evaluate.laws()[0]
    floor = evaluate.floor(law, 2000, 4)
    true = law.sample(2000, torch.Generator().manual_seed(1))
    good = evaluate.evaluate(law, true, floor, 0)
    assert 0.3 < good["distance_over_floor"] < 3 and good["off_mode_share"] < 0.003
    assert good["width_over_truth"] == approx(1, abs=0.05) and good["weights_error"] < 0.05
    means = law.mixture.means[torch.arange(2000) % 8]
    narrow = evaluate.evaluate(law, means, floor, 0)
    assert narrow["width_over_truth"] == approx(0, abs=1e-6) and narrow["weights_error"] > 0.1
    zero = evaluate.rmse(law, lambda x, s: torch.zeros_like(x), 0)
    assert 0.6 < zero < 1.0


def test_samplers_keep_within_their_calls():
    z = torch.randn(50, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for name in samplers.OURS:
        for calls in samplers.BUDGETS:
            x, used = samplers.follow(name, z, calls)
            assert used <= calls and torch.isfinite(x).all(), (name, calls, used)


def test_the_peers_field_goes_on_smoothly_beyond_its_ends():
    method = likelihood.METHODS["log_prob, exact"]
    field = likelihood.Counted(likelihood.ring(8), method[2])
    x = torch.tensor([[0.3, -0.5], [2.0, 0.1]], dtype=torch.float64)
    for t in (0.2, 0.7):
        inside = torch.tensor(t, dtype=torch.float64)
        torch.testing.assert_close(field.beyond(x, inside), field.exact.velocity(x, inside))
    for end in (0.0, 1.0):
        before, at, after = (
            field.beyond(x, torch.tensor(end + d, dtype=torch.float64)) for d in (-1e-4, 0, 1e-4)
        )
        torch.testing.assert_close(before + after, 2 * at, rtol=0, atol=1e-4)


def test_likelihood_without_peers():
    found = likelihood.one(likelihood.plain, likelihood.FlowMatching(), 5, 1e-4, 0)
    ours = likelihood.one(likelihood.ours, likelihood.FlowMatching(), 5, 1e-4, 0)
    assert found["rms_nats"] < 0.05 and ours["rms_nats"] < 0.05
    assert found["calls"] > 20 and ours["calls"] > 20


@pytest.mark.parametrize("task", ["bound", "mnist"])
def test_tasks_say_that_mnist_is_missing(tmp_path, monkeypatch, task):
    monkeypatch.setenv("DGM_LESSONS_DATA", str(tmp_path))
    monkeypatch.setattr("pooch.os_cache", lambda project: tmp_path)
    with pytest.raises(SystemExit, match="needs MNIST"):
        command.main([task, "--quick", "--out", str(tmp_path)])
    assert not (tmp_path / f"{task}.json").exists()


@pytest.mark.mnist
@pytest.mark.skipif(not data.mnist_is_here(), reason="needs MNIST")
def test_mnist_without_peers(tmp_path, monkeypatch):
    for name in peers.PEERS:
        monkeypatch.setitem(sys.modules, name, None)
    command.main(["mnist", "--quick", "--out", str(tmp_path)])
    found = json.loads((tmp_path / "mnist.json").read_text())
    for contender in found["vae"]["contenders"].values():
        (row,) = contender["rows"]
        assert -300 < row["elbo"]["median"] < row["importance_weighted_bound"]["median"] < -100
        assert 0 < row["cpu_seconds"]["median"] < 2 and row["steps"]["median"] >= 1
    denoisers = found["denoisers"]["contenders"]
    assert not set(denoisers) & set(peers.PEERS) and len(denoisers) == 3
    trained = denoisers["dgm_lessons, mnist-latent of the zoo"]["rows"][0]["frechet"]["median"]
    untrained = denoisers["dgm_lessons"]["rows"][0]["frechet"]["median"]
    assert found["denoisers"]["floor"] / 2 < trained < 100 < untrained
    assert all(part["flops_per_image"] > 1e6 for part in denoisers.values())


@pytest.mark.mnist
@pytest.mark.skipif(not data.mnist_is_here(), reason="needs MNIST")
def test_bound_writes_both_tables(tmp_path):
    command.main(["bound", "--quick", "--out", str(tmp_path)])
    found = json.loads((tmp_path / "bound.json").read_text())
    assert found["settings"] == "quick" and found["images"] == 20
    assert {row["width"] for row in found["widths"]} == {"small", "large", "best"}
    assert {row["predicts"] for row in found["predicts"]} == set(bound.PREDICTS)
    for row in found["widths"] + found["predicts"]:
        parts = row["decoder"] + sum(row["blocks"]) + row["prior"]
        assert row["total"] == approx(parts, rel=1e-6) and row["error"] > 0
    cost = {row["width"]: sum(row["blocks"]) for row in found["widths"]}
    assert cost["best"] < min(cost["small"], cost["large"])
