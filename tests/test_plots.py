"""Figures: what is drawn, how it is described, and that the style loads."""

import base64
import io

import matplotlib
import matplotlib.pyplot as plt
import pytest
import torch
from PIL import Image

from dgm_lessons import plots
from dgm_lessons.mixtures import gm1, ring

pytestmark = pytest.mark.filterwarnings("error")  # a reader would see it above the figure
ALT = "A blue line that rises from left to right."


@pytest.fixture(autouse=True)
def headless():
    matplotlib.use("agg")
    yield
    plt.close("all")
    matplotlib.rcdefaults()


def test_style_pairs_every_colour_with_a_line_style():
    plots.set_style()
    cycle = plt.rcParams["axes.prop_cycle"].by_key()
    assert len(set(cycle["color"])) == len(cycle["linestyle"]) >= 6


def test_show_publishes_a_small_png_with_its_description(monkeypatch):
    published = []
    monkeypatch.setattr(plots, "display", lambda *args, **kw: published.append((args, kw)))
    fig, ax = plt.subplots()
    ax.plot([0, 1])
    plots.show(fig, ALT)
    ((data,), options) = published[0]
    assert options["metadata"]["image/png"]["alt"] == ALT and ALT in data["text/plain"]
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.width > 600 and len(data["image/png"]) < 60_000
    assert not plt.fignum_exists(fig.number)


@pytest.mark.parametrize("alt", ["", "A plot"])
def test_show_wants_a_sentence(alt):
    fig, _ = plt.subplots()
    with pytest.raises(ValueError, match="describe the figure"):
        plots.show(fig, alt)


def test_a_caption_follows_its_figure(monkeypatch):
    published = []
    monkeypatch.setattr(plots, "display", lambda *args, **kw: published.append((args, kw)))
    fig, _ = plt.subplots()
    plots.show(fig, ALT, caption="The error falls like $1/n$.", name="fig-error")
    (picture,), _ = published[0]
    (data,), options = published[1]
    assert "image/png" in picture
    assert data["text/markdown"] == "**Figure.** The error falls like $1/n$."
    assert options["metadata"] == {"text/markdown": {"name": "fig-error"}}
    plots.caption("Drag the point and watch the curve.")
    assert "Drag the point" in published[2][0][0]["text/markdown"]


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("Too short.", "", "in a sentence"),
        ("Two paragraphs are too many.\n\nNo.", "", "one paragraph"),
        ("The error falls like one over n.", "gap", "fig-gap"),
    ],
)
def test_captions_that_are_refused(text, name, message):
    with pytest.raises(ValueError, match=message):
        plots.caption(text, name=name)


def test_mesh_runs_along_x_first():
    grid, axis = plots.mesh(2.0, 5)
    assert grid.shape == (25, 2) and torch.equal(grid[:5, 0], axis)
    assert bool((grid[:5, 1] == -2).all())


def test_heat_puts_a_mode_where_it_is():
    mixture = ring(1, radius=2.0)  # one mode at (2, 0)
    _, ax = plt.subplots()
    plots.heat(lambda x: mixture.log_prob(x).exp(), ax, extent=3.0, n=61)
    drawn = torch.as_tensor(ax.images[0].get_array())
    row, column = divmod(int(drawn.argmax()), 61)
    assert (row, column) == (30, 50)  # y = 0, x = 2 on the grid from -3 to 3


def test_arrows_and_points_draw_what_they_are_given():
    _, ax = plt.subplots()
    plots.arrows(lambda x: -x, ax, extent=1.0, n=3)
    quiver = ax.collections[0]
    assert quiver.U.tolist() == [1, 0, -1] * 3
    plots.points(torch.tensor([[1.0, 2.0]]), ax)
    assert ax.collections[1].get_offsets().tolist() == [[1.0, 2.0]]


def test_density_over_time_scales_each_column_to_its_peak():
    _, ax = plt.subplots()
    times = torch.tensor([0.1, 0.5, 1.0])
    plots.density_over_time(lambda x, t: gm1().diffuse(1 - t, t).log_prob(x), times, ax)
    drawn = torch.as_tensor(ax.collections[0].get_array()).reshape(-1, 3)
    assert torch.allclose(drawn.amax(0), torch.ones(3, dtype=drawn.dtype))


def test_images_keep_order_and_leave_gaps():
    _, ax = plt.subplots()
    plots.images(torch.arange(3.0)[:, None, None].expand(3, 8, 8), ax, columns=2)
    sheet = torch.as_tensor(ax.images[0].get_array().filled(torch.nan))
    assert sheet.shape == (18, 18)
    assert [sheet[0, 0], sheet[0, 9], sheet[9, 0]] == [0, 1, 2] and sheet[8, 0].isnan()
