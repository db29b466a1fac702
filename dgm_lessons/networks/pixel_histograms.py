"""Noise in grey pixels: a UNet says what each pixel may be, Bayes' rule does the rest."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .._inputs import check_finite
from .layers import log_noise_level
from .unet import UNet

# grey levels at which one bin ends and the next begins: fine where paper and ink pile up
EDGES = (0, 1, 8, *range(24, 240, 16), 246, 251, 252, 253, 254, 255, 256)

Bins = tuple[Tensor, Tensor, Tensor]


class PixelHistograms(nn.Module):
    """Predicts the noise in 8-bit images, x_0 = (grey + u) / 128 - 1 with u even in [0, 1).

    All that the other pixels tell of pixel i is a law p(x_0i | others), and its noise is its own:
    E[x_0i | x_t] is the posterior mean under this law, given x_ti alone. The UNet states the law
    as a histogram, even within each bin, and the posterior mean is a closed form. So nothing has
    to be learned of where grey levels begin and end, however little the noise.

    The UNet sees the same histograms: the posterior of every pixel by its own value alone. So one
    grey level, which is a small step in x, is as plain to see as the step from paper to ink. (It
    sees pixel i too; it need not make use of that.)

    Args:
        size: side of the images, a multiple of 4.
        widths: the UNet's channels at half and at quarter size.
    """

    edges: Tensor

    def __init__(self, size: int = 28, widths: tuple[int, int] = (24, 64)) -> None:
        super().__init__()
        self.shape = (1, size, size)
        self.register_buffer("edges", torch.tensor(EDGES) / 128.0 - 1, persistent=False)
        bins = len(EDGES) - 1
        self.place = nn.Parameter(torch.zeros(bins, size, size))  # before any neighbour is seen
        self.context = UNet(size, 1 + bins, 0, widths, outputs=bins)

    @torch.no_grad()
    def count(self, images: Tensor) -> None:
        """Begin with how often each pixel of uint8 images `(N, size, size)` falls into each bin."""
        grey = torch.bucketize(images, torch.tensor(EDGES[1:], device=images.device), right=True)
        often = torch.stack([(grey == k).float().mean(0) for k in range(len(EDGES) - 1)])
        often = nn.functional.avg_pool2d(often, 3, stride=1, padding=1)
        overall = often.mean((1, 2), keepdim=True)
        self.place.copy_((0.999 * often + 0.001 * overall + 1e-6).log())

    def forward(self, x: Tensor, log_snr: Tensor) -> Tensor:
        """The noise in x `(B, 1, size, size)`, data plus noise at unit scale."""
        bins = self.likelihoods(*self._unscaled(x, log_snr))
        return noise_given(self.law(x, log_snr, bins), *bins).to(x)

    def law(self, x: Tensor, log_snr: Tensor, bins: Bins | None = None) -> Tensor:
        """What each pixel may be, given its neighbours: probabilities `(B, bins, size, size)`."""
        noisy, s = self._unscaled(x, log_snr)
        bins = self.likelihoods(noisy, s) if bins is None else bins
        alone = self.place.softmax(0) * bins[0]
        alone = alone / alone.sum(1, keepdim=True).clamp(min=1e-20)
        seen = torch.cat([x, alone.to(x)], dim=1)
        # with less noise than e^-6, a pixel's own value says all
        context = self.context(seen, log_snr.clamp(-8, 12))
        return (context + self.place).float().softmax(1)

    def _unscaled(self, x: Tensor, log_snr: Tensor) -> tuple[Tensor, Tensor]:
        # x_0 + s eps, and s, in the units of the grey scale
        if x.ndim != 4 or x.shape[1:] != self.shape:
            raise ValueError(f"x has shape {tuple(x.shape)}; this network takes (B, *{self.shape})")
        s = log_noise_level(check_finite(x), log_snr, most=12.0).float().exp()[:, :, None, None]
        return x.float() * (1 + s**2).sqrt(), s

    def likelihoods(self, noisy: Tensor, s: Tensor) -> Bins:
        """Of each bin the mean density of `noisy`, and s times its slope, `(B, bins, ...)`.

        Values more than 4 s outside of the grey scale are moved there, and the last part, which
        is `(B, 1, ...)`, holds by how many s.
        """
        inside = noisy.clamp(self.edges[0] - 4 * s, self.edges[-1] + 4 * s)
        z = (self.edges[:, None, None] - inside) / s
        density = torch.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
        tail = 0.5 * torch.erfc(z.abs() / math.sqrt(2))  # beyond the edge: exact however small
        near, far = tail[:, 1:], tail[:, :-1]
        beside = z[:, 1:] * z[:, :-1] > 0
        mass = torch.where(beside, (near - far).abs(), 1 - near - far)
        width = self.edges.diff()[:, None, None]
        return mass / width, -density.diff(dim=1) / width, (noisy - inside) / s


def noise_given(law: Tensor, mass: Tensor, slope: Tensor, outside: Tensor) -> Tensor:
    """E[eps | x_t] for pixels of a given law, probabilities `(B, bins, ...)`: -s (log p)'."""
    density = (law * mass).sum(1, keepdim=True)
    return outside - (law * slope).sum(1, keepdim=True) / density.clamp(min=1e-20)
