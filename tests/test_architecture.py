"""The shape of the package, read from its source: who imports whom, and what nobody does."""

import ast
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "dgm_lessons"
MODULES = sorted(PACKAGE.rglob("*.py"))

# The rows of the design, from the ground up: a module imports only from rows before its own.
# Modules of one row do not know each other.
ROWS = (
    ("__init__",),
    ("_inputs",),
    ("calculus",),
    ("processes",),
    ("mixtures",),
    ("denoisers",),
    ("guidance",),
    ("objectives",),
    ("samplers",),
    ("likelihood",),
    ("fokker_planck",),
    ("divergences",),
    ("vae", "energy"),
    ("networks",),
    ("data", "quantise", "roofline", "seeds"),
    ("training",),
    ("bounds", "rectification", "flow_maps"),  # a flow map is no denoiser: not trained by `fit`
    ("zoo",),
    ("metrics",),
    ("evaluation",),
    ("recipes",),
    ("train",),
    ("questions",),
    ("plots", "widgets", "exercises"),
)
RANK = {name: row for row, names in enumerate(ROWS) for name in names}
TOP = ("plots", "widgets", "exercises")  # may import anything but each other's insides
RUNS_SUBMISSIONS = PACKAGE / "exercises" / "grading" / "student.py"  # in a confined process
NETWORK = {"urllib", "http", "requests", "socket", "ftplib", "aiohttp", "httpx", "huggingface_hub"}


def name_of(path):
    """The module's name in the table: its file, or the folder it lives in."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(tree, path):
    """(module in the package or None, outside module or None, line) of every import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from split(alias.name, [], node.lineno)
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
            if node.level:
                depth = len(path.relative_to(PACKAGE).parts) - node.level
                here = ["dgm_lessons", *path.relative_to(PACKAGE).parts[:depth]]
                yield from split(
                    ".".join([*here, *filter(None, [node.module])]), names, node.lineno
                )
            else:
                yield from split(node.module or "", names, node.lineno)


def split(module, names, line):
    parts = module.split(".")
    if parts[0] != "dgm_lessons":
        yield None, parts[0], line
    elif len(parts) > 1:
        yield parts[1], None, line
    else:
        for name in names:
            if name in RANK:
                yield name, None, line


def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def every_module(rule):
    """The rule as one test of all modules: one for each would be a thousand."""

    def test():
        for path in MODULES:
            rule(path)

    return test


def test_the_core_is_there():
    names = {name_of(path) for path in MODULES}
    assert {"processes", "mixtures", "denoisers", "calculus", "objectives", "samplers"} <= names
    assert {"likelihood"} <= names


@every_module
def test_every_module_has_a_row(path):
    assert name_of(path) in RANK, f"{name_of(path)} is not in the table: give it a row"


@every_module
def test_a_module_imports_only_from_rows_above_its_own(path):
    name = name_of(path)
    for module, _, line in imports_of(parsed(path), path):
        if module is None or module == name:
            continue
        assert RANK[module] < RANK[name], f"{path.name}:{line}: {name} imports {module}"


@every_module
def test_the_mathematics_knows_no_plots_widgets_or_exercises(path):
    if name_of(path) in TOP:
        return
    for module, outside, line in imports_of(parsed(path), path):
        assert module not in TOP, f"{path.name}:{line} imports {module}"
        assert outside not in {"matplotlib", "anywidget", "ipywidgets", "IPython"}, (
            f"{path.name}:{line} imports {outside}"
        )


def test_these_tests_can_fail():
    """The reader of imports sees what it is there to see."""
    source = (
        "import os\nimport requests as r\nfrom . import plots\nfrom .samplers import sample\n"
        "import dgm_lessons.zoo\nfrom dgm_lessons import widgets\n"
        "from dgm_lessons.data import mnist\n"
    )
    found = [(a, b) for a, b, _ in imports_of(ast.parse(source), PACKAGE / "processes.py")]
    assert found == [
        (None, "os"),
        (None, "requests"),
        ("plots", None),
        ("samplers", None),
        ("zoo", None),
        ("widgets", None),
        ("data", None),
    ]
    assert dotted(ast.parse("torch.random.manual_seed(0)").body[0].value.func) == (
        "torch.random.manual_seed"
    )


def dotted(node):
    """`a.b.c` of an attribute chain, or '' for anything else."""
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return node.id if isinstance(node, ast.Name) else ""


def calls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node.lineno


@every_module
def test_no_global_seed_and_no_pickle(path):
    """Random numbers come from a generator that is passed in; files hold numbers, never code."""
    seeding = (
        "torch.manual_seed",
        "torch.random.manual_seed",
        "torch.seed",
        "torch.cuda.manual_seed",
    )
    seeding += ("random.seed", "np.random.seed", "numpy.random.seed", "torch.set_rng_state")
    unsafe = ("torch.load", "torch.save", "pickle.load", "pickle.loads", "eval", "exec")
    tree = parsed(path)
    if path == RUNS_SUBMISSIONS:
        unsafe = unsafe[:-2]
    for call, line in calls(tree):
        assert call not in seeding, f"{path.name}:{line} sets a global seed"
        assert call not in unsafe, f"{path.name}:{line} calls {call}"
    for _, outside, line in imports_of(tree, path):
        assert outside not in {"pickle", "dill", "joblib", "cloudpickle", "random"}, (
            f"{path.name}:{line} imports {outside}"
        )


@every_module
def test_no_network_library_is_imported_at_import_time(path):
    """pooch, which loads nothing until asked, is the one way out."""
    for node in parsed(path).body:
        for _, outside, line in imports_of(ast.Module([node], []), path):
            inside = isinstance(node, ast.FunctionDef | ast.ClassDef)
            assert inside or outside not in NETWORK, f"{path.name}:{line} imports {outside}"


def test_importing_every_module_makes_no_request():
    """In a fresh interpreter where any connection is an error."""
    names = []
    for path in MODULES:
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        if parts[-1] != "__main__":
            names.append(".".join(parts).removesuffix(".__init__"))
    program = (
        "import importlib, socket, sys\n"
        "def refuse(*arguments, **options):\n"
        "    raise SystemExit(f'a connection was tried: {arguments}')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
        "import torch\n"
        "state = torch.get_rng_state()\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "assert torch.equal(state, torch.get_rng_state()), 'an import used the global generator'\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, *names],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
