"""Seal formulas of the book: python tests/seal.py [LABEL or PAGE ...], or make seal SEAL="...".

Shows every formula that is not as sealed, old and new, and where its test stands. Look at the two
together; then give the label (eq-tweedie) or the page (book/03-ddpm/reverse.ipynb) to seal it.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "book" / "_ext"))
import equation_seals as seals
from equation_sources import ROOT, declared_checks, definitions, formulas, pages


def reasons(label: str) -> list[str]:
    """Where the label is tested, or why it needs no test."""
    tests = [check for check in declared_checks() if label in check.labels]
    why = [f"no test: {reason}" for name, reason in definitions().items() if name == label]
    return why + [f"test: {check.file}:{check.line} {check.test}" for check in tests]


def show(change: seals.Change) -> None:
    print(f"\n{change.label}   {change.page.relative_to(ROOT)}")
    for name, latex in (("sealed", change.sealed), ("stands", change.stands)):
        lines = (latex or "(nothing)").strip().splitlines()
        print(f"  {name}  " + "\n          ".join(lines))
    print("\n".join(f"  {line}" for line in reasons(change.label)))


def seal(change: seals.Change) -> None:
    kept = seals.read(change.page)
    kept.pop(change.label, None)
    if change.stands is not None:
        kept[change.label] = change.stands
    seals.write(change.page, kept)


def main(names: list[str]) -> int:
    changes = [change for page in pages() for change in seals.changes(page)]
    asked = {str(Path(name).resolve()) if "/" in name else name for name in names}
    known = {name for page in pages() for name in (str(page), *dict(formulas(page)))}
    chosen = [change for change in changes if {change.label, str(change.page)} & asked]
    for change in chosen if names else changes:
        show(change)
    stray = sorted(asked - known - {change.label for change in chosen})
    untested = [c.label for c in chosen if c.stands is not None and not reasons(c.label)]
    for name in stray:
        print(f"{name}: neither a label nor a page of the book")
    for label in untested:
        print(f"{label}: write its @verifies test first, or a reason in DEFINITIONS")
    if stray or untested:
        return 1
    for change in chosen:
        seal(change)
    print(f"\n{len(chosen)} sealed, {len(changes) - len(chosen)} not as sealed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
