"""What readers type on the page `ve-and-vp` and is wrong."""

import math


def schedule(low, high, t):
    return low + (high - low) * t**2, 2 * (high - low) * t


def below(x, x0, a):
    return x - a * x0


WRONG = {
    "c-7-27": [
        lambda low, high, t: 2 * math.prod(schedule(low, high, t)),
        lambda low, high, t: schedule(low, high, t)[1],
        lambda low, high, t: schedule(low, high, t)[1] ** 0.5,
        lambda low, high, t: math.prod(schedule(low, high, t)) ** 0.5,
        lambda low, high, t: schedule(low, high, t)[0],
        lambda low, high, t: low * (high / low) ** t * math.sqrt(2 * math.log(high / low)),
        lambda low, high, t: math.sqrt(2 * schedule(low, high, t)[0]),
        lambda low, high, t: math.sqrt(4 * (high - low) * t),
        lambda low, high, t: schedule(low, high, t)[0] ** 2,
        lambda low, high, t: 2 * schedule(low, high, t)[0],
        lambda low, high, t: math.sqrt(2 * high * schedule(low, high, t)[1]),
    ],
    "c-7-28": [
        lambda m, v, B: (math.exp(-B) * m, 1 + (v - 1) * math.exp(-B)),
        lambda m, v, B: (math.exp(-B / 2) * m, 1 + (v - 1) * math.exp(-B / 2)),
        lambda m, v, B: (math.exp(-B) * m, 1 + (v - 1) * math.exp(-B / 2)),
        lambda m, v, B: (math.exp(-B / 2) * m, 1 - math.exp(-B)),
        lambda m, v, B: (math.exp(-B / 2) * m, v),
        lambda m, v, B: (math.exp(-B / 2) * m, 1.0),
        lambda m, v, B: (math.exp(-B / 2) * m, v * math.exp(-B)),
        lambda m, v, B: (m, v + 1 - math.exp(-B)),
        lambda m, v, B: (math.exp(-B / 2) * m, (1 + (v - 1) * math.exp(-B)) ** 0.5),
        lambda m, v, B: (math.exp(-B / 2) * m, 1 + v * math.exp(-B)),
        lambda m, v, B: (math.exp(-2 * B) * m, 1 + (v - 1) * math.exp(-B)),
    ],
    "c-7-30": [
        lambda x, x0, a, s: -below(x, x0, a) / s,
        lambda x, x0, a, s: below(x, x0, a) / s**2,
        lambda x, x0, a, s: -below(x, x0, 1.0) / s**2,
        lambda x, x0, a, s: -below(x, x0, a),
        lambda x, x0, a, s: -below(x, x0, a) * s**2,
        lambda x, x0, a, s: -below(x, x0, a) / s**4,
        lambda x, x0, a, s: below(x, x0, a) / s,
        lambda x, x0, a, s: -below(x, x0, a) / (2 * s**2),
        lambda x, x0, a, s: -below(x, x0, a) / (1 - a**2),
        lambda x, x0, a, s: -x / s**2,
        lambda x, x0, a, s: -below(x, x0, a**2) / s**2,
    ],
    "vevp-map": [
        lambda score, x, a, s: score(x / a, s / a),
        lambda score, x, a, s: a * score(x / a, s / a),
        lambda score, x, a, s: score(x, s / a) / a,
        lambda score, x, a, s: score(x / a, s) / a,
        lambda score, x, a, s: score(a * x, a * s) / a,
        lambda score, x, a, s: score(x / a, s / a) / a**2,
        lambda score, x, a, s: score(x, s),
        lambda score, x, a, s: score(x / a, s**2 / a**2) / a,
        lambda score, x, a, s: score(x / a, s / a) / s,
        lambda score, x, a, s: -score(x / a, s / a) / a,
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-7-27": [
        lambda low, high, t: math.sqrt(2 * high * t),
        lambda low, high, t: math.sqrt(schedule(low, high, t)[0]),
    ],
    "c-7-28": [
        lambda m, v, B: (math.exp(-B / 2) * m, v + (1 - math.exp(-B))),
        lambda m, v, B: (math.exp(B / 2) * m, 1 + (v - 1) * math.exp(-B)),
    ],
    "c-7-30": [
        lambda x, x0, a, s: -(x / a - x0) / s**2,
        lambda x, x0, a, s: -below(x, x0, a) / s**2 - x0,
    ],
    "vevp-map": [
        lambda score, x, a, s: score(x / a, s * a) / a,
        lambda score, x, a, s: score(x / s, s / a) / a,
    ],
}
