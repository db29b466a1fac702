"""What readers type on the page `sliced-score-matching` and is wrong."""

import torch

WRONG = {
    "c-5-10": [
        lambda a, b: torch.stack([2 * (b**2).sum(1), 2 * (b**2).sum(1) + 2 * (a**2).sum(1)]),
        lambda a, b: torch.stack([(b**2).sum(1), (b**2).sum(1) + (a**2).sum(1)]),
        lambda a, b: torch.stack([4 * (b**2).sum(1) + 2 * (a**2).sum(1)] * 2),
        lambda a, b: torch.stack([4 * (b**2).sum(1)] * 2),
        lambda a, b: torch.stack([4 * (b**2).sum(1) + 2 * (a**2).sum(1), 4 * (b**2).sum(1)]),
        lambda a, b: torch.stack([2 * (b**2).sum(1), 4 * (b**2).sum(1) + 2 * (a**2).sum(1)]),
        lambda a, b: torch.stack([4 * (b**2).sum(1), 4 * (b**2).sum(1) + (a**2).sum(1)]),
        lambda a, b: torch.stack([2 * (b**2).sum(1), 2 * (b**2).sum(1) + (a**2).sum(1)]),
        lambda a, b: torch.stack([4 * b.sum(1) ** 2, 4 * b.sum(1) ** 2 + 2 * a.sum(1) ** 2]),
        lambda a, b: torch.stack([4 * (b**2).mean(1), 4 * (b**2).mean(1) + 2 * (a**2).mean(1)]),
        lambda a, b: torch.stack([4 * (b**2).sum(1), 4 * (b**2).sum(1) + 4 * (a**2).sum(1)]),
    ],
    "c-5-11": [
        lambda s, u, Ju: ((u * Ju).sum(2) + (u * s).sum(2) ** 2).mean(),
        lambda s, u, Ju: (0.5 * (u * Ju).sum(2) + 0.5 * (u * s).sum(2) ** 2).mean(),
        lambda s, u, Ju: (-(u * Ju).sum(2) + 0.5 * (u * s).sum(2) ** 2).mean(),
        lambda s, u, Ju: ((u * Ju).sum(2) + 0.5 * ((u * s) ** 2).sum(2)).mean(),
        lambda s, u, Ju: ((u * Ju).sum(2) + 0.5 * (s**2).sum(1)).mean(),
        lambda s, u, Ju: ((u * Ju).sum(2) + 0.5 * (u * s).sum(2).mean(0) ** 2).mean(),
        lambda s, u, Ju: ((u * Ju).sum(2) + 0.5 * (u * s).sum(2) ** 2).sum(),
        lambda s, u, Ju: ((u * Ju).sum(2) + 0.5 * (u * s).sum(2) ** 2).sum(0).mean(),
        lambda s, u, Ju: (u * Ju + 0.5 * (u * s) ** 2).mean(),
        lambda s, u, Ju: (((u * Ju).sum(2) + 0.5 * (u * s).sum(2) ** 2) / (u**2).sum(2)).mean(),
        lambda s, u, Ju: (u * Ju).sum(2).mean(),
        lambda s, u, Ju: (0.5 * (u * s).sum(2) ** 2).mean(),
        lambda s, u, Ju: (Ju.sum(2) + 0.5 * (u * s).sum(2) ** 2).mean(),
    ],
    "sliced-unit-probes": [
        lambda u, Au: (u * Au).sum(1).mean(),
        lambda u, Au: (u * Au).sum(1).mean() / u.shape[1],
        lambda u, Au: u.shape[1] ** 2 * (u * Au).sum(1).mean(),
        lambda u, Au: u.shape[1] ** 0.5 * (u * Au).sum(1).mean(),
        lambda u, Au: (u * Au).sum(),
        lambda u, Au: u.shape[1] * (u * Au).sum(),
        lambda u, Au: -u.shape[1] * (u * Au).sum(1).mean(),
        lambda u, Au: (u * Au).mean(),
        lambda u, Au: ((u * Au).sum(1) / (u**2).sum(1)).mean(),
        lambda u, Au: u.shape[1] * Au.sum(1).mean(),
        lambda u, Au: u.shape[1] * (u.mean(0) * Au.mean(0)).sum(),
    ],
    "c-5-12": [
        lambda sigma, D, d: (D - d) / (2 * sigma**2),
        lambda sigma, D, d: -(D - d) / sigma**2,
        lambda sigma, D, d: -D / (2 * sigma**2),
        lambda sigma, D, d: -d / (2 * sigma**2),
        lambda sigma, D, d: -(D - 1) / (2 * sigma**2),
        lambda sigma, D, d: -1 / (2 * sigma**2),
        lambda sigma, D, d: -(D - d) / (2 * sigma),
        lambda sigma, D, d: -float("1e9"),
        lambda sigma, D, d: 1 / sigma**2,
        lambda sigma, D, d: -(D + d) / (2 * sigma**2),
        lambda sigma, D, d: -(D - d) * sigma**2 / 2,
    ],
    "sliced-one-probe": [
        lambda matrices: [1, 0, 0, 0, 1],
        lambda matrices: [1, 0, 1, 0, 0],
        lambda matrices: [1, 0, 0, 0, 0],
        lambda matrices: [0, 0, 1, 0, 1],
        lambda matrices: [1, 1, 1, 0, 1],
        lambda matrices: [1, 0, 1, 1, 1],
        lambda matrices: [1, 1, 1, 1, 1],
        lambda matrices: [0, 0, 0, 0, 0],
        lambda matrices: [1, 1, 0, 0, 1],
        lambda matrices: [0, 1, 0, 1, 0],
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-5-11": [
        lambda s, u, Ju: ((u * Ju).sum(2) + 0.5 * (u * s).sum(2)).mean(),
        lambda s, u, Ju: ((u * Ju).sum(2) ** 2 + 0.5 * (u * s).sum(2) ** 2).mean(),
    ],
    "c-5-12": [lambda sigma, D, d: -(D - d) / (2 * sigma**4)],
}
