"""Chapter 4: energies, and walks that follow their slope."""

from __future__ import annotations

from numpy.random import Generator

from .question import Choice, Family, Number, Order, Question

ENERGY = "04-energy/energy-based-models"
LANGEVIN = "04-energy/langevin"


def _valley(random: Generator) -> Question:
    mass = float(random.choice([0.1, 0.2, 0.25, 0.4, 0.5, 0.6]))
    ratio = int(random.choice([2, 3, 4, 6]))
    total = 1 - mass + mass * ratio
    return Number(
        section=ENERGY,
        kind="derivation",
        asks=rf"A region holds the probability ${mass:g}$. There, and nowhere else, the energy is "
        rf"lowered by $\log {ratio}$. What probability does the region hold now?",
        right=mass * ratio / total,
        wrong=(
            (
                mass * ratio,
                "This is the region's weight before it is normalised. $Z$ has grown as well, so "
                "divide by the new total.",
            ),
            (
                mass * ratio / (1 + mass * ratio),
                "The new total is not the old one plus the new weight: the region's old share "
                "must be taken out of it.",
            ),
            (
                mass / ratio / (1 - mass + mass / ratio),
                "That is the region with its energy raised. The density is $e^{-E}/Z$: a lower "
                "energy is a higher density.",
            ),
        ),
        why=rf"The weight inside grows by $e^{{\log {ratio}}}={ratio}$, outside it stays. The "
        rf"total becomes $1-{mass:g}+{ratio}\cdot{mass:g}={total:g}$, and the region's share is "
        rf"${mass * ratio:g}/{total:g}$.",
    )


def _heat(random: Generator) -> Question:
    ratio, heat, root = [(16, 2, 4), (81, 2, 9), (64, 3, 4), (27, 3, 3), (81, 4, 3), (100, 2, 10)][
        int(random.integers(6))
    ]
    return Number(
        section=ENERGY,
        kind="concept",
        asks=rf"At temperature $1$ state $a$ is ${ratio}$ times as likely as state $b$. How many "
        rf"times as likely is it in the Boltzmann distribution $e^{{-E/T}}$ at $T={heat}$?",
        right=root,
        wrong=(
            (
                ratio / heat,
                "The temperature divides the energy, not the ratio of probabilities: it stands in "
                "the exponent.",
            ),
            (
                ratio**heat,
                "The energy is divided by $T$, not multiplied. Heat flattens: the ratio comes "
                "nearer to one.",
            ),
            (
                ratio,
                "The energies stay, but what counts is $E/T$: with the temperature all ratios "
                "change.",
            ),
        ),
        why=rf"The difference of the energies is $\log {ratio}$. Divided by ${heat}$ it becomes "
        rf"$\log {root}$, so the ratio is ${root}$. $Z$ has cancelled.",
    )


def _least_loss(random: Generator) -> Question:
    variance = float(random.choice([0.1, 0.2, 0.25, 0.4, 0.5, 0.8]))
    least = -1 / (2 * variance)
    return Number(
        section=ENERGY,
        kind="derivation",
        asks=r"The energy $E(x)=x^2/2v$ is fitted to data of mean $0$ and variance "
        rf"${variance:g}$ by score matching, that is by the loss "
        r"$\mathbb E\big[-E''+\frac12(E')^2\big]$. What is its least value?",
        right=least,
        wrong=(
            (
                0.0,
                "Zero would be the least of the squared distance between the scores. This loss "
                "differs from it by a constant.",
            ),
            (
                2 * least,
                "This is the trace term alone. The square adds half of its size, with the other "
                "sign.",
            ),
            (
                -3 * least,
                "The trace enters with a minus, since the score is $-\\nabla E$. With a plus the "
                "loss falls as $v$ grows, and has no least value at a finite $v$.",
            ),
            (
                -least,
                "This is the second term alone, half the mean square of the slope. The trace "
                "term is twice as large, and negative.",
            ),
        ),
        why=rf"$E''=1/v$ and $\mathbb E(E')^2={variance:g}/v^2$. The loss $-1/v+{variance:g}/2v^2$ "
        rf"is least at $v={variance:g}$, the variance of the data, and there it is "
        rf"$-1/(2\cdot{variance:g})$.",
    )


def _wrong_noise(random: Generator) -> Question:
    c, weight, share = [
        (1, 0.1, 0.01 / 0.82),
        (1, 0.2, 0.04 / 0.68),
        (1, 0.25, 0.1),
        (1, 0.3, 0.09 / 0.58),
        (2, 0.1, 0.25),
        (2, 0.2, 1 / 3),
    ][int(random.integers(6))]
    power = 2 / c**2
    other = 1 / power
    turned = weight**other / (weight**other + (1 - weight) ** other)
    return Number(
        section=LANGEVIN,
        kind="derivation",
        asks=rf"Somebody shakes the walkers with ${'' if c == 1 else c}\sqrt\eta\,\varepsilon$ in "
        r"place of $\sqrt{2\eta}\,\varepsilon$. The steps are tiny, and $p$ has two modes of "
        rf"equal width, far apart, with the shares ${weight:g}$ and ${1 - weight:g}$. What share "
        "does the smaller mode hold when the walkers have come to rest?",
        right=share,
        within=0.03,
        wrong=(
            (
                weight,
                "The slope is that of $p$, but the noise does not fit to it. The law at rest is a "
                "power of $p$, and a power changes the shares.",
            ),
            (
                turned,
                "The exponent is turned over. Less noise sharpens the law and starves the smaller "
                "mode, more noise evens the two out.",
            ),
            (
                weight**power,
                "This is the power of the share, not yet normalised: divide by the sum of both "
                "powers.",
            ),
        ),
        why=rf"Shaken with $c\sqrt\eta\,\varepsilon$, walkers rest at $p^{{2/c^2}}$; here $c={c}$. "
        rf"Both modes have the same shape, so their masses are as ${weight:g}^{{{power:g}}}$ to "
        rf"${1 - weight:g}^{{{power:g}}}$.",
    )


def _narrow(random: Generator) -> Question:
    wide, narrow = [(2, 0.2), (0.5, 0.05), (2, 0.1), (0.5, 0.1), (2, 0.25), (4, 0.5)][
        int(random.integers(6))
    ]
    ratio = wide / narrow
    return Number(
        section=LANGEVIN,
        kind="derivation",
        asks=rf"A Gaussian has the standard deviation $s_{{\min}}={narrow:g}$ in one direction and "
        rf"$s_{{\max}}={wide:g}$ in another. Langevin dynamics runs with $\eta=s_{{\min}}^2$. "
        r"After about how many steps is the start down to $1/e$ in the wide direction?",
        right=ratio**2,
        within=0.03,
        wrong=(
            (
                ratio,
                "A step shrinks the start by the factor $1-\\eta/s^2$: the widths enter squared.",
            ),
            (
                1 / narrow**2,
                "So it would be if the wide direction had the standard deviation $1$. A step "
                "shrinks the start there by the factor $1-\\eta/s_{\\max}^2$.",
            ),
        ),
        why=r"Each step multiplies what is left of the start by $1-\eta/s_{\max}^2$, and "
        rf"$\eta/s_{{\max}}^2=1/{ratio**2:.0f}$. The narrowest direction sets the step and the "
        "widest one pays.",
    )


def _dimension(random: Generator) -> Question:
    root = int(random.choice([2, 3, 4, 5, 10]))
    return Number(
        section=LANGEVIN,
        kind="concept",
        asks=rf"A target with $D$ independent, equal coordinates gets ${root**3}$ times as many. "
        "By which factor must the corrected chain (MALA), at rest, make its step $\\eta$ shorter "
        "to be accepted about as often as before?",
        right=root,
        wrong=(
            (
                root**3,
                "So much is not needed. The error of one accepted step falls fast with $\\eta$, "
                "and only a root of $D$ is left.",
            ),
            (
                root**1.5,
                "This is the square root. For Langevin proposals the power is $-1/3$.",
            ),
            (
                1.0,
                "With a fixed step the acceptance falls to nothing: one refusal must now judge "
                "the errors of all coordinates at once.",
            ),
        ),
        why=rf"The step shrinks as $D^{{-1/3}}$, and ${root**3}^{{1/3}}={root}$. It is a "
        "polynomial price. Modes far apart cost an exponential one.",
    )


QUESTIONS: dict[str, Question | Family] = {
    "q-4-01": Family(_valley),
    "q-4-02": Choice(
        section=ENERGY,
        kind="concept",
        asks="A flexible network is trained by one term only: the mean energy of the data, "
        "$\\mathbb E_{p_{\\rm data}}[E_\\phi]$, is made as low as it will go. What does that loss "
        "do?",
        right="It falls for ever and may teach the density nothing.",
        wrong={
            "It falls until every datum lies at the bottom of a valley.": "Nothing in this loss "
            "holds up the energy elsewhere. The cheapest move is to lower it everywhere, and that "
            "makes no valley.",
            "It falls until it reaches the entropy of the data.": "That bound holds for the "
            "negative log-likelihood, which has $\\log Z$ in it. The energy alone has no bound.",
            "It stays where it is, for only differences count.": "Only differences count in the "
            "*density*. This loss does see a constant, and that is what is wrong with it.",
        },
        why="Add a constant $-c$ to the energy: the loss falls by $c$, the density stays. "
        "In the likelihood the term $\\log Z_\\phi$ rises by $c$ at the same time and forbids it.",
    ),
    "q-4-03": Choice(
        section=ENERGY,
        kind="error",
        asks="Study notes print the loss of score matching for energies with a plus: "
        "$\\mathbb E\\big[+\\operatorname{Tr}\\nabla^2E+\\frac12\\lVert\\nabla E\\rVert^2\\big]$. "
        "Somebody fits $E=x^2/2v$ with it, to data of variance $0.7$. What becomes of $v$?",
        right="It grows and grows: the energy becomes flat.",
        wrong={
            "It shrinks to zero: the energy becomes a spike.": "A spike would bend up steeply and "
            "have steep slopes, and with the plus both are fined.",
            "It goes to $0.7$ as before, only more slowly.": "The two terms no longer balance: "
            "$1/v+0.7/2v^2$ has no level place at any finite $v$.",
            "It goes to $-0.7$: the energy is upside down.": "The variance starts positive, and at "
            "$v=0$ the loss is infinite. It runs off to the other side.",
        },
        why="With the plus the loss is $1/v+0.7/2v^2$, and every wider $v$ has a smaller one. The "
        "score is $-\\nabla E$, so its divergence enters as $-\\operatorname{Tr}\\nabla^2E$: it "
        "pays to bend *up* at the data.",
    ),
    "q-4-04": Family(_least_loss),
    "q-4-05": Choice(
        section=ENERGY,
        kind="concept",
        asks="Training by contrastive divergence has run for a while, and its loss "
        "$\\mathbb E[E_\\phi]$ over data less that over walkers now stands at $0.001$. What do you "
        "know?",
        right="Data and walkers have nearly the same mean energy.",
        wrong={
            "The model is within a thousandth of a nat of the data.": "The loss is no divergence. "
            "Two quite different sets of points may have equal mean energy.",
            "The walkers have become samples of the model.": "They may stand where they started, "
            "at the data: after a walk too short to move, the loss is near zero in any model.",
            "The likelihood of the data can rise no further.": "For that, the *gradient* must "
            "vanish, with true samples of the model. The value of this loss says nothing of it.",
        },
        why="The surrogate was made for its gradient; its value is a difference of two means. "
        "Judge such a model by samples, or by a divergence where $Z$ can be had.",
    ),
    "q-4-06": Family(_heat),
    "q-4-07": Choice(
        section=ENERGY,
        kind="plot",
        asks="Estimate $Z$ of $E=\\lVert x\\rVert^2/2$ in $100$ dimensions by importance sampling: "
        "the mean weight of $1{,}000$ draws from the slightly wider $\\mathcal N(0,1.5^2I)$. Where "
        "does the typical estimate lie?",
        right="Far below $Z$: a few hundredths of it",
        wrong={
            "Close to $Z$: about three per cent off": "That is $1/\\sqrt{1000}$, right if the "
            "weights scattered by about their own mean. Their relative variance grows "
            "exponentially with the dimension.",
            "Far above $Z$: the draws are spread too wide": "The weights correct for the width, "
            "and the estimate has the right mean. It is the *typical* one that misses.",
            "On either side of $Z$, equally often": "An estimate that is right on average need "
            "not have its median there. A few huge weights carry the mean, and are hardly ever "
            "met.",
        },
        why="Nearly all of $Z$ comes from draws that lie unusually near the origin, and "
        "$1{,}000$ draws do not meet them. Without them the mean weight is too small.",
    ),
    "q-4-08": Choice(
        section=ENERGY,
        kind="concept",
        asks="A network outputs arrows $s_\\phi(x)$. You add up $s_\\phi\\cdot dx$ from $a$ to $b$ "
        "along two paths and get $0.11$ and $0.22$; finer steps change neither. What follows?",
        right="The field is no gradient, so it is not the score of any density.",
        wrong={
            "The log-density is known only up to a constant, here $0.11$.": "A constant cancels in "
            "the difference between $b$ and $a$, on each path alike.",
            "The log-density at $b$ less that at $a$ is the mean, $0.165$.": "Other paths would "
            "give other numbers. If the answer hangs on the path there is nothing to average.",
            "The field is useless: samplers need an energy behind it.": "Most score networks are "
            "such fields and sample well. What they lack is the log-density.",
        },
        why="For $s=-\\nabla E$ every path from $a$ to $b$ gives $E(a)-E(b)$. A vector network "
        "promises no such thing, and path dependence is the test.",
    ),
    "q-4-09": Choice(
        section=ENERGY,
        kind="plot",
        asks="One small energy is trained on two narrow modes in several ways, each with the same "
        "$200$ quick updates. Which one ends, on average over seeds, farthest from the data?",
        right="Persistent CD, whose walkers go on",
        wrong={
            "CD-1, whose walkers take one step": "It is biased, but to first order it is score "
            "matching. Over twenty seeds it ends at about a quarter of persistent CD's divergence.",
            "CD-20, whose walkers restart at the data": "Twenty steps explore each mode well, and "
            "the restarts keep the walkers in both. It comes close to the exact likelihood.",
            "Score matching, which never sees $Z$": "$Z$ does not stand in the score, so nothing "
            "is lost inside a mode. It comes close, too.",
        },
        why="Persistent walkers are right in principle. But about two in a hundred cross between "
        "the modes in the twenty steps between two updates, and the landscape moves faster than "
        "they can follow. With small updates, and many, the method works.",
    ),
    "q-4-10": Order(
        section=ENERGY,
        kind="derivation",
        asks="Put one update by contrastive divergence in order.",
        right=(
            "Start walkers at the data.",
            "Let them take $k$ Langevin steps, without recording gradients.",
            "Take the mean energy of the data less that of the walkers.",
            "Differentiate it in $\\phi$, and step downhill.",
        ),
        wrong=(
            (
                (0, 2, 1, 3),
                "Before they have walked the walkers *are* the data: the two means are equal, and "
                "the gradient is zero.",
            ),
            (
                (1, 0, 2, 3),
                "Walkers that are set back to the data after their walk have found out nothing "
                "about the model.",
            ),
        ),
        why="The walkers stand in for samples of the model. The energy is pushed down at the "
        "data and up where a short walk leads, and no gradient flows through the walk.",
    ),
    "q-4-11": Family(_wrong_noise),
    "q-4-12": Choice(
        section=LANGEVIN,
        kind="plot",
        asks="Two equal modes of standard deviation $0.5$ stand at $\\pm d$. As $d$ goes from $1$ "
        "to $1.5$ to $2$, how does the time grow that a walker stays in one mode?",
        right="By growing factors: 7, then over 20",
        wrong={
            "By equal amounts, as the way gets longer": "The walker does not run out of way, it "
            "must climb a hill, and the climb is a matter of rare luck.",
            "By equal factors: about 7 each time": "This would be exponential in the distance. "
            "The height of the hill is *quadratic* in it.",
            "By shrinking factors: about 7, then 4": "A power of the distance would grow like "
            "this. But the hill's height stands in the exponent.",
        },
        why="The time is exponential in the hill's height, by Kramers' formula, and the height is "
        "about $d^2/2s^2$. From $d=1$ to $2$ the time grows $165$ times.",
    ),
    "q-4-13": Choice(
        section=LANGEVIN,
        kind="error",
        asks="Notes say that $\\dot x=-\\nabla E(x)$ is Newton's motion and ends in a local "
        "minimum. Which correction is right?",
        right="The velocity is the force, and it may end at a saddle.",
        wrong={
            "The velocity is the force, and it ends in the lowest valley.": "The flow only goes "
            "down. It cannot leave the basin in which it starts, however shallow.",
            "The acceleration is the force, and it may end at a saddle.": "That is Newton's law, "
            "$m\\ddot x=-\\nabla E$. The equation has a first derivative: no mass, no momentum.",
            "The acceleration is the force, and it swings for ever.": "So a grain with a mass "
            "and without friction would. Here the energy falls by $\\lVert\\nabla E\\rVert^2$ a "
            "unit of time, and nothing swings.",
        },
        why="It is overdamped motion, as in thick honey. From a thin set of starts the flow creeps "
        "down to a saddle and stays there.",
    ),
    "q-4-14": Choice(
        section=LANGEVIN,
        kind="plot",
        asks="Three modes of equal width lie in a plane like the corners of a triangle, with the "
        "shares $0.7$, $0.2$ and $0.1$. Walkers start on an even grid all around and follow "
        "$\\nabla\\log p$ *without* noise. How many end in each?",
        right="About a third of them in each of the three",
        wrong={
            "About $0.7$, $0.2$ and $0.1$, like $p$": "Nothing carries a walker out of the basin "
            "in which it starts, so the shares cannot adapt. That takes noise.",
            "Nearly all in the mode of share $0.7$": "They end in the *next* mode uphill, not in "
            "the highest one. No walker crosses a valley of the density.",
            "Spread out, with few at the three modes": "Without noise a walker comes to rest where "
            "the slope is zero. All of them end in three points.",
        },
        why="What counts is the size of the basins, and those are of about equal size whatever the "
        "weights. With noise the start is forgotten, and the shares of $p$ come out.",
    ),
    "q-4-15": Choice(
        section=LANGEVIN,
        kind="concept",
        asks="Metropolis' correction of a Langevin step accepts by the ratio "
        "$\\frac{p(y)\\,q(x\\mid y)}{p(x)\\,q(y\\mid x)}$. Why does $q$ not cancel?",
        right="The slope at $y$ is another than at $x$, so the way back is another Gaussian.",
        wrong={
            "The noise at $y$ is another than at $x$, so the way back is a wider one.": "Both "
            "Gaussians have the covariance $2\\eta I$. They differ in their means.",
            "Without $q$ in the ratio the unknown constant $Z$ would stay in it, and would not "
            "cancel.": "$Z$ cancels between $p(y)$ and $p(x)$, with or without $q$.",
            "The walk is not at rest yet, and $q$ corrects for the start.": "Detailed balance is a "
            "property of the step, at every place and time. It knows nothing of the start.",
        },
        why="The step from $x$ aims at $x+\\eta\\nabla\\log p(x)$, the step back at "
        "$y+\\eta\\nabla\\log p(y)$. Only a walk without drift has $q(x\\mid y)=q(y\\mid x)$.",
    ),
    "q-4-16": Choice(
        section=LANGEVIN,
        kind="plot",
        asks="On a Gaussian of variance $s^2$ the corrected chain runs with steps from "
        "$\\eta=0.1\\,s^2$ to $2.5\\,s^2$. At which does a walker forget its place fastest?",
        right="In between, where a third or so of the steps is refused",
        wrong={
            "At the shortest, where hardly any step is refused": "Each of these steps is taken, "
            "but it moves so little that nine tenths of the place are remembered.",
            "At the longest, where every step taken goes far": "Six in ten are refused there, and "
            "a refused walker stays where it is.",
            "At any of them, for the correction makes each exact": "The law at rest is exact at "
            "every step size. How soon the past is forgotten is another matter.",
        },
        why="Short steps move too little, long ones are refused. The correlation from step to step "
        "is lowest between $\\eta=s^2$ and $1.6\\,s^2$, where 78% and 60% are taken.",
    ),
    "q-4-17": Choice(
        section=LANGEVIN,
        kind="concept",
        asks="All walkers started in the left of two equal, far modes. After $1{,}000$ steps nine "
        "in ten are still there. You look only at those on the left. What gives the error away?",
        right="Nothing: within their mode the samples are good",
        wrong={
            "Their width: they have not yet spread out enough": "Inside a mode the walk comes to "
            "rest quickly, long before anyone crosses the hill.",
            "Nothing: after so many steps the law at rest is reached": "Nine in ten are still on "
            "the left. At rest it would be half.",
            "Their Fisher divergence to $p$, which is large": "It compares slopes, and inside a "
            "mode these do not depend on its share. It hardly notices.",
        },
        why="The error is in the *shares*, and no local test sees these. They relax at the pace of "
        "the rare switches.",
    ),
    "q-4-18": Family(_narrow),
    "q-4-19": Family(_dimension),
    "q-4-20": Number(
        section=LANGEVIN,
        kind="derivation",
        asks="Langevin dynamics without correction runs on $\\mathcal N(0,1)$ with the step "
        "$\\eta=0.5$. At which variance do the walkers come to rest?",
        right=1 / (1 - 0.5 / 2),
        wrong=(
            (
                1.0,
                "This is the target's, and the limit of small steps. A finite step overshoots.",
            ),
            (
                1 / (1 + 0.5 / 2),
                "A finite step makes the law too *wide*: at $\\eta=2$ it has no rest at all.",
            ),
            (
                1 + 0.5 / 2,
                "This is the first term of the correction. The exact law is a geometric series.",
            ),
            (
                0.5,
                "For this variance the noise would be $\\sqrt\\eta$, in small steps. Here it is "
                "$\\sqrt{2\\eta}$.",
            ),
        ),
        why="One step makes $v$ into $(1-\\eta)^2v+2\\eta$. At rest $v=0.25\\,v+1$, so $v=4/3$: "
        "the variance $s^2/(1-\\eta/2s^2)$ of the page.",
    ),
    "q-4-21": Choice(
        section=ENERGY,
        kind="error",
        asks="One file of notes writes $p\\propto e^{E}$ on one page and $p\\propto e^{-E}$ on the "
        "next, with the same letter. Which term is the same in both conventions?",
        right="$\\frac12\\lVert\\nabla E\\rVert^2$ in the loss of score matching",
        wrong={
            "$-\\operatorname{Tr}\\nabla^2E$ in the loss of score matching": "It is the "
            "divergence of the score, which is $-\\nabla E$ for $e^{-E}$ and $+\\nabla E$ for "
            "$e^{E}$: the sign turns.",
            "$-\\eta\\nabla E$ in the step of Langevin dynamics": "The step goes up the density. "
            "That is down the energy for $e^{-E}$, and up for $e^{E}$.",
            "$+\\mathbb E_{p_{\\rm data}}[E]$ in the negative log-likelihood": "With $e^{E}$ it "
            "enters as $-E$: training then pushes $E$ *up* at the data.",
        },
        why="Changing the convention turns the sign of $E$. A square does not notice; everything "
        "linear in $E$ does. So the sign of the trace must follow the convention.",
    ),
}
