"""Questions of chapter 1: how far apart are two laws, and six families of models."""

from __future__ import annotations

import math

from numpy.random import Generator

from .question import Choice, Family, Number, Order, Question

DIVERGENCES = "01-generative-modelling/divergences"
FAMILIES = "01-generative-modelling/families"


def slide(g: Generator) -> Number:
    """The KL divergence of a law from itself, slid by less."""
    times, small = int(g.choice([2, 4, 5, 10])), float(g.choice([0.001, 0.002, 0.003]))
    shift = float(g.choice([0.1, 0.2]))
    far = small * times**2
    return Number(
        section=DIVERGENCES,
        kind="derivation",
        asks=f"A Gaussian is slid sideways by {shift:g}, and its KL divergence from the "
        f"old place is {far:g} nats. About how large is it if the Gaussian is slid by "
        f"{shift / times:g} only?",
        right=small,
        within=0.02,
        unit="nats",
        wrong=(
            (
                far / times,
                "This is how a distance falls, in proportion to the shift. Near equality the KL "
                "divergence is a bowl: it falls like the square.",
            ),
            (
                far / times**3,
                "One power too many: the divergence is $\\frac12\\epsilon^2I$, the second power of "
                "the shift.",
            ),
        ),
        why="Near equality $D_{\\rm KL}\\approx\\frac12\\epsilon^2I$ with the Fisher information "
        f"$I$ (for a Gaussian exactly). A shift {times} times smaller makes it {times**2} times "
        "smaller.",
    )


def forgotten_mode(g: Generator) -> Number:
    """The reverse KL of a bell that fits one of two modes."""
    share = float(g.choice([0.1, 0.12, 0.15, 0.2, 0.25, 0.35, 0.65, 0.75, 0.8, 0.85, 0.9]))
    return Number(
        section=DIVERGENCES,
        kind="derivation",
        asks=f"The data have two modes, far apart. One of them is a bell that holds {share:g} of "
        "the mass. The model $q$ is exactly this bell and forgets the other mode. About how large "
        "is the reverse KL divergence $D_{\\rm KL}(q\\parallel p_{\\rm data})$?",
        right=-math.log(share),
        within=0.02,
        unit="nats",
        wrong=(
            (
                -math.log(1 - share),
                "This has the share of the mode that is forgotten. But the average runs over the "
                "model, and the model only meets the mode that it keeps.",
            ),
            (
                1 - share,
                "This is the mass that the model leaves out, which is the total variation. The KL "
                "divergence averages a logarithm of densities.",
            ),
            (
                -share * math.log(share),
                "The average runs over the model, and all of the model's mass lies on this mode: "
                "the weight of the logarithm is 1.",
            ),
        ),
        why=f"Where the model has its mass, $p_{{\\rm data}}={share:g}\\,q$. So the log-ratio is "
        f"$-\\log {share:g}$ everywhere that counts: the price of the data that are forgotten.",
    )


def unnormalised(g: Generator) -> Number:
    """The KL integral of a density times a constant."""
    before, factor = float(g.choice([2.5, 3.0, 3.5])), int(g.choice([2, 3, 4, 5]))
    return Number(
        section=DIVERGENCES,
        kind="derivation",
        asks=f"The integral $\\int p\\,\\log\\frac pq\\,dx$ is {before:g} nats. By mistake "
        f"somebody puts ${factor}q$ in the place of $q$. What does the integral say now?",
        right=before - math.log(factor),
        within=0.01,
        unit="nats",
        wrong=(
            (
                before,
                "This is what the Fisher divergence would do: it compares slopes of logarithms, "
                "and they forget a constant. The KL integral does not.",
            ),
            (
                before + math.log(factor),
                "The size is right and the sign is not: $q$ stands in the denominator, so a "
                "larger $q$ makes the logarithm smaller.",
            ),
            (
                before / factor,
                "The factor stands inside the logarithm, where it is added, not multiplied.",
            ),
        ),
        why=f"$\\log\\frac p{{{factor}q}}=\\log\\frac pq-\\log {factor}$, and the mass of $p$ is "
        "one. A large enough constant makes the integral negative: it is no divergence then.",
    )


def sorted_gaps(g: Generator) -> Number:
    """The Wasserstein-1 distance of three points from three others."""
    k, c = ((4, 1), (5, 2), (7, 1), (7, 4))[int(g.integers(4))]
    u, at = int(g.integers(1, 4)), int(g.integers(0, 5))
    w = u + k
    here = [at, at + u, at - u]
    there = [at + c + w, at + c - w, at + c]
    gaps = [abs(a - b) for a, b in zip(sorted(here), sorted(there), strict=True)]
    paired = sum(abs(a - b) for a, b in zip(here, there, strict=True)) / 3
    return Number(
        section=DIVERGENCES,
        kind="derivation",
        asks="Two samples of equal size on the line: "
        f"$({', '.join(map(str, here))})$ and $({', '.join(map(str, there))})$. "
        "What is the Wasserstein-1 distance between them?",
        right=sum(gaps) / 3,
        within=0.01,
        wrong=(
            (
                paired,
                "This pairs the points in the order in which they are given. The best plan may "
                "pair them as it likes, and on the line it keeps the order: sort both first.",
            ),
            (
                c,
                "This is the distance of the two means. The gaps have different signs, and a "
                "haul costs the same in either direction: take absolute values first.",
            ),
            (
                math.sqrt(sum(gap**2 for gap in gaps) / 3),
                "This is the root of the mean square, the distance $W_2$. $W_1$ is the mean of "
                "the gaps themselves.",
            ),
        ),
        why="On the line the best plan keeps the order, smallest to smallest. Sorted, the gaps "
        f"are {', '.join(map(str, gaps))}, and $W_1$ is their mean.",
    )


def grid_of_energies(g: Generator) -> Number:
    """Powers of ten in the evaluations of a grid."""
    n, D = int(g.choice([10, 20, 50, 100])), int(g.choice([6, 8, 12, 16]))
    return Number(
        section=DIVERGENCES,
        kind="derivation",
        asks="The normaliser $Z$ of an energy is to be added up on a grid, "
        f"with {n} points an axis, in {D} dimensions. It takes $10^k$ evaluations of the energy. "
        "What is $k$?",
        right=D * math.log10(n),
        within=0.01,
        wrong=(
            (
                math.log10(n * D),
                "This adds the points of the axes. A grid has a point for every *combination* of "
                "coordinates, so they multiply.",
            ),
            (
                n * math.log10(D),
                "This is $D^n$. Every one of the $D$ coordinates has $n$ values to choose from.",
            ),
        ),
        why=f"The grid has $n^D={n}^{{{D}}}$ points, and $\\log_{{10}}$ of it is "
        f"$D\\log_{{10}}n$. This is why nobody computes $Z$ for an image.",
    )


def game_value(g: Generator) -> Number:
    """The value of the GAN's game against the best discriminator."""
    js = int(g.integers(10, 61)) / 100
    return Number(
        section=FAMILIES,
        kind="derivation",
        asks="Data and fakes have a Jensen–Shannon divergence of "
        f"{js:g} nats. What value does the GAN's game $V(D,q)$ have against the best "
        "discriminator?",
        right=2 * js - math.log(4),
        within=0.01,
        unit="nats",
        wrong=(
            (
                2 * js,
                "The constant is lost. For perfect fakes the best answer is $D=\\frac12$, and the "
                "game is worth $2\\log\\frac12$, not zero.",
            ),
            (
                js - math.log(4),
                "A two is lost: $D_{\\rm JS}$ has a half before each of its two KL divergences, "
                "and the game has none.",
            ),
            (
                js - math.log(2),
                "This is half of it. Real points and fakes each contribute an average, and the "
                "game adds the two up.",
            ),
        ),
        why="With $D^*=p/(p+q)$ the two averages are KL divergences from the halfway law, each "
        "less $\\log2$: together $2D_{\\rm JS}-\\log4$.",
    )


def mass_to_density(g: Generator) -> Number:
    """The density of a point under an autoregressive model of bins."""
    h = float(g.choice([0.05, 0.1, 0.2]))
    first, second = float(g.choice([0.02, 0.03, 0.04])), float(g.choice([0.2, 0.25, 0.5]))
    return Number(
        section=FAMILIES,
        kind="derivation",
        asks=f"An autoregressive model of the plane cuts both axes into bins of width {h:g}. For "
        f"a point it says $P(b_1)={first:g}$ and $P(b_2\\mid b_1)={second:g}$. What is the "
        "density $p(x)$ there?",
        right=first * second / h**2,
        within=0.01,
        wrong=(
            (
                first * second,
                "This is the mass of the square in which the point lies. A density is mass by "
                "area, and the area is not one.",
            ),
            (
                first * second / h,
                "One bin width is missing. The square is bounded in both coordinates.",
            ),
        ),
        why="The chain rule gives the mass of the square, and dividing by its area $h^2$ makes it "
        "a density: this is the term $-2\\log h$.",
    )


def back_by_the_score(g: Generator) -> Number:
    """Where a grain of ink is on average after one step back."""
    v, T, delta = ((1, 3, 0.4), (2, 3, 0.5), (1, 4, 0.5), (2, 8, 1.0))[int(g.integers(4))]
    x = int(g.choice([-3, -2, 2, 3]))
    return Number(
        section=FAMILIES,
        kind="derivation",
        asks=f"Data from $\\mathcal N(0,{v})$ spread by Brownian motion for a time $T={T}$. Now a "
        f"grain stands at $x={x}$ and goes one step $\\delta={delta:g}$ back, by the score and "
        "fresh noise. Where is it then, on average over the noise?",
        right=x - delta * x / (v + T),
        within=0.005,
        wrong=(
            (
                x + delta * x / (v + T),
                "This step goes outwards. The score points to where the density rises, which is "
                "towards the middle.",
            ),
            (
                x - delta * x / T,
                "This is the slope of the noise alone. The law of the moment is the data's, "
                "smeared: their variances add up.",
            ),
            (
                x - delta * x / v,
                "This is the slope of the data's law. The step needs the law of the moment, which "
                "is much wider.",
            ),
        ),
        why=f"At time $T$ the law is $\\mathcal N(0,{v}+{T})$, with the score $-x/{v + T}$. "
        "The step adds $\\delta$ times the score.",
    )


QUESTIONS: dict[str, Question | Family] = {
    "q-1-01": Family(slide),
    "q-1-02": Family(forgotten_mode),
    "q-1-03": Choice(
        section=DIVERGENCES,
        kind="error",
        asks="Some notes print $D_{\\rm KL}(p_{\\rm data}\\parallel p_\\phi)"
        "=-\\mathbb E_{p_{\\rm data}}\\log p_\\phi+\\mathcal H(p_{\\rm data})$. "
        "Which test shows that the sign of the entropy is wrong?",
        right="Put $p_\\phi=p_{\\rm data}$. The divergence must vanish, and the formula gives "
        "twice the entropy.",
        wrong={
            "Train a model with the formula as its loss. It will settle on a law that is not "
            "the closest.": "It will not. The entropy has no $\\phi$ in it, so the gradient "
            "is the right one; this is why the slip survives.",
            "Make the model ever wider. The divergence must grow, and the formula falls "
            "without end.": "The formula grows as well: a wide model makes "
            "$-\\mathbb E\\log p_\\phi$ large, and the entropy of the data stays as it is.",
            "Exchange the two laws. The divergence must stay as it is, and the formula "
            "changes.": "The KL divergence is not symmetric, so both the right formula and the "
            "wrong one may change.",
        },
        why="The entropy is the floor of the loss, which a perfect model reaches: "
        "$-\\mathbb E\\log p_{\\rm data}=\\mathcal H(p_{\\rm data})$, and only a minus takes it "
        "away.",
    ),
    "q-1-04": Choice(
        section=DIVERGENCES,
        kind="plot",
        asks="The model has the right shape and five free numbers. It is trained on twenty samples "
        "of 1,000 points, and on twenty of 10. The figure draws both mean losses with the entropy "
        "of the data, 1.19 nats. Where does the mean loss with ten points end?",
        right="Below the entropy: it fits its ten points better than the truth does.",
        wrong={
            "On the entropy: it is the floor of the loss, and no model can get below it.": "It "
            "is the floor of the average over the *data's law*. The computer averages over ten "
            "points, and these can be learned by heart.",
            "Above the entropy: with ten points it cannot find the shape of the law.": "It does "
            "not find the law, and new points would show it. But the curve is the loss on the "
            "very points that it is trained on.",
        },
        why="Training sees the sample only. Five free numbers can follow ten points closely: the "
        "loss on them is flattered, and the KL divergence to the data is large.",
    ),
    "q-1-05": Family(unnormalised),
    "q-1-06": Choice(
        section=DIVERGENCES,
        kind="plot",
        asks="Two narrow modes have the shares 0.4 and 0.6. A model has the same modes with the "
        "shares 0.9 and 0.1. Now the modes of both laws move apart together. What do the "
        "divergences do?",
        right="Fisher falls to nearly nothing, and KL hardly changes.",
        wrong={
            "KL falls to nearly nothing, and Fisher hardly changes.": "KL compares densities, and "
            "in each mode their ratio stays wrong, however far the other mode is away.",
            "Both grow, since the gap between the modes gets wider.": "Nobody stands in the gap: "
            "both averages run over the data, and what is between the modes hardly counts.",
            "Neither changes much, since the shares stay equally wrong.": "True of KL. But Fisher "
            "compares slopes, and a slope does not tell how much mass its mode holds.",
        },
        why="Within a mode the two laws differ by a constant factor, and the score forgets it. "
        "Only in the gap do the slopes differ, and the farther the modes, the fewer data are "
        "there.",
    ),
    "q-1-07": Order(
        section=DIVERGENCES,
        kind="plot",
        asks="Two bells with standard deviation 0.5 stand six apart. Order the four by their "
        "values, the smallest first.",
        right=(
            "the Jensen–Shannon divergence",
            "the total variation",
            "the Wasserstein-1 distance",
            "the KL divergence",
        ),
        wrong=(
            (
                (1, 0, 2, 3),
                "Both have stopped growing, but at different ends: total variation at 1, "
                "Jensen–Shannon at $\\log2=0.69$.",
            ),
            (
                (0, 1, 3, 2),
                "$W_1$ grows like the distance and is 6. KL grows like its square: "
                "$6^2/(2\\cdot0.5^2)=72$.",
            ),
            (
                (2, 0, 1, 3),
                "$W_1$ is the way that the mass must be moved, here 6. It is the other two that "
                "cannot grow beyond 0.69 and 1.",
            ),
        ),
        why="Once the bells do not overlap, Jensen–Shannon is $\\log2$ and total variation 1, "
        "however far they are. $W_1$ is the distance, 6, and KL is $d^2/2s^2=72$.",
    ),
    "q-1-08": Family(sorted_gaps),
    "q-1-09": Family(grid_of_energies),
    "q-1-10": Choice(
        section=DIVERGENCES,
        kind="concept",
        asks="In 784 dimensions an importance sampling estimate of $Z$ is repeated nine times, "
        "with 20,000 draws each (summed with logarithms). All nine are too small by more than "
        "thirty orders of magnitude. Yet the estimator is called unbiased. How can that be?",
        right="Its mean is right, but it lives on draws so rare that none of the nine runs has "
        "met one.",
        wrong={
            "It is unbiased in few dimensions only; in so many dimensions a bias towards small "
            "values appears.": "$\\mathbb E[w]=Z$ holds in every dimension. What grows with the "
            "dimension is the variance of the weights.",
            "Nine runs are too few to judge; of a hundred runs about half would have been too "
            "large.": "Unbiased is a word about the mean, not the median. Nearly all runs are "
            "far too small, and one in an unthinkable number makes up for them.",
            "The weights are right, but so small that they have been lost to rounding in the "
            "sum.": "A sum with logarithms loses nothing, however small the "
            "weights. The large ones were never drawn.",
        },
        why="*Unbiased* promises something about the average over more runs than there will ever "
        "be. Where the weights vary by many orders of magnitude, a typical run misses the ones "
        "that carry the mean.",
    ),
    "q-1-11": Choice(
        section=DIVERGENCES,
        kind="concept",
        asks="A network's energy defines $p_\\phi=e^{-E_\\phi}/Z$. Somebody adds 3 to its output "
        "$E_\\phi$ everywhere. What happens?",
        right="$Z$ gets smaller by the factor $e^3$, and the density stays as it was.",
        wrong={
            "The density gets smaller by the factor $e^3$ everywhere, and $Z$ stays as it "
            "was.": "Then its mass would not be one. $Z$ is the integral of $e^{-E}$, and this "
            "got smaller everywhere.",
            "$Z$ gets larger by the factor $e^3$, and so does the density at each point.": "A "
            "higher energy makes $e^{-E}$ smaller, and a density cannot become larger "
            "everywhere.",
            "The modes stay where they are, but the score gets steeper by the factor $e^3$.": "The "
            "score is $-\\nabla E$, and a constant has no slope.",
        },
        why="The constant leaves $e^{-E}$ as a factor, and the division by $Z$ cancels it. Only "
        "differences of energy matter.",
    ),
    "q-1-12": Choice(
        section=DIVERGENCES,
        kind="error",
        asks="Some notes define a divergence as smooth, positive, and a *bowl* near equality, and "
        "go on: every distance between laws is a divergence, for example the Hellinger distance "
        "$H$. Slide a law with a smooth density by a small $\\epsilon$. What does $H$ do?",
        right="$H$ grows like $\\lvert\\epsilon\\rvert$, so it has a kink where a bowl is asked "
        "for.",
        wrong={
            "$H$ grows like $\\epsilon^2$, so it is a divergence, but breaks the triangle "
            "inequality.": "That is $H^2$. Its root $H$ grows like $\\lvert\\epsilon\\rvert$, and "
            "it does obey the triangle inequality.",
            "$H$ is zero at $\\epsilon=0$ only, and this is all that the definition asks of "
            "it.": "It asks for more: a positive definite quadratic form to second order.",
            "$H$ depends on the direction of the slide, so it is neither of the two.": "A bowl may "
            "be steeper in one direction than in another. What is missing here is the bowl.",
        },
        why="$H^2$ is a bowl, so its root is proportional to $\\lvert\\epsilon\\rvert$. In this "
        "strict sense $H^2$ is a divergence and no metric, and $H$ a metric and no divergence.",
    ),
    "q-1-13": Choice(
        section=FAMILIES,
        kind="plot",
        asks="Data of variance 1.7 have spread by Brownian motion until $T=16$. Now every step is "
        "undone by *minus fresh noise* of the same size. Where does this lead?",
        right="The grains spread on and on, as before, until their variance is about $1.7+32$.",
        wrong={
            "The law of the data returns, since the signs cancel on average.": "Signs cancel in "
            "the mean, which was zero anyway. Independent noises add their *variances*, with "
            "either sign.",
            "The variance stays at about $17.7$, since nothing is pushed outwards.": "Nothing is "
            "pushed on average, and yet every step adds fresh variance, as on the way out.",
            "Every grain returns to where it started from, and no new one comes out.": "This "
            "happens if the *very shakes* are undone. Fresh noise knows nothing of them.",
        },
        why="A Gaussian has no sign: minus fresh noise is fresh noise, and it adds another 16 to "
        "the variance. To go back, the law must be known: the score is missing.",
    ),
    "q-1-14": Choice(
        section=FAMILIES,
        kind="concept",
        asks="An energy is trained well. Points are drawn from it in two ways: by a grid, and by "
        "200 steps of Langevin dynamics from a wide Gaussian cloud. By walking, the shares of "
        "the eight modes come out wrong. Why?",
        right="A walker stays on the mode that it meets first: the start decides its share.",
        wrong={
            "Without a grid $Z$ is unknown, and the shares of the modes are in $Z$.": "The "
            "shares are in the energy itself: its valleys are deep and wide in different ways. "
            "$Z$ is one number for all.",
            "The energy sees the modes, but their shares are not learned in training.": "They "
            "are: drawn by a grid from the same energy, the shares come out right.",
            "The noise of the steps pushes the walkers from heavy modes to light ones.": "It "
            "hardly ever pushes them over at all. If it did, the shares would become right in the "
            "end.",
        },
        why="Langevin dynamics has the right law in the long run. But to change its mode a walker "
        "must climb, and in 200 steps hardly any one does.",
    ),
    "q-1-15": Family(game_value),
    "q-1-16": Family(mass_to_density),
    "q-1-17": Choice(
        section=FAMILIES,
        kind="plot",
        asks="The GAN is trained. The best discriminator for its generator would see at least "
        "0.25 nats of Jensen–Shannon divergence. How much does the discriminator see that the "
        "training ended with?",
        right="Next to nothing: it is smooth, and mild nearly everywhere.",
        wrong={
            "About as much: it was trained against this very generator.": "It had to chase a "
            "generator that moved, it is a smooth network, and it paid a fine for its slope. It "
            "never got to the optimum.",
            "More than that: a network can be harsher than the optimum.": "No discriminator can "
            "get more out of the game than the best one, whose value is "
            "$2D_{\\rm JS}-\\log4$.",
        },
        why="The theorem speaks of the best discriminator. The learned one stays close to "
        "$\\frac12$ nearly everywhere, so the generator hears nearly nothing of what is wrong.",
    ),
    "q-1-18": Choice(
        section=FAMILIES,
        kind="concept",
        asks="VAE, flow and GAN leave bridges of stray points between the eight modes. The "
        "diffusion model hardly does. All of them move one connected cloud by continuous maps. "
        "What makes the difference?",
        right="Many calls, one after the other, make a map so steep that it nearly cuts the cloud "
        "to pieces.",
        wrong={
            "A continuous map cannot cut a cloud, and in truth the map of diffusion is not "
            "continuous.": "It is continuous as well. A steep map leaves so little between the "
            "modes that hardly a point falls there.",
            "The loss of diffusion is exact, and the other three are trained with bounds or "
            "games.": "The flow is trained with its exact likelihood, and it has bridges all the "
            "same.",
            "The noise that diffusion adds in training fills the bridges and hides them from "
            "view.": "Noise would add strays, not hide them: a point far from all modes counts, "
            "wherever it comes from.",
        },
        why="One gentle map stretches a connected cloud into a connected ribbon. Forty calls in a "
        "row multiply their slopes, and the bridge becomes too thin to be met.",
    ),
    "q-1-19": Order(
        section=FAMILIES,
        kind="concept",
        asks="Four models draw points in the plane: a GAN, an autoregressive model, a diffusion "
        "model with an ODE solver of some forty steps, and an energy walked on until it forgets "
        "its start. Order them by how many calls one sample takes, the fewest first.",
        right=(
            "the GAN",
            "the autoregressive model",
            "the diffusion model",
            "the energy, by walking",
        ),
        wrong=(
            (
                (1, 0, 2, 3),
                "The GAN turns noise into a sample in one call. The autoregressive model needs a "
                "call for each coordinate, here two.",
            ),
            (
                (0, 1, 3, 2),
                "The walk takes a gradient at each small step, and 200 of them do not make it "
                "forget its start. Diffusion needs some forty calls.",
            ),
            (
                (0, 2, 1, 3),
                "The autoregressive model pays for each *coordinate*. In the plane these are two, "
                "in an image thousands.",
            ),
        ),
        why="One call, one for each of two coordinates, some forty, and hundreds. For images "
        "the autoregressive model would come much later in the list.",
    ),
    "q-1-20": Choice(
        section=FAMILIES,
        kind="derivation",
        asks="The loss of an energy-based model is $\\mathbb E_{p_{\\rm data}}E_\\phi(x)"
        "+\\log Z(\\phi)$. Somebody drops $\\log Z$, since it has no $x$ in it. What does "
        "training do then?",
        right="The energy at the data sinks for ever, and the loss has no minimum to reach.",
        wrong={
            "It finds the right energy up to a constant, since $Z$ does not change the "
            "slopes.": "The *density's* slopes do not see $Z$. But without $\\log Z$ the loss "
            "does not say that other places should have a higher energy.",
            "It finds the right energy in the end, but its gradients are noisier than "
            "before.": "The mean gradient has changed: the average over the model is gone, which "
            "raised the energy where the model puts its mass.",
            "The energy rises at the data, since nothing holds it down there any more.": "The "
            "other way round: $\\mathbb E_{p_{\\rm data}}E$ pulls it down there, and this is all "
            "that is left.",
        },
        why="$\\nabla\\log Z=-\\mathbb E_{p_\\phi}\\nabla E$ is the half of the gradient that "
        "raises the energy. Lowering the output everywhere costs nothing without it.",
    ),
    "q-1-21": Family(back_by_the_score),
    "q-1-22": Choice(
        section=FAMILIES,
        kind="error",
        asks="Some slides say that flows sample slowly. A student explains why: their "
        "networks have to be inverted. What is wrong with that, for flows of affine couplings?",
        right="No network is inverted: half of the point stays, and gives shift and scale.",
        wrong={
            "The networks are inverted, but this has to be done only once, after training.": "They "
            "are not invertible at all, and need not be. They are called on the half that has not "
            "changed.",
            "The networks are built to be invertible, so that the inverse is as fast.": "The "
            "*layer* can be undone, whatever networks stand in it. Only a line is inverted.",
            "No network is inverted: a second one is trained for the way back.": "None is needed. "
            "The same two networks are called again, on the half that has not changed.",
        },
        why="A coupling maps $(a,c)$ to $(a,(c-b(a))e^{-s(a)})$. Since $a$ is still there, "
        "$b(a)$ and $s(a)$ can be computed again, and $c$ follows from a line.",
    ),
}
