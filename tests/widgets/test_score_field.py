"""The score field: refusals, a reader's hands. Mathematics: test_mixture.py, test_dynamics.py."""

import json
import math
import re

import pytest
import torch
from reader import PHONE, double, drag, gap, numbers, pixels, settled, state, status

from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.processes import EDM, VE, VP, DiscreteProcess
from dgm_lessons.widgets import ScoreField
from dgm_lessons.widgets.base import mixture_state, process_state

browser = pytest.mark.browser
FIELD = ".dgm-score-field"
COMPONENT = f"{FIELD} .dgm-handle:not(.dgm-solid)"
PROBE = f"{FIELD} .dgm-handle.dgm-solid"


def test_what_the_reader_drags_comes_back_to_python():
    widget = ScoreField(ring(8))
    moved = [[9.0, 9.0], *widget.means[1:]]
    widget.set_state({"means": moved, "log_snr": 1.5})
    assert widget.mixture.means[0].tolist() == [9.0, 9.0]
    assert json.loads(json.dumps(widget.static_state()))["log_snr"] == 1.5


PLANE, LINE = ring(8), gm1()
SPACE = GaussianMixture(torch.ones(1), torch.zeros(1, 3), 1.0)
WIDE = GaussianMixture(torch.ones(1), torch.zeros(1, 2), 1e8)
REFUSED = [
    (lambda: ScoreField(LINE), ValueError, "mixtures in 2-D, but the mixture has D = 1"),
    (lambda: ScoreField(SPACE), ValueError, "D = 3"),
    (lambda: ScoreField("ring"), TypeError, "must be a GaussianMixture, not str"),
    (lambda: ScoreField(PLANE, n_particles=0), ValueError, "from 1 to 20000, not 0"),
    (lambda: ScoreField(PLANE, n_particles=20_001), ValueError, "from 1 to 20000, not 20001"),
    (lambda: ScoreField(PLANE, n_particles=10.5), ValueError, "whole number"),
    (lambda: ScoreField(PLANE, seed=-1), ValueError, "seed must be a whole number"),
    (lambda: ScoreField(PLANE, DiscreteProcess.linear(100)), ValueError, "VP, CosineVP, VE"),
    (lambda: ScoreField(PLANE, process="vp"), ValueError, "not 'vp'"),
    (lambda: ScoreField(PLANE, dynamics="pf"), ValueError, "langevin, sde, ode, not 'pf'"),
    (lambda: ScoreField(PLANE, log_snr=99.0), ValueError, "log_snr must lie in"),
    (lambda: ScoreField(PLANE, log_snr=float("nan")), ValueError, "log_snr must lie in"),
    (lambda: ScoreField(WIDE), ValueError, "scale the mixture to a std of about 1"),
    (lambda: ScoreField(PLANE, aspect=0.0), ValueError, "aspect must lie"),
    (lambda: ScoreField(PLANE, probe=(0.0, 1.0)), ValueError, "from -0.94 to 0.94, not [0.0, 1.0]"),
    (lambda: ScoreField(PLANE, probe=(0.0, math.nan)), ValueError, "probe must be two numbers"),
]


@pytest.mark.parametrize(("make", "error", "says"), REFUSED)
def test_what_cannot_be_shown_is_refused(make, error, says):
    with pytest.raises(error, match=re.escape(says)):
        make()


def test_every_process_and_full_covariances_can_be_shown():
    skewed = GaussianMixture(
        torch.ones(1), torch.zeros(1, 2), torch.tensor([[[1.0, 0.6], [0.6, 0.5]]])
    )
    for process in (VE(0.02, 5.0), EDM(T=40.0)):
        state = ScoreField(skewed, process).static_state()
        assert state["process"]["kind"] == type(process).__name__
        assert state["covariances"] == skewed.covariances.tolist()


def still(page):
    """Ends what plays by itself at first sight."""
    page.locator(f"{FIELD} input").first.focus()


def field(**options):
    return ScoreField(ring(8), **{"n_particles": 300, "log_snr": 2.0, **options})


@browser
def test_the_slider_scrubs_the_noise(open_page):
    page = open_page(field())
    still(page)
    before = numbers(page)
    slider = page.get_by_role("slider", name="Noise level")
    slider.focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)  # the text settles 0.4 s after the last key
    settled(page)
    after = numbers(page)
    assert after[2] < before[2]  # log-SNR falls
    assert f"{state(page, 'log_snr'):.1f}" == f"{after[2]:.1f}"
    assert slider.get_attribute("aria-valuetext").startswith("t 0.")


@browser
def test_the_dynamics_are_chosen_by_arrow_keys(open_page):
    page = open_page(field(dynamics="langevin"))
    page.locator("input[value=langevin]").focus()
    page.keyboard.press("ArrowRight")
    assert state(page, "dynamics") == "sde"
    page.keyboard.press("ArrowRight")
    assert state(page, "dynamics") == "ode"


@browser
def test_particles_become_data(open_page):
    """Noise, carried to the data by each of the two: as near to the truth as true samples are."""
    for dynamics in ("ode", "sde"):
        page = open_page(ScoreField(ring(8), dynamics=dynamics, n_particles=500), quick=True)
        page.get_by_role("button", name="Pause").wait_for()  # it plays by itself, once
        page.get_by_role("button", name="Play").wait_for(timeout=60_000)  # again, at the end
        _, _, _, distance, floor, off, usual = numbers(page)[:7]
        assert state(page, "log_snr") == pytest.approx(state(page, "levels")[0])
        assert distance < 3 * floor and off < 3 * usual, status(page)
        assert page.noise == []


@browser
def test_langevin_forgets_a_wrong_start(open_page):
    page = open_page(field(dynamics="langevin", log_snr=-1.0))
    still(page)
    step = page.get_by_role("button", name="One step")
    first = numbers(page)
    before = pixels(page, f"{FIELD} .dgm-layer-particles")
    step.click()
    assert pixels(page, f"{FIELD} .dgm-layer-particles") != before
    assert numbers(page)[:3] == first[:3]  # the level stays


@browser
def test_reset_is_repeatable(open_page):
    page = open_page(field(dynamics="langevin"), reduced_motion="reduce")
    canvas = f"{FIELD} .dgm-layer-particles"
    start = pixels(page, canvas)
    for _ in range(3):
        page.get_by_role("button", name="One step").click()
    assert pixels(page, canvas) != start
    page.get_by_role("button", name="Reset").click()
    assert pixels(page, canvas) == start


@browser
@pytest.mark.parametrize("options", [{}, {"device_scale_factor": 3}, PHONE])
def test_a_component_follows_the_mouse(open_page, options):
    page = open_page(field(), **options)
    still(page)
    handle = page.locator(COMPONENT).first
    density = pixels(page, f"{FIELD} .dgm-layer-density")
    before = state(page, "means")[0]
    moved = drag(page, handle, -60, 30)
    assert moved == pytest.approx((-60, 30), abs=1)
    after = state(page, "means")[0]
    assert after[0] < before[0] - 0.2 and after[1] < before[1] - 0.1  # y points up
    assert state(page, "means")[1:] == ring(8).means[1:].tolist()
    assert pixels(page, f"{FIELD} .dgm-layer-density") != density
    page.wait_for_function("() => document.querySelector('[role=status]').ariaLive === 'polite'")


MOVES = {"right": "", "left behind": "0 *", "pushed away": "-"}


@browser
@pytest.mark.parametrize("move", MOVES)
def test_the_particles_stay_true_while_a_component_moves(open_page, monkeypatch, move):
    """The heaviest component goes through its neighbours; two wrong ways to follow it are seen."""
    code, right = ScoreField._code, "const share = weight *"
    assert code.count(right) == 1
    monkeypatch.setattr(
        ScoreField, "_code", code.replace(right, f"const share = {MOVES[move]} weight *")
    )
    page = open_page(field(dynamics="ode", n_particles=500), reduced_motion="reduce")
    page.locator(COMPONENT).nth(3).focus()
    for key in ["Shift+ArrowDown"] * 6 + ["Shift+ArrowRight"] * 12:
        page.keyboard.press(key)
    page.wait_for_function("() => document.querySelector('[role=status]').ariaLive === 'polite'")
    _, _, _, distance, floor, off, usual = numbers(page)[:7]
    assert state(page, "means")[3][0] > 0.5
    assert (distance < 2 * floor and off < 2 * usual) == (move == "right"), status(page)


@browser
@pytest.mark.parametrize("to", [(1.0, 2.0), (1.0, -2.0), (-1.0, 2.0), (-1.0, -2.0)])
def test_a_component_moves_by_a_fifth_of_its_width_at_most(run_module, to):
    """From (1, 2), to where it is and to its mirror images; clean, its width is 0.5."""
    code = """const cloud = M.makeCloud({ ...a, levels: [30, -9], n: 4, seed: 1 });
      cloud.relevel(30);
      const relevel = cloud.relevel;
      let count = 0;
      cloud.relevel = (level) => { count += 1; relevel(level); };
      cloud.moveMean(1, a.to, "ode");
      return [count, ...cloud.mixture.means[1]];"""
    law = mixture_state(GaussianMixture([0.5, 0.5], [[0.0, 0.0], [1.0, 2.0]], 0.5**2), 2)
    arguments = {"mixture": law, "process": process_state(VP()), "to": to}
    count, *found = run_module(ScoreField, code, arguments)
    assert found == list(to)
    assert count == math.ceil(math.dist((1.0, 2.0), to) / 0.1 - 1e-4)


LAW = GaussianMixture(
    [0.2, 0.8],
    [[0.5, -1.0], [1.5, 2.0]],
    torch.tensor([[[0.2, 0.1], [0.1, 0.7]], [[0.3, -0.05], [-0.05, 0.5]]]),
)
CLOUD_PROCESS = VP()
CLOUD = """const { mixture } = a, weights = mixture.weights.map((w) => 5 * w);
  const cloud = M.makeCloud({ ...a, mixture: { ...mixture, weights }, levels: [7, -9] });
  cloud.relevel(a.level);
  const { process, law } = cloud, rng = M.makeRng(a.seed), size = cloud.points.length;
  const draw = () => rng.fill(new Float64Array(size));
"""


def cloud(run_module, code, n=5, process=CLOUD_PROCESS, level=1.3):
    given = {"mixture": mixture_state(LAW, 2), "process": process_state(process), "n": n, "seed": 3}
    return run_module(ScoreField, CLOUD + code, {**given, "level": level})


def at_level(level, process=CLOUD_PROCESS):
    t = process.t_from_log_snr(level)
    return float(process.alpha(t)), float(process.sigma(t))


@browser
def test_a_step_of_langevin_by_hand(run_module):
    code = """const x = Float64Array.of(1, 2, 3, 4), score = new Float64Array(4);
      const before = [...x], z = [1, -2, 0.5, 3];
      M.evaluate(law, x, { score });
      M.langevinStep(law, x, 0.08, z, M.workspace(4));
      return [before, [...score], z, [...x]];"""
    x, score, z, moved = map(double, cloud(run_module, code))
    assert gap(moved, x + 0.08 * score + 0.4 * z) < 1e-12


@browser
def test_where_particles_start(run_module):
    code = """cloud.scatter("langevin");
      const wide = [...cloud.points], z = [...draw()];
      cloud.scatter("ode");
      const own = new Float64Array(size);
      M.sample(mixture, law.alpha, law.sigma, M.makeRng(a.seed), own);
      const levels = [99, -99].map((level) => (cloud.relevel(level), cloud.level));
      return [wide, z, [...cloud.points], [...own], levels];"""
    wide, z, true, own, levels = map(double, cloud(run_module, code))
    alpha, sigma = at_level(1.3)
    squares = LAW.means.square().sum(1) + LAW.covariances.diagonal(dim1=1, dim2=2).sum(1)
    std = (alpha**2 * 0.5 * (LAW.weights @ squares) + sigma**2).sqrt()
    assert gap(wide, std * z) < 1e-9
    assert gap(true, own) < 1e-12 and levels.tolist() == [7, -9]


@browser
@pytest.mark.parametrize("to, steps", [(1.25, 1), (1.55, 3), (0.95, 4), (1.3, 0)])
@pytest.mark.parametrize("dynamics", ["ode", "sde"])
def test_particles_are_carried_in_fine_steps(run_module, dynamics, to, steps):
    code = f"""const dynamics = "{dynamics}", to = {to}, steps = {steps};
      cloud.scatter("langevin");
      const x = Float64Array.from(cloud.points), work = M.workspace(size);
      draw();
      const times = steps ? M.timesBetween(process, 1.3, to, steps) : [];
      if (dynamics === "sde" && to < 1.3) {{
        M.forwardSdeStep(process, x, times[0], times.at(-1), draw());
      }} else for (let i = 0; i < steps; i++) {{
        const ends = [times[i], times[i + 1]];
        if (dynamics === "ode") M.heunStep(mixture, process, x, ...ends, work);
        else M.reverseSdeStep(mixture, process, x, ...ends, draw(), work);
      }}
      cloud.carry(to, dynamics);
      return [[...x], [...cloud.points], cloud.level];"""
    expected, found, level = cloud(run_module, code)
    assert gap(found, double(expected)) < 1e-12 and level == to


@browser
@pytest.mark.parametrize("process, level", [(VP(), 1.3), (EDM(T=40.0), -3.0)], ids=["vp", "edm"])
def test_a_shake_is_three_percent_of_the_smallest_variance_or_less(run_module, process, level):
    code = """cloud.scatter("langevin");
      const x = Float64Array.from(cloud.points), work = M.workspace(size);
      draw();
      M.langevinStep(law, x, STEP, draw(), work);
      cloud.shake();
      return [[...x], [...cloud.points]];"""
    alpha, sigma = at_level(level, process)
    precisions = (alpha**2 * LAW.covariances + sigma**2 * torch.eye(2)).inverse()
    step = 0.06 / precisions.diagonal(dim1=1, dim2=2).sum(1).max().item()
    code = code.replace("STEP", str(step))
    expected, found = cloud(run_module, code, process=process, level=level)
    assert gap(found, double(expected)) < 1e-7


@browser
@pytest.mark.parametrize("k", [0, 1])
def test_particles_go_with_a_component_by_their_share_of_it(run_module, k):
    code = """cloud.scatter("ode");
      const x = [...cloud.points], [x0, y0] = cloud.mixture.means[K];
      cloud.moveMean(K, [x0 + 0.03, y0 - 0.05], "ode");
      return [x, [...cloud.points], cloud.mixture.means[K]];"""
    x, moved, mean = map(double, cloud(run_module, code.replace("K", str(k))))
    alpha, sigma = at_level(1.3)
    noisy, x = LAW.diffuse(alpha, sigma), x.reshape(-1, 2)
    part = torch.distributions.MultivariateNormal(noisy.means[k], noisy.covariances[k])
    share = LAW.weights[k] * (part.log_prob(x) - noisy.log_prob(x)).exp()
    by = double([0.03, -0.05])
    assert gap(moved.reshape(-1, 2), x + share[:, None] * alpha * by) < 1e-9
    assert gap(mean, LAW.means[k] + by) < 1e-12


@browser
@pytest.mark.parametrize("n", [5, 600])
def test_what_a_cloud_is_measured_by(run_module, n):
    """Against 500 particles at most, and as many true samples, twice."""
    code = """cloud.scatter("langevin");
      const some = cloud.points.subarray(0, Math.min(1000, size)), own = M.makeRng(a.seed + 1);
      const true_ = () =>
        M.sample(mixture, law.alpha, law.sigma, own, new Float64Array(some.length));
      const pairs = [[true_(), true_()], [true_(), true_()]];
      const found = cloud.measure(2);
      const far = pairs.map(([p, q]) => [p, some, q].map((x) => M.slicedWasserstein(x, p)));
      return [[found.distance, found.floor.distance, found.off, found.floor.off], far, [...some],
        pairs.map(([, q]) => [...q]), [...found.shares]];"""
    found, far, some, others, shares = cloud(run_module, code, n)
    alpha, sigma = at_level(1.3)
    noisy = LAW.diffuse(alpha, sigma)
    parts = torch.distributions.MultivariateNormal(noisy.means, noisy.covariances)

    def mean_shares(x):
        x = double(x).reshape(-1, 1, 2)
        return (parts.log_prob(x) + LAW.weights.log()).softmax(1).mean(0)

    off = [(mean_shares(x) - LAW.weights).abs().sum() / 2 for x in (some, *others)]
    _, distance, floor = double(far).mean(0)
    expected = torch.stack([distance, floor, off[0], (off[1] + off[2]) / 2])
    assert gap(found, expected) < 1e-9
    assert gap(shares, mean_shares(some)) < 1e-9


@browser
def test_a_component_follows_the_arrow_keys(open_page):
    page = open_page(field())
    page.locator(COMPONENT).nth(1).focus()
    x, y = state(page, "means")[1]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    new = state(page, "means")[1]
    assert new[1] > y and new[0] < x
    assert x - new[0] == pytest.approx(5 * (new[1] - y))  # Shift: five steps at once
    name = page.locator(COMPONENT).nth(1).get_attribute("aria-label")
    assert f"({new[0]:.2f}, {new[1]:.2f})" in name


@browser
def test_choosing_while_it_plays_goes_on_from_there(open_page):
    page = open_page(field(dynamics="ode", log_snr=0.0))
    still(page)
    start = float(page.get_by_role("slider", name="Noise level").input_value())
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"() => document.querySelector('[type=range]').value < {start - 0.05}")
    page.locator("input[value=sde]").check()
    page.get_by_role("button", name="Pause").click()
    assert state(page, "log_snr") > 0.9  # 0.05 of a range of more than 18


@browser
@pytest.mark.criterion("2.2.2")
def test_autoplay_respects_reduced_motion(open_page):
    """What starts by itself can be paused, and waits where the reader asks for less motion."""
    widget = field(autoplay=True, dynamics="ode", log_snr=None)
    page = open_page(widget)
    page.get_by_role("button", name="Pause").wait_for()
    page = open_page(widget, reduced_motion="reduce")
    page.wait_for_timeout(300)
    assert page.get_by_role("button", name="Play").is_visible()
    assert page.noise == []


@browser
@pytest.mark.criterion("2.2.2")
def test_autoplay_stops_for_good_when_told(open_page):
    """What has been paused stays so."""
    page = open_page(field(autoplay=True, dynamics="ode", log_snr=None))
    page.get_by_role("button", name="Pause").click()
    page.mouse.wheel(0, 3000)
    page.wait_for_timeout(200)
    page.mouse.wheel(0, -3000)
    page.wait_for_timeout(200)
    assert page.get_by_role("button", name="Play").is_visible()


@browser
def test_a_frame_of_2000_particles_is_timed(open_page):
    """The hook with which frames are measured; no limit here, for machines differ."""
    page = open_page(field(n_particles=2000, dynamics="ode", log_snr=None))
    page.wait_for_function("() => document.querySelector('.dgm-widget').dgmFrameMs > 0")


# -- the probe -------------------------------------------------------------------------------------

SKEWED = GaussianMixture(
    [0.3, 0.7],
    [[-1.0, 0.5], [1.2, -0.4]],
    torch.tensor([[[0.3, 0.1], [0.1, 0.2]], [[0.1, -0.05], [-0.05, 0.4]]]),
)


def probe_error(run_module, slip=None):
    """Mean, covariance and shares behind noisy points, against Python's."""
    code = """const { weights, means, covariances } = a.state;
      return a.rows.map(([alpha, sigma, ...x]) => {
        const p = M.posterior({ weights, means, covariances }, alpha, sigma, x);
        const sum = [0, 1].map((i) => p.means.reduce((t, m, k) => t + p.shares[k] * m[i], 0));
        return [...p.mean, ...sum, ...p.cov.flat()];
      });"""
    rows = [[0.8, 0.6, 0.1, 0.2], [0.3, 0.95, -2.0, 1.0], [1.0, 0.05, 1.1, -0.2], [1.0, 7.0, 9, -3]]
    arguments = {"state": mixture_state(SKEWED, 2), "rows": rows}
    worst = 0.0
    for (alpha, sigma, *x), found in zip(
        rows, run_module(ScoreField, code, arguments, slip), strict=True
    ):
        seen = SKEWED.seen(double([x]), alpha, sigma)
        worst = max(
            worst, gap(found, torch.cat([seen.mean[0], seen.mean[0], seen.covariance[0].flatten()]))
        )
    return worst


@browser
def test_the_posterior_behind_a_point(run_module):
    assert probe_error(run_module) < 1e-9


PROBE_SLIPS = {
    "alpha left out of the mean": ("mean[0] + alpha * (a", "mean[0] + (a"),
    "sigma for its square": ("map((v) => sigma * sigma * v)", "map((v) => sigma * v)"),
    "one sign in the pull": ("pxx * off[0] + pxy * off[1]", "pxx * off[0] - pxy * off[1]"),
    "no spread of the means": ("within[i + j] + (m[i]", "within[i + j] + 0 * (m[i]"),
}


@browser
@pytest.mark.parametrize("name", PROBE_SLIPS)
def test_a_slip_in_the_posterior_is_told_apart(run_module, name):
    assert probe_error(run_module, PROBE_SLIPS[name]) > 1e-3


def probe_numbers(page):
    """Where the probe is said to stand, and the average clean point."""
    place, mean = (
        re.search(before + r" \((\S+), (\S+)\)", status(page)) for before in ("probe at", r"x\] is")
    )
    return [float(n.replace("−", "-")) for n in (*place.groups(), *mean.groups())]


@browser
def test_the_probe_is_dragged_and_says_what_python_says(open_page):
    page = open_page(field(dynamics="langevin", log_snr=1.0))
    probe = page.locator(PROBE)
    assert drag(page, probe, 50, -30) == pytest.approx((50, -30), abs=1)
    probe.press("ArrowUp")
    probe.press("Shift+ArrowLeft")
    settled(page)
    x, y, a, b = probe_numbers(page)
    process = VP()
    time = process.t_from_log_snr(1.0)
    seen = ring(8).seen(double([[x, y]]), process.alpha(time), process.sigma(time))
    assert (a, b) == pytest.approx(tuple(seen.mean[0].tolist()), abs=0.05)
    guess = re.search(r"noise is \((\S+), (\S+)\), give or take (\S+)\. The", status(page)).groups()
    sigma, alpha = process.sigma(time), process.alpha(time)
    spread = (alpha / sigma) * seen.covariance[0].trace().sqrt()
    expected = [*(-sigma * seen.score[0]).tolist(), float(spread)]
    assert [float(n.replace("−", "-")) for n in guess] == pytest.approx(expected, abs=0.05)
    assert page.noise == []


@browser
def test_readers_draw_data_of_their_own_and_get_the_page_s_back(open_page):
    page = open_page(field(dynamics="ode", log_snr=0.0))
    page.get_by_role("button", name="Draw data").click()
    pad = page.locator(".dgm-pad")
    for key in ["Space", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "Space"]:
        pad.press(key)
    assert len(state(page, "means")) == 2 and state(page, "weights") == [0.5, 0.5]
    (x0, y0), (x1, y1) = state(page, "means")
    assert (x0, y0) == pytest.approx((0, 0), abs=0.02) and x1 == pytest.approx(x0) and y1 > 0.5
    pad.press("Backspace")
    assert len(state(page, "means")) == 1
    page.get_by_role("button", name="Reset").click()
    assert state(page, "means") == ring(8).means.tolist()
    assert pad.is_hidden() and page.noise == []


@browser
def test_a_page_that_has_not_taught_the_words_does_not_read_them(open_page):
    page = open_page(field(dynamics="ode", log_snr=0.0).staged(words=[]))
    text = page.locator(FIELD).inner_text()
    assert not re.search("SNR|score|ODE|SDE|Langevin|E\\[", text)
    assert page.get_by_role("radio").count() == 0
    page = open_page(field(probe=None))
    assert page.locator(PROBE).count() == 0 and page.noise == []


@browser
def test_it_plays_once_in_sight_and_a_hand_stops_it(open_page):
    page = open_page(field(dynamics="ode", log_snr=None))
    page.get_by_role("button", name="Pause").wait_for()
    page.locator(PROBE).press("ArrowUp")
    level = state(page, "log_snr")
    assert page.get_by_role("button", name="Play").is_visible()
    page.wait_for_timeout(200)
    assert state(page, "log_snr") == level
    page = open_page(field(dynamics="ode", log_snr=None), reduced_motion="reduce")
    page.wait_for_timeout(300)
    assert state(page, "log_snr") == state(page, "levels")[1]


@browser
def test_langevin_goes_on_under_a_hand_on_the_noise_and_the_flow_does_not(open_page):
    for dynamics, name in (("langevin", "Pause"), ("ode", "Play")):
        page = open_page(field(dynamics=dynamics, log_snr=1.0, probe=None))
        page.get_by_role("button", name="Pause").click()  # it plays by itself
        page.get_by_role("button", name="Play").click()
        before = state(page, "log_snr")
        page.get_by_role("slider", name="Noise level").press("ArrowRight")
        page.wait_for_timeout(100)
        assert page.get_by_role("button", name=name).is_visible()
        assert state(page, "log_snr") != before
