"""What readers type on the page `divergences` and is wrong."""

import math

import torch


def spread(m1, s1, m2, s2):
    return (s1**2 + (m1 - m2) ** 2) / (2 * s2**2)


WRONG = {
    "c-1-06": [
        lambda m1, s1, m2, s2: math.log(s1 / s2) + spread(m2, s2, m1, s1) - 0.5,
        lambda m1, s1, m2, s2: math.log(s1 / s2) + spread(m1, s1, m2, s2) - 0.5,
        lambda m1, s1, m2, s2: math.log(s2 / s1) + spread(m1, s1, m2, s2),
        lambda m1, s1, m2, s2: math.log(s2 / s1) + spread(m1, s1, m2, s2) - 1,
        lambda m1, s1, m2, s2: 0.5 * (math.log(s2 / s1) + (s1 + (m1 - m2) ** 2) / s2 - 1),
        lambda m1, s1, m2, s2: math.log(s2 / s1) + 2 * spread(m1, s1, m2, s2) - 0.5,
        lambda m1, s1, m2, s2: math.log(s2**2 / s1**2) + spread(m1, s1, m2, s2) - 0.5,
        lambda m1, s1, m2, s2: math.log(s2 / s1) + (s1**2 + m1 - m2) / (2 * s2**2) - 0.5,
        lambda m1, s1, m2, s2: math.log(s2 / s1) + (m1 - m2) ** 2 / (2 * s2**2),
        lambda m1, s1, m2, s2: (m1 - m2) ** 2 / (2 * s2**2),
        lambda m1, s1, m2, s2: 0.5 * (m1**2 + s1**2 - 1) - math.log(s1),
        lambda m1, s1, m2, s2: (math.log(s2 / s1) + spread(m1, s1, m2, s2) - 0.5) / math.log(2),
        lambda m1, s1, m2, s2: math.log(s2 / s1) + (s1 + (m1 - m2) ** 2) / (2 * s2) - 0.5,
        lambda m1, s1, m2, s2: math.log(s2 / s1) + (s1**2 - (m1 - m2) ** 2) / (2 * s2**2) - 0.5,
    ],
    "c-1-09": [
        lambda loss, entropy: loss + entropy,
        lambda loss, entropy: entropy - loss,
        lambda loss, entropy: loss / entropy,
        lambda loss, entropy: loss,
        lambda loss, entropy: (loss - entropy) / entropy,
        lambda loss, entropy: loss.abs() - entropy.abs(),
        lambda loss, entropy: loss - entropy.abs(),
        lambda loss, entropy: loss - entropy.clamp(min=0),
        lambda loss, entropy: (loss - entropy).exp(),
        lambda loss, entropy: (loss - entropy) / math.log(2),
        lambda loss, entropy: (loss - entropy).mean(),
    ],
    "c-1-16": [
        lambda p, q, x: torch.trapezoid((p - q).abs(), x),
        lambda p, q, x: 0.5 * (p - q).abs().sum(),
        lambda p, q, x: (p - q).abs().sum(),
        lambda p, q, x: torch.trapezoid(p - q, x),
        lambda p, q, x: 0.5 * torch.trapezoid(p - q, x).abs(),
        lambda p, q, x: (p - q).abs().max(),
        lambda p, q, x: 0.5 * torch.trapezoid((p - q) ** 2, x),
        lambda p, q, x: 0.5 * torch.trapezoid((p.sqrt() - q.sqrt()) ** 2, x),
        lambda p, q, x: torch.trapezoid(torch.minimum(p, q), x),
        lambda p, q, x: 0.5 * (p - q).abs().mean(),
        lambda p, q, x: 0.5 * torch.trapezoid((p - q).clamp(min=0), x),
        lambda p, q, x: 0.5 * torch.trapezoid((p - q).abs()),
        lambda p, q, x: 0.5 * (p - q).abs(),
        lambda p, q, x: torch.trapezoid(p * (p / q).log(), x),
    ],
    "c-1-14": [
        lambda p, q: (p * (p / q).log() - (p + q) * (p / q + 1).log()).sum(),
        lambda p, q: (p * (p / q).log() - (p + q) * ((p / q + 1) / 2).log()).sum(),
        lambda p, q: 0.5 * (p * (p / q).log() - (p + q) * (p / q + 1).log()).sum(),
        lambda p, q: (p * (2 * p / (p + q)).log()).sum(),
        lambda p, q: (q * (2 * q / (p + q)).log()).sum(),
        lambda p, q: 0.5 * (p * (p / q).log() + q * (q / p).log()).sum(),
        lambda p, q: (p * (p / q).log()).sum(),
        lambda p, q: 0.5 * (p * (p / (p + q)).log() + q * (q / (p + q)).log()).sum(),
        lambda p, q: 0.5 * (p * (2 * p / (p + q)).log2() + q * (2 * q / (p + q)).log2()).sum(),
        lambda p, q: (0.5 * (p * (2 * p / (p + q)).log() + q * (2 * q / (p + q)).log())).mean(),
        lambda p, q: 0.5 * (p * (2 * p / (p + q)).log() - q * (2 * q / (p + q)).log()).sum(),
        lambda p, q: 0.5 * (p * (2 * p / (p + q)).log() + q * (2 * q / (p + q)).log()),
    ],
    "c-1-13": [
        lambda u: -u.log(),
        lambda u: u * u.log(),
        lambda u: u * u.log() - u + 1,
        lambda u: u.log() - u + 1,
        lambda u: u - u.log(),
        lambda u: 1 - u - u.log(),
        lambda u: u.log(),
        lambda u: (u - 1) ** 2,
        lambda u: (u - 1) - u.log2(),
        lambda u: (1 / u) * (1 / u).log(),
        lambda u: -u * u.log(),
    ],
    "c-1-17": [
        lambda s1, s2: (s1 - s2) * math.sqrt(2 / math.pi),
        lambda s1, s2: (s2 - s1) * math.sqrt(2 / math.pi),
        lambda s1, s2: abs(s1 - s2),
        lambda s1, s2: abs(s1 - s2) / math.sqrt(2 * math.pi),
        lambda s1, s2: abs(s1 - s2) * math.sqrt(math.pi / 2),
        lambda s1, s2: abs(s1 - s2) * 2 / math.pi,
        lambda s1, s2: abs(s1**2 - s2**2) * math.sqrt(2 / math.pi),
        lambda s1, s2: (s1**2 + s2**2) ** 0.5 * math.sqrt(2 / math.pi),
        lambda s1, s2: (s1 + s2) * math.sqrt(2 / math.pi),
        lambda s1, s2: (abs(s1**2 - s2**2) * 2 / math.pi) ** 0.5,
        lambda s1, s2: (s1 - s2) ** 2,
        lambda s1, s2: abs(s1 - s2) / math.sqrt(math.pi),
    ],
}


# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-1-06": [
        lambda m1, s1, m2, s2: math.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / 2 * s2**2 - 0.5,
        lambda m1, s1, m2, s2: (
            math.log(s2 / s1) + s1**2 / (2 * s2**2) + (m1 - m2) ** 2 / (2 * s1**2) - 0.5
        ),
    ],
    "c-1-09": [
        lambda l, e: l / e - 1,
        lambda l, e: (l - e) ** 2,
    ],
    "c-1-16": [
        lambda p, q, x: (0.5 * torch.trapezoid((p - q).abs(), x)) ** 0.5,
        lambda p, q, x: 1 - torch.trapezoid((p * q).sqrt(), x),
    ],
}
