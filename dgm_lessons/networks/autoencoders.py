"""Dense variational autoencoders for binary digits."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from ..vae import VAE, bernoulli, gaussian_kl

SIDE = 28


class DigitVAE(VAE):
    """A VAE for 28x28 black and white digits: `hidden` layers each way, a code of `code` numbers.

    The encoder takes x `(B, 28, 28)` to `(B, 2 code)`, the decoder z `(B, code)` to logits
    `(B, 28, 28)`. On a CPU dense layers learn digits fastest: their products run at full speed.

    Args:
        code: dimension of the code.
        hidden: widths of the encoder's hidden layers; the decoder has them in reverse.
    """

    def __init__(self, code: int, hidden: tuple[int, ...]) -> None:
        widths = (SIDE**2, *hidden)
        if code < 1 or not hidden or min(hidden) < 1:
            raise ValueError(f"code and hidden are {code} and {hidden}; each must be >= 1")
        encoder = nn.Sequential(nn.Flatten(), *_layers(widths), nn.Linear(widths[-1], 2 * code))
        decoder = nn.Sequential(
            *_layers((code, *reversed(hidden))),
            nn.Linear(hidden[0], SIDE**2),
            nn.Unflatten(1, (SIDE, SIDE)),
        )
        super().__init__(encoder, decoder, bernoulli)

    def forward(self, x: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """The terms of the bound, (reconstruction, kl), each (B,), at the code mean + std noise."""
        mean, log_variance = (part.to(noise) for part in self.encode(x))
        z = mean + (0.5 * log_variance).exp() * noise
        logits = self.decoder(z).to(noise)  # mixed precision ends here: sums need all their digits
        return self.log_likelihood(logits, x), gaussian_kl(mean, log_variance)

    @torch.no_grad()
    def start_at(self, ink: Tensor) -> None:
        """Let the decoder begin at the mean image `ink` (28, 28), whatever the code."""
        last = self.decoder[-2]  # type: ignore[index]
        last.bias.copy_(ink.clamp(1e-3, 1 - 1e-3).logit().flatten())


class DigitPlane(DigitVAE):
    """A `DigitVAE` with a code in the plane, and a map of it: where some test digits lie.

    `test_codes` (N, 2) are the encoder's means for them, `test_labels` (N,) their digits.
    """

    test_codes: Tensor
    test_labels: Tensor

    def __init__(self, hidden: tuple[int, ...], landmarks: int = 600) -> None:
        super().__init__(2, hidden)
        self.register_buffer("test_codes", torch.zeros(landmarks, 2))
        self.register_buffer("test_labels", torch.zeros(landmarks, dtype=torch.uint8))

    @torch.no_grad()
    def place(self, x: Tensor, labels: Tensor) -> None:
        """Draw the map from binary images `x` (N, 28, 28) and their labels (N,)."""
        self.test_codes.copy_(self.encode(x)[0])
        self.test_labels.copy_(labels)


def _layers(widths: tuple[int, ...]) -> list[nn.Module]:
    return [layer for sizes in pairwise(widths) for layer in (nn.Linear(*sizes), nn.SiLU())]
