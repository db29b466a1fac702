"""The benchmarks' own arithmetic; the peers are not needed."""

import base64
import itertools
import json
import math
import sys
import time
from functools import partial
from typing import ClassVar

import pytest
import torch
from pytest import approx

from benchmarks import __main__ as command
from benchmarks import (
    ablation,
    autoguidance,
    book,
    bound,
    costs,
    digits,
    error_budget,
    evaluate,
    families,
    few_steps,
    flow_maps,
    flow_matching,
    guidance,
    latent,
    likelihood,
    measure,
    mixture,
    mnist_denoising,
    one_network,
    peers,
    race,
    replay,
    samplers,
    score_matching,
    solvers,
)
from dgm_lessons import data, metrics, zoo
from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import grid, ring
from dgm_lessons.objectives import half_squared_norm, implicit_score_matching
from dgm_lessons.processes import EDM
from dgm_lessons.samplers import DPMSolver2M, FewSteps, sample


@pytest.fixture
def short(monkeypatch):
    """Races over 0.05 CPU seconds and 400 samples, and no peer installed."""
    budgets = {"ring": [0.05, 0.1], "grid": [0.05], "moons": [0.05]}
    chosen = {"budgets": budgets, "budget": 0.05, "seeds": [0], "samples": 400, "pairs": 3}
    for task in (mixture, ablation):
        monkeypatch.setattr(task, "settings", lambda quick: chosen)
    some = {name: row for name, row in ablation.rows().items() if "bare" in name or row is None}
    monkeypatch.setattr(ablation, "rows", lambda: some)
    monkeypatch.setattr(race, "TURN", 0.02)
    for name in peers.PEERS:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture
def some_digits(monkeypatch):
    """The first 2,000 digits of each part of MNIST in place of all of them."""
    parts = {split: [part[:2000] for part in data.mnist(split)] for split in ("train", "test")}
    monkeypatch.setattr(data, "mnist", lambda split: parts[split])


class Walker:
    """A contender that notes how it was made, and counts its steps."""

    made: ClassVar[list] = []

    def __init__(self, data, seed, steps):
        self.seed, self.steps, self.done = seed, steps, 0
        Walker.made.append((data, seed, steps))

    def advance(self):
        self.done += 1


def walk(budgets, restart, judge=lambda contender, seed: {"done": contender.done}):
    return race.Entry("walker", Walker, lambda seed: 100 + seed, judge, budgets, restart)


def test_a_run_is_so_many_steps_and_passes_through_its_budgets():
    Walker.made.clear()
    rows = race.run_one(walk([2.0, 4.0], restart=False), 3, seconds=0.5)
    assert [(r["budget"], r["steps"], r["done"]) for r in rows] == [(2.0, 4, 4), (4.0, 8, 8)]
    assert Walker.made == [(103, 3, 4)]
    rows = race.run_one(walk([2.0, 4.0], restart=True), 3, seconds=0.5)
    assert [(r["steps"], r["done"]) for r in rows] == [(4, 4), (8, 8)]
    assert Walker.made[1:] == [(103, 3, 4), (103, 3, 8)]


def test_a_race_that_was_stopped_goes_on(tmp_path):
    (tmp_path / "seconds-per-step.json").write_text('{"walker": 0.5}')

    def judge(contender, seed):
        asked.append(seed)
        if seed == 2 and fails:
            raise KeyboardInterrupt
        return {"done": contender.done + seed, "text": f"seed {seed}"}

    asked, fails, entry = [], [True], walk([1.0], False, judge)
    with pytest.raises(KeyboardInterrupt):
        race.race(tmp_path, [entry], [1, 2, 3])
    assert sorted(path.name for path in tmp_path.glob("walker*")) == ["walker-1.json"]
    fails.clear()
    found = race.race(tmp_path, [entry], [1, 2, 3])["walker"]
    assert asked == [1, 2, 2, 3]
    (row,) = found["rows"]
    assert row["done"]["values"] == [3, 4, 5] and row["text"] == "seed 1" and row["budget"] == 1.0
    assert found["seconds_per_step"] == 0.5


def test_runs_on_other_terms_are_not_taken_up(tmp_path):
    (tmp_path / "seconds-per-step.json").write_text('{"walker": 0.5}')
    race.race(tmp_path, [walk([1.0], False)], [1])
    with pytest.raises(SystemExit, match=r"walker-1.json has other budgets than \[2.0\]"):
        race.race(tmp_path, [walk([2.0], False)], [1])
    (tmp_path / "seconds-per-step.json").write_text('{"runner": 0.5}')
    with pytest.raises(SystemExit, match=r"made without \['walker'\]"):
        race.race(tmp_path, [walk([1.0], False)], [1])


def test_samples_cost_the_calls_that_are_asked_for():
    points = evaluate.laws()[0].sample(500, torch.Generator().manual_seed(0))
    ours = mixture.Ours(points, 0, 10)
    for calls in mixture.CALLS:
        assert mixture.counted(ours, 10, 0, calls).shape == (10, 2)
    with pytest.raises(RuntimeError, match="made 20 network calls for 21"):
        mixture.counted(ours, 10, 0, 21)


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


@pytest.mark.slow
def test_mixture_and_ablation_write_their_results(short, tmp_path, capsys):
    state = torch.get_rng_state()
    for task in ("mixture", "ablation"):
        command.main([task, "--quick", "--out", str(tmp_path)])
    assert torch.equal(state, torch.get_rng_state())
    found = json.loads((tmp_path / "mixture.json").read_text())
    assert found["settings"] == "quick" and found["machine"]["versions"]["torch"]
    assert set(found["left_out"]) == set(peers.POINTS) and list(found["about"]) == ["dgm_lessons"]
    for law, part in found["laws"].items():
        rows = part["contenders"]["dgm_lessons"]["rows"]
        assert [row["budget"] for row in rows] == mixture.settings(True)["budgets"][law]
        for row in rows:
            assert row["distance_over_floor_20"]["median"] > 0 and row["steps"]["median"] >= 1
            assert ("noise_rmse" in row) == ("off_mode_share_80" in row) == (law != "moons")
        assert 0.2 < part["truth"]["distance_over_floor"]["median"] < 5
    assert "left out: torchcfm" in capsys.readouterr().out
    rows = json.loads((tmp_path / "ablation.json").read_text())["rows"]
    assert list(rows) == ["bare loop", "blocks of 8 batches: fit"]
    assert all(0 < part["rows"][0]["noise_rmse"]["median"] < 2 for part in rows.values())


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


NEED_MNIST = ("bound", "mnist", "noisy_mnist", "mnist_denoising", "error_budget", "guidance")


@pytest.mark.parametrize("task", NEED_MNIST)
def test_tasks_say_that_mnist_is_missing(tmp_path, monkeypatch, task):
    monkeypatch.setenv("DGM_LESSONS_DATA", str(tmp_path))
    monkeypatch.setattr("pooch.os_cache", lambda project: tmp_path)
    with pytest.raises(SystemExit, match="needs MNIST"):
        command.main([task, "--quick", "--out", str(tmp_path)])
    assert not (tmp_path / f"{task}.json").exists()


@pytest.mark.slow
@pytest.mark.mnist
@pytest.mark.skipif(not data.mnist_is_here(), reason="needs MNIST")
def test_mnist_and_digits_without_peers(tmp_path, monkeypatch, some_digits):
    for name in peers.PEERS:
        monkeypatch.setitem(sys.modules, name, None)
    for task in ("mnist", "digits"):
        command.main([task, "--quick", "--out", str(tmp_path)])
    found = json.loads((tmp_path / "mnist.json").read_text())
    for contender in found["vae"]["contenders"].values():
        (row,) = contender["rows"]
        assert -300 < row["elbo"]["median"] < row["importance_weighted_bound"]["median"] < -100
        assert 0 < row["cpu_seconds"]["median"] < 5 and row["steps"]["median"] >= 1
    found = json.loads((tmp_path / "digits.json").read_text())
    (part,) = found["contenders"]
    assert (part["network"], part["loop"]) == ("dgm_lessons", "dgm_lessons")
    (row,) = part["rows"]
    assert row["frechet"]["median"] > 2 * found["floor"] and 0 <= row["agreement"]["median"] <= 1
    assert base64.b64decode(row["picture"]).startswith(b"\x89PNG")
    assert found["networks"]["dgm_lessons"]["flops_per_image"] > 1e6


def test_pixels_come_back_from_the_scale_of_the_peers():
    images = torch.randint(256, (3, 28, 28), dtype=torch.uint8)
    images[:, :2] = images[:, -2:] = images[:, :, :2] = images[:, :, -2:] = 0
    train = data.mnist_to_unit(images), torch.tensor([3, 4, 5])
    x, labels = next(digits.batches(train, 0))
    assert x.shape == (64, 1, 24, 24) and -1 <= x.min() < x.max() <= 1
    assert set(labels.tolist()) == {-1, 3, 4, 5}
    back = digits.pixels(x)
    assert all(any(torch.equal(one, image) for image in images) for one in back)


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.mnist
@pytest.mark.skipif(not data.mnist_is_here(), reason="needs MNIST")
def test_the_parts_of_an_error_budget_add_up(tmp_path):
    command.main(["error_budget", "--quick", "--out", str(tmp_path)])
    found = json.loads((tmp_path / "error_budget.json").read_text())
    (net,) = found["plane"]["parts"]
    parts = sum(net[name]["mean"] for name in error_budget.DIVISIONS)
    assert parts == approx(net["total"]["mean"], abs=1e-9)
    assert 0 < net["prior"]["rms"] < 0.01 < net["trace"]["rms"]
    solver = {row["law"]: row["rms_nats"][0] for row in found["solver"]["rows"]}
    assert 0 < solver["gm1"] < 0.05 and 0 < solver["ring"] < 0.2
    mnist = found["mnist"]
    assert len(mnist["bound"]) == len(mnist["flow"]["base"]["bits"]) == mnist["images"] == 2
    assert all(0.3 < bits < 2 for bits in mnist["bound"] + mnist["flow"]["base"]["bits"])
    assert all(0 < abs(bits) < 3e-3 for bits in mnist["prior"])  # a difference: of either sign


def test_sliced_losses_have_the_mean_of_the_implicit_one():
    """For signs and for Gaussian probes; the gradient's noise falls with the probes."""
    torch.manual_seed(0)
    net, g = score_matching.network(), torch.Generator().manual_seed(0)
    for weight in net.parameters():
        weight.data.mul_(2.5)  # so that the loss is not near zero
    x = score_matching.LAW.sample(64, g)
    wanted = implicit_score_matching(net, x).item()
    rows, noises = score_matching.losses(), {}
    for name in ("sliced, 4 signs", "sliced, 4 Gaussian"):
        draws = torch.stack([rows[name][0](net, x, g).detach() for _ in range(200)])
        error = draws.std().item() / 200**0.5
        assert abs(draws.mean().item() - wanted) < 4.5 * error < 0.05 * abs(wanted)
    for name in ("sliced, 1 Gaussian", "sliced, 16 Gaussian"):
        noises[name] = score_matching.gradient_noise(rows[name][0], net, 20, seed=0)
    assert noises["sliced, 1 Gaussian"] > 2 * noises["sliced, 16 Gaussian"]


@pytest.mark.slow
@pytest.mark.mnist
@pytest.mark.skipif(not data.mnist_is_here(), reason="needs MNIST")
def test_noisy_mnist_sees_the_error_without_clean_digits(tmp_path):
    command.main(["noisy_mnist", "--quick", "--out", str(tmp_path)])
    found = json.loads((tmp_path / "noisy_mnist.json").read_text())
    assert [row["loss"] for row in found["rows"]] == ["clean targets", "SURE, noisy only"]
    for row in found["rows"]:
        assert row["psnr"]["median"] > found["psnr_of_nothing"] + 3 and row["steps"]["median"] >= 1
        assert row["sure"]["median"] == approx(row["error"]["median"], rel=0.15)


@pytest.mark.mnist
@pytest.mark.skipif(not data.mnist_is_here(), reason="needs MNIST")
def test_the_network_denoises_mnist_better_than_its_rivals(tmp_path):
    command.main(["mnist_denoising", "--quick", "--out", str(tmp_path)])
    found = json.loads((tmp_path / "mnist_denoising.json").read_text())
    assert [row["level"] for row in found["rows"]] == list(mnist_denoising.LEVELS)
    for row in found["rows"]:
        assert (
            row["network"] > row["wiener"] > row["nothing"] and row["lead"] > 3 * row["lead_error"]
        )
        assert row["lead"] == approx(row["network"] - row["wiener"], abs=1e-6)
        untouched = 20 * math.log10(found["peak"] / row["level"])  # E|x_t / alpha - x|^2 = level^2
        assert row["nothing"] == approx(untouched, abs=0.3)


def test_sure_is_the_implicit_loss_of_noisy_points():
    """The same number less d / (2 sigma^2), and so the same gradient: eq-sure-score-matching."""
    torch.manual_seed(0)
    net, sigma = score_matching.network(), 0.3
    x = score_matching.LAW.sample(500, torch.Generator().manual_seed(0))
    found = score_matching.losses()["SURE, sigma 0.3"][0](net, x, torch.Generator().manual_seed(1))
    noisy = x + sigma * torch.randn(x.shape, generator=torch.Generator().manual_seed(1))
    wanted = implicit_score_matching(net, noisy) + 2 / (2 * sigma**2)
    assert found.item() == approx(wanted.item(), rel=1e-4)


def test_generalised_row_is_explicit_matching_weighed_by_the_coordinates():
    """It differs from E|x (s - score)|^2 / 2 by one number, whatever the field."""
    law = score_matching.LAW
    x = law.sample(100_000, torch.Generator().manual_seed(0)).double()
    loss = score_matching.losses()["generalised, x grad"][0]
    constants = []
    for field in (torch.tanh, lambda y: 2 * law.score(y)):
        weighed = half_squared_norm(x * (field(x) - law.score(x))).mean()
        constants.append((loss(field, x, torch.Generator()) - weighed).item())
    wanted = -half_squared_norm(x * law.score(x)).mean().item()
    assert constants == approx([wanted, wanted], rel=0.02)


@pytest.mark.slow
def test_score_matching_writes_its_results(tmp_path):
    command.main(["score_matching", "--quick", "--out", str(tmp_path)])
    found = json.loads((tmp_path / "score_matching.json").read_text())
    names = [row["loss"] for row in found["rows"]]
    assert names == list(score_matching.losses()) and len(names) == 14
    assert {row["dim"] for row in found["trace_costs"]} == {2, 8}


def test_four_samplers_of_one_network_spend_the_calls_they_are_given():
    """On two labels, with a denoiser that counts; one call too many is an error."""
    judge = object.__new__(one_network.Judge)
    judge.seed, judge.labels = 0, torch.arange(10)
    judge.network = zoo.load("mnist-ve")
    judge.target = torch.randn(80, 64, generator=torch.Generator().manual_seed(0))
    for name, (draw, settings) in one_network.SAMPLERS.items():
        row = judge(partial(draw, **settings[0]), 11)
        low, high = row["interval"]
        assert row["calls"] == 11 and low < row["frechet"] < high, name
        assert base64.b64decode(row["picture"]).startswith(b"\x89PNG")
    with pytest.raises(RuntimeError, match="made 2 network calls for 11"):
        judge(lambda denoiser, x, calls, dice: denoiser(x, 40.0), 11)


def test_a_finished_run_is_kept(tmp_path):
    row = {"frechet": 1.0, "cpu_seconds": 2.0}
    made = [measure.kept(tmp_path / "runs" / "a.json", lambda: row) for _ in range(2)]
    assert made == [row, row]
    with pytest.raises(ZeroDivisionError):
        measure.kept(tmp_path / "runs" / "b.json", lambda: 1 / 0)
    assert not (tmp_path / "runs" / "b.json").exists()
    assert measure.kept(tmp_path / "runs" / "a.json", lambda: 1 / 0) == row


def test_weights_of_the_multistep_solver_give_its_own_samples():
    """The rows whose grid alone is trained are DPM-Solver++ 2M indeed."""
    exact, z = ExactDenoiser(ring(8), EDM()), few_steps.noise(50, 0)
    levels = torch.tensor([10.0, 3.0, 1.0, 0.4, 0.1], dtype=torch.float64)
    times = torch.cat([levels, torch.zeros(1)])
    expected = sample(exact, 10 * z, times, DPMSolver2M())
    found = FewSteps(*few_steps.second_order(levels))(exact, z)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-9)


@pytest.mark.slow
def test_few_steps_writes_solvers_that_can_be_read(tmp_path):
    command.main(["few_steps", "--quick", "--out", str(tmp_path)])
    found = json.loads((tmp_path / "few_steps.json").read_text())
    assert FewSteps(**found["solvers"]["3"]).calls == 3
    rows = {(r["bed"], r["method"], r["trained_on"]): r for r in found["rows"]}
    error = {key: row["paired_error"]["mean"] for key, row in rows.items()}
    plain = "DPM-Solver++ 2M, flow, even in t"
    assert error["ring", "trained", "ring"] < error["ring", plain, None]
    assert error["grid", "trained", "grid"] < error["grid", "trained", "ring"]
    for row in found["rows"]:
        parts = row["fine_over_floor"]["mean"] + row["over_fine"]["mean"]
        assert row["distance_over_floor"]["mean"] == approx(parts)


def test_solvers_keep_within_their_calls_and_the_trained_ones_are_shipped():
    z = few_steps.noise(50, 0)
    assert {3, 5, 10} <= set(solvers.trained())
    for owner, name, follow, budgets in solvers.contenders({"diffusers": "not asked"}):
        assert owner == "dgm_lessons"
        for budget in budgets:
            x, used = follow(z, budget)
            assert (0 < used <= budget or budget == 0) and torch.isfinite(x).all(), (name, budget)


def test_the_best_of_two_owners():
    def row(owner, name, calls, *values):
        return {"owner": owner, "sampler": name, "calls": calls} | {
            number: {"values": list(values)}
            for number in ("distance_over_floor", "off_mode_share", "paired_error")
        }

    rows = [
        row("dgm_lessons", "a", 3, 2.0, 2.2),
        row("dgm_lessons", "b", 10, 1.0, 1.1),
        row("diffusers", "c", 3, 1.9, 2.3),
        row("diffusers", "d", 5, 1.5, 1.6),
    ]
    found = {one["budget"]: one for one in solvers.best(rows)}
    assert [found[n]["ours"] for n in solvers.BUDGETS] == ["a", "a", "b", "b", "b", "b"]
    assert [found[n]["theirs"] for n in solvers.BUDGETS] == ["c", "d", "d", "d", "d", "d"]
    assert [found[n]["no_worse"] for n in (3, 5, 10)] == [True, False, True]
    assert found[5]["difference"] == approx(0.55) and found[5]["standard_error"] == approx(0.05)


@pytest.fixture
def few_digits():
    """A judge of 40 digits, by random features in place of real ones."""
    judge, g = object.__new__(guidance.Judge), torch.Generator().manual_seed(0)
    judge.seed, judge.labels = 3, torch.arange(40) % 10
    judge.name, judge.network = "mnist-latent", zoo.load("mnist-latent")
    judge.real, judge.test = torch.randn(2, 40, 64, generator=g)
    judge.some = judge.test
    return judge


def test_guided_digits_differ_by_the_weight_only(few_digits):
    """The same noise for every weight and interval; (1 + w) D_label - w D where it acts."""
    plain = few_digits.drawn(0.0, (0.5, 5.0))
    assert torch.equal(plain, few_digits.drawn(0.0, (0.5, 5.0)))
    assert torch.equal(plain, few_digits.drawn(6.0, (50.0, 60.0)))  # no level lies there
    some, all_ = (few_digits.drawn(6.0, guidance.INTERVALS[name]) for name in ("0.5 to 5", "all"))
    assert not torch.equal(plain, some) and not torch.equal(some, all_)
    z, t = torch.randn(40, 48, generator=torch.Generator().manual_seed(1)), 0.5
    told = zoo.with_labels(few_digits.network, few_digits.labels)(z, t)
    found = guidance.guided(few_digits.network, few_digits.labels, 2.0, (0.0, 50.0))(z, t)
    torch.testing.assert_close(found, 3 * told - 2 * few_digits.network(z, t))


def test_a_row_of_guidance_has_the_numbers_of_its_digits(few_digits):
    row = few_digits.row(0.0, "0.5 to 5")
    digits = few_digits.drawn(0.0, (0.5, 5.0))
    assert row == few_digits.judged(digits)
    right = metrics.mnist_labels(digits) == few_digits.labels
    assert row["agreement"] == approx(right.double().mean().item()) and row["agreement"] > 0.8
    few_digits.labels = few_digits.labels.roll(1)
    assert few_digits.judged(digits)["agreement"] < 0.2


def test_standard_errors_over_seeds():
    found = guidance.over_seeds([{"a": 1.0}, {"a": 2.0}, {"a": 6.0}])["a"]
    assert found["mean"] == 3 and found["values"] == [1, 2, 6]
    assert found["standard_error"] == approx((7 / 3) ** 0.5)  # variance 7, three runs


@pytest.mark.mnist
@pytest.mark.slow
@pytest.mark.skipif(not data.mnist_is_here(), reason="needs MNIST")
def test_guidance_writes_its_results(tmp_path, some_digits):
    command.main(["guidance", "--quick", "--out", str(tmp_path)])
    found = json.loads((tmp_path / "guidance.json").read_text())
    rows = {(r["network"], r["levels"], r["weight"]): r for r in found["rows"]}
    assert set(rows) == {
        *(("mnist-latent", levels, 6.0) for levels in guidance.INTERVALS),
        *((name, "0.5 to 5", 0.0) for name in guidance.DRAWS),
    }
    plain, strong = (rows["mnist-latent", *key] for key in (("0.5 to 5", 0.0), ("all", 6.0)))
    assert strong["agreement"]["mean"] > plain["agreement"]["mean"] > 0.9
    assert strong["spread"]["mean"] < 0.9 * plain["spread"]["mean"]
    assert strong["recall"]["mean"] < plain["recall"]["mean"]
    assert found["test_accuracy"] > 0.99
    assert all(len(number["values"]) == 2 for number in found["real"]["mnist-latent"].values())


def test_coverage_knows_the_truth_and_a_collapsed_model():
    law, g = grid(25), torch.Generator().manual_seed(0)
    found = families.coverage(law.sample(10_000, g), law)
    assert found["modes"] == 25 and found["shares"] < 0.03 and found["stray"] < 0.002
    one = law.means[7] + 0.1 * torch.randn(1000, 2, generator=g)
    found = families.coverage(one, law)
    assert found["modes"] == 1 and found["shares"] == approx(0.96, abs=1e-3)
    strays = families.coverage(law.sample(1000, g) + 0.5, law)
    assert strays["modes"] == 0 and strays["stray"] > 0.99


def test_penalties_of_a_plane():
    plane, g = torch.nn.Linear(2, 1), torch.Generator().manual_seed(0)
    torch.nn.init.constant_(plane.weight, 3.0)
    x = torch.randn(8, 2, generator=g)
    assert families.r1(plane, x, x, g).item() == approx(0.05 * 18, rel=1e-5)
    gap = 18**0.5 - 1
    assert families.one_lipschitz(plane, x, x, g).item() == approx(0.1 * gap**2, rel=1e-5)


def test_a_bill_counts_rows_and_products():
    layer = torch.nn.Linear(3, 5, bias=False)

    def draw():
        return layer(torch.zeros(4, 3)), layer(torch.zeros(8, 3))  # 12 rows for 4 samples

    with torch.no_grad():
        row = costs.measured(costs.Model("two", "three calls", layer, 4, draw), 2)
    assert row["calls"] == 3 and row["mflop"] == approx(2 * 3 * 5 * 3 / 1e6)
    assert row["parameters"] == 15 and min(row["milliseconds"]["values"]) >= 0


@pytest.mark.slow
def test_families_writes_all_three_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(families, "SAMPLES", 300)
    monkeypatch.setattr(race, "TURN", 0.02)
    monkeypatch.setattr(race, "ROUNDS", 1)
    found = families.run(True, tmp_path)
    for contender in found["coverage"]["contenders"].values():
        assert {"modes", "shares", "stray"} <= {k.split("_")[0] for k in contender["rows"][0]}
    calls = {(row["model"], row["how"]): row["calls"] for row in found["costs"]["rows"]}
    assert calls["ring", "Heun, 20 steps"] == 40 and calls["flow", "eight couplings"] == 8
    for row in found["replay"]["rows"]:
        assert row["calls"] <= 10 or row["sampler"] == "flow map, exact"
    assert {row["sampler"] for row in found["replay"]["rows"]} >= set(replay.ROWS)


@pytest.mark.slow
def test_the_shipped_bill_is_that_of_this_code():
    """Calls and operations do not depend on the machine: the same numbers come out again."""
    found = json.loads((measure.RESULTS / "families.json").read_text())["costs"]["rows"]
    shipped = {(row["model"], row["how"]): (row["calls"], row["mflop"]) for row in found}
    for model in costs.plane(50):
        with torch.no_grad():
            row = costs.measured(model, 1)
        assert shipped[model.name, model.how] == approx((row["calls"], row["mflop"]))
    assert {name for name, _ in shipped} >= {
        *("mnist-vp", "mnist-ve", "mnist-fm", "mnist-conditional", "mnist-latent"),
        *("mnist-likelihood", "mnist-vae", "mnist-plane", "mnist-map", "ring"),
    }


@pytest.mark.slow
def test_flow_matching_writes_what_the_page_reads(tmp_path):
    command.main(["flow_matching", "--quick", "--out", str(tmp_path)])
    found = json.loads((tmp_path / "flow_matching.json").read_text())
    (seed,) = found["by_seed"]
    assert set(seed["losses"]) == {"noise", "velocity"}
    assert all(row["steps"] >= 1 and row["velocity_rmse"] > 0 for row in seed["losses"].values())
    flows = seed["flows"]
    assert len(flows) == 7 and "steps" not in flows["exact"]
    assert all(len(row["few"]) == len(found["euler"]) for row in flows.values())
    assert all(0 <= row["saved"] < row["cost"] for row in flows.values())
    assert flows["exact"]["curvature"] == approx(1.43, abs=0.1)
    assert flows["exact"]["few"][0]["off_mode_share"] == 1.0  # all in the mean of the data


def test_the_best_order_is_the_least_sum_of_squares():
    g = torch.Generator().manual_seed(0)
    x0, eps = torch.randn(5, 2, generator=g), torch.randn(5, 2, generator=g)
    sums = [(x0[list(p)] - eps).square().sum().item() for p in itertools.permutations(range(5))]
    best = flow_matching.best_order(x0, eps)
    assert (x0[best] - eps).square().sum().item() == approx(min(sums))
    assert max(sums) > 2 * min(sums)
    points, noise = flow_matching.matched(ring(8).sample(100, g), 50, g)
    order = flow_matching.best_order(points, noise)  # some points are drawn twice: they may change
    assert sorted(order.tolist()) == list(range(50))
    assert torch.equal(points[order], points)


def test_autoguidance_tells_fresh_data_from_one_mode():
    law = autoguidance.LAW
    fresh = law.sample(2000, torch.Generator().manual_seed(0))
    found = autoguidance.row(fresh, 0)
    assert found["stray"] < 0.005 and found["modes"] > 11.5 and found["distance"] < 0.15
    dice = torch.Generator().manual_seed(1)
    one = autoguidance.row(law.means[:1].float() + 0.02 * torch.randn(2000, 2, generator=dice), 0)
    assert one["modes"] < 1.6 and one["distance"] > 0.5 and one["spread"] < 0.1 < found["spread"]


@pytest.mark.slow
def test_autoguidance_writes_its_results(tmp_path):
    command.main(["autoguidance", "--quick", "--out", str(tmp_path)])
    found = json.loads((tmp_path / "autoguidance.json").read_text())
    assert len(found["rows"]) == 6 + 3 * len(autoguidance.WEIGHTS)
    for row in found["rows"].values():
        assert {len(values) for values in row.values()} == {2} == {len(found["seeds"])}


def test_principal_components_lose_what_lies_outside_of_them():
    """Data in a plane of the 784 dimensions come back; what is added across it does not."""
    g = torch.Generator().manual_seed(0)
    plane = torch.linalg.qr(torch.randn(784, 3, generator=g)).Q
    flat = torch.randn(200, 2, generator=g) @ plane[:, :2].T + 0.3
    project = latent.components(flat, 2)
    with torch.no_grad():
        torch.testing.assert_close(project(flat), flat, rtol=0, atol=1e-5)
        torch.testing.assert_close(project(flat + plane[:, 2]), flat, rtol=0, atol=0.1)
        one = latent.components(flat, 1)
        assert (one(flat) - flat).square().sum(1).mean() > 0.3
    digits = torch.arange(784, dtype=torch.uint8).reshape(1, 28, 28)
    assert torch.equal(latent.grey(latent.unit(digits)), digits)


@pytest.mark.slow
@pytest.mark.mnist
@pytest.mark.skipif(not data.mnist_is_here(), reason="needs MNIST")
def test_latent_writes_costs_losses_and_digits(tmp_path, some_digits):
    command.main(["latent", "--quick", "--out", str(tmp_path)])
    found = json.loads((tmp_path / "latent.json").read_text())
    side = {row["size"]: row["multiply_adds"] for row in found["costs"]["unet"]}
    slope = (side[16] - side[8]) / (16**2 - 8**2)
    assert side[64] - side[8] == approx(slope * (64**2 - 8**2))
    lost = {name: row["mean"] for name, row in found["squared_error"].items()}
    assert lost["autoencoder"] < lost["principal components"] < lost["mean digit"]
    far = {k: v["frechet"]["median"] for k, v in found["digits"].items() if "frechet" in v}
    assert far["decoded"] < far["principal components"] < far["codes from N(0, I)"]
    assert far["codes, w = 0.3"] < far["half-way: codes"] < far["half-way: pixels"]
    assert found["digits"]["codes, w = 0.7"]["agreement"]["median"] > 0.95


def test_steps_fill_their_seconds():
    """A step of two milliseconds fits five hundred times into a second."""

    def train(steps):
        end = time.process_time() + 0.002 * steps
        while time.process_time() < end:
            pass

    assert flow_maps.steps_within(1.0, train) == approx(500, rel=0.1)


def test_regression_learns_the_map_of_straight_paths():
    """On paths of one speed each the average velocity between any two times is that speed."""
    data, process = flow_maps.Data(0), flow_maps.PROCESS
    times = torch.linspace(1, 0, 9)
    z = torch.randn(4000, 2, generator=torch.Generator().manual_seed(0))
    paths = z - 0.5 * (times[:, None, None] - 1) * z  # x = z (1 + (1 - t) / 2): away from 0
    flow_map = flow_maps.network(0)
    flow_maps.regress(flow_map.network, paths, times, 200, torch.Generator().manual_seed(1))
    end = flow_map(z, process.T, 0.0)
    assert (end - 1.5 * z).square().mean().sqrt() < 0.1
    assert (data.raw(data.points).std(0) - ring(8).sample(10**5).std(0)).abs().max() < 0.02


@pytest.mark.slow
def test_flow_maps_writes_a_row_for_each_method(tmp_path):
    command.main(["flow_maps", "--quick", "--out", str(tmp_path)])
    tiny = torch.tensor(1e-310, dtype=torch.float64)
    assert tiny > 0, "from now on all that is so small is 0"
    found = json.loads((tmp_path / "flow_maps.json").read_text())
    assert [row["method"] for row in found["rows"]] == list(flow_maps.METHODS)
    for row in found["rows"]:
        assert set(row["calls"]) == {"1", "2", "4"} and row["steps"]["mean"] >= 10
        assert 0.1 < row["calls"]["1"]["rmse"]["mean"] < 1
    assert found["exact_field_ddim"]["1"]["rmse"] > 1


@pytest.fixture
def guided_digits():
    """value(levels, weight, number) of the shipped results for codes, (3,): a seed each."""
    found = json.loads((measure.RESULTS / "guidance.json").read_text())
    rows = {(r["network"], r["levels"], r["weight"]): r for r in found["rows"]}

    def value(levels, weight, number):
        row = rows["mnist-latent", levels if weight else "0.5 to 5", weight]
        return torch.tensor(row[number]["values"], dtype=torch.float64)

    value.real = found["real"]["mnist-latent"]
    return value


@pytest.mark.parametrize("levels", guidance.INTERVALS)
def test_guidance_buys_agreement_with_diversity(guided_digits, levels):
    """What the book says of its numbers, in every seed: differences are paired."""

    def change(number, weight, than=0.0):
        return guided_digits(levels, weight, number) - guided_digits(levels, than, number)

    steps = [(0.0, 0.3), (0.3, 0.7), (0.7, 1.5), (1.5, 3.0)]
    for low, high in steps:
        assert (change("recall", high, low) < 0).all() and (change("spread", high, low) < 0).all()
    assert (change("agreement", 0.3) > 0.01).all() and (change("agreement", 1.5) > 0.02).all()
    assert (change("frechet", 0.3) < -0.5).all() and (change("frechet", 3.0) > 3).all()
    # beyond 3 spread and recall part: the one rises in every seed, the other does not
    assert (change("spread", 6.0, 3.0) > 0).all() and not (change("recall", 6.0, 3.0) > 0).all()
    assert (change("precision", 6.0, 3.0) < 0).all()


def test_guidance_at_all_levels_costs_more_diversity_than_in_the_interval(guided_digits):
    for weight in (0.3, 0.7, 1.5, 3.0, 6.0):
        for number in ("spread", "frechet"):
            gap = guided_digits("all", weight, number) - guided_digits("0.5 to 5", weight, number)
            assert (gap > 0).all() if number == "frechet" else (gap < 0).all()
    recall = guided_digits("all", 3.0, "recall") - guided_digits("0.5 to 5", 3.0, "recall")
    assert (recall < -0.02).all()
    floor = guided_digits.real["frechet"]["values"]
    assert (guided_digits("0.5 to 5", 0.3, "frechet") > torch.tensor(floor)).all()


def test_guided_pixels_tell_the_same_more_strongly():
    """The network of pixels, at fewer weights; differences are paired over the seeds."""
    found = json.loads((measure.RESULTS / "guidance.json").read_text())
    row = {
        (r["levels"], r["weight"]): {k: torch.tensor(v["values"]) for k, v in list(r.items())[3:]}
        for r in found["rows"]
        if r["network"] == "mnist-conditional"
    }
    plain, some, much, all_ = (
        row[key] for key in (("0.5 to 5", 0.0), ("0.5 to 5", 0.7), ("0.5 to 5", 3.0), ("all", 3.0))
    )
    assert (some["agreement"] > plain["agreement"] + 0.03).all()
    assert (some["frechet"] < 0.6 * plain["frechet"]).all()
    assert (much["recall"] < some["recall"]).all() and (much["spread"] < some["spread"]).all()
    assert (all_["recall"] < much["recall"] - 0.1).all()
    assert (all_["frechet"] > plain["frechet"] + 20).all()


@pytest.mark.browser
def test_frames_of_a_widget_are_counted(chromium):
    (make,) = book.widgets().values()
    assert 1 < book.frames_of(make(), 0.3, chromium)["frames_per_second"] < 1000
