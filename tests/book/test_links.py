"""Every link and every file that the built pages name is there, and none is fetched from afar."""

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import parse_qsl, unquote, urldefrag, urlsplit

import pytest

from dgm_lessons import widgets

KINDS = {kind.name(): kind for kind in (getattr(widgets, name) for name in widgets.__all__)}
STATE = re.compile(r"set-([a-z-]+?)(?:-(\d+))?\?(.+)")  # see widgets/kit/link.js
COLAB = "https://colab.research.google.com/github/dgm-lessons/dgm-lessons/blob/editions/colab"


class Page(HTMLParser):
    """The anchors, links and loaded files of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = {"", "top"}
        self.links: list[str] = []
        self.loads: list[str] = []
        self.held_up_by: set[str] = set()  # scripts that run before the page has been read
        self.widgets: Counter[str] = Counter()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = {name: value or "" for name, value in attributes}
        self.anchors.update(filter(None, (values.get("id"), values.get("name"))))
        self.widgets.update(filter(None, [values.get("data-widget")]))
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "link" and values.get("rel") in {"stylesheet", "icon", "preload"}:
            self.loads.append(values["href"])
        if tag in {"script", "img", "iframe", "source", "video", "audio"} and values.get("src"):
            self.loads.append(values["src"])
        if tag == "script" and "src" in values and not {"defer", "async"} & set(values):
            self.held_up_by.add(urlsplit(values["src"]).path.rpartition("/")[2])


@pytest.fixture(scope="session")
def pages(site):
    return {
        path: Page(path.read_text(encoding="utf8"))
        for path in sorted(site.rglob("*.html"))
        if "_static" not in path.relative_to(site).parts
    }


def leads(page: Page, anchor: str) -> bool:
    """Is the place on the page, or the widget, with every field that the link sets?"""
    if not (state := STATE.fullmatch(anchor)):
        return unquote(anchor) in page.anchors
    name, which, fields = state.groups()
    if page.widgets[name] < int(which or 1):
        return False
    return {field for field, _ in parse_qsl(fields)} <= set(
        KINDS[name].class_trait_names(sync=True)
    )


def is_local(link: str) -> bool:
    return not urlsplit(link).scheme and not link.startswith("//")


def test_links_lead_somewhere(pages):
    broken = []
    for path, page in pages.items():
        for link in filter(is_local, page.links):
            file, anchor = urldefrag(link)
            target = (path.parent / unquote(urlsplit(file).path)).resolve() if file else path
            if not target.exists():
                broken.append(f"{path.name}: {link}")
            elif target in pages and not leads(pages[target], anchor):
                broken.append(f"{path.name}: {link} (no such place)")
    assert not broken, "\n".join(sorted(set(broken)))


def test_loaded_files_are_local_and_there(pages):
    for path, page in pages.items():
        for link in page.loads:
            if link.startswith("data:"):
                continue
            assert is_local(link), f"{path.name} loads {link}"
            assert (path.parent / unquote(urlsplit(link).path)).exists(), f"{path.name}: {link}"


def test_scripts_wait_until_a_page_is_read(site, pages):
    chapters = [path for path in pages if path.is_relative_to(site / "book")]
    assert chapters
    for path in chapters:
        assert pages[path].held_up_by == {"quiet.js", "documentation_options.js"}, path.name


def test_no_style_sheet_waits_for_another(site):
    sheets = [*(site / "_static").rglob("*.css")]
    assert len(sheets) > 10
    assert [path.name for path in sheets if "@import" in path.read_text(encoding="utf8")] == []


def test_every_equation_has_its_place_among_the_checks(site, pages):
    """That the marks lead to these places is tested above."""
    checks = {a for path in site.glob("book/checks/*.html") for a in pages[path].anchors}
    anchors = {anchor for page in pages.values() for anchor in page.anchors}
    equations = {a.removeprefix("equation-") for a in anchors if a.startswith("equation-eq-")}
    assert equations and equations <= checks, sorted(equations - checks)


def test_notebooks_open_in_colab(site, pages):
    root = site.parents[1]
    notebooks = [
        path for path in pages if (root / path.relative_to(site)).with_suffix(".ipynb").exists()
    ]
    assert notebooks
    for path in notebooks:
        links = {link for link in pages[path].links if "colab.research" in link}
        name = path.relative_to(site / "book").with_suffix(".ipynb").as_posix()
        assert links == {f"{COLAB}/{name}"}, path.name
