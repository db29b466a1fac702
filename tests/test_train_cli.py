"""`python -m dgm_lessons.train`: killed, resumed, shared by two processes, and given nonsense."""

import json
import multiprocessing
import os
import random
import signal
import socket
import subprocess
import sys
import time
from itertools import pairwise

import pytest
import torch

from dgm_lessons import train, zoo
from dgm_lessons.networks import UNet
from dgm_lessons.objectives import denoising_loss
from dgm_lessons.processes import VP
from dgm_lessons.recipes import RECIPES, Recipe
from dgm_lessons.training import noise_times


class Tiny(Recipe):
    """A UNet in the memory layout of the real one, on 8x8 noise: a step takes milliseconds."""

    name, steps, lr, process, predicts = "tiny", 40, 4e-3, VP(), "v"

    def __init__(self, device):
        super().__init__(device)
        self.arguments = {"size": 8, "widths": [4, 8]}
        self.network = UNet(**self.arguments).to(memory_format=torch.channels_last)
        self.x0 = torch.randn(50, 1, 8, 8, generator=torch.Generator().manual_seed(0))

    def draw(self, generator):
        rows = self.rows(50, generator, 8)
        eps = torch.randn(8, 1, 8, 8, generator=generator)
        return self.x0[rows], noise_times(VP(), 8, generator), eps

    def loss(self, network, batch):
        return denoising_loss(self.denoiser(network), *batch)

    def evaluate(self, network):
        return {}


@pytest.fixture(autouse=True)
def with_tiny(monkeypatch):
    monkeypatch.setitem(RECIPES, "tiny", Tiny)


def run_tiny(*argv):
    """In a process of its own: what the command line runs, with the tiny recipe known."""
    RECIPES["tiny"] = Tiny
    train.main(["tiny", *argv])


def child(*argv):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["dgm_lessons.train", "torch._dynamo"])
    process = context.Process(target=run_tiny, args=argv)
    process.start()
    return process


def finished(folder):
    """The final weights, and the whole final state."""
    state, note = zoo.read_tensors(folder / "checkpoint.safetensors")
    return (folder / "tiny.safetensors").read_bytes(), state, note["step"]


def reached(checkpoint):
    return zoo.read_tensors(checkpoint)[1]["step"] if checkpoint.exists() else 0


@pytest.mark.timing
@pytest.mark.slow
def test_ten_kills_end_in_the_same_weights(tmp_path):
    """SIGKILL at ten random moments: nothing is corrupt, work is lost only since the last save."""
    settings = ("--steps", "600", "--save-every", "3", "--seed", "4")
    whole = child("--out", str(tmp_path / "whole"), *settings)
    checkpoint, moments, steps = tmp_path / "killed/checkpoint.safetensors", random.Random(0), [0]
    for _ in range(10):
        process = child("--out", str(tmp_path / "killed"), *settings)
        deadline = time.monotonic() + 60
        while reached(checkpoint) <= steps[-1] and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 0.05))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        assert process.exitcode == -signal.SIGKILL, "the run was over before it could be killed"
        steps.append(reached(checkpoint))  # reads it: the file is whole
    assert all(a < b for a, b in pairwise(steps)) and steps[-1] < 600
    last = child("--out", str(tmp_path / "killed"), *settings)
    for process in (whole, last):
        process.join()
        assert process.exitcode == 0
    weights, state, step = finished(tmp_path / "whole")
    weights_again, state_again, step_again = finished(tmp_path / "killed")
    assert step == step_again == 600 and weights == weights_again
    assert state.keys() == state_again.keys()
    assert all(torch.equal(state[name], state_again[name]) for name in state)
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.slow
def test_stopping_between_checkpoints_repeats_the_lost_steps(tmp_path, monkeypatch, capsys):
    run_tiny("--out", str(tmp_path / "whole"), "--steps", "20")
    advance = train.Run.advance

    def stop_at_15(run):
        if run.step == 15:
            raise KeyboardInterrupt
        advance(run)

    monkeypatch.setattr(train.Run, "advance", stop_at_15)
    with pytest.raises(SystemExit, match="130"):  # Ctrl-C, said in a line
        run_tiny("--out", str(tmp_path / "cut"), "--steps", "20", "--save-every", "6")
    assert "12 of 20 steps are saved" in capsys.readouterr().err
    assert reached(tmp_path / "cut/checkpoint.safetensors") == 12
    monkeypatch.setattr(train.Run, "advance", advance)
    run_tiny("--out", str(tmp_path / "cut"))  # 20 steps, as it was begun
    assert finished(tmp_path / "cut")[0] == finished(tmp_path / "whole")[0]
    assert "step" in capsys.readouterr().out


def test_seed_decides_the_weights(tmp_path):
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        run_tiny("--out", str(tmp_path / name), "--steps", "3", "--seed", seed)
    a, b, c = (finished(tmp_path / name)[0] for name in "abc")
    assert a == b != c


@pytest.mark.slow
def test_mixed_precision_follows_float32(tmp_path):
    """The first step's losses agree to 0.1%, those of 60 steps to 2% on average."""
    losses = {}
    for precision, flags in (("float32", ()), ("bfloat16", ("--bf16",))):
        process = child("--out", str(tmp_path / precision), "--steps", "60", *flags)
        process.join()
        assert process.exitcode == 0
        losses[precision] = finished(tmp_path / precision)[1]["losses"]
        assert (
            json.loads((tmp_path / precision / "tiny.json").read_text())["precision"] == precision
        )
    apart = (losses["bfloat16"] / losses["float32"] - 1).abs()
    assert 0 < apart[1:].max() and apart[0] < 1e-3 and apart.mean() < 0.02


def test_card(tmp_path, capsys):
    run_tiny("--out", str(tmp_path), "--steps", "10")
    card = json.loads((tmp_path / "tiny.json").read_text())
    assert card == json.loads(capsys.readouterr().out)
    assert card["steps"] == 10 and card["device"] == "cpu" and card["processes"] == 1
    assert 0 < card["cpu_seconds"] and 0 < card["wall_seconds"] and 0 < card["loss"] < 1000
    network = zoo.load("tiny", tmp_path).network
    assert network(torch.zeros(2, 1, 8, 8), torch.zeros(2)).shape == (2, 1, 8, 8)


def test_minutes_choose_the_steps_and_leave_the_weights_alone(tmp_path):
    run_tiny("--out", str(tmp_path / "a"), "--minutes", "0.002")
    steps = json.loads((tmp_path / "a/tiny.json").read_text())["steps"]
    assert 1 <= steps < 1000
    run_tiny("--out", str(tmp_path / "b"), "--steps", str(steps))
    assert finished(tmp_path / "a")[0] == finished(tmp_path / "b")[0]


@pytest.mark.parametrize("size", [0, 50, 5000, -1])
def test_truncated_checkpoint(tmp_path, size):
    run_tiny("--out", str(tmp_path), "--steps", "2")
    checkpoint = tmp_path / "checkpoint.safetensors"
    checkpoint.write_bytes(checkpoint.read_bytes()[:size])
    with pytest.raises(zoo.DamagedFile, match="cut short or damaged"):
        run_tiny("--out", str(tmp_path), "--steps", "2")
    run_tiny("--out", str(tmp_path), "--steps", "2", "--restart")
    assert reached(checkpoint) == 2


def test_altered_checkpoint(tmp_path):
    run_tiny("--out", str(tmp_path), "--steps", "2")
    checkpoint = tmp_path / "checkpoint.safetensors"
    content = bytearray(checkpoint.read_bytes())
    content[-50] ^= 4
    checkpoint.write_bytes(content)
    with pytest.raises(zoo.DamagedFile, match="hash does not match"):
        run_tiny("--out", str(tmp_path), "--steps", "2")


@pytest.mark.slow
def test_checkpoint_of_another_run(tmp_path):
    run_tiny("--out", str(tmp_path), "--steps", "2")
    for other in (("--steps", "3"), ("--steps", "2", "--seed", "1")):
        with pytest.raises(SystemExit, match=r"was made with (steps 2|seed 0).*--restart"):
            run_tiny("--out", str(tmp_path), *other)
    mixed = child("--out", str(tmp_path), "--steps", "2", "--bf16")
    mixed.join()
    assert mixed.exitcode == 1 and reached(tmp_path / "checkpoint.safetensors") == 2


@pytest.mark.parametrize(
    "argv, message",
    [
        (["nothing"], "invalid choice: 'nothing'"),
        (["tiny", "--steps", "0"], "--steps is 0"),
        (["tiny", "--minutes", "-1"], "--minutes is -1"),
        (["tiny", "--minutes", "nan"], "--minutes is nan"),
        (["tiny", "--minutes", "inf"], "--minutes is inf"),
        (["tiny", "--seed", "-1"], "--seed is -1; give 0 or more"),
    ],
)
def test_bad_arguments(argv, message, capsys):
    with pytest.raises(SystemExit):
        train.main(argv)
    assert message in capsys.readouterr().err


def test_a_finished_run_of_another_length_is_not_taken_for_the_default(tmp_path, capsys):
    run_tiny("--out", str(tmp_path), "--steps", "1")
    with pytest.raises(SystemExit, match=r"a finished run of 1 steps, and the recipe has 40.*--re"):
        run_tiny("--out", str(tmp_path))
    run_tiny("--out", str(tmp_path), "--restart")
    assert reached(tmp_path / "checkpoint.safetensors") == 40
    capsys.readouterr()
    run_tiny("--out", str(tmp_path))  # the same run, measured again
    assert "40 of 40 steps are done" in capsys.readouterr().err


def test_two_runs_do_not_share_a_folder(tmp_path):
    with (
        train.command.locked(tmp_path),
        pytest.raises(SystemExit, match=r"another run is writing to .*give another --out"),
    ):
        run_tiny("--out", str(tmp_path), "--steps", "1")
    run_tiny("--out", str(tmp_path), "--steps", "1")


def test_an_evaluation_that_fails_does_not_lose_the_run(tmp_path, monkeypatch):
    """Weights and card are there before it begins; the same command tries it again."""
    monkeypatch.setattr(Tiny, "evaluate", lambda recipe, network: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run_tiny("--out", str(tmp_path), "--steps", "2")
    card = json.loads((tmp_path / "tiny.json").read_text())
    assert card["metrics"] is None
    zoo.read_network(tmp_path / "tiny.safetensors", card)
    monkeypatch.setattr(Tiny, "evaluate", lambda recipe, network: {"good": True})
    run_tiny("--out", str(tmp_path), "--steps", "2")
    assert json.loads((tmp_path / "tiny.json").read_text())["metrics"] == {"good": True}


def test_without_accelerate_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "accelerate", None)
    with pytest.raises(SystemExit, match="pip install accelerate"):
        train.main(["tiny"])


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_no_such_device(device, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(SystemExit, match=f"no device '{device}'"):
        train.main(["tiny", "--device", device])


def test_randomness_of_a_step():
    def draw(seed, step):
        generator = train.step_generator(seed, step, torch.device("cpu"))
        return torch.rand(1, generator=generator).item()

    assert draw(0, 1) == draw(0, 1)
    assert len({draw(seed, step) for seed in range(30) for step in range(30)}) == 900


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def ring(out, steps):
    return ["ring", "--steps", str(steps), "--save-every", "10", "--out", str(out)]


def shared(out, steps=30):
    """The command that trains the ring in two processes."""
    start = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    start += ["--master-addr", "127.0.0.1", "--master-port", free_port()]
    return [*start, "-m", "dgm_lessons.train", *ring(out, steps)]


def launch(out, steps=30):
    subprocess.run(shared(out, steps), check=True, capture_output=True, timeout=300)
    return state_of(out)


def state_of(out):
    return zoo.read_tensors(out / "checkpoint.safetensors")[0]


def agree(one, two):
    torch.testing.assert_close(one["losses"], two["losses"], rtol=1e-4, atol=1e-5)
    for name in one:
        torch.testing.assert_close(one[name], two[name], rtol=5e-3, atol=2e-4, msg=name)


@pytest.mark.slow
def test_two_processes_train_like_one(tmp_path):
    """Half of the same global batch each, gradients averaged: the same loss curve and weights."""
    train.main(ring(tmp_path / "one", 30))
    one, two = state_of(tmp_path / "one"), launch(tmp_path / "two")
    card = json.loads((tmp_path / "two/ring.json").read_text())
    assert card["processes"] == 2
    assert one["losses"][0] > 1.5 * one["losses"][-1] > 0
    agree(one, two)


@pytest.mark.timing
@pytest.mark.slow
def test_a_worker_is_killed_and_the_run_goes_on(tmp_path):
    """One of two workers dies: all stop, and the same command resumes from the checkpoint."""
    out, steps = tmp_path / "cut", 400
    run = subprocess.Popen(shared(out, steps), stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while reached(out / "checkpoint.safetensors") < 10 and time.monotonic() < deadline:
        time.sleep(0.02)
    workers = subprocess.run(
        ["pgrep", "-P", str(run.pid)], capture_output=True, text=True, check=True
    ).stdout.split()
    os.kill(int(workers[-1]), signal.SIGKILL)
    assert run.wait(timeout=120) != 0
    assert 10 <= reached(out / "checkpoint.safetensors") < steps
    agree(launch(tmp_path / "whole", steps), launch(out, steps))


def test_a_loss_that_is_not_finite_stops_the_run_and_keeps_the_last_good_checkpoint(
    tmp_path, monkeypatch
):
    advance = train.Run.advance

    def lose_it_at_25(run):
        if run.step == 25:
            next(run.bare.parameters()).data.fill_(float("inf"))
        advance(run)

    monkeypatch.setattr(train.Run, "advance", lose_it_at_25)
    with pytest.raises((RuntimeError, ValueError), match=r"NaN|nan|finite"):
        run_tiny("--out", str(tmp_path), "--steps", "40", "--save-every", "5")
    state, note = zoo.read_tensors(tmp_path / "checkpoint.safetensors")
    assert note["step"] == 25
    assert all(tensor.isfinite().all() for tensor in state.values())


@pytest.mark.skipif("SEED_SHIFT" in os.environ, reason="it measures with the seed of the card")
def test_a_shipped_network_is_measured_anew(capsys):
    """One command gives the numbers of a card again; here those of the ring."""
    train.main(["ring", "--evaluate"])
    found, claimed = json.loads(capsys.readouterr().out), zoo.cards()["ring"]["metrics"]
    assert found == pytest.approx(claimed, rel=1e-3)


@pytest.mark.timing
def test_a_card_tells_the_pace(tmp_path, capsys):
    """What a step would take at full speed, and what it took."""
    run_tiny("--out", str(tmp_path), "--steps", "40")
    card = json.loads((tmp_path / "tiny.json").read_text())
    assert card["flops_per_step"] > 1e5 and card["bytes_per_step"] > 1e5
    ideal = card["full_speed_ms"]
    assert 0 < ideal["arithmetic"] < card["step_ms"] < 1000 and ideal["memory"] > 0
    said = capsys.readouterr().err
    assert f"{ideal['memory']:.3g} for memory" in said and "a step took" in said
