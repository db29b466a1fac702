"""Pages of the built site on paper, each as a file of its own, printed by Chromium."""

from __future__ import annotations

import html
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page
from pypdf import PdfReader

STYLE = """
@page { size: A4; margin: 17mm 19mm 20mm; @bottom-center { content: counter(page, %(style)s);
  font: 9pt "DejaVu Sans", sans-serif; color: #5b6472; } }
html { counter-reset: page %(before)d; font-size: 13px; background: #fff; }
#jb-print-docs-body, .prev-next-footer, footer, .eq-mark,
.toggle-button { display: none !important; }
.bd-main .bd-content .bd-article h1:first-of-type { display: block; margin: 0 0 1.5rem; }
.bd-main .bd-content .bd-article-container { max-width: none; padding: 0; }
.bd-article, .bd-container, .bd-main, .bd-content { padding: 0 !important; margin: 0 !important; }
.dgm-widget > svg.dgm-picture { max-width: 420px; }
.cell_output img { max-height: 190mm; width: auto; }
.cheat-sheet { zoom: 0.78; } /* its margins are narrower by itself */
.contents { list-style: none; padding: 0; } .contents b { display: block; margin-top: 1em; }
.contents a { display: flex; color: #000; text-decoration: none; }
.contents a::after { content: attr(data-number); margin-left: auto; padding-left: 1em; }
.title-page { padding-top: 60mm; text-align: center; break-after: page; }
"""

# Solutions go to the end, folds of text are opened, pictures lead nowhere; every place that a link
# may name is linked once, out of sight, so that Chromium writes down where it is.
LAY_OUT = """() => {
  const article = document.querySelector(".bd-article");
  for (const el of article.querySelectorAll("details:not(.hide)")) el.open = true;
  for (const el of article.querySelectorAll("a.image-reference")) el.replaceWith(...el.childNodes);
  const solutions = [...article.querySelectorAll("div.solution")];
  if (solutions.length) {
    const title = document.createElement("h2");
    title.textContent = "Solutions";
    article.append(title, ...solutions);
  }
  for (const el of article.querySelectorAll(".toggle-hidden")) el.classList.remove("toggle-hidden");
  for (const el of article.querySelectorAll("[id]")) {
    const link = Object.assign(document.createElement("a"), { href: `#${el.id}`, hidden: true });
    document.body.append(link);
  }
  const headings = [...article.querySelectorAll("section[id] > h2")];
  for (const heading of headings) {
    heading.id = heading.parentElement.id;
    heading.parentElement.removeAttribute("id");
  }
  const words = (heading) => heading.innerText.replace(/#$/, "").trim();
  return [words(article.querySelector("h1")), headings.map((el) => [words(el), el.id])];
}"""

READY = """async () => {
  await window.MathJax?.startup?.promise;
  await document.fonts.ready;
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
}"""


@dataclass
class Piece:
    """A page of the book as it was printed, and where it begins in the file."""

    name: str
    title: str
    headings: list[tuple[str, str]]  # words and anchor
    pdf: PdfReader
    start: int  # pages before it, without the front matter


def printed(tab: Page, before: int, style: str = "decimal") -> PdfReader:
    tab.add_style_tag(content=STYLE % {"before": before, "style": style})
    return PdfReader(io.BytesIO(tab.pdf(prefer_css_page_size=True, print_background=True)))


def print_page(tab: Page, site: Path, name: str, start: int) -> Piece:
    tab.goto((site / f"{name}.html").as_uri())
    tab.evaluate(READY)
    title, headings = tab.evaluate(LAY_OUT)
    return Piece(name, title, headings, printed(tab, start), start)


def print_front(
    tab: Page, site: Path, config: dict, book: list[tuple[str, list[Piece]]]
) -> PdfReader:
    """The title page and the contents, numbered on their own."""

    def lines() -> Iterator[str]:
        for caption, pieces in book:
            if caption:
                yield f"<li><b>{html.escape(caption)}</b></li>"
            for piece in pieces:
                to = (site / f"{piece.name}.html").as_uri()
                title = html.escape(piece.title)
                yield f'<li><a href="{to}" data-number="{piece.start + 1}">{title}</a></li>'

    tab.goto((site / "search.html").as_uri())  # a page of the site, for its style
    title, author = html.escape(config["title"]), html.escape(config["author"])
    where, rights = config["html"]["baseurl"], config["html"]["extra_footer"]
    tab.evaluate(
        "(text) => { document.body.innerHTML = text; }",
        f'<div class="title-page"><h1>{title}</h1><p>{author}, {config["copyright"]}</p>'
        f'<p>{rights}</p><p>The live book: <a href="{where}">{where}</a></p></div>'
        f'<h2>Contents</h2><ul class="contents">{"".join(lines())}</ul>',
    )
    return printed(tab, 0, "lower-roman")
