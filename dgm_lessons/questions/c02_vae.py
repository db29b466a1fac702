"""Questions of chapter 2: the evidence lower bound, blur, and towers of codes."""

from __future__ import annotations

import math

from numpy.random import Generator

from .question import Choice, Family, Number, Order, Question

ELBO = "02-vae/elbo"
GAUSSIAN = "02-vae/gaussian-vae"
HIERARCHICAL = "02-vae/hierarchical-vae"


def gap(g: Generator) -> Number:
    """The KL divergence from the encoder to the posterior, from a bill in nats."""
    kl, missing = int(g.choice([11, 12, 14])), float(g.choice([1.5, 2.5, 3.5, 4.5]))
    bound = -int(g.choice([88, 92, 95, 99]))
    return Number(
        section=ELBO,
        kind="derivation",
        asks=f"For one digit $\\log p_\\phi(x)={bound + missing:g}$ nats. The ELBO is "
        f"${bound:g}$, made of a reconstruction of ${bound + kl:g}$ and a KL divergence of {kl}. "
        "How far is the encoder $q_\\theta(z\\mid x)$ from the posterior $p_\\phi(z\\mid x)$, "
        "as a KL divergence?",
        right=missing,
        within=0.01,
        unit="nats",
        wrong=(
            (
                kl,
                "This is the KL divergence to the *prior* $p(z)$, a term of the ELBO. The one to "
                "the posterior stands outside: it is what the ELBO lacks.",
            ),
            (
                kl - missing,
                "This takes the reconstruction for the bound. The bound is the reconstruction "
                "*less* the KL divergence to the prior.",
            ),
        ),
        why="$\\log p_\\phi(x)$ less the ELBO is exactly "
        "$D_{\\rm KL}(q_\\theta(z\\mid x)\\parallel p_\\phi(z\\mid x))$. The terms of the ELBO "
        "need not be known for it.",
    )


def more_draws(g: Generator) -> Number:
    """How the gap of the importance-weighted bound falls with the draws."""
    few, times = int(g.choice([50, 100, 200])), int(g.choice([4, 9, 16]))
    rest = float(g.choice([0.002, 0.003, 0.004, 0.005]))
    return Number(
        section=ELBO,
        kind="derivation",
        asks=f"With $K={few}$ draws the importance-weighted bound hangs "
        f"{rest * times:g} nats below $\\log p_\\phi(x)$, and the variance of the weights is "
        f"finite. About how far below does it hang with $K={few * times}$?",
        right=rest,
        within=0.02,
        unit="nats",
        wrong=(
            (
                rest * math.sqrt(times),
                "This falls like a standard error, $1/\\sqrt K$. The gap is the mean that the "
                "logarithm loses by the scatter, and it falls like the *variance* of the mean.",
            ),
            (
                rest / times,
                "This falls like $1/K^2$. The variance of a mean of $K$ weights falls like "
                "$1/K$, and so does the gap.",
            ),
            (
                rest * times,
                "This is what happens if the *logs* are averaged: the mean log does not move. "
                "Here the weights are averaged first.",
            ),
        ),
        why="For large $K$ the gap is about $\\mathrm{Var}_q[w]/(2K\\,p_\\phi(x)^2)$. With "
        f"{times} times the draws it is {times} times smaller.",
    )


def louder(g: Generator) -> Number:
    """The variance of the score estimator over that of the pathwise one."""
    mu, sigma = float(g.choice([1, 2])), float(g.choice([0.1, 0.2, 0.5, 1.0, 2.0]))
    pathwise, score = 4 * sigma**2, mu**4 / sigma**2 + 14 * mu**2 + 15 * sigma**2
    return Number(
        section=ELBO,
        kind="derivation",
        asks="For $f(z)=z^2$ and $z\\sim\\mathcal N(\\mu,\\sigma^2)$ one draw of the gradient "
        "$\\partial_\\mu\\mathbb Ef(z)$ has the variance $4\\sigma^2$ by the reparameterisation "
        "and $\\mu^4/\\sigma^2+14\\mu^2+15\\sigma^2$ by the score estimator. "
        f"Let $\\mu={mu:g}$ and $\\sigma={sigma:g}$. How many times as many draws does the score "
        "estimator need for the same accuracy of the mean?",
        right=score / pathwise,
        within=0.01,
        wrong=(
            (
                math.sqrt(score / pathwise),
                "This compares standard deviations. The variance of a mean of $n$ draws falls "
                "like $1/n$, so the draws go with the variances.",
            ),
            (
                (score / pathwise) ** 2,
                "Squared once too often: what is given are variances already.",
            ),
            (
                pathwise / score,
                "Upside down: the score estimator is the noisier of the two here, so it needs "
                "more draws, not fewer.",
            ),
        ),
        why="Equal variances of the means need draws in proportion to the variances of one draw, "
        f"{score:g} to {pathwise:g}. As $\\sigma\\to0$ the one goes to infinity and the other to "
        "zero.",
    )


def directions(g: Generator) -> Number:
    """How many directions of the data earn a code."""
    sigma, wide, middle, narrow = (
        (0.2, (0.8, 0.5, 0.3), (0.15, 0.1, 0.06), (0.03, 0.01)),
        (0.3, (0.9, 0.6, 0.4), (0.2, 0.15, 0.12), (0.06, 0.03)),
        (0.5, (2.0, 1.2, 0.7), (0.4, 0.35, 0.3), (0.2, 0.1)),
    )[int(g.integers(3))]
    n, m, k = int(g.integers(1, 4)), int(g.integers(1, 4)), int(g.integers(1, 3))
    variances = (*wide[:n], *middle[:m], *narrow[:k])
    return Number(
        section=GAUSSIAN,
        kind="derivation",
        asks="Along their principal directions data have the variances "
        f"{', '.join(f'{v:g}' for v in variances)}. A VAE with a *linear* decoder of noise "
        f"$\\sigma={sigma:g}$ and enough code numbers is trained on them. How many of the "
        "directions earn a code?",
        right=sum(v > sigma**2 for v in variances),
        wrong=(
            (
                sum(v > sigma for v in variances),
                "This compares variances with $\\sigma$. Like must be compared with like: a "
                "variance with $\\sigma^2$.",
            ),
            (
                len(variances),
                "The smallest do not pay: what a code saves in the square error there is worth "
                "less than its KL divergence.",
            ),
        ),
        why=f"A direction earns a code only if its variance exceeds $\\sigma^2={sigma**2:g}$. "
        "The decoder takes the others for noise.",
    )


def pull(g: Generator) -> Number:
    """The weight of the KL beside the plain squared error."""
    sigma = float(g.choice([0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8]))
    return Number(
        section=GAUSSIAN,
        kind="derivation",
        asks=f"A Gaussian VAE has the decoder noise $\\sigma={sigma:g}$. Somebody wants the same "
        "training with the loss $\\lVert x-\\mu_\\phi(z)\\rVert^2+c\\,D_{\\rm KL}$. Which $c$ "
        "is it?",
        right=2 * sigma**2,
        wrong=(
            (
                sigma**2,
                "A two is lost: the log of a Gaussian has $2\\sigma^2$ below its square.",
            ),
            (
                1 / (2 * sigma**2),
                "This is the weight of the squared error beside a KL divergence of weight 1. "
                "Multiply the whole loss by $2\\sigma^2$.",
            ),
            (
                2 * sigma,
                "The square is lost: the bound has the variance of a pixel, $\\sigma^2$.",
            ),
        ),
        why="Minus the bound is $\\lVert x-\\mu_\\phi\\rVert^2/2\\sigma^2+D_{\\rm KL}$ and a "
        "constant. Times $2\\sigma^2$ it has the wanted form, with the same minimum.",
    )


def averaged_away(g: Generator) -> Number:
    """The variance that the best decoder loses on Gaussian data."""
    v, tau = int(g.integers(1, 10)), float(g.choice([1, 1.5, 2, 3]))
    while v in (1, tau) or not (0.2 < tau**2 / v < 0.7 or 1.5 < tau**2 / v < 6):
        v = int(g.integers(1, 10))
    lost = v * tau**2 / (v + tau**2)
    return Number(
        section=GAUSSIAN,
        kind="derivation",
        asks=f"Data from $\\mathcal N(0,{v})$ get the code $z=x+{tau:g}\\,\\varepsilon$. "
        "The best decoder answers with $\\mathbb E[x\\mid z]$, "
        f"which here is $\\frac{{{v}}}{{{v + tau**2:g}}}\\,z$. "
        "How much variance is lost (as a variance, not as a share of it)?",
        right=lost,
        wrong=(
            (
                v - lost,
                "This is what is kept, the variance of the decoded points. Together with the loss "
                f"it makes {v}.",
            ),
            (
                tau**2,
                "This is the variance of the noise. Part of it is undone: the decoder knows how "
                "the data are spread.",
            ),
            (
                lost / v,
                "This is the share that is lost. Multiply it by the data's variance.",
            ),
        ),
        why="The decoded points have the variance $v^2/(v+\\tau^2)$. The rest, "
        "$v\\tau^2/(v+\\tau^2)$, is what still scatters when the code is known.",
    )


def bits(g: Generator) -> Number:
    """Bits per dimension from a log-density of pixels between 0 and 1."""
    D, each = int(g.choice([64, 100, 200])), float(g.choice([0.5, 1.0, 1.5, 2.0]))
    levels = int(g.choice([17, 33, 65, 256]))
    nats = each * D
    return Number(
        section=GAUSSIAN,
        kind="derivation",
        asks=f"Images of {D} pixels with {levels} grey levels are scaled to $[0,1]$. A Gaussian "
        f"decoder gives them $\\log p(x)={nats:g}$ nats on average, as a density. How many bits "
        "per dimension are that, about?",
        right=math.log2(levels - 1) - each / math.log(2),
        unit="bits",
        wrong=(
            (
                -each / math.log(2),
                "The spacing of the levels is forgotten. A density becomes a probability only "
                "when it is multiplied by a width.",
            ),
            (
                math.log2(levels - 1) + each / math.log(2),
                "The sign of $\\log p(x)$ is lost: a larger density needs fewer bits.",
            ),
            (
                math.log2(levels - 1) - each,
                "The spacing is in bits and the density still in nats: divide by $\\log2$.",
            ),
        ),
        why=f"A level owns the width $h=1/{levels - 1}$, so its probability is about $p(x)\\,h$ "
        "for each pixel. Bits are minus its logarithm to base 2.",
    )


def lost_modes(g: Generator) -> Number:
    """What a Gaussian encoder loses on a posterior with several modes."""
    modes = int(g.integers(3, 13))
    return Number(
        section=HIERARCHICAL,
        kind="derivation",
        asks=f"The posterior of a code has {modes} equal modes, far apart, each of them a perfect "
        "Gaussian. The encoder is the best single Gaussian. How much does the bound lose?",
        right=math.log(modes),
        unit="nats",
        wrong=(
            (
                math.log(2),
                f"This is the loss with two modes. Here the encoder keeps one of {modes}.",
            ),
            (
                1 - 1 / modes,
                "This is the mass that is left out. The loss of the bound is an average of a "
                "logarithm.",
            ),
            (
                math.log(modes / (modes - 1)),
                "This is $-\\log$ of the mass that is *forgotten*. The encoder only looks at the "
                "mode that it keeps.",
            ),
        ),
        why=f"On the mode that the encoder keeps, the posterior is $\\frac1{{{modes}}}$ of it, so "
        f"$D_{{\\rm KL}}=\\log{modes}$. A Gaussian over all modes would put mass into the gaps "
        "and lose more.",
    )


def down_two_floors(g: Generator) -> Number:
    """The variance of the datum of a linear tower of two floors."""
    w1, w2 = ((2.0, 0.5), (0.5, 2.0))[int(g.integers(2))]
    s1, s2 = float(g.choice([0.5, 1, 2])), float(g.choice([1.0, 3.0] if w1 > 1 else [2.0, 3.0]))
    upper = w2**2 + s2**2
    return Number(
        section=HIERARCHICAL,
        kind="derivation",
        asks="A linear tower has two floors. The top code $z_2$ has variance 1, "
        f"$z_1={w2:g}\\,z_2+{s2:g}\\,\\varepsilon_2$ and "
        f"$x={w1:g}\\,z_1+{s1:g}\\,\\varepsilon_1$, with fresh noise on each floor. What is the "
        "variance of $x$?",
        right=w1**2 * upper + s1**2,
        wrong=(
            (
                w1 * (w2 + s2**2) + s1**2,
                "The slopes are not squared. A slope of $w$ makes a variance $w^2$ times as large.",
            ),
            (
                w1**2 * w2**2 + s1**2,
                "The noise of the upper floor is lost. It comes down through the lower one, like "
                "everything else in $z_1$.",
            ),
            (
                w1**2 * w2**2 + s2**2 + s1**2,
                "The noise of the upper floor has come down unchanged. The lower floor multiplies "
                "it by its slope.",
            ),
        ),
        why=f"Floor by floor: $z_1$ has ${w2:g}^2\\cdot1+{s2:g}^2={upper:g}$, and $x$ has "
        f"${w1:g}^2\\cdot{upper:g}+{s1:g}^2$.",
    )


QUESTIONS: dict[str, Question | Family] = {
    "q-2-01": Choice(
        section=ELBO,
        kind="plot",
        asks="Two networks are trained, a plain autoencoder and a VAE, each with a code of two "
        "numbers. Then codes are drawn from $\\mathcal N(0,I)$ and decoded. What does the plain "
        "autoencoder draw?",
        right="A few kinds of digit, again and again, and smudges between them.",
        wrong={
            "Digits of all kinds, for it decodes codes at least as well as the VAE.": "It decodes "
            "its *own* codes well. Nobody told it to keep them where $\\mathcal N(0,I)$ draws.",
            "Nothing but noise, for it never learned to decode a code that is drawn.": "It is a "
            "smooth function of two numbers, and some of its own codes lie where we draw.",
            "Sharper digits than the VAE, for no noise was put on its codes in training.": "Its "
            "reconstructions have no noise on their codes. But most of its codes lie far from "
            "where these are drawn.",
        },
        why="Its codes spread over a region several units wide, and $\\mathcal N(0,I)$ covers only "
        "the middle of it. The pull of the VAE puts all codes where the prior draws.",
    ),
    "q-2-02": Family(gap),
    "q-2-03": Choice(
        section=ELBO,
        kind="error",
        asks="Some notes say: the ELBO is the expectation of the ratio "
        "$p_\\phi(x,z)/q_\\theta(z\\mid x)$ under a Gaussian encoder. What is this expectation "
        "in truth?",
        right="It is $p_\\phi(x)$ itself, whichever Gaussian it is.",
        wrong={
            "It is $e^{\\mathcal L}$, the exponential of the ELBO.": "The ELBO is the mean of the "
            "*log* of the ratio. Its exponential is smaller than the mean of the ratio, by "
            "Jensen.",
            "It is a lower bound of $p_\\phi(x)$, with a gap.": "No inequality has come in yet. It "
            "comes with the logarithm, when it changes places with the mean.",
            "It is $\\log p_\\phi(x)$, without a gap.": "There is no logarithm in the ratio, so "
            "none comes out. The log of this mean is $\\log p_\\phi(x)$.",
        },
        why="The encoder's density cancels in the average, and "
        "$\\int p_\\phi(x,z)\\,dz=p_\\phi(x)$ is left. All that the ELBO loses, it loses when the "
        "logarithm is taken before the mean.",
    ),
    "q-2-04": Family(more_draws),
    "q-2-05": Choice(
        section=ELBO,
        kind="concept",
        asks="Why not estimate $p_\\phi(x)$ by an average of $p_\\phi(x\\mid z)$ over codes from "
        "the prior?",
        right="Hardly any code drawn from the prior fits this $x$: in high dimension the scatter "
        "is hopeless.",
        wrong={
            "The average has the wrong mean: its codes should come from the posterior.": "The "
            "mean is right: $p_\\phi(x)=\\int p_\\phi(x\\mid z)p(z)\\,dz$ is an average over the "
            "prior.",
            "The average is a lower bound of $p_\\phi(x)$ only, and more draws do not help.": "It "
            "is unbiased, and more draws do help. But the number that is needed grows "
            "exponentially with the dimension.",
            "The prior is not known, and a network has to be trained before one can draw.": "The "
            "prior is $\\mathcal N(0,I)$, and nothing is easier to draw from.",
        },
        why="The relative variance of one draw is a product over dimensions. The remedy is to draw "
        "codes that could have made this $x$, from an encoder, and to correct by weights.",
    ),
    "q-2-06": Choice(
        section=ELBO,
        kind="plot",
        asks="Five VAEs are trained with the weights $\\beta=0.05$, 0.3, 1, 3 and 8 of the KL. "
        "Drawn codes are decoded. What does the decoder with $\\beta=8$ draw?",
        right="The same average digit, whichever code it may be given.",
        wrong={
            "The best digits, since its codes fit the prior best.": "They do fit the prior, all "
            "of them, each by itself. A code that looks the same for every digit tells nothing.",
            "Patches of noise, since its codes hold no information.": "The decoder still knows "
            "the data. Without a hint, the best that it can say is the average.",
            "Digits of one class only, the one nearest to the prior.": "No class is nearer than "
            "another. If the code does not tell the class, all classes are averaged.",
        },
        why="With a strong pull it is cheapest to say nothing: the rate goes to zero. This is "
        "posterior collapse.",
    ),
    "q-2-07": Choice(
        section=ELBO,
        kind="error",
        asks="Some notes say: to raise the ELBO is exactly to reduce the inference gap. When is "
        "it so?",
        right="While only the encoder is trained, and the decoder stays as it is.",
        wrong={
            "Always, since the gap is $\\log p_\\phi(x)$ less the ELBO.": "Both sides may move: "
            "the decoder's parameters raise $\\log p_\\phi(x)$ too, and it may rise faster.",
            "While only the decoder is trained, and the encoder stays as it is.": "Then the "
            "ceiling moves with every step, and so does the posterior, away from the encoder.",
            "Whenever both are trained together, since the sum of them is raised.": "Then the "
            "ceiling may leap and leave the encoder out of date: the gap grows while the ELBO "
            "rises.",
        },
        why="With $\\phi$ fixed the ceiling does not move, and what the ELBO gains the gap loses. "
        "With $\\phi$ in motion, a better ELBO may come with a wider gap.",
    ),
    "q-2-08": Family(louder),
    "q-2-09": Order(
        section=ELBO,
        kind="plot",
        asks="A VAE with a code of two numbers is trained, and four averages are measured, in "
        "nats per digit. Order them, the lowest first.",
        right=(
            "the ELBO of held-out digits",
            "the bound of 100 draws, held-out digits",
            "the exact $\\log p_\\phi(x)$ of held-out digits",
            "the exact $\\log p_\\phi(x)$ of digits trained on",
        ),
        wrong=(
            (
                (1, 0, 2, 3),
                "More draws lift the bound towards the ceiling. The ELBO is the bound of one "
                "draw, so it hangs lowest.",
            ),
            (
                (0, 1, 3, 2),
                "The networks have begun to learn their own 1,500 digits by heart, so these are "
                "the more probable ones.",
            ),
            (
                (2, 1, 0, 3),
                "Both bounds hang *below* $\\log p_\\phi(x)$ of the same digits: that is what a "
                "lower bound is.",
            ),
        ),
        why="$\\mathcal L_1\\le\\mathcal L_{100}\\le\\log p_\\phi(x)$ for the same digits. And "
        "digits that were never seen are less probable under the model than those it was "
        "trained on.",
    ),
    "q-2-10": Choice(
        section=ELBO,
        kind="concept",
        asks="Take each term of the ELBO alone: the reconstruction, and minus the KL divergence "
        "to the prior. What would the encoder do for the one and for the other?",
        right="Narrow clouds far from each other for the first; one cloud for all for the second.",
        wrong={
            "One cloud for all for the first; narrow clouds far from each other for the "
            "second.": "The other way round: to tell digits apart one needs different codes, and "
            "to match $\\mathcal N(0,I)$ each cloud must *be* it.",
            "Wide clouds that overlap for the first; narrow clouds at the centre for the "
            "second.": "Overlap mixes digits up, which costs reconstruction. And the prior has "
            "width one: a narrow cloud pays $-\\log\\sigma$.",
            "Narrow clouds for both: the first wants them apart, the second at the "
            "centre.": "The second wants each cloud to have the prior's width, which is one.",
        },
        why="The two terms pull in opposite directions, one to tell digits apart and one to tell "
        "nothing. Training settles in between.",
    ),
    "q-2-11": Choice(
        section=GAUSSIAN,
        kind="plot",
        asks="Three VAEs with ten code numbers are trained on pixels between 0 and 1, with the "
        "decoder noise $\\sigma=0.1$, 0.3 and 1. What do digits look like that went through the "
        "last one?",
        right="All of them like the same grey average digit.",
        wrong={
            "Like the digits, but each of them a little softer.": "This is the middle one. At "
            "$\\sigma=1$ no direction of the data varies enough to be worth a code.",
            "Like the digits, but with noise of width one on them.": "What is shown is the "
            "decoder's mean, and noise is not in it. The noise level acts through the weight of "
            "the loss.",
            "Sharpest: this is the mean squared error without weights.": "Squared error alone "
            "would be sharp. Here the KL divergence stands beside it with the weight "
            "$2\\sigma^2=2$.",
        },
        why="A noise level of one says that pixels are noisy anyway. The pull then wins "
        "everywhere: no code is used, and the mean digit is the best answer to nothing.",
    ),
    "q-2-12": Family(directions),
    "q-2-13": Family(pull),
    "q-2-14": Family(averaged_away),
    "q-2-15": Choice(
        section=GAUSSIAN,
        kind="error",
        asks="It is often said that the codes of different data must overlap, or else all codes "
        "together cannot match the prior $\\mathcal N(0,1)$. On the line, for data with "
        "a density, is it so?",
        right="No: with the data's distribution function $F$ the codes $\\Phi^{-1}(F(x))$ are "
        "normal, and all different.",
        wrong={
            "Yes: the prior has no gaps, and only overlapping clouds can fill them all.": "A map "
            "may stretch and squeeze. If each share of the data is sent to an equal share of the "
            "prior, nothing is left empty.",
            "Yes: the noise on each code is what makes their law a Gaussian in the end.": "Noise "
            "can do it, but a map can as well. The law of the codes and the noise on one code "
            "are two things.",
            "No: any encoder without noise does it, if it is trained for long enough.": "Not any: "
            "the plain autoencoder has no noise, and its codes lie anywhere. The map must be the "
            "right one.",
        },
        why="$F(x)$ is uniform, and $\\Phi^{-1}$, the inverse of the normal law's function, makes "
        "it normal, without noise and without overlap. It is the noise on each code that "
        "forces blur.",
    ),
    "q-2-16": Choice(
        section=GAUSSIAN,
        kind="plot",
        asks="The mean decoder pulls both modes of the data inwards. The true Gaussian VAE adds "
        "its decoder's noise to that mean. What does the noise do to the law of the generated "
        "points?",
        right="It brings their spread back to the data's, but takes their shape even further away.",
        wrong={
            "It brings both their spread and their shape back: it was what had been missing.": "It "
            "has the right size, so the variance adds up. But the same bell is laid over "
            "every point, and the modes melt together.",
            "It brings their shape closer to the data's, and makes their spread too large.": "The "
            "variance that was lost is just what the noise adds. The shape is what it cannot "
            "mend.",
            "It changes hardly anything, since on average the noise is zero at every code.": "The "
            "mean of the noise is zero. A law of points is more than its mean: the modes get "
            "wider.",
        },
        why="What scatters when the code is known has two modes, and the noise is one bell. Its "
        "variance is right and its shape is wrong: the gap is filled.",
    ),
    "q-2-17": Family(bits),
    "q-2-18": Choice(
        section=GAUSSIAN,
        kind="error",
        asks="Some notes say: blur arises when the supports of two Gaussian encoders intersect. "
        "What is wrong with it?",
        right="They always do; what counts is the *mass* that overlaps.",
        wrong={
            "They never do, as long as the two codes have different means.": "A Gaussian is "
            "positive everywhere, so its support is the whole line, whatever its mean.",
            "To intersect is not enough; one must lie within the other.": "Each of them lies "
            "within the other already. It takes more than a word about supports.",
            "Overlap does no harm; blur comes from a weak decoder.": "The best decoder there is "
            "answers an ambiguous code with an average. No network is at fault.",
        },
        why="On the ring with little noise the supports intersect as always, and nothing is lost. "
        "Blur begins where one code is likely under two data.",
    ),
    "q-2-19": Choice(
        section=GAUSSIAN,
        kind="concept",
        asks="A VAE reports $-\\mathcal L=90$ nats on binarised digits. Another one reports 95 "
        "nats from the Bernoulli formula on the grey levels of the same digits. Which is the "
        "better model?",
        right="Nobody can tell: on grey levels even a perfect decoder has to pay.",
        wrong={
            "The first, since it needs five nats less for the same digits.": "They are not the "
            "same data, and the second number is not the log of a probability at all.",
            "The second, since grey levels hold more information than black and white.": "They "
            "do, but how much more is not in these numbers. They count different things.",
            "Nobody can tell: five nats are well within the luck of one training.": "However "
            "often both are trained, the two numbers stay on different scales.",
        },
        why="On binary pixels $-\\log p$ is a code length with its floor at 0. On grey levels the "
        "formula has the floor $-x\\log x-(1-x)\\log(1-x)$ a pixel, and its mass is not one.",
    ),
    "q-2-20": Number(
        section=HIERARCHICAL,
        kind="plot",
        asks="A map has three countries, three towns in each, three houses in each town, all "
        "equally likely. The top code $z_3$ decides the country, the noise of the floors below "
        "decides town and house. Two people share $z_3$. How often do they live in the same "
        "house? (A decimal number.)",
        right=1 / 9,
        within=0.02,
        wrong=(
            (
                1 / 3,
                "This is how often they share the town. In the town there is one more fork, and "
                "they must agree there as well.",
            ),
            (
                1 / 27,
                "This is for two people who share nothing. These two live in the same country "
                "already.",
            ),
            (
                1.0,
                "If $z_3$ were the whole address. It decides the country only; what is below is "
                "drawn anew.",
            ),
        ),
        why="Two forks are open, with three ways each: $\\frac13\\cdot\\frac13$. The higher the "
        "code that is shared, the coarser what it decides.",
    ),
    "q-2-21": Choice(
        section=HIERARCHICAL,
        kind="error",
        asks="Some notes write the middle terms of the hierarchical bound as "
        "$\\mathbb E_qD_{\\rm KL}(q(z_i\\mid z_{i-1})\\parallel p(z_i\\mid z_{i+1}))$. "
        "What is wrong with it?",
        right="A KL divergence draws $z_i$ afresh, but $z_{i+1}$ was made from this very $z_i$.",
        wrong={
            "The two laws have changed places: the generator's law has to stand first in it.": "In "
            "a bound on $\\log p$ the average is over $q$, so $q$ does stand first. The order is "
            "right.",
            "Both laws must see the datum $x$: without it neither one has a density.": "Each "
            "is a Gaussian with a density. The datum comes in only when the encoder is turned "
            "round.",
            "The terms are right, but the top one has to be taken out of the sum, like the "
            "bottom.": "The top term is the one that *is* a KL divergence, since nobody stands "
            "above it.",
        },
        why="The bound has averages of log-ratios along the encoder's walk, where neighbours "
        "depend on each other. On the page one of them even came out negative, which no KL "
        "divergence does.",
    ),
    "q-2-22": Family(lost_modes),
    "q-2-23": Choice(
        section=HIERARCHICAL,
        kind="plot",
        asks="The decoder gets an autoregressive head: each pixel also sees the pixels before it. "
        "It is trained with the plain ELBO. How do ELBO and rate (the KL) compare with those of "
        "independent pixels?",
        right="A better ELBO, and a much smaller rate.",
        wrong={
            "A better ELBO, and a much larger rate.": "A decoder that knows the data without the "
            "code has no reason to pay for it. The head makes the code less useful.",
            "A worse ELBO, and a much smaller rate.": "The rate does fall. But the head explains "
            "the pixels better than the code did, so the bound gains.",
            "The same ELBO, and about the same rate.": "The head sees neighbouring pixels, which "
            "tell a lot. Both numbers move.",
        },
        why="The head can model the data nearly without the code. To say nothing then costs "
        "nothing, and the code is hardly read: the bound does not care.",
    ),
    "q-2-24": Choice(
        section=HIERARCHICAL,
        kind="error",
        asks="A summary explains posterior collapse: *the encoder ignores the latent variables*. "
        "Who ignores what?",
        right="The decoder ignores $z$, and then the encoder may as well ignore $x$.",
        wrong={
            "The encoder ignores $z$, and then the decoder has to guess the datum.": "The encoder "
            "*makes* $z$; it cannot ignore it. It can only make it without looking at $x$.",
            "The prior ignores $x$, and the posterior follows it for lack of data.": "The prior "
            "never sees $x$, in any VAE. Collapse is about two networks, not about few data.",
            "The encoder ignores the decoder, since it is trained first and then kept.": "Both "
            "are trained at once, on one bound, and each of them answers to the other.",
        },
        why="If the decoder models the data without the code, each nat in the code is a tax for "
        "nothing. The best encoder then returns the prior, $q_\\theta(z\\mid x)=p(z)$.",
    ),
    "q-2-25": Choice(
        section=HIERARCHICAL,
        kind="concept",
        asks="In a tower that learns, upper floors may stay empty. In the frozen tower of DDPM, "
        "training cannot empty a floor. Why?",
        right="How much $x_i$ tells of $x_0$ is fixed beforehand by the schedule, and nothing "
        "trains it.",
        wrong={
            "Each floor is as wide as the datum, so that there is room enough for it.": "Width "
            "alone is no cure: a learned encoder can leave a wide floor empty as well.",
            "Each floor has an allowance that is free, so that using it costs nothing.": "That is "
            "free bits, a remedy for encoders that learn. Here nothing is bribed or taxed.",
            "Each floor gets its gradient through the floors below, and none gets lost.": "Here no "
            "gradient climbs at all: the datum jumps to any floor, and that floor is trained "
            "by itself.",
        },
        why="The way up is plain noise with fixed $\\bar\\alpha_i$ and $\\bar\\sigma_i$. There is "
        "no encoder that could say less; only the way down is learned.",
    ),
    "q-2-26": Family(down_two_floors),
}
