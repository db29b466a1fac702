"""What readers type on the page `fast-solvers` and is wrong."""

import math


def _weight(h, k, z):
    return h / k * (math.exp(z) - 1 - z) / (z * (math.exp(z) - 1))


def _middle(g, x, s, t, m):
    u = m / s * x + (1 - m / s) * g(x, s)
    return t / s * x + (1 - t / s) * g(u, m)


WRONG = {
    "c-11-07-weight": [
        lambda h, k: h / (2 * k),
        lambda h, k: _weight(h, k, h),
        lambda h, k: _weight(h, h, -h),
        lambda h, k: _weight(k, h, -h),
        lambda h, k: (math.exp(-h) - 1 + h) / (h * k),
        lambda h, k: (h / k) ** 2 / _weight(h, k, -h),
        lambda h, k: _weight(k, h, -k),
        lambda h, k: -_weight(h, k, -h),
    ],
    "c-11-07-middle": [
        lambda g, x, s, t: _middle(g, x, s, t, (s + t) / 2),
        lambda g, x, s, t: t / s * x + (1 - t / s) * g(x, s),
        lambda g, x, s, t: t / s * x + (1 - t / s) * g(x, math.sqrt(s * t)),
        lambda g, x, s, t: _middle(g, x, s, t, t),
    ],
    "c-11-07-slip": [
        lambda c, a, b, d, e: -d * c * (a * e / (b * d) - (a * e / (b * d)) ** 2),
        lambda c, a, b, d, e: d * (a * e / (b * d) - (a * e / (b * d)) ** 2),
        lambda c, a, b, d, e: c * (a * e / (b * d) - (a * e / (b * d)) ** 2),
        lambda c, a, b, d, e: d * c * (a * e / (b * d) - math.sqrt(a * e / (b * d))),
        lambda c, a, b, d, e: d * c * (1 - (a * e / (b * d)) ** 2),
        lambda c, a, b, d, e: 0.0,
    ],
    "c-11-07-rho": [
        lambda high, low, rho: (low / high) ** (1 / rho),
        lambda high, low, rho: (high / low) ** rho,
        lambda high, low, rho: (low / high) ** (1 - 1 / rho),
        lambda high, low, rho: high / low,
        lambda high, low, rho: math.log(high / low) / rho,
        lambda high, low, rho: (high / low) ** (2 / rho),
        lambda high, low, rho: 1.0,
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-11-07-weight": [
        lambda h, k: (h - 1 + math.exp(-h)) / k,
        lambda h, k: _weight(h, k, -k),
    ],
    "c-11-07-middle": [
        lambda g, x, s, t: x + (t - s) / s * (x - g(x, s)) / 2,
    ],
}
