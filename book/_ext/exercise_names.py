"""An exercise is called by its id, `c-5-21`, in its title as in the code; nothing is numbered.

The id is that of the `check("c-5-21", ...)` in the first code cell after the exercise. An exercise
for pen and paper, without a check, keeps its label as its name.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_exercise.directive import ExerciseDirective, ExerciseStartDirective

START = re.compile(r"\{exercise(?:-start)?\}[^`]*?:label:\s*(\S+)", re.DOTALL)
CHECK = re.compile(r"""\bcheck\(\s*["']([^"']+)["']""")


def names(notebook: Path) -> dict[str, str]:
    """The name of each exercise of a notebook, by its label."""
    cells = json.loads(notebook.read_text(encoding="utf8"))["cells"]
    found: dict[str, str] = {}
    waiting = None  # the label that has no check yet
    for cell in cells:
        source = "".join(cell["source"])
        for label in START.findall(source) if cell["cell_type"] == "markdown" else ():
            found[label] = waiting = label
        check = CHECK.search(source) if cell["cell_type"] == "code" else None
        if waiting and check:
            found[waiting], waiting = check[1], None
    return found


class Named(ExerciseDirective):
    """An exercise with its name in the title, without a running number."""

    def run(self) -> list[nodes.Node]:
        self.options["nonumber"] = None
        found: list[nodes.Node] = super().run()
        label = self.options.get("label")
        source = Path(self.env.doc2path(self.env.docname))
        if label and source.suffix == ".ipynb":
            name = names(source).get(label, label)
            # Solutions take their title from the copy that the extension keeps.
            for node in (*found, self.env.sphinx_exercise_registry[label]["node"]):
                node["title"] = f"Exercise {name}"
                node[0][0] = nodes.Text(node["title"])
        return found


class NamedStart(Named, ExerciseStartDirective):
    """The same for `exercise-start`."""

    name = "exercise-start"


def setup(app: Sphinx) -> dict:
    app.setup_extension("sphinx_exercise")
    app.add_directive("exercise", Named, override=True)
    app.add_directive("exercise-start", NamedStart, override=True)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
