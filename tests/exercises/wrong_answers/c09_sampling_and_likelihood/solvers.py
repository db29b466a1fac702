"""What readers type on the page `solvers` and is wrong."""

import math

WRONG = {
    "c-9-07": [
        lambda steps: [-1 / 8, -1 / 4],
        lambda steps: [1 / 8, 3 / 8],
        lambda steps: [1 / 8, 1 / 4],
        lambda steps: [1 / 4, -1 / 4],
        lambda steps: [1 / 8, -3 / 8],
        lambda steps: [1 / 2, -1 / 4],
    ],
    "c-9-08": [
        lambda v, a, b, c, d: math.hypot(v * c, d) / math.hypot(v * a, b),
        lambda v, a, b, c, d: (v**2 * a * c + b * d) / math.hypot(v * a, b) / math.hypot(v * c, d),
        lambda v, a, b, c, d: c * a * v**2 / (a**2 * v**2 + b**2),
        lambda v, a, b, c, d: d / b,
        lambda v, a, b, c, d: (v * a * c + b * d) / (v * a**2 + b**2),
        lambda v, a, b, c, d: (v**2 * a * c + b * d) / (v**2 * c**2 + d**2),
        lambda v, a, b, c, d: (a * c + b * d) / (a**2 + b**2),
        lambda v, a, b, c, d: (v**2 * a * c - b * d) / (v**2 * a**2 + b**2),
        lambda v, a, b, c, d: d / b + c * a * v**2 / (a**2 * v**2 + b**2),
        lambda v, a, b, c, d: c / a,
        lambda v, a, b, c, d: d / b + (c - d / b * a) * v**2 / (a**2 * v**2 + b**2),
    ],
    "c-9-09": [
        lambda n: [n, 2 * n, n + 1, 3 * n, 2 * n, 5 * n],
        lambda n: [n, 2 * n, n + 1, 2 * n, n, 5 * n],
        lambda n: [n, n, n + 1, 3 * n, n, 5 * n],
        lambda n: [n, 2 * n, n, 3 * n, n, 5 * n],
        lambda n: [n, 2 * n, n + 1, 3 * n, n, n],
        lambda n: [n, 2 * n, n + 1, 3 * n, n, 6 * n],
        lambda n: [n, 2 * n - 1, n + 1, 3 * n, n, 5 * n],
        lambda n: [n, 2 * n, n + 1, 2 * n + 1, n, 5 * n],
        lambda n: [n] * 6,
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-9-08": [
        lambda v, a, b, c, d: (v**2 * a * c + b * d) / math.hypot(v * a, b),
        lambda v, a, b, c, d: d / b + (c - d) * a * v**2 / (a**2 * v**2 + b**2),
    ],
}
