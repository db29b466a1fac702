"""A question of each kind, for the tests of the framework."""

from dgm_lessons.questions import Choice, Family, Number, Order

CHOICE = Choice(
    section="03-ddpm/reverse",
    kind="concept",
    asks="What is the variance of $x_t$, if\n\n$$\nx_t = \\alpha x_0 + \\sigma\\epsilon\n$$",
    right="$\\sigma^2$",
    wrong={
        "$\\sigma$": "This is the **standard deviation**, and $\\sigma^2 < \\sigma & 1 > 0$.",
        "the number `alpha`": "It scales the mean.",
        "$\\alpha^2 + \\sigma^2$": "This holds if $x_0$ varies, too.",
    },
    why="Given $x_0$ only $\\sigma\\epsilon$ varies.",
)
ORDER = Order(
    section="03-ddpm/sampling",
    kind="plot",
    asks="Put the steps in order.",
    right=("draw $x_T$", "predict $\\epsilon$", "add noise", "return $x_0$"),
    wrong=(((1, 0, 2, 3), "There is nothing to predict from before $x_T$ is drawn."),),
    why="Sampling runs from noise to data.",
)


def root(generator):
    number = int(generator.integers(2, 100))
    return Number(
        section="03-ddpm/reverse",
        kind="derivation",
        asks=f"What is $\\sqrt{{{number}}}$?",
        right=number**0.5,
        wrong=((-(number**0.5), "The sign."), (float(number), "This is the square.")),
        why="Its square is the number.",
        unit="nats",
    )


SAMPLES = {"q-3-01": CHOICE, "q-3-02": Family(root), "q-3-03": ORDER}
