"""Questions of chapter 11: flow matching, solvers, guidance, latents, flow maps, families."""

from __future__ import annotations

import math

from numpy.random import Generator

from dgm_lessons.questions.question import Choice, Family, Number, Order, Question

MATCHING = "11-beyond/flow-matching"
SOLVERS = "11-beyond/fast-solvers"
GUIDANCE = "11-beyond/guidance"
LATENT = "11-beyond/latent-diffusion"
MAPS = "11-beyond/flow-maps"
FAMILIES = "11-beyond/families"
FURTHER = "11-beyond/further"


def one_euler_step(g: Generator) -> Number:
    left, right = float(g.choice([-2, -1])), float(g.choice([2, 3, 6]))
    share = float(g.choice([0.25, 0.75]))
    return Number(
        section=MATCHING,
        kind="plot",
        asks=f"The data are two points on the line: ${left:g}$ with probability ${share:g}$, and "
        f"${right:g}$. The exact flow of flow matching is solved in *one* step of Euler, from the "
        r"noise $\varepsilon=0.5$. Where does it land?",
        right=share * left + (1 - share) * right,
        wrong=(
            (
                (left + right) / 2,
                "Half-way would be right for equal shares. The mean counts how probable each "
                "datum is.",
            ),
            (
                right,
                "The step does not know yet which datum it goes to: in pure noise nothing is "
                "known of it.",
            ),
            (
                share * left + (1 - share) * right - 0.5,
                r"The velocity at the start is $\varepsilon-\mathbb E\,x_0$, and one step "
                r"*subtracts* it from $\varepsilon$: the noise drops out.",
            ),
        ),
        why=r"$v^*(\varepsilon,1)=\mathbb E[\varepsilon-x_0\mid\varepsilon]=\varepsilon-\mathbb "
        r"E\,x_0$, so the whole step leads to the mean of the data, from wherever it starts.",
    )


def weight_on_noise(g: Generator) -> Number:
    t = float(g.choice([0.6, 0.75, 0.8, 0.9]))
    return Number(
        section=MATCHING,
        kind="derivation",
        asks=r"Read as noise prediction, the loss of flow matching is $\frac12\mathbb "
        rf"E\,w(t)\lVert\hat\varepsilon-\varepsilon\rVert^2$. How large is $w$ at $t={t:g}$?",
        right=1 / (1 - t) ** 2,
        wrong=(
            (
                1 / (1 - t),
                "So much larger is the error of the velocity than that of the noise. The loss has "
                "its square.",
            ),
            (
                1.0,
                "That weight is the simple loss. The network says a velocity here, and an error "
                "of the noise becomes a larger one of the velocity.",
            ),
            (
                (t / (1 - t)) ** 2,
                r"That is $\sigma^2/\alpha^2$, the weight for the datum read from the noise. The "
                r"velocity is $(\hat\varepsilon-x_t)/(1-t)$.",
            ),
        ),
        why=r"$\hat v=(\hat\varepsilon-x_t)/(1-t)$, and the target likewise: errors differ by "
        "$1/(1-t)$. Strong noise is heard most.",
    )


def cost_after(g: Generator) -> Number:
    cost, bend, loss = (float(g.choice(v)) for v in ([7, 8, 9], [0.5, 1.5], [1.0, 2.0]))
    return Number(
        section=MATCHING,
        kind="derivation",
        asks=f"Pairs of noise and data cost ${cost:g}$, the mean of their squared distance. Flow "
        rf"matching on them has the least loss ${loss:g}$ (with its factor $\frac12$), and its "
        f"flow has the curvature $S={bend:g}$. What do the flow's own pairs cost?",
        right=cost - bend - 2 * loss,
        wrong=(
            (
                cost - bend - loss,
                r"The loss has a factor $\frac12$: the mean variance of the lines at a point is "
                "*twice* the least loss.",
            ),
            (
                cost - 2 * loss,
                r"That is $\int\mathbb E\lVert v^*\rVert^2dt$. Of it the bending takes $S$; the "
                "rest is the cost from end to end.",
            ),
            (
                cost,
                "The ends have the same laws as before, but they are paired anew, and never at a "
                "higher cost.",
            ),
        ),
        why=r"$C-C'=S+\int\mathbb E\operatorname{tr}\operatorname{Cov}[\varepsilon-x_0\mid "
        r"x_t]\,dt$, and the integral is twice the least loss.",
    )


def one_step_error(g: Generator) -> Number:
    error = float(g.choice([0.0016, 0.008, 0.024]))
    return Number(
        section=SOLVERS,
        kind="derivation",
        asks=f"One multistep step (order 2), from an exact history, has the error ${error:g}$. "
        r"All steps, this one and the one before, are halved in $\lambda$. How large is the error "
        "of *one* step now, about?",
        right=error / 8,
        within=0.05,
        wrong=(
            (
                error / 4,
                "So falls the error of the whole run. There are twice as many steps then, so each "
                "one has to fall by twice as much.",
            ),
            (error / 2, "So falls the whole error of a method of order 1."),
        ),
        why="The error of a step is of order $h^3$. Without the ratio $h/h'$ it would be of order "
        "$h^2$, and the method of order 1.",
    )


def extrapolated(g: Generator) -> Number:
    before, rise = float(g.choice([1, 2])), float(g.choice([0.2, 0.4]))
    last, h = float(g.choice([0.5, 0.25])), 1.0
    now = before + rise
    return Number(
        section=SOLVERS,
        kind="derivation",
        asks=rf"DPM-Solver++ 2M: the step before rose by ${last:g}$ in $\lambda$, and the guess "
        f"of the clean point went from ${before:g}$ to ${now:g}$. This step rises by ${h:g}$. "
        "Which guess does it use?",
        right=now + h / (2 * last) * rise,
        within=0.005,
        wrong=(
            (
                now + rise / 2,
                "The ratio $h/h'$ is left out. The guess changed at a rate per unit of "
                r"$\lambda$, and this step is longer.",
            ),
            (
                now + h / last * rise,
                "That is the guess at the *end* of the step, on a straight line. Under the "
                "integral its mean over the step counts.",
            ),
            (now, "That is DDIM, which holds the last guess still."),
        ),
        why=r"$\hat x_s+\frac h{2h'}(\hat x_s-\hat x_{\rm before})$: the slope of the step "
        "before, taken to the middle of this one.",
    )


def calls_that_suffice(g: Generator) -> Number:
    calls, ratio = float(g.choice([10, 15, 20])), float(g.choice([4, 9, 16]))
    floor = 0.01
    return Number(
        section=SOLVERS,
        kind="concept",
        asks=f"With ${calls:g}$ calls a solver's error is ${floor * ratio:g}$, the network's own "
        f"error is ${floor:g}$. The solver has order 2 and is already in its limit. From how many "
        "calls on is its error below the network's?",
        right=calls * math.sqrt(ratio),
        within=0.02,
        wrong=(
            (calls * ratio, "So many a method of order 1 would need."),
            (
                calls,
                "The error that one sees is at most the *sum* of the two. As long as the solver's "
                "is the larger, calls still buy something.",
            ),
        ),
        why="With order 2 the error falls with the square of the number of calls. Beyond this "
        "number a better network is needed, not more calls.",
    )


def guided_variance(g: Generator) -> Number:
    a, b = ((1.0, 2.0), (1.0, 4.0), (2.0, 4.0))[int(g.integers(3))]
    w = int(g.choice([1, 2, 3]))
    return Number(
        section=GUIDANCE,
        kind="derivation",
        asks=rf"The class is $\mathcal N(0,{a:g})$, the whole $\mathcal N(0,{b:g})$. The "
        f"probability flow is run with the guided score of weight $w={w}$, "
        r"$(1+w)\nabla\log p_t(x\mid c)-w\nabla\log p_t(x)$, from infinite noise. Which variance "
        "do its samples have?",
        right=a * (a / b) ** w,
        wrong=(
            (
                1 / ((1 + w) / a - w / b),
                "That is the tilted density, which is often written down. The flow samples "
                "another law.",
            ),
            (a, "That is the class itself, $w=0$."),
            (
                (a * b - a**2 * (a / b) ** (2 * w)) / ((2 * w + 1) * (b - a)),
                "That is what the reverse SDE samples with this score.",
            ),
        ),
        why=r"$a\,(a/b)^w$: with each unit of weight the flow's variance falls by the same "
        "*factor*, the tilted density's only like $1/w$.",
    )


def doubtful_point(g: Generator) -> Number:
    chance, w = float(g.choice([0.5, 0.4, 0.2])), int(g.choice([2, 3]))
    return Number(
        section=GUIDANCE,
        kind="derivation",
        asks="Classes do not overlap. A noisy point comes from the class with probability "
        f"${chance:g}$, and from elsewhere otherwise. Guidance of weight $w={w}$, with "
        r"$(1+w)\log p_t(x\mid c)-w\log p_t(x)$ as the log-density, multiplies $p_t(x)$ there by a "
        "power of a mean; the tilted density, seen through noise, needs a mean of powers. Divide "
        "the first by the second.",
        right=chance**w,
        within=0.02,
        wrong=(
            (
                chance ** (1 + w),
                "That is the power of the mean alone. The mean of the powers is not 1: it is the "
                "chance itself, as each clean point is sure.",
            ),
            (
                1.0,
                "They would agree if the point were sure of its class. Power and mean do not "
                "commute.",
            ),
            (chance, r"That is the mean of the powers, for every $w$."),
        ),
        why="Guidance punishes a noisy point for a doubt that later steps would have resolved. So "
        "it leaves modes whose noisy points are in doubt.",
    )


def speed_up(g: Generator) -> Number:
    pixel, code, decoder = ((9, 2, 3), (20, 4, 12), (12, 3, 9))[int(g.integers(3))]
    calls = int(g.choice([2, 3, 6]))
    return Number(
        section=LATENT,
        kind="derivation",
        asks=f"A call costs {pixel} million multiply-adds on pixels and {code} on codes; the "
        f"decoder costs {decoder}. How many times cheaper is a digit by codes, with {calls} calls "
        "each way?",
        right=calls * pixel / (calls * code + decoder),
        within=0.02,
        wrong=(
            (
                pixel / code,
                "That is the limit of many calls. With few of them the decoder is a part of the "
                "bill.",
            ),
            (
                pixel / (code + decoder),
                "That pays the decoder at each call. It draws the picture once, at the end.",
            ),
        ),
        why=r"$S=K M_x/(K M_z+M_D)$: the decoder is paid once.",
    )


def moved_level(g: Generator) -> Number:
    c, level = float(g.choice([0.25, 5, 10])), float(g.choice([0.5, 2, 3]))
    return Number(
        section=LATENT,
        kind="concept",
        asks=f"Codes arrive ${c:g}$ times as large as they should. At which noise level "
        r"$\sigma/\alpha$ of codes of unit scale is the problem that the denoiser has at "
        rf"$\sigma/\alpha={level:g}$ the same?",
        right=level / c,
        wrong=(
            (
                level * c,
                "The other way: large codes under much noise are small codes under *little*.",
            ),
            (level, "A noise level says something only beside the size of the data."),
        ),
        why=r"$\hat z_c(x;\alpha,\sigma)=c\,\hat z_1(x/c;\alpha,\sigma/c)$: divide codes and "
        "noise by $c$.",
    )


def wrong_width(g: Generator) -> Number:
    factor = float(g.choice([0.5, 2, 3]))
    return Number(
        section=LATENT,
        kind="derivation",
        asks="A latent model with an exact diffusion as prior, all Gaussian, and $z$ a number. "
        f"The encoder has the mean of the true posterior and ${factor:g}$ times its standard "
        r"deviation. By how many nats does the bound miss $-\log p(x)$?",
        right=factor**2 / 2 - 0.5 - math.log(factor),
        unit="nats",
        within=0.02,
        wrong=(
            (
                factor / 2 - 0.5 - math.log(factor) / 2,
                "That takes the factor for one of the *variances*. Their ratio is its square.",
            ),
            (
                0.0,
                "The mean is right, but the bound is exact for the posterior only, and its width "
                "is a part of it.",
            ),
            (
                factor**2 / 2 - 0.5,
                "The entropy of the encoder is forgotten: it changes by the logarithm of the "
                "factor.",
            ),
        ),
        why=r"The gap is $D_{\rm KL}(q(z\mid x)\Vert p(z\mid x))$, of two Gaussians with one "
        r"mean: $\frac12(k^2-1)-\log k$.",
    )


def leap(g: Generator) -> Number:
    x, u = float(g.choice([1, 2, 3])), float(g.choice([-1.5, 0.5, 1.5]))
    s, t = 0.9, float(g.choice([0.1, 0.5]))
    return Number(
        section=MAPS,
        kind="derivation",
        asks=f"A flow map gives its average velocity. At the place $x={x:g}$ and time $s={s:g}$ "
        rf"(noise is at time 1) it says $u_{{s\to t}}(x)={u:g}$ for $t={t:g}$. Where does the map "
        "lead?",
        right=x + (t - s) * u,
        within=0.005,
        wrong=(
            (x - (t - s) * u, r"From noise to data time runs down, so $t-s$ is negative."),
            (
                x + u,
                "That would be a way of length one in time. The average velocity is multiplied by "
                "the time it is for.",
            ),
            (x - u, "The sign is right, for time runs down, and the length of the way is missing."),
        ),
        why=r"$\Psi_{s\to t}(x)=x+(t-s)\,u_{s\to t}(x)$: average velocity times time.",
    )


def luck(g: Generator) -> Number:
    modes, points = int(g.choice([5, 17, 26])), int(g.choice([1000, 10000]))
    right = math.sqrt((modes - 1) / (2 * math.pi * points))
    return Number(
        section=FAMILIES,
        kind="concept",
        asks=f"{modes} modes of equal weight, {points} *true* points. By how much are the shares "
        "of the modes off, by luck alone? (Half the sum of their gaps, on average.)",
        right=right,
        within=0.03,
        wrong=(
            (
                2 * right,
                "That is the whole sum of the gaps. What one share has too much, others have too "
                "little: half of it counts.",
            ),
            (
                1 / math.sqrt(points),
                r"The right order in $n$, but the number of modes matters: more modes, more gaps.",
            ),
        ),
        why=r"$\sqrt{(K-1)/(2\pi n)}$: each share is nearly Gaussian with variance "
        r"$\frac1K(1-\frac1K)/n$, and $\mathbb E\lvert z\rvert=\sqrt{2/\pi}$.",
    )


def kept_kernel(g: Generator) -> Number:
    scale, sigma = float(g.choice([1, 2])), float(g.choice([0.8, 1.0, 1.6]))
    end, fresh, old = 0.5 * scale, 0.3 * scale, 0.4 * scale
    return Number(
        section=FAMILIES,
        kind="derivation",
        asks=r"A sampler's step is $x_t=a\,x_s+b\,D(x_s,s)+c\,z$, from the noise level "
        rf"$\sigma_s={2 * sigma:g}$ to $\sigma_t={end:g}$, with fresh noise $c={fresh:g}$. Which "
        "$a$ keeps the kernel?",
        right=old / (2 * sigma),
        wrong=(
            (
                end / (2 * sigma),
                "That is DDIM's, with no fresh noise. Some of the old noise must make room for "
                "the new.",
            ),
            (
                (end - fresh) / (2 * sigma),
                "Old and new noise are independent: their variances add, not their standard "
                "deviations.",
            ),
        ),
        why=r"$a^2\sigma_s^2+c^2=\sigma_t^2$, and then $b=\alpha_t-a\,\alpha_s$. One of the three "
        "numbers is free: DDIM and DDPM are one family.",
    )


def unmasked(g: Generator) -> Number:
    early, late = ((0.2, 0.4), (0.5, 0.6), (0.6, 0.8), (0.2, 0.6))[int(g.integers(4))]
    return Number(
        section=FURTHER,
        kind="derivation",
        asks=r"Masked diffusion keeps a token with probability $\alpha_t$. From $s$ down to $t$ "
        rf"this goes from $\alpha_s={early:g}$ to $\alpha_t={late:g}$. A token is masked at $s$. "
        "With which probability is it seen at $t$?",
        right=(late - early) / (1 - early),
        within=0.02,
        wrong=(
            (
                late - early,
                "That is the share of *all* tokens that appear on the way. Given that this one is "
                r"masked, divide by $1-\alpha_s$.",
            ),
            (late, "That is the probability without knowing that it is masked at $s$."),
        ),
        why=r"By Bayes' rule $(\alpha_t-\alpha_s)/(1-\alpha_s)$: of the masked share "
        r"$1-\alpha_s$, the part $\alpha_t-\alpha_s$ appears.",
    )


QUESTIONS: dict[str, Question | Family] = {
    "q-11-01": Choice(
        section=MATCHING,
        kind="concept",
        asks="Flow matching learns from straight lines between data and noise. Why are the paths "
        "of its flow not straight?",
        right="Lines cross; there the velocity is their mean.",
        wrong={
            "The network cannot learn straight lines well enough.": "The *exact* flow bends as "
            "well. It is what the loss asks for, not what a network fails at.",
            "The solver takes steps of finite length.": "Finer steps follow the bent path more "
            "closely. The path itself is bent.",
            r"The velocity $\varepsilon-x_0$ changes along a line.": "On a line it is constant, "
            "for its two ends are fixed. It is averaged over lines, and over others at each place.",
        },
        why="One path passes through each place and time, while many lines do. The flow follows "
        "the mean of them, which turns as the datum becomes known.",
    ),
    "q-11-02": Choice(
        section=MATCHING,
        kind="plot",
        asks="A flow is rectified once, twice, three times, each time by a small network that is "
        "trained on pairs of the flow before. All are solved *finely*. How does the share of "
        "strays between the modes change?",
        right="It rises with every round, as errors are handed on.",
        wrong={
            "It falls with every round, as paths get straighter.": "Straight paths help a sampler "
            "with few steps. Solved finely, bent paths are no fault.",
            "It stays: each flow has the same laws at both ends.": "Exact ones have. Each trained "
            "one sees only the ends of its teacher's paths, and adds errors of its own.",
            "It falls with the first round and then rises.": "The first round already sees the "
            "teacher's errors in place of data: from 2 to 5 per cent, and on to 8.",
        },
        why="What is gained is few steps: in one step an eighth are strays in place of all. The "
        "price is paid in quality, at each round.",
    ),
    "q-11-03": Choice(
        section=MATCHING,
        kind="error",
        asks="“Rectified paths are straight, so rectification finds the optimal transport.” Which "
        "pairs of standard normal data and noise show the error?",
        right=r"each noise with itself, turned by $60°$",
        wrong={
            "each noise with itself, not turned": "These paths are straight, and they *are* the "
            "cheapest: nobody moves.",
            "each noise with an independent datum": "These lines cross, so the flow does not keep "
            "them: each noise goes straight inwards and comes back to where it was. Its own pairs "
            "are the cheapest, and show no error.",
            "a batch of noises with as many data, at the least cost": "Nearly the cheapest pairs "
            "there are. They do not show that straight ones can be costly.",
        },
        why="Turned pairs make straight lines that never meet at one time, so rectification "
        "leaves them as they are. But the cheapest way is to stay.",
    ),
    "q-11-04": Choice(
        section=MATCHING,
        kind="concept",
        asks="A rectified flow is given: trained on the pairs of another flow, and perfect. Which "
        "of these can it *not* be used for?",
        right="for a reverse SDE with fresh noise",
        wrong={
            "for samples by Euler's steps": "That is what it is made for: its paths are nearly "
            "straight.",
            r"for the mean of the datum, given $x_t$": r"$\mathbb E[x_0\mid x_t]=x_t-t\,v^*$ "
            "holds for any pairs of noise and data.",
            "as the teacher of another flow": "Its pairs are pairs like others. Rectification can "
            "go on.",
        },
        why="In its pairs noise and datum are not independent, so $v^*$ is no longer a formula in "
        r"$\nabla\log p_t$: the score is lost.",
    ),
    "q-11-05": Family(one_euler_step),
    "q-11-06": Family(weight_on_noise),
    "q-11-07": Family(cost_after),
    "q-11-08": Choice(
        section=SOLVERS,
        kind="concept",
        asks=r"One solver holds the network's guess $\hat x$ of the clean point still during a "
        r"step and solves the rest exactly, another one does so with the guess $\hat\varepsilon$ "
        "of the noise. How do their steps differ?",
        right="In the way they are written only: both of them are DDIM.",
        wrong={
            r"The one with $\hat x$ is better near the data, the other near the noise.": "So it "
            r"is when the guesses are *extrapolated*. Held, both give $\alpha_t\hat "
            r"x_s+\sigma_t\hat\varepsilon_s$.",
            r"The one with $\hat\varepsilon$ has order 2, the other order 1.": "Both have order "
            "1: each holds one thing still and neglects its slope.",
            r"They differ, since $\hat x$ and $\hat\varepsilon$ cannot both stay still.": "On the "
            r"exact path they cannot. But within one step both lead from $x_s$ to $\alpha_t\hat "
            r"x_s+\sigma_t\hat\varepsilon_s$.",
        },
        why=r"$\hat x$ and $\hat\varepsilon$ are bound by $x_s=\alpha_s\hat "
        r"x+\sigma_s\hat\varepsilon$, and both rules put the two answers at $s$ together again at "
        "the levels of $t$.",
    ),
    "q-11-09": Choice(
        section=SOLVERS,
        kind="plot",
        asks="Ten DDIM steps on the ring, times even in flow matching's $t$. The first step alone "
        "makes an error of 0.12. From where it leads, the *exact* flow is followed to the end. "
        "How large is the error there?",
        right="A small part of it, about 0.003",
        wrong={
            "About the same, 0.12": "It would be, if neighbouring paths ran side by side. The "
            "flow from noise to data draws most of them together.",
            "Several times as large: errors grow on the way": "Some do, near a wall between two "
            "clusters. In the median, early errors are forgotten.",
            "Zero: the exact flow corrects it": "The exact flow corrects nothing: it leads from "
            "the wrong point to *its* end, which is another one.",
        },
        why="A 36th of it was left. So a grid should be judged by what its steps do to the end, "
        "not by the errors where they are made.",
    ),
    "q-11-10": Choice(
        section=SOLVERS,
        kind="plot",
        asks=r"Ten calls, the exact denoiser, Karras' grid with $\rho=3$: its steps get longer "
        r"and longer in $\lambda$ towards the data. Which is nearer to the exact ends, DDIM "
        "(order 1) or DPM-Solver++ 2M (order 2)?",
        right="DDIM: there 2M extrapolates too far.",
        wrong={
            "2M: the higher order wins on every grid.": "It wins on some grids, and in the limit "
            "of many steps. Here the last steps are as long as they can be.",
            "2M: it knows the ratio of two steps.": "It takes the ratio into account, and so it "
            "goes a long way along an old slope when a step is much longer than the last.",
            "Neither: with one call a step they agree.": "They take the same calls, and make "
            "other use of them: 2M keeps the answer of the step before.",
        },
        why="A higher order is a promise for small steps. On this grid DDIM was nearer by a "
        "factor of 3 to 4.",
    ),
    "q-11-11": Family(one_step_error),
    "q-11-12": Family(extrapolated),
    "q-11-13": Family(calls_that_suffice),
    "q-11-14": Order(
        section=GUIDANCE,
        kind="plot",
        asks="A class has two modes; one of them, with 0.6 of its mass, lies next to another "
        "class. Guidance of weight 3 (scale 4), exact fields. Order three laws by the share that "
        "they leave in this mode, the smallest first.",
        right=(
            "what the guided flow samples",
            "what the guided SDE samples",
            "the tilted density",
        ),
        wrong=(
            (
                (2, 1, 0),
                "The tilted density loses only draws of which the classifier is in doubt *without "
                "noise*: few. Guidance judges noisy points, and leaves the mode.",
            ),
            (
                (1, 0, 2),
                "The SDE has Langevin steps in it, which bring some samples back. The flow has "
                "none, and goes further.",
            ),
            (
                (2, 0, 1),
                "The tilted density loses only draws of which the classifier is in doubt *without "
                "noise*: few. It keeps the most.",
            ),
        ),
        why="0.015, 0.187 and 0.544. Neither sampler samples the density that is often written "
        "down, and the two differ.",
    ),
    "q-11-15": Choice(
        section=GUIDANCE,
        kind="error",
        asks="“At $t=0$ the guided score is the score of the tilted density, so a sampler that "
        "follows it samples the tilted density.” All fields are exact. What is wrong?",
        right=r"At $t>0$ it is not the score of that density under noise.",
        wrong={
            r"At $t=0$ it is not the score of the tilted density.": r"There it is: $(1+w)\log "
            r"p(x\mid c)-w\log p(x)$ is the logarithm of the tilted density, up to a constant.",
            "The tilted density cannot be normalised for large weights.": "It always can: "
            r"$p(c\mid x)^w\le1$.",
            "The steps of a sampler are never fine enough.": "In the limit of fine steps it still "
            "samples another law.",
        },
        why="Tilting and adding noise do not commute: a mean of powers is needed, a power of the "
        "mean is used.",
    ),
    "q-11-16": Choice(
        section=GUIDANCE,
        kind="plot",
        asks="Guidance of weight 3 acts only where the noise level is *above* 1, or only where it "
        "is *below* 1. A mode of the class lies near another class. What happens to its samples?",
        right="Above 1 it empties, below 1 it keeps most.",
        wrong={
            "Below 1 it empties, above 1 it keeps most.": "With little noise a sample has long "
            "chosen its mode. It is pushed a little, and stays.",
            "It empties in both, a little more slowly.": "Only noisy points are in doubt about "
            "their class. With little noise nearly all points of the mode are sure.",
            "It keeps most in both: half a push does no harm.": "The harm is done early: at high "
            "noise the doubtful points are sent to the other mode, for good.",
        },
        why="High noise decides the mode, low noise the place in it. So guidance on an interval "
        "keeps diversity, and still makes the class surer.",
    ),
    "q-11-17": Choice(
        section=GUIDANCE,
        kind="concept",
        asks="With the exact score of a diffused law, the flow and the reverse SDE sample the "
        "same law. With the exact *guided* score of weight 3 they do not. Why?",
        right="The guided scores belong to no diffused law.",
        wrong={
            "The SDE's noise is not guided.": "No noise is ever guided; in the theorem fresh "
            "noise and score balance. They do so only if the score is that of the marginals.",
            "The guided score is too steep for the SDE's steps.": "Finer steps do not bring the "
            "two together: they have two different limits.",
            "The flow does not start in the guided prior.": "At the start both are in the noise, "
            "where class and whole are alike. What follows differs.",
        },
        why="The theorem of one marginal law needs, at each time, the score of the law that the "
        "process then has.",
    ),
    "q-11-18": Family(guided_variance),
    "q-11-19": Family(doubtful_point),
    "q-11-20": Choice(
        section=LATENT,
        kind="plot",
        asks="The codes of an autoencoder (no VAE) are brought to mean 0 and standard deviation "
        r"1, number by number. Codes are drawn from $\mathcal N(0,I)$ and decoded. What appears?",
        right="mostly tangles of strokes",
        wrong={
            "digits, a little blurred": "Two moments do not say where codes lie. Most of the "
            "drawn ones lie where no digit was ever coded.",
            "digits, but always of a few kinds": "That would need codes that fall together. These "
            "are spread in all directions, also where no digit has its code.",
            "blank paper": "Blank would be the decoder's answer only by training on it. Away from "
            "the codes what it does is an accident.",
        },
        why="Their Fréchet distance is 327, and 3.0 with a diffusion model that has learned where "
        "codes lie. Even their full covariance leaves it at 234.",
    ),
    "q-11-21": Choice(
        section=LATENT,
        kind="plot",
        asks="Small digits: the first stage is trained with noise on its codes, or without. What "
        "did the book's measurement show, of a *kick* to a code and of the *samples* in the end?",
        right="With noise a kick does less; the samples are no better.",
        wrong={
            "With noise a kick does less, so the samples are better.": "The first half is "
            "measured. The second does not follow: here the distance was smaller *without* noise, "
            "in each training.",
            "With noise a kick does more, as the decoder is used to it.": "A decoder that is used "
            "to noise gives nearly the same picture for near codes: its slopes are small.",
            "Neither was changed by the noise.": "The same kick moved the picture by a seventh "
            "less (its square by a quarter), and the samples were a little farther off.",
        },
        why=r"Noise of size $\eta$ is a penalty $\eta^2\lVert J\rVert_F^2$ on steep decoders. "
        "Whether that pays is to be measured, where one works.",
    ),
    "q-11-22": Choice(
        section=LATENT,
        kind="error",
        asks="A latent model has a *deterministic* encoder. A report prints “reconstruction + "
        r"diffusion” as a bound of its $-\log p(x)$. What is the bound really, for this encoder?",
        right="infinite, so that it says nothing",
        wrong={
            "what is printed: a point has no entropy": "The entropy of a point is not 0 but "
            r"$-\infty$, since $z$ is continuous. It is subtracted.",
            "the reconstruction alone: the code is sure": "The code is sure given $x$. It still "
            "has to be paid for, by its density under the prior.",
            "what is printed, plus a finite entropy": r"With noise $\eta$ on the code it would be "
            r"finite: the entropy of $q(z\mid x)$. It diverges as $\eta\to0$.",
        },
        why=r"The third term is $-\mathcal H(q(z\mid x))$. Give the encoder a width, and it is "
        "finite; without it there is no bound.",
    ),
    "q-11-23": Family(speed_up),
    "q-11-24": Family(moved_level),
    "q-11-25": Family(wrong_width),
    "q-11-26": Choice(
        section=MAPS,
        kind="plot",
        asks="A network sees noise, and as its target a datum drawn *independently* of it. It "
        "learns by squared error. What does it answer?",
        right="the mean of the data, for every noise",
        wrong={
            "a datum, another one for each noise": "It has no means to know which. For one noise "
            "all data are targets, and squared error wants their mean.",
            "the end of the noise's path": "That would be learned from pairs of a noise and the "
            "end of *its own* path.",
            "something between noise and datum": "The noise says nothing of its target, so the "
            "best answer does not contain it.",
        },
        why="Squared error answers with the conditional mean, and independent noise conditions on "
        "nothing.",
    ),
    "q-11-27": Choice(
        section=MAPS,
        kind="plot",
        asks="A learned flow map of the ring is used in one call, and in four. What happens to "
        "the *strays* between clusters, and to the *root mean square error* against the exact "
        "ends?",
        right="Strays fall by far, the error hardly.",
        wrong={
            "Both fall to about a quarter.": "The error is ruled by the few that end in the wrong "
            "cluster. More calls bring few of them back.",
            "Strays hardly fall, the error by far.": "A second look sees a stray between two "
            "clusters and takes it to one of them, not always the right one.",
            "Neither changes: a map needs one call.": "An exact map does. A learned one smooths "
            "the steep walls, and further calls mend that.",
        },
        why="More calls put the points *on* clusters. Which cluster it is was mostly decided in "
        "the first leap.",
    ),
    "q-11-28": Choice(
        section=MAPS,
        kind="plot",
        asks="All rows with $t=s$ are taken away from the training. The network begins with "
        "$u=0$, a map that moves nothing. Which of the three losses sees that something is wrong?",
        right="only the Eulerian one",
        wrong={
            "only the composition loss": "Two steps that move nothing lead where one leads that "
            "moves nothing. It is content.",
            "the Eulerian and the Lagrangian one": "The Lagrangian one compares with the map's "
            r"*own* velocity $u_{t\to t}$, and that is 0 as well.",
            "all three": "Composition and Lagrangian loss ask the map only to agree with itself. "
            "This one does.",
        },
        why="The Eulerian loss sees a sample of the velocity in every row. The other two learn of "
        "the data through the rows $t=s$ alone.",
    ),
    "q-11-29": Choice(
        section=MAPS,
        kind="concept",
        asks=r"In the Eulerian identity a sample $\dot "
        r"x_s=\dot\alpha_sx_0+\dot\sigma_s\varepsilon$ may stand for $v_s(x_s)$. In the "
        "Lagrangian one a sample at time $t$ may *not* stand for the velocity. Why?",
        right="It is the velocity at a point of another path.",
        wrong={
            "Its spread is too large near the data.": "Spread alone does no harm in a target that "
            "has the right mean. This one has the wrong mean.",
            "There the velocity occurs squared.": "It occurs once. What counts is *where*: at the "
            r"map's end $\Psi_{s\to t}(x_s)$, and not at $x_t$.",
            "No gradient may run through it.": "None runs through it in either loss. That is "
            "needed, and not enough.",
        },
        why=r"Given $x_s$, the sample's mean is not $v_t(\Psi_{s\to t}(x_s))$. The loss then "
        "learns a mean over the data: the denoiser's answer.",
    ),
    "q-11-30": Family(leap),
    "q-11-31": Order(
        section=FAMILIES,
        kind="plot",
        asks="25 modes, four seconds of training for each model. Order by the share of points "
        "that lie in *no* mode, the smallest first.",
        right=(
            "the diffusion model with 40 calls",
            "the same one with 10 calls",
            "a plain GAN, one call",
        ),
        wrong=(
            (
                (2, 0, 1),
                "In most runs the GAN finds nearly all modes, but one gentle map cannot cut a "
                "cloud into 25 pieces: threads are left between them.",
            ),
            (
                (1, 0, 2),
                "With fewer calls the sampler makes more of an error of its own, with the same "
                "network.",
            ),
            (
                (0, 2, 1),
                "Ten calls leave 4 to 8 per cent. The GAN leaves nearly every second point "
                "between the modes.",
            ),
        ),
        why="2 to 4, 4 to 8, and 40 to 53 per cent over five seeds. Strays part the two families "
        "more than lost modes do.",
    ),
    "q-11-32": Choice(
        section=FAMILIES,
        kind="error",
        asks="“Diffusion models avoid mode collapse.” Which finding shows that this is too strong?",
        right="Asked four times, it keeps 19 to 23 of 25 modes.",
        wrong={
            "With forty calls its shares are off by more than luck.": "By 1.2 to 1.6 times as "
            "much as luck alone, and all 25 modes are there. No mode is lost by that.",
            "At half the learning rate it hardly changes.": "This is what speaks *for* it: its "
            "result does not hang on one setting.",
            "With ten calls some points lie between the modes.": "Strays are another fault. With "
            "ten calls all 25 modes were found.",
        },
        why="What a network knows, and what a short sampler makes of it, are two things. Few "
        "steps alone can lose modes.",
    ),
    "q-11-33": Choice(
        section=FAMILIES,
        kind="plot",
        asks="Langevin's walk on the *exact* score of a ring of unequal modes, one noise level, "
        "200 calls. How do its samples look?",
        right="clean modes with wrong shares",
        wrong={
            "clean modes with right shares": "So it is in the limit of a very long walk. In 200 "
            "steps a walker falls into the next mode, and stays.",
            "right shares, with points between the modes": "The score of the data draws every "
            "walker to a mode. It is the shares that it cannot mend.",
            "all points in the largest mode": "A walker does not know which mode is the largest: "
            "it goes to the nearest one.",
        },
        why="The field is exact, and the shares are off by a fifth: both must be right, the field "
        "and the walk. Several levels mend it, slowly.",
    ),
    "q-11-34": Family(luck),
    "q-11-35": Family(kept_kernel),
    "q-11-36": Choice(
        section=FURTHER,
        kind="concept",
        asks="Masked diffusion, sampled from all masks down to a text. A token has become visible "
        "at some step. What can happen to it later?",
        right="It stays as it is, whatever appears around it.",
        wrong={
            "It can be masked again, with a small probability.": "Masks come forward in time "
            "only, and for good. On the way back they only disappear.",
            "It can change to another token as more context appears.": "Only a masked token is "
            "guessed. In Gaussian diffusion everything goes on moving; here it does not.",
            "It is drawn anew at each step until the end.": "The posterior of a visible token is "
            "all on this token.",
        },
        why="By Bayes' rule a token that is seen at $s$ was there at all earlier times. So errors "
        "of tokens that are unmasked together stay.",
    ),
    "q-11-37": Family(unmasked),
}
