"""Questions of chapter 9: training over all times, solvers, likelihood, inversion."""

from __future__ import annotations

import math
from statistics import NormalDist

from numpy.random import Generator

from dgm_lessons.questions.question import Choice, Family, Number, Order, Question

TRAINING = "09-sampling-and-likelihood/training"
SOLVERS = "09-sampling-and-likelihood/solvers"
LIKELIHOOD = "09-sampling-and-likelihood/likelihood"
INVERSION = "09-sampling-and-likelihood/inversion"


def loud_times(g: Generator) -> Number:
    small, large = float(g.choice([0.02, 0.05, 0.1])), float(g.choice([0.2, 0.5]))
    ratio = large / small
    return Number(
        section=TRAINING,
        kind="concept",
        asks=r"The weight is $\omega=1$ at all times. How many times larger is the mean square of "
        rf"the target $-\varepsilon/\sigma_t$ where $\sigma_t={small:g}$ than where "
        rf"$\sigma_t={large:g}$?",
        right=ratio**2,
        wrong=(
            (
                ratio,
                r"That is the ratio of the targets. The loss sees their squares, $1/\sigma_t^2$.",
            ),
            (
                1.0,
                r"The noise $\varepsilon$ has the same size at all times, and with "
                r"$\omega=\sigma^2$ so has the target that counts. Here it is divided by "
                r"$\sigma_t$.",
            ),
        ),
        why=r"The target has the variance $1/\sigma_t^2$ in each coordinate. Squared errors of "
        "that size at the clean end drown all other times.",
    )


def clock_of_flow_matching(g: Generator) -> Number:
    t = float(g.choice([0.1, 0.2, 0.25, 0.4]))
    right = 2 / (t * (1 - t))
    return Number(
        section=TRAINING,
        kind="derivation",
        asks=r"Flow matching has $\alpha_t=1-t$ and $\sigma_t=t$. Likelihood weighting multiplies "
        r"$\lVert\epsilon_\phi-\varepsilon\rVert^2$ by $g^2/\sigma_t^2$. How large is this factor "
        f"at $t={t:g}$?",
        right=right,
        wrong=(
            (
                right / 2,
                r"That is the speed of $\log(\alpha_t/\sigma_t)$, the half log-SNR. The factor is "
                r"the speed of the whole, $\log(\alpha_t^2/\sigma_t^2)$.",
            ),
            (
                2 / t,
                r"This forgets the drift: the signal $\alpha_t=1-t$ falls as well, and adds "
                "$2/(1-t)$.",
            ),
            (
                2 * t / (1 - t),
                "That is $g^2$ itself. In terms of the noise's error it is divided by "
                r"$\sigma_t^2=t^2$.",
            ),
        ),
        why=r"$g^2/\sigma_t^2=-\frac "
        r"d{dt}\log(\alpha_t^2/\sigma_t^2)=\frac2{1-t}+\frac2t=\frac2{t(1-t)}$.",
    )


def weight_for_a_law(g: Generator) -> Number:
    weight, density = float(g.choice([3, 6, 9])), float(g.choice([0.25, 0.5, 1.5, 3]))
    return Number(
        section=TRAINING,
        kind="concept",
        asks="Times are drawn evenly on $[0,1]$, and at some $t$ the weight is "
        rf"$\omega(t)={weight:g}$. Now you draw them with another density $q$, and "
        f"$q(t)={density:g}$ there. Which weight at this $t$ leaves the expected loss as it was?",
        right=weight / density,
        wrong=(
            (
                weight * density,
                "This counts the change twice. A time that is drawn more often must weigh *less* "
                "each time.",
            ),
            (
                weight,
                "With the old weight, the times that are drawn more often would count for more: "
                "another loss.",
            ),
        ),
        why=r"Only the product of density and weight counts: $q\,\omega'=p_{\rm time}\,\omega$. "
        "What the choice of $q$ changes is the noise of the gradient.",
    )


def surviving_width(g: Generator) -> Number:
    n = int(g.choice([2, 3, 4, 5, 6]))
    step = math.pi / 2 / n
    return Number(
        section=SOLVERS,
        kind="derivation",
        asks=rf"Data $\mathcal N(0,s^2)$, the exact denoiser, DDIM in ${n}$ steps that are even "
        r"in the angle $\varphi=\arctan(\sigma/(s\,\alpha))$, from $90°$ to $0$. Which share of "
        "the standard deviation $s$ do the samples have?",
        right=math.cos(step) ** n,
        wrong=(
            (
                math.cos(step),
                "That is what one step keeps. Each of the steps loses width, and the losses "
                "multiply.",
            ),
            (math.cos(step) ** (2 * n), "That is the share of the variance."),
            (
                1.0,
                r"DDIM is exact where the guess $\hat x$ does not change on the way. For Gaussian "
                "data it changes all the time, with $x$.",
            ),
        ),
        why=r"One step multiplies by $\cos\Delta\varphi$ what the flow would give. Equal angles "
        r"lose least, since $\log\cos$ is concave.",
    )


def left_over_noise(g: Generator) -> Number:
    small, large, total = ((0.3, 0.4, 0.5), (0.6, 0.8, 1.0), (0.5, 1.2, 1.3))[int(g.integers(3))]
    width, cut = (small, large) if g.random() < 0.5 else (large, small)
    return Number(
        section=SOLVERS,
        kind="concept",
        asks=f"A cluster of the data has the standard deviation ${width:g}$. An exact sampler "
        rf"stops at the cut-off $\epsilon=\sigma/\alpha={cut:g}$; the points are divided by "
        r"$\alpha$, and that is all. Which standard deviation has the cluster now?",
        right=total,
        wrong=(
            (
                width + cut,
                "Independent parts add by their variances, not by their standard deviations.",
            ),
            (
                width**2 / total,
                r"So wide is it after one more call, the last guess $\mathbb E[x_0\mid x]$: that "
                "takes the noise away, and some of the data's width with it.",
            ),
            (
                width,
                "The law at the cut-off is that of the data *with* this noise. Nothing has taken "
                "it away.",
            ),
        ),
        why=r"$x/\alpha=x_0+\epsilon\,z$, so the variance is that of the cluster plus "
        r"$\epsilon^2$. A cut-off must be small beside the narrowest part of the data.",
    )


def stretch(g: Generator) -> Number:
    dims, factor = int(g.choice([3, 4, 5])), float(g.choice([2, 4, 10]))
    right = -dims * math.log(factor)
    return Number(
        section=LIKELIHOOD,
        kind="derivation",
        asks=f"A flow in $D={dims}$ dimensions stretches space by the factor ${factor:g}$ in "
        "every direction on the way from the datum to the noise. By how many nats does the "
        "log-density change *at the moving point*?",
        right=right,
        unit="nats",
        wrong=(
            (
                -right,
                r"Where a flow spreads, the density falls: $\frac d{dt}\log "
                r"p_t(x(t))=-\nabla\cdot u$.",
            ),
            (right / dims, "That is one direction. The divergence adds up all $D$ of them."),
            (
                right / 2,
                r"The half belongs to the variances, $\frac D2\log(v_T/v_0)$. The *factor of the "
                "stretch* is already the ratio of the standard deviations.",
            ),
        ),
        why="The mass in a small box stays, its volume grows by $k^D$, so the density falls by "
        r"$D\log k$. This is $\delta(T)$, with a minus.",
    )


def bits(g: Generator) -> Number:
    wanted, dims = float(g.choice([1.0, 2.0, 2.5, 3.0])), int(g.choice([784, 1024, 3072]))
    nats = round((7 - wanted) * dims * math.log(2))
    per_dim = -nats / dims / math.log(2)
    return Number(
        section=LIKELIHOOD,
        kind="derivation",
        asks=f"An image has $D={dims}$ pixels of 256 grey levels, scaled to $[-1,1]$. Its "
        f"log-density is ${nats}$ nats. How many bits per dimension are that?",
        right=per_dim + 7,
        within=0.02,
        unit="bits",
        wrong=(
            (
                per_dim + 8,
                "That is the offset of data in $[0,1]$, where one unit holds 256 grey levels. In "
                r"$[-1,1]$ it holds 128: $\log_2128=7$.",
            ),
            (
                per_dim,
                "The offset is missing: a density per unit is not yet a density per grey level.",
            ),
            (-nats / dims + 7, r"The nats were not divided by $\log2$."),
        ),
        why=r"$-\log p/(D\log2)+\log_2k$ with $k=128$ grey levels in one unit.",
    )


def nearer_lines(g: Generator) -> Number:
    before, after = float(g.choice([0.6, 0.9, 1.2])), float(g.choice([0.05, 0.1, 0.15]))
    return Number(
        section=LIKELIHOOD,
        kind="concept",
        asks=f"On the line, two paths of the flow start ${before:g}$ apart and end ${after:g}$ "
        "apart. By which factor is the mean density between them multiplied?",
        right=before / after,
        wrong=(
            (after / before, "Upside down: the same mass on less room is denser."),
            (
                1.0,
                "The *mass* between the paths stays, for nobody can cross them. The density is "
                "mass over length.",
            ),
            (
                (before / after) ** 2,
                "In the plane, perhaps. On the line the room between two paths is a length.",
            ),
        ),
        why="Whoever starts between the two paths stays between them. The mass is kept, the gap "
        "shrinks, and the density rises in proportion.",
    )


def half_way_code(g: Generator) -> Number:
    w = float(g.choice([0.1, 0.2, 0.25, 0.3, 0.4]))
    right = (1 - w) ** 2 + w**2
    return Number(
        section=INVERSION,
        kind="derivation",
        asks="$z$ and $z'$ are two independent codes in $D$ dimensions, standard normal. How "
        rf"large is $\frac1D\,\mathbb E\lVert(1-w)\,z+w\,z'\rVert^2$ at $w={w:g}$?",
        right=right,
        wrong=(
            (
                1.0,
                "That is what slerp keeps, and what a code should have. On a straight line the "
                "weights add up to one, but their squares do not.",
            ),
            (math.sqrt(right), "That is the length. Asked is its square."),
            (
                (1 - 2 * w) ** 2,
                "Here $z'$ was taken as $-z$. Independent codes are nearly orthogonal, and their "
                "squares add up.",
            ),
        ),
        why="The mixed term has mean zero, so that $(1-w)^2+w^2$ is left: at the middle half of "
        "what a code has. The line leaves the shell.",
    )


def code_of_a_rank(g: Generator) -> Number:
    code = float(g.choice([-1.5, -1.0, -0.5, 0.5, 1.0, 1.5]))
    rank = round(NormalDist().cdf(code), 4)
    share = 100 * rank
    return Number(
        section=INVERSION,
        kind="derivation",
        asks=f"Data on the line, with several modes. To the left of a point $x$ lie ${share:g}$ "
        "per cent of them. What is its code under the flow of VP, with the exact score? (Take "
        r"$p_T$ as $\mathcal N(0,1)$.)",
        right=NormalDist().inv_cdf(rank),
        within=0.02,
        wrong=(
            (
                -NormalDist().inv_cdf(rank),
                "The flow keeps the order on the line: what is on the left stays on the left.",
            ),
            (
                rank,
                "That is the rank. The code is the place which has this rank among the *noise*.",
            ),
            (
                2 * rank - 1,
                "So it would be for a prior that is uniform on $[-1,1]$. Here the noise is normal.",
            ),
        ),
        why="On the line the flow keeps ranks, whatever the data's law is: the code is "
        r"$\Phi^{-1}(F(x))$ with the normal distribution function $\Phi$.",
    )


def round_trip(g: Generator) -> Number:
    error, steps = float(g.choice([0.0016, 0.0024, 0.0048])), int(g.choice([30, 40, 60]))
    return Number(
        section=INVERSION,
        kind="plot",
        asks=f"With ${steps}$ Heun steps each way, the round trip picture – code – picture is off "
        f"by ${error:g}$. By about how much is it off with ${2 * steps}$?",
        right=error / 8,
        within=0.1,
        wrong=(
            (
                error / 4,
                "So the error of the *code* falls: Heun has order two. On the way back the "
                "leading errors cancel, and one order more is gained.",
            ),
            (
                error / 2,
                "That is order one, as of the codes by Euler's steps. Heun's steps do better, and "
                "their round trip better still.",
            ),
        ),
        why=r"One step there and the same step back leave $\big(1+(-1)^{p+1}\big)C\,h^{p+1}$: for "
        "$p=2$ nothing. What is left is of order $h^4$ a step, so of order $h^3$ in all.",
    )


QUESTIONS: dict[str, Question | Family] = {
    "q-9-01": Choice(
        section=TRAINING,
        kind="plot",
        asks="A network learns the score at one place and time as the mean over the $k$ nearest "
        "of 100,000 training examples, each with its own noisy target. How does its error change "
        "from $k=1$ to $k=10{,}000$?",
        right="It falls, and rises when the neighbours get too far away.",
        wrong={
            r"It falls all the way, as $1/\sqrt k$.": "So does the part that is chance. But far "
            "neighbours, in place and in time, have other scores, and their mean is the mean of "
            "something else.",
            "It rises all the way: the nearest example knows best.": "One target is "
            r"$-\varepsilon/\sigma$ of one draw, and this noise is as large as the score itself. "
            "Only averages are near it.",
            "It is the same for all $k$, as the targets are unbiased.": "They are right on "
            "average, and a mean of a few is still far off. What averaging does to chance is the "
            "point.",
        },
        why="Chance falls with $k$, bias grows. A network does the same as this regression: it "
        "averages targets that contradict each other.",
    ),
    "q-9-02": Choice(
        section=TRAINING,
        kind="error",
        asks=r"A slide writes $\nabla\log p(x)$ in place of $\nabla\log p_t(x_t)$ in the loss "
        "over all times. A network has the *right* score of $p_t$ at all $t$. At which times does "
        "this loss charge it for errors?",
        right="At late times much, near $t=0$ hardly.",
        wrong={
            "Near $t=0$ much, at late times hardly.": "With little noise $p_t$ is nearly the law "
            "of the data, and so is its score. It is far from it when the noise has washed the "
            "modes away.",
            "At all times alike, by a constant.": r"The difference of $\nabla\log p$ and "
            r"$\nabla\log p_t$ depends on $t$: zero at the start, large at the end.",
            "At no time, as both are minimal at the same network.": "The loss as printed is "
            "minimal at the score of the data, for all $t$. That is another network.",
        },
        why="$x_t$ is not distributed as the data. The index is not decoration: without it a "
        "perfect network is charged for errors that it has not made.",
    ),
    "q-9-03": Choice(
        section=TRAINING,
        kind="plot",
        asks="Flow matching, noise prediction, times drawn evenly in $t$: the samples are bad. "
        "Now the *exact* score is used for $t>0.9$, and the network for all other times. What "
        "happens to the distance of the samples from the data?",
        right="It falls to less than half: most of the harm was done there.",
        wrong={
            "It hardly changes: there is nothing but noise at $t>0.9$.": "There "
            r"$\sigma/\alpha>9$, but the velocity divides an error of the noise by "
            r"$\alpha_t=1-t$. Small errors become large moves.",
            "It grows: the two scores do not fit together at $t=0.9$.": "The flow needs a "
            "velocity at each time, and has no memory. A jump in it does no harm; a wrong one "
            "does.",
            "It hardly changes: the clusters take shape near $t=0$.": "They do, and there the "
            "network is good. What went wrong before cannot be repaired there.",
        },
        why="The errors of even times sit at the noisy end. Times even in log-SNR put more "
        "examples there, and come to the same: it was the law of times, not the process.",
    ),
    "q-9-04": Choice(
        section=TRAINING,
        kind="error",
        asks=r"For one network the likelihood bound is 0.014 nats, and the divergence $D_{\rm "
        r"KL}(p_0\Vert\cdot)$ of what its *flow* makes is 0.022 nats, both measured well. A "
        "colleague looks for the bug. What do you say?",
        right="No bug: the bound is about another law.",
        wrong={
            "A bug: nothing can be above its upper bound.": "True of the law that the bound is "
            "about, that of the reverse SDE. The flow with the same network makes another one.",
            "A bug: the flow has no dice, so its divergence is lower.": "With the exact score "
            "both are zero. With a network's the flow does not have to be better; here it is "
            "mostly worse.",
            "No bug: the bound holds on average over many trainings.": "It holds for each network "
            r"$s_\phi$, by Girsanov's theorem. What it bounds is the question.",
        },
        why="The bound is the divergence between two laws of whole paths, of the reverse SDE. "
        "Only with the exact score have the flow and the SDE the same marginals.",
    ),
    "q-9-05": Family(loud_times),
    "q-9-06": Family(clock_of_flow_matching),
    "q-9-07": Family(weight_for_a_law),
    "q-9-08": Choice(
        section=SOLVERS,
        kind="plot",
        asks="From *one* noise $x_T$ inside the ring, 400 paths of VP's reverse SDE are drawn, "
        "with a good network. In which of the eight clusters do they end?",
        right="In all eight, with about the data's weights.",
        wrong={
            "Nearly all in the cluster that is nearest to the start.": "So does the flow, which "
            "has no dice. On the long way fresh noise makes the SDE forget where it began.",
            "In all eight, most of them in the nearest ones.": "At time $T$ the start holds "
            "almost nothing of the datum: given $x_T$, all clusters are about as probable as "
            "without it.",
            "In the cluster where the flow's line from this noise ends.": "Flow and SDE share the "
            "law of $x_t$ over *all* starts, not the end of a path from one start.",
        },
        why="The start decides nothing for the SDE and everything for the flow. Both have the "
        "right law in the end.",
    ),
    "q-9-09": Choice(
        section=SOLVERS,
        kind="plot",
        asks="The race of solvers on the ring: 8 calls for everybody, times even in the angle, "
        "the exact denoiser. Whose *median* distance from the exact end is smaller: Euler's or "
        "Heun's?",
        right="Euler's: at 8 calls Heun has four steps.",
        wrong={
            "Heun's: a method of order 2 beats one of order 1.": "Order says how fast an error "
            "falls in the end. With 8 calls the end is far away, and Heun pays two calls a step.",
            "Neither's: at equal calls they are the same method.": "Heun's second look makes it "
            "another method, with half the steps. The two lines cross only further to the right.",
            "Heun's: it looks twice, so its steps are surer.": "They are, step by step. But four "
            "long steps are compared with eight shorter ones.",
        },
        why="The bill counts calls, not steps. By the median Heun's line drops below Euler's only "
        "beyond 32 calls.",
    ),
    "q-9-10": Choice(
        section=SOLVERS,
        kind="plot",
        asks="The ring, with the trained network and 128 calls: how far are Euler's and Heun's "
        "ends from those of the *exact* flow?",
        right="About equally far: the network's error is left.",
        wrong={
            "Heun's much nearer: its error falls with the square.": "So it does with the exact "
            "denoiser. With a network the solver's error soon falls below the network's, which is "
            "left.",
            "Both very near: 128 calls are enough for either.": "They are enough to solve the "
            "*network's* flow. That flow ends elsewhere than the exact one.",
            "Heun's further away: it asks the network twice as often.": "An error is not added at "
            "each call. Both come to where the network's own flow ends.",
        },
        why="A better solver solves the wrong equation better. Beyond the floor only a better "
        "network helps.",
    ),
    "q-9-11": Choice(
        section=SOLVERS,
        kind="plot",
        asks="Data are noised by VP, by a cosine schedule and along straight lines (flow "
        r"matching). DDIM runs ten steps in each, on the same noise levels $\sigma/\alpha$, from "
        "the same noises, with the exact denoiser. How do the ends compare?",
        right="They are the same points, whatever process noised the data.",
        wrong={
            "Flow matching's are nearest to the exact ends: its paths are straight.": "Straight "
            "are the paths *given* a datum and a noise. DDIM holds the guess still and solves the "
            "rest exactly, in any clock.",
            "VP's are nearest to the exact ends: DDIM was derived for it.": "Its step can be "
            r"written with $\alpha$ and $\sigma$ alone, and after division by $\alpha$ with "
            r"$\sigma/\alpha$ alone.",
            "In all three they differ a little, as Euler's ends do.": "Euler's step depends on "
            "the clock. DDIM's does not.",
        },
        why=r"After division by $\alpha$ all processes are data plus noise of size "
        r"$\sigma/\alpha$, and DDIM's step depends on these levels only. For flow matching it "
        "*is* Euler's step.",
    ),
    "q-9-12": Choice(
        section=SOLVERS,
        kind="error",
        asks="“DDPM sampling is a special case of Euler–Maruyama.” What is true of the two steps, "
        r"with the wide noise, of variance $\beta_i^2$, and the same score?",
        right=r"Their factors agree to first order in $\beta_i^2$.",
        wrong={
            r"They are equal for any $\beta_i$, written differently.": "Before $x$ stands "
            r"$1/\sqrt{1-\beta_i^2}$ in one and $1+\frac12\beta_i^2$ in the other: 1.118 and 1.1 "
            r"at $\beta_i^2=0.2$.",
            "They agree but for the size of the noise.": "With the wide noise that is what they "
            r"share: $\beta_i\,z$ in both. The factors of $x$ and of the score differ.",
            r"They agree only in the limit of $T\to\infty$.": "How long the chain is has nothing "
            r"to do with it. What counts is how small each $\beta_i^2$ is.",
        },
        why=r"The factors differ by $\frac38\beta_i^4$ and $\frac12\beta_i^4$. Over $L$ steps "
        "that adds up to order $1/L$: one SDE in the limit, two samplers on the way.",
    ),
    "q-9-13": Order(
        section=SOLVERS,
        kind="plot",
        asks="One trained network on the ring, 10 calls, each sampler on the better of two grids. "
        "Order them by the error of their samples, the smallest first.",
        right=(
            "Euler on the probability flow",
            "DDPM's ancestral step",
            "Euler–Maruyama on the reverse SDE",
            "annealed Langevin, one long step a level",
        ),
        wrong=(
            (
                (0, 2, 1, 3),
                "DDPM's step knows the mean and the noise of the exact kernel for a fixed guess "
                "of the datum. Euler–Maruyama holds the whole drift still, which is rougher when "
                "steps are long.",
            ),
            (
                (3, 2, 1, 0),
                "Dice do not make up for few calls. Langevin has to come to rest at each level, "
                "and with one step it does not.",
            ),
        ),
        why="With few calls the plain step of the SDE lags behind, and Langevin is far off. From "
        "100 calls on all but Langevin can hardly be told apart.",
    ),
    "q-9-14": Family(surviving_width),
    "q-9-15": Family(left_over_noise),
    "q-9-16": Choice(
        section=LIKELIHOOD,
        kind="error",
        asks="A code computes densities by the flow. You check that they integrate to one. Which "
        "slip does this check *not* find?",
        right=r"the velocity has a quarter of $g^2$ in place of the half",
        wrong={
            "the divergence is subtracted instead of added": "Then squeezing lowers the density, "
            "and mass is not kept: in the test the integral is 9.8.",
            "the log-density of the prior is left out of the sum": "Then what is integrated is a "
            "change of volume and no density: in the test the integral is 240.",
            "the divergence is left out of the sum": "Then a point simply takes over the density "
            "of its end, as if no volume changed. That does not add up to one.",
        },
        why="Any smooth velocity only moves mass about, so it gives a normalised density, if of "
        "the wrong law. The integral checks the code, not the score.",
    ),
    "q-9-17": Choice(
        section=LIKELIHOOD,
        kind="plot",
        asks="The log-likelihood of 500 points in the plane, by a network's flow, with one random "
        "probe for the trace. Which error is largest for *one* point, and which is left in the "
        "*mean* over all points?",
        right="For one point the probe's; in the mean the score's.",
        wrong={
            "For one point the score's; in the mean the probe's.": "A probe is drawn anew for "
            "each point, and its error has mean zero. It is what averages out.",
            "In both the probe's: it is by far the largest.": "It is, point by point. But over "
            "500 points independent errors of mean zero shrink to a twentieth.",
            "In both the cut-off's: the density of noisy data is another one.": "This one is "
            "small here, beside probe and score. On images with a careless cut-off it would be "
            "large.",
        },
        why="Unbiased noise cancels in a mean. The score's error does not: its mean is about "
        "minus the divergence of the network's law from the data.",
    ),
    "q-9-18": Choice(
        section=LIKELIHOOD,
        kind="plot",
        asks="VP, Gaussian data of standard deviation 0.5, and a score that is 20% too steep at "
        "all times. The flow and the reverse SDE run back from the prior. How wide are the laws "
        "that they make?",
        right="Both too narrow, the flow's much more.",
        wrong={
            "Both too narrow, and equally so.": "With the exact score they are equal. With a "
            "wrong one they are two models, and the dice of the SDE repair a part.",
            "Both too narrow, the SDE's much more.": "The SDE has twice the score, but also fresh "
            "noise against it, and it forgets early errors. The flow keeps them all.",
            "Both too wide, the SDE's much more.": "A steeper score pulls more strongly to the "
            "middle. The law gets narrower.",
        },
        why="The standard deviations are 0.159 and 0.423. One network, two laws: a likelihood by "
        "the flow says nothing exact about what the SDE draws.",
    ),
    "q-9-19": Choice(
        section=LIKELIHOOD,
        kind="plot",
        asks="Digits on grey levels, one level 0.008 wide. Somebody starts the likelihood's ODE "
        "at noise 0.03 in place of 0.00003, with the *clean* digits. What happens to the bits per "
        "pixel?",
        right="They rise, by almost three: blur takes up room.",
        wrong={
            "They fall, by almost three: blurred digits are easier.": "The density of blurred "
            "digits is spread over more volume, and so it is lower at each digit. Lower density "
            "is more bits.",
            "Nothing: the eye cannot see so little noise.": "The eye does not count. The density "
            "is asked at a width of a grey level, and the blur is four of them.",
            "They rise a little, by about a hundredth.": "So much is the scale of solver and "
            "probe. A cut-off above the width of a level spoils whole bits.",
        },
        why="What comes out is the density $p_{t_0}$ of *noisy* data. Already a cut-off of 0.003 "
        "adds half a bit.",
    ),
    "q-9-20": Family(stretch),
    "q-9-21": Family(bits),
    "q-9-22": Family(nearer_lines),
    "q-9-23": Choice(
        section=INVERSION,
        kind="plot",
        asks=r"A digit that the model knows has a code with $\lVert z\rVert^2/D\approx1$. Now the "
        "same digit is printed with *half* the ink, and with *one and a half times* the ink. "
        "Where are the two codes?",
        right="Far inside the shell, and far outside it.",
        wrong={
            "Both on the shell: they are still digits.": "To the eye. To the model contrast "
            "counts as much as shape: it has never seen such ink.",
            "Both far outside the shell: neither looks like data.": "Too little contrast is "
            "unknown, too, but it makes the code too *short*: 0.35 of the square length.",
            "Far outside it, and far inside it.": "The other way round: contrast goes into the "
            "code. A faint picture gets a faint code, a strong one a strong code.",
        },
        why="The measured values are 0.35 and 8.2. A code off the shell, on either side, betrays "
        "a picture that the model does not know.",
    ),
    "q-9-24": Choice(
        section=INVERSION,
        kind="error",
        asks=r"“The code of this picture has $\lVert z\rVert^2/D=0.17$. That is nearer to the "
        r"mode of $\mathcal N(0,I)$ than any digit's code, so this picture is the most typical of "
        "all.” What is wrong?",
        right="A code so short is no more typical than one too long.",
        wrong={
            r"The density of $\mathcal N(0,I)$ is not largest at $z=0$.": "It is largest there. "
            "But in 576 dimensions almost no mass is near it: the volume is on the shell.",
            "The code was found by too few steps to be trusted.": "More steps make the code more "
            "exact. The conclusion would be as wrong.",
            r"The prior of the flow is not quite $\mathcal N(0,I)$.": "True, and far too little "
            "to matter here. The argument fails for the exact prior as well.",
        },
        why=r"Mass is density times volume, and $\lVert z\rVert^2/D=1\pm\sqrt{2/D}$. Besides, even "
        "which picture has the highest density is not read from the code alone: that needs the "
        "change of volume along the flow.",
    ),
    "q-9-25": Choice(
        section=INVERSION,
        kind="concept",
        asks="Two points lie nearly one unit apart, on the two sides of the valley between two "
        "modes. Where are their codes, under the exact flow?",
        right="Close together: hardly any data lie between.",
        wrong={
            "About one unit apart: the flow is smooth.": "Smooth does not mean that it keeps "
            "distances. It keeps the *mass* between two points.",
            "Far apart: the points belong to different modes.": "The modes are side by side, and "
            "their codes fill the line without a gap. What lies between the two is next to "
            "nothing.",
            "In the same point: the valley is squeezed to nothing.": "Two starts never get the "
            "same code: the flow is a bijection. There is a little mass in the valley.",
        },
        why="On the line the distance of two codes is a matter of ranks. So near codes may decode "
        "to far data.",
    ),
    "q-9-26": Choice(
        section=INVERSION,
        kind="plot",
        asks="A digit 3 is encoded with its label. The code is decoded with the label 6. What "
        "comes out, as a rule?",
        right="A 6 with about the thickness of the 3.",
        wrong={
            "A 6 that has nothing of the 3 but chance.": "This is how *fresh* digits of the "
            "new label look. The edited ones are twice as like the original by correlation.",
            "The 3 again: a code belongs to one picture.": "To one picture for *one* flow. The "
            "label is a part of the velocity, and with another label the way back is another one.",
            "Something between a 3 and a 6.": "It would be, half-way between the codes of two "
            "digits. Here nothing is mixed: 96% are read as the new label.",
        },
        why="The label decides the shape; what it does not say, thickness most of all, is left to "
        "the code.",
    ),
    "q-9-27": Family(half_way_code),
    "q-9-28": Family(code_of_a_rank),
    "q-9-29": Family(round_trip),
}
