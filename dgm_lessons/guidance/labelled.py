"""A Gaussian mixture whose components carry labels: the test bed on which guidance is exact."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..mixtures import GaussianMixture
from ..processes import Process


class LabelledMixture:
    """A mixture in which a class is a group of components: p(x) = sum_c p(c) p(x | c).

    Args:
        mixture: the law of all classes together, K components.
        labels: the class of each component, K whole numbers.
    """

    def __init__(self, mixture: GaussianMixture, labels: Sequence[int]) -> None:
        if len(labels) != len(mixture.weights):
            raise ValueError(
                f"{len(labels)} labels for {len(mixture.weights)} components; give one a component"
            )
        self.mixture = mixture
        self.labels = torch.as_tensor(labels)
        if self.labels.is_floating_point():
            raise ValueError(f"labels are whole numbers, not {list(labels)}")

    def law(self, label: int) -> GaussianMixture:
        """p(x | c), the components of one class."""
        own, whole = self._own(label), self.mixture
        return GaussianMixture(whole.weights[own], whole.means[own], whole.covariances[own])

    def prior(self, label: int) -> float:
        """p(c), the weight of one class."""
        return self.mixture.weights[self._own(label)].sum().item()

    def log_classifier(
        self, label: int, process: Process
    ) -> Callable[[Tensor, float | Tensor], Tensor]:
        """The exact classifier of noisy points: (x_t, t) -> log p_t(c | x_t), (B,), in nats."""
        law, log_prior = self.law(label), math.log(self.prior(label))

        def log_posterior(x_t: Tensor, t: float | Tensor) -> Tensor:
            levels = process.levels(t)
            whole = self.mixture.seen(x_t, *levels).log_prob
            return law.seen(x_t, *levels).log_prob + log_prior - whole

        return log_posterior

    def tilted(self, label: int, guidance: float, points: Tensor, cell: float) -> Tensor:
        """The tilted density p(x|c)^(1+w) / p(x)^w on a grid, `eq-guide-tilted`, normalised there.

        Up to a factor it is p(x) p(c|x)^(1+w). It is what guidance is often said to sample.

        Args:
            label: c. guidance: the weight w, 0 for p(x|c) itself.
            points: of a grid that holds nearly all the mass, (N, D). cell: the volume of a cell.

        Returns:
            The density at the points, (N,): its sum times `cell` is 1.
        """
        if not 0 <= guidance < math.inf:
            raise ValueError(f"guidance is {guidance}; give a finite number, 0 or more")
        told, whole = self.law(label).log_prob(points), self.mixture.log_prob(points)
        return (told + guidance * (told - whole)).softmax(0) / cell

    def _own(self, label: int) -> Tensor:
        own = self.labels == label
        if not bool(own.any()):
            known = sorted(set(self.labels.tolist()))
            raise ValueError(f"no component has the label {label}; there are {known}")
        return own
