"""The equations of the page on the zoo."""

import torch
from verification import verifies

from dgm_lessons.metrics import frechet_distance
from dgm_lessons.networks import PixelHistograms
from dgm_lessons.networks.pixel_histograms import EDGES, noise_given


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


@verifies(
    "eq-zoo-greys",
    against="the mean noise over a fine grid of clean values, weighted by Bayes' rule",
    wrong="the mean of the bins' centres, as if each bin were a point",
)
def test_noise_of_a_pixel_with_a_known_histogram(compare):
    """For s = 0.3 grey levels up to 2 units, inside and outside the range of greys."""
    edges = torch.tensor(EDGES, dtype=torch.float64) / 128 - 1
    law = torch.linspace(-1, 1, len(EDGES) - 1, dtype=torch.float64).cos().mul(3).softmax(0)
    network = PixelHistograms(4, (4, 8))
    x0 = torch.linspace(-1, 1, 400_001, dtype=torch.float64)
    x0 = (x0[1:] + x0[:-1]) / 2
    density = (law / edges.diff())[torch.bucketize(x0, edges[1:-1])]
    for s, x in ((0.3 / 128, -0.995), (0.1, 0.93), (0.5, -1.2), (2.0, 1.5)):
        found = noise_given(
            law.float()[:, None, None],
            *network.likelihoods(torch.full((1, 1, 1, 1), x), torch.full((1, 1, 1, 1), s)),
        )
        weight = density * torch.exp(-0.5 * ((x - x0) / s) ** 2)
        expected = (x - (weight * x0).sum() / weight.sum()) / s
        points = (edges[1:] + edges[:-1]) / 2
        near = law * torch.exp(-0.5 * ((x - points) / s) ** 2)
        wrong = (x - (near * points).sum() / near.sum()) / s if s < 0.01 else None
        compare(found.double().squeeze(), expected, tol=2e-3, wrong=wrong)
