"""What readers type on the page `latent-diffusion` and is wrong."""

import math


def entropy(eta, d):
    return d / 2 * math.log(2 * math.pi * math.e * eta**2)


WRONG = {
    "c-11-01": [
        lambda layers: [2, 2, 4, 4, 1],
        lambda layers: [4, 16, 16, 16, 1],
        lambda layers: [4, 4, 4, 4, 1],
        lambda layers: [1, 4, 16, 16, 1],
        lambda layers: [4, 4, 16, 16, 4],
        lambda layers: [4, 4, 4, 16, 1],
        lambda layers: [4, 4, 16, 4, 1],
        lambda layers: [4, 2, 16, 16, 1],
        lambda layers: [4, 4, 16, 16, 2],
        lambda layers: [4, 4, 16, 16, 0],
    ],
    "latent-speedup": [
        lambda pixel, code, decoder: 2 * decoder / code,
        lambda pixel, code, decoder: decoder / (2 * code),
        lambda pixel, code, decoder: code / decoder,
        lambda pixel, code, decoder: decoder / pixel,
        lambda pixel, code, decoder: decoder / (pixel - code),
        lambda pixel, code, decoder: pixel / code,
        lambda pixel, code, decoder: pixel / (2 * code),
        lambda pixel, code, decoder: decoder,
        lambda pixel, code, decoder: decoder / (pixel - 2 * code),
    ],
    "c-11-02": [
        lambda unit, x, alpha, sigma, c: unit(x / c, alpha, sigma / c),
        lambda unit, x, alpha, sigma, c: c * unit(x / c, alpha, sigma),
        lambda unit, x, alpha, sigma, c: c * unit(x, alpha, sigma / c),
        lambda unit, x, alpha, sigma, c: unit(c * x, alpha, c * sigma) / c,
        lambda unit, x, alpha, sigma, c: c * unit(x / c, alpha / c, sigma),
        lambda unit, x, alpha, sigma, c: c * unit(x / c, alpha * c, sigma),
        lambda unit, x, alpha, sigma, c: unit(x, alpha, sigma),
        lambda unit, x, alpha, sigma, c: c * unit(x, alpha, sigma),
        lambda unit, x, alpha, sigma, c: c * unit(x / c, alpha, sigma / c**2),
        lambda unit, x, alpha, sigma, c: x / alpha,
    ],
    "latent-bound": [
        lambda rec, dif, eta, d: rec + dif,
        lambda rec, dif, eta, d: rec + dif + entropy(eta, d),
        lambda rec, dif, eta, d: rec + dif - entropy(eta, 1),
        lambda rec, dif, eta, d: rec + dif - entropy(eta**0.5, d),
        lambda rec, dif, eta, d: rec + dif - d / 2 * math.log(2 * math.pi * eta**2),
        lambda rec, dif, eta, d: rec + dif - d * math.log(2 * math.pi * math.e * eta**2),
        lambda rec, dif, eta, d: rec - dif - entropy(eta, d),
        lambda rec, dif, eta, d: rec + dif - d * math.log(eta),
        lambda rec, dif, eta, d: rec + dif - d / 2 * math.log(eta**2 + 1),
        lambda rec, dif, eta, d: rec - entropy(eta, d),
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-11-02": [
        lambda unit, x, alpha, sigma, c: c * unit(x / c, alpha, sigma / c**0.5),
        lambda unit, x, alpha, sigma, c: c**2 * unit(x / c, alpha, sigma / c),
    ],
    "latent-bound": [
        lambda rec, dif, eta, d: rec + dif - d * entropy(eta, d),
        lambda rec, dif, eta, d: rec + dif - entropy(eta, d) / 2,
    ],
}
