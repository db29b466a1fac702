r"""A formula is sealed once somebody has looked at it and at its test together.

The seals of a page stand beside its tests, in `seals_PAGE.tex`, sorted by label: a comment with the
label and a hash, then the formula as it was sealed.

    % eq-tweedie 0123456789ab
    \mathbb E[x_0 \mid x_t] = \frac{x_t + \sigma_t^2 \nabla \log p_t(x_t)}{\alpha_t}

A formula of the book that differs from its seal has lost its check until it is sealed anew:
`python tests/seal.py`. White space does not count. The hash is there so that a search and replace
through all files seals nothing.
"""

import os
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from equation_sources import equation_tests, formulas

ENTRY = re.compile(r"^% (\S+) (\w+)\n(.*?)\n(?=\n|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Change:
    """A formula of a page and what its seal says; None where there is none."""

    page: Path
    label: str
    sealed: str | None
    stands: str | None


def normalised(latex: str) -> str:
    """The formula with every run of white space as one space."""
    return " ".join(latex.split())


def digest(label: str, latex: str) -> str:
    return sha256(f"{label} {normalised(latex)}".encode()).hexdigest()[:12]


def seal_file(page: Path) -> Path:
    tests = equation_tests(page)
    return tests.with_name(tests.name.replace("test_", "seals_", 1)).with_suffix(".tex")


def read(page: Path) -> dict[str, str]:
    """The sealed formulas of a page by label; those whose hash does not fit are left out."""
    path = seal_file(page)
    text = path.read_text(encoding="utf8") if path.exists() else ""
    return {name: latex for name, seal, latex in ENTRY.findall(text) if seal == digest(name, latex)}


def write(page: Path, sealed: dict[str, str]) -> None:
    entries = []
    for label, latex in sorted(sealed.items()):
        lines = [line.strip() for line in latex.splitlines() if line.strip()]
        entries.append("\n".join([f"% {label} {digest(label, latex)}", *lines, ""]))
    scratch = seal_file(page).with_suffix(".tmp")
    scratch.write_text("\n".join(entries), encoding="utf8")
    os.replace(scratch, seal_file(page))


def changes(page: Path) -> list[Change]:
    """The formulas of a page that are not as sealed: new, changed or gone."""
    sealed, stand = read(page), dict(formulas(page))
    return [
        Change(page, label, sealed.get(label), stand.get(label))
        for label in [*stand, *(sealed.keys() - stand.keys())]
        if normalised(sealed.get(label, "")) != normalised(stand.get(label, ""))
    ]
