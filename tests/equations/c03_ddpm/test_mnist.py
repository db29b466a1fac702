"""The real digits: labels, guidance and branching, checked on mixtures where all is exact.

A class is a component (or several), so that class posteriors and told scores are known.
"""

import torch
from verification import verifies

from dgm_lessons.mixtures import GaussianMixture, gm1, ring

MIXTURE = ring(8)
ALPHA, SIGMA = 0.6, 0.8
POINTS = torch.tensor([[0.4, 0.9], [-1.1, 0.2], [0.7, -0.8]], dtype=torch.float64)
CLASSES = (torch.arange(8) % 3).tolist()  # three classes of two or three components


def told(c):
    """The law of class c, and its probability."""
    rows = torch.tensor([k for k in range(8) if CLASSES[k] == c])
    weights = MIXTURE.weights[rows]
    law = GaussianMixture(weights / weights.sum(), MIXTURE.means[rows], MIXTURE.covariances[rows])
    return law, weights.sum()


def class_posterior(x):
    """p(class | x_t), (B, 3), by Bayes' rule from the densities."""
    joint = [w.log() + law.diffuse(ALPHA, SIGMA).log_prob(x) for law, w in map(told, range(3))]
    return torch.stack(joint, 1).softmax(1)


@verifies(
    "eq-digits-average",
    against="posterior mean of the whole mixture",
    wrong="prior class weights; equal weights",
)
def test_the_guess_averages_over_classes(compare):
    means = torch.stack([told(c)[0].seen(POINTS, ALPHA, SIGMA).mean for c in range(3)], 1)
    expected = MIXTURE.seen(POINTS, ALPHA, SIGMA).mean
    found = (class_posterior(POINTS)[:, :, None] * means).sum(1)
    prior = torch.stack([told(c)[1] for c in range(3)])
    for wrong in ((prior[:, None] * means).sum(1), means.mean(1)):
        compare(found, expected, tol=1e-10, wrong=wrong)


@verifies(
    "eq-digits-guidance",
    "eq-digits-guided-score",
    against="gradient of log p(x|c) + w log p(c|x) by automatic differentiation",
    wrong="guesses swapped; 1 + w for w; sign; sigma for sigma squared",
)
def test_guidance_adds_the_gradient_of_the_class_posterior(compare):
    w, c = 0.7, 1
    x = POINTS.clone().requires_grad_()
    law = told(c)[0].diffuse(ALPHA, SIGMA)
    objective = law.log_prob(x) + w * class_posterior(x)[:, c].log()
    (expected,) = torch.autograd.grad(objective.sum(), x)
    one, none = (m.seen(POINTS, ALPHA, SIGMA).mean for m in (told(c)[0], MIXTURE))

    def score(guess, variance=SIGMA**2):
        return (ALPHA * guess - POINTS) / variance

    guided = (1 + w) * one - w * none
    wrongs = (
        score((1 + w) * none - w * one),
        score((1 - w) * one + w * none),
        score((1 + w) * one + w * none),
        score(guided, SIGMA),
    )
    for wrong in wrongs:
        compare(score(guided), expected, tol=1e-9, wrong=wrong)
    slope = torch.autograd.grad(class_posterior(x)[:, c].log().sum(), x)[0]
    found = law.score(POINTS) + w * slope
    compare(found, expected, tol=1e-9, wrong=law.score(POINTS) + (1 + w) * slope)


@verifies(
    "eq-digits-pairs",
    against="two endings drawn from p(x_0 | x_i), by quadrature over the clean data",
    wrong="probability of the likeliest class; one ending from the prior",
)
def test_two_endings_agree_with_the_sum_of_squares(compare):
    mixture, alpha, sigma = gm1(), 0.5, 0.9
    x = torch.linspace(-8, 8, 1601, dtype=torch.float64)[:, None]
    density = mixture.diffuse(alpha, sigma).log_prob(x).exp()
    p = mixture.diffuse(alpha, sigma).seen(x, 1.0, 0.0).responsibilities

    def average(values):
        return torch.trapezoid(density * values, x[:, 0])

    x0 = torch.linspace(-6, 6, 1201, dtype=torch.float64)
    kernel = torch.distributions.Normal(alpha * x0, sigma).log_prob(x).exp()
    joint = []  # p(c, x_i): the part of class c alone, carried through the noise
    for weight, mean, variance in zip(*(part.flatten() for part in parts(mixture)), strict=True):
        law = torch.distributions.Normal(mean, variance.sqrt()).log_prob(x0).exp()
        joint.append(weight * torch.trapezoid(kernel * law, x0))
    agree = torch.stack([one**2 for one in joint]).sum(0) / torch.stack(joint).sum(0)
    expected = torch.trapezoid(agree, x[:, 0])
    found = average((p**2).sum(1))
    for wrong in (average(p.max(1).values), average((p * mixture.weights).sum(1))):
        compare(found, expected, tol=1e-8, wrong=wrong)


def parts(mixture):
    return mixture.weights, mixture.means, mixture.covariances
