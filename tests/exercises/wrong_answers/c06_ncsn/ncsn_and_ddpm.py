"""What readers type on the page `ncsn-and-ddpm` and is wrong."""

import math

import torch


def bells(x, data, sigma, power):
    squared = ((x[:, None] - data) ** 2).sum(2)
    return torch.exp(-squared / (2 * sigma**2)) / (2 * math.pi * sigma**2) ** power


def step(x, s, z, eta, up=1.0, two=2.0):
    return x + up * eta * s + math.sqrt(two * eta) * z


WRONG = {
    "c-6-12": [
        lambda quantities: [-1, -1, 1, 0, 1],
        lambda quantities: [0, 0, 1, 0, 1],
        lambda quantities: [0, -1, 1, 1, 1],
        lambda quantities: [0, -1, 1, -1, 1],
        lambda quantities: [0, -1, 1, 0, 0],
        lambda quantities: [0, -1, 1, 0, -1],
        lambda quantities: [0, -1, 0, 0, 1],
        lambda quantities: [1, -1, 1, 0, 1],
    ],
    "c-6-15": [
        lambda x, data, sigma: bells(x, data, sigma, x.shape[1] / 2).sum(1),
        lambda x, data, sigma: bells(x, data, sigma, 0).mean(1),
        lambda x, data, sigma: bells(x, data, sigma, 0.5).mean(1),
        lambda x, data, sigma: bells(x, data, sigma, x.shape[1]).mean(1),
        lambda x, data, sigma: bells(x, data, sigma**0.5, x.shape[1] / 2).mean(1),
        lambda x, data, sigma: bells(x, data.mean(0, keepdim=True), sigma, x.shape[1] / 2)[:, 0],
        lambda x, data, sigma: bells(x, data, sigma, x.shape[1] / 2).mean(1).log(),
        lambda x, data, sigma: bells(x, data, sigma, x.shape[1] / 2).max(1).values,
    ],
    "c-6-15-target": [
        lambda x, noisy, sigma: (noisy - x) / sigma**2,
        lambda x, noisy, sigma: (x - noisy) / sigma,
        lambda x, noisy, sigma: (noisy - x) / sigma,
        lambda x, noisy, sigma: x - noisy,
        lambda x, noisy, sigma: -noisy / sigma**2,
        lambda x, noisy, sigma: (x - noisy) / (2 * sigma**2),
        lambda x, noisy, sigma: (x - noisy) * sigma**2,
        lambda x, noisy, sigma: (x - noisy) / sigma**4,
    ],
    "c-6-15-langevin": [
        lambda x, s, z, d, sigma, low: step(x, s, z, d * sigma**2 / low**2, two=1),
        lambda x, s, z, d, sigma, low: step(x, s, z, d * sigma**2 / low**2, up=0.5, two=1),
        lambda x, s, z, d, sigma, low: step(x, s, z, d),
        lambda x, s, z, d, sigma, low: step(x, s, z, d * sigma**2),
        lambda x, s, z, d, sigma, low: step(x, s, z, d * sigma / low),
        lambda x, s, z, d, sigma, low: step(x, s, z, d * low**2 / sigma**2),
        lambda x, s, z, d, sigma, low: step(x, -s, z, d * sigma**2 / low**2),
        lambda x, s, z, d, sigma, low: x + d * sigma**2 / low**2 * s,
        lambda x, s, z, d, sigma, low: x + d * sigma**2 / low**2 * (s + 2 * z),
        lambda x, s, z, d, sigma, low: s + math.sqrt(2 * d) * sigma / low * z,
    ],
    "c-6-15-link": [
        lambda eps, a: -math.sqrt(a / (1 - a)) * eps,
        lambda eps, a: -a / math.sqrt(1 - a) * eps,
        lambda eps, a: -eps / math.sqrt(1 - a**2),
        lambda eps, a: -eps / (a * math.sqrt(1 - a**2)),
        lambda eps, a: -(a**2) / (1 - a**2) * eps,
        lambda eps, a: a / math.sqrt(1 - a**2) * eps,
        lambda eps, a: -math.sqrt(1 - a**2) / a * eps,
        lambda eps, a: -eps / (1 - a**2),
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-6-15-target": [lambda x, noisy, sigma: noisy / sigma**2],
    "c-6-15-link": [lambda eps, a: -eps / (1 - a)],
}
