"""Chapter 7: noise in continuous time, there and back."""

from __future__ import annotations

import math

import numpy as np
from numpy.random import Generator

from .question import Choice, Family, Number, Order, Question

STEPS = "07-score-sde/from-steps-to-sde"
FORWARD = "07-score-sde/forward-sde"
REVERSE = "07-score-sde/reverse-sde"
FLOW = "07-score-sde/probability-flow"
BOTH = "07-score-sde/ve-and-vp"


def _rough(random: Generator) -> Question:
    root = int(random.choice([2, 3, 5, 10]))
    return Number(
        section=STEPS,
        kind="concept",
        asks=rf"On a Brownian path the slope $\lvert\Delta w/\Delta t\rvert$ is measured over "
        rf"steps of length $\Delta t$. The steps are made ${root**2}$ times shorter. By which "
        rf"factor does the mean of these slopes change?",
        right=root,
        wrong=(
            (
                1.0,
                "So it would be on a smooth path, which has a slope to settle at. A Brownian "
                "path is as rough close up as from afar.",
            ),
            (
                root**2,
                r"This is the factor of $1/\Delta t$. But the increment has shrunk as "
                r"well, by the root of it.",
            ),
            (
                1 / root,
                r"By this factor the *increments* become smaller. The slope divides them "
                r"by $\Delta t$, which has shrunk more.",
            ),
        ),
        why=rf"$\Delta w$ is of the size $\sqrt{{\Delta t}}$, so $\lvert\Delta w/\Delta t\rvert$ "
        rf"is of the size $1/\sqrt{{\Delta t}}$: it grows by $\sqrt{{{root**2}}}$, and without "
        rf"end as $\Delta t\to0$.",
    )


def _unscaled(random: Generator) -> Question:
    count = int(random.choice([50, 100, 200, 250, 400]))
    left = float(np.sqrt(1 - np.linspace(1e-4, 0.02, count)).prod())
    return Number(
        section=STEPS,
        kind="error",
        asks=rf"DDPM's variances $\beta_i^2$, evenly spaced from $0.0001$ to $0.02$, are used as "
        rf"they stand in a chain of ${count}$ steps in place of $1{{,}}000$. What factor "
        rf"$\bar\alpha_L$ is left before $x_0$ at the end?",
        right=left,
        within=0.03,
        wrong=(
            (
                math.exp(-5.025),
                r"This is what $1{,}000$ steps leave. The variances belong to "
                r"steps of length $1/1000$; fewer of them add up to less noise.",
            ),
            (left**2, "This is the share of the *variance* that is left. The factor is its root."),
        ),
        why=rf"The variances add up to about $B={count}\cdot0.01005={count * 0.01005:.2g}$, and "
        rf"$e^{{-B/2}}$ of the datum is left. Shorter chains need larger variances, "
        rf"$\beta_i^2=\beta(t)/L$.",
    )


def _linearised(random: Generator) -> Question:
    share = float(random.choice([0.2, 0.4, 0.8, 1]))
    return Number(
        section=STEPS,
        kind="derivation",
        asks=rf"DDPM's step is linearised: $x\leftarrow(1-\frac u2)\,x+\sqrt u\,\varepsilon$, "
        rf"with $u=\beta\,\Delta t={share:g}$ at every step. At which variance does $x$ come to "
        rf"rest?",
        right=1 / (1 - share / 4),
        wrong=(
            (
                1.0,
                r"DDPM's own step, with $\sqrt{1-u}$, keeps the variance at 1. Its "
                r"linearisation does not shrink $x$ enough for that.",
            ),
            (
                1 / (1 - share / 2),
                r"Expand the square: $(1-\frac u2)^2=1-u+\frac{u^2}4$. The "
                r"quarter remains.",
            ),
            (
                1 / (1 + share / 4),
                r"The linearised factor, $1-\frac u2$, is *larger* than "
                r"$\sqrt{1-u}$: too little is taken away.",
            ),
        ),
        why=r"At rest $v=(1-\frac u2)^2v+u$, so $v\,(u-\frac{u^2}4)=u$ and $v=1/(1-u/4)$: too "
        r"wide, by an amount that vanishes with the step.",
    )


def _brake(random: Generator) -> Question:
    strength = float(random.choice([0.5, 1, 1.5, 2]))
    c = "" if strength == 1 else f"{strength:g}"
    return Number(
        section=FORWARD,
        kind="error",
        asks=rf"“A negative $f$ makes the mean of $x_t$ go to zero.” Let "
        rf"$f(t)=-{c or 1}/(1+t)^2$. What part of $x_0$ does the mean keep for ever, as "
        rf"$t\to\infty$?",
        right=math.exp(-strength),
        wrong=(
            (
                0.0,
                r"The brake wears out: $\int_0^\infty f$ is finite. It must be $-\infty$ for "
                r"the mean to vanish.",
            ),
            (
                math.exp(-strength / 2),
                r"The half belongs to VP, where $f=-\frac12\beta$. Here "
                r"$f$ is given itself.",
            ),
            (1.0, r"Something is lost, for $f<0$ all along. What counts is the integral of $f$."),
            (
                math.exp(-2 * strength),
                "By the square of the factor the *variance* of the data "
                "shrinks. The mean has it once.",
            ),
        ),
        why=rf"The mean is $x_0\exp\int_0^tf$, and $\int_0^\infty\frac{{dt}}{{(1+t)^2}}=1$. So "
        rf"$e^{{-{strength:g}}}$ of the start stays.",
    )


def _kick(random: Generator) -> Question:
    keep, kick = float(random.choice([0.3, 0.5, 0.6, 0.8])), float(random.choice([0.1, 0.2, 0.5]))
    return Number(
        section=FORWARD,
        kind="derivation",
        asks=rf"At time $s$ the noise adds a kick of variance ${kick:g}$. From $s$ to $t$ the "
        rf"linear drift multiplies all points by ${keep:g}$. How much variance at time $t$ is "
        rf"due to this kick?",
        right=keep**2 * kick,
        wrong=(
            (
                keep * kick,
                "The *points* are multiplied by this factor, and a variance by its square.",
            ),
            (
                kick,
                "The drift acts on the kick as on everything else: what came early has shrunk "
                "by $t$.",
            ),
            (
                kick / keep**2,
                "This would undo the drift. Divide so to see the kick through the "
                "glass that makes the datum whole again.",
            ),
        ),
        why=rf"$P(t)=\int_0^t\mathcal E(s\to t)^2g(s)^2\,ds$: each kick counts with the square "
        rf"of what the drift leaves of it, here ${keep:g}^2\cdot{kick:g}$.",
    )


def _hindsight(random: Generator) -> Question:
    g, h, place, variance = [
        (2, 0.1, 3, 2),
        (1, 0.2, 2, 4),
        (2, 0.05, 4, 2),
        (3, 0.1, 2, 3),
        (1, 0.1, 6, 3),
        (2, 0.01, 5, 2),
    ][int(random.integers(6))]
    mean = g * h * place / variance
    return Number(
        section=REVERSE,
        kind="derivation",
        asks=rf"A crowd on the line takes a forward step with the noise "
        rf"${'' if g == 1 else g}\,\Delta w$, where $\Delta w\sim\mathcal N(0,{h:g})$. After it "
        rf"the crowd follows $\mathcal N(0,{variance})$. What was $\Delta w$ on average, for "
        rf"those who now stand at $x={place}$?",
        right=mean,
        wrong=(
            (
                -mean,
                "The score points inwards, and the noise that brought someone here pointed "
                "*outwards*: mind the minus.",
            ),
            (
                0.0,
                "Before the step its mean is zero. Given where one has come to, it is not: far "
                "out stand those whom the noise pushed out.",
            ),
            (mean / h, "The length of the step is missing: a short step has a small noise."),
            (place / variance * h, "The size $g$ of the noise is missing.")
            if g > 1
            else (place * h, "Divide by the variance of the crowd: the score is $-x/v$."),
        ),
        why=rf"$\mathbb E[\Delta w\mid x]=-g\,h\,\nabla\log p(x)$, which is Tweedie's formula. "
        rf"Here the score is $-{place}/{variance}$. The reverse SDE subtracts this mean and "
        rf"draws the rest afresh.",
    )


def _carried(random: Generator) -> Question:
    data, noise, start = [
        (0.3, 0.4, 1),
        (1.2, 1.6, 3),
        (0.5, 1.2, 1),
        (1.6, 1.2, 1),
        (0.4, 0.3, 1),
        (0.5, 1.2, 2),
    ][int(random.integers(6))]
    wide = math.hypot(data, noise)
    return Number(
        section=FLOW,
        kind="derivation",
        asks=rf"Data $\mathcal N(0,{data:g}^2)$ on the line are noised by VE until the noise has "
        rf"$\sigma={noise:g}$. To which place does the probability flow carry the datum at "
        rf"$x_0={start}$?",
        right=start * wide / data,
        wrong=(
            (
                start,
                "This is the average of the paths of the *SDE* from there. The flow keeps "
                "ranks: as the crowd spreads, everyone moves outwards.",
            ),
            (
                start * noise / data,
                r"The crowd at the end has the variance of data *and* noise, "
                r"$s^2+\sigma^2$.",
            ),
            (
                start * wide,
                "Start and end must lie equally far out in their own crowds: divide "
                "by the data's standard deviation.",
            ),
        ),
        why=rf"On the line the flow keeps every rank. A datum that stands at $x_0/s$ standard "
        rf"deviations stays there, and the crowd's standard deviation has become "
        rf"$\sqrt{{s^2+\sigma^2}}={wide:g}$.",
    )


def _order(random: Generator) -> Question:
    name, order = [("Euler", 1), ("Heun", 2)][int(random.integers(2))]
    calls, digits = int(random.choice([20, 40, 50])), 2
    factor = 10 ** (digits // order)
    return Number(
        section=FLOW,
        kind="concept",
        asks=rf"With ${calls}$ evaluations of the network {name}'s method carries the points of "
        rf"a flow with an error of $0.01$. About how many evaluations does it need for an error "
        rf"of $0.0001$?",
        right=calls * factor,
        wrong=(
            (
                calls * 10 ** (digits // (3 - order)),
                f"{name}'s method is of order {order}: ten times the evaluations take off "
                f"{'one digit' if order == 1 else 'two digits'} of the error.",
            ),
            (
                calls * 2,
                "The error is a power of the step. Twice the steps divide it by two or "
                "by four only.",
            ),
        ),
        why=f"The error falls like $1/n{'^2' if order == 2 else ''}$, so a hundredth of it takes "
        f"${factor}$ times the evaluations.",
    )


def _prior(random: Generator) -> Question:
    mean, noise = [(3, 30), (3, 10), (4, 20), (6, 20), (5, 25), (2, 20)][int(random.integers(6))]
    ratio = mean / noise
    return Number(
        section=BOTH,
        kind="derivation",
        asks=rf"Data of mean ${mean}$ and negligible spread are noised by VE up to "
        rf"$\sigma_T={noise}$, and sampling starts from $\mathcal N(0,\sigma_T^2)$. How many "
        rf"nats is the true $p_T$ away from this prior, $D_{{\rm KL}}(p_T\,\|\,\mathcal "
        rf"N(0,\sigma_T^2))$?",
        right=ratio**2 / 2,
        unit="nats",
        wrong=(
            (ratio**2, "Half of it: a Gaussian's log-density has a half in its exponent."),
            (ratio / 2, "The shift enters squared: a small one costs very little."),
            (
                ratio,
                "This is the shift in standard deviations. The divergence has half of its square.",
            ),
        ),
        why=rf"Two Gaussians of one variance: $\mu^2/2\sigma_T^2={mean}^2/(2\cdot{noise}^2)$. It "
        rf"falls with $1/\sigma_T^2$, or to nothing if the mean is subtracted from the data.",
    )


def _half_time(random: Generator) -> Question:
    low, high, middle = [
        (0.01, 1, 0.1),
        (0.02, 50, 1),
        (0.1, 10, 1),
        (0.5, 8, 2),
        (0.1, 90, 3),
        (0.01, 25, 0.5),
    ][int(random.integers(6))]
    return Number(
        section=BOTH,
        kind="concept",
        asks=rf"VE's usual schedule lets $\sigma(t)$ rise from $\sigma_{{\min}}={low:g}$ at "
        rf"$t=0$ to $\sigma_{{\max}}={high:g}$ at $t=1$. What is $\sigma(\frac12)$?",
        right=middle,
        wrong=(
            (
                (low + high) / 2,
                "So it would be on an evenly spaced schedule. This one is "
                "geometric: equal spans of time multiply by equal factors.",
            ),
            (
                math.sqrt((low**2 + high**2) / 2),
                "So it would be if the *variance* rose evenly. Here $\\log\\sigma$ does.",
            ),
        ),
        why=rf"Half of the time is half of the factors: "
        rf"$\sigma_{{\min}}(\sigma_{{\max}}/\sigma_{{\min}})^{{1/2}}=\sqrt{{{low:g}\cdot{high:g}}}$.",
    )


def _root(random: Generator) -> Question:
    time, size = [(2, 2), (8, 4), (4.5, 3), (12.5, 5), (18, 6), (0.08, 0.4)][
        int(random.integers(6))
    ]
    return Number(
        section=BOTH,
        kind="derivation",
        asks=rf"Without drift the noise is to have the standard deviation $\sigma(t)=t$. How "
        rf"large must $g$ be at $t={time:g}$?",
        right=size,
        wrong=(
            (1.0, r"This is $\dot\sigma$. Over time *variances* add up, not standard deviations."),
            (2 * time, r"This is $d\sigma^2/dt=g^2$. Take its root."),
            (time**0.5, r"The derivative of $t^2$ has a factor 2, and it stands under the root."),
        ),
        why=rf"$g^2=\frac{{d\sigma^2}}{{dt}}=2t={2 * time:g}$, so $g=\sqrt{{2t}}$.",
    )


QUESTIONS: dict[str, Question | Family] = {
    "q-7-01": Choice(
        section=STEPS,
        kind="plot",
        asks="NCSN adds noise in only eight levels, in place of ever more. How far is the law of "
        "its points at the end from that of the limit?",
        right="At distance zero: it is only the path that is coarse",
        wrong={
            "As far as that of DDPM's chain with eight steps": "DDPM's chain replaces an "
            "exponential by a product of roots, and with eight steps that shows. NCSN only adds "
            "variances, and these are exact.",
            "Far: eight kicks add up to less noise than many": "Each kick has the variance that "
            "is missing to the next level. However many there are, they add up to the same.",
            "A little: eight kicks are not yet Gaussian": "Each kick is Gaussian, and so is "
            "their sum.",
        },
        why="Variances of independent Gaussians add: the sum of eight kicks has the right "
        "variance, and no drift is there to be approximated.",
    ),
    "q-7-02": Family(_rough),
    "q-7-03": Family(_unscaled),
    "q-7-04": Choice(
        section=STEPS,
        kind="concept",
        asks="Euler–Maruyama follows one given Brownian path. In general the error of its "
        "*paths* falls like $\\sqrt{\\Delta t}$. How does it fall for the forward SDE of a "
        "diffusion model, $dx=f(t)\\,x\\,dt+g(t)\\,dw$?",
        right=r"Like $\Delta t$, as $g$ does not depend on $x$",
        wrong={
            r"Like $\sqrt{\Delta t}$, as for any equation with noise": "This holds where the "
            "size of the noise changes with the place. Here all points meet the same noise.",
            r"Like $\sqrt{\Delta t}$, and that of the law does, too": r"The law's error falls "
            r"like $\Delta t$ in both cases: weak accuracy is the easier one.",
            r"Like $\Delta t^2$, as the drift is linear in $x$": "A linear drift does not help "
            "Euler's rule: over a step it still holds the slope fixed.",
        },
        why=r"With additive noise what a kick misses has mean zero and is of order $\Delta "
        r"t^{3/2}$. Over $1/\Delta t$ steps that adds up to order $\Delta t$, like Euler's error "
        r"in the drift: order 1, for paths and for the law.",
    ),
    "q-7-05": Family(_linearised),
    "q-7-06": Family(_brake),
    "q-7-07": Family(_kick),
    "q-7-08": Choice(
        section=FORWARD,
        kind="plot",
        asks=r"The data have modes at $-1.5$ and $1$. Under VP a path starts far outside, at "
        r"$x_0=3$. Where does the drift pull it?",
        right="To $0$, right through the mode at $1$",
        wrong={
            "To $1$, which is the nearest mode": "The forward drift knows nothing of the data. "
            "What climbs to modes is the score, and that drives the way *back*.",
            "To $1$, which is the heavier mode": "The forward drift knows nothing of the data, "
            "their places or their weights.",
            "Nowhere: the noise has mean zero": r"The noise has, but VP has a drift as well, "
            r"$-\frac12\beta x$.",
        },
        why=r"$-\frac12\beta(t)\,x$ pulls to the origin, the middle of the noise to come.",
    ),
    "q-7-09": Choice(
        section=FORWARD,
        kind="plot",
        asks=r"Thirty data points, a kernel $p_t(x\mid x_0)$ about each: their average stands in "
        r"for $p_t$. At which times is it nearest to the exact one?",
        right=r"At large $t$, in the noise",
        wrong={
            r"At small $t$, near the data": "There the average is a heap of thirty narrow bells, "
            "and the exact density is smooth.",
            r"At all times alike": "Thirty points tell little about the data, but much about a "
            "law in which wide kernels run into each other.",
            r"In the middle, between both": "The kernels go on widening, and on coming together, "
            "until the end.",
        },
        why="The more noise, the fewer data are needed. At small $t$ a network that has learned "
        "its data by heart would show it.",
    ),
    "q-7-10": Choice(
        section=REVERSE,
        kind="plot",
        asks="A crowd runs from noise back to data by the reverse SDE. Somebody wants *half* of "
        "its noise, or none, or twice its variance, and may adjust the drift. Can the crowd "
        "still arrive with the law of the data?",
        right="Yes, with any amount of noise",
        wrong={
            "Only with just the noise of the way there": "That is one choice, the reverse SDE. "
            "Others have the same law at each time, with other paths.",
            "Only with that noise, or with none at all": "Between the two, and beyond, is a "
            "whole family: take any share of Langevin dynamics.",
            "Only with less noise, never with more": "More noise is balanced by more pull: twice "
            "the variance needs one and a half times the score's part.",
        },
        why=r"The flow carries the law along, and Langevin dynamics changes who is where and not "
        r"the law. Any share $\kappa\ge0$ of it may be added: the score then counts "
        r"$\frac{1+\kappa}2\,g^2$.",
    ),
    "q-7-11": Choice(
        section=REVERSE,
        kind="error",
        asks=r"A text drives the reverse SDE, with its score, by the *recorded* noise of the way "
        r"there, run backwards. As a process that is a Brownian motion. Data of variance $0.5$ "
        r"are noised by as much as $\sigma^2=1$ and brought back so. What arrives?",
        right="A crowd too narrow, about a quarter of the variance",
        wrong={
            "A crowd as it should be, for the noise has the right law": "It has, but it depends "
            "on $x_T$, from which one starts. The drift subtracts the mean of the noise, and the "
            "record still has it in it.",
            "The old data, each of them where it was before": "So it would be *without* the "
            "score: that is the replay. With it the mean of the noise is taken off twice.",
            "A crowd too wide, of about twice the variance": "The record and the score pull the "
            "same way, inwards, and not against each other.",
        },
        why=r"What drives the reverse SDE must have mean zero *given where we are*. Here "
        r"$\rho^2=\frac13$, and $1+2\rho^2\ln\rho^2=0.27$ of the variance is left.",
    ),
    "q-7-12": Choice(
        section=REVERSE,
        kind="concept",
        asks=r"With $f=0$ the reverse SDE has *twice* the drift of Langevin dynamics with the "
        r"same noise. On a target that stands still it would settle on $\pi^2$. Why does it not "
        r"sample too sharp a law?",
        right="Half of its drift is spent on following the target.",
        wrong={
            "Its noise is twice as large as that of Langevin.": r"The noise is the same, "
            r"$g\,dw$. Only the drift is doubled.",
            "Its time is too short to settle on any law.": "It has the law $p_t$ at *every* "
            "time, not only early.",
            r"Its target is $\sqrt\pi$, so that the square is right.": r"The score in it is that "
            r"of $p_t$ itself.",
        },
        why=r"The target changes from noise to data. The probability flow, with "
        r"$\frac12g^2\nabla\log p_t$, carries the crowd along, and the other half is Langevin "
        r"dynamics, which keeps it in place.",
    ),
    "q-7-13": Choice(
        section=REVERSE,
        kind="plot",
        asks=r"A score is exact, except *near the data*, at $t<0.1$. The way back is run with "
        r"more and more noise: the flow, the reverse SDE, twice its Langevin share. What happens "
        r"to the distance from the data?",
        right="It grows, as the score counts for more.",
        wrong={
            "It shrinks, for noise forgets errors.": "It forgets *early* ones. For a late one "
            "there is no time left to forget.",
            "It stays, for the same score is used.": r"The score counts $\frac{1+\kappa}2$ "
            r"times, and so does what is wrong with it.",
            "It shrinks first, and grows later.": "With an error at all times the two effects "
            "may balance. With a late one only there is nothing to be forgiven.",
        },
        why="Noise forgives what happened before and amplifies what is wrong now.",
    ),
    "q-7-14": Family(_hindsight),
    "q-7-15": Family(_carried),
    "q-7-16": Choice(
        section=FLOW,
        kind="plot",
        asks=r"Under VP 20,000 paths of the SDE leave from one point at the edge of the data, "
        r"$x_0=1.6$. So does the one line of the probability flow. Where is, at $t=1$, the "
        r"*average* of the paths, and where does the flow end?",
        right=r"The average near $0$, the flow near $1.5$",
        wrong={
            r"Both near $0$: the flow is the average path": r"The flow keeps the rank in the "
            r"crowd: whoever stood at its edge still does.",
            r"Both near $1.5$: the noise averages out": r"The noise does, but the drift pulls "
            r"the mean to $\alpha_tx_0$, and that goes to zero.",
            r"The average near $1.6$, the flow near $0$": r"Under VP the mean of the paths is "
            r"$\alpha_tx_0$. The flow carries the *crowd* to $\mathcal N(0,1)$, and not to a "
            r"point.",
        },
        why="The flow is a map of densities. Of the paths from one point it says nothing.",
    ),
    "q-7-17": Choice(
        section=FLOW,
        kind="error",
        asks=r"Slides print the probability flow as $\dot x=f\,x-g^2\,\nabla\log p_t$: the "
        r"reverse SDE with its noise crossed out. The crowd rides it from $p_T$, nearly pure "
        r"noise, back to $t=0$. How does it arrive?",
        right="Nearly all on one spot",
        wrong={
            "Half as wide as the data": "A factor of two in a *rate* acts all along the way, and "
            "the effect is exponential in it.",
            "Twice as wide as the data": "The pull towards the crowd is too strong, not too "
            "weak: the crowd gets narrower.",
            "Right, but with other paths": r"Only $\frac12g^2$ carries the law along. The other "
            r"half is a pull whose opponent, the noise, is gone.",
        },
        why=r"For a Gaussian the variance that arrives is $s^2\rho_T^2$, that of the best guess "
        r"$\mathbb E[x_0\mid x_T]$. From pure noise the best guess is always the same.",
    ),
    "q-7-18": Family(_order),
    "q-7-19": Choice(
        section=FLOW,
        kind="plot",
        asks=r"On the way back, at $t=0.6$ under VP, every particle is pushed by $1$. From then "
        r"on all goes right. Which crowd ends nearer to the data: that of the flow, or that of "
        r"the reverse SDE?",
        right="The SDE's: its noise forgets most of the push.",
        wrong={
            "The flow's: it does not add noise to the error.": "Nor does it take anything away. It "
            "keeps ranks, and the push with them, to the end.",
            "The flow's: its smooth paths lead to the data.": "They lead *pushed* particles to "
            "the wrong data: most of one mode goes over to the other.",
            "Neither: both follow the same exact score.": "Both do. But the SDE draws $x_0$ anew "
            "from $p(x_0\\mid x_t)$, and that hardly remembers $x_t$ when the two are weakly "
            "correlated.",
        },
        why=r"The flow carries an error $\delta$ to the end. For Gaussian data the reverse SDE "
        r"has it multiplied once more by $\rho_t$, the correlation of $x_0$ and $x_t$. Late, "
        r"when $\rho_t\approx1$, it forgives nothing.",
    ),
    "q-7-20": Order(
        section=FLOW,
        kind="plot",
        asks=r"The equation $\dot x=f\,x-c\,g^2\,\nabla\log p_t$ is run from $p_T$ back to "
        r"Gaussian data, for four shares $c$. Order the runs by the variance that arrives, the "
        r"largest first.",
        right=("$c=0.45$", "$c=0.5$", "$c=0.55$", "$c=1$"),
        wrong=(
            (
                (3, 2, 1, 0),
                "On the way back the score pulls *together*: the larger its share, "
                "the narrower the crowd.",
            ),
            (
                (1, 0, 2, 3),
                "The right share gives the right variance, not the largest one. With "
                "less pull the crowd arrives too wide.",
            ),
            (
                (2, 1, 0, 3),
                "On the way back the score pulls *together*: the larger its share, "
                "the narrower the crowd.",
            ),
        ),
        why=r"The variance is $s^2\rho_T^{4c-2}$ with $\rho_T$ nearly zero. Only at $c=\frac12$ "
        r"it is $s^2$; a tenth less or more makes it three times too large or too small, and "
        r"$c=1$ nearly zero.",
    ),
    "q-7-21": Choice(
        section=BOTH,
        kind="plot",
        asks=r"The same law is noised by VE, by VP and by flow matching. The three are looked at "
        r"where they have the same log-SNR, $\log(\alpha_t^2/\sigma_t^2)$. In which picture are "
        r"two modes best told apart?",
        right="In all three alike, up to the size",
        wrong={
            "In VE's, where the data keep their size": "They keep it, but the noise beside them "
            "is larger in the same proportion.",
            "In VP's, where the noise is the smallest": "It is smaller, but so are the data. "
            "What counts is the ratio, and that is the same.",
            "In FM's, which goes in a straight line": "The line says how fast the levels are "
            "passed. At one level the picture is the same.",
        },
        why=r"Divided by $\alpha_t$ all three are $x_0+(\sigma_t/\alpha_t)\,\varepsilon$. With "
        r"one Brownian path for all, they are the same points.",
    ),
    "q-7-22": Family(_prior),
    "q-7-23": Choice(
        section=BOTH,
        kind="error",
        asks=r"“The kernel of VE keeps the mean $x_0$. So sampling must start from $\mathcal "
        r"N(x_0,\sigma_T^2)$.” What is wrong with it?",
        right="At the end stands the average of all kernels, with the mean of the data.",
        wrong={
            "At the end the mean of each kernel is zero, for the drift has pulled it in.": "So "
            "it is under VP. VE has no drift, and the mean of a kernel stays where it was.",
            "Nothing: each sample should start about the datum that it is to become.": "Which "
            "datum that is, is not known before. There is one prior, and it must serve all of "
            "them.",
            "The mean of a kernel does not matter, for only variances enter a score.": r"The "
            r"score of a kernel is $-(x-x_0)/\sigma^2$, and holds its mean. With a small "
            r"$\sigma_T$ a wrong mean is well seen.",
        },
        why=r"$p_T$ has the mean of the data and the variance $s^2+\sigma_T^2$. Subtract the "
        r"mean from the data, make $\sigma_T$ large, and $\mathcal N(0,\sigma_T^2)$ is good.",
    ),
    "q-7-24": Choice(
        section=BOTH,
        kind="plot",
        asks="DDIM rides from noise to data in 12 steps, from the same noise, with the exact "
        "score, under VE, under VP and under flow matching: once with steps even in each "
        "process's own $t$, once at the same levels of log-SNR. In which race do all three end in "
        "the same points?",
        right="At the same levels of log-SNR, not in their own $t$",
        wrong={
            "In their own $t$, not at the same levels of log-SNR": "Even in $t$ each asks at noise "
            "levels of its own, and a coarse step from another level leads elsewhere.",
            "In both: they are one process in three units": "The unit drops out of DDIM's step, "
            "but they also have three clocks, and the clock says where the steps stand.",
            "In neither: their paths are bent in different ways": "Lines look straight or bent by "
            "the unit in which one measures. DDIM's step does not see the unit.",
        },
        why="On the common clock the three are one. In its own $t$ each process puts its steps "
        "elsewhere, and that alone makes the difference.",
    ),
    "q-7-25": Family(_half_time),
    "q-7-26": Family(_root),
}
