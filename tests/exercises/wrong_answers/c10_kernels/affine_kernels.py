"""What readers type on the page `affine-kernels` and is wrong."""


def fresh(a, s, b, r):
    return r**2 - (b / a * s) ** 2


WRONG = {
    "c-10-04": [
        lambda a, da, s, ds: 2 * s * ds,
        lambda a, da, s, ds: 2 * s * ds + 2 * da / a * s**2,
        lambda a, da, s, ds: 2 * s * ds - da / a * s**2,
        lambda a, da, s, ds: s * ds - 2 * da / a * s**2,
        lambda a, da, s, ds: s * ds - da / a * s**2,
        lambda a, da, s, ds: 4 * s * ds - 4 * da / a * s**2,
        lambda a, da, s, ds: 2 * s * ds - 2 * da / a * s,
        lambda a, da, s, ds: 2 * s * ds - 2 * da * s**2,
        lambda a, da, s, ds: ds - 2 * da / a * s**2,
        lambda a, da, s, ds: da / a - ds / s,
        lambda a, da, s, ds: (2 * s * ds - 2 * da / a * s**2) ** 0.5,
        lambda a, da, s, ds: ds**2 - 2 * da / a * s**2,
    ],
    "kern-sde": [
        lambda kernels: [1, 0, 0, 0, 1],
        lambda kernels: [1, 1, 1, 1, 0],
        lambda kernels: [0, 1, 0, 1, 0],
        lambda kernels: [1, 1, 1, 1, 1],
        lambda kernels: [1, 0, 1, 1, 1],
    ],
    "c-10-08": [
        lambda a, s, b, r: r**2 - s**2,
        lambda a, s, b, r: r**2 - b / a * s**2,
        lambda a, s, b, r: r**2 - (a / b * s) ** 2,
        lambda a, s, b, r: r**2 - (b * s) ** 2,
        lambda a, s, b, r: 1 - (b / a) ** 2,
        lambda a, s, b, r: fresh(a, s, b, r) ** 0.5,
        lambda a, s, b, r: (b / a * s) ** 2,
        lambda a, s, b, r: (r - b / a * s) ** 2,
    ],
    "c-10-09": [
        lambda x, x0, a, s, r, v: (a * x0 / s**2 + r**2 * x / v) / (1 / s**2 + r**2 / v),
        lambda x, x0, a, s, r, v: (a * x0 / s**2 + x / (r * v)) / (1 / s**2 + 1 / v),
        lambda x, x0, a, s, r, v: (x0 / s**2 + r * x / v) / (1 / s**2 + r**2 / v),
        lambda x, x0, a, s, r, v: a * x0 / s**2 + r * x / v,
        lambda x, x0, a, s, r, v: (r**2 / v * a * x0 + x / r / s**2) / (1 / s**2 + r**2 / v),
        lambda x, x0, a, s, r, v: (a * x0 / s + x / v**0.5) / (1 / s + r / v**0.5),
        lambda x, x0, a, s, r, v: (a * x0 + x / r) / 2,
    ],
    "c-10-10": [
        lambda x, e, a, s, b, r: a * (x - r * e) / b + s * e,
        lambda x, e, a, s, b, r: (x - r * e) / b,
        lambda x, e, a, s, b, r: a * (x - r * e) / b,
        lambda x, e, a, s, b, r: x - fresh(a, s, b, r) / r * e,
        lambda x, e, a, s, b, r: (x - fresh(a, s, b, r) / r**2 * e) * a / b,
        lambda x, e, a, s, b, r: (x - fresh(a, s, b, r) * e) * a / b,
        lambda x, e, a, s, b, r: (x - fresh(a, s, b, r) ** 0.5 * e) * a / b,
        lambda x, e, a, s, b, r: (x + fresh(a, s, b, r) / r * e) * a / b,
        lambda x, e, a, s, b, r: (x - (r**2 - s**2) / r * e) * a / b,
        lambda x, e, a, s, b, r: (x - fresh(a, s, b, r) / r * e) * b / a,
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-10-04": [
        lambda a, da, s, ds: 2 * s * ds - 2 * a / da * s**2,
        lambda a, da, s, ds: 2 * s * ds - da / a * s,
        lambda a, da, s, ds: abs(2 * s * ds - 2 * da / a * s**2),
        lambda a, da, s, ds: max(0.0, 2 * s * ds - 2 * da / a * s**2),
    ],
    "kern-sde": [lambda kernels: [0, 0, 1, 0, 1]],
    "c-10-08": [
        lambda a, s, b, r: r - b / a * s,
        lambda a, s, b, r: abs(r**2 - (b / a * s) ** 2),
        lambda a, s, b, r: max(0.0, r**2 - (b / a * s) ** 2),
        lambda a, s, b, r: r**2 + (b / a * s) ** 2,
    ],
    "c-10-09": [
        lambda x, x0, a, s, r, v: (a * x0 * v + r * x * s**2) / (v + s**2),
        lambda x, x0, a, s, r, v: a * x0 + x / r,
    ],
    "c-10-10": [
        lambda x, e, a, s, b, r: (x - r * e) * a / b + fresh(a, s, b, r) ** 0.5 * e,
        lambda x, e, a, s, b, r: (x - fresh(a, s, b, r) / s * e) * a / b,
    ],
}
