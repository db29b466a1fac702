"""The sampler of `DigitFromNoise` as numbers for the page: its noise, its times, its steps."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from ...denoisers import Denoiser, x0_eps_from
from ...evaluation import digit_times
from ...guidance import INTERVAL
from ..base import check_count


def seed_noise(seed: int, n: int) -> Tensor:
    """The n normal numbers that the page draws from a seed: mulberry32, then Box and Muller."""
    uniforms, state = [], check_count(seed, 0, 2**31 - 1, "seed")
    for _ in range(n + n % 2):
        state = (state + 0x6D2B79F5) % 2**32
        z = (state ^ state >> 15) * (1 | state) % 2**32
        z ^= (z + (z ^ z >> 7) * (61 | z)) % 2**32
        uniforms.append((z ^ z >> 14) / 2**32)
    u, v = torch.tensor(uniforms, dtype=torch.float64).reshape(-1, 2).T
    radius, angle = (-2 * torch.log1p(-u)).sqrt(), 2 * math.pi * v
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1).flatten()[:n]


def sampler_steps(denoiser: Denoiser, calls: int) -> list[dict[str, Any]]:
    """The coefficients of each step of `DPMSolver2M`, for the page.

    guess = from_x x + from_y F(scale x, level) with level = ln(sigma/alpha), and then
    x <- keep x + move (guess + lean (guess - guess before)).
    """
    process, rows = denoiser.process, []
    y, x = torch.tensor([[0.0], [1.0]]).double(), torch.tensor([[1.0], [0.0]]).double()
    low, high = INTERVAL
    h_before = math.inf
    for s, end in pairwise(digit_times(process, calls).tolist()):
        alpha, sigma = float(process.alpha(s)), float(process.sigma(s))
        alpha_t, sigma_t = float(process.alpha(end)), float(process.sigma(end))
        h = 0.5 * float(process.log_snr(end) - process.log_snr(s))
        (from_x,), (from_y,) = x0_eps_from(y, x, s, process, denoiser.predicts)[0].tolist()
        rows.append(
            {
                "level": -0.5 * float(process.log_snr(s)),
                "scale": 1 / math.hypot(alpha, sigma),
                "from_x": from_x,
                "from_y": from_y,
                "keep": sigma_t / sigma,
                "move": -alpha_t * math.expm1(-h),
                "lean": 0.5 * h / h_before if sigma_t > 0 else 0.0,
                "guided": low <= sigma / alpha <= high,
            }
        )
        h_before = h
    return rows
