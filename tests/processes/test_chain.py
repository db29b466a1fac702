"""The DDPM chain at its boundaries, and what it makes of variances."""

import math

import pytest
import torch

from dgm_lessons.processes import DiscreteProcess


def test_the_shortest_linear_schedule():
    """L = 21: beta_L^2 = 20/21; at L = 20 it would be 1."""
    betas = DiscreteProcess.linear(21).betas
    assert betas[0].item() ** 2 == pytest.approx(0.1 / 21)
    assert betas[-1].item() ** 2 == pytest.approx(20 / 21)
    with pytest.raises(ValueError, match="L > 20"):
        DiscreteProcess.linear(20)


@pytest.mark.parametrize("L, left", [(25, 0.000492), (100, 0.004516), (1000, 0.006353)])
def test_the_linear_schedule_is_scaled_with_its_length(L, left):
    """As the docstring says: the sum of the beta^2 is 10.05 whatever L, alpha_bar_L is not .88."""
    chain = DiscreteProcess.linear(L)
    assert chain.betas.square().sum().item() == pytest.approx(10.05)
    assert chain.alpha(L).item() == pytest.approx(left, rel=1e-3)
    paper = torch.linspace(1e-4, 0.02, 25, dtype=torch.float64)  # the paper's numbers, 25 of them
    assert (1 - paper).prod().sqrt().item() == pytest.approx(0.88, abs=0.002)


def test_one_step_of_the_cosine_schedule():
    """L = 1 is allowed: beta^2 = 0.999, the cap. The offset 0 is, and 1 is not."""
    assert DiscreteProcess.cosine(1).betas.square().tolist() == pytest.approx([0.999])
    two = DiscreteProcess.cosine(2, offset=0.0).betas.square()
    assert two.tolist() == pytest.approx([0.5, 0.999])  # 1 - cos^2(pi/4), and the cap
    with pytest.raises(ValueError, match=r"offset in \[0, 1\).*offset = 1"):
        DiscreteProcess.cosine(10, offset=1)
    half = DiscreteProcess.cosine(4, offset=0.5).betas[0].item() ** 2
    angles = [(i / 4 + 0.5) / 1.5 * math.pi / 2 for i in (0, 1)]
    assert half == pytest.approx(1 - (math.cos(angles[1]) / math.cos(angles[0])) ** 2)


def test_the_default_lengths_are_a_thousand():
    for make in (DiscreteProcess.linear, DiscreteProcess.cosine):
        assert make().T == 1000 and torch.equal(make().betas, make(1000).betas)
    assert torch.equal(DiscreteProcess.cosine(9).betas, DiscreteProcess.cosine(9, 0.008).betas)


def test_the_ends_of_times():
    chain = DiscreteProcess.linear(30)
    assert chain.times(1).tolist() == [30, 0]
    assert chain.times(30).tolist() == list(range(30, -1, -1)) == chain.times().tolist()
    for n in (0, 31):
        with pytest.raises(ValueError, match=f"n must be between 1 and L = 30, not {n}"):
            chain.times(n)
    assert DiscreteProcess(torch.tensor([0.5])).times().tolist() == [1, 0]


@pytest.mark.parametrize("beta", [0.0, 1.0, -0.1, 1.1, math.nan])
def test_the_ends_of_beta(beta):
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        DiscreteProcess(torch.tensor([0.5, beta]))
    assert DiscreteProcess(torch.tensor([1e-6, 1 - 1e-6])).T == 2


def test_the_times_of_training_begin_at_the_first_step():
    assert DiscreteProcess.linear(30).t_min == 1


@pytest.mark.parametrize("L", [25, 1000])
def test_variances_of_known_schedules_are_recognised(L):
    """Read as standard deviations they would leave 94% of the data at the end, silently."""
    for variances in (
        torch.linspace(1e-4, 0.02, L),  # in float32, as everybody has them
        torch.linspace(0.00085**0.5, 0.012**0.5, L) ** 2,
        DiscreteProcess.linear(L).betas.square(),
        DiscreteProcess.cosine(L).betas.square(),
    ):
        with pytest.raises(ValueError, match=r"are the variances .*give .* betas\.sqrt\(\)"):
            DiscreteProcess(variances)
        assert DiscreteProcess(variances.sqrt()).T == L
    assert DiscreteProcess(torch.full((L,), 0.02)).T == L  # cannot be told apart


def test_schedules_are_recognised_to_a_ten_thousandth():
    """Two betas are the shortest; of 1e-4 and 0.02 that are a little more or less."""
    known = torch.tensor([1e-4, 0.02], dtype=torch.float64)
    for factor in (1 - 0.95e-4, 1.0, 1 + 0.95e-4):
        with pytest.raises(ValueError, match="are the variances"):
            DiscreteProcess(factor * known)
    for factor in (1 - 1.05e-4, 1 + 1.05e-4):
        assert DiscreteProcess(factor * known).T == 2


def test_there_is_no_noise_at_first():
    chain = DiscreteProcess([0.3, 0.2])
    assert chain.snr(0) == math.inf and chain.snr(torch.zeros(9)).tolist() == [math.inf] * 9


@pytest.mark.parametrize("beta", [1e-4, 0.1])
def test_one_beta_is_no_schedule(beta):
    """Though the schedules of one step would be 1e-4 and 0.1."""
    assert DiscreteProcess([beta]).alpha(1).item() == pytest.approx((1 - beta**2) ** 0.5)


def test_a_chain_keeps_its_own_betas():
    betas = torch.tensor([0.1, 0.2, 0.3], dtype=torch.float64)
    chain = DiscreteProcess(betas)
    before = chain.alpha(3).item()
    betas *= 2
    assert chain.betas.tolist() == [0.1, 0.2, 0.3] and chain.alpha(3).item() == before
