"""What readers type on the page `sampling` and is wrong."""


def sigma(beta, bar):
    return (1 - (1 - beta**2) * bar**2) ** 0.5


def narrow(beta, bar):
    return beta * (1 - bar**2) ** 0.5 / sigma(beta, bar)


def mean(x, guess, beta, bar):
    return (x - beta**2 / sigma(beta, bar) * guess) / (1 - beta**2) ** 0.5


def papers_step(x, guess, eps, beta, bar):
    """Algorithm 2 of the DDPM paper, letter by letter."""
    alpha = 1 - beta
    rest = 1 - alpha * bar
    width = ((1 - bar) / rest * beta) ** 0.5
    return (x - (1 - alpha) / rest**0.5 * guess) / alpha**0.5 + width * eps


def papers_beta(x, guess, eps, beta, bar):
    """beta as a variance, alpha_bar as on the page."""
    rest = 1 - (1 - beta) * bar**2
    width = ((1 - bar**2) / rest * beta) ** 0.5
    return (x - beta / rest**0.5 * guess) / (1 - beta) ** 0.5 + width * eps


def walk(x, guess, betas, eps, steps=None, width=None, stop=1, last=1, index=0, divide=True):
    """The right walk, with one thing changed."""
    bars = (1 - betas**2).cumprod(0)
    for i in steps or range(len(betas), last - 1, -1):
        beta = betas[i - 1]
        x = x - beta**2 / (1 - bars[i - 1]).sqrt() * guess(x, i - index)
        if divide:
            x = x / (1 - beta**2).sqrt()
        if i > stop:
            x = x + (beta if width is None else width(betas, bars, i)) * eps[i - 1]
    return x


def papers_walk(x, guess, betas, eps):
    bars = (1 - betas).cumprod(0)
    for i in range(len(betas), 0, -1):
        beta = betas[i - 1]
        x = (x - beta / (1 - bars[i - 1]).sqrt() * guess(x, i)) / (1 - beta).sqrt()
        x = x + beta.sqrt() * eps[i - 1] * (i > 1)
    return x


def unsquared_bars(x, guess, betas, eps):
    bars = (1 - betas**2).sqrt().cumprod(0)
    for i in range(len(betas), 0, -1):
        beta = betas[i - 1]
        x = (x - beta**2 / (1 - bars[i - 1]).sqrt() * guess(x, i)) / (1 - beta**2).sqrt()
        x = x + beta * eps[i - 1] * (i > 1)
    return x


def one_guess_for_all(x, guess, betas, eps):
    start = x
    return walk(x, lambda _, i: guess(start, i), betas, eps)


def narrow_of_walk(betas, bars, i):
    return betas[i - 1] * ((1 - bars[i - 2]) / (1 - bars[i - 1])).sqrt()


def noise_counted_from_the_start(x, guess, betas, eps):
    return walk(x, guess, betas, eps.flip(0))


def now(beta, bar):
    return (1 - beta**2) * bar**2


def best(v, beta, bar):
    return beta**2 * (bar**2 * v + 1 - bar**2) / (now(beta, bar) * v + 1 - now(beta, bar))


WRONG = {
    "c-3-31": [
        lambda x, g, e, b, bar: mean(x, g, b, bar) + b * e,
        lambda x, g, e, b, bar: (
            (x - b**2 / (1 - bar**2) ** 0.5 * g) / (1 - b**2) ** 0.5 + narrow(b, bar) * e
        ),
        papers_step,
        papers_beta,
        lambda x, g, e, b, bar: x - b**2 / sigma(b, bar) * g + narrow(b, bar) * e,
        lambda x, g, e, b, bar: (
            (x - b / sigma(b, bar) * g) / (1 - b**2) ** 0.5 + narrow(b, bar) * e
        ),
        lambda x, g, e, b, bar: mean(x, g, b, bar) + narrow(b, bar) ** 2 * e,
        lambda x, g, e, b, bar: mean(x, g, b, bar),
        lambda x, g, e, b, bar: mean(x, -g, b, bar) + narrow(b, bar) * e,
        lambda x, g, e, b, bar: mean(x, g, b, bar) + narrow(b, bar) / b * e,
        lambda x, g, e, b, bar: mean(x, e, b, bar) + narrow(b, bar) * g,
        lambda x, g, e, b, bar: (x - b**2 / sigma(b, bar) * g) / (1 - b**2) + narrow(b, bar) * e,
        lambda x, g, e, b, bar: mean(x, g, b, bar) + b * sigma(b, bar) / (1 - bar**2) ** 0.5 * e,
        lambda x, g, e, b, bar: mean(x, g, b, bar) + narrow(b, bar) / (1 - b**2) ** 0.5 * e,
        lambda x, g, e, b, bar: (
            (x - b**2 / sigma(b, bar) ** 2 * g) / (1 - b**2) ** 0.5 + narrow(b, bar) * e
        ),
        lambda x, g, e, b, bar: mean(x, g, b, bar) - narrow(b, bar) * e,
    ],
    "c-3-41": [
        lambda x, g, b, e: walk(x, g, b, e, stop=0),
        lambda x, g, b, e: walk(x, g, b, e, width=narrow_of_walk),
        lambda x, g, b, e: walk(x, g, b, e, steps=range(1, len(b) + 1)),
        lambda x, g, b, e: walk(x, g, b, e, width=lambda b, bars, i: b[i - 1] ** 2),
        lambda x, g, b, e: walk(x, g, b, e, index=1),
        papers_walk,
        unsquared_bars,
        lambda x, g, b, e: walk(x, g, b, e, divide=False),
        lambda x, g, b, e: walk(x, g, b, e, stop=len(b)),
        noise_counted_from_the_start,
        lambda x, g, b, e: walk(x, g, b, e, last=2),
        one_guess_for_all,
        lambda x, g, b, e: walk(x, lambda u, i: -g(u, i), b, e),
        lambda x, g, b, e: walk(x, g, b, e, width=lambda b, bars, i: (1 - b[i - 1] ** 2).sqrt()),
        lambda x, g, b, e: walk(x, g, b, e, width=lambda b, bars, i: 1),
    ],
    "c-3-34": [
        lambda v, b, bar: b**2 + 0 * v,
        lambda v, b, bar: narrow(b, bar) ** 2 + 0 * v,
        lambda v, b, bar: best(v, b, bar).sqrt(),
        lambda v, b, bar: b**2 * (bar**2 * v + 1 - bar**2) / (bar**2 * v + 1 - bar**2),
        lambda v, b, bar: best(v, b, bar) / b,
        lambda v, b, bar: best(v, b**0.5, bar**0.5),
        lambda v, b, bar: best(v, b**0.5, bar),
        lambda v, b, bar: b**4 / best(v, b, bar),
        lambda v, b, bar: best(v**2, b, bar),
        lambda v, b, bar: b**2 * (bar**2 * v + 1 - bar**2) / (1 - now(b, bar)),
        lambda v, b, bar: narrow(b, bar) ** 2 + v * (b**2 - narrow(b, bar) ** 2),
        lambda v, b, bar: best(v, b, bar**0.5),
        lambda v, b, bar: best(v, b, bar) / b**2,
        lambda v, b, bar: b**2 * bar**2 * v / (now(b, bar) * v + 1 - now(b, bar)),
        lambda v, b, bar: bar**2 * v + 1 - bar**2,
        lambda v, b, bar: narrow(b, bar) ** 2 * v,
    ],
}

# Written after the mistakes that the exercises name, and not used for them.
FURTHER = {
    "c-3-31": [
        lambda x, g, e, b, bar: mean(x, g, b, bar) + b * (1 - bar**2) / sigma(b, bar) ** 2 * e,
        lambda x, g, e, b, bar: (x - sigma(b, bar) * g) / ((1 - b**2) ** 0.5 * bar),
    ],
    "c-3-41": [
        lambda x, g, b, e: walk(x, g, b, e.roll(1, 0)),
        lambda x, g, b, e: walk(x, g, b, e, steps=range(len(b) - 1, 0, -1)),
    ],
    "c-3-34": [
        lambda v, b, bar: b**2 * v,
        lambda v, b, bar: (1 - b**2) * v + b**2,
    ],
}
