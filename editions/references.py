"""Citations in words: author and year, and where the work is to be had."""

from __future__ import annotations

from pybtex.database import Entry


def said(entry: Entry, textual: bool = False) -> str:
    """ "Ho et al., 2020", or "Ho et al. (2020)" as part of a sentence."""
    people = [
        person.rich_prelast_names + person.rich_last_names for person in entry.persons["author"]
    ]
    names = [" ".join(map(str, person)) for person in people]
    authors = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
    year = entry.fields["year"]
    return f"{authors} ({year})" if textual else f"{authors}, {year}"


def address(entry: Entry) -> str:
    """The work's own page, or "" where the bibliography names none."""
    fields = entry.fields
    if "doi" in fields:
        return f"https://doi.org/{fields['doi']}"
    if "eprint" in fields:
        return f"https://arxiv.org/abs/{fields['eprint']}"
    return fields.get("url", "")
