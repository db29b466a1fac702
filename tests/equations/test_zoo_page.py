"""The equation of the page on the zoo."""

import torch
from verification import verifies

from dgm_lessons.metrics import frechet_distance


@verifies(
    "eq-zoo-frechet",
    against="the mean squared length of the optimal transport map, applied to the points",
    wrong="the product of the covariances without its root",
)
def test_frechet_distance(compare):
    """The linear map T(x) = m_b + A (x - m_a), A symmetric, carries one Gaussian to the other."""
    g = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, 400, 3, generator=g, dtype=torch.float64)
    a, b = a @ torch.diag(torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64)), b.cumsum(1) + 1
    cov_a, cov_b = a.T.cov(), b.T.cov()
    # A solves A C_a A = C_b; with C_a = L L^T it is L^-T (L^T C_b L)^(1/2) L^-1
    factor = torch.linalg.cholesky(cov_a)
    values, vectors = torch.linalg.eigh(factor.T @ cov_b @ factor)
    middle = (vectors * values.sqrt()) @ vectors.T
    transport = torch.linalg.solve(factor.T, middle) @ torch.linalg.inv(factor)
    compare(transport @ cov_a @ transport, cov_b, tol=1e-9)
    moved = b.mean(0) + (a - a.mean(0)) @ transport
    n = len(a)
    gap = (a.mean(0) - b.mean(0)).square().sum()
    centred = ((moved - b.mean(0)) - (a - a.mean(0))).square().sum() / (n - 1)
    rootless = gap + (cov_a + cov_b - 2 * cov_a @ cov_b).trace()
    compare(frechet_distance(a, b), gap + centred, tol=1e-9, wrong=rootless)
