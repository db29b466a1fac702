"""The book on paper: its order, outline, page numbers and links, on three pages of it."""

import io
import re

import pytest
import yaml
from pypdf import PdfReader
from test_browser import ROOT, TOC, listed

from teaching.press.book import LEFT_OUT, parts, press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("press")]
TWO = ("book/index", "book/notation")
PUBLIC = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf8"))["html"]["baseurl"]


@pytest.fixture(scope="module")
def pdf(chromium, site):
    written = io.BytesIO()
    press(chromium, site, only=TWO).write(written)
    assert b"file:" not in written.getvalue(), "an address of this machine"
    return PdfReader(written)


def links(pdf):
    """Each link: the page it is on, and its address or the page it leads to."""
    for page in pdf.pages:
        for note in (entry.get_object() for entry in page.get("/Annots", [])):
            to = note.get("/Dest")
            yield (
                page.page_number,
                note["/A"]["/URI"] if to is None else pdf.get_page_number(to[0].get_object()),
            )


def titles(outline):
    return [titles(entry) if isinstance(entry, list) else entry.title for entry in outline]


def test_every_page_of_the_book_but_those_for_a_screen_is_in_it_in_order():
    printed = [name for _, pages in parts(TOC) for name in pages]
    assert printed == [name for name in listed(TOC) if not name.startswith(LEFT_OUT)]
    assert len(printed) > 60


def test_the_outline_has_parts_sections_and_headings(pdf):
    front, part, (section, headings) = titles(pdf.outline)[0], *titles(pdf.outline)[-2:]
    assert (front, part, section) == ("DGM Lessons", "Before you start", "Notation")
    assert headings[0] == "The noisy variable" and headings[-1] == "Translator"
    translator = pdf.outline[-1][-1][-1]
    assert "Translator" in pdf.pages[pdf.get_destination_page_number(translator)].extract_text()


def test_pages_are_of_one_size_numbered_and_not_empty(pdf):
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pdf.pages} == {
        (595, 842)
    }
    texts = [page.extract_text().strip() for page in pdf.pages]
    assert min(map(len, texts)) > 100
    assert [text.splitlines()[-1].strip() for text in texts] == pdf.page_labels
    assert pdf.page_labels[:3] == ["i", "ii", "1"]


def test_the_contents_lead_to_the_pages_they_name(pdf):
    notation = next(
        n for n, page in enumerate(pdf.pages) if page.extract_text().startswith("Notation")
    )
    assert (1, notation) in list(links(pdf))
    assert re.search(
        rf"Notation\s+{pdf.page_labels[notation]}\n", pdf.pages[1].extract_text() + "\n"
    )


def test_links_lead_inside_or_to_the_public_site(pdf):
    inside = [(page, to) for page, to in links(pdf) if isinstance(to, int)]
    afar = [to for _, to in links(pdf) if not isinstance(to, int)]
    assert len(inside) > 10 and any(page != to for page, to in inside)
    assert f"{PUBLIC}book/10-kernels/affine-kernels.html#c-10-04" in afar
    assert all(to.startswith(("https://", "http://", "mailto:")) for to in afar)
    own = {to.removeprefix(PUBLIC).split("#")[0] for to in afar}
    assert not own & {f"{name}.html" for name in TWO}, "such a page is in the file"


def test_a_page_that_is_not_built_is_named(chromium, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"index\.html is missing in .*: `make book`"):
        press(chromium, tmp_path, only=TWO)
