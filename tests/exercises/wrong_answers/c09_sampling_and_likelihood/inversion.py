"""What readers type on the page `inversion` and is wrong."""


def slerp(a, b, w):
    angle = ((a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1))).acos()[:, None]
    first, second = ((1 - w) * angle).sin(), (w * angle).sin()
    return first * a + second * b, angle


def unit(a):
    return a / a.norm(dim=1, keepdim=True)


WRONG = {
    "inversion-orders": [
        lambda errors: [2, 2, 4, 4],
        lambda errors: [2, 4, 4, 8],
        lambda errors: [1, 1, 2, 3],
        lambda errors: [4, 4, 8, 16],
        lambda errors: [2, 2, 8, 8],
        lambda errors: [2, 1, 4, 8],
    ],
    "inversion-gaussian": [
        lambda x, m, s, alpha, sigma: (x - m) / s,
        lambda x, m, s, alpha, sigma: m + (x - m) / s * (alpha**2 * s**2 + sigma**2) ** 0.5,
        lambda x, m, s, alpha, sigma: alpha * x,
        lambda x, m, s, alpha, sigma: alpha * m + (x - m) / s * sigma,
        lambda x, m, s, alpha, sigma: alpha * m + (x - m) / s * (alpha * s + sigma),
        lambda x, m, s, alpha, sigma: alpha * m + (x - m) / s * (alpha * s**2 + sigma**2) ** 0.5,
        lambda x, m, s, alpha, sigma: alpha * m + (x - m) * (alpha**2 * s**2 + sigma**2) ** 0.5,
        lambda x, m, s, alpha, sigma: (x - m) / s * (alpha**2 * s**2 + sigma**2) ** 0.5,
        lambda x, m, s, alpha, sigma: sigma * (x - m) / s,
    ],
    "c-9-11": [
        lambda a, b, w: (1 - w) * a + w * b,
        lambda a, b, w: slerp(b, a, w)[0] / slerp(b, a, w)[1].sin(),
        lambda a, b, w: slerp(a, b, w)[0],
        lambda a, b, w: (
            (
                ((1 - w) * slerp(a, b, w)[1].cos()).sin() * a
                + (w * slerp(a, b, w)[1].cos()).sin() * b
            )
            / slerp(a, b, w)[1].cos().sin()
        ),
        lambda a, b, w: (
            (
                ((1 - w) * ((a * b).sum() / (a.norm() * b.norm())).acos()).sin() * a
                + (w * ((a * b).sum() / (a.norm() * b.norm())).acos()).sin() * b
            )
            / ((a * b).sum() / (a.norm() * b.norm())).acos().sin()
        ),
        lambda a, b, w: unit((1 - w) * a + w * b),
        lambda a, b, w: unit((1 - w) * a + w * b) * a.size(1) ** 0.5,
        lambda a, b, w: slerp(unit(a), unit(b), w)[0] / slerp(a, b, w)[1].sin(),
    ],
    "inversion-rescale": [lambda n: n, lambda n: n**-0.5],
}

FURTHER = {
    "c-9-11": [lambda a, b, w: (1 - w) ** 0.5 * a + w**0.5 * b],
    "inversion-gaussian": [lambda x, m, s, alpha, sigma: alpha * m + sigma * (x - m)],
    "inversion-rescale": [lambda n: 1 / n, lambda n: 1],
}
