"""The trained few-step solver: DDIM at its start, exact where it must be, better after training."""

import json
from functools import partial
from itertools import islice

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dgm_lessons.denoisers import Denoiser, ExactDenoiser, FunctionDenoiser
from dgm_lessons.mixtures import GaussianMixture, ring
from dgm_lessons.networks import MLP
from dgm_lessons.processes import EDM, VE, VP, CosineVP, DiscreteProcess, FlowMatching
from dgm_lessons.samplers import (
    FewSteps,
    ddim_step,
    few_steps,
    sample,
    solve_adaptive,
    train_few_steps,
)

LEVELS = [20.0, 3.0, 0.7, 0.2]
PROCESSES = pytest.mark.parametrize(
    "process", [EDM(), VE(), VP(), CosineVP(), FlowMatching()], ids=lambda p: type(p).__name__
)


def noise(n=300, seed=0, dtype=torch.float64):
    return torch.randn((n, 2), generator=torch.Generator().manual_seed(seed)).to(dtype)


def trained(denoiser, calls=3, steps=2, n=200, **options):
    *_, last = train_few_steps(denoiser, noise(n), calls, steps, **options)
    return last.solver


def gap(x, y):
    return (x - y).square().sum(1).mean().sqrt().item()


@PROCESSES
def test_it_begins_as_ddim_in_every_process(process):
    denoiser = ExactDenoiser(ring(), process)
    levels = torch.tensor(LEVELS, dtype=torch.float64)
    times = torch.cat([process.t_from_log_snr(-2 * levels.log()), torch.zeros(1).double()])
    start = process.alpha(times[0]) * LEVELS[0] * noise()
    found = FewSteps.ddim(LEVELS)(denoiser, noise())
    torch.testing.assert_close(found, sample(denoiser, start, times, ddim_step), rtol=0, atol=1e-10)
    assert gap(found, FewSteps.ddim([20.0, 3.0, 0.7, 0.1])(denoiser, noise())) > 1e-3


@given(
    st.lists(st.floats(0.01, 100), min_size=1, max_size=6, unique=True),
    st.floats(-3, 3),
)
@settings(max_examples=50, deadline=None)
def test_ddim_ends_on_the_only_point_whatever_the_levels(levels, point):
    only = FunctionDenoiser(lambda x, t: torch.full_like(x, point), EDM(T=1000.0))
    solver = FewSteps.ddim(sorted(levels, reverse=True))
    x = solver(only, noise(20))
    torch.testing.assert_close(x, torch.full_like(x, point), rtol=0, atol=1e-10)


def test_weights_are_those_of_the_formula():
    """Two calls written out by hand."""
    solver = FewSteps([3.0, 0.5], [2.0, 0.6, 0.1], [[0, 0], [0.7, 0], [0.2, 0.9]])
    exact, z = ExactDenoiser(ring(), EDM()), noise()
    first = exact(2.0 * z, 3.0)
    second = exact(0.6 * z + 0.7 * first, 0.5)
    torch.testing.assert_close(solver(exact, z), 0.1 * z + 0.2 * first + 0.9 * second)


@PROCESSES
def test_one_solver_gives_the_same_samples_in_every_process(process):
    solver = FewSteps([9.0, 1.0], [8.0, 0.9, 0.05], [[0, 0], [0.9, 0], [0.1, 0.85]])
    expected = solver(ExactDenoiser(ring(), EDM()), noise())
    found = solver(ExactDenoiser(ring(), process), noise())
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-8)


def test_the_number_of_calls_and_the_dtype():
    count = 0

    def answer(x, t):
        nonlocal count
        count += 1
        return 0.5 * x

    for dtype in (torch.float64, torch.float32, torch.bfloat16):
        count = 0
        x = FewSteps.ddim(LEVELS)(FunctionDenoiser(answer, EDM()), noise(dtype=dtype))
        assert x.dtype == dtype and count == FewSteps.ddim(LEVELS).calls == 4
    narrow = FewSteps.ddim(LEVELS)(ExactDenoiser(ring(), EDM()), noise(dtype=torch.float32))
    wide = FewSteps.ddim(LEVELS)(ExactDenoiser(ring(), EDM()), noise())
    torch.testing.assert_close(narrow.double(), wide, rtol=0, atol=1e-4)


def test_no_gradient_is_kept_when_sampling():
    z = noise().requires_grad_()
    assert not FewSteps.ddim(LEVELS)(ExactDenoiser(ring(), EDM()), z).requires_grad


# -- training ------------------------------------------------------------------------------------


def test_on_a_point_there_is_nothing_to_learn():
    """DDIM is exact there: the loss is 0, the gradient too, and the start stays as it is."""
    only = FunctionDenoiser(lambda x, t: 0.7 + 0 * x, EDM())
    (row,) = train_few_steps(only, noise(50), 3, 1)
    times = 10 / 11 * torch.tensor([1.0, 2 / 3, 1 / 3], dtype=torch.float64)
    start = FewSteps.ddim(times / (1 - times))
    assert row.loss < 1e-20
    for name, value in vars(start).items():
        torch.testing.assert_close(getattr(row.solver, name), value, rtol=0, atol=1e-10)


@pytest.mark.parametrize("process", [EDM(), VP(), FlowMatching()], ids=lambda p: type(p).__name__)
def test_on_a_gaussian_two_calls_become_exact(process):
    """The flow of N(0, s^2) multiplies the noise by one number, which the weights can be."""
    exact = ExactDenoiser(GaussianMixture([1.0], [[0.0, 0.0]], 0.3**2), process)
    end = 0.3 * noise(seed=9)
    before = FewSteps.ddim([10.0, 10 / 12])(exact, noise(seed=9))
    after = trained(exact, calls=2, steps=3)(exact, noise(seed=9))
    assert gap(before, end) > 0.02 and gap(after, end) < 1e-3


def test_training_gets_nearer_to_the_fine_solution():
    exact, z = ExactDenoiser(ring(), EDM()), noise(2000, seed=3)
    end = solve_adaptive(ExactDenoiser(ring(), FlowMatching()), z, 1.0, 0.0)[0]
    start = gap(FewSteps.ddim([10.0, 1.54, 0.435])(exact, z), end)
    assert gap(trained(exact, steps=6, n=500)(exact, z), end) < 0.5 * start


def test_the_target_is_the_end_of_the_flow():
    z = noise(500)
    for process in (EDM(), VP(), FlowMatching(), CosineVP()):
        found = few_steps.fine_ends(ExactDenoiser(ring(), process), z)
        end = solve_adaptive(ExactDenoiser(ring(), FlowMatching()), z, 1.0, 0.0, 1e-7, 1e-7)[0]
        assert gap(found, end) < 0.02


def test_the_target_takes_48_steps_of_heun():
    """Two calls each, and one to remove what noise is left."""
    seen = []
    count = FunctionDenoiser(lambda x, t: seen.append(t) or 0 * x, FlowMatching())
    few_steps.fine_ends(count, noise(1))
    assert len(seen) == 2 * 48 + 1


def test_one_noise_gives_one_solver_and_stopping_leaves_one_that_works():
    exact = ExactDenoiser(ring(), VP())
    make = partial(train_few_steps, exact, calls=2, steps=3)
    runs = [list(make(noise(100, seed))) for seed in (4, 4, 5)]
    texts = [run[-1].solver.to_json() for run in runs]
    assert texts[0] == texts[1] != texts[2]
    assert [row.step for row in runs[0]] == [1, 2, 3]
    assert [row.loss for row in runs[0]] == sorted((row.loss for row in runs[0]), reverse=True)
    (stopped,) = islice(make(noise(100, 4)), 1)
    assert stopped.loss == runs[0][0].loss
    assert stopped.solver.to_json() == runs[0][0].solver.to_json()  # and later steps changed
    assert stopped.solver.to_json() != texts[0]  # none of the solvers given out before
    z, end = noise(100, 4), few_steps.fine_ends(exact, noise(100, 4))
    assert (stopped.solver(exact, z) - end).square().mean().item() == pytest.approx(stopped.loss)


def test_a_level_that_would_rise_stays_at_the_end_of_the_process():
    """One call, from the highest level: unbound it goes above 3, where EDM(T=3) has no time."""
    found = trained(ExactDenoiser(ring(), EDM(T=3.0)), calls=1, high=3.0)
    assert found.levels.tolist() == pytest.approx([3.0], rel=1e-9)


def test_states_are_measured_by_the_size_they_have_on_data_of_unit_size():
    levels = torch.tensor([2.4, 0.75], dtype=torch.float64)
    assert few_steps._scale(levels).tolist() == pytest.approx([2.6, 1.25, 1.0])


def test_a_step_is_ten_iterations_that_remember_thirty(monkeypatch):
    seen, lbfgs = {}, torch.optim.LBFGS
    monkeypatch.setattr(torch.optim, "LBFGS", lambda p, **k: seen.update(k) or lbfgs(p, **k))
    trained(ExactDenoiser(ring(), EDM()), calls=1, steps=1, n=10)
    numbers = ("max_iter", "history_size", "tolerance_change")
    assert [seen[name] for name in numbers] == [10, 30, 0]


def test_levels_stay_within_the_process_and_a_network_as_it_is():
    network = MLP(dim=2)
    denoiser = Denoiser(network, VE(sigma_max=5.0))
    before = [weight.clone() for weight in network.parameters()]
    z = noise(100, dtype=torch.float32)
    with torch.no_grad():  # wherever it is called from
        *_, last = train_few_steps(denoiser, z, 3, 3, high=4.9)
    assert 1e-3 <= last.solver.levels.min() and last.solver.levels.max() <= 5
    assert last.solver(denoiser, z).dtype == torch.float32
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))
    assert all(weight.grad is None for weight in network.parameters())


# -- files and errors -----------------------------------------------------------------------------


def test_numbers_come_back_from_text():
    solver = trained(ExactDenoiser(ring(), EDM()), steps=1)
    again = FewSteps.from_json(solver.to_json())
    assert again.to_json() == solver.to_json()
    assert set(json.loads(solver.to_json())) == {"levels", "noise_weights", "answer_weights"}
    for text in ("", "[1]", "{}", '{"levels": [1]}', solver.to_json()[:-5], "3"):
        with pytest.raises(ValueError, match="no few-step solver"):
            FewSteps.from_json(text)


def test_bad_numbers_are_named():
    with pytest.raises(ValueError, match="shapes"):
        FewSteps([1.0], [1.0], [[0.0], [1.0]])
    with pytest.raises(ValueError, match="shapes"):
        FewSteps([], [1.0], [[]])
    with pytest.raises(ValueError, match="above 0"):
        FewSteps([0.0], [1.0, 0.0], [[0.0], [1.0]])
    with pytest.raises(ValueError, match="above 0"):
        FewSteps.ddim([1.0, 0.0])
    with pytest.raises(ValueError, match="NaN"):
        FewSteps([1.0], [float("nan"), 0.0], [[0.0], [1.0]])
    with pytest.raises(ValueError, match="before k only"):
        FewSteps([1.0], [1.0, 0.0], [[0.5], [1.0]])


def test_bad_requests_are_named():
    exact, z = ExactDenoiser(ring(), EDM()), noise()
    for options in ({"calls": 0}, {"calls": 2, "steps": 0}, {"calls": 2, "noise": z[:0]}):
        with pytest.raises(ValueError, match="must be >= 1"):
            train_few_steps(exact, **({"noise": z} | options))
    with pytest.raises(ValueError, match="standard normal"):
        train_few_steps(exact, 80 * z, 2)
    with pytest.raises(ValueError, match="above 0, not -1"):
        train_few_steps(exact, z, 2, high=-1)
    with pytest.raises(ValueError, match="shape"):
        train_few_steps(exact, z[:, 0], 2)
    with pytest.raises(ValueError, match=r"ends at 4\.99"):
        train_few_steps(ExactDenoiser(ring(), VE(sigma_max=5.0)), z, 2)
    with pytest.raises(ValueError, match=r"ends at 4\.99"):
        FewSteps.ddim([80.0, 1.0])(ExactDenoiser(ring(), VE(sigma_max=5.0)), z)
    with pytest.raises(ValueError, match="DiscreteProcess does not have"):
        FewSteps.ddim([80.0, 1.0])(ExactDenoiser(ring(), DiscreteProcess.linear(100)), z)
    with pytest.raises(TypeError, match="a denoiser is needed"):
        FewSteps.ddim([1.0])(lambda x, t: x, z)
    wild = FunctionDenoiser(lambda x, t: 1e200 * (x + 1e200), EDM())
    with pytest.raises((ValueError, RuntimeError)):
        next(train_few_steps(wild, z, 2))


def test_a_solver_keeps_numbers_of_its_own():
    levels = torch.tensor([3.0, 1.0], dtype=torch.float64)
    solver = FewSteps.ddim(levels)
    levels.zero_()
    assert solver.levels.tolist() == [3, 1]


@pytest.mark.parametrize(
    "process, level", [(EDM(), 80.0), (VE(sigma_max=5.0), 5.0), (FlowMatching(), 1e3)]
)
def test_the_highest_level_is_that_of_the_end_or_a_thousand(process, level):
    """Flow matching ends in noise alone, whose level would be infinite."""
    assert few_steps.highest_level(process) == pytest.approx(level, rel=1e-3)
