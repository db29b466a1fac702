"""What readers type on the page `guidance` and is wrong."""

WRONG = {
    "guide-numbers": [
        lambda settings: [1.3, 7.5, 10, 11, 1.35],
        lambda settings: [0.3, 7.5, 10, 10, 1.35],
        lambda settings: [0.3, 6.5, 9, 9, 0.35],
        lambda settings: [0.3, 6.5, 10, 9, 0.35],
        lambda settings: [-0.7, 6.5, 9, 10, 0.35],
        lambda settings: [0.3, 6.5, 9, 11, 0.35],
        lambda settings: [0.3, 8.5, 9, 10, 0.35],
    ],
    "guide-write": [
        lambda told, untold, s: told + s * (told - untold),
        lambda told, untold, s: told + s * (untold - told),
        lambda told, untold, s: told - (s - 1) * (told - untold),
        lambda told, untold, s: (s - 1) * (told - untold),
        lambda told, untold, s: s * (told - untold),
        lambda told, untold, s: s * told - untold,
        lambda told, untold, s: s * told - (1 + s) * untold,
        lambda told, untold, s: untold + (s - 1) * (told - untold),
        lambda told, untold, s: s * told + (1 - s) * told,
    ],
    "guide-flow": [
        lambda a, b, h, s: a * ((a + h) / (b + h)) ** (s - 1),
        lambda a, b, h, s: a**0.5 * ((a + h) / (b + h)) ** (s - 1),
        lambda a, b, h, s: a**0.5 * ((a + h) / (b + h)) ** (s / 2),
        lambda a, b, h, s: a**0.5 * (a / b) ** ((s - 1) / 2),
        lambda a, b, h, s: a**0.5 * (a * (b + h) / (b * (a + h))) ** ((s - 1) / 2),
        lambda a, b, h, s: ((a + h) ** s * (b + h) ** (1 - s)) ** 0.5,
        lambda a, b, h, s: (s / a - (s - 1) / b) ** -0.5,
        lambda a, b, h, s: (s / a - (s - 1) / b) ** -1,
        lambda a, b, h, s: b**0.5 * ((b + h) / (a + h)) ** ((s - 1) / 2),
        lambda a, b, h, s: ((a + h) / (b + h)) ** ((s - 1) / 2),
        lambda a, b, h, s: a**0.5,
        lambda a, b, h, s: a**0.5 * ((a - h) / (b - h)) ** (s - 1),
        lambda a, b, h, s: (a**s * b ** (1 - s)) ** 0.5 * (a + h),
    ],
    "guide-langevin": [
        lambda s: 2 * s,
        lambda s: 2 * s - 2,
        lambda s: s,
        lambda s: 2 * s + 1,
        lambda s: s / 2,
        lambda s: s + 1,
    ],
}

FURTHER = {
    "guide-numbers": [lambda settings: [1.3, 6.5, 9, 10, 0.35]],
    "guide-write": [
        lambda told, untold, s: (told + s * untold) / (1 + s),
        lambda told, untold, s: s * told + (s - 1) * untold,
    ],
    "guide-flow": [
        lambda a, b, h, s: (a + h) ** 0.5 * ((a + h) / (b + h)) ** ((s - 1) / 2),
        lambda a, b, h, s: a**0.5 * (a / b) ** ((s - 1) * h / 2),
    ],
    "guide-langevin": [lambda s: s**2, lambda s: 2 * s - 0.5],
}
