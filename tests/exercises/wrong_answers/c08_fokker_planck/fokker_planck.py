"""What readers type on the page `fokker-planck` and is wrong."""

WRONG = {
    "fp-bends": [
        lambda places: [1, -1, 0, -1],
        lambda places: [0, 0, -1, -1],
        lambda places: [-1, 1, -1, -1],
        lambda places: [-1, 1, 0, 0],
        lambda places: [-1, -1, 0, 1],
        lambda places: [-1, 1, 1, 1],
    ],
    "c-8-01": [
        lambda x, p, dp, ddp, a, g: -a * (p + x * dp) + g**2 * ddp,
        lambda x, p, dp, ddp, a, g: a * (p + x * dp) + g**2 / 2 * ddp,
        lambda x, p, dp, ddp, a, g: -a * x * dp + g**2 / 2 * ddp,
        lambda x, p, dp, ddp, a, g: -a * p + g**2 / 2 * ddp,
        lambda x, p, dp, ddp, a, g: -a * (p + x * dp) + g / 2 * ddp,
        lambda x, p, dp, ddp, a, g: -a * (p + x * dp) - g**2 / 2 * ddp,
        lambda x, p, dp, ddp, a, g: -a * (p + x * dp),
        lambda x, p, dp, ddp, a, g: g**2 / 2 * ddp,
    ],
    "c-8-04": [
        lambda p, dp, f, div_f, dt: p + dt * (f * dp + div_f * p),
        lambda p, dp, f, div_f, dt: p + dt * f * dp - dt * div_f * p,
        lambda p, dp, f, div_f, dt: p - dt * f * dp + dt * div_f * p,
        lambda p, dp, f, div_f, dt: p - dt * f * dp,
        lambda p, dp, f, div_f, dt: p - dt * div_f * p,
        lambda p, dp, f, div_f, dt: p - dt * (f * dp + div_f),
        lambda p, dp, f, div_f, dt: -dt * (f * dp + div_f * p),
        lambda p, dp, f, div_f, dt: p - (f * dp + div_f * p),
    ],
    "c-8-05": [
        lambda phi, second, fourth, sigma: phi + sigma**2 / 2 * second + sigma**4 / 24 * fourth,
        lambda phi, second, fourth, sigma: phi + sigma**2 / 2 * second,
        lambda phi, second, fourth, sigma: phi + sigma**2 / 2 * second + 3 * sigma**4 * fourth,
        lambda phi, second, fourth, sigma: phi + sigma**2 * second + 3 * sigma**4 * fourth,
        lambda phi, second, fourth, sigma: phi + sigma / 2 * second + sigma**2 / 8 * fourth,
        lambda phi, second, fourth, sigma: phi + sigma**2 / 2 * second - sigma**4 / 8 * fourth,
        lambda phi, second, fourth, sigma: phi + sigma**2 * second + sigma**4 / 8 * fourth,
    ],
    "c-8-06": [
        lambda square, f, g, dims: 2 * f * square + g**2,
        lambda square, f, g, dims: f * square + dims * g**2,
        lambda square, f, g, dims: 2 * f * square + dims * g**2 / 2,
        lambda square, f, g, dims: 2 * f * square,
        lambda square, f, g, dims: 2 * f * square + dims * g,
        lambda square, f, g, dims: -2 * f * square + dims * g**2,
    ],
}

FURTHER = {
    "c-8-01": [
        lambda x, p, dp, ddp, a, g: -a * x * (p + dp) + g**2 / 2 * ddp,
        lambda x, p, dp, ddp, a, g: -a * (p + x * dp) + g**2 / 2 * dp,
    ],
    "c-8-04": [lambda p, dp, f, div_f, dt: p - dt**2 * (f * dp + div_f * p)],
    "c-8-05": [
        lambda phi, second, fourth, sigma: phi + sigma**2 / 2 * second + sigma**4 / 4 * fourth
    ],
    "c-8-06": [lambda square, f, g, dims: 2 * f * square**0.5 + dims * g**2],
}
