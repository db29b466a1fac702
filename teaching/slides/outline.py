"""What a lecture says of each section, and what it shows of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import yaml

OUTLINES = Path(__file__).parent / "outlines"
KINDS = ("opens", "title", "asks", "mistake", "sums")


@dataclass(frozen=True, kw_only=True)
class Slide:
    """One slide. Texts are Markdown with $formulas$.

    Exactly one of five gives its heading and its kind.

    Args:
        opens: the question with which the section begins; its heading is the page's title.
        title: the heading of a plain slide.
        asks: a question to the class; the answer stands in the notes.
        mistake: what is usually thought, and wrong.
        sums: what to take home, in a sentence.
        text: a sentence or two below the heading.
        equations: labels of displayed equations, such as "eq-tweedie".
        widget: the id of the cell that shows it.
        figure: the id of the cell that draws it.
        code: the id of a short cell.
        algorithm: the label of a `prf:algorithm`.
        notes: for the speaker: what to ask before touching, what is usually misunderstood.
    """

    opens: str = ""
    title: str = ""
    asks: str = ""
    mistake: str = ""
    sums: str = ""
    text: str = ""
    equations: tuple[str, ...] = ()
    widget: str = ""
    figure: str = ""
    code: str = ""
    algorithm: str = ""
    notes: str = ""

    @property
    def kind(self) -> str:
        return next(kind for kind in KINDS if getattr(self, kind))


KNOWN = tuple(entry.name for entry in fields(Slide))


def chapters() -> dict[str, Path]:
    """The outline of each chapter by the folder of its pages, such as "05-score-matching"."""
    return {path.stem: path for path in sorted(OUTLINES.glob("*.yml"))}


def read(path: Path) -> dict[str, list[Slide]]:
    """The slides of each section, by the name of its page in the chapter's folder."""
    sections = yaml.load(path.read_text(encoding="utf8"), yaml.BaseLoader)  # ids stay text
    return {
        page: [made(entry, f"{path.name}, {page}, slide {number}") for number, entry in given]
        for page, given in ((page, enumerate(entries, 1)) for page, entries in sections.items())
    }


def made(entry: dict[str, str], place: str) -> Slide:
    """The slide that an entry of an outline describes; `place` is for the error."""
    if unknown := sorted(set(entry) - set(KNOWN)):
        raise ValueError(f"{place} has {', '.join(unknown)}; a slide has {', '.join(KNOWN)}")
    if len(kinds := [kind for kind in KINDS if entry.get(kind)]) != 1:
        said = ", ".join(kinds) or "none"
        raise ValueError(f"{place} needs one of {', '.join(KINDS)}, and has {said}")
    return Slide(**entry | {"equations": tuple(entry.get("equations", "").split())})
