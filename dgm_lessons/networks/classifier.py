"""The classifier whose features measure samples."""

from __future__ import annotations

from torch import Tensor, nn


class Classifier(nn.Module):
    """Small convolutional classifier of 28x28 digits; its 64 features measure samples."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *(nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(64 * 9, 64), nn.ReLU()),
        )
        self.head = nn.Linear(64, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Logits `(N, 10)` of images `(N, 1, 28, 28)` on the scale 0 to 1."""
        return self.head(self.features(images))
