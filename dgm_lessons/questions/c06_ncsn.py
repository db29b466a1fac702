"""Chapter 6: scores at many noise levels, and the way down."""

from __future__ import annotations

import math

from numpy.random import Generator

from .question import Choice, Family, Number, Order, Question

LEVELS = "06-ncsn/noise-levels"
ANNEALED = "06-ncsn/annealed-langevin"
BOTH = "06-ncsn/ncsn-and-ddpm"


def _root(random: Generator) -> Question:
    bar = float(random.choice([0.21, 0.44, 0.69, 0.96]))
    return Number(
        section=LEVELS,
        kind="error",
        asks=rf"A DDPM's noise $\epsilon_\phi$ is turned into a score. Somebody divides by "
        rf"$\sqrt{{1-\bar\alpha_i}}$, with *this book's* $\bar\alpha_i={bar:g}$, the factor "
        rf"before $x_0$. By which factor is the score too long?",
        right=(1 + bar) ** 0.5,
        wrong=(
            (1 + bar, "Both are roots. The factor is the root of this number."),
            (
                1 / (1 + bar) ** 0.5,
                r"Turn it over: $\sqrt{1-\bar\alpha}$ is *smaller* than "
                r"$\sqrt{1-\bar\alpha^2}$, and it stands below the line.",
            ),
            (
                1.0,
                r"It would be right if $\bar\alpha$ were the square, as in DDPM's paper. Here "
                r"it is the amplitude.",
            ),
        ),
        why=rf"The right divisor is $\bar\sigma_i=\sqrt{{1-\bar\alpha_i^2}}$, and "
        rf"$1-\bar\alpha^2=(1-\bar\alpha)(1+\bar\alpha)$. So the score is "
        rf"$\sqrt{{1+\bar\alpha}}=\sqrt{{{1 + bar:g}}}$ times too long, and Langevin dynamics "
        rf"with it samples modes that are too narrow.",
    )


def _rungs(random: Generator) -> Question:
    root, low, high = int(random.choice([2, 3, 4, 5])), 0.01, int(random.choice([10, 50]))
    return Number(
        section=LEVELS,
        kind="concept",
        asks=rf"A ladder of noise levels from ${low:g}$ to ${high}$ serves images of $D$ pixels, "
        rf"and neighbours overlap well. Now the images have ${root**2}\,D$ pixels, with $D$ in "
        rf"the thousands. About how many times as many levels keep the overlap?",
        right=root,
        within=0.05,
        wrong=(
            (
                root**2,
                r"The length of the noise is $\sigma\sqrt D$, in a shell of a width that "
                r"does not depend on $D$. The ratio of neighbours must be near "
                r"$1+\text{const}/\sqrt D$.",
            ),
            (
                1.0,
                "The overlap depends on the ratio of neighbours *and* on the dimension: in "
                "more dimensions shells are thinner beside their radius.",
            ),
            (
                root**4,
                r"So many are not needed: the ratio of neighbours must come nearer to one "
                r"as $1/\sqrt D$ only.",
            ),
        ),
        why=rf"Shells of radius $\sigma\sqrt D$ and fixed relative overlap need the ratio "
        rf"$1+\text{{const}}/\sqrt D$. The ladder spans $\log({high}/{low:g})$ in steps of about "
        rf"$\text{{const}}/\sqrt D$: with ${root**2}$ times the pixels ${root}$ times as many.",
    )


def _floor(random: Generator) -> Question:
    dim, ratio = int(random.choice([2, 10, 100])), float(random.choice([0.5, 2, 3]))
    left = 1 / (1 + ratio**2)
    return Number(
        section=LEVELS,
        kind="derivation",
        asks=rf"Data follow $\mathcal N(0,s^2I)$ in ${dim}$ dimensions, and at one level "
        rf"$\sigma={ratio:g}\,s$. What loss $\frac12\mathbb E\lVert\sigma "
        rf"s_\phi+\varepsilon\rVert^2$ does a *perfect* network pay there?",
        right=dim / 2 * left,
        wrong=(
            (
                0.0,
                "The network does not see the clean point. What noise has hidden no network "
                "can tell.",
            ),
            (
                dim / 2,
                r"This is what a network pays that says nothing: half the variance of "
                r"$\varepsilon$. The exact score explains a part.",
            ),
            (dim / 2 * (1 - left), "This is the part that the score *explains*. The rest is paid."),
            (dim * left, "The losses of this book carry a half."),
        ),
        why=rf"The floor is $\frac "
        rf"D2\,\frac{{s^2}}{{s^2+\sigma^2}}=\frac{{{dim}}}2\cdot\frac1{{1+{ratio**2:g}}}$. Where "
        rf"the noise is hidden in the data it is near $D/2$, where the noise stands out it is "
        rf"near zero.",
    )


def _last(random: Generator) -> Question:
    data, upper, lower = [
        (0.3, 0.4, 0.2),
        (0.6, 0.8, 0.4),
        (0.5, 1.2, 0.6),
        (0.8, 1.5, 0.75),
        (0.8, 0.6, 0.2),
        (1.2, 0.9, 0.3),
    ][int(random.integers(6))]
    return Number(
        section=ANNEALED,
        kind="error",
        asks=rf"Data follow $\mathcal N(0,{data:g}^2)$, and the lowest levels are "
        rf"$\sigma_1={lower:g}$ and $\sigma_2={upper:g}$. A printed loop of annealed Langevin "
        rf"runs from $\ell=L$ to $2$ and returns the result as a sample at $\sigma_1$. With many "
        rf"tiny steps at each level, what standard deviation do the samples have?",
        right=math.hypot(data, upper),
        wrong=(
            (
                math.hypot(data, lower),
                r"This is what is announced. But no step was taken with "
                r"the score of $\sigma_1$: nothing has moved since $\sigma_2$.",
            ),
            (upper, "Variances add: the data have a width of their own."),
            (data, "The walkers follow the *noisy* law of their last level, not the data."),
            (data + upper, "Standard deviations do not add; variances do."),
        ),
        why=r"The walkers follow the law of the last level at which they have walked, $\mathcal "
        r"N(0,s^2+\sigma_2^2)$. The loop must run down to $\ell=1$.",
    )


def _top(random: Generator) -> Question:
    bottom, top = [(0.01, 1), (0.1, 5), (0.1, 10), (0.5, 10), (0.2, 5), (0.1, 2)][
        int(random.integers(6))
    ]
    ratio = top / bottom
    return Number(
        section=ANNEALED,
        kind="concept",
        asks=rf"A ladder runs from $\sigma_1={bottom:g}$ to $\sigma_L={top:g}$. The data are "
        rf"narrower than $\sigma_1$. How many times as large is Langevin's step $\eta$ at the "
        rf"top as at the bottom, if drift and noise are to keep their proportion?",
        right=ratio**2,
        wrong=(
            (
                ratio,
                r"In proportion to $\sigma$ the drift falls behind the noise as one goes up: "
                r"the score is about $\varepsilon/\sigma$ long.",
            ),
            (1.0, "A step that is right for the bottom hardly moves the walkers at the top."),
            (ratio**0.5, r"The step has the dimension of a variance: it scales as $\sigma^2$."),
        ),
        why=r"The drift is about $\eta/\sigma$ long and the noise $\sqrt{2\eta}$. Their ratio "
        r"stays if $\eta/\sigma^2$ does.",
    )


def _denoised(random: Generator) -> Question:
    pairs = [(0.3, 0.4), (1.2, 1.6), (0.4, 0.3), (1.5, 2), (2, 1.5), (1.6, 1.2)]
    data, noise = pairs[int(random.integers(6))]
    wide = math.hypot(data, noise)
    return Number(
        section=ANNEALED,
        kind="derivation",
        asks=rf"Around a Gaussian mode of standard deviation ${data:g}$ the walkers follow the "
        rf"law of $\sigma_1={noise:g}$. One last call sends each to $\hat "
        rf"x=x+\sigma_1^2\,\nabla\log p_{{\sigma_1}}(x)$. What is their standard deviation then?",
        right=data**2 / wide,
        wrong=(
            (
                data,
                "This would be a sample of the data. But an average of the clean points "
                "varies less than they do.",
            ),
            (wide, "This is the spread before the call. The step pulls each walker in."),
            (
                data**2 / wide**2,
                "This is the factor by which the call shrinks the walkers. "
                "Multiply by their spread.",
            ),
        ),
        why=rf"The call multiplies by $s^2/(s^2+\sigma_1^2)={data**2 / wide**2:g}$, and before "
        rf"it the spread is $\sqrt{{s^2+\sigma_1^2}}={wide:g}$. Too wide has become too narrow, "
        rf"by the same factor.",
    )


def _magnified(random: Generator) -> Question:
    bar, rest = [(0.8, 0.6), (0.6, 0.8), (0.28, 0.96), (0.96, 0.28)][int(random.integers(4))]
    return Number(
        section=BOTH,
        kind="derivation",
        asks=rf"A chain has come to $x_i=\bar\alpha_ix_0+\bar\sigma_i\varepsilon$ with "
        rf"$\bar\alpha_i={bar:g}$. At which noise level of a ladder, data plus noise, does one "
        rf"find the same picture?",
        right=rest / bar,
        wrong=(
            (
                rest,
                r"This is the noise in the chain, where the datum has shrunk. Seen through a "
                r"glass that makes the datum whole again, the noise is larger, too.",
            ),
            (bar / rest, r"Turn it over: the less of the datum is left, the higher the level."),
            (
                (1 - bar) ** 0.5 / bar,
                r"The letters of two papers are mixed: with our "
                r"$\bar\alpha$ it is $\bar\sigma^2=1-\bar\alpha^2$.",
            ),
        ),
        why=rf"Divide by $\bar\alpha_i$: $x_i/\bar\alpha_i=x_0+\tau_i\,\varepsilon$ with "
        rf"$\tau_i=\bar\sigma_i/\bar\alpha_i={rest:g}/{bar:g}$.",
    )


def _ancestral(random: Generator) -> Question:
    above, below = [(5, 4), (2, 1), (10, 8), (5, 3), (4, 2), (10, 6)][int(random.integers(6))]
    full = above**2 - below**2
    return Number(
        section=BOTH,
        kind="derivation",
        asks=rf"DDPM's ancestral step, with the noise of $p(z_{{i-1}}\mid z_i,x_0)$, goes down the "
        rf"ladder from $\tau_i={above}$ to $\tau_{{i-1}}={below}$. What is the *variance* of the "
        rf"fresh noise that it adds?",
        right=(below / above) ** 2 * full,
        wrong=(
            (
                full,
                r"This is $\eta_i$, the factor before the score. The noise is smaller: a part "
                r"of what is needed below is still in the point.",
            ),
            (
                2 * full,
                r"So much Langevin would add, with a step of this size. It wants to stay "
                r"at its level, the ancestral step goes down.",
            ),
            (
                below**2,
                "This is *all* the noise of the level below. The step does not throw the "
                "old noise away and start anew.",
            ),
            (
                below / above * full**0.5,
                "This is the standard deviation. The variance was asked for.",
            ),
        ),
        why=rf"The step is $z+\eta\,\nabla\log "
        rf"p+\frac{{\tau_{{i-1}}}}{{\tau_i}}\sqrt\eta\,\varepsilon$ with "
        rf"$\eta={above}^2-{below}^2={full}$, so the variance is "
        rf"$({below}/{above})^2\cdot{full}$.",
    )


def _letters(random: Generator) -> Question:
    beta, alpha = [(0.352, 0.936), (0.8, 0.6), (0.28, 0.96), (0.96, 0.28)][int(random.integers(4))]
    return Number(
        section=BOTH,
        kind="error",
        asks=rf"Notes in *this book's letters*, where $\beta_i$ is a standard deviation, print a "
        rf"DDPM step as $\sqrt{{1-\beta_i}}\,x_{{i-1}}+\sqrt{{\beta_i}}\,\varepsilon$. Let "
        rf"$\beta_i={beta:g}$. Which factor should stand before $x_{{i-1}}$?",
        right=alpha,
        wrong=(
            (
                (1 - beta) ** 0.5,
                r"This is the printed one. It belongs to the paper, whose "
                r"$\beta$ is the *square* of ours.",
            ),
            (1 - beta, "Factors and noise do not add up to one; their squares do."),
            (1 - beta**2, r"This is $\alpha_i^2$, the factor of the *variance*. Take the root."),
        ),
        why=rf"$\alpha_i^2+\beta_i^2=1$, so $\alpha_i=\sqrt{{1-{beta:g}^2}}={alpha:g}$, and the "
        rf"noise has the factor $\beta_i$ itself.",
    )


QUESTIONS: dict[str, Question | Family] = {
    "q-6-01": Choice(
        section=LEVELS,
        kind="plot",
        asks=r"Walkers take 1,000 Langevin steps with the *exact* score of $p_\sigma$, for five "
        r"noise levels one after another, from $\sigma=0.1$ to $4$. The data are two narrow "
        r"modes at $\pm2$. At which level do they end nearest to the data?",
        right="In between, but well short of true samples",
        wrong={
            "At the lowest, whose law is nearly that of the data": "The law is, but the walkers "
            "do not reach it: they stay in the mode into which they fell, half and half.",
            "At the highest, where every walker crosses with ease": "They have the right shares "
            "of the wrong law: a single broad heap.",
            "In between, and there as near as true samples are": "Every level is wrong in one of "
            "two ways, stuck or blurred. The best one is both a little.",
        },
        why="On the left of this U the walkers are stuck, on the right they are blurred. The way "
        "out is not to choose: settle where it is easy, then go down.",
    ),
    "q-6-02": Order(
        section=LEVELS,
        kind="plot",
        asks=r"Two laws have clusters of width $0.5$ at $\pm4$, and differ only in the shares. "
        r"Noise is added to both. Order the noise levels by the Fisher divergence between the "
        r"two laws, the smallest first.",
        right=(r"$\sigma=0$", r"$\sigma=0.5$", r"$\sigma=5$", r"$\sigma=2$"),
        wrong=(
            (
                (0, 1, 3, 2),
                r"Noise makes the shares visible, but with too much of it all is one "
                r"bell, and they are hidden again: beyond $2$ the divergence sinks.",
            ),
            (
                (2, 3, 1, 0),
                "Noise makes *masses* alike. The Fisher divergence compares slopes, "
                "and without noise the shares hardly change the slopes.",
            ),
            (
                (3, 2, 1, 0),
                "Noise makes *masses* alike. The Fisher divergence compares slopes, "
                "and without noise the shares hardly change the slopes.",
            ),
        ),
        why=r"The shares show only where the clusters overlap. Without noise the divergence is "
        r"$4\cdot10^{-14}$, at $\sigma=2$ it is $0.0068$, at $5$ it has sunk to $0.0018$.",
    ),
    "q-6-03": Choice(
        section=LEVELS,
        kind="error",
        asks=r"“Where the data are rare, the gradient vanishes.” Take $0.4\,\mathcal "
        r"N(-1.5,0.3^2)+0.6\,\mathcal N(1,0.5^2)$ with very little noise, at $x=-6$, far out on "
        r"the left. What is the score there?",
        right="Long, and ruled by the mode at $1$",
        wrong={
            "Long, and ruled by the mode at $-1.5$": "It is the nearer one, but narrower: its "
            "bell falls so fast that out there nothing is left of it.",
            "Nearly zero, as the density is": r"The gradient of $p$ is tiny. That of $\log p$ is "
            r"the gradient *over* $p$, and grows with the distance.",
            "Of no size at all: there are no data": "The noisy law has a density everywhere, and "
            "a score. What is bad out there is a learned *estimate* of it.",
        },
        why=r"Far out the widest mode rules: the score is about $-(x-1)/0.5^2\approx28$. It "
        r"vanishes at peaks, and in the valley between the modes.",
    ),
    "q-6-04": Family(_rungs),
    "q-6-05": Choice(
        section=LEVELS,
        kind="plot",
        asks=r"One network learns ten levels from $\sigma=0.05$ to $4$, once with the weight "
        r"$\lambda=\sigma^2$ and once with $\lambda=1$, with equal steps and learning rate. "
        r"Without the weight the smallest levels make nearly all of the loss. At which levels is "
        r"the error then *larger* than with it?",
        right="At all of them, the smallest included",
        wrong={
            "At all of them, except the smallest ones": "So one expects, for these are all that "
            "the loss hears. But one size of step must fit all levels, and the gradients now "
            "differ thousands of times.",
            "At the smallest, for its targets are noisy": "Its targets are noisy under both "
            "weights. With $\\lambda=1$ they also drown the other levels.",
            "At none: both losses have the same minimiser": "They have, for a network that is "
            "rich enough and trained to the end. The weights decide who is heard on the way.",
        },
        why="Over five seeds the error was larger at each of the ten levels, and at the noisiest "
        "most of all.",
    ),
    "q-6-06": Family(_floor),
    "q-6-07": Choice(
        section=LEVELS,
        kind="concept",
        asks="In the loss of a noise-conditional network the weight of one level is made ten "
        "times as large. The network is rich enough, and trained to its optimum. How does "
        "what it says change?",
        right="It does not, at that level or any other",
        wrong={
            "The score at that level is ten times as long": "The weight multiplies the squared "
            "error, not the target. The best answer to a scaled error is the same.",
            "That level is more exact, the others less": "So it is on the way, or for a network "
            "that is too small. At the optimum each level has its own exact score.",
            "Neighbouring levels lean towards that one": "The network is told the level, and a "
            "rich one need not trade one level for another.",
        },
        why=r"Level by level the loss is a squared error and a constant, and its least value is "
        r"at $\nabla\log p_{\sigma_i}$ for any positive weight.",
    ),
    "q-6-08": Family(_root),
    "q-6-09": Choice(
        section=ANNEALED,
        kind="plot",
        asks=r"Annealed Langevin with the exact score, on modes at $\pm8$ with the shares $0.3$ "
        r"and $0.7$: three steps at each of ten levels in place of a hundred. What suffers?",
        right="The shape of the modes, and their shares",
        wrong={
            "The shape of the modes, not their shares": "The shares need steps as well, at the "
            "top levels, where a walker can still change sides. Three are too few.",
            "The shares of the modes, not their shape": "A walker comes to each level too wide, "
            "and three small steps do not make it forget that.",
            "Neither, for the score is exact everywhere": "An exact score makes each step right. "
            "It does not make walkers settle in three of them.",
        },
        why="Every level hands on what it has not mended. With more steps the shape is right "
        "first; the shares come near last, and slowly.",
    ),
    "q-6-10": Choice(
        section=ANNEALED,
        kind="concept",
        asks=r"Two modes stand at $\pm8$, and a ladder goes from $\sigma=10$ down to $0.1$ in "
        r"ten levels. At which levels is it decided in which mode a walker ends?",
        right="At the highest two or three only",
        wrong={
            "At the lowest two or three": "There the modes are sharp, and no walker crosses. "
            "What is wrong by then stays wrong.",
            "At each of them about equally": "Below $\\sigma\\approx3$ the valley between the "
            "modes is too deep: the share of walkers that change sides falls to nothing.",
            "At none: the start decides": "So it is on a ladder whose top is too low. From "
            "$\\sigma=10$ the two modes are one hill, and a third of the walkers change sides.",
        },
        why="The weights are decided where the modes are one hill and then part. No step at a "
        "lower level can mend them.",
    ),
    "q-6-11": Family(_top),
    "q-6-12": Choice(
        section=ANNEALED,
        kind="plot",
        asks=r"The step of annealed Langevin is held *constant*, at the size that suits "
        r"$\sigma_1=0.1$, on a ladder that starts at $\sigma_L=10$ with 20 steps a level. The "
        r"data are two modes of width $0.5$. What do the samples look like?",
        right="Far too wide: the walkers hardly moved at the top.",
        wrong={
            "Far too narrow: the drift wins over the noise at the top.": "With a step that is "
            "too small the noise wins: the drift is $\\eta$ times the score, the noise "
            "$\\sqrt{2\\eta}$. Both are tiny there.",
            "About right, for the last level has the right step.": "Its steps are right for "
            "walkers that arrive nearly in place. Those that come from far away would need "
            "hundreds.",
            "There are none: the walkers run away at the top.": "That needs a step of twice the "
            "variance or more. This one is far too small for it.",
        },
        why=r"In twenty steps of $0.001$ a walker at $\sigma=10$ moves by about $0.2$. It comes "
        r"down nearly as wide as it started, and the small steps below cannot gather it in.",
    ),
    "q-6-13": Family(_last),
    "q-6-14": Choice(
        section=ANNEALED,
        kind="plot",
        asks="You have 120 calls for each walker: ten steps at each of 12 levels, or one step at "
        "each of 120 levels, with the same ladder's ends and the same step ratio. Which gives "
        "the better samples?",
        right="Both do about equally well: calls count.",
        wrong={
            "Ten steps at each: walkers need time to settle.": "With 120 levels the next one "
            "asks for nearly the same. A step there serves both, and the walkers settle on the "
            "way.",
            "One step at each: neighbours are almost alike.": "So they are, and it does no harm. "
            "But what counts is the *number* of small steps, and that is equal.",
            "Neither works: walkers never settle in one or ten.": "They lag a little behind "
            "their law on both ladders, by about the same.",
        },
        why="From a dozen levels on it hardly matters how the calls are split. Only levels that "
        "stand too far apart fail.",
    ),
    "q-6-15": Family(_denoised),
    "q-6-16": Family(_magnified),
    "q-6-17": Choice(
        section=BOTH,
        kind="concept",
        asks=r"A network $\epsilon_\phi(z,\tau)$ has learned to see the noise on NCSN's ladder. "
        r"You want to run it in DDPM's chain, at $x_i=\bar\alpha_ix_0+\bar\sigma_i\varepsilon$. "
        r"What must be done?",
        right=r"Give it $x_i/\bar\alpha_i$ and $\tau_i=\bar\sigma_i/\bar\alpha_i$.",
        wrong={
            r"Give it $x_i$ and $\tau_i=\bar\sigma_i/\bar\alpha_i$.": r"Near the noise $x_i$ is "
            r"far too small for that level. The network takes it for clean.",
            r"Give it $x_i/\bar\alpha_i$, $\tau_i$; divide the answer by $\bar\alpha_i$.": r"This "
            r"is the rule for a *score*, which divides by lengths. The noise is the same "
            r"$\varepsilon$ in both pictures.",
            r"Train it again, for a while, with the loss of DDPM.": "The points are the same up "
            "to a factor, and so is all that can be known from them. Nothing is left to "
            "learn.",
        },
        why="Every chain is a ladder, seen through a glass that grows as the data shrink. Only "
        "the input is converted.",
    ),
    "q-6-18": Choice(
        section=BOTH,
        kind="plot",
        asks="The same network draws by three samplers, with 21 calls each, on levels that are "
        "spaced by one rule. Which lands nearest to the data?",
        right="The ancestral walk, with one step a level",
        wrong={
            "Annealed Langevin, with one step a level": "It gives back all the variance that "
            "its uphill step takes away, at least twice what the ancestral step adds, so as to "
            "*stay* at its level. Handed down at once, the walkers are too hot for each level.",
            "Annealed Langevin, with five steps a level": "Five steps settle better, but only "
            "four levels are left, and they stand too far apart.",
            "All alike, for the network is the same": "The score is the same. What a sampler "
            "adds in noise, and at which levels it asks, is not.",
        },
        why="The ancestral step keeps books on the noise: it arrives exactly at the next level "
        "if the datum is known. Langevin hopes that the walk will settle, and that takes many "
        "calls.",
    ),
    "q-6-19": Family(_ancestral),
    "q-6-20": Family(_letters),
    "q-6-21": Choice(
        section=BOTH,
        kind="plot",
        asks=r"In a chain the network of a ladder is told the right level $\tau_i$, but is "
        r"handed $x_i$ in place of $x_i/\bar\alpha_i$. Where does its guess of the noise go most "
        r"wrong?",
        right=r"At the noisy end: $\bar\alpha\approx0$",
        wrong={
            r"At the clean end: $\bar\alpha\approx1$": r"There $x_i/\bar\alpha_i$ and "
            r"$x_i$ are nearly the same, and nothing happens.",
            r"Half-way between: $\bar\alpha\approx0.5$": r"The point is off by a factor of two "
            r"there. At the noisy end it is off by far more.",
            r"Everywhere by the same factor": r"The factor is $1/\bar\alpha_i$, and that changes "
            r"along the chain.",
        },
        why=r"The division undoes the shrinking of the data. Where the chain has shrunk them to "
        r"a twentieth, the network sees a point twenty times too small and takes it for clean.",
    ),
}
