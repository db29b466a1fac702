"""The checks and the errata as data: data/checks.json and data/errata.json on the site.

Their form is book/_static/data/*.schema.json, so that others can use them on books of their own.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from equation_checks import ERRATA, page_of_checks, verdict
from equation_sources import BOOK
from sphinx.application import Sphinx

ERRATUM = re.compile(
    r"^\((?P<label>err-[\w-]+)\)=\n\*\*(?P<id>[\w-]+)\*\* · (?P<place>.*?) · (?P<kind>\w+)\n"
    r": \*Says:\* (?P<says>.*?)\n: \*Right:\* (?P<right>.*?)(?=\n\n|\Z)",
    re.MULTILINE | re.DOTALL,
)
SOURCE = re.compile(r"^## (.+)$", re.MULTILINE)
CHECKED = re.compile(r'\s*<a href="checks/errata\.html#[\w-]+">checked</a>\.?')


def equations(app: Any) -> Iterator[dict[str, Any]]:
    """Every labelled equation that states something, with its formula as sealed and its tests."""
    for page, sealed in sorted(app.sealed.items()):
        for label, formula in sealed.items():
            if label.startswith("eq-"):
                yield {
                    "label": label,
                    "latex": formula.strip(),
                    "kind": verdict(app, label)[1],
                    "says": app.definitions.get(label, ""),
                    "page": f"{page}.html#equation-{label}",
                    "checks": list(checks(app, label)) if label in app.checks else [],
                    "report": f"{page_of_checks(page)}.html#{label}",
                }


def checks(app: Any, label: str) -> Iterator[dict[str, Any]]:
    """What each test of a label compared, within what, and what it found."""
    for check in app.checks.get(label, ()):
        yield asdict(check)


def errata(app: Any, text: str) -> Iterator[dict[str, Any]]:
    """Every erratum: the source and its own numbering, what stands there, what is right, why."""
    sources = [(found.start(), found[1]) for found in SOURCE.finditer(text)]
    for found in ERRATUM.finditer(text):
        says, right = (" ".join(found[part].split()) for part in ("says", "right"))
        yield {
            "id": found["id"],
            "source": max(one for one in sources if one[0] < found.start())[1],
            "place": found["place"],
            "kind": found["kind"],
            "says": says,
            "right": CHECKED.sub("", right).strip(),
            "page": f"book/errata.html#{found['label'].lower()}",
            "report": f"{ERRATA}.html#{found['label']}" if CHECKED.search(right) else "",
            "checks": list(checks(app, found["label"])),
        }


def write(app: Any, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    folder = Path(app.outdir) / "_static" / "data"
    folder.mkdir(parents=True, exist_ok=True)
    site = app.config.html_baseurl.rstrip("/") + "/"
    text = (BOOK / "errata.md").read_text(encoding="utf8")
    for name, entries in {"checks": equations(app), "errata": errata(app, text)}.items():
        data = {"$schema": f"{name}.schema.json", "site": site, name: list(entries)}
        content = json.dumps(data, indent=1, ensure_ascii=False)
        (folder / f"{name}.json").write_text(content, encoding="utf8")


def setup(app: Sphinx) -> dict:
    app.connect("build-finished", write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
