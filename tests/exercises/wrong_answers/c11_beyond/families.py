"""What readers type on the page `families` of chapter 11 and is wrong."""

import math


def two(a_of):
    def answer(a_s, s_s, a_t, s_t, c):
        a = a_of(s_s, s_t, c)
        return [a, a_t - a * a_s]

    return answer


WRONG = {
    "c-11-03": [
        lambda w, n: (2 * w * (1 - w) / (math.pi * n)).sqrt().sum(),
        lambda w, n: ((len(w) - 1) / (2 * math.pi * n)) ** 0.5,
        lambda w, n: (w * (1 - w) / n).sqrt().sum() / 2,
        lambda w, n: (2 * w / (math.pi * n)).sqrt().sum() / 2,
        lambda w, n: (2 * (w * (1 - w)).sum() / (math.pi * n)).sqrt() / 2,
        lambda w, n: (2 * w * (1 - w) / (math.pi * n)).sum() / 2,
    ],
    "c-11-04": [
        lambda f, n, m, d: (n + m) * (f + d),
        lambda f, n, m, d: (n + m) * f,
        lambda f, n, m, d: n * f + d,
        lambda f, n, m, d: 2 * n * f + d,
        lambda f, n, m, d: (n + 2 * m) * f + d,
        lambda f, n, m, d: (n - m) * f + d,
    ],
    "c-11-05": [
        lambda statements: [1, 1, 0, 1, 0, 1],
        lambda statements: [0, 1, 1, 1, 0, 1],
        lambda statements: [1, 1, 1, 1, 1, 1],
        lambda statements: [0, 0, 0, 1, 0, 1],
        lambda statements: [0, 1, 0, 0, 0, 1],
        lambda statements: [0, 1, 0, 1, 0, 0],
    ],
    "c-11-06": [
        two(lambda s_s, s_t, c: s_t / s_s),
        two(lambda s_s, s_t, c: (s_t - c) / s_s),
        two(lambda s_s, s_t, c: (s_t**2 + c**2) ** 0.5 / s_s),
        two(lambda s_s, s_t, c: (s_t**2 - c**2) / s_s**2),
        two(lambda s_s, s_t, c: (s_t**2 - c**2) ** 0.5),
        lambda a_s, s_s, a_t, s_t, c: [(s_t**2 - c**2) ** 0.5 / s_s, a_t],
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-11-03": [lambda w, n: (w * (1 - w) / (math.pi * n)).sqrt().sum()],
    "c-11-04": [lambda f, n, m, d: (n + m) * f + m * d],
    "c-11-05": [lambda statements: [1, 1, 0, 1, 1, 1]],
    "c-11-06": [
        lambda a_s, s_s, a_t, s_t, c: [
            (s_t**2 - c**2) ** 0.5 / s_s,
            (a_t - (s_t**2 - c**2) ** 0.5 / s_s * a_s) / 2,
        ]
    ],
}
