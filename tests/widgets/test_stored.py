"""What notebooks store, and how the book gives it the code of the day."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import traitlets as t
import widget_code
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.parsers.rst import Parser
from docutils.utils import new_document
from reader import Elements

from dgm_lessons import widgets
from dgm_lessons.mixtures import gm1, grid, ring
from dgm_lessons.widgets import Paths, ReverseStep, ScoreField
from dgm_lessons.widgets.base import HERE, LessonWidget, standalone

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(
    path for path in (ROOT / "book").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
)
ADDRESS = "../_static/{}".format


# -- the book's own notebooks ---------------------------------------------------------------------


def stored_html(path):
    """Every piece of HTML that a notebook stores."""
    for cell in json.loads(path.read_text(encoding="utf8"))["cells"]:
        for output in cell.get("outputs", []):
            yield "".join(output.get("data", {}).get("text/html", ""))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_widgets_are_current_and_carry_no_code(path):
    for html in stored_html(path):
        assert list(widget_code.stale(html)) == [], "run the notebook again: make notebooks"
        assert "text/dgm-esm" not in html and "text/dgm-css" not in html


LINK = re.compile(r"\]\((#set-[^)\s]*)\)")


def test_sentences_that_set_a_picture_name_fields_of_a_widget_on_their_page():
    for path in NOTEBOOKS:
        cells = json.loads(path.read_text(encoding="utf8"))["cells"]
        here = {
            match["name"]
            for html in stored_html(path)
            for match in widget_code.WIDGET.finditer(html)
        }
        for cell in cells:
            if cell["cell_type"] == "markdown":
                for link in LINK.findall("".join(cell["source"])):
                    assert wrong_link(link, here) is None, (path.stem, link)


def wrong_link(link, here):
    """What is wrong with a link, given the names of the widgets on its page."""
    match = re.fullmatch(r"#set-([a-z-]+?)(?:-\d+)?\?([\w.=&,+-]*)", link)
    if not match:
        return "write #set-NAME?field=value&field=value"
    name, query = match.groups()
    if name not in here:
        return f"no {name} on this page"
    fields = {part.split("=")[0] for part in query.split("&")}
    unknown = fields - set(widgets.named(name).fields())
    return f"{name} has no fields {sorted(unknown)}" if unknown else None


def test_a_wrong_link_is_noticed():
    here = {"score-field"}
    assert wrong_link("#set-score-field?log_snr=-3&dynamics=sde", here) is None
    assert wrong_link("#set-score-field-2?log_snr=1", here) is None
    assert "no paths" in wrong_link("#set-paths?time=1", here)
    assert "has no fields ['lambda']" in wrong_link("#set-score-field?lambda=1", here)
    assert "write #set" in wrong_link("#set-score-field", here)


# -- state and picture ----------------------------------------------------------------------------


class Hostile(LessonWidget):
    """A widget with everything in it that ends a script too early."""

    _folder = HERE / "paths"
    text = t.Unicode("</script><!-- <script>alert(1)</SCRIPT> \u2028 & \"'").tag(sync=True)

    def picture(self):
        return "<svg></svg>"


def test_hostile_text_stays_inside_its_script():
    widget = Hostile()
    elements = Elements(widget.static_html())
    (state,) = elements.scripts()
    assert json.loads(state[2])["text"] == widget.text


def test_hostile_code_stays_inside_its_script(monkeypatch):
    monkeypatch.setattr(Hostile, "_code", "const a = '</ScRiPt><!--';\n")
    elements = Elements(standalone(Hostile()))
    assert len(elements.scripts()) == 2 and "<\\/ScRiPt><\\!--" in elements.scripts()[1][2]


def test_what_the_reader_moves_comes_back_to_python():
    step, paths = ReverseStep(gm1()), Paths(gm1())
    step.set_state({"beta": 0.25, "x": 0.125})
    paths.set_state({"start": -0.5, "time": 0.25})
    assert (step.beta, step.x, paths.start, paths.time) == (0.25, 0.125, -0.5, 0.25)
    assert step.mixture.log_prob(gm1().means).tolist() == gm1().log_prob(gm1().means).tolist()


# -- the book adds the code -----------------------------------------------------------------------


def page_of(*kinds):
    return "<h1>a</h1>" + "<p>text</p>".join(kind.static_html() for kind in kinds) + "<p>end</p>"


def test_a_page_loads_each_style_and_script_once(tmp_path):
    body = page_of(ScoreField(ring(8)), Paths(gm1()), ScoreField(grid(25)))
    done = widget_code.add_code(body, tmp_path, ADDRESS)
    scripts = re.findall(r'<script async src="../_static/widgets/([\w-]+\.js)\?v=\w{10}">', done)
    styles = re.findall(r'<link rel="stylesheet" href="../_static/widgets/([\w-]+\.css)\?', done)
    assert scripts == ["score-field.js", "paths.js"]
    assert styles == ["base.css", "score-field.css", "paths.css"]
    assert done.index("score-field.js?") < done.index('data-widget="paths"')
    assert (tmp_path / "widgets" / "paths.js").read_text(encoding="utf8") == Paths.script()
    assert (tmp_path / "widgets" / "paths.css").read_text(encoding="utf8") == Paths.style()
    assert re.sub(r"<(script async|link)[^>]*>(</script>)?", "", done) == body


def test_a_stale_state_and_an_unknown_widget_are_noticed():
    body = page_of(ScoreField(ring(8)))
    assert list(widget_code.stale(body)) == []
    (problem,) = widget_code.stale(body.replace('"log_snr":', '"level":'))
    assert "['level']" in problem and "lacks ['log_snr']" in problem
    (problem,) = widget_code.stale(body.replace("data-widget", "data-esm"))
    assert "1 widgets are stored as they once were" in problem
    (problem,) = widget_code.stale(body.replace('"score-field"', '"score-fields"'))
    assert "no widget is called 'score-fields'" in problem


@pytest.mark.slow
def test_a_changed_constant_reaches_the_page_and_no_notebook_is_touched(tmp_path):
    """A copy of the package with another pace, and the page as it is stored today."""
    shutil.copytree(ROOT / "dgm_lessons", tmp_path / "dgm_lessons")
    file = tmp_path / "dgm_lessons" / "widgets" / "reverse_step" / "widget.js"
    code = file.read_text(encoding="utf8")
    assert code.count("const PARTS = 13;") == 1
    file.write_text(code.replace("const PARTS = 13;", "const PARTS = 31;"), encoding="utf8")
    stored = page_of(ReverseStep(gm1()))
    (tmp_path / "page.html").write_text(stored, encoding="utf8")
    program = (
        "import sys; from pathlib import Path; import widget_code\n"
        "body = Path('page.html').read_text(encoding='utf8')\n"
        "print(widget_code.add_code(body, Path('static'), '_static/{}'.format))\n"
    )
    folders = [str(tmp_path), str(ROOT / "book" / "_ext")]
    built = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    script = (tmp_path / "static" / "widgets" / "reverse-step.js").read_text(encoding="utf8")
    assert "const PARTS = 31;" in script and "const PARTS = 13;" not in script
    before = widget_code.add_code(stored, tmp_path / "now", "_static/{}".format)
    version = re.compile(r"reverse-step\.js\?v=(\w+)")
    assert version.search(built)[1] != version.search(before)[1]


def test_links_that_set_a_picture_are_no_references():
    document = new_document("page", get_default_settings(Parser))
    for target in ("#set-score-field?log_snr=1", "#elsewhere"):
        document += nodes.reference("", "x", refuri=target, id_link=True)
    widget_code.PictureLinks(document).apply()
    picture, place = document.children
    assert "id_link" not in picture and picture["classes"] == ["dgm-set"]
    assert place["id_link"] and not place["classes"]


@pytest.mark.browser
def test_a_built_page_runs_from_a_disk(tmp_path, chromium):
    """Two of a kind, and prose that sets the second; scripts come from files, at once."""
    (tmp_path / "book").mkdir()
    body = page_of(ScoreField(ring(8), n_particles=50), ScoreField(ring(8), n_particles=50))
    body += '<a href="#set-score-field-2?log_snr=1.5">set</a>'
    body = widget_code.add_code(body, tmp_path / "_static", ADDRESS)
    head = '<!doctype html><html lang="en"><meta charset="utf8"><title>x</title><body>'
    (tmp_path / "book" / "page.html").write_text(head + body, encoding="utf8")
    page = chromium.new_page(reduced_motion="reduce")  # nothing plays by itself
    heard = []
    page.on("console", lambda message: heard.append(message.text))
    page.goto((tmp_path / "book" / "page.html").as_uri())
    page.wait_for_function("() => document.querySelectorAll('[data-mounted=done]').length === 2")
    page.locator("a").click()
    get = "(i) => document.querySelectorAll('.dgm-widget')[i].dgmModel.get('log_snr')"
    assert [page.evaluate(get, i) for i in (0, 1)] == [pytest.approx(-10.0, abs=0.2), 1.5]
    assert heard == []
    page.close()
