"""What readers type on the page `reverse` and is wrong."""

import math


def mean(x_i, x_0, pull, keep, rest):
    return (pull * x_0 + keep * x_i) / rest


def rest(beta, bar):
    return 1 - (1 - beta**2) * bar**2


def root(beta):
    return math.sqrt(1 - beta**2)


def narrow(beta, bar):
    return (1 - bar**2) * beta**2 / rest(beta, bar)


def pull(beta, bar):
    return bar * beta**2 / rest(beta, bar)


def three(before, x, x0, a, bar, old, one=None, two=None, three=None, sign=-1):
    """The three squares, with some of them changed."""
    one = (x - a * before) ** 2 / (1 - a**2) if one is None else one
    two = (before - old * x0) ** 2 / (1 - old**2) if two is None else two
    three = (x - bar * x0) ** 2 / (1 - bar**2) if three is None else three
    return one + two + sign * three


def printed(u, x, x0, a, bar, old):
    """The slide, with the one alpha at hand for both."""
    return three(
        u,
        x,
        x0,
        a,
        bar,
        old,
        two=(u - a * x0) ** 2 / (1 - old**2),
        three=(x - a * x0) ** 2 / (1 - bar**2),
    )


def papers(u, x, x0, a, bar, old):
    """With the DDPM paper's alphas."""
    return (
        (x - a**0.5 * u) ** 2 / (1 - a)
        + (u - old**0.5 * x0) ** 2 / (1 - old)
        - (x - bar**0.5 * x0) ** 2 / (1 - bar)
    )


def square(model, target):
    return (model - target) ** 2


WRONG = {
    "c-3-12": [
        lambda x, x0, b, old: mean(x0, x, old * b**2, root(b) * (1 - old**2), rest(b, old)),
        lambda x, x0, b, old: mean(
            x, x0, old**0.5 * b, (1 - b) ** 0.5 * (1 - old), 1 - (1 - b) * old
        ),
        lambda x, x0, b, old: mean(
            x, x0, old * b, (1 - b) ** 0.5 * (1 - old**2), 1 - (1 - b) * old**2
        ),
        lambda x, x0, b, old: mean(x, x0, old * b**2, root(b) * (1 - old**2), rest(b, old) ** 0.5),
        lambda x, x0, b, old: mean(x, x0, old * b**2, root(b) * (1 - old**2), 1 - old**2),
        lambda x, x0, b, old: mean(x, x0, old * b, root(b) * (1 - old**2), rest(b, old)),
        lambda x, x0, b, old: mean(x, x0, old * b**2, 1 - old**2, rest(b, old)),
        lambda x, x0, b, old: mean(
            x, x0, root(b) * old * b**2, root(b) * (1 - old**2), rest(b, old)
        ),
        lambda x, x0, b, old: mean(x, x0, old * b**2, root(b) * (1 - old), rest(b, old)),
        lambda x, x0, b, old: x / root(b),
        lambda x, x0, b, old: mean(x, x0, 0, root(b) * (1 - old**2), rest(b, old)),
        lambda x, x0, b, old: mean(x, x0, old**2 * b**2, root(b) * (1 - old**2), rest(b, old)),
        lambda x, x0, b, old: mean(x, x0, old * b**2, root(b) * (1 - old**2), 1),
        lambda x, x0, b, old: mean(
            x, x0, old * b**2, (1 - b) * (1 - old**2), 1 - ((1 - b) * old) ** 2
        ),
        lambda x, x0, b, old: mean(x, x0, old * b**2, root(b) * (1 - old**2), 1 - root(b) * old),
        lambda x, x0, b, old: old * x0,
    ],
    "c-3-13": [
        printed,
        lambda u, x, x0, a, bar, old: three(
            u, x, x0, a, bar, old, three=(x - a * x0) ** 2 / (1 - bar**2)
        ),
        lambda u, x, x0, a, bar, old: three(
            u, x, x0, a, bar, old, two=(u - a * x0) ** 2 / (1 - old**2)
        ),
        lambda u, x, x0, a, bar, old: three(
            u, x, x0, a, bar, old, one=(x - bar * u) ** 2 / (1 - a**2)
        ),
        lambda u, x, x0, a, bar, old: three(u, x, x0, a, bar, old, sign=1),
        lambda u, x, x0, a, bar, old: -0.5 * three(u, x, x0, a, bar, old),
        lambda u, x, x0, a, bar, old: 0.5 * three(u, x, x0, a, bar, old),
        lambda u, x, x0, a, bar, old: three(u, x, x0, a, bar, old, three=0),
        lambda u, x, x0, a, bar, old: three(
            u, x, x0, a, bar, old, one=(x - a * u) ** 2 / (1 - bar**2)
        ),
        lambda u, x, x0, a, bar, old: three(u, x, x0, a, old, bar),
        papers,
        lambda u, x, x0, a, bar, old: (
            (x - a * u) ** 2 / (1 - a**2) ** 0.5
            + (u - old * x0) ** 2 / (1 - old**2) ** 0.5
            - (x - bar * x0) ** 2 / (1 - bar**2) ** 0.5
        ),
        lambda u, x, x0, a, bar, old: (
            (x - a * u) ** 2 / (1 - a)
            + (u - old * x0) ** 2 / (1 - old)
            - (x - bar * x0) ** 2 / (1 - bar)
        ),
        lambda u, x, x0, a, bar, old: three(u, x, x0, a, bar, old).sum(),
        lambda u, x, x0, a, bar, old: three(
            u, x, x0, a, bar, old, two=(u - bar * x0) ** 2 / (1 - old**2)
        ),
    ],
    "c-3-16": [
        lambda v, b, old: narrow(b, old) + pull(b, old) * v,
        lambda v, b, old: pull(b, old) ** 2 * v,
        lambda v, b, old: narrow(b, old) + 0 * v,
        lambda v, b, old: narrow(b, old) + (old / rest(b, old)) ** 2 * v,
        lambda v, b, old: (narrow(b, old) + pull(b, old) ** 2 * v) ** 0.5,
        lambda v, b, old: narrow(b**0.5, old**0.5) + pull(b**0.5, old**0.5) ** 2 * v,
        lambda v, b, old: narrow(b**0.5, old) + pull(b**0.5, old) ** 2 * v,
        lambda v, b, old: narrow(b, old) / b + pull(b, old) ** 2 * v,
        lambda v, b, old: narrow(b, old) + pull(b, old) ** 2 * v**2,
        lambda v, b, old: narrow(b, old) + pull(b, old) ** 2 * v.sqrt(),
        lambda v, b, old: b**2 + pull(b, old) ** 2 * v,
        lambda v, b, old: narrow(b, old) - pull(b, old) ** 2 * v,
        lambda v, b, old: narrow(b, old) + v,
        lambda v, b, old: narrow(b, old) ** 0.5 + pull(b, old) * v.sqrt(),
        lambda v, b, old: b**2 + 0 * v,
        lambda v, b, old: narrow(b, old) + old**2 * v,
    ],
    "c-3-17": [
        lambda m, t, v: square(m, t).sum(1) / (2 * v**2),
        lambda m, t, v: square(m, t).sum(1) / v,
        lambda m, t, v: square(m, t).mean(1) / (2 * v),
        lambda m, t, v: square(m, t).sum(1) / (2 * v**0.5),
        lambda m, t, v: square(m, t) / (2 * v),
        lambda m, t, v: square(m, t).sum(0) / (2 * v),
        lambda m, t, v: square(m, t).sum() / (2 * v),
        lambda m, t, v: (m - t).norm(dim=1) / (2 * v),
        lambda m, t, v: square(m, t).sum(1) * v / 2,
        lambda m, t, v: (square(m, t).sum(1) / (2 * v)).mean(),
        lambda m, t, v: square(m, t).sum(1) / 2,
        lambda m, t, v: square(m, t).sum(1) / (2 * v) / math.log(2),
        lambda m, t, v: square(m, t).sum(1) / (2 * v * m.shape[1] ** 0.5),
        lambda m, t, v: (m - t).abs().sum(1) / (2 * v),
        lambda m, t, v: square(m, t).sum(1) / (2 * v) + m.shape[1] / 2 * math.log(v),
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-3-12": [
        lambda x, x0, b, o: 0.5 * (x / root(b) + o * x0),
        lambda x, x0, b, o: mean(x, x0, o * b**2, root(b) * (1 - o**2), 1 - root(b) ** 2),
    ],
    "c-3-13": [
        lambda u, x, x0, a, bar, o: three(u, x, x0, a, bar, o, one=(x - u) ** 2 / (1 - a**2)),
        lambda u, x, x0, a, bar, o: three(
            u, x, x0, a, bar, o, two=(u - o * x0) ** 2 / (1 - bar**2)
        ),
    ],
    "c-3-16": [
        lambda v, b, o: narrow(b, o) * (1 + v),
        lambda v, b, o: narrow(b, o) + pull(b, o) ** 2 + 0 * v,
    ],
    "c-3-17": [
        lambda m, t, v: (m**2 - t**2).sum(1) / (2 * v),
        lambda m, t, v: square(m, t).sum(1) / 2 * v**2,
    ],
}
