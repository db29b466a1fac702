"""No request leaves the reader's machine: MathJax is copied in, thebe is left out.

`maths.js` lets MathJax work in pieces, `wide.js` lets what is too wide scroll. `quiet.js` stops
what the theme would write on the console, and what it would measure.
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

# What draws formulas, in parts: the browser reads one at a time, and the page answers in between.
MATHJAX = ("startup.js", "core.js", "input/tex.js", "output/chtml.js", "output/chtml/fonts/tex.js",
           "a11y/assistive-mml.js", "output/chtml/fonts/woff-v2")  # fmt: skip


def mathjax_source() -> Path:
    """The folder of MathJax 3 inside the package `sphinx-mathjax-offline`."""
    spec = find_spec("sphinx-mathjax-offline")
    if spec is None or spec.origin is None:
        raise ExtensionError("sphinx-mathjax-offline is missing: pip install -r requirements.txt")
    return Path(spec.origin).parent / "static" / "mathjax"


def copy_mathjax(to: Path) -> None:
    """Copy its scripts and fonts: 29 files of the package's hundreds."""
    source = mathjax_source()
    for path in (p for part in MATHJAX for p in (source / part, *(source / part).glob("*"))):
        if path.is_file():
            target = to / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)


def add_mathjax(app: Sphinx, error: Exception | None) -> None:
    if not error and app.builder.format == "html":
        copy_mathjax(Path(app.outdir) / "_static" / "mathjax")


def leave_out_thebe(app: Sphinx, config: Config) -> None:
    """Jupyter Book always loads sphinx-thebe, whose scripts come from a CDN."""
    for listeners in app.events.listeners.values():
        listeners[:] = [
            item for item in listeners if getattr(item.handler, "__module__", "") != "sphinx_thebe"
        ]
    app.registry.css_files[:] = [
        entry for entry in app.registry.css_files if "thebe" not in str(entry[0])
    ]


def setup(app: Sphinx) -> dict:
    app.connect("config-inited", leave_out_thebe)
    app.add_js_file("quiet.js", priority=100)
    app.add_js_file("maths.js", priority=900)  # after MathJax's settings, before its script runs
    app.add_js_file("wide.js", priority=900)
    app.connect("build-finished", add_mathjax)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
