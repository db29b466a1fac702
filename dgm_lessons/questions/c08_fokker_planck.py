"""Questions of chapter 8: the Fokker–Planck equation, Bayes' rule for one step, same marginals."""

from __future__ import annotations

from numpy.random import Generator

from dgm_lessons.questions.question import Choice, Family, Number, Order, Question

EQUATION = "08-fokker-planck/fokker-planck"
BAYES = "08-fokker-planck/reverse-by-bayes"
MARGINALS = "08-fokker-planck/same-marginals"


def top_of_a_mode(g: Generator) -> Number:
    dims, var, g2 = (float(g.choice(v)) for v in ([2, 3, 5, 6], [0.5, 2.0, 4.0], [3.0, 5.0]))
    right = -dims * g2 / (2 * var)
    return Number(
        section=EQUATION,
        kind="derivation",
        asks=rf"Noise and no drift: $dx=g\,dw$ with $g^2={g2:g}$, in $D={dims:g}$ dimensions. At "
        rf"this moment $p_t=\mathcal N(0,\,{var:g}\,I)$. At which rate does $\log p_t(x)$ change "
        "at the top, $x=0$?",
        right=right,
        wrong=(
            (-right, "A top sinks: noise takes from it more than it brings. The rate is negative."),
            (
                2 * right,
                r"The half of $\frac12g^2\Delta p$ is lost: a variance enters Taylor's series "
                "with a half.",
            ),
            (
                right / dims,
                "That is one coordinate. The Laplacian adds up the second derivatives of all $D$ "
                "of them.",
            ),
        ),
        why=r"At the top the score is zero, so $\partial_t\log p_t=\frac12g^2\,\Delta\log p_t$, "
        r"and $\Delta\log p_t=-D/\sigma^2$ for a Gaussian of variance $\sigma^2$ in each "
        "coordinate.",
    )


def at_rest(g: Generator) -> Number:
    pull, noise = float(g.choice([1, 2, 4])), float(g.choice([3, 6, 8]))
    right = noise**2 / (2 * pull)
    return Number(
        section=EQUATION,
        kind="derivation",
        asks=rf"On the line, $dx=-{pull:g}\,x\,dt+{noise:g}\,dw$, with mean zero. Use the balance "
        r"of $\mathbb E\,x^2$: at which variance does it come to rest?",
        right=right,
        wrong=(
            (
                2 * right,
                r"The drift works on $x^2$ with a factor two: $\frac d{dt}x^2=2x\,\dot x$.",
            ),
            (
                right / 2,
                r"Here the half of the Laplacian was counted twice: in $\frac d{dt}\mathbb "
                r"E\,x^2$ the noise already brings the whole $g^2$.",
            ),
            (right / noise, r"Noise adds its *variance*, $g^2$ per unit of time, and not $g$."),
        ),
        why=r"$\frac d{dt}\mathbb E\,x^2=2\,\mathbb E[x\cdot f]+g^2$. With $f=-a\,x$ this is zero "
        r"where $2a\,\mathbb E\,x^2=g^2$.",
    )


def richardson(g: Generator) -> Number:
    right = float(g.choice([0.3, 0.4, 0.5]))
    off = float(g.choice([0.012, 0.02, 0.028]))
    coarse, fine = right + 4 * off, right + off
    return Number(
        section=EQUATION,
        kind="derivation",
        asks=f"A scheme of second order gives ${coarse:g}$ for the density at a point, and "
        f"${fine:g}$ with cells, and steps, half as large. Which value has no error of second "
        "order left?",
        right=right,
        within=0.005,
        wrong=(
            (
                fine - (coarse - fine),
                "That doubles the last change: right for order one, where halving the cells "
                "halves the error. At order two it goes too far.",
            ),
            (
                (coarse + fine) / 2,
                "The errors have the same sign here, so a mean keeps them. One has to go on "
                "beyond the finer value.",
            ),
            (fine, "The finer value still has a quarter of the coarse one's error."),
        ),
        why="Halving $h$ divides the error by four, so the finer value is off by a third of the "
        r"difference of the two: $(4\,p_{h/2}-p_h)/3$, Richardson's extrapolation.",
    )


def explicit_steps(g: Generator) -> Number:
    steps, finer = float(g.choice([200, 300, 500])), float(g.choice([3, 5, 10]))
    return Number(
        section=EQUATION,
        kind="concept",
        asks=r"On the line, the explicit rule $p_{n+1}=(I+\Delta t\,A)\,p_n$ is just stable "
        f"with ${steps:g}$ steps. Noise dominates. The same time, but ${finer:g}$ times as many "
        "cells: how many steps does it need?",
        right=steps * finer**2,
        wrong=(
            (
                steps * finer,
                "That would hold for a drift alone, which crosses one cell a step. Noise spreads "
                r"by $\sqrt{\Delta t}$, so the step must shrink as $h^2$.",
            ),
            (
                steps,
                "The number of steps would stay for Crank and Nicolson's rule, which is stable "
                "for any step. The explicit one blows up.",
            ),
        ),
        why=r"The bound is $\Delta t<h^2/g^2$: cells $m$ times as narrow need $m^2$ times the "
        "steps.",
    )


def one_step_back(g: Generator) -> Number:
    place, var, noise = (float(g.choice(v)) for v in ([2, 3, -4], [4, 5], [0.5, 2.0]))
    keep = float(g.choice([0.5, 0.8]))
    shift = -noise * place / var
    return Number(
        section=BAYES,
        kind="derivation",
        asks=rf"One step multiplies all places on the line by ${keep:g}$, the drift, and then adds "
        rf"noise of variance ${noise:g}$. After it the law is $\mathcal N(0,{var:g})$. A particle "
        f"now stands at $y={place:g}$. Where was it before the step, on average?",
        right=(place + shift) / keep,
        wrong=(
            (
                (place - shift) / keep,
                "The sign of the score is lost. $s=-y/V$ points to the middle, and so does the "
                "guess of the old place: there were more particles.",
            ),
            (
                (place + shift / 2) / keep,
                "The half belongs to the probability flow, which follows the law and not the "
                "particle. Bayes' rule moves the mean by the noise's whole variance times $s$.",
            ),
            (
                place / keep,
                "The noise has mean zero before we know $y$. Given $y$ it has not: far out, the "
                "step was probably one outward.",
            ),
            (place + shift, "The noise is taken off, and the drift is not yet undone: divide."),
        ),
        why=r"$\mathbb E[x\mid y]=(y+\beta^2s(y))/\alpha$ for a step $y=\alpha x+\beta\varepsilon$"
        r", with $s=-y/V$. In a small step that is $y-f\,\Delta t+g^2\Delta t\,s$.",
    )


def steps_wanted(g: Generator) -> Number:
    steps, better = float(g.choice([20, 25, 40])), float(g.choice([4, 5, 10]))
    error = float(g.choice([0.02, 0.04]))
    return Number(
        section=BAYES,
        kind="plot",
        asks="The Euler chain for the reverse SDE, exact score, from $t=1$ to $0$: with "
        f"${steps:g}$ steps the gap of the distribution functions is ${error:g}$. With how many "
        f"steps is it about ${error / better:g}$?",
        right=steps * better,
        within=0.05,
        wrong=(
            (
                steps * better**0.5,
                r"That takes the order of one step, $\Delta t^2$, for that of the chain. There "
                r"are $T/\Delta t$ steps, and their errors add up.",
            ),
            (
                steps * better**2,
                "This is how a Monte Carlo error falls with the number of samples. The chain's "
                "error is not chance: it is the bias of the steps.",
            ),
        ),
        why=r"Each step is wrong by order $\Delta t^2$ and there are $T/\Delta t$ of them, so the "
        r"whole is wrong by order $\Delta t$: the measured slope is one.",
    )


def noise_for_a_drift(g: Generator) -> Number:
    g2, pull = float(g.choice([1, 2, 3])), float(g.choice([4, 5, 7]))
    return Number(
        section=MARGINALS,
        kind="derivation",
        asks=rf"Backward from $x_T\sim p_T$, somebody runs $dx=\big[f-{pull:g}\,\nabla\log "
        rf"p_t\big]dt+b\,d\bar w$, where the forward SDE has $g^2={g2:g}$. For which $b^2$ are "
        "the marginals those of the forward SDE?",
        right=2 * pull - g2,
        wrong=(
            (
                2 * pull,
                r"That balances noise with *all* of the score's share. But $\frac12g^2\nabla\log "
                "p_t$ of it is the flow's own, which needs no noise.",
            ),
            (
                g2,
                "This noise belongs to the reverse SDE, whose drift has $g^2$ before the score. A "
                "stronger pull needs more noise against it.",
            ),
            (
                2 * pull + g2,
                r"The flow's share $\frac12g^2$ is part of the pull that is given: subtract it, "
                "do not add it.",
            ),
        ),
        why=r"Down, the drift is $v_t-\frac12b^2\nabla\log p_t=f-\frac12(g^2+b^2)\nabla\log p_t$. "
        r"So $\frac12(g^2+b^2)$ must be the given factor.",
    )


def mixed_correlation(g: Generator) -> Number:
    share = float(g.choice([0.2, 0.25, 0.7]))
    noisy, smooth = float(g.choice([0.3, 0.4, 0.5])), float(g.choice([0.9, 0.95]))
    return Number(
        section=MARGINALS,
        kind="derivation",
        asks=f"A coin sends a share ${share:g}$ of the particles along the forward SDE and the "
        "others along the flow. Under the SDE alone $x_0$ and $x_t$ have the correlation "
        f"${noisy:g}$, under the flow alone ${smooth:g}$. What is it for the mixture?",
        right=share * noisy + (1 - share) * smooth,
        wrong=(
            ((1 - share) * noisy + share * smooth, "The shares have changed places."),
            (
                noisy**share * smooth ** (1 - share),
                "A geometric mean: correlations multiply along a chain of Markov steps. Here each "
                "particle goes one way or the other.",
            ),
        ),
        why="The two processes have the same marginals, so the same means and standard deviations "
        "at both times. Covariances mix in proportion, and then so do correlations.",
    )


QUESTIONS: dict[str, Question | Family] = {
    "q-8-01": Choice(
        section=EQUATION,
        kind="concept",
        asks=r"On the line, the flux $J=v\,p_t$ at a place is positive, and it grows with $x$ "
        "there. What does the density do at this place?",
        right="It falls.",
        wrong={
            "It rises.": "A positive flux brings probability in from the left, but it takes even "
            r"more out to the right. What counts is $-\partial_xJ$, which is negative.",
            "It moves to the right unchanged.": "That would need a velocity that is the same "
            "everywhere. The question is what happens at one place: more leaves than arrives.",
            "One cannot say without the score.": "The flux already contains the score, by way of "
            r"$v=f-\frac12g^2\nabla\log p_t$. Its slope is all that is needed.",
        },
        why=r"The continuity equation says $\partial_tp_t=-\partial_xJ$: a place gains what flows "
        "in, less what flows out.",
    ),
    "q-8-02": Choice(
        section=EQUATION,
        kind="plot",
        asks=r"A scheme is made of good differences for $-v\cdot\nabla p-(\nabla\cdot v)\,p$; "
        "another one counts what crosses the walls between cells. After $t=20$ the first has the "
        "mass 3.3 on 64 cells. What do you expect on 256 cells from the first, and on 64 from the "
        "second?",
        right="First: nearer to 1, but not 1. Second: 1, up to rounding.",
        wrong={
            "First: 1, up to rounding. Second: nearer to 1, but not 1.": "Finer cells make the "
            "error of a difference smaller, never zero. What leaves one cell and enters the next "
            "is conserved on any grid.",
            "First: nearer to 1, but not 1. Second: also near 1, but not 1.": "The second has "
            "errors too, in the shape. But each amount that leaves a cell enters its neighbour, "
            "so that the total cannot change.",
            "First: still about 3.3. Second: 1, up to rounding.": "The invented mass is an error "
            "of the discretisation, and falls with the width of the cells. It is no feature of "
            "the equation.",
        },
        why="Conservation is built into the fluxes and holds exactly on any grid; the product "
        "rule holds for derivatives and not for differences. Measured: 1.08 on 256 cells.",
    ),
    "q-8-03": Choice(
        section=EQUATION,
        kind="plot",
        asks=r"100,000 particles follow 500 Euler–Maruyama steps of $dx=-x/2\,dt+dw$, 100 each up "
        r"to $t=0.05,\,0.1,\,0.25,\,0.5$ and $1$; beside them the equation is solved on a grid. "
        "How large is the Kolmogorov–Smirnov distance of the two?",
        right="About that of 100,000 perfect samples of the true density.",
        wrong={
            "Zero but for rounding, since both follow the same equation.": "The density follows "
            "it, a finite crowd does so only on average. Its histogram has chance in it.",
            "Several times that of perfect samples, since Euler's steps are rough.": "Steps of "
            "0.0005 to 0.005 leave an error too small to be seen beside the chance of 100,000 "
            "draws.",
            "It grows with time, since each step adds fresh noise.": "The noise of a step spreads "
            "the law, as it should. It does not make the crowd a worse sample of this law.",
        },
        why=r"The gap is Monte Carlo error, about $0.87/\sqrt n$, at all five times. The steps' "
        "own error hides below it.",
    ),
    "q-8-04": Order(
        section=EQUATION,
        kind="derivation",
        asks=r"The Fokker–Planck equation from one small step, in which a particle at $y$ is "
        r"pushed by $f(y)\,\Delta t$ and then kicked by noise. Put the parts of the derivation in "
        "order.",
        right=(
            "Add up over all places $y$ from which the particle may have come.",
            r"Change variables from $y$ to the place after the push, $u=y+f(y)\Delta t$.",
            r"Average over the noise: add $\frac12g^2\Delta t$ times the Laplacian.",
            r"Drop what is of order $\Delta t^2$.",
            r"Divide by $\Delta t$ and let it go to zero.",
        ),
        wrong=(
            (
                (0, 2, 1, 3, 4),
                "In this step the particle is pushed first, and the noise is added to where it is "
                "then. The Gaussian is centred at $u$, not at $y$.",
            ),
            (
                (0, 1, 2, 4, 3),
                r"After the limit nothing of order $\Delta t^2$ is there to be dropped: it is "
                "because these terms are of this order that the limit exists.",
            ),
        ),
        why="Chapman and Kolmogorov's sum, then drift, then noise; the product of the two effects "
        "is of second order and goes; what is left is a difference quotient.",
    ),
    "q-8-05": Choice(
        section=EQUATION,
        kind="error",
        asks=r"A text pushes a density by $f\Delta t$ and prints $p+\Delta t\,f\cdot\nabla "
        r"p+\Delta t\,(\nabla\cdot f)\,p$. Test it on the line with the constant drift $f=1$. "
        "What shows the error?",
        right="The printed density moves to the left, against the drift.",
        wrong={
            "The printed density loses mass, a little at each step.": "With $f=1$ the change "
            r"integrates to $\int\partial_xp\,dx=0$: the mass is right, and so it cannot betray "
            "the sign.",
            "The printed density grows wider, as if there were noise.": "Only second derivatives "
            r"spread. $p(x)+\Delta t\,p'(x)$ is, to first order, a shifted copy.",
            "Nothing: for a constant drift it is right.": "For $f=1$ the divergence vanishes, but "
            r"$f\cdot\nabla p$ is left, and its sign is wrong.",
        },
        why=r"$p(x)+\Delta t\,p'(x)\approx p(x+\Delta t)$ is the density shifted to the left. "
        r"What stands at $x$ came from $x-\Delta t$: both signs are minus.",
    ),
    "q-8-06": Family(top_of_a_mode),
    "q-8-07": Family(at_rest),
    "q-8-08": Family(richardson),
    "q-8-09": Family(explicit_steps),
    "q-8-10": Order(
        section=BAYES,
        kind="plot",
        asks=r"A step adds noise of standard deviation $\beta=0.3$ to data with two narrow modes. "
        "You see the place after the step and ask for the place before it. Order three standard "
        "deviations, the smallest first.",
        right=(
            "of the old place, seen from inside a mode",
            r"of the step's noise, $\beta$",
            "of the old place, seen from the valley between the modes",
        ),
        wrong=(
            (
                (1, 0, 2),
                "Inside a mode the density before the step adds to what the step tells: it holds "
                "the old place nearer to the top than the noise alone.",
            ),
            (
                (0, 2, 1),
                "In the valley the old place may be on either side. That makes it less certain "
                "than the noise alone would.",
            ),
            (
                (2, 1, 0),
                r"It is the other way: where $\log p$ bends down we know more, where it bends up "
                "less.",
            ),
        ),
        why=r"The variance is $g^2\Delta t\,[1+g^2\Delta t\,\partial_x^2\log p]$ if there is no "
        "drift: the curvature of the log-density is negative in a mode and positive in the valley.",
    ),
    "q-8-11": Choice(
        section=BAYES,
        kind="concept",
        asks=r"$\log p_t$ is expanded to first order over one step $\Delta t$ of a diffusion, from "
        r"$x$ to $y$. The remainder is $R\approx\frac12\delta^\top H\,\delta$, with $\delta=y-x$ "
        r"and the second derivatives $H$ of $\log p_t$. Why is its mean of order $\Delta t$, and "
        r"not $\Delta t^2$?",
        right=r"A diffusion moves by order $\sqrt{\Delta t}$, not $\Delta t$.",
        wrong={
            r"The drift moves by $\Delta t$, and $H$ is of order $1/\Delta t$.": "$H$ is the "
            r"second derivative of $\log p_t$; no $\Delta t$ is in it. The size comes from "
            r"$\delta$.",
            r"The mean of $\delta$ is zero, so the next order counts.": "A mean of zero would "
            r"remove terms linear in $\delta$. $R$ is quadratic, and $\mathbb "
            r"E\lVert\delta\rVert^2\approx D\,g^2\Delta t$.",
            r"It is of order $\Delta t^2$; only its maximum is of order $\Delta t$.": "This is "
            r"the error of a source. The mean itself, divided by $\Delta t$, goes to "
            r"$-\frac12g^2\,\mathbb E\lVert s_t\rVert^2$, which is not zero.",
        },
        why=r"$\mathbb E\lVert\delta\rVert^2\approx D\,g^2\Delta t$: squares of noise are of the "
        "order of the time.",
    ),
    "q-8-12": Choice(
        section=BAYES,
        kind="error",
        asks=r"To find the reverse kernel of one step from $x$ to $y$ by Bayes' rule, a text "
        r"writes $\log p(y)\approx\log p(x)+\nabla\log p(x)\cdot(y-x)$ and says: “The Taylor "
        r"remainder is $O(\Delta t^2)$ in expectation, hence negligible.” The premise is false: "
        r"its mean is of order $\Delta t$. Why is the reverse kernel that the text finds "
        "still right?",
        right="Its mean is part of what keeps the kernel's mass at one.",
        wrong={
            r"A factor $1+O(\Delta t)$ goes to one as $\Delta t\to0$.": "This is the usual short "
            r"answer, and it is too short: over $T/\Delta t$ steps, factors $1+c\,\Delta t$ "
            "multiply to $e^{cT}$, which does not go to one. Something must cancel it.",
            r"The remainder has a random sign and averages out over the steps.": "Its mean is "
            r"negative for every smooth density: $-\frac12g^2\,\mathbb E\lVert s_t\rVert^2\Delta "
            "t$. It does not average out.",
            "The score of a trained network has larger errors than that.": "The claim is about "
            "the exact score and the limit of small steps. A network's error has no part in it.",
        },
        why=r"Read as a function of $x$, the Gaussian has the mass $1-\nabla\cdot b\,\Delta t$. "
        "The remainder's mean and the time derivative together make up for it; after the shift to "
        "$y$ both are gone.",
    ),
    "q-8-13": Choice(
        section=BAYES,
        kind="derivation",
        asks=r"Complete the square in $\delta=y-x$: $\;-\dfrac{\lVert\delta-f\Delta "
        r"t\rVert^2}{2g^2\Delta t}-s\cdot\delta$. To which value has the centre of $\delta$ moved?",
        right=r"$(f-g^2s)\,\Delta t$",
        wrong={
            r"$(f+g^2s)\,\Delta t$": r"At the centre the slope is zero: $-(\delta-f\Delta "
            r"t)/(g^2\Delta t)-s=0$. The linear term has a minus, so the centre goes against the "
            "score.",
            r"$(f-\tfrac12g^2s)\,\Delta t$": "That is the drift of the probability flow. Here the "
            "$2$ of the denominator is cancelled by the $2$ that the square gives when it is "
            "differentiated.",
            r"$f\,\Delta t-g^2s$": r"The coefficient of the square is $1/(2g^2\Delta t)$, so the "
            r"shift is $g^2\Delta t\,s$: a factor $\Delta t$ is missing.",
        },
        why="A slope $-s$ moves the centre of a Gaussian by its variance times the slope: "
        r"$-g^2\Delta t\,s$. This is where the score gets its $g^2$.",
    ),
    "q-8-14": Choice(
        section=BAYES,
        kind="plot",
        asks="The density of the Euler chain for the reverse SDE is followed from $t=1$ to $0$, "
        r"exact score. Somebody writes $\frac12g^2s$ in place of $g^2s$ and keeps the noise. How "
        "does the error at the end change from 10 to 80 steps?",
        right="It hardly changes: the limit is another law.",
        wrong={
            "It falls to about an eighth.": "So does the error of the right chain, of order "
            r"$\Delta t$. Here the equation that is solved is another one, and small steps solve "
            "it better.",
            "It falls to about a sixty-fourth.": "Order two is the order of one step, and for the "
            "right drift. With the wrong drift a limit is reached which is not the data.",
            "It grows about eightfold, one wrong step after the other.": "Each step is wrong in "
            r"proportion to $\Delta t$: more steps, each less wrong. The sum stays.",
        },
        why="Half of $g^2$ is the drift of the probability flow, which goes without noise. With "
        "noise the law is too wide, however fine the steps: the gap stays near 0.09.",
    ),
    "q-8-15": Family(one_step_back),
    "q-8-16": Family(steps_wanted),
    "q-8-17": Choice(
        section=MARGINALS,
        kind="concept",
        asks="You know $p_t$ exactly, at all times, and nothing else of the process. Which of "
        "these can you work out?",
        right=r"the variance of $x_t$ at $t=0.3$",
        wrong={
            "the correlation of $x_0$ and $x_{0.3}$": "Pairs belong to a process. The SDE and the "
            "flow have the same $p_t$, and a cloud and a curve of pairs.",
            r"the chance that $x_{0.3}>0$ if $x_0>0$": "This is again about pairs. Two processes "
            "with the same marginals may answer anything from a coin toss to certainty.",
            "the noise $g$ with which the particles move": "Any noise $b$ will do, if the drift "
            r"pulls back by $\frac12b^2\nabla\log p_t$. Even none will.",
        },
        why="Marginals are photographs of a crowd: they show where it is dense, at each moment, "
        "and not how anybody walked.",
    ),
    "q-8-18": Choice(
        section=MARGINALS,
        kind="plot",
        asks=r"VP, data with two modes. The flow is run *forward*, from data to noise, exact "
        r"score, but with $f-g^2\nabla\log p_t$: the half is forgotten, and there is no noise. "
        "What does the crowd look like at $t=1$?",
        right="It has flown apart, far beyond the noise.",
        wrong={
            "It has fallen together, to hardly any width.": "So it does if the same slip is made "
            "*backward*, from the noise. Forward the extra half drives downhill, outwards.",
            "It is as wide as the noise: $f$ holds it.": "The flow's own half of the score is just "
            "what holds out against $f$. Against the other half nothing is left.",
            "It still has two modes, a little farther apart.": "The extra half drives on all the "
            r"way. In the noise it is $+\frac12\beta\,x$, and distances grow exponentially.",
        },
        why=r"The flow alone keeps the law. The extra $-\frac12g^2\nabla\log p_t$ goes downhill "
        r"on $\log p_t$ when time runs up, and nothing works against it: the crowd gets more than "
        "a hundred times as wide as the noise.",
    ),
    "q-8-19": Choice(
        section=MARGINALS,
        kind="error",
        asks=r"“To sample, solve $d\bar x=[f-g^2\nabla\log p_t]\,dt+g\,d\bar w$, where time runs "
        r"from $T$ down to $0$, starting with $\bar x(0)\sim p_T$.” What is wrong?",
        right=r"The start: it must be $\bar x(T)\sim p_T$.",
        wrong={
            r"The factor: it must be $\frac12g^2\nabla\log p_t$.": "The half belongs to the flow, "
            "which has no noise. With noise $g$ the whole $g^2$ is needed.",
            r"The sign: it must be $f+g^2\nabla\log p_t$.": "With $dt$ negative on the way down, "
            "the minus moves points up the slope, to the data. The plus would push them away.",
            r"The noise: it must be the old $dw$, run backwards.": "The old noise knows where the "
            "path ends. The reverse SDE needs noise that does not depend on its start.",
        },
        why="The equation is written in the clock of $p_t$, so its state at time $0$ is a datum "
        "and its state at time $T$ is the noise. Or one changes the clock, and then the signs of "
        "the drift.",
    ),
    "q-8-20": Choice(
        section=MARGINALS,
        kind="derivation",
        asks=r"In the plane $p=\mathcal N(0,\Sigma)$, where $\Sigma$ is diagonal with two "
        "different entries, and $J$ is the quarter turn. Which field, added to the drift, leaves "
        "$p$ alone?",
        right=r"$u=J\,\Sigma^{-1}x$",
        wrong={
            r"$u=J\,x$": "A plain rotation takes the long axis of the ellipse with it. It leaves "
            "only round laws alone.",
            r"$u=J\,\Sigma\,x$": r"It goes round on ellipses $x^\top\Sigma\,x=$ const, but the "
            r"contours of $p$ are $x^\top\Sigma^{-1}x=$ const.",
            r"$u=-\Sigma^{-1}x$": r"This is the score itself. It leaks $\Delta p$: everybody "
            "walks uphill, and the law narrows.",
        },
        why=r"$\nabla\log p=-\Sigma^{-1}x$, so the right field is $-J\nabla\log p$: it goes along "
        r"the contours, and $\nabla\cdot(p\,J\nabla\log "
        r"p)=\sum_{i,j}J_{ij}\,\partial_i\partial_jp=0$.",
    ),
    "q-8-21": Choice(
        section=MARGINALS,
        kind="error",
        asks="“A process with the marginals $p_t$ must satisfy the Fokker–Planck equation, hence "
        "be a diffusion.” Which process shows that this does not follow?",
        right="One coin per particle at the start: the SDE, or the flow.",
        wrong={
            "The reverse SDE, run down from $x_T\\sim p_T$.": "It has the marginals and is a "
            "diffusion, in the other direction of time. It is no example against.",
            "The flow with the whole $g^2$ in place of the half.": "Its marginals are not $p_t$. "
            "It shows only that a wrong drift gives a wrong law.",
            "The SDE with another noise $b$, and the pull that goes with it.": "This is a "
            "diffusion, too: Markov, with a drift and a noise of its own, and with the same "
            "marginals.",
        },
        why="Each particle of the mixture remembers its coin, so it is no Markov process. Its "
        "*marginals* obey the equation, and that is all that the equation is about.",
    ),
    "q-8-22": Family(noise_for_a_drift),
    "q-8-23": Family(mixed_correlation),
}
