"""The command `python -m dgm_lessons.exercises grade FOLDER`."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ..scoring import most
from .bench import Bench
from .confinement import trials
from .marks import Mark, clean, marked, write
from .submissions import assignment, handout, submissions

UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def main(arguments: Sequence[str] | None = None) -> None:
    options = parser().parse_args(arguments)
    try:
        grade(options)
    except (ValueError, OSError) as error:
        raise SystemExit(f"grade: {error}") from None


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m dgm_lessons.exercises", description=__doc__)
    commands = found.add_subparsers(dest="command", required=True)
    own = commands.add_parser("grade", help="mark a folder of submissions")
    own.add_argument("folder", type=Path, help="a notebook, or a folder of them, for each student")
    own.add_argument("--out", type=Path, default=Path("marks.csv"), help="default: marks.csv")
    own.add_argument(
        "--handout",
        type=Path,
        metavar="NOTEBOOK",
        help="what was handed out: its exercises and questions count. Default: those that half "
        "of the submissions have",
    )
    own.add_argument("--seconds", type=whole, default=20, help="for an answer; default: 20")
    own.add_argument("--memory", type=size, default=size("2G"), help="beyond PyTorch; default: 2G")
    own.add_argument("--jobs", type=whole, default=2, help="answers at a time; default: 2")
    own.add_argument("--unsafe", action="store_true", help="mark without all protections")
    return found


def grade(options: argparse.Namespace) -> None:
    """Mark the folder, and say what protects this machine first."""
    start = time.monotonic()
    handed_in = submissions(options.folder)
    asked = handout(options.handout) if options.handout else assignment(handed_in)
    bench = Bench(options.seconds, options.memory, not options.unsafe)
    protect(bench, options)
    print(f"What counts, {sum(map(most, asked))} points: {', '.join(asked)}")
    rows: list[Mark] = []
    for one, own in zip(handed_in, marked(handed_in, asked, bench, options.jobs), strict=True):
        rows += own
        said = f"{sum(m.points for m in own)} of {sum(m.of for m in own)} points"
        print(clean(f"{one.student}: {said}{'; ' * bool(one.problem)}{one.problem}"))
    sums = write(rows, options.out)
    print(
        f"{len(handed_in)} submissions in {time.monotonic() - start:.0f} s: {options.out}, {sums}"
    )


def protect(bench: Bench, options: argparse.Namespace) -> None:
    """Print which protections hold here. Raises `ValueError` where not all do, unless asked to."""
    wanted, holds = list(trials(options.memory)), bench.protections()
    missing = [words for words in wanted if words not in holds]
    print(f"Each answer runs in a process with {'; '.join(holds) or 'no protection'}")
    if missing and not options.unsafe:
        raise ValueError(
            f"this machine does not give: {'; '.join(missing)}. Linux 5.13 or newer does, also in "
            "a container. --unsafe marks without; then submissions can harm what you can"
        )
    if missing:
        print(f"UNSAFE, without: {'; '.join(missing)}", file=sys.stderr)


def whole(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def size(text: str) -> int:
    """Bytes: `500M`, `2G`."""
    found = re.fullmatch(r"(\d+)([KMG]?)", text.upper())
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no size, such as 500M or 2G")
    return int(found[1]) * UNITS[found[2]]
