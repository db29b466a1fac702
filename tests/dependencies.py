"""The environment's requirements with the package's own at their limits: newest, or lowest.

    python tests/dependencies.py lowest      prints what `make lowest` installs

`requirements.txt` pins the tools; what `pyproject.toml` names takes its lowest version, or the
newest.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAME = re.compile(r"[\w.-]+")
FREE = {"diffusers"}  # pinned for the book, but its version follows from the others


def named(line: str) -> str:
    """The name of the package that a requirement is about."""
    match = NAME.match(line)
    if match is None:
        raise ValueError(f"not a requirement: {line!r}")
    return match[0].lower().replace("_", "-")


def requirements(which: str) -> list[str]:
    """One requirement a line, as pip takes them."""
    if which not in {"newest", "lowest"}:
        raise ValueError(f"newest or lowest, not {which!r}")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    own = [*project["dependencies"], *project["optional-dependencies"]["train"]]
    pinned = (ROOT / "requirements.txt").read_text(encoding="utf8").splitlines()
    tools = [line.split("#")[0].strip() for line in pinned]
    kept = [tool for tool in tools if tool and named(tool) not in {*map(named, own), *FREE}]
    limits = [line.replace(">=", "==") if which == "lowest" else line for line in own]
    return kept + limits + sorted(FREE)


if __name__ == "__main__":
    print("\n".join(requirements(*sys.argv[1:])))
