"""Break the mathematics on purpose, and see whether a test notices.

    python tests/mutate.py --count 40              forty mutants of the whole package, seed 0
    python tests/mutate.py samplers maths/film.js  only of these
    python tests/mutate.py --seed 3 --count 200 --jobs 2

A mutant is one changed token: + for -, * for /, < for <=, another number, another function. It is
tried in a copy of the repository with the quick tests that name its module, until one is red.
Survivors are printed; those that nobody could tell from the original stand in `EQUIVALENT`, with
the reason, and are not counted.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "dgm_lessons"
MATHEMATICS = (
    *("bounds", "calculus.py", "denoisers", "divergences", "energy", "evaluation"),
    *(
        "likelihood",
        "metrics.py",
        "mixtures",
        "networks",
        "objectives",
        "processes",
        "quantise.py",
        "samplers",
    ),
    *("training.py", "vae", "widgets/maths"),
)
SWAPS = {"+": "-", "-": "+", "*": "/", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">"}
NAMES = {
    **{"sqrt": "square", "exp": "expm1", "log": "log1p", "sin": "cos", "cos": "sin"},
    **{"min": "max", "max": "min", "amin": "amax", "amax": "amin", "mean": "sum", "sum": "mean"},
    **{"floor": "ceil", "ceil": "floor", "cumsum": "cumprod", "cumprod": "cumsum"},
}
JAVASCRIPT = {**NAMES, "sqrt": "cbrt", "mean": "mean", "sum": "sum"}
# Text and comments, numbers, names, operators: enough of Python and of JavaScript.
COMMENT = {".py": r"\#[^\n]*", ".js": r"//[^\n]*|/\*.*?\*/|`(?:\\.|[^`\\])*`"}
TOKEN = r"""
    (?P<skip> {comment}
      | [rfb]* (?: \'\'\'.*?\'\'\' | \"\"\".*?\"\"\" | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
      | //=? | [-+*/=!]==? | -> | => | \*\* | \+\+ | -- )
  | (?P<number> \d+\.?\d*(?:e-?\d+)? ) | (?P<name> [A-Za-z_]\w* )
  | (?P<operator> [<>]=? | [-+*/] ) | \S
"""
# Lines that state no mathematics: imports, messages, annotations of a function's head.
DULL = re.compile(
    r"^\s*(import|from|raise|assert|export \{|def |class |@)|\braise\b|Error\(|isinstance"
)
EQUIVALENT: dict[str, str] = {}  # "file: the line after the change" -> why nobody can tell


@dataclass(frozen=True)
class Mutant:
    path: Path  # in the repository
    line: int
    start: int
    end: int
    token: str

    def text(self, source: str) -> str:
        return source[: self.start] + self.token + source[self.end :]

    def name(self, source: str) -> str:
        changed = self.text(source).splitlines()[self.line].strip()
        return f"{self.path.relative_to(PACKAGE)}: {changed}"


def other(kind: str, token: str, javascript: bool) -> str | None:
    """What a token is changed to, or None if it is left alone."""
    if kind == "operator":
        return SWAPS[token]
    if kind == "number":
        return str(int(token) + 1) if token.isdigit() else f"({token} * 1.1)"
    changed = (JAVASCRIPT if javascript else NAMES).get(token) if kind == "name" else None
    return changed if changed != token else None


def mutants(path: Path) -> list[Mutant]:
    """Every mutant of a file."""
    source, found, before = path.read_text(encoding="utf8"), [], ""
    lines = source.splitlines()
    javascript = path.suffix == ".js"
    token_of = re.compile(TOKEN.format(comment=COMMENT[path.suffix]), re.VERBOSE | re.DOTALL)
    for match in token_of.finditer(source):
        kind, token = match.lastgroup or "", match[0]
        line = source.count("\n", 0, match.start())
        changed = other(kind, token, javascript)
        if kind == "operator" and not re.search(r"[\w)\]]$", before):
            changed = None  # a sign, or a star before an argument
        if kind == "name" and source[match.end()] != "(":
            changed = None  # not a call
        if changed is not None and not DULL.search(lines[line]):
            found.append(Mutant(path, line, match.start(), match.end(), changed))
        before = token
    return found


def parses(mutant: Mutant) -> bool:
    try:
        compile(mutant.text(mutant.path.read_text(encoding="utf8")), "mutant", "exec")
    except SyntaxError:
        return mutant.path.suffix == ".js"
    return True


def sample(pool: list[Mutant], seed: int, count: int) -> list[Mutant]:
    """Some of these mutants, by a seed."""
    drawn = random.Random(seed).sample(pool, len(pool))
    return list(islice(filter(parses, drawn), count))


def tests_of(path: Path) -> list[str]:
    """Quick tests that name the module, the nearest first."""
    inside = path.relative_to(PACKAGE).parts
    if path.suffix == ".js":
        users = [w for w in (PACKAGE / "widgets").rglob("*.js") if f"/{path.name}" in w.read_text()]
        names = {path.stem, *(w.parent.name for w in users), *(w.stem for w in users)}
        folders = [ROOT / "tests" / "widgets"]
    else:
        names, folders = {Path(inside[0]).stem}, [ROOT / "tests"]
    word = re.compile(rf"\b({'|'.join(sorted(names))})\b")
    counts = {}
    for file in (f for folder in folders for f in folder.rglob("test_*.py")):
        if "book" not in file.relative_to(ROOT / "tests").parts and "exercises" not in file.parts:
            near = bool(word.search(str(file.relative_to(ROOT / "tests")).replace("test_", " ")))
            if count := len(word.findall(file.read_text(encoding="utf8"))) + 1000 * near:
                counts[str(file.relative_to(ROOT))] = count
    return sorted(counts, key=lambda name: -counts[name])


def green(copy: Path, tests: list[str], seconds: float | None) -> bool:
    """Do the tests pass in this copy? Too slow counts as red."""
    command = [sys.executable, "-m", "pytest", *tests, "-x", "-q", "-p", "no:cacheprovider"]
    command += ["-m", "not slow and not timing and not rerun", "--timeout", "600"]
    env = {**os.environ, "PYTHONPATH": str(copy), "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(command, cwd=copy, env=env, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def try_one(mutant: Mutant, seconds: float) -> bool:
    """Is the mutant noticed?"""
    source = mutant.path.read_text(encoding="utf8")
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder) / "copy")
        target = copy / mutant.path.relative_to(ROOT)
        target.write_text(mutant.text(source), encoding="utf8")
        return not green(copy, tests_of(mutant.path), seconds)


def copied(to: Path) -> Path:
    ignored = shutil.ignore_patterns(".*", "_build", "runs", "__pycache__")
    return shutil.copytree(ROOT, to, ignore=ignored, symlinks=True)


def chosen(parts: list[str], seed: int, count: int) -> list[Mutant]:
    """A seeded sample of the mutants of these files and folders."""
    roots = [PACKAGE / ("widgets" if part.startswith("maths") else "") / part for part in parts]
    files = [f for r in roots for f in ([r] if r.is_file() else sorted(r.rglob("*.*")))]
    pool = [m for f in files if f.suffix in {".py", ".js"} for m in mutants(f)]
    if not pool:
        raise SystemExit(f"no mutants of {parts}; give files or folders under {PACKAGE}")
    return sample(pool, seed, count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=MATHEMATICS, help="files or folders")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3600, help="for the tests of one mutant")
    options = parser.parse_args()
    tried = chosen(list(options.parts), options.seed, options.count)
    texts = {m: m.name(m.path.read_text(encoding="utf8")) for m in tried}
    tried = [m for m in tried if texts[m] not in EQUIVALENT]
    with tempfile.TemporaryDirectory() as folder:  # what is red without a mutant kills nothing
        copy = copied(Path(folder) / "copy")
        tests = sorted({test for m in tried for test in tests_of(m.path)})
        if not green(copy, tests, None):
            raise SystemExit("red without any mutant: mend `make fast` first")
    with ThreadPoolExecutor(options.jobs) as pool:
        noticed = pool.map(lambda m: try_one(m, options.seconds), tried)
        killed = 0
        for mutant, dead in zip(tried, noticed, strict=True):
            killed += dead
            print("killed  " if dead else "SURVIVED", texts[mutant], flush=True)
    print(f"{killed} of {len(tried)} killed: {killed / len(tried):.1%}")


if __name__ == "__main__":
    main()
