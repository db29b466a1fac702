"""Every link and every file that the built pages name is there, and none is fetched from afar."""

from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

COLAB = "https://colab.research.google.com/github/dgm-lessons/dgm-lessons/blob/editions/colab"


class Page(HTMLParser):
    """The anchors, links and loaded files of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = {"", "top"}
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = {name: value or "" for name, value in attributes}
        self.anchors.update(filter(None, (values.get("id"), values.get("name"))))
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "link" and values.get("rel") in {"stylesheet", "icon", "preload"}:
            self.loads.append(values["href"])
        if tag in {"script", "img", "iframe", "source", "video", "audio"} and values.get("src"):
            self.loads.append(values["src"])


@pytest.fixture(scope="session")
def pages(site):
    return {
        path: Page(path.read_text(encoding="utf8"))
        for path in sorted(site.rglob("*.html"))
        if "_static" not in path.relative_to(site).parts
    }


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
            elif target in pages and unquote(anchor) not in pages[target].anchors:
                broken.append(f"{path.name}: {link} (no such place)")
    assert not broken, "\n".join(sorted(set(broken)))


def test_loaded_files_are_local_and_there(pages):
    for path, page in pages.items():
        for link in page.loads:
            if link.startswith("data:"):
                continue
            assert is_local(link), f"{path.name} loads {link}"
            assert (path.parent / unquote(urlsplit(link).path)).exists(), f"{path.name}: {link}"


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
