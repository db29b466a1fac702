"""What a widget stores in a notebook: self-contained, deterministic, and safe inside a page."""

import json
import re
from html.parser import HTMLParser

import pytest
import torch
import traitlets

from dgm_lessons.mixtures import GaussianMixture, gm1, grid, ring
from dgm_lessons.processes import EDM, VE, DiscreteProcess
from dgm_lessons.widgets import Paths, ScoreField, TwoWays, UnderTheCeiling
from dgm_lessons.widgets.base import LessonWidget

VIEW = "application/vnd.jupyter.widget-view+json"
MAKERS = {
    "field": lambda: ScoreField(ring(8)),
    "paths": lambda: Paths(gm1()),
    "two ways": lambda: TwoWays(gm1()),
    "ceiling": lambda: UnderTheCeiling(w=1.3, s=0.6),
}


class Elements(HTMLParser):
    """The elements of a page: (tag, attributes, text), as a browser would part them."""

    def __init__(self, page):
        super().__init__()
        self.found, self.open = [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append([tag, dict(attributes), ""])
        self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if self.open and self.open[-1] == self.found[-1][0]:
            self.found[-1][2] += data

    def scripts(self, **wanted):
        rows = [row for row in self.found if row[0] == "script"]
        return [row for row in rows if all(row[1].get(k) == v for k, v in wanted.items())]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_the_same_html_every_time(make):
    assert make().static_html() == make().static_html()


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_nothing_comes_from_outside(make):
    page = make().static_html().replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|//[a-z]+\.|\bsrc=|\bhref=|@import|url\(|\bfetch\(", page)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_markup_that_the_book_relies_on(make):
    widget = make()
    page = widget.static_html()
    assert page.startswith('<div class="dgm-widget" data-esm="') and page.endswith("</script>")
    elements = Elements(page)
    key = next(row[1]["data-esm"] for row in elements.found if "data-esm" in row[1])
    (module,) = elements.scripts(**{"type": "text/dgm-esm", "data-dgm": key})
    (style,) = elements.scripts(**{"type": "text/dgm-css", "data-dgm": key})
    assert module[2] == widget._esm and style[2] == widget._css
    assert len(elements.scripts()) == 4  # these two, the state and the runtime


def test_two_widgets_of_a_kind_share_their_code():
    def keys(widget):
        scripts = Elements(widget.static_html()).scripts()
        return {row[1]["data-dgm"] for row in scripts if "data-dgm" in row[1]}

    assert keys(ScoreField(ring(8))) == keys(ScoreField(grid(25), n_particles=7))
    assert len(keys(ScoreField(ring(8))) & keys(Paths(gm1()))) == 1  # the runtime


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_picture_stands_in_until_the_widget_runs(make):
    page = make().static_html()
    (picture,) = [row for row in Elements(page).found if row[0] == "svg"]
    assert picture[1]["role"] == "img" and len(picture[1]["aria-label"]) > 40
    assert len(make().picture()) < 16_000
    assert "nan" not in make().picture()


class Hostile(LessonWidget):
    """A widget with everything in it that ends a script too early."""

    _modules = ("mixture.js",)
    text = traitlets.Unicode("</script><!-- <script>alert(1)</SCRIPT> \u2028 & \"'").tag(sync=True)

    def picture(self):
        return "<svg></svg>"


def test_hostile_text_stays_inside_its_script():
    widget = Hostile()
    widget._css = 'a::after { content: "</ScRiPt><!--" }'
    elements = Elements(widget.static_html())
    (state,) = elements.scripts(type="application/json")
    assert json.loads(state[2]) == {"text": widget.text}
    assert len(elements.scripts()) == 4
    (style,) = elements.scripts(type="text/dgm-css")
    assert style[2] == 'a::after { content: "<\\/ScRiPt><\\!--" }'


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_live_bundle_keeps_view_and_metadata(make):
    widget = make()
    data, metadata = widget._repr_mimebundle_()
    assert data[VIEW]["model_id"] == widget.model_id
    assert data["text/html"] == widget.static_html()
    assert data["text/plain"] == f"<{type(widget).__mro__[1].__name__}: a figure to touch>"
    assert metadata == super(LessonWidget, widget)._repr_mimebundle_()[1]


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
    (lambda: Paths(PLANE), ValueError, "mixtures in 1-D, but the mixture has D = 2"),
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
    (lambda: Paths(LINE, "edm"), ValueError, "vp, ve, fm, not 'edm'"),
    (lambda: Paths(LINE, direction="up"), ValueError, "forward or backward, not 'up'"),
    (lambda: Paths(LINE, start=float("inf")), ValueError, "finite"),
    (lambda: Paths(LINE, time=1.5), ValueError, "between 0 and 1, not 1.5"),
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
