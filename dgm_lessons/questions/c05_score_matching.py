"""Chapter 5: scores, and the ways to learn them from points."""

from __future__ import annotations

from numpy.random import Generator

from .question import Choice, Family, Number, Order, Question

SCORE = "05-score-matching/score-matching"
SLICED = "05-score-matching/sliced-score-matching"
DENOISING = "05-score-matching/denoising-score-matching"
TWEEDIE = "05-score-matching/tweedie"
SURE = "05-score-matching/sure"
GENERALISED = "05-score-matching/generalised-score-matching"


def _scaled(random: Generator) -> Question:
    square, scale = int(random.choice([2, 4, 6, 8])), float(random.choice([0.5, 1.5, 3]))
    return Number(
        section=SCORE,
        kind="derivation",
        asks=rf"A network says ${scale:g}$ times the true score, whose mean square is $\mathbb "
        rf"E\lVert s^*\rVert^2={square}$. What is the implicit loss $\mathbb "
        rf"E\big[\nabla\cdot s_\phi+\frac12\lVert s_\phi\rVert^2\big]$?",
        right=(scale**2 / 2 - scale) * square,
        wrong=(
            (
                (scale - 1) ** 2 / 2 * square,
                r"This is the explicit loss. The implicit one is lower by the constant "
                r"$\frac12\mathbb E\lVert s^*\rVert^2$.",
            ),
            (
                (scale**2 - scale) * square,
                r"The square carries a half; without it the least value would be at $c=\frac12$.",
            ),
            (
                (scale**2 / 2 + scale) * square,
                r"The mean divergence of a score is *negative*: $\mathbb E\,\nabla\cdot "
                r"s^*=-\mathbb E\lVert s^*\rVert^2$.",
            ),
        ),
        why=rf"The divergence brings $-c\,\mathbb E\lVert s^*\rVert^2$ and the square "
        rf"$\frac12c^2\,\mathbb E\lVert s^*\rVert^2$, with $c={scale:g}$. The least value of the "
        rf"two together is at $c=1$.",
    )


def _saddle(random: Generator) -> Question:
    variance, length = [(1, 1.5), (0.5, 0.8), (2, 3), (1, 1.2), (0.5, 2), (0.25, 1)][
        int(random.integers(6))
    ]
    across, along = -1 / variance, length / variance**2 - 1 / variance
    sign = "negative, and still it is no mode" if across + along < 0 else "positive"
    return Number(
        section=SCORE,
        kind="derivation",
        asks=rf"Two equal Gaussians in the plane, each of variance ${variance:g}$ in every "
        rf"direction, stand at $\pm m$ with $\lVert m\rVert^2={length:g}$. What is the "
        rf"divergence of their score half-way between them?",
        right=across + along,
        wrong=(
            (
                2 * across,
                "This is the divergence at the centre of one Gaussian alone. Half-way, the pull "
                "changes from one to the other, and that adds a positive part.",
            ),
            (
                along,
                "This is one eigenvalue, that along the line through both. The divergence adds "
                "the other one, across the line.",
            ),
            (
                length / variance**2,
                "This is the part that the two centres bring. Each Gaussian's own spring pulls "
                "in both directions as well.",
            ),
        ),
        why=rf"The eigenvalues are $-1/v={across:g}$ across and $\lVert "
        rf"m\rVert^2/v^2-1/v={along:g}$ along the line: a saddle. Their sum is {sign}.",
    )


def _probe(random: Generator) -> Question:
    a, d, b = (int(v) for v in (*random.integers(2, 7, 2), random.integers(1, 5)))
    return Number(
        section=SLICED,
        kind="derivation",
        asks=rf"The matrix $A=\begin{{pmatrix}}{a}&{b}\\{b}&{d}\end{{pmatrix}}$ is asked by one "
        rf"probe $u$ of random signs. Which is the largest value that the estimate $u^\top Au$ "
        rf"can take?",
        right=a + d + 2 * b,
        wrong=(
            (
                a + d,
                "This is the trace, the mean of the estimates. A single one misses it, "
                "unless the matrix is diagonal.",
            ),
            (a + d + b, r"The entry stands twice in a symmetric matrix, and $u_1u_2$ meets both."),
            (a + d - 2 * b, "This is the smallest value, for two different signs."),
        ),
        why=rf"The diagonal always counts in full, for a sign squared is one. The rest is "
        rf"$2u_1u_2\cdot{b}=\pm{2 * b}$: the estimate takes two values, and the trace ${a + d}$ "
        rf"lies half-way between.",
    )


def _probes(random: Generator) -> Question:
    one, count = float(random.choice([0.12, 0.24, 0.4, 0.6])), int(random.choice([4, 9, 16, 25]))
    return Number(
        section=SLICED,
        kind="concept",
        asks=rf"For a fixed batch, the sliced loss with one probe a point has a standard "
        rf"deviation of ${one:g}$ that is due to the probes. What is it with ${count}$ probes a "
        rf"point?",
        right=one / count**0.5,
        wrong=(
            (one / count, "The *variance* is divided by the number of probes, not its root."),
            (
                one,
                "Averages of independent probes scatter less. What stays the same is their mean.",
            ),
            (
                one / count**2,
                "Not even the variance falls that fast: it is divided by the number of probes.",
            ),
        ),
        why=rf"Independent probes: the variance falls like $1/K$, the standard deviation like "
        rf"$1/\sqrt K$, here by ${count**0.5:g}$. The price grows like $K$.",
    )


def _constant(random: Generator) -> Question:
    data, noise = [(2, 0.5), (3, 1), (0.75, 0.25), (4, 1), (1.5, 0.5), (0.6, 0.4)][
        int(random.integers(6))
    ]
    power = 1 / (data + noise)
    return Number(
        section=DENOISING,
        kind="derivation",
        asks=rf"Data on the line follow $\mathcal N(0,s^2)$ with $s^2={data:g}$, and noise with "
        rf"$\sigma^2={noise:g}$ is added. What is the denoising loss $\frac12\mathbb "
        rf"E\,(s_\phi+\varepsilon/\sigma)^2$ of the *exact* score of the noisy law?",
        right=(1 / noise - power) / 2,
        wrong=(
            (
                0.0,
                "The network does not see the clean point, so it cannot meet its target. Zero "
                "is the *explicit* loss of the exact score.",
            ),
            (
                1 / noise / 2,
                r"This is half the variance of the target: the loss of a network "
                r"that says nothing. The exact score explains a part of it.",
            ),
            (1 / noise - power, "Losses of this book carry a half."),
        ),
        why=rf"The loss is half of $1/\sigma^2-\mathbb E(\nabla\log p_\sigma)^2$. Here "
        rf"$p_\sigma=\mathcal N(0,s^2+\sigma^2)$, whose score has the mean square "
        rf"$1/(s^2+\sigma^2)={power:g}$, and $1/\sigma^2={1 / noise:g}$.",
    )


def _doubt(random: Generator) -> Question:
    alpha, sigma, slope = [
        (0.9, 0.6, 0.9),
        (0.8, 0.4, 0.45),
        (0.4, 0.2, 0.9),
        (0.5, 1, 0.32),
        (0.8, 0.8, 0.2),
        (0.9, 0.3, 1.6),
    ][int(random.integers(6))]
    variance = sigma**2 / alpha * slope
    return Number(
        section=TWEEDIE,
        kind="derivation",
        asks=rf"On the line $\tilde x={alpha:g}\,x+{sigma:g}\,\varepsilon$. Near one observation "
        rf"the best guess $\hat x$ rises by ${slope:g}$ for each unit of $\tilde x$. What is the "
        rf"standard deviation of the clean $x$, given this observation?",
        right=variance**0.5,
        wrong=(
            (variance, "This is the variance. Take its root."),
            (
                sigma / alpha * slope**0.5,
                r"The slope of $\hat x$ already holds one factor "
                r"$1/\alpha$: the variance is $\sigma^2/\alpha$ times the slope, not "
                r"$\sigma^2/\alpha^2$.",
            ),
            (
                sigma * slope**0.5,
                r"The scale $\alpha$ is missing: one unit of $x$ is only "
                r"$\alpha$ units of $\tilde x$.",
            ),
        ),
        why=rf"$\operatorname{{Var}}[x\mid\tilde x]=\frac{{\sigma^2}}\alpha\,\frac{{\partial\hat "
        rf"x}}{{\partial\tilde x}}={variance:g}$: where the guess reacts strongly, it is "
        rf"uncertain.",
    )


def _step(random: Generator) -> Question:
    gain, part = float(random.choice([0.2, 0.24, 0.4, 0.8])), float(random.choice([0.6, 0.75, 1.5]))
    left = (1 - part) ** 2
    return Number(
        section=TWEEDIE,
        kind="derivation",
        asks=rf"Doing nothing, the guess $\tilde x/\alpha$, has a mean squared error that is "
        rf"${gain:g}$ above Tweedie's. Somebody goes ${part:g}$ times Tweedie's step along the "
        rf"exact score. How far above Tweedie's is that error?",
        right=left * gain,
        wrong=(
            (
                abs(1 - part) * gain,
                "The error is a parabola in the length of the step, not a straight line.",
            ),
            (
                gain * part**2,
                "Measure from the right length: what counts is how far the step is "
                "*off*, and Tweedie's is one.",
            ),
            (0.0, "Only the full step is the posterior mean. Every other length costs something."),
        ),
        why=rf"The guess is off the posterior mean by $1-{part:g}$ times the whole step, and the "
        rf"cross term vanishes. So the extra error is $(1-{part:g})^2={left:g}$ times ${gain:g}$.",
    )


def _fourth(random: Generator) -> Question:
    small, ratio = float(random.choice([0.1, 0.2, 0.5])), int(random.choice([2, 3, 4, 10]))
    return Number(
        section=TWEEDIE,
        kind="concept",
        asks=rf"Two score networks, one for $\sigma={small:g}$ and one for "
        rf"$\sigma={small * ratio:g}$, both with $\alpha=1$, are used as denoisers. Both lose "
        rf"the same mean squared error to the best denoiser. How many times as large is the mean "
        rf"squared error of the *score* at the smaller noise?",
        right=ratio**4,
        wrong=(
            (
                ratio**2,
                r"The step is $\sigma^2$ times the score. Its error is squared, so the "
                r"factor is $\sigma^4$.",
            ),
            (
                ratio,
                r"What stands between the two errors is $\sigma^4$, for the squared error of "
                r"a step of length $\sigma^2$.",
            ),
            (
                1.0,
                r"Score and denoiser differ by the factor $\sigma^2$, and that is not the same "
                r"at both levels.",
            ),
        ),
        why=r"The excess of the denoiser is $\sigma^4/\alpha^2$ times that of the score. At "
        r"small noise a fine denoiser may be a poor score.",
    )


def _sure(random: Generator) -> Question:
    keep, seen, noise = (
        float(random.choice([0.25, 0.75])),
        int(random.choice([2, 4])),
        int(random.choice([1, 2, 3])),
    )
    moved, react = (keep - 1) ** 2 * seen**2, 2 * noise**2 * keep
    return Number(
        section=SURE,
        kind="derivation",
        asks=rf"One number is seen: $\tilde x={seen}$, with noise of $\sigma={noise}$. The "
        rf"denoiser is $D(\tilde x)={keep:g}\,\tilde x$. What does SURE read?",
        right=moved + react - noise**2,
        wrong=(
            (
                moved,
                "This is how far the value was moved. Two more terms make it right on average.",
            ),
            (moved + react, r"The last term is missing: $-d\,\sigma^2$, with $d=1$."),
            (
                moved + react / 2 - noise**2,
                r"The divergence counts twice: it comes from the "
                r"cross term of a square.",
            ),
        ),
        why=rf"Moved: ${moved:g}$. Reaction: $2\sigma^2\,\nabla\cdot "
        rf"D=2\cdot{noise**2}\cdot{keep:g}={react:g}$. Less $\sigma^2={noise**2}$.",
    )


QUESTIONS: dict[str, Question | Family] = {
    "q-5-01": Choice(
        section=SCORE,
        kind="plot",
        asks="A network learns from the *implicit* loss. In the same run the explicit loss, "
        "which it never sees, falls from $3.3$ to nearly $0$. What does the implicit one do?",
        right=r"It falls in step, from about $0$ to nearly $-3.3$.",
        wrong={
            "It falls in step, from about $3.3$ to nearly $0$.": r"The two differ by the constant "
            r"$C=\frac12\mathbb E\lVert s^*\rVert^2$. A network that says nothing has the "
            r"implicit loss zero.",
            "It falls until it reaches $0$, and stays there.": "Zero is where it starts: no "
            "arrows, no divergence. The least value is $-C$, well below.",
            "It falls much faster, and without any bound.": "So it would if the data had no "
            "density. Here the least value is $-C$, reached by the true score.",
        },
        why=r"One curve, drawn twice: by Hyvärinen's identity they differ by $\frac12\mathbb "
        r"E\lVert s^*\rVert^2$, whatever the network. Negative values are a good sign, not a bug.",
    ),
    "q-5-02": Family(_scaled),
    "q-5-03": Family(_saddle),
    "q-5-04": Choice(
        section=SCORE,
        kind="error",
        asks=r"Notes say that the term $\frac12\lVert s_\phi\rVert^2$ of the implicit loss "
        r"drives the score to zero where data are dense. What is true of the optimum?",
        right="The mean square of its arrows is just as large as minus its mean divergence.",
        wrong={
            "Its arrows vanish at nearly all data, and are long in the gaps between.": "On "
            "average over the data the *squares* of the arrows are as large as the sinks are "
            "deep. Only at level places, such as peaks, do they vanish.",
            "The mean square of its arrows is half of minus its mean divergence.": r"The half "
            r"belongs to the loss. Put $s^*$ into the integration by parts: $\mathbb E\lVert "
            r"s^*\rVert^2=-\mathbb E\,\nabla\cdot s^*$.",
            "The divergence wins, and its arrows are as long as the network allows.": "So it "
            "would be with the divergence alone. The square grows faster and stops it.",
        },
        why="The two terms balance: one wants sinks, the other short arrows. Scaled by $c$ they "
        "are a line and a parabola, and the sum is least at $c=1$, not at zero.",
    ),
    "q-5-05": Choice(
        section=SCORE,
        kind="plot",
        asks="Two tight modes lie far apart. Five networks learn their score by the implicit "
        "loss; at the data they err by a tenth of the score's size. How large is the error *in "
        "the gap*, where the exact arrows are long?",
        right="Nearly as large as the exact score itself is there",
        wrong={
            "A tenth of the score's size, as at the data": "Nothing asks the networks for "
            "anything where there are no data. A smooth network joins the two sides as it likes.",
            "Zero, for the divergence loss sees slopes": "The loss sees the *network's* slopes, "
            "and only at data points. It learns nothing of the gap.",
            "Many times as large as the score itself": "The networks bend gently from one mode "
            "to the other. The exact score jumps, so what they say is far too *short*.",
        },
        why="In the gap the networks are hardly better than one that says nothing. They agree "
        "neither with the exact score nor with each other.",
    ),
    "q-5-06": Choice(
        section=SCORE,
        kind="concept",
        asks=r"At a point the score is zero and its divergence is $-0.3$, in the plane. What "
        r"kind of point is it?",
        right="A mode or a saddle: the sum does not tell",
        wrong={
            "A mode: around a sink all arrows lead inwards": "The divergence is a *sum*. "
            "Eigenvalues of $-0.8$ and $0.5$ add up to $-0.3$, and along the second one the "
            "arrows lead away.",
            "A saddle: at a mode the divergence is far lower": "How deep a sink is depends on "
            "the width of the mode. Eigenvalues $-0.1$ and $-0.2$ make a broad mode.",
            "A pit: the log-density is at its lowest there": "In a pit both eigenvalues are "
            "positive, and so is their sum.",
        },
        why=r"What kind of zero it is stands in the signs of the eigenvalues of $\nabla^2\log "
        r"p$, and the divergence is only their sum.",
    ),
    "q-5-07": Family(_probe),
    "q-5-08": Choice(
        section=SLICED,
        kind="plot",
        asks="The $64\\times64$ Jacobian of a score of handwritten digits is asked by *one* "
        "probe with entries $\\pm1$. About how far is the estimate from the trace?",
        right="About 3 per cent of it",
        wrong={
            "About 18 per cent of it": "So far off is a Gaussian probe, which errs on the diagonal "
            "as well. The square of a sign is one.",
            "More than 100 per cent of it": "So it would be if all entries were equal. But a "
            "sign squared is one, and this matrix is nearly diagonal.",
        },
        why=r"With random signs the diagonal makes no error; the variance is $2\sum_{i\ne "
        r"j}a_{ij}^2$. In this matrix little stands off the diagonal.",
    ),
    "q-5-09": Choice(
        section=SLICED,
        kind="concept",
        asks=r"Data lie on a circle, a line without thickness, and fresh points come at every "
        r"step. The implicit loss goes to $-3$, to $-55$, to $-809$. What is happening?",
        right="The loss has no least value: the sink along the circle deepens for ever.",
        wrong={
            "The network learns well: the lower this loss, the nearer to the true score.": "It "
            "would, if there were a true score. A law on a circle has no density in the plane.",
            "The learning rate is too high: with a lower one the loss would settle.": "It would "
            "fall more slowly, and without end as well. There is nothing to settle at.",
            "The network learns its points by heart: held-out points would show it.": "Every "
            "step has fresh points. On held-out ones the loss falls just as well: all lie on the "
            "circle.",
        },
        why=r"On the circle the arrows have length zero, and the sink across it may be as deep "
        r"as you like: the loss is $-\kappa$. Noise of $\sigma$ across brings a floor, near "
        r"$-1/(2\sigma^2)$.",
    ),
    "q-5-10": Family(_probes),
    "q-5-11": Order(
        section=SLICED,
        kind="plot",
        asks="Five losses are differentiated at one and the same half-trained network in the "
        "plane, on fresh batches. Order them by the variance of the gradient, from the calmest "
        "to the noisiest.",
        right=(
            "explicit, with the true score",
            "implicit, with the exact trace",
            "sliced, one probe of signs",
            "sliced, one Gaussian probe",
            r"denoising, with $\sigma=0.03$",
        ),
        wrong=(
            (
                (0, 4, 1, 2, 3),
                r"Denoising needs no derivative, but its target "
                r"$\varepsilon/\sigma$ is huge when $\sigma$ is small.",
            ),
            (
                (4, 0, 1, 2, 3),
                r"Denoising needs no derivative, but its target "
                r"$\varepsilon/\sigma$ is huge when $\sigma$ is small.",
            ),
            (
                (0, 1, 3, 2, 4),
                "Signs make no error on the diagonal, Gaussian probes do: signs "
                "are the calmer ones.",
            ),
            ((0, 2, 3, 1, 4), "A probe only adds noise to what the exact trace has already."),
        ),
        why=r"The divergence fluctuates from point to point, a probe adds its own noise, a "
        r"Gaussian one more than signs. And a target of variance $D/\sigma^2$ outdoes them all "
        r"at little noise.",
    ),
    "q-5-12": Choice(
        section=DENOISING,
        kind="plot",
        asks=r"A network is trained by denoising score matching at $\sigma=0.5$. Its error "
        r"against the exact score falls towards zero. Where does the *denoising* loss end?",
        right="At a level above zero, and not below it",
        wrong={
            "At zero too, only some hundred steps later": "The target knows the clean point, the "
            "network does not. No network can meet it.",
            "At zero too, if the network is large enough": "Size does not help: several clean "
            "points can lie behind one noisy point, and their arrows disagree.",
            "Below zero, as the implicit loss does": "It is a mean of squares, and those are "
            "never negative.",
        },
        why="The loss of the exact score is half the disagreement of the arrows. So a denoising "
        "loss that no longer falls tells nothing about how good the score is.",
    ),
    "q-5-13": Family(_constant),
    "q-5-14": Choice(
        section=DENOISING,
        kind="error",
        asks=r"Somebody trains towards $-\varepsilon$ in place of $-\varepsilon/\sigma$, at "
        r"$\sigma=0.3$, and runs Langevin dynamics with the field. What do the walkers sample?",
        right=r"A flatter law than $p_\sigma$, namely $p_\sigma^{\,0.3}$",
        wrong={
            r"The law $p_\sigma$, only more slowly, as with a smaller step": "A smaller step "
            "would shrink the noise as well. Here the slope alone is too small, and the "
            "noise wins.",
            r"A sharper law than $p_\sigma$, namely $p_\sigma^{1/0.3}$": r"That is what the "
            r"target $-\varepsilon/\sigma^2$ does: its arrows are too long. These are too "
            r"short.",
            r"The negative of the picture, low where data are": r"That is what the lost minus "
            r"does, the target $+\varepsilon/\sigma$.",
        },
        why=r"The field learned is $\sigma\nabla\log p_\sigma=\nabla\log p_\sigma^{\,\sigma}$: "
        r"the score of another law, at a higher temperature. As a noise predictor, with its sign "
        r"turned, the network is fine.",
    ),
    "q-5-15": Choice(
        section=DENOISING,
        kind="plot",
        asks=r"Networks of one size learn by denoising at noise levels from $\sigma=0.02$ to "
        r"$1$, all with the same number of steps. How does their distance to the score of the "
        r"*clean* data depend on $\sigma$?",
        right="It falls at first, and then rises again, as $\\sigma$ grows.",
        wrong={
            "It rises all along: less noise is nearer to the data.": r"The law is nearer, but "
            r"the target's variance is $D/\sigma^2$. At little noise the fit drowns in it.",
            "It falls all along: with more noise the fit is easier.": "Easier, but it fits the "
            "score of another law. Against the *clean* data's score that is a bias.",
            "It is the same at all levels, as the budget is.": r"Equal steps do not make equal "
            r"targets: their variance changes like $1/\sigma^2$, and the law changes too.",
        },
        why=r"Two errors pull against each other: the noise of the fit falls as $\sigma$ grows, "
        r"the bias $\nabla\log p_\sigma-\nabla\log p_{\rm data}$ rises. On the page's test bed "
        r"the best of the levels is $0.1$.",
    ),
    "q-5-16": Choice(
        section=DENOISING,
        kind="plot",
        asks=r"Data lie on a circle of radius $1$. Noise with $\sigma=0.8$ is added. Where does "
        r"the score point at a noisy point half-way between the centre and the circle?",
        right="Inwards, towards the centre of the circle",
        wrong={
            "Outwards, to the nearest point of the circle": "So it is with little noise. With "
            "much, points from *all around* may have come here, and their average lies near the "
            "centre.",
            "Nowhere: the arrows of all sides cancel": "They cancel at the centre only. "
            "Elsewhere the average of the clean points is not where the noisy point is.",
            "Along the circle, for across it nothing is known": "By symmetry no direction round "
            "the circle is preferred: the score is radial.",
        },
        why=r"From $\sigma^2=\frac12$ on the hole is filled: the noisy density is highest at the "
        r"centre.",
    ),
    "q-5-17": Choice(
        section=DENOISING,
        kind="concept",
        asks=r"With little noise few Langevin walkers cross between two modes; at $\sigma=0.6$, "
        r"with the exact score of $p_\sigma$, they soon stand where they belong. What is the "
        r"price?",
        right=r"They sample the law of *noisy* data, $p_\sigma$, not that of the data.",
        wrong={
            "They need a smaller step, since the score is steeper.": "Noise makes the score "
            "gentler. That is a part of why they cross.",
            "They forget the weights: each mode gets one half.": r"The shares right of the gap "
            r"are those of $p_\sigma$, and noise changes these little.",
            "They follow a score that is known only on average.": "A network *learns* from "
            "single arrows, but here the score is exact, everywhere.",
        },
        why=r"Noise fills the gap, and the walk's law is that of its score: $p_\sigma$. To get "
        r"back to data, $\sigma$ must be lowered in small steps.",
    ),
    "q-5-18": Choice(
        section=TWEEDIE,
        kind="plot",
        asks=r"Clean values come from two clusters on the line. With noise of $\sigma=0.6$ the "
        r"best guess of the clean value, drawn against the observation, is a staircase. How does "
        r"the curve look at $\sigma=2$, nearly the distance of the clusters?",
        right="A gentle and nearly straight rise",
        wrong={
            "A staircase with a steeper step": "More noise blurs the border between the "
            "clusters. Near it the guess changes more slowly.",
            "The diagonal: guess what you see": "This is the best guess without noise. The more "
            "noise, the less an observation is to be believed.",
            "Two flat treads, without a rise": "One cannot tell from which cluster a value came, "
            "so the guess passes gradually from one to the other.",
        },
        why="With much noise the two clusters look like one broad bell, and for a bell the best "
        "guess is a straight line: shrink towards the mean.",
    ),
    "q-5-19": Family(_doubt),
    "q-5-20": Family(_step),
    "q-5-21": Family(_fourth),
    "q-5-22": Choice(
        section=TWEEDIE,
        kind="error",
        asks=r"For noise of an exponential family notes say that the posterior of $\eta$ is "
        r"*proportional* to $e^{\eta^\top\tilde x-\psi(\eta)-\lambda(\tilde x)}\,p(\eta)$, where "
        r"$\lambda=\log p_\sigma-\log q_0$. Is this the best that can be said?",
        right="No: the two are equal, for all noises of an exponential family.",
        wrong={
            "No: the two are equal, but for Gaussian noise only.": r"The Gaussian was not used: "
            r"$\lambda$ collects all that depends on $\tilde x$ alone, whatever the family.",
            "Yes: with $p(\\eta)$ unknown the factor is unknown as well.": r"Known or not, it "
            r"stands there. What normalises the product is $\lambda$, and that is in it already.",
            "Yes: for an equality a factor $e^{-\\psi(\\eta)}$ is missing.": r"It is not "
            r"missing: $-\psi(\eta)$ stands in the exponent.",
        },
        why=r"Bayes' rule divides by $p_\sigma(\tilde x)$, and with $q_0$ that gives "
        r"$e^{-\lambda}$. So $\lambda$ is the log-normaliser of the posterior: this is why its "
        r"derivatives are cumulants.",
    ),
    "q-5-23": Choice(
        section=TWEEDIE,
        kind="plot",
        asks="A trained denoiser of digits states a variance for each pixel, from its Jacobian. "
        "Where is it largest?",
        right="Along the outlines of the strokes",
        wrong={
            "In the middle of the broad strokes": "In the middle of a stroke the neighbours leave "
            "little doubt: it is ink.",
            "On the empty paper all around": "Far from any stroke the network is sure that there "
            "is none.",
            "Nowhere: the noise is the same": "The noise is. But how much doubt is left depends "
            "on what the other pixels give away.",
        },
        why="At an outline a little noise decides between ink and paper: there the guess reacts "
        "strongly, and a guess that reacts is uncertain.",
    ),
    "q-5-24": Choice(
        section=TWEEDIE,
        kind="concept",
        asks="A single Tweedie step with the exact score is made from an almost pure noise "
        "image. What comes out?",
        right="A blur: about the mean of all data",
        wrong={
            "A datum: some sharp image, by chance": "The step gives an average over all clean "
            "images that may be behind the noise. An average of sharp images is not sharp.",
            "The datum that lies nearest to the noise": "With much noise nearly every datum is "
            "about as plausible, and all of them are averaged.",
            "Noise again, only a little weaker": "The formula goes the whole way to the "
            "posterior mean at once, and that has no noise in it.",
        },
        why="The posterior mean is the best *guess*, not a likely *sample*. Samplers take many "
        "small steps instead.",
    ),
    "q-5-25": Family(_sure),
    "q-5-26": Choice(
        section=SURE,
        kind="plot",
        asks=r"Of each of 1,500 digits there is one noisy copy, at $10.5$ dB, and no clean one. "
        r"A network is trained by SURE on these; its twin sees the clean digits and reaches "
        r"$16.4$ dB on unseen ones. What does the first reach?",
        right="About 15.8 dB: less than a decibel lost",
        wrong={
            "About 10.5 dB: it returns what it sees": r"Doing nothing is not free: its "
            r"divergence is $d$, and SURE charges $d\,\sigma^2$ for it.",
            "About 13 dB: half of the improvement": "SURE has the same minimiser as the true "
            "error. What it adds is noise in the loss, and that costs less.",
            "About 18 dB: it cannot overfit the targets": "It has no targets, but it fits the "
            "noise of its one copy. Without clean digits it does a little worse, not better.",
        },
        why="SURE is right on average for each picture, so minimising it leads to the posterior "
        "mean. It gives away a fraction of a decibel for never having seen the truth.",
    ),
    "q-5-27": Choice(
        section=SURE,
        kind="concept",
        asks="A network was trained by SURE on noisy pictures, one copy of each. On these "
        "pictures SURE now reads $1.19$, but the true error there is $1.65$. Why?",
        right="The network has itself been fitted to the noise of these very copies.",
        wrong={
            "SURE is unbiased only for linear denoisers, and this one is a network.": "It is "
            "unbiased for each differentiable denoiser that does not depend on the draw. This "
            "one does.",
            "The divergence comes from random probes, and these read too low.": "Probes are "
            "unbiased, and on held-out pictures SURE agrees with the true error.",
            r"SURE is an estimate of the noisy error, and lacks the term $d\,\sigma^2$.": r"The "
            r"term $-d\,\sigma^2$ is part of it. What it estimates is the error against the "
            r"clean picture.",
        },
        why="The least of many estimates is too low: to choose and to judge by the same readings "
        "flatters the choice. Keep some noisy pictures aside, and judge by their SURE.",
    ),
    "q-5-28": Choice(
        section=SURE,
        kind="error",
        asks=r"In somebody's SURE the factor $\sigma^2$ before the divergence is missing: "
        r"$\lVert D-\tilde x\rVert^2+2\,\nabla\cdot D-d\,\sigma^2$. The noise has $\sigma=0.3$. "
        r"Which denoiser does training find?",
        right=r"$\tilde x+\nabla\log p_\sigma$: a step far too long",
        wrong={
            r"$\tilde x+\sigma^2\nabla\log p_\sigma$: a factor does not matter": "A factor "
            "before the *whole* loss would not. This one changes the balance of its terms.",
            r"$\tilde x$ itself: the error is never paid for": "The divergence is still charged, "
            "even too dearly: the network will rather react too little.",
            r"$\tilde x+\sigma\nabla\log p_\sigma$: a step too long": r"The weight of the "
            r"divergence is the length of the step: $\sigma^2$ if it is right, and $1$ here.",
        },
        why=r"It is SURE for $\sigma'=1$, up to a constant, and its minimiser is $\tilde "
        r"x+\sigma'^2\nabla\log p_\sigma$: the right direction, the wrong length.",
    ),
    "q-5-29": Choice(
        section=GENERALISED,
        kind="plot",
        asks="Two clusters of width $0.5$ stand at $\\pm4$. They have the shares $0.3$ and $0.7$ "
        "in $p$, and one half each in $q$. How large is the Fisher divergence between $p$ and "
        "$q$?",
        right=r"Below $10^{-12}$: too small to tell from zero",
        wrong={
            r"About $0.2$: the shares differ by that": "This is the total variation, which "
            "compares masses. The Fisher divergence compares slopes.",
            r"About $0.04$: the square of the difference": "It is a square, but of *slopes*. "
            "Inside a cluster the share is a constant factor, and has no slope.",
            r"Infinite: there are hardly any data between": "The scores do differ between the "
            "clusters, but $p$ weighs that place by next to nothing.",
        },
        why=r"Inside a cluster $p$ is a constant times one bell, and the constant cancels in "
        r"$\nabla\log p$. It shows only where the bells meet, and there are no samples to count "
        r"it.",
    ),
    "q-5-30": Choice(
        section=GENERALISED,
        kind="plot",
        asks="Two far clusters differ in $p$ and $q$ only by their shares. Noise of $\\sigma$ is "
        "added to both laws. What happens to the Fisher divergence as $\\sigma$ grows from zero "
        "to more than the clusters' distance?",
        right="It rises from almost zero, and then sinks again.",
        wrong={
            "It sinks all along, for noise makes laws alike.": "So a divergence between *masses* "
            "would behave. This one starts at nothing: without noise the shares are invisible.",
            "It rises all along, for noise joins the clusters.": "At first. With very much noise "
            "all is one bell, and both laws have nearly the same score.",
            "It stays almost zero, for noise adds no information.": "It adds none, but it makes "
            "the bells overlap. Where they do, the shares have a slope.",
        },
        why="Where the bells overlap the score depends on the shares. This is why score models "
        "learn many noise levels, and not one.",
    ),
    "q-5-31": Choice(
        section=GENERALISED,
        kind="derivation",
        asks=r"On the line let $\mathcal Lf=f''$, for functions that vanish far out. What is its "
        r"adjoint?",
        right=r"$\mathcal L^\dagger g=g''$",
        wrong={
            r"$\mathcal L^\dagger g=-g''$": "Each integration by parts turns the sign. Here "
            "there are two.",
            r"$\mathcal L^\dagger g=-g'$": "This is the adjoint of the *first* derivative. Both "
            "derivatives must be moved over.",
            r"$\mathcal L^\dagger g=(g')^2$": r"An adjoint is linear in $g$. It moves the "
            r"derivatives from $f$ to $g$, and squares nothing.",
        },
        why=r"$\int g f''=-\int g'f'=\int g''f$. With the gradient alone the sign turns once, "
        r"and that is the plus before the divergence in Hyvärinen's loss.",
    ),
    "q-5-32": Choice(
        section=GENERALISED,
        kind="concept",
        asks=r"You have noisy pictures, know $\sigma$, and have no clean ones. Which of these "
        r"losses leads to the posterior mean $\mathbb E[x\mid\tilde x]$?",
        right=r"The implicit loss on the noisy pictures, then $\tilde x+\sigma^2s_\phi$",
        wrong={
            r"The denoising loss, with more noise of $\sigma$ added to the noisy pictures": r"It "
            r"learns the score of the *twice* noisy law, $p_{\sqrt2\sigma}$, and aims back "
            r"at noisy pictures.",
            "The explicit loss, with the score of the noisy law as the target": "The score of "
            "the noisy law is what you are looking for. You do not have it.",
            "The squared error of a network towards the noisy pictures themselves": "Its best "
            "answer is to return what it sees. Nothing tells noise from picture.",
        },
        why=r"The implicit loss needs samples only, here noisy ones, and learns $\nabla\log "
        r"p_\sigma$; Tweedie makes a denoiser of it. It is SURE under another name.",
    ),
}
