"""Many files as one: their pages in a row, the outline, and links that lead inside."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urldefrag

from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.constants import PageLabelStyle
from pypdf.generic import Fit

from .paper import Piece


class Joined:
    """All pieces behind the front matter: outline, page labels, and links that lead inside."""

    def __init__(self, site: Path, public: str, front: PdfReader, pieces: list[Piece]) -> None:
        self.site, self.public, self.ahead = f"{site.as_uri()}/", public, len(front.pages)
        self.starts = {piece.name: self.ahead + piece.start for piece in pieces}
        self.writer = PdfWriter()
        self.places: dict[tuple[str, str], tuple[int, Fit]] = {}
        links = self.taken(front, "", 0)
        for piece in pieces:
            links += self.taken(piece.pdf, piece.name, self.starts[piece.name])
        for page, rect, address in links:
            self.writer.add_annotation(page, self.link(rect, address))
        end = len(self.writer.pages) - 1
        self.writer.set_page_label(0, self.ahead - 1, style=PageLabelStyle.LOWERCASE_ROMAN)
        self.writer.set_page_label(self.ahead, end, style=PageLabelStyle.DECIMAL)

    def taken(self, pdf: PdfReader, name: str, start: int) -> list[tuple[int, list, str]]:
        """Add the pages; note their places; return their links: page, rectangle, address."""
        numbers = {page.indirect_reference: n for n, page in enumerate(pdf.pages, start)}
        for anchor, place in pdf.named_destinations.items():
            fit = Fit.xyz(place.left, place.top)
            self.places[name, unquote(anchor[1:])] = numbers[place.raw_get("/Page")], fit
        links = []
        for number, page in enumerate(pdf.pages, start):
            for note in (entry.get_object() for entry in page.pop("/Annots", [])):
                inside = f"{self.site}{name}.html#{str(note.get('/Dest'))[1:]}"
                links.append((number, note["/Rect"], note.get("/A", {}).get("/URI", inside)))
            self.writer.add_page(page)
        return links

    def link(self, rect: list, address: str) -> Link:
        """To a place in the file, or else to the address, which is never one of this machine."""
        if not address.startswith(self.site):
            return Link(rect=tuple(rect), url=address)
        page, anchor = urldefrag(unquote(address.removeprefix(self.site)))
        name = page.removesuffix(".html")
        if name not in self.starts:
            return Link(rect=tuple(rect), url=self.public + address.removeprefix(self.site))
        number, fit = self.places.get((name, anchor), (self.starts[name], Fit.fit()))
        return Link(rect=tuple(rect), target_page_index=number, fit=fit)

    def outline(self, book: list[tuple[str, list[Piece]]]) -> None:
        for caption, pieces in book:
            part = None
            if caption:
                part = self.writer.add_outline_item(
                    title=caption, page_number=self.starts[pieces[0].name]
                )
            for piece in pieces:
                start = self.starts[piece.name]
                own = self.writer.add_outline_item(
                    title=piece.title, page_number=start, parent=part, is_open=False
                )
                for words, anchor in piece.headings:
                    number, fit = self.places.get((piece.name, anchor), (start, Fit.fit()))
                    self.writer.add_outline_item(
                        title=words, page_number=number, parent=own, fit=fit
                    )
