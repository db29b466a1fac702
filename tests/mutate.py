"""Break the mathematics on purpose, and see whether a test notices.

    python tests/mutate.py --count 40              forty mutants of the whole package, seed 0
    python tests/mutate.py samplers maths/film.js  only of these
    python tests/mutate.py --seed 3 --count 200 --suffix .js

A mutant is one changed token: + for -, * for /, < for <=, another number, another function. It is
tried in a copy of the repository with the quick tests of the FILES nearest to its module, those
first that name the function, until one is red. Survivors are printed; those that nobody could tell
from the original stand in `equivalent_mutants.tsv`, with the reason, and are not counted.
"""

import argparse
import ast
import importlib
import inspect
import math
import os
import random
import re
import shutil
import signal
import tempfile
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "dgm_lessons"
FILES = 6
OF_ALL = ("tests/test_defaults.py", "tests/test_edges.py")  # tests of every module
WARM = (  # imported once, for all the processes that try a mutant
    *("hypothesis", "matplotlib.pyplot", "playwright.sync_api", "scipy.stats", "sklearn.datasets"),
    *("sympy", "torchdiffeq"),
)
QUICK = "not slow and not timing and not rerun"
MATHEMATICS = (
    *("bounds", "calculus.py", "denoisers", "divergences", "energy", "evaluation", "flow_maps"),
    *("fokker_planck", "guidance", "likelihood", "metrics.py", "mixtures", "networks"),
    *("objectives", "processes", "quantise.py", "rectification.py", "samplers", "training.py"),
    *("vae", "widgets/maths"),
)
APART = {  # states no mathematics of its own: input, pictures, texts, commands
    *("__init__.py", "_inputs.py", "data.py", "exercises", "plots.py", "questions", "recipes"),
    *("roofline.py", "seeds.py", "train", "widgets", "zoo.py"),
}
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
      | //=? | [-+*/=!]==? | -> | => | \*\* | \+\+ | -- | <<=? | >>>?=? )
  | (?P<number> 0x[0-9a-f]+ | \d+\.?\d*(?:e-?\d+)? ) | (?P<name> [A-Za-z_]\w* )
  | (?P<operator> [<>]=? | [-+*/] ) | \S
"""
# Lines that state no mathematics: imports, messages, annotations of a function's head.
DULL = re.compile(
    r"^\s*(import|from|raise|assert|export \{|def |class |@)|\braise\b|Error\(|isinstance"
)
LIST = Path(__file__).with_name("equivalent_mutants.tsv").read_text("utf8").splitlines()[1:]
EQUIVALENT = dict(line.split("\t") for line in LIST)  # the change -> why nobody can tell


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
        if token.startswith("0x"):
            return hex(int(token, 16) + 1)
        if token.isdigit():
            return str(int(token) + 1)
        return f"({token} * 1.1)" if float(token) else "1.0"
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
        if source.endswith("manual_seed(", 0, match.start()):
            changed = None  # another seed is another draw of the same
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


def around(mutant: Mutant, source: str) -> list[str]:
    """The functions and classes that a mutant stands in, or all of the module if none is public."""
    line = mutant.line + 1
    if mutant.path.suffix == ".js":
        heads = re.findall(
            r"^(?:export )?(?:function|const|let) (\w+)",
            "\n".join(source.splitlines()[:line]),
            re.MULTILINE,
        )
        return heads[-1:]
    found = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    here = [node.name for node in found if node.lineno <= line <= (node.end_lineno or 0)]
    return here or [node.name for node in found]


@cache
def words_of(path: Path) -> list[str]:
    """Names by which a test is known to be about this module, the most telling first."""
    if path.suffix == ".py":
        inside = path.relative_to(PACKAGE).with_suffix("").parts
        return list(dict.fromkeys([inside[0], inside[-1]]))
    files = {f: f.read_text("utf8") for f in (PACKAGE / "widgets").rglob("*.js")}
    words, wanted = [path.stem], [path.name]
    for name in wanted:  # those who use it, then those who use these
        users = [f for f, text in sorted(files.items()) if f'/{name}"' in text]
        words += [f.parent.name for f in users if f.parent.name not in ("maths", "kit")]
        wanted += [f.name for f in users if f.parent.name == "maths" and f.name not in wanted]
    return list(dict.fromkeys(words))


def titled(test: str, path: Path) -> int:
    """How well the name of a file of tests fits the module's."""
    words, python = words_of(path), path.suffix == ".py"
    *folders, file = Path(test).parts
    file = file.removesuffix(".py").removeprefix("test_")
    parts = {*folders, file, *file.split("_") * python}
    return sum(len(words) - i for i, word in enumerate(words) if word in parts)


def tests_of(path: Path) -> list[str]:
    """Quick tests of the module: those that bear its name, then those that speak of it most."""
    defined = re.findall(r"^(?:def|class) (\w+)", path.read_text("utf8"), re.MULTILINE)
    spoken = re.compile(rf"\b({'|'.join(words_of(path) + defined)})\b")
    rank = {}
    for name, text in test_files(path.suffix).items():
        far = path.suffix == ".py" and name.startswith(("tests/pages", "tests/widgets"))
        if (fit := titled(name, path)) or spoken.search(text):
            rank[name] = (far, -fit, -len(spoken.findall(text)))
    return sorted(rank, key=lambda name: rank[name])


@cache
def test_files(suffix: str) -> dict[str, str]:
    """Name and text of the files of tests that may notice a mutant."""
    tests = ROOT / "tests"
    found = (tests / "widgets" if suffix == ".js" else tests).rglob("test_*.py")
    names = [f.relative_to(ROOT) for f in found]
    return {
        str(name): (ROOT / name).read_text(encoding="utf8")
        for name in sorted(names)
        if name.parts[1] not in ("book", "exercises", "test_mutate.py")
    }


class Near:
    """Runs the tests first that name what was changed, and says which one runs.

    Of files that do not bear the module's name (`far`), only those tests are run.
    """

    def __init__(self, names: list[str], far: list[str], limit: int, to: int):
        self.word = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b") if names else None
        self.far, self.limit, self.to = far, limit, to

    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        if word := self.word:
            named = [item for item in items if word.search(inspect.getsource(item.function))]
            other = [item for item in items if item.nodeid.split("::")[0] not in self.far]
            items[:] = dict.fromkeys([*named, *other])

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        signal.alarm(self.limit)
        os.write(self.to, f"{nodeid}\n".encode())


def first_red(
    tests: list[str], names: list[str], far: list[str], limit: int, *options: str
) -> str | None:
    """The first of these tests that fails, or is too slow, in a process of its own; or None."""
    out, to = os.pipe()
    if not (child := os.fork()):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        command = [*tests, "-x", "-q", "-p", "no:cacheprovider", "-m", QUICK, *options]
        os._exit(pytest.main(command, [Near(names, far, limit, to)]))
    os.close(to)
    with os.fdopen(out, encoding="utf8") as stream:
        ran = stream.read().splitlines()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
        return None
    return ran[-1] if ran else ""


def write(target: Path, text: str) -> None:
    """Changes a module of the copy, and has no bytecode of the old one taken for it."""
    target.write_text(text, encoding="utf8")
    shutil.rmtree(target.parent / "__pycache__", ignore_errors=True)


class Trial:
    """A copy of the repository in which mutants are tried, one at a time."""

    def __init__(self, limit: int, files: int):
        self.limit, self.files = limit, files
        self.folder = tempfile.TemporaryDirectory()
        self.copy = Path(self.folder.name) / "copy"
        ignored = shutil.ignore_patterns(".*", "_build", "runs", "__pycache__")
        shutil.copytree(ROOT, self.copy, ignore=ignored, symlinks=True)
        self.red: dict[str, bool] = {}  # without any mutant: such a test kills nothing
        for name in WARM:
            importlib.import_module(name)
        os.chdir(self.copy)
        os.environ["PYTHONPATH"] = str(self.copy)
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"

    def noticed(self, mutant: Mutant) -> str:
        """The test that is red with the mutant and green without, or nothing."""
        tests = [test for test in tests_of(mutant.path) if test not in OF_ALL][: self.files]
        more = OF_ALL if mutant.path.suffix == ".py" else ()
        parts = (tests[:1], [*tests[1:], *more])  # the nearest alone: most come no further
        return next(filter(None, (self.first(part, mutant) for part in parts if part)), "")

    def first(self, tests: list[str], mutant: Mutant) -> str:
        """The first of the tests in these files that notices the mutant, or nothing."""
        source = mutant.path.read_text(encoding="utf8")
        target = self.copy / mutant.path.relative_to(ROOT)
        far = [t for t in tests[1:] if t not in OF_ALL and not titled(t, mutant.path)]
        while True:
            apart = [f"--deselect={test}" for test, red in self.red.items() if red]
            write(target, mutant.text(source))
            test = first_red(tests, around(mutant, source), far, self.limit, *apart)
            write(target, source)
            if test is None:
                return ""
            again = [test] if test else [*tests, "--collect-only"]
            if (key := " ".join(again)) not in self.red:
                self.red[key] = first_red(again, [], [], self.limit) is not None
            if not self.red[key]:
                return test or "import"
            if not test:
                raise SystemExit(f"red without any mutant: mend {tests}")


def chosen(parts: list[str], seed: int, count: int, suffix: str = "") -> list[Mutant]:
    """A seeded sample of the mutants of these files and folders."""
    roots = [PACKAGE / ("widgets" if part.startswith("maths") else "") / part for part in parts]
    files = [f for r in roots for f in ([r] if r.is_file() else sorted(r.rglob("*.*")))]
    kinds = {suffix} if suffix else {".py", ".js"}
    pool = [m for f in files if f.suffix in kinds for m in mutants(f)]
    if not pool:
        raise SystemExit(f"no mutants of {parts}; give files or folders under {PACKAGE}")
    return sample(pool, seed, count)


def interval(k: int, n: int) -> tuple[float, float]:
    """Where the share lies of which k of n were drawn, with 95 % confidence (Wilson)."""
    z = 1.96
    middle = (k + z * z / 2) / (n + z * z)
    half = z * math.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    return middle - half, middle + half


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=MATHEMATICS, help="files or folders")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--skip", type=int, default=0, help="so many of them, tried before")
    parser.add_argument("--suffix", choices=(".py", ".js"), default="", help="only of these files")
    parser.add_argument("--files", type=int, default=FILES, help="of tests for one mutant")
    parser.add_argument("--limit", type=int, default=300, help="seconds for one test")
    options = parser.parse_args()
    drawn = chosen(list(options.parts), options.seed, options.count, options.suffix)
    trial = Trial(options.limit, options.files)
    killed = tried = same = 0
    for mutant in drawn[options.skip :]:
        name = mutant.name(mutant.path.read_text(encoding="utf8"))
        if name in EQUIVALENT:
            same += 1
            print("same    ", name, flush=True)
            continue
        test = trial.noticed(mutant)
        tried, killed = tried + 1, killed + bool(test)
        print("killed  " if test else "SURVIVED", name, f"[{mutant.line + 1}] {test}", flush=True)
    low, high = interval(killed, tried)
    print(f"{killed} of {tried} killed: {killed / tried:.1%} ({low:.1%} to {high:.1%})", end="")
    print(f"; {same} more are the same to anybody")


if __name__ == "__main__":
    main()
