"""The book on paper: its order, outline, page numbers and links, on two pages of it."""

import io
import re

import pytest
import yaml
from pypdf import PdfReader
from test_browser import ROOT, TOC, listed

from teaching.press.book import LEFT_OUT, parts, press

pytestmark = pytest.mark.browser
TWO = ("book/notation", "book/references")
PUBLIC = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf8"))["html"]["baseurl"]


@pytest.fixture(scope="module")
def pdf(chromium, site):
    written = io.BytesIO()
    press(chromium, site, only=TWO).write(written)
    assert b"file:" not in written.getvalue(), "an address of this machine"
    return PdfReader(written)


@pytest.fixture(scope="module")
def texts(pdf):
    return [page.extract_text().strip() for page in pdf.pages]


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


def test_the_outline_has_parts_sections_and_headings(pdf, texts):
    first, (notation, headings), last, (references, *_) = titles(pdf.outline)
    assert (first, notation) == ("Before you start", "Notation")
    assert (last, references) == ("Reference", "References")
    assert headings[0] == "The noisy variable" and headings[-1] == "Letters that serve twice"
    page = pdf.get_destination_page_number(pdf.outline[1][1][headings.index("Translator")])
    assert "Translator" in texts[page]


def test_pages_are_of_one_size_numbered_and_not_empty(pdf, texts):
    sizes = {(round(page.mediabox.width), round(page.mediabox.height)) for page in pdf.pages}
    assert sizes == {(595, 842)}, "A4"
    assert min(map(len, texts)) > 50
    assert [text.split()[0] for text in texts] == pdf.page_labels
    assert pdf.page_labels[:3] == ["i", "ii", "1"]


def test_the_contents_lead_to_the_pages_they_name(pdf, texts):
    start = next(n for n, text in enumerate(texts) if n > 1 and "\nReferences\n" in text)
    assert (1, start) in list(links(pdf))
    assert re.search(rf"^References\s+{pdf.page_labels[start]}$", texts[1], re.MULTILINE)


def test_links_lead_inside_or_to_the_public_site(pdf):
    inside = [(page, to) for page, to in links(pdf) if isinstance(to, int)]
    afar = [to for _, to in links(pdf) if not isinstance(to, int)]
    assert len([page for page, to in inside if 1 < page < to]) > 5, "works that are cited"
    assert f"{PUBLIC}book/10-kernels/affine-kernels.html#c-10-04" in afar
    assert all(to.startswith(("https://", "http://", "mailto:")) for to in afar)
    own = {to.removeprefix(PUBLIC).split("#")[0] for to in afar}
    assert not own & {f"{name}.html" for name in TWO}, "such a page is in the file"


def test_a_page_that_is_not_built_is_named(chromium, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"notation\.html is missing in .*: `make book`"):
        press(chromium, tmp_path, only=TWO)
