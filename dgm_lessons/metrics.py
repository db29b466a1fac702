"""How far samples are from a law: distances of point clouds, mode weights, Frechet distance."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from ._inputs import check_finite
from .mixtures import GaussianMixture
from .zoo import load_network


def sliced_wasserstein(
    x: Tensor, y: Tensor, n_projections: int = 256, generator: torch.Generator | None = None
) -> Tensor:
    """Root mean square, over random directions, of the 2-Wasserstein distance of the shadows.

    W^2 = E_u[ mean_i (<u, x>_(i) - <u, y>_(i))^2 ] with sorted projections on unit vectors u; for
    two Gaussians with one covariance it is |difference of the means| / sqrt(D).

    Args:
        x, y: equally many samples, `(N, D)` each.
        n_projections: number of directions; the error falls with its square root.
        generator: draws the directions, on the CPU.

    Source: Rabin, Peyre, Delon and Bernot, Wasserstein barycenter and its application (2012).
    """
    x, y = _clouds(x, y)
    if len(x) != len(y):
        raise ValueError(f"x has {len(x)} points and y {len(y)}; draw equally many")
    if n_projections < 1:
        raise ValueError(f"n_projections is {n_projections}; give 1 or more")
    u = torch.randn(x.shape[1], n_projections, generator=generator, dtype=x.dtype, device=x.device)
    u = u / u.norm(dim=0)
    gap = _sorted(x @ u) - _sorted(y @ u)
    return gap.square().mean().sqrt()


def _sorted(shadows: Tensor) -> Tensor:
    """Each column in order: ten times faster by NumPy, where no gradient is due."""
    if shadows.requires_grad:
        return shadows.sort(0).values
    return torch.from_numpy(np.sort(shadows.numpy(), axis=0))


def energy_distance(x: Tensor, y: Tensor) -> Tensor:
    """2 E|X - Y| - E|X - X'| - E|Y - Y'|, estimated without bias (so it may fall below 0).

    It is zero only for equal laws. `x` is `(N, D)` and `y` is `(M, D)`, with N and M at least 2.

    Source: Szekely and Rizzo, Energy statistics (2013), section 2.
    """
    x, y = _clouds(x, y)
    if min(len(x), len(y)) < 2:
        raise ValueError(f"x has {len(x)} points and y {len(y)}; each needs 2 or more")
    within_x = _sum_of_distances(x, x) / (len(x) * (len(x) - 1))
    within_y = _sum_of_distances(y, y) / (len(y) * (len(y) - 1))
    return 2 * _sum_of_distances(x, y) / (len(x) * len(y)) - within_x - within_y


def mode_weights(x: Tensor, mixture: GaussianMixture) -> Tensor:
    """Share of the samples `(N, D)` in each component, `(K,)`: the mean posterior probability.

    For samples of the mixture itself its expectation is the mixture's weights, exactly.
    """
    if not len(x):
        raise ValueError("x holds no samples")
    return mixture.seen(x, 1.0, 0.0).responsibilities.mean(0)


def off_mode_share(x: Tensor, mixture: GaussianMixture, distance: float = 4.0) -> float:
    """Share of the samples `(N, D)` that lie in no component: the stray points between modes.

    A point lies in component k when its Mahalanobis distance to it is at most `distance`. The
    mixture itself has a share of about exp(-distance^2 / 2) in the plane: 0.03% at 4.
    """
    if not len(x):
        raise ValueError("x holds no samples")
    offset = check_finite(x).to(mixture.means.dtype)[:, None] - mixture.means
    pull = torch.linalg.solve(mixture.covariances, offset[..., None])[..., 0]
    squared = (offset * pull).sum(2).min(1).values
    return (squared > distance**2).double().mean().item()


def frechet_distance(features_a: Tensor, features_b: Tensor) -> float:
    """|m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^(1/2)) of the means and covariances.

    The squared 2-Wasserstein distance of the Gaussians that fit the features `(N, F)` and
    `(M, F)`. It depends on the features and on N and M: compare only like with like, and give
    beside it the value that two sets of real data have.

    Source: Dowson and Landau (1982); Heusel et al. (2017).
    """
    a, b = _clouds(features_a, features_b)
    if min(len(a), len(b)) < 2:
        raise ValueError(f"{len(a)} and {len(b)} feature vectors; each set needs 2 or more")
    root = _square_root(a.T.cov().reshape(a.shape[1], -1))
    cov_b = b.T.cov().reshape(b.shape[1], -1)
    # (C_a C_b)^(1/2) has the trace of its symmetric sister (C_a^(1/2) C_b C_a^(1/2))^(1/2)
    cross = torch.linalg.eigvalsh(root @ cov_b @ root).clamp(min=0).sqrt().sum()
    traces = root.square().sum() + cov_b.trace()
    return ((a.mean(0) - b.mean(0)).square().sum() + traces - 2 * cross).clamp(min=0).item()


def frechet_interval(
    features_a: Tensor,
    features_b: Tensor,
    draws: int = 40,
    generator: torch.Generator | None = None,
) -> tuple[float, float]:
    """An interval of two bootstrap standard deviations either side of `frechet_distance`.

    The rows of the resampled sets are drawn by the generator, on the CPU.

    Only the spread of the resampled values is used: their mean is too high, since a resampled
    set repeats points and so has the bias of a smaller one.
    """
    a, b = _clouds(features_a, features_b)
    value, values = frechet_distance(a, b), []
    for _ in range(draws):
        rows_a = torch.randint(len(a), (len(a),), generator=generator)
        rows_b = torch.randint(len(b), (len(b),), generator=generator)
        values.append(frechet_distance(a[rows_a], b[rows_b]))
    half = 2 * torch.tensor(values).std().item()
    return value - half, value + half


def spread_within(features: Tensor, real: Tensor, labels: Tensor) -> float:
    """How varied the samples of a class are: 1 as in real data, less where they are too alike.

    The mean over the classes of the total variance of `features` within the class, over that of
    `real`; row i of both, `(N, F)`, belongs to the class `labels[i]`, at least two rows a class.
    """
    ours, theirs = _clouds(features, real)
    labels = labels.cpu()
    if labels.shape != (len(ours),) or len(ours) != len(theirs):
        raise ValueError(
            f"{len(ours)} features, {len(theirs)} real ones and labels of shape "
            f"{tuple(labels.shape)}; give one label per row of both"
        )
    classes, counts = labels.unique(return_counts=True)
    if int(counts.min()) < 2:
        raise ValueError("each class needs two rows or more")
    ratios = [
        ours[labels == one].var(0).sum() / theirs[labels == one].var(0).sum() for one in classes
    ]
    return torch.stack(ratios).mean().item()


def precision_recall(features: Tensor, real: Tensor, neighbours: int = 3) -> tuple[float, float]:
    """How many samples look real, and how much of what is real they cover; each from 0 to 1.

    A set of points covers the balls around its points that reach to their `neighbours`-th nearest
    neighbours in the set, itself left out. Precision is the share of `features` `(N, F)` that
    `real` `(M, F)` covers, recall the share of `real` that `features` cover. Both depend on N and
    M: compare only like with like, and give beside them what two sets of real data have.

    Source: Kynkaanniemi et al., Improved precision and recall metric (2019), section 2.
    """
    ours, theirs = _clouds(features, real)
    if not 1 <= neighbours < min(len(ours), len(theirs)):
        raise ValueError(
            f"neighbours is {neighbours}, with {len(ours)} features and {len(theirs)} real ones; "
            "give 1 or more, and less than either"
        )
    precision = _covered(ours, theirs, neighbours).double().mean().item()
    return precision, _covered(theirs, ours, neighbours).double().mean().item()


@torch.no_grad()
def mnist_features(images: Tensor, batch_size: int = 1000) -> Tensor:
    """The 64 features `(N, 64)` that the shipped classifier sees in uint8 images `(N, 28, 28)`."""
    network = _classifier(str(images.device))
    return _over_batches(network.features, images, batch_size)  # type: ignore[arg-type]


@torch.no_grad()
def mnist_labels(images: Tensor, batch_size: int = 1000) -> Tensor:
    """The digits `(N,)` that the shipped classifier reads in uint8 images `(N, 28, 28)`."""
    return _over_batches(_classifier(str(images.device)), images, batch_size).argmax(1)


@cache
def _classifier(device: str) -> nn.Module:
    return load_network("mnist-classifier").to(device)


def _over_batches(network: nn.Module, images: Tensor, batch_size: int) -> Tensor:
    if images.dtype != torch.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError(
            f"images are {images.dtype} of shape {tuple(images.shape)}; "
            "give uint8 of shape (N, 28, 28)"
        )
    if not len(images):
        raise ValueError("images are empty")
    batches = images[:, None].split(batch_size)
    return torch.cat([network(batch.float() / 255) for batch in batches])


def _clouds(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Both as finite float64 `(N, D)`, not empty, on the CPU: not every GPU has float64."""
    for name, points in (("x", x), ("y", y)):
        check_finite(points, name)
        if points.ndim != 2 or not len(points):
            raise ValueError(f"{name} has shape {tuple(points.shape)}; give (N, D) with N >= 1")
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"x has {x.shape[1]} columns and y {y.shape[1]}; they must agree")
    return x.cpu().double(), y.cpu().double()


def _sum_of_distances(x: Tensor, y: Tensor) -> Tensor:
    return torch.stack([block.sum() for block in _distances(x, y)]).sum()


def _covered(x: Tensor, y: Tensor, neighbours: int) -> Tensor:
    """Which rows of x, (N,), lie in a ball of y's that reaches to its so manyth neighbour."""
    # a point is its own nearest: so one more
    radii = torch.cat([block.kthvalue(neighbours + 1).values for block in _distances(y, y)])
    return torch.cat([(block <= radii).any(1) for block in _distances(x, y)])


def _distances(x: Tensor, y: Tensor, rows: int = 1024) -> Iterator[Tensor]:
    # in blocks of rows: all pairs of 10,000 points at once would take 800 MB. The exact mode,
    # for the fast one by matrix products gives a point a distance of 1e-4 to itself.
    mode = "donot_use_mm_for_euclid_dist"
    return (torch.cdist(part, y, compute_mode=mode) for part in x.split(rows))


def _square_root(matrix: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T
