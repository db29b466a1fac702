"""Where blur comes from: codes and decoded codes against Python, and a reader's hands on it."""

import re

import pytest
import torch
from reader import double, drag, gap, numbers, pixels, state

from dgm_lessons.data import small_digits
from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.widgets import WhereBlurComesFrom

CLOSED = 1e-10  # of closed forms
TOLD_APART = 1e-3
browser = pytest.mark.browser
SKEWED = GaussianMixture(
    [0.3, 0.7],
    [[-1.0, 0.5], [1.2, -0.4]],
    torch.tensor([[[0.3, 0.1], [0.1, 0.2]], [[0.1, -0.05], [-0.05, 0.4]]]),
)
MIXTURES = {"ring": ring(8), "skewed": SKEWED}


BLUR = """
  const { weights, means, covariances, n, seed } = a.state;
  const mixture = { weights, means, covariances };
  const pairs = M.makePairs(mixture, n, seed);
  const z = M.encode(pairs, a.tau), decoded = M.decode(mixture, a.tau, z);
  const { kept, lost } = M.spreads(pairs.x, decoded);
  const shares = M.sources(mixture, a.tau, z.subarray(0, 2));
  return [pairs.x, pairs.noise, z, decoded, [kept, lost], shares, pairs.home].map((v) => [...v]);
"""


def blur(run_module, mixture, tau, slip=None):
    """The worst error of codes, decoded codes, variances and shares, for the browser's data."""
    widget = WhereBlurComesFrom(mixture, n=200)
    found = run_module(widget, BLUR, {"state": widget.static_state(), "tau": tau}, slip)
    x, noise, *found = (double(values) for values in found)
    x, noise = x.reshape(-1, 2), noise.reshape(-1, 2)
    z = x + tau * noise
    mean = mixture.seen(z, 1.0, tau).mean
    kept = mean.var(0, correction=0).sum()
    lost = (x - mean).square().sum(1).mean()
    noisy = mixture.diffuse(1.0, tau)
    parts = torch.distributions.MultivariateNormal(noisy.means, noisy.covariances)
    shares = (parts.log_prob(z[:1]) + noisy.weights.log()).softmax(0)
    expected = (z, mean, torch.stack([kept, lost]), shares)
    return max(gap(f, e) for f, e in zip(found[:4], expected, strict=True))


@browser
@pytest.mark.parametrize("name", MIXTURES)
@pytest.mark.parametrize("tau", [0.05, 0.6, 4.0])
def test_codes_and_decoded_codes(run_module, name, tau):
    assert blur(run_module, MIXTURES[name], tau) < CLOSED


BLUR_SLIPS = {
    "tau squared in the code": ("value + tau * noise[i]", "value + tau * tau * noise[i]"),
    "tau left out of the decoder": (
        "posteriorMean(diffuse(mixture, 1, tau), z",
        "posteriorMean(diffuse(mixture, 1, 0.1), z",
    ),
    "the wrong law behind the shares": (
        "evaluate(diffuse(mixture, 1, tau), z, { shares })",
        "evaluate(diffuse(mixture, 1, 1), z, { shares })",
    ),
    "the loss measured from the mean": ("(x[i] - decoded[i]) ** 2", "(x[i] - mean[i % 2]) ** 2"),
}


@browser
@pytest.mark.parametrize("name", BLUR_SLIPS)
def test_a_slip_in_the_blur_is_told_apart(run_module, name):
    assert blur(run_module, SKEWED, 0.6, BLUR_SLIPS[name]) > TOLD_APART


@browser
def test_variance_is_kept_or_lost_and_more_noise_loses_more(run_module):
    """Pythagoras, within four standard errors of 5000 pairs; and the two ends."""
    widget = WhereBlurComesFrom(ring(8), n=5000)
    run = [
        run_module(widget, BLUR, {"state": widget.static_state(), "tau": tau})[4]
        for tau in (0.03, 0.4, 1.0, 4.2)
    ]
    mixture = ring(8)
    mean = mixture.weights @ mixture.means
    total = float(mixture.weights @ (mixture.means - mean).square().sum(1)) + 2 * 0.15**2
    for kept, lost in run:
        assert kept + lost == pytest.approx(total, abs=0.12)
    kept, lost = zip(*run, strict=True)
    assert list(kept) == sorted(kept, reverse=True) and list(lost) == sorted(lost)
    assert lost[0] < 0.01 * total and lost[-1] > 0.8 * total


@browser
def test_each_datum_has_the_colour_of_its_own_mode(run_module):
    widget = WhereBlurComesFrom(ring(8), n=300)
    found = run_module(widget, BLUR, {"state": widget.static_state(), "tau": 1.0})
    x, home = double(found[0]).reshape(-1, 2), torch.tensor(found[6])
    assert torch.equal(torch.cdist(x, ring(8).means).argmin(1), home)


REFUSED = [
    (lambda: WhereBlurComesFrom(gm1()), ValueError, "mixtures in 2-D, but the mixture has D = 1"),
    (lambda: WhereBlurComesFrom("ring"), TypeError, "must be a GaussianMixture, not str"),
    (lambda: WhereBlurComesFrom(ring(8), tau=0.0), ValueError, "tau must lie in [0.028, 4.2"),
    (lambda: WhereBlurComesFrom(ring(8), tau=float("nan")), ValueError, "not nan"),
    (lambda: WhereBlurComesFrom(ring(8), code=(9.0, 0.0)), ValueError, "code must be two numbers"),
    (lambda: WhereBlurComesFrom(ring(8), code=(1.0,)), ValueError, "code must be two numbers"),
    (lambda: WhereBlurComesFrom(ring(8), n=0), ValueError, "n must be a whole number"),
]


@pytest.mark.parametrize(("make", "error", "says"), REFUSED)
def test_what_cannot_be_shown_is_refused(make, error, says):
    with pytest.raises(error, match=re.escape(says)):
        make()


@browser
def test_the_noise_slides_from_the_modes_to_their_average(open_page):
    page = open_page(WhereBlurComesFrom(ring(8), code=(0.5, 0.5)), reduced_motion="reduce")
    before = pixels(page, ".dgm-square:last-child canvas")
    slider = page.get_by_role("slider", name="Encoder noise")
    slider.focus()
    page.keyboard.press("End")
    tau, loss, *_, x, y = numbers(page)
    assert tau == pytest.approx(state(page, "tau"), abs=0.005) and loss > 80
    exact = ring(8).seen(double([state(page, "code")]), 1.0, state(page, "tau")).mean[0]
    assert (x, y) == pytest.approx(tuple(exact.tolist()), abs=0.006)
    assert pixels(page, ".dgm-square:last-child canvas") != before
    assert "shown at 1/" in page.locator(".dgm-square").nth(1).inner_text()
    page.keyboard.press("Home")
    assert numbers(page)[1] < 0.5
    page.get_by_role("button", name="Reset").click()
    assert pixels(page, ".dgm-square:last-child canvas") == before and page.noise == []


@browser
def test_a_code_follows_the_mouse_and_the_keys(open_page):
    page = open_page(WhereBlurComesFrom(ring(8), tau=0.5), reduced_motion="reduce")
    grip = page.locator(".dgm-handle")
    assert drag(page, grip, 40, -30) == pytest.approx((40, -30), abs=1)
    x, y = state(page, "code")
    assert x > 0 and y > 0
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("ArrowDown")
    assert state(page, "code")[0] < x and state(page, "code")[1] < y
    assert f"{state(page, 'code')[0]:.2f}".replace("-", "−") in grip.get_attribute("aria-label")
    for _ in range(30):
        page.keyboard.press("Shift+ArrowLeft")  # stops at the edge
    assert state(page, "code")[0] == pytest.approx(
        -WhereBlurComesFrom(ring(8)).limits["half"]
        * (1 + (0.5 / WhereBlurComesFrom(ring(8)).limits["std"]) ** 2) ** 0.5
    )
    assert page.noise == []


@browser
def test_the_average_of_real_digits(run_module):
    """Pictures as scikit-learn has them, averaged by the shares of the modes."""
    widget = WhereBlurComesFrom(ring(8))
    code = "const p = M.shadesOf(a.digits), none = M.shadesOf([]);"
    code += "return [p[3], M.mix(p, a.shares), none === null, M.mix([[0.5, 1]], [3])];"
    shares = [0.1, 0.0, 0.2, 0.3, 0.0, 0.05, 0.0, 0.35]
    three, average, none, alone = run_module(
        widget, code, {"digits": widget.digits, "shares": shares}
    )
    assert alone == [1.5, 3]
    pictures, labels = small_digits()
    firsts = torch.stack([pictures[labels == k][0].flatten() for k in range(1, 9)]).double() / 16
    assert gap(three, firsts[3]) < 1e-12 and none
    assert gap(average, double(shares) @ firsts) < 1e-12
    many = GaussianMixture(torch.ones(11), torch.randn(11, 2), 0.1)
    assert WhereBlurComesFrom(many).digits == []


@browser
def test_the_noise_grows_once_to_where_it_stands_and_on_when_played(open_page):
    page = open_page(WhereBlurComesFrom(ring(8), tau=0.4), quick=True)
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_role("button", name="Play").wait_for(timeout=60_000)
    assert state(page, "tau") == pytest.approx(0.4)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => document.querySelector('.dgm-widget').dgmModel.get('tau') > 0.5")
    assert page.noise == []
