"""Questions of chapter 3: the chain of DDPM, its loss, its sampler and its bill."""

from __future__ import annotations

import math

from numpy.random import Generator

from .question import Choice, Family, Number, Order, Question

FORWARD = "03-ddpm/forward"
REVERSE = "03-ddpm/reverse"
NOISE = "03-ddpm/noise-prediction"
SAMPLING = "03-ddpm/sampling"
BOUND = "03-ddpm/variational-bound"
DIGITS = "03-ddpm/mnist"


def mixed_variance(g: Generator) -> Number:
    """The variance of a noisy datum."""
    v, signal = float(g.choice([0.25, 2, 3, 4, 5])), float(g.choice([0.3, 0.4, 0.6, 0.8]))
    return Number(
        section=FORWARD,
        kind="derivation",
        asks=f"Data of variance {v:g} go down the chain to a step where "
        f"$\\bar\\alpha_i={signal:g}$. What is the variance of $x_i$?",
        right=signal**2 * v + 1 - signal**2,
        wrong=(
            (
                signal * v + 1 - signal,
                "The squares are lost: a factor $\\bar\\alpha_i$ makes the variance "
                "$\\bar\\alpha_i^2$ times as large.",
            ),
            (
                signal**2 * v,
                "This is the datum's part. The noise brings $1-\\bar\\alpha_i^2$ of its own.",
            ),
            (
                signal**2 * v + math.sqrt(1 - signal**2),
                "This adds the standard deviation of the noise. Variances add up, so it must be "
                "squared.",
            ),
        ),
        why="It is a weighted average of the data's variance and 1, with the weights "
        f"$\\bar\\alpha_i^2={signal**2:.2g}$ and $1-\\bar\\alpha_i^2$.",
    )


def papers_letters(g: Generator) -> Number:
    """The factor of the noise, read from the table of the DDPM paper."""
    theirs = float(g.choice([0.1, 0.19, 0.2, 0.3, 0.36, 0.4, 0.6, 0.64, 0.7, 0.75, 0.8, 0.84, 0.9]))
    return Number(
        section=FORWARD,
        kind="error",
        asks=f"In the DDPM paper's letters a step has $\\bar\\alpha_i={theirs:g}$. You want to "
        "jump there, $x_i=a\\,x_0+b\\,\\varepsilon$. Which $b$ belongs there?",
        right=math.sqrt(1 - theirs),
        wrong=(
            (
                math.sqrt(1 - theirs**2),
                "This puts the paper's number into this book's formula. The paper's "
                "$\\bar\\alpha_i$ is the square of ours.",
            ),
            (
                1 - theirs,
                "This is the variance of the noise. Its factor is the root.",
            ),
            (
                math.sqrt(theirs),
                "This is $a$, the factor of the datum.",
            ),
        ),
        why="The paper's $\\bar\\alpha_i$ is our $\\bar\\alpha_i^2$. Squares must sum to one: "
        f"$a^2={theirs:g}$ and $b^2={1 - theirs:g}$.",
    )


def old_noise(g: Generator) -> Number:
    """The noise after two steps."""
    first, second = float(g.choice([0.28, 0.6, 0.8])), float(g.choice([0.6, 0.8]))
    kept = math.sqrt(1 - second**2)
    return Number(
        section=FORWARD,
        kind="derivation",
        asks=f"A chain makes two big steps, $\\beta_1={first:g}$ and then $\\beta_2={second:g}$. "
        "What is the standard deviation $\\bar\\sigma_2$ of all the noise in $x_2$?",
        right=math.sqrt(kept**2 * first**2 + second**2),
        wrong=(
            (
                math.sqrt(first**2 + second**2),
                "The old noise has come through unchanged. The second step shrinks everything "
                f"that it finds, by $\\alpha_2={kept:g}$.",
            ),
            (
                kept * first + second,
                "Standard deviations have been added. Of independent noises the variances add up.",
            ),
            (
                kept**2 * first**2 + second**2,
                "This is the variance; the root is missing.",
            ),
        ),
        why=f"The first noise is shrunk to ${kept:g}\\cdot{first:g}$ and the second is fresh. "
        "Their variances add up to $1-\\alpha_1^2\\alpha_2^2$.",
    )


def signal_left(g: Generator) -> Number:
    """What is left of the datum under a constant schedule."""
    b, L = float(g.choice([0.005, 0.01, 0.02])), int(g.choice([100, 200, 300]))
    return Number(
        section=FORWARD,
        kind="derivation",
        asks=f"All steps of a chain have $\\beta_i^2={b:g}$, and there are $L={L}$ of them. What "
        "is $\\bar\\alpha_L$?",
        right=(1 - b) ** (L / 2),
        within=0.02,
        wrong=(
            (
                (1 - b) ** L,
                "This is $\\bar\\alpha_L^2$, the product of the $\\alpha_i^2=1-\\beta_i^2$. One "
                "root is missing.",
            ),
            (
                10 ** (-b * L / 2),
                "The exponent is right and the base is not: $\\log(1-u)\\approx-u$ is the natural "
                "logarithm.",
            ),
            (
                math.sqrt(1 - b),
                "This is what one step leaves. The steps multiply.",
            ),
        ),
        why=f"$\\bar\\alpha_L=\\big(\\sqrt{{1-{b:g}}}\\big)^{{{L}}}$, which is about "
        f"$e^{{-{b * L / 2:g}}}$.",
    )


def two_witnesses(g: Generator) -> Number:
    """The mean of the reverse step as a compromise of two witnesses."""
    near, far = float(g.choice([0.1, 0.2])), float(g.choice([0.4, 0.6, 0.8]))
    here, there = float(g.choice([2, 3])), float(g.choice([-1, 0, 1]))
    trust, other = 1 / near, 1 / far
    return Number(
        section=REVERSE,
        kind="derivation",
        asks=f"Two witnesses tell of $x_{{i-1}}$. The noisy $x_i$ says *{here:g}*, with the "
        f"variance {near:g}. The datum $x_0$ says *{there:g}*, with the variance {far:g}. What is "
        "the mean of $p(x_{i-1}\\mid x_i,x_0)$?",
        right=(trust * here + other * there) / (trust + other),
        wrong=(
            (
                (near * here + far * there) / (near + far),
                "Here the less certain witness is believed more. Weights are precisions, one over "
                "the variance.",
            ),
            (
                (here + there) / 2,
                "The plain mean believes both alike. One of them is more certain.",
            ),
            (
                (here / math.sqrt(near) + there / math.sqrt(far))
                / (1 / math.sqrt(near) + 1 / math.sqrt(far)),
                "The weights are one over the standard deviations. In the exponent stand "
                "variances.",
            ),
        ),
        why="A product of two Gaussians adds their precisions and weights their means with them: "
        f"{trust:g} for the one, {other:.3g} for the other.",
    )


def above_the_constant(g: Generator) -> Number:
    """How far a network is from the exact reverse kernel."""
    before, lost = float(g.choice([0.61, 0.73, 0.85])), float(g.choice([0.06, 0.08, 0.11]))
    loss = lost + float(g.choice([0.02, 0.04, 0.13]))
    return Number(
        section=REVERSE,
        kind="derivation",
        asks=f"$x_9$ knows {before:g} nats about the datum, $x_{{10}}$ knows {before - lost:.2f}. "
        f"A network is trained on the conditional loss of step 10 and reaches {loss:.2f} nats. "
        "How far is it from the exact kernel $p(x_9\\mid x_{10})$, by the KL divergence that we "
        "want to minimise?",
        right=loss - lost,
        within=0.02,
        unit="nats",
        wrong=(
            (
                loss,
                "This takes the teacher's loss for the ideal one. No network can bring it to "
                "zero: the teacher knows the datum.",
            ),
            (
                loss + lost,
                "The sign is wrong: to imitate a teacher who knows more costs *more* than the "
                "ideal loss.",
            ),
            (
                lost,
                "This is the constant, which no network can get rid of. What is left above it is "
                "the network's own.",
            ),
        ),
        why="$\\mathcal J=\\mathcal J_0-I(x_9;x_0\\mid x_{10})$, and the constant is the "
        f"information that step 10 destroys, {lost:g} nats.",
    )


def magnified(g: Generator) -> Number:
    """The error of a clean datum that is read from a guess of the noise."""
    signal, off = float(g.choice([0.05, 0.1, 0.2])), float(g.choice([0.01, 0.02, 0.03]))
    noise = math.sqrt(1 - signal**2)
    return Number(
        section=NOISE,
        kind="derivation",
        asks=f"In heavy noise, $\\bar\\alpha_i={signal:g}$, a network misses the best guess of the "
        f"noise by {off:g}. Somebody reads the clean datum from its answer. By how much does "
        "*that* miss the best guess?",
        right=off * noise / signal,
        within=0.02,
        wrong=(
            (
                off,
                "Noise and datum are two readouts of one network, but their errors have different "
                "sizes.",
            ),
            (
                off * signal / noise,
                "This is the factor for the other way, from the datum to the noise. In heavy noise "
                "the datum is what is hard to read.",
            ),
        ),
        why="From $x_i=\\bar\\alpha_ix_\\phi+\\bar\\sigma_i\\epsilon_\\phi$ an error of the noise "
        f"is multiplied by $\\bar\\sigma_i/\\bar\\alpha_i$, here {noise / signal:.3g}.",
    )


def recycled(g: Generator) -> Number:
    """How much of the guessed noise stays beside the fresh one."""
    sides = ((3, 4, 5), (5, 12, 13), (8, 15, 17))[int(g.integers(3))]
    scale, which = float(g.choice([0.02, 0.03, 0.05])), int(g.integers(2))
    fresh, old, total = (round(scale * sides[k], 2) for k in (which, 1 - which, 2))
    return Number(
        section=SAMPLING,
        kind="derivation",
        asks="A step guesses the clean datum and tears it down again to a level with "
        f"$\\bar\\sigma_{{i-1}}={total:g}$. It adds fresh noise of width {fresh:g}. Which factor "
        "does the guessed noise $\\epsilon_\\phi$ get?",
        right=old,
        wrong=(
            (
                total - fresh,
                "The widths have been made to add up. Of independent noises the *squares* add up.",
            ),
            (
                total,
                "Then there is too much noise in the sum. This is the factor of DDIM, which adds "
                "no fresh noise.",
            ),
            (
                total**2 - fresh**2,
                "This is the square of the factor; the root is missing.",
            ),
        ),
        why="Old and fresh noise together must make the noise of level $i-1$: "
        f"${old:g}^2+{fresh:g}^2={total:g}^2$.",
    )


def wrong_width(g: Generator) -> Number:
    """The price of a wrong width alone."""
    times, D = int(g.choice([2, 3, 4])), int(g.choice([16, 64, 100]))
    return Number(
        section=BOUND,
        kind="derivation",
        asks=f"In one step of a chain in {D} dimensions the model has the right mean. Its variance "
        f"$s_i^2$ is {times} times $\\sigma^2(i)$, that of $p(x_{{i-1}}\\mid x_i,x_0)$. How many "
        "nats does this step cost, $D_{\\rm KL}(p(x_{i-1}\\mid x_i,x_0)\\parallel p_\\phi)$?",
        right=D / 2 * (1 / times - 1 + math.log(times)),
        unit="nats",
        wrong=(
            (
                D / 2 * (times - 1 - math.log(times)),
                "The ratio is upside down: it is $\\rho=\\sigma^2(i)/s_i^2$. Too wide is cheaper "
                "than too narrow.",
            ),
            (
                0.5 * (1 / times - 1 + math.log(times)),
                "This is the price of one dimension. Each of them has the wrong width.",
            ),
            (
                D / 2 * math.log(times),
                "Only the logarithm is counted. A wide bell is low, but it also fits far points "
                "better: $\\rho-1$ is negative.",
            ),
        ),
        why=f"With equal means $D_{{\\rm KL}}=\\frac D2(\\rho-1-\\log\\rho)$ with "
        f"$\\rho=\\sigma^2(i)/s_i^2=\\frac1{{{times}}}$.",
    )


def with_a_border(g: Generator) -> Number:
    """Bits per pixel when a border that costs nothing is counted too."""
    inner, outer = ((24, 28), (24, 30), (28, 32), (20, 25), (16, 20))[int(g.integers(5))]
    paid = float(g.choice([1.8, 2.0, 2.2, 2.5]))
    return Number(
        section=DIGITS,
        kind="derivation",
        asks=f"A bill says {paid:g} bits for each of {inner} × {inner} pixels. Another paper "
        f"counts the whole image of {outer} × {outer} pixels, and its border is paper that costs "
        "nothing. What does the same bill read there, in bits per pixel?",
        right=paid * (inner / outer) ** 2,
        unit="bits",
        wrong=(
            (
                paid * inner / outer,
                "This is the ratio of the sides. Pixels fill an area.",
            ),
            (
                paid * (outer / inner) ** 2,
                "Upside down: the same sum is spread over *more* pixels.",
            ),
            (
                paid,
                "The sum of the bits is the same. The number of pixels by which it is divided is "
                "not.",
            ),
        ),
        why=f"The whole image costs ${paid:g}\\cdot{inner}^2$ bits. Divided by ${outer}^2$ pixels "
        "it looks cheaper, and the model is the same.",
    )


QUESTIONS: dict[str, Question | Family] = {
    "q-3-01": Family(mixed_variance),
    "q-3-02": Family(papers_letters),
    "q-3-03": Family(old_noise),
    "q-3-04": Choice(
        section=FORWARD,
        kind="plot",
        asks="Twelve data are torn down in two ways: by the chain, with new noise in each step, "
        "and by mixing *one* noise more and more in. In which of the two is the covariance "
        "of $x_{20}$ and $x_{60}$ larger?",
        right="With one noise: both contain the very same $\\varepsilon$.",
        wrong={
            "In the chain: each step starts where the one before it has ended.": "It does, but "
            "every step shrinks what it finds and adds noise that $x_{20}$ knows nothing of.",
            "In neither: at each single step both have the same law.": "Laws of single steps "
            "say nothing about how two steps depend on each other.",
            "In neither: by step 60 the noise has washed $x_{20}$ out.": "Washed out "
            "is what only the chain has done. The one noise has been there at step 20 already.",
        },
        why="The covariance is $\\frac{\\bar\\alpha_t}{\\bar\\alpha_s}\\operatorname{Var}(x_s)$ in "
        "the chain. With one noise $\\bar\\sigma_s\\bar\\sigma_t$ comes in, which does not fade: "
        "the paths are smooth.",
    ),
    "q-3-05": Family(signal_left),
    "q-3-06": Choice(
        section=FORWARD,
        kind="plot",
        asks="Two schedules of 1,000 steps. The linear one has as much noise as data at step 260. "
        "At which step has the cosine one?",
        right="Near step 500.",
        wrong={
            "Near step 100.": "Then it would spend even more of its steps where nothing is left. "
            "It was made to do the contrary.",
            "Near step 260, too.": "Both start from the datum and end in pure noise. But a "
            "schedule says how the way between them is spread, and here they differ.",
            "Near step 900.": "A quarter of a cosine wave falls all along; it does not wait for "
            "the end. Its square is a half at half of the way.",
        },
        why="$\\bar\\alpha_i^2\\approx\\cos^2(\\frac\\pi2\\frac iL)$ is a half, equal to "
        "$\\bar\\sigma_i^2$, at half of the way.",
    ),
    "q-3-07": Choice(
        section=FORWARD,
        kind="concept",
        asks="A network is trained to guess the clean datum from the ruin. At step 300 its guesses "
        "are off by 0.9 and do not get better. What is left to do?",
        right="First ask what the best guess would miss: it may be the same 0.9.",
        wrong={
            "Train for longer: with enough steps and data the error goes to zero.": "The noise has "
            "destroyed what would be needed. Of a ruin many data may be the source, and no "
            "training tells which.",
            "Take a larger network: this one has not enough weights for the task.": "On the page "
            "a small network is within a few hundredths of the exact average, whose error is just "
            "as large.",
            "First change the target: the noise can be guessed exactly.": "Given $x_i$, a guess of "
            "the noise is a guess of the datum: if one is uncertain, so is the other.",
        },
        why="Even the exact average misses the datum by 0.9 at step 300, since it is an average "
        "over all data that fit. This is why one jump back is not enough.",
    ),
    "q-3-08": Choice(
        section=FORWARD,
        kind="error",
        asks="A translated article explains the one-shot formula: *the product of two normal "
        "distributions is normal*. Which fact is used in truth, when the noises of two steps are "
        "merged?",
        right="The sum of two independent normal variables is normal, and it is their variances "
        "that add up.",
        wrong={
            "The product of two independent normal variables is normal with the product "
            "variance.": "Its variance is the product, but it is not normal: it has a peak at "
            "zero and heavy tails.",
            "The product of two normal densities is normal, and their precisions add "
            "up.": "This is true up to a factor, and it is Bayes' rule of the reverse step. Here "
            "noises are added.",
            "The sum of any two normal variables is normal, and standard deviations "
            "add.": "They must be independent, and then it is the variances that add: 3 and 4 "
            "make 5.",
        },
        why="$x_i$ holds a sum of independent noises, each with a factor of its own. One Gaussian "
        "with the summed variance stands for all of them.",
    ),
    "q-3-09": Family(two_witnesses),
    "q-3-10": Choice(
        section=REVERSE,
        kind="concept",
        asks="The network never sees $x_0$, and yet it is trained to imitate a teacher who does. "
        "Why does it learn the right kernel $p(x_{i-1}\\mid x_i)$ in spite of that?",
        right="Its loss differs from the one that we want only by a number without $\\phi$ in it.",
        wrong={
            "With enough data it learns to infer $x_0$, and its loss goes down to zero.": "It "
            "cannot: many $x_0$ fit one $x_i$. The loss stays above the information that the "
            "step destroys.",
            "Every teacher's Gaussian is the right kernel already, whatever its datum.": "It is "
            "narrower and depends on $x_0$. Only the mixture of all the teachers is the right "
            "kernel.",
            "It learns the kernel with an error that gets smaller with larger networks.": "A "
            "perfect network has no error left: the minimiser of both losses is exactly the "
            "same.",
        },
        why="$\\mathcal J=\\mathcal J_0-I(x_{i-1};x_0\\mid x_i)$. Same gradient, same minimiser: "
        "the average of the teachers, which *is* the exact kernel.",
    ),
    "q-3-11": Family(above_the_constant),
    "q-3-12": Choice(
        section=REVERSE,
        kind="plot",
        asks="The data on the line have two modes. Every teacher is a Gaussian with the standard "
        "deviation 0.40, around a mean of its own. The network sees $x_i$ only and answers with a "
        "mean and a width. Which widths will it have learned?",
        right="Wider ones than 0.40, and different ones at different $x_i$.",
        wrong={
            "0.40 everywhere, since all its teachers have this width.": "The teachers of one $x_i$ "
            "have different means. A single bell that imitates all of them must cover their "
            "disagreement as well.",
            "Narrower ones, since an average of many is more certain.": "It does not estimate the "
            "teachers' mean. It describes where $x_{i-1}$ may be, and that is more uncertain "
            "than any teacher says.",
            "Wider ones than 0.40, but by the same amount at every $x_i$.": "Where $x_i$ gives the "
            "datum away, teachers agree; between the modes they do not.",
        },
        why="The variance of a mixture is the mean variance plus the variance of the means, "
        "$\\sigma^2(i)+c_i^2\\operatorname{Var}[x_0\\mid x_i]$, and the second part depends on "
        "$x_i$.",
    ),
    "q-3-13": Choice(
        section=REVERSE,
        kind="error",
        asks="Some slides say: the covariance of the reverse step is $\\sigma_i^2I$, since the "
        "noise that was added has a diagonal covariance. What is missing in the true covariance?",
        right="A multiple of $\\operatorname{Cov}[x_0\\mid x_i]$, often not diagonal.",
        wrong={
            "A multiple of $\\operatorname{Cov}[x_i\\mid x_0]$, which grows with $i$.": "This is "
            "the forward kernel's covariance, $\\bar\\sigma_i^2I$: diagonal, and not what "
            "is open when $x_i$ is known.",
            "The square: the covariance has to be $\\sigma_i^4I$.": "Squared or not, a multiple of "
            "$I$ is diagonal at every $x_i$.",
            "Nothing, if the step is exact: reversing keeps diagonal what was diagonal.": "Two "
            "clusters on a diagonal show the contrary: half-way between them $x_{i-1}$ is "
            "uncertain along the diagonal.",
        },
        why="Given the datum the step back has $\\sigma^2(i)I$. The data that could have led here "
        "differ, and the step inherits their covariance, times $c_i^2$.",
    ),
    "q-3-14": Choice(
        section=REVERSE,
        kind="plot",
        asks="Gaussian steps with the exact mean walk back whole cosine chains of 5, 10, 20, 40 "
        "and 80 steps, with one of three widths: $\\sigma(i)$, that of $p(x_{i-1}\\mid x_i,x_0)$; "
        "the forward $\\beta_i$; or the true one. The cost is the KL divergence of the path. With "
        "which width does it hardly fall, however many the steps?",
        right="With $\\sigma(i)$.",
        wrong={
            "With $\\beta_i$.": "With $\\beta_i$ the cost falls towards a half for each doubling. "
            "Near the data it is closer to the truth than $\\sigma(i)$.",
            "With the true width.": "With it the cost falls fastest, towards a quarter for each "
            "doubling: only the shape is left to pay for.",
            "With none of them.": "Small steps cure the shape. A width that is too "
            "narrow by a *factor* near the data stays so, however many the steps.",
        },
        why="$\\sigma(i)$ is right for a datum that is known exactly. In the steps next to the "
        "data nobody knows it so well, and with more steps those steps come closer to the data.",
    ),
    "q-3-15": Choice(
        section=NOISE,
        kind="concept",
        asks="Somebody jumps to $x_i=\\bar\\alpha_ix_0+\\bar\\sigma_i\\bar\\varepsilon_i$, draws "
        "another noise $\\varepsilon_i$ beside it, and trains a network to guess "
        "$\\varepsilon_i$ from $x_i$. What does it learn?",
        right="To answer zero, always: what it is asked for has nothing to do with its input.",
        wrong={
            "The right guess, but it takes more steps, since the gradient is noisier.": "The mean "
            "gradient is another one. In the true chain $\\varepsilon_i$ is part of "
            "$\\bar\\varepsilon_i$; here it is not.",
            "The right guess but for a factor, $\\beta_i/\\bar\\sigma_i$, to be put back.": "This "
            "factor is the correlation in the true chain. Drawn independently they have the "
            "correlation zero.",
            "To answer with $x_i$ itself: it is mostly noise when $i$ is large.": "It is mostly "
            "$\\bar\\varepsilon_i$, which was not asked for, and which tells nothing about "
            "$\\varepsilon_i$.",
        },
        why="The last step's noise is part of the noise so far. Draw it independently, and the "
        "best guess in the mean square is its mean: zero.",
    ),
    "q-3-16": Choice(
        section=NOISE,
        kind="plot",
        asks="The network is a line, $\\epsilon_\\theta(x)=\\theta x$. For one gradient of Su's "
        "loss four things are drawn: a datum, a level, the noise before and the noise of the step. "
        "Redraw one of them and keep the rest. Which one moves the gradient most?",
        right="The noise of the step: hardly in the input, all of it in the target.",
        wrong={
            "The datum: it is what the network is meant to learn something about.": "It comes "
            "second. It moves the input, but not the target.",
            "The level: steps at both ends of the chain have little in common.": "It moves the "
            "gradient least of the four here.",
            "The noise before: it makes up most of the noise that is in the input.": "It is in the "
            "input only, where it is one part of three, and it is not in the target at all.",
        },
        why="All of $\\varepsilon_i$ is in the target and little of it in $x_i$, so most of it "
        "cannot be guessed. That part only disturbs, and a rotation gets rid of it.",
    ),
    "q-3-17": Family(magnified),
    "q-3-18": Choice(
        section=NOISE,
        kind="plot",
        asks="A training loss of noise prediction is drawn together with its floor, the loss of "
        "the best network there is. Where does the curve run after a thousand steps?",
        right="Along the floor, but well above zero.",
        wrong={
            "Close to zero, far below the floor.": "The floor is what the *exact* answer loses. On "
            "fresh noise no network can stay below it.",
            "Well above the floor, still falling.": "On the page the difference at the end is "
            "within the noise of the curve, although the network still has an error.",
            "On the floor, which is at zero here.": "The floor is not zero: near the data the "
            "noise can hardly be guessed, and there nearly all of its variance is lost.",
        },
        why="Nearly all of the loss is what nobody can guess. A curve that looks flat may hide a "
        "network that still gets better: compare answers or look at samples.",
    ),
    "q-3-19": Choice(
        section=NOISE,
        kind="error",
        asks="Some notes praise the noise as a target: it has unit variance, so the loss stays on "
        "one scale at all levels. What is wrong with it?",
        right="What can be *guessed* of it changes: the unguessable share falls from 1 to almost "
        "0.",
        wrong={
            "Its variance is $\\bar\\sigma_i^2$, and grows from nearly 0 to 1 along the "
            "chain.": "This is the variance of $\\bar\\sigma_i\\varepsilon$, the noise as it "
            "stands in $x_i$. The target $\\varepsilon$ itself has 1.",
            "Its variance is one in a single coordinate only; the loss grows with the "
            "dimension.": "It does, by the same factor at every level. The scale between levels is "
            "what was claimed.",
            "Nothing is: a target of unit variance gives a loss of unit size at every "
            "level.": "For a network that answers 0, yes. A trained one loses only what nobody can "
            "guess.",
        },
        why="Near the data the noise is hidden in the data's own spread, in heavy noise it is "
        "plain to see. The floor falls by four orders of magnitude on the page.",
    ),
    "q-3-20": Choice(
        section=NOISE,
        kind="derivation",
        asks="A network predicts the noise of *all* steps so far, as DDPM's does. Somebody puts it "
        "into Su's mean $\\frac1{\\alpha_i}(x_i-\\beta_i\\,\\cdot)$ without conversion. What "
        "do the samples look like?",
        right="Too narrow: each step takes away more of the noise than is due.",
        wrong={
            "Too noisy: each step takes away too little of the noise.": "Su's network is smaller "
            "by $\\beta_i/\\bar\\sigma_i<1$. With DDPM's in its place more is taken away, not "
            "less.",
            "Right: the factor was learned by the network in training.": "The network has learned "
            "the noise so far, by its own loss. Nobody has told it about this formula.",
            "Shifted: their shape is right, but their mean is not.": "Their mean may shift as "
            "well. But their shape is not right: each bump is too narrow.",
        },
        why="The right factor is $\\beta_i^2/\\bar\\sigma_i$, and $\\beta_i$ is larger. Bumps come "
        "out narrow: sharp samples of little variety, a bug that lives long.",
    ),
    "q-3-21": Choice(
        section=SAMPLING,
        kind="plot",
        asks="Take the exact network for the two bumps and follow the *means* of the reverse "
        "steps, without any noise, from 300 different starts. Where do the walkers end?",
        right="All of them in nearly the same point.",
        wrong={
            "Each at the centre of the bump that is nearer.": "The nearer bump is a matter of the "
            "last steps. By then the means have drawn all walkers together.",
            "In both bumps, in shares of 0.4 and 0.6.": "This takes the noise of the steps, or its "
            "recycling as in DDIM. The means lose the spread and nothing restores it.",
            "Spread over both bumps and the gap.": "Each mean has less spread than the law that it "
            "stands for, and the losses multiply over a thousand steps.",
        },
        why="Each step takes away what it believes to be noise, and nothing puts the spread back. "
        "It is greedy decoding: the best guess at each turn, and always the same sentence.",
    ),
    "q-3-22": Family(recycled),
    "q-3-23": Choice(
        section=SAMPLING,
        kind="plot",
        asks="One Gaussian step from pure noise gives a spike. Now a chain of *four* steps, each "
        "of them a Gaussian with the exact mean. Can it give the two modes of the data?",
        right="Yes: the mean bends with $x_i$, and the whole need not be Gaussian.",
        wrong={
            "No: a Gaussian of a Gaussian is a Gaussian, however many the steps.": "True for means "
            "that are straight lines in $x_i$. The exact mean is a bent curve.",
            "No: it takes some hundred steps until a second mode can come up.": "Hundreds are "
            "needed for a good fit. The modes themselves are there after four steps.",
            "Yes, but only if each of the four widths depends on $x_i$ as well.": "The page's "
            "widths do not depend on $x_i$. The bent mean does it alone.",
        },
        why="Where the mean is steep it tears a cloud apart, and the next step sends the halves to "
        "different modes. The bends between the steps make what no Gaussian can.",
    ),
    "q-3-24": Choice(
        section=SAMPLING,
        kind="error",
        asks="An article names two widths of the reverse noise as the extreme cases, "
        "$\\sigma(i)$, the width of $p(x_{i-1}\\mid x_i,x_0)$, and $\\beta_i$, with the best one "
        "between them. When is this sure?",
        right="If the data's variance in each coordinate is at most 1.",
        wrong={
            "If the steps are small, whatever the data are.": "Gaussian data of a large variance "
            "have their best width above $\\beta_i$ in small steps, too.",
            "If the data are Gaussian, whatever their variance.": "For Gaussian data of variance "
            "above one the best width is above $\\beta_i$.",
            "Always: they are the extreme cases of all data.": "They belong to a single point and "
            "to data of variance one. Wider data lie outside.",
        },
        why="The best width of Gaussian data grows with $v$ and reaches $\\beta_i$ at $v=1$. For "
        "any data with this variance it is an upper limit, so scale your data.",
    ),
    "q-3-25": Choice(
        section=SAMPLING,
        kind="concept",
        asks="DDPM's sampler is run as it stands, with a thousand steps. Now you may use a "
        "thousand machines for it. How much sooner do you have *one* image?",
        right="Not sooner: step $i-1$ needs what step $i$ makes.",
        wrong={
            "A thousand times: each machine takes one step.": "A machine with step 500 has to "
            "wait for the noisy image that step 501 makes.",
            "Ten times or so: noise levels far apart are independent.": "They are levels of one "
            "and the same walk, each made from the one before it.",
            "Twice: half of them can start from the data's end.": "There is no datum yet at that "
            "end. It is what the walk has to find.",
        },
        why="The calls come one after the other. More machines give more images at a time, but no "
        "image sooner: this is what fast solvers are for.",
    ),
    "q-3-26": Choice(
        section=BOUND,
        kind="error",
        asks="Some notes print the bound as prior, reconstruction, and a sum of KL divergences "
        "from $i=1$ to $L$. What happens at $i=1$?",
        right="The KL divergence is infinite, and the step is in the bill already.",
        wrong={
            "The KL divergence is zero, so that the sum may as well start at one.": "Told $x_0$, "
            "the law of $x_0$ is a spike. A spike is infinitely far from any Gaussian of some "
            "width.",
            "The step is billed twice, which makes the bound loose but leaves it finite.": "Billed "
            "twice, yes. But the second time with an infinite sum, so that nothing is left to "
            "minimise.",
            "The KL divergence is right, and it is the reconstruction that has to go.": "The other "
            "way round: $-\\mathbb E\\log p_\\phi(x_0\\mid x_1)$ is finite and scores the step.",
        },
        why="$\\bar\\alpha_0=1$ gives $\\sigma^2(1)=0$. The first step is scored by the "
        "reconstruction, and the sum starts at two.",
    ),
    "q-3-27": Order(
        section=BOUND,
        kind="plot",
        asks="A trained chain of 200 steps codes small digits, $i=1$ next to the data. Order these "
        "parts of its bill, the cheapest first.",
        right=(
            "the prior",
            "the steps from 101 to 200",
            "the steps from 51 to 100",
            "the steps from 2 to 50",
        ),
        wrong=(
            (
                (3, 2, 1, 0),
                "The rough shape, decided in heavy noise, looks like the hard part. In bits it is "
                "cheap: the exact grey of every pixel is dear.",
            ),
            (
                (0, 3, 2, 1),
                "In heavy noise the walk decides little, though it takes many steps. What costs is "
                "each pixel's exact value, near the data.",
            ),
            (
                (1, 0, 2, 3),
                "The prior only asks whether the chain has forgotten the datum, and it has, to a "
                "ten-thousandth of a bit.",
            ),
        ),
        why="On the page: less than a ten-thousandth of a bit, 0.05, 0.4 and 1.1 bits per "
        "dimension. The shape of a picture is cheap, its exact grey is dear.",
    ),
    "q-3-28": Family(wrong_width),
    "q-3-29": Choice(
        section=BOUND,
        kind="plot",
        asks="Straight lines are trained on the joint KL divergence of whole walks, with the "
        "widths fixed at $\\sigma(i)$, the width of $p(x_{i-1}\\mid x_i,x_0)$. The KL divergence "
        "of the last frame alone is watched, but not trained. What do the two curves do?",
        right="Both fall; the film's stays far above zero, the last frame's comes near.",
        wrong={
            "Both fall to zero, since data and model are Gaussian and lines suffice.": "Lines do "
            "for the means. But the widths are fixed, and too narrow: the film cannot reach zero.",
            "The film's falls; the last frame's stays, since nothing is trained on it.": "It lies "
            "under the film's at every step, and a bound that falls carries it along.",
            "Both fall until they meet, and then go on together at the same height.": "They meet "
            "only if the frames that are not seen agree. They do not: the encoder is nailed "
            "down.",
        },
        why="To look at fewer frames can only make two laws harder to tell apart. The gap is the "
        "KL divergence of the frames that we no longer see.",
    ),
    "q-3-30": Choice(
        section=BOUND,
        kind="error",
        asks="Some slides print $p_\\phi(x_0)=\\int p_\\phi(x_{1:L})\\,dx_{1:L}$. What is the "
        "value of this integral?",
        right="1, for every model and every $x_0$.",
        wrong={
            "$p_\\phi(x_0)$, if the model is perfect.": "The integrand does not contain $x_0$, so "
            "the integral cannot depend on it.",
            "$p_\\phi(x_0)$, as it is printed there.": "It would be with $p_\\phi(x_{0:L})$ under "
            "the integral. The frame $x_0$ is missing.",
            "0, for $x_0$ has no place in the walk.": "A density that is integrated over all its "
            "variables gives one, not zero.",
        },
        why="It is a density integrated over all its variables. The law of the *whole* walk must "
        "stand there, and all but $x_0$ is integrated out.",
    ),
    "q-3-31": Choice(
        section=DIGITS,
        kind="plot",
        asks="Digits are drawn with their class told, by random ancestral steps: once in 18 steps, "
        "once in only 3. How do the agreement (a classifier reads the digit that was asked for) "
        "and the spread within a class compare?",
        right="With 3 steps the agreement is just as high, and the spread is far smaller.",
        wrong={
            "With 3 steps the agreement is much lower, and the spread far larger.": "Few large "
            "steps do not leave noise: they hardly leave the average, which is smooth and easy to "
            "read.",
            "With 3 steps the agreement is as high, and the spread just as large.": "So one might "
            "think who looks at the agreement only. The digits are all alike.",
            "With 3 steps both are much lower, since most of the digits are scrawls.": "A blur of "
            "many threes is no scrawl. It is the most readable 3 of all.",
        },
        why="The first guess is the average digit of its class, and three steps hardly leave it. A "
        "judge of agreement alone is delighted: ask each number what it cannot see.",
    ),
    "q-3-32": Choice(
        section=DIGITS,
        kind="plot",
        asks="The bill of the MNIST network is made out in bits per pixel, for the decoder and for "
        "a thousand steps, in twenty blocks of fifty. Which bar is the highest?",
        right="The decoder, which names the exact grey level of each pixel.",
        wrong={
            "The block in the middle, where the class of the digit is decided.": "Which of ten "
            "classes it is takes a few bits for the *whole* image. Grey levels take bits for each "
            "pixel.",
            "The block in the heaviest noise, where the walk has to begin.": "There $x_i$ tells "
            "next to nothing, and the network predicts next to nothing wrong: these steps are "
            "nearly free.",
            "None: a good network spreads the bits evenly over all the steps.": "The bits are "
            "where the image has them: in the exact values of its pixels.",
        },
        why="A likelihood counts every pixel's last digit, and an eye counts whether it is a 3. So "
        "the steps that an eye cares about are nearly free.",
    ),
    "q-3-33": Family(with_a_border),
    "q-3-34": Choice(
        section=DIGITS,
        kind="concept",
        asks="1,000 of your samples have the Fréchet distance 20 from 1,000 test digits. Is that "
        "good?",
        right="Ask what 1,000 *real* digits have: perhaps 16, perhaps 1.",
        wrong={
            "No: equal laws have the distance 0, and 20 is far from it.": "For samples of finite "
            "size even equal laws come out above zero, and the more so the smaller the samples.",
            "No: another list gives a good network a distance of 12.": "That list may count 10,000 "
            "samples. More samples make a lower floor, so two lists cannot be compared.",
            "Yes: untrained networks begin above 100, and 20 is a fifth.": "This tells how far "
            "training has come. How far it still is from real digits, it does not tell.",
        },
        why="The distance of real digits to real digits is the floor of the measurement, and it "
        "depends on the number of samples. Without it nobody knows what zero is.",
    ),
    "q-3-35": Choice(
        section=DIGITS,
        kind="concept",
        asks="Guidance pushes each step along $\\nabla\\log p_i(c\\mid x_i)$. At which noise "
        "levels has it something to push?",
        right="In the middle, where the class is being decided.",
        wrong={
            "In the heaviest noise, where all is still open.": "There $x_i$ says next to nothing "
            "about the class, so $p_i(c\\mid x_i)$ is flat and has no slope.",
            "Close to the data, where the class can be seen.": "There the class is certain: "
            "$p_i(c\\mid x_i)$ is one, and its slope is gone.",
            "At all of them alike, if its weight is constant.": "The weight is constant, the "
            "gradient is not. It needs a class that depends on where $x_i$ is.",
        },
        why="A gradient needs a probability that changes with $x_i$: not yet the same for all "
        "classes and not yet one. On the page this is between the noise levels 10 and 0.5.",
    ),
}
