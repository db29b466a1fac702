"""Questions of chapter 10: affine kernels, variational diffusion."""

from __future__ import annotations

import math

from numpy.random import Generator

from dgm_lessons.questions.question import Choice, Family, Number, Order, Question

KERNELS = "10-kernels/affine-kernels"
VARIATIONAL = "10-kernels/variational-diffusion"


def noise_that_stays(g: Generator) -> Number:
    rate, sigma = float(g.choice([1, 2, 3])), float(g.choice([0.5, 3, 4]))
    right = 2 * rate * sigma**2
    return Number(
        section=KERNELS,
        kind="derivation",
        asks=r"Of a kernel $\mathcal N(\alpha_tx_0,\sigma_t^2I)$ the noise stays at "
        rf"$\sigma_t={sigma:g}$, while the signal falls, $\alpha_t=e^{{-{rate:g}t}}$. How large "
        "is $g^2$ of the SDE behind it?",
        right=right,
        wrong=(
            (
                0.0,
                r"$\sigma$ stays only if noise comes in. The drift shrinks signal and noise "
                "alike, so what it takes from the noise must be replaced.",
            ),
            (
                right / 2,
                r"The variance shrinks at *twice* the rate of a standard deviation: $P'=2fP+g^2$.",
            ),
            (2 * rate * sigma, r"Variances are balanced here: $\sigma^2$, not $\sigma$."),
        ),
        why=r"$g^2=\frac{d\sigma_t^2}{dt}-2\frac{d\log\alpha_t}{dt}\sigma_t^2$. The first part is "
        r"zero, and $\frac{d\log\alpha_t}{dt}$ is minus the rate of the signal.",
    )


def fresh_share(g: Generator) -> Number:
    before, after = float(g.choice([9, 16, 25])), float(g.choice([1, 4]))
    return Number(
        section=KERNELS,
        kind="concept",
        asks=f"Between two times the signal-to-noise ratio falls from ${before:g}$ to "
        f"${after:g}$. Which share of the noise's variance at the later time is fresh, that is, "
        "came in between?",
        right=1 - after / before,
        within=0.02,
        wrong=(
            (
                after / before,
                "That share is old: noise of the earlier time, shrunk with the signal.",
            ),
            (
                1 - math.sqrt(after / before),
                r"The ratio $\alpha^2/\sigma^2$ has the squares in it already: it compares "
                "variances.",
            ),
        ),
        why=r"$\sigma_{s\mid t}^2=\sigma_s^2\,(1-\mathrm{SNR}_s/\mathrm{SNR}_t)$. Were the ratio "
        "to rise, this would be negative: no SDE can do that.",
    )


def one_step_back(g: Generator) -> Number:
    cases = (
        (0.2, 0.5, 0.3),
        (0.4, 0.25, 0.1),
        (0.8, 0.25, 0.2),
        (0.8, 0.5, 0.1),
        (0.6, 0.25, 0.15),
    )
    old, share, fresh = cases[int(g.integers(len(cases)))]
    return Number(
        section=KERNELS,
        kind="derivation",
        asks=rf"At time $t$ the noise has the variance $\sigma_t^2={old:g}$. A hop to $s$ keeps "
        rf"the share $\alpha_{{s\mid t}}^2={share:g}$ of each variance and adds fresh noise of "
        f"variance ${fresh:g}$. Given $x_s$ and the datum $x_0$, which variance has $x_t$?",
        right=fresh * old / (share * old + fresh),
        within=0.02,
        wrong=(
            (
                fresh,
                "That is the noise of the *forward* hop. Backward there are two measurements of "
                "$x_t$.",
            ),
            (old, r"So it is if $x_0$ alone is known. $x_s$ tells something about $x_t$, too."),
            (
                fresh * old / (old + fresh),
                "The hop also shrinks $x_t$. What $x_s$ says about $x_t$ has the variance "
                r"$\sigma_{s\mid t}^2/\alpha_{s\mid t}^2$.",
            ),
        ),
        why=r"Precisions add: $1/\sigma_t^2+\alpha_{s\mid t}^2/\sigma_{s\mid t}^2$. So "
        r"$\sigma^2(s,t)=\sigma_{s\mid t}^2\sigma_t^2/\sigma_s^2$ with $\sigma_s^2=\alpha_{s\mid "
        r"t}^2\sigma_t^2+\sigma_{s\mid t}^2$.",
    )


def left_at_the_end(g: Generator) -> Number:
    alpha, square = float(g.choice([0.01, 0.02, 0.05])), float(g.choice([400, 600, 800]))
    right = alpha**2 * square / 2
    return Number(
        section=KERNELS,
        kind="concept",
        asks=rf"At the last time $\alpha_T={alpha:g}$ is left of each datum, and $\sigma_T$ is 1, "
        r"as that of the prior $\mathcal N(0,I)$. The data have $\mathbb E\lVert "
        rf"x_0\rVert^2={square:g}$. How large is the prior term of the bound?",
        right=right,
        unit="nats",
        wrong=(
            (
                2 * right,
                "The divergence of two Gaussians of one width is *half* the squared distance of "
                "the means over the variance.",
            ),
            (
                alpha * square / 2,
                r"The means are $\alpha_Tx_0$ and $0$, so their squared distance has $\alpha_T^2$.",
            ),
            (
                0.0,
                r"The widths agree, the means do not: $\alpha_Tx_0$ is small, but it is not zero.",
            ),
        ),
        why=r"With $\sigma_T=\sigma_\pi=1$ the prior term is $\frac12\alpha_T^2\,\mathbb E\lVert "
        r"x_0\rVert^2$.",
    )


def same_ray(g: Generator) -> Number:
    snr = float(g.choice([4, 9, 16, 0.25]))
    t = 1 / (1 + math.sqrt(snr))
    return Number(
        section=KERNELS,
        kind="derivation",
        asks=rf"Under VP a point has the signal-to-noise ratio $\alpha^2/\sigma^2={snr:g}$. At "
        r"which time of flow matching, $\alpha_t=1-t$ and $\sigma_t=t$, is the datum as noisy?",
        right=t,
        within=0.02,
        wrong=(
            (
                1 / (1 + snr),
                r"This solves $\alpha/\sigma=\mathrm{SNR}$. The ratio that is given is of the "
                "squares: take the root first.",
            ),
            (
                1 / math.sqrt(1 + snr),
                r"That is $\sigma$ of VP, on the circle. The chord meets the same ray nearer to "
                r"the origin, with a smaller $\sigma$.",
            ),
            (1 - t, r"That is $\alpha_t$: data are at $t=0$, noise at $t=1$."),
        ),
        why=r"Equal noisiness is one ray through the origin: $(1-t)/t=\sqrt{\mathrm{SNR}}$. The "
        "two denoisers are the same up to the unit.",
    )


def one_term(g: Generator) -> Number:
    cases = ((9, 4, 0.2), (16, 4, 0.5), (5, 2, 0.4), (10, 2, 0.1))
    before, after, error = cases[int(g.integers(len(cases)))]
    right = (before - after) * error / 2
    return Number(
        section=VARIATIONAL,
        kind="derivation",
        asks=f"From $t$ to the later time $s$ the SNR falls from ${before}$ to ${after}$. At $s$ "
        rf"the guess of the datum is off by $\lVert x_0-x_\phi\rVert^2={error:g}$. How many nats "
        "is this term of the bound?",
        right=right,
        unit="nats",
        wrong=(
            (2 * right, "The half of the divergence of two Gaussians is lost."),
            (
                (before / after - 1) * error / 2,
                "The *ratio* of the SNRs belongs to the error of the noise, "
                r"$\lVert\varepsilon-\epsilon_\phi\rVert^2$. For the error of the datum it is the "
                "difference.",
            ),
            (-right, "A divergence is not negative. The earlier time has the larger SNR."),
        ),
        why=r"$\frac12\big(\mathrm{SNR}(t)-\mathrm{SNR}(s)\big)\lVert x_0-x_\phi\rVert^2$, for "
        "any schedule and any pair of times.",
    )


def length_of_time(g: Generator) -> Number:
    length, mean = float(g.choice([2, 5, 10])), float(g.choice([0.3, 0.4, 0.7]))
    return Number(
        section=VARIATIONAL,
        kind="error",
        asks=f"A program draws times evenly on $[0,{length:g}]$ and prints the mean of "
        r"$-\frac12\mathrm{SNR}'(s)\,\lVert x_0-x_\phi\rVert^2$ as the limit of the bound: "
        f"${mean:g}$ nats. Which number should it print?",
        right=length * mean,
        unit="nats",
        wrong=(
            (mean, "That is a mean over the time. The bound is a sum over all of it: an integral."),
            (
                mean / length,
                "The other way: the integral is the mean times the length of the interval.",
            ),
        ),
        why=r"The sum of the terms tends to $-\frac12\int_0^T\mathrm{SNR}'\,\mathbb E\lVert "
        r"x_0-x_\phi\rVert^2ds$. Only for $T=1$ is that an expectation over uniform times.",
    )


def two_heads(g: Generator) -> Number:
    t = float(g.choice([0.75, 0.8, 0.9, 0.95]))
    return Number(
        section=VARIATIONAL,
        kind="derivation",
        asks=f"Flow matching, $t={t:g}$. One network says the noise, another one the velocity, "
        "and each is off by the same small amount. The datum is read from either. How many times "
        "further off is the datum from the noise?",
        right=1 / (1 - t),
        within=0.02,
        wrong=(
            (
                t / (1 - t),
                r"That is $\sigma/\alpha$, the factor of the noise alone. From the velocity the "
                r"error is multiplied too, by $\sigma=t$.",
            ),
            (
                1.0,
                r"From the velocity the datum is $x-\sigma u$; from the noise it is "
                r"$(x-\sigma\varepsilon)/\alpha$, with a small divisor.",
            ),
            (1 - t, "Upside down: near the noise the datum is hard to read from the noise."),
        ),
        why=r"The factors are $\sigma/d$ with $d=\alpha=1-t$ for the noise and "
        r"$d=\alpha\dot\sigma-\sigma\dot\alpha=1$ for the velocity.",
    )


def datum_from_v(g: Generator) -> Number:
    t = float(g.choice([0.2, 0.25, 0.75]))
    x, v = float(g.choice([1.0, 2.0])), float(g.choice([-0.4, 0.4]))
    a, s = 1 - t, t
    d = a**2 + s**2
    return Number(
        section=VARIATIONAL,
        kind="error",
        asks=r"A network for $v=\alpha\varepsilon-\sigma x_0$ is used with flow matching at "
        rf"$t={t:g}$, so $\alpha={a:g}$ and $\sigma={s:g}$. At $x={x:g}$ it says $v={v:g}$. The "
        r"program takes $x_0=\alpha x-\sigma v$. What should it find?",
        right=(a * x - s * v) / d,
        wrong=(
            (
                a * x - s * v,
                r"That is right under VP only, where $\alpha^2+\sigma^2=1$. Here one has to "
                "divide by it.",
            ),
            (
                (a * x + s * v) / d,
                r"The sign: $v$ contains $-\sigma x_0$, so its part comes off with a minus.",
            ),
            ((s * x + a * v) / d, r"That is the noise $\varepsilon$, not the datum."),
        ),
        why=r"Two equations, $x=\alpha x_0+\sigma\varepsilon$ and $v=\alpha\varepsilon-\sigma "
        r"x_0$, with the determinant $\alpha^2+\sigma^2$.",
    )


def somebody_elses_alpha(g: Generator) -> Number:
    theirs = float(g.choice([0.1, 0.2, 0.8]))
    return Number(
        section=VARIATIONAL,
        kind="concept",
        asks=rf"A DDPM program has $\bar\alpha_i={theirs:g}$, in the letters of its paper. You "
        r"need the noise level $\sigma/\alpha$ in ours. How large is it?",
        right=math.sqrt((1 - theirs) / theirs),
        within=0.02,
        wrong=(
            (
                (1 - theirs) / theirs,
                r"That is $\sigma^2/\alpha^2$: their $\bar\alpha_i$ is a square already, and so "
                r"is $1-\bar\alpha_i$.",
            ),
            (
                math.sqrt(1 - theirs**2) / theirs,
                r"This takes their $\bar\alpha_i$ for our $\alpha$. It is our $\alpha^2$.",
            ),
            (math.sqrt(theirs / (1 - theirs)), r"Upside down: signal over noise."),
        ),
        why=r"Theirs are the squares of ours: $\alpha^2=\bar\alpha_i$ and "
        r"$\sigma^2=1-\bar\alpha_i$.",
    )


QUESTIONS: dict[str, Question | Family] = {
    "q-10-01": Choice(
        section=KERNELS,
        kind="plot",
        asks=r"A network is trained on the kernel with $\alpha=1$ and $\sigma=0.5+0.4\sin2\pi t$, "
        "which no linear SDE has. What do you expect?",
        right="It learns the exact denoiser, as it does for any kernel.",
        wrong={
            "It learns it only while the noise rises.": "The loss draws one time and never steps "
            r"from $t$ to $t+dt$. It cannot notice whether $\sigma$ rises or falls there.",
            r"The loss turns to NaN where $g^2$ is negative.": "No $g$ stands in the loss: it "
            r"needs $\alpha_t$, $\sigma_t$, a datum and a noise.",
            "It learns something, but there is no exact denoiser.": r"There is one: $\mathbb "
            r"E[x_0\mid\alpha_tx_0+\sigma_t\varepsilon]$ needs the kernel at one time and nothing "
            "else.",
        },
        why="The loss sees the kernel, and nothing else. Whether an SDE stands behind it matters "
        "only if one wants to simulate it or run it back.",
    ),
    "q-10-02": Choice(
        section=KERNELS,
        kind="concept",
        asks=r"$\alpha$ stays at 1, and $\sigma$ falls from 0.9 to 0.1. What would a linear SDE "
        r"$dx=f\,x\,dt+g\,dw$ have to do for that?",
        right="take noise out and leave the signal in",
        wrong={
            "shrink the point, by a negative drift": "This shrinks the signal as well, and "
            r"$\alpha$ would fall. Signal and noise are scaled alike.",
            "add noise that is correlated with the old noise": "Then $dw$ would not be fresh, and "
            "the process no Markov SDE. Other processes with this kernel do exist.",
            "add less noise than it has added before": r"Less noise makes $\sigma$ rise more "
            "slowly. It never makes it fall: for that $g^2$ would have to be negative.",
        },
        why="An SDE can scale a point, signal and noise alike, and add noise. Neither brings back "
        "signal that has drowned: the SNR never rises.",
    ),
    "q-10-03": Choice(
        section=KERNELS,
        kind="plot",
        asks="Flow matching near its end, $t=0.999$: the SDE has $f=-1000$ and $g^2=1998$. How "
        "large is the root mean square of the *flow's* velocity there, for data of standard "
        "deviation 1.3 and mean 0?",
        right="about 1",
        wrong={
            "about 1000": "So large is $f$. In the flow it is cancelled by the score's part: "
            r"together they are $\mathbb E[\varepsilon-x_0\mid x_t]$.",
            "about 45": "That is $g$ itself. The flow has no noise, and its velocity needs no "
            "root.",
            "about 0": r"Near the end $x_t$ is nearly the noise $\varepsilon$, and this is a part "
            r"of the velocity $\varepsilon-x_0$.",
        },
        why="Drift and noise of the SDE blow up, the flow does not mind: at the end its velocity "
        r"is nearly $\varepsilon-\mathbb E x_0$.",
    ),
    "q-10-04": Choice(
        section=KERNELS,
        kind="error",
        asks=r"“Giving the kernel $p_t(x_t\mid x_0)$ at all times is the same as giving the "
        "process.” Which process has the kernel of a given SDE at every time, and is another one?",
        right=r"$x_t=\alpha_tx_0+\sigma_t\varepsilon$ with one $\varepsilon$ for all $t$",
        wrong={
            r"the SDE with $g$ doubled and $f$ unchanged": "This changes the variance of $x_t$ "
            "given $x_0$, so it is another kernel.",
            r"the SDE in other units, $c_t\,x_t$ for a function $c_t$": "It has the same SNR, and "
            r"the kernel $\mathcal N(c_t\alpha_tx_0,c_t^2\sigma_t^2I)$: another one.",
            r"the same SDE, started from the noise": "The kernel is about $x_t$ *given the "
            "datum*. A start without a datum has none.",
        },
        why="Every single time is right, and every path is smooth. What the kernel leaves open is "
        "how two times belong together: here their correlation given $x_0$ is 1.",
    ),
    "q-10-05": Choice(
        section=KERNELS,
        kind="plot",
        asks="Two networks on flow matching's kernel, equally trained: one predicts $x_0$, the "
        r"other the noise, from which $\hat x$ is computed. How do their errors of $\hat x$ "
        "compare at $t=0.1$ and at $t=0.99$?",
        right="the noise head: smaller at 0.1, far larger at 0.99",
        wrong={
            "the noise head: far larger at 0.1, smaller at 0.99": r"The factor $\sigma/\alpha$ is "
            "$1/9$ at the first time and 99 at the second.",
            "about equal at both, as each head gives the other": "Exact heads do. An *error* of "
            r"the noise is multiplied by $\sigma/\alpha$ on the way to the datum.",
            "the noise head: smaller at both, its target has unit size": "The size of the target "
            r"helps the training, not the division by a small $\alpha$ afterwards.",
        },
        why=r"$\hat x=(x-\sigma\hat\varepsilon)/\alpha$: near the data a small factor helps, near "
        "the noise a division by nearly nothing spoils all.",
    ),
    "q-10-06": Choice(
        section=KERNELS,
        kind="concept",
        asks="A linear SDE on $[0,T]$ has bounded $f$ and $g$, and starts at the data. Can the "
        "law of $x_T$ given $x_0$ be *exactly* the same for all $x_0$?",
        right=r"No: $\alpha_T=\exp\int_0^Tf\,dt$ is positive.",
        wrong={
            r"Yes, if $g$ is large enough near $T$.": "Much noise drowns the signal and does not "
            r"remove it: the mean of $x_T$ is still $\alpha_Tx_0$.",
            r"Yes, if $f$ is negative all the time.": r"Then $\alpha$ falls all the time, and "
            r"stays positive as long as $\int f$ is finite.",
            r"No: $\sigma_T$ would have to be infinite.": r"Flow matching has $\sigma_1=1$ and an "
            "exact prior. Its drift is unbounded, that is the price.",
        },
        why=r"Exact noise at a finite time needs $\int_0^Tf=-\infty$. Otherwise a little is left "
        "of each datum: 0.0066 for VP's usual schedule.",
    ),
    "q-10-07": Family(noise_that_stays),
    "q-10-08": Family(fresh_share),
    "q-10-09": Family(one_step_back),
    "q-10-10": Family(left_at_the_end),
    "q-10-11": Family(same_ray),
    "q-10-12": Choice(
        section=VARIATIONAL,
        kind="plot",
        asks="The bound with infinitely many steps, one and the same denoiser, read at the right "
        "noise level: once on VP's linear clock, once on a cosine's, between the same two "
        "log-SNRs. Which bound is lower?",
        right="They are equal: a clock is only a change of variable.",
        wrong={
            "The cosine's: it has more steps where pictures form.": "With finitely many steps "
            "such things count. In the limit each log-SNR between the ends is passed once, on "
            "either clock.",
            "VP's: its times are where the noise is easy to guess.": "That makes single *draws* "
            "of the loss smaller or larger; their weights make up for it in the mean.",
            "It depends on the data.": r"$\mathcal L_\infty=\int\frac12\mathbb "
            r"E\lVert\varepsilon-\epsilon_\phi\rVert^2d\ell$ for any data: time is not in it.",
        },
        why="Only the two ends of the log-SNR are left of a schedule. What lies between decides "
        "how noisy an estimate is.",
    ),
    "q-10-13": Order(
        section=VARIATIONAL,
        kind="plot",
        asks="One draw estimates the bound (two modes on the line, exact denoiser, log-SNR from 8 "
        "to $-7.8$). Order four clocks by the spread of such a draw, the smallest first.",
        right=(
            "times whose density in the log-SNR goes as the root mean square of the loss there",
            "times even in log-SNR",
            "times even in VP's $t$, linear rate",
            r"times even in $\sigma$, EDM's $t$",
        ),
        wrong=(
            (
                (1, 0, 2, 3),
                "Even in log-SNR is good, but not the best: Cauchy and Schwarz say which density "
                "is, and the even one spends draws where the noise is easy to guess.",
            ),
            (
                (0, 1, 3, 2),
                r"A uniform $\sigma$ up to 49 is hardly ever small, and the few small ones weigh "
                "enormously. VP's time is far less extreme.",
            ),
        ),
        why="5.7, 8.0, 21.4 and 86.1 nats. One bound, and up to two hundred times as many draws "
        "for the same error.",
    ),
    "q-10-14": Choice(
        section=VARIATIONAL,
        kind="plot",
        asks="The bound has $M$ terms, each with its share of the way from data to noise. $M$ "
        "goes from 10 to 10,000, the denoiser is exact. What do the *sum* and the *middle term* "
        "do?",
        right="The sum falls to a limit, the middle term to zero.",
        wrong={
            "Both fall to a limit, the middle term to the loss.": "This is how some texts take "
            "“the limit of the term”. The difference of two SNRs goes to zero with the step; only "
            "the sum of $M$ of them stays.",
            "The sum grows without end, the middle term stays.": "A term is a *difference* of "
            "SNRs. The more terms, the smaller each: their sum is bound by the two ends.",
            "Both fall to zero, as the steps get finer.": "There are ever more terms, and their "
            "sum is a Riemann sum. It tends to an integral, and that is not zero.",
        },
        why=r"The limit of the sum is $-\frac12\int\mathrm{SNR}'\,\mathbb E\lVert "
        r"x_0-x_\phi\rVert^2ds$, the loss of variational diffusion models.",
    ),
    "q-10-15": Choice(
        section=VARIATIONAL,
        kind="plot",
        asks="Both DDPM's simple loss and the variational bound are sums of squared errors of the "
        "noise, one for each of 1,000 steps. To which steps does the bound give the most weight, "
        "compared with the simple loss?",
        right="to the first few, with hardly any noise",
        wrong={
            "to the last few, with hardly any signal": "There the SNR is near zero. But what "
            "counts is its ratio from step to step, and that gives about the average weight.",
            "to those in the middle, where the picture forms": "There the bound gives less than "
            "the average weight, half of it at step 300. The simple loss gives these steps more.",
            "to all the same: the two differ by a factor": "They would, if the SNR fell by the "
            "same ratio at each step. In the first steps it falls most.",
        },
        why=r"The weight is $\frac12(\mathrm{SNR}(t)/\mathrm{SNR}(s)-1)$: 59 times the average at "
        "step 2. The bound pays for exact grey levels.",
    ),
    "q-10-16": Choice(
        section=VARIATIONAL,
        kind="plot",
        asks="One network, trained under VP, samples with the reverse kernel under VE, VP and "
        "flow matching: 10 steps even in log-SNR, the same noises, and the results in units of "
        "the datum. How do the samples differ?",
        right="They agree, up to rounding, point by point.",
        wrong={
            "VP's are best: the network was trained there.": "The network sees $x_t$ at unit "
            "scale and the log-SNR. These are the same under all three.",
            "Flow matching's are best: its paths are straight.": "In its own time it puts its "
            "steps well. Here the steps are at the same noise levels for all.",
            "They have the same law, but other points.": "The same noises go into the same "
            "formula, written in other units. Even the points agree, up to rounding.",
        },
        why="On one clock the three processes are one sampler. In its own time each puts its "
        "steps elsewhere, and that is the whole difference.",
    ),
    "q-10-17": Choice(
        section=VARIATIONAL,
        kind="concept",
        asks="A clock is learned by lowering the mean *square* of single draws of the bound. What "
        "has been gained when it is done?",
        right="The same bound, with fewer draws for one error.",
        wrong={
            "A lower bound, as the draws have become smaller.": "The mean does not depend on the "
            "clock, so it cannot be lowered. Only the spread around it can.",
            "A better denoiser, as it learns where it matters.": "The denoiser was fixed. Other "
            "times of training might help it; that is another experiment.",
            "Better samples, as the clock has the best steps.": "This clock is the best for "
            "estimating the bound. Nothing says that a sampler's steps should fall there.",
        },
        why="The mean is fixed, so the mean square falls exactly by the variance. Beside it VP's "
        "clock needs twelve times as many draws.",
    ),
    "q-10-18": Choice(
        section=VARIATIONAL,
        kind="error",
        asks=r"Under VP a program is to draw from $p(x_t\mid x_s,x_0)$, with a guess $x_\phi$ in "
        r"the place of $x_0$. From $s$ down to $t$ its mean is right, and it adds noise of "
        r"standard deviation $\sigma_{s\mid t}$. Beside that kernel, what is wrong with its steps?",
        right="Each adds too much noise, most of all a long one.",
        wrong={
            "Each adds too little noise.": r"The right one is $\sigma_{s\mid "
            r"t}\,\sigma_t/\sigma_s$, which is smaller wherever $\sigma_t<\sigma_s$.",
            r"Nothing, since $\sigma_{s\mid t}$ is the noise between $s$ and $t$.": "It is the "
            "noise of the hop *forward*. Backward the datum, or its guess, tells where $x_t$ is, "
            "too.",
            "Each has noise that depends on the datum.": "Neither one does: the posterior's "
            "variance contains the levels of the two times and no $x_0$.",
        },
        why=r"Given $x_s$ and $x_0$, the standard deviation of $x_t$ is $\sigma_{s\mid "
        r"t}\,\sigma_t/\sigma_s$. Toward the data the factor $\sigma_t/\sigma_s$ gets small when "
        "steps are long. (For data of unit variance the wide noise is right: it also holds what is "
        "not known of the datum.)",
    ),
    "q-10-19": Family(one_term),
    "q-10-20": Family(length_of_time),
    "q-10-21": Family(two_heads),
    "q-10-22": Family(datum_from_v),
    "q-10-23": Family(somebody_elses_alpha),
}
