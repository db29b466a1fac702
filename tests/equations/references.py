"""What several equation tests compare with: written out here, nothing of the package in it."""

import numpy as np
import torch
from numpy.polynomial.hermite_e import hermegauss
from scipy.integrate import solve_ivp
from scipy.stats import norm

# The mixture GM1 on the line, 0.4 N(-1.5, 0.3^2) + 0.6 N(1, 0.5^2).
WEIGHTS, MEANS, STDS = np.array([0.4, 0.6]), np.array([-1.5, 1.0]), np.array([0.3, 0.5])


def noisy_score(x, alpha, sigma):
    """The score of GM1 seen through alpha x0 + sigma eps, in closed form; x of shape (B,)."""
    std = np.sqrt(alpha**2 * STDS**2 + sigma**2)
    parts = WEIGHTS * norm.pdf(x[:, None], alpha * MEANS, std)
    return (parts * (alpha * MEANS - x[:, None]) / std**2).sum(1) / parts.sum(1)


def posterior_mean(function, x, alpha, sigma):
    """E[function(x_0, x_t) | x_t = x] for GM1 by quadrature over x_0; x of shape (B,)."""
    grid = np.linspace(-6.0, 6.0, 20_001)
    prior = (WEIGHTS * norm.pdf(grid[:, None], MEANS, STDS)).sum(1)
    weight = prior * norm.pdf(x[:, None], alpha * grid, sigma)
    return (weight * function(grid, x[:, None])).sum(1) / weight.sum(1)


def hermite(count):
    """Nodes and weights that average exactly over N(0, 1), for polynomials below 2 count."""
    node, weight = hermegauss(count)
    return node, weight / weight.sum()


def gm1_and_two_noises(count):
    """Nodes of x_0 ~ GM1 and of two noises, and the weights of all triples: (2n, n, n) in all."""
    node, weight = hermite(count)
    x0 = (MEANS[:, None] + STDS[:, None] * node).reshape(-1, 1, 1)
    w0 = (WEIGHTS[:, None] * weight).reshape(-1, 1, 1)
    return x0, node[:, None], node[None, :], w0 * weight[:, None] * weight[None, :]


def normal(mean, std):
    """A Gaussian of torch whose numbers are not rounded to float32."""
    return torch.distributions.Normal(
        *(torch.as_tensor(v, dtype=torch.float64) for v in (mean, std))
    )


def kl_normal(m0, s0, m1, s1):
    """KL(N(m0, s0^2) || N(m1, s1^2))."""
    return np.log(s1 / s0) + (s0**2 + (m0 - m1) ** 2) / (2 * s1**2) - 0.5


def vp(t, low=0.1, high=20.0):
    """alpha and sigma of VP with the rate beta(t) = low + (high - low) t; t a float or a tensor."""
    t = torch.as_tensor(t, dtype=torch.float64)
    total = low * t + 0.5 * (high - low) * t**2
    return torch.exp(-0.5 * total), torch.sqrt(-torch.expm1(-total))


def solve(right, start, s, t):
    """dx/dt = right(t, x) from time s to time t, before or after s."""
    start = np.atleast_1d(np.asarray(start, dtype=float))
    return solve_ivp(right, (s, t), start, method="DOP853", rtol=1e-12, atol=1e-13).y[:, -1]


def carried_noise(alphas, betas):
    """Coefficients of x_0, eps_1, ..., eps_i in x_i = alpha_i x_{i-1} + beta_i eps_i, by steps."""
    row = np.ones(1)
    for alpha, beta in zip(alphas, betas, strict=True):
        row = np.append(row * float(alpha), float(beta))
    return row
