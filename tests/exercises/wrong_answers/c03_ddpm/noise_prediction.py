"""What readers type on the page `noise-prediction` and is wrong."""

import torch
from torch.nn.functional import mse_loss


def column(values, i):
    return values[i][:, None]


def width(bar):
    return (1 - bar**2).sqrt()


def rebuilt(a, s):
    """A loss with other weights in the mixture."""

    def loss(network, x0, i, eps, bar):
        x = a(column(bar, i)) * x0 + s(column(bar, i)) * eps
        return 0.5 * ((network(x, i) - eps) ** 2).sum(1).mean()

    return loss


def reduced(how):
    """The right mixture, another way from errors to a number."""

    def loss(network, x0, i, eps, bar):
        x = column(bar, i) * x0 + width(column(bar, i)) * eps
        return how(network(x, i), eps)

    return loss


def compared_with_the_data(network, x0, i, eps, bar):
    x = column(bar, i) * x0 + width(column(bar, i)) * eps
    return 0.5 * ((network(x, i) - x0) ** 2).sum(1).mean()


def network_sees_the_data(network, x0, i, eps, bar):
    return 0.5 * ((network(x0, i) - eps) ** 2).sum(1).mean()


def step_before(network, x0, i, eps, bar):
    x = column(bar, i - 1) * x0 + width(column(bar, i - 1)) * eps
    return 0.5 * ((network(x, i) - eps) ** 2).sum(1).mean()


def no_column(network, x0, i, eps, bar):
    x = bar[i] * x0 + width(bar[i]) * eps
    return 0.5 * ((network(x, i) - eps) ** 2).sum(1).mean()


WRONG = {
    "c-3-23": [
        lambda su, i, beta, bar: column(beta / width(bar), i) * su,
        lambda su, i, beta, bar: column(width(bar) ** 2 / beta, i) * su,
        lambda su, i, beta, bar: column(beta, i - 1) ** -1 * column(width(bar), i) * su,
        lambda su, i, beta, bar: column(width(bar), i - 1) / column(beta, i) * su,
        lambda su, i, beta, bar: column((1 - bar).sqrt() / beta, i) * su,
        lambda su, i, beta, bar: column((1 - bar).sqrt() / beta.sqrt(), i) * su,
        lambda su, i, beta, bar: column(width(bar), i) * su,
        lambda su, i, beta, bar: su / column(beta, i),
        lambda su, i, beta, bar: column(bar / beta, i) * su,
        lambda su, i, beta, bar: column(width(bar) / beta**2, i) * su,
        lambda su, i, beta, bar: width(bar[i]) / beta[i] * su,
        lambda su, i, beta, bar: -column(width(bar) / beta, i) * su,
        lambda su, i, beta, bar: width(bar[i[0]]) / beta[i[0]] * su,
        lambda su, i, beta, bar: su,
    ],
    "c-3-24": [
        lambda x, e, a, bar: (x - (1 - a**2) ** 0.5 * e) / a,
        lambda x, e, a, bar: x - (1 - a**2) / (1 - bar**2) ** 0.5 * e,
        lambda x, e, a, bar: (x - (1 - a) / (1 - bar) ** 0.5 * e) / a**0.5,
        lambda x, e, a, bar: (x - (1 - a) / (1 - bar) ** 0.5 * e) / a,
        lambda x, e, a, bar: (x - (1 - a**2) / (1 - bar**2) ** 0.5 * e) * a,
        lambda x, e, a, bar: (x - ((1 - a**2) / (1 - bar**2)) ** 0.5 * e) / a,
        lambda x, e, a, bar: (x + (1 - a**2) / (1 - bar**2) ** 0.5 * e) / a,
        lambda x, e, a, bar: (x - (1 - a**2) / (1 - bar**2) * e) / a,
        lambda x, e, a, bar: (x - (1 - bar**2) ** 0.5 * e) / bar,
        lambda x, e, a, bar: (x - (1 - a**2) / (1 - bar**2) ** 0.5 * e) / bar,
        lambda x, e, a, bar: x / a - (1 - a**2) / (1 - bar**2) ** 0.5 * e,
        lambda x, e, a, bar: (x - (1 - bar**2) ** 0.5 * e) / a,
        lambda x, e, a, bar: (x - (1 - a**2) / (1 - bar) ** 0.5 * e) / a,
        lambda x, e, a, bar: (x - (1 - bar**2) / (1 - a**2) ** 0.5 * e) / a,
    ],
    "c-3-30": [
        reduced(lambda guess, eps: 0.5 * mse_loss(guess, eps)),
        reduced(mse_loss),
        reduced(lambda guess, eps: ((guess - eps) ** 2).sum(1).mean()),
        reduced(lambda guess, eps: 0.5 * ((guess - eps) ** 2).sum()),
        reduced(lambda guess, eps: 0.5 * ((guess - eps) ** 2).sum(1)),
        reduced(lambda guess, eps: 0.5 * ((guess - eps) ** 2).sum(0).mean()),
        reduced(lambda guess, eps: 0.5 * (guess - eps).norm(dim=1).mean()),
        reduced(lambda guess, eps: 0.5 * (guess - eps).abs().sum(1).mean()),
        reduced(lambda guess, eps: ((guess - eps) ** 2).sum()),
        compared_with_the_data,
        network_sees_the_data,
        step_before,
        no_column,
        rebuilt(lambda a: a, lambda a: 1 - a**2),
        rebuilt(torch.sqrt, lambda a: (1 - a).sqrt()),
        rebuilt(lambda a: a, lambda a: (1 - a).sqrt()),
        rebuilt(width, lambda a: a),
        rebuilt(torch.ones_like, width),
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-3-23": [
        lambda su, i, b, bar: column((1 - b**2).sqrt() / b, i) * su,
        lambda su, i, b, bar: column(width(bar) * b, i) * su,
    ],
    "c-3-24": [
        lambda x, e, a, bar: (x - (1 - a**2) / (1 - bar**2) ** 0.5 * e) / a**2,
        lambda x, e, a, bar: x - (1 - bar**2) ** 0.5 * e,
    ],
    "c-3-30": [
        reduced(lambda g, e: 0.5 * ((g - e).sum(1) ** 2).mean()),
        rebuilt(lambda a: a, lambda a: 1 - a),
    ],
}
