"""Checks of the section on flow matching, by quadrature, closed forms and grids."""

import numpy as np
from references import MEANS, STDS, WEIGHTS, noisy_score, posterior_mean
from scipy.integrate import quad
from scipy.stats import norm
from verification import verifies

DEFINITIONS = {
    "eq-flow-line": "defines the straight line between a datum and a noise, and its velocity",
    "eq-flow-loss": "defines the loss of flow matching",
    "eq-flow-measures": "defines curvature and transport cost",
}
X = np.linspace(-1.9, 1.7, 7)


def velocity(x, t):
    """E[eps - x_0 | x_t] for GM1, by quadrature over the datum."""
    return posterior_mean(lambda x0, x: (x - (1 - t) * x0) / t - x0, x, 1 - t, t)


@verifies(
    "eq-flow-marginal",
    against="the regression itself: the loss of (1 + h) v*, by quadrature over datum and noise, is "
    "that of v* plus h^2/2 times the mean of v*^2, for either sign of h: v* is the minimum",
    wrong="the mean of x_0 - eps, the papers' sign",
)
def test_the_mean_of_the_lines_is_the_least_loss(compare):
    t, h = 0.35, 0.3
    node, weight = np.polynomial.hermite_e.hermegauss(40)
    share = np.outer(np.repeat(WEIGHTS, 40) * np.tile(weight, 2), weight) / weight.sum() ** 2
    x0 = (np.array(MEANS)[:, None] + np.array(STDS)[:, None] * node).reshape(-1, 1) + 0 * node
    eps = 0 * x0 + node
    x = (1 - t) * x0 + t * eps

    def loss(guess):
        return 0.5 * (share * (guess - (eps - x0)) ** 2).sum()

    best = velocity(x.flatten(), t).reshape(x.shape)
    rise, turned = ([loss(g + s * h * best) - loss(g) for s in (1, -1)] for g in (best, -best))
    expected = h**2 / 2 * (share * best**2).sum()
    compare(rise, [expected] * 2, tol=1e-5, wrong=turned)


def correlated(t, c, spread):
    """Variance of x_t and slope of v* where x_0 = c eps + spread times another noise."""
    variance = ((1 - t) * c + t) ** 2 + ((1 - t) * spread) ** 2
    cross = (1 - c) * ((1 - t) * c + t) - (1 - t) * spread**2
    return variance, cross / variance


@verifies(
    "eq-flow-continuity",
    against="the density of x_t on a line for a coupling that is not independent: its slope in t "
    "and the slope of p v* in x, both by central differences",
    wrong="the velocity with the other sign",
)
def test_any_coupling_moves_its_density(compare):
    c, spread, t, h = 0.6, 0.5, 0.4, 1e-5

    def density(x, t):
        return norm.pdf(x, 0, np.sqrt(correlated(t, c, spread)[0]))

    def current(x):
        return density(x, t) * correlated(t, c, spread)[1] * x

    growth = (density(X, t + h) - density(X, t - h)) / (2 * h)
    outflow = (current(X + h) - current(X - h)) / (2 * h)
    compare(-outflow, growth, tol=1e-7, wrong=outflow)


@verifies(
    "eq-flow-pf",
    against="E[eps - x_0 | x_t] by quadrature over the datum, at four times",
    wrong="all of g^2 times the score; and the score without its factor t",
)
def test_the_velocity_is_that_of_the_probability_flow(compare):
    for t in (0.15, 0.4, 0.7, 0.95):
        f, g2 = -1 / (1 - t), 2 * t / (1 - t)
        score = noisy_score(X, 1 - t, t)
        compare(f * X - 0.5 * g2 * score, velocity(X, t), tol=1e-8, wrong=f * X - g2 * score)
        compare(-(X + t * score) / (1 - t), velocity(X, t), tol=1e-8, wrong=-(X + score) / (1 - t))


@verifies(
    "eq-flow-weight",
    against="the two losses of one wrong guess, E[eps | x_t] + 0.3 sin x, averaged over x_t by "
    "quadrature, at each of three times",
    wrong="the factor 1/(1 - t) not squared",
)
def test_the_loss_is_that_of_noise_prediction_with_a_weight(compare):
    x = np.linspace(-8, 8, 4001)
    for t in (0.2, 0.5, 0.85):
        var = (1 - t) ** 2 * np.square(STDS) + t**2
        density = sum(w * norm.pdf(x, (1 - t) * m, np.sqrt(v))
                      for w, m, v in zip(WEIGHTS, MEANS, var, strict=True))  # fmt: skip
        bump = 0.3 * np.sin(x)
        eps = -t * noisy_score(x, 1 - t, t) + bump
        guess = (eps - x) / (1 - t)
        right = -(x + t * noisy_score(x, 1 - t, t)) / (1 - t)
        by_velocity = 0.5 * np.trapezoid(density * (guess - right) ** 2, x)
        by_noise = 0.5 * np.trapezoid(density * bump**2, x)
        compare(by_noise / (1 - t) ** 2, by_velocity, tol=1e-8, wrong=by_noise / (1 - t))


@verifies(
    "eq-flow-lambda",
    against="the integral over t of c(t) / (1 - t)^2 for a c that is 0 near t = 1, by quadrature",
    wrong="exp(-lambda/2), which belongs to the whole log-SNR, and exp(lambda)",
)
def test_in_log_snr_the_weight_is_one_over_the_root_of_the_snr(compare):
    c = lambda t: t * (1 - t) ** 2 * (1 + np.sin(5 * t))  # noqa: E731  the error, as a function of t
    expected = quad(lambda t: c(t) / (1 - t) ** 2, 0, 1, epsabs=1e-11)[0]

    def over_lambda(weight):
        inside = lambda lam: weight(lam) * c(1 / (1 + np.exp(lam)))  # noqa: E731
        return quad(inside, -40, 40, epsabs=1e-11, limit=400)[0]

    found = over_lambda(lambda lam: np.exp(-lam))
    for wrong in (lambda lam: np.exp(-lam / 2), np.exp):
        compare(found, expected, tol=1e-7, wrong=over_lambda(wrong))


def straightness(s):
    """Cost and curvature of the flow of N(m, s^2), by quadrature of the slope of its paths."""
    t = np.linspace(0, 1, 200_001)
    path = np.sqrt((1 - t) ** 2 * s**2 + t**2)  # for noise of size 1, about the straight mean
    bend = np.gradient(path, t) - (path[-1] - path[0])
    return np.trapezoid(bend**2, t), (1 - s) ** 2


@verifies(
    "eq-flow-gaussian",
    against="the slope of sqrt((1 - t)^2 s^2 + t^2), by differences on a fine grid, for three s",
    wrong="pi for pi/2; and the cost of independent pairs for that of the flow",
)
def test_curvature_and_cost_of_a_gaussian(compare):
    stds, shift = np.array([0.3, 0.9, 2.2]), np.array([0.5, -1.1, 0.2])
    rows = np.array([straightness(s) for s in stds])
    compare((2 - np.pi / 2) * stds.sum(), rows[:, 0].sum(), tol=1e-4,
            wrong=abs(2 - np.pi) * stds.sum())  # fmt: skip
    eps, weight = np.polynomial.hermite_e.hermegauss(30)
    ends = shift[:, None] + stds[:, None] * eps  # where the flow takes each noise
    expected = ((eps - ends) ** 2 @ weight).sum() / weight.sum()
    far = (shift**2).sum()
    compare(far + ((1 - stds) ** 2).sum(), expected, tol=1e-9, wrong=far + (1 + stds**2).sum())


@verifies(
    "eq-flow-saved",
    against="the transport costs of pairs and flow, of one Gaussian with correlated pairs: both in "
    "closed form; curvature and the variance of the lines by quadrature",
    wrong="half of the variance, as in the loss; and the curvature left out",
)
def test_what_is_saved_is_curvature_and_variance(compare):
    c, spread = 0.3, 0.7
    s = np.hypot(c, spread)  # the std of x_0; the flow takes eps to s eps, as all is one Gaussian
    before = (1 - c) ** 2 + spread**2

    def parts(t):
        variance, slope = correlated(t, c, spread)
        return before - slope**2 * variance, (slope * np.sqrt(variance) - (1 - s)) ** 2

    scatter, bend = (quad(lambda t, i=i: parts(t)[i], 0, 1)[0] for i in (0, 1))
    saved = before - (1 - s) ** 2
    compare(bend + scatter, saved, tol=1e-9, wrong=bend + scatter / 2)
    compare(bend + scatter, saved, tol=1e-9, wrong=scatter)


@verifies(
    "eq-flow-rotation",
    against="the lines between noise and turned noise, on a grid of angles and radii: v* is the "
    "one line through a point, found by turning the noise forth",
    wrong="the angle turned the other way",
)
def test_turned_noise_is_straight_and_not_the_cheapest(compare):
    angle, t = 1.1, 0.35

    def turn(by):
        return np.array([[np.cos(by), -np.sin(by)], [np.sin(by), np.cos(by)]])

    z = np.array([[0.3, -1.2], [1.1, 0.4], [-0.7, -0.6]]).T
    x = ((1 - t) * turn(angle) + t * np.eye(2)) @ z
    line = z - turn(angle) @ z
    found, wrong = (
        (np.eye(2) - turn(by)) @ np.linalg.inv((1 - t) * turn(by) + t * np.eye(2)) @ x
        for by in (angle, -angle)
    )
    compare(found, line, tol=1e-10, wrong=wrong)
    cost = 2 * (1 - np.cos(angle)) * 2  # D = 2: the mean of |eps|^2
    around = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    circle = np.sqrt(2) * np.array([np.cos(around), np.sin(around)])
    lines = circle - turn(angle) @ circle
    compare(cost, (lines**2).sum(0).mean(), tol=1e-10, wrong=cost / 2)
