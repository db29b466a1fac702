"""What readers type on the page `reverse-by-bayes` and is wrong."""

from sympy import diff, log


def sheet(reverse=None, rate=None, v=None):
    """The cheat sheet with some of its lines as readers write them."""

    def answer(x, t, dt, dw, p, f, g):
        score = diff(log(p), x)
        flow = v(f, g, score, p, x) if v else f - g**2 / 2 * score
        return [
            f * dt + g * dw,
            rate(f, g, p, x) if rate else -diff(f * p, x) + g**2 / 2 * diff(p, x, 2),
            flow,
            flow * dt,
            reverse(f, g, score, dt, dw) if reverse else (f - g**2 * score) * dt + g * dw,
        ]

    return answer


WRONG = {
    "bayes-orders": [
        lambda errors: [2, 4, 4, 2, 2],
        lambda errors: [4, 2, 4, 2, 2],
        lambda errors: [4, 4, 8, 2, 2],
        lambda errors: [4, 4, 16, 2, 2],
        lambda errors: [4, 4, 2, 2, 2],
        lambda errors: [4, 4, 4, 2**0.5, 2],
        lambda errors: [4, 4, 4, 2, 1],
        lambda errors: [2, 2, 2, 1, 1],
        lambda errors: [4, 4, 4, 4, 2],
        lambda errors: [4, 4, 4, 2, 4],
    ],
    "c-8-13": [
        lambda v, g, D: 0.0,
        lambda v, g, D: -(g**2) * D / v,
        lambda v, g, D: g**2 * D / (2 * v),
        lambda v, g, D: -(g**2) / (2 * v),
        lambda v, g, D: -(g**2) * D / (2 * v**2),
        lambda v, g, D: -(g**4) * D / (2 * v),
    ],
    "c-8-14": [
        lambda f, s, g, dt: g**4 * s**2 * dt**2,
        lambda f, s, g, dt: g**2 * s**2 * dt / 2,
        lambda f, s, g, dt: f * s * dt - g**2 * s**2 * dt / 2,
        lambda f, s, g, dt: g**2 * s**2 * dt - f * s * dt,
        lambda f, s, g, dt: g**2 * s**2 * dt / 2 + f * s * dt,
        lambda f, s, g, dt: g**4 * s**2 * dt / 2 - f * s * dt,
    ],
    "c-8-15": [
        lambda a, g, bend, dt: g**2 * dt * (1 + 0 * bend),
        lambda a, g, bend, dt: g**2 * dt + g**4 * dt**2 * bend,
        lambda a, g, bend, dt: g**2 * dt * (1 - 2 * a * dt - g**2 * dt * bend),
        lambda a, g, bend, dt: g**2 * dt * (1 - a * dt + g**2 * dt * bend),
        lambda a, g, bend, dt: g**2 * dt * (1 + g**2 * dt * bend) / (1 + a * dt) ** 2,
        lambda a, g, bend, dt: g**4 * dt**2 * bend - 2 * a * g**2 * dt**2,
    ],
    "c-8-16": [
        sheet(reverse=lambda f, g, score, dt, dw: (f - g**2 / 2 * score) * dt + g * dw),
        sheet(reverse=lambda f, g, score, dt, dw: (f - g**2 * score) * dt),
        sheet(rate=lambda f, g, p, x: -diff(f * p, x) + g**2 * diff(p, x, 2)),
        sheet(rate=lambda f, g, p, x: -f * diff(p, x) + g**2 / 2 * diff(p, x, 2)),
        sheet(v=lambda f, g, score, p, x: f - g**2 * score),
        sheet(v=lambda f, g, score, p, x: f - g**2 / 2 * diff(p, x)),
    ],
}

FURTHER = {
    "c-8-15": [lambda a, g, bend, dt: g**2 * dt * (1 + 2 * a * dt - g**2 * dt * bend)],
    "c-8-16": [sheet(v=lambda f, g, score, p, x: f + g * score)],
}
