"""What the book's pages on teaching show: `{plan} twelve-weeks`, `{plan} rules`."""

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from . import plans
from .costs import STORE, stored
from .pages import sections, source
from .plans import markdown


class PlanDirective(SphinxDirective):
    """A plan: its table, then a section for each part and each unit."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        for file in [STORE, *plans.HERE.glob("*.yml"), *map(source, sections())]:
            self.env.note_dependency(str(file))
        top = nodes.container(classes=["plan"])
        if self.arguments[0] == "rules":
            self.text(top, f"{markdown.rules()} {markdown.machine(stored())}")
            return [*top.children]
        plan = plans.read(self.arguments[0])
        self.text(top, markdown.overview(plan))
        if plan.told:
            self.text(top, markdown.told(plan))
        return [*top.children, *self.parts(plan)]

    def parts(self, plan: plans.Plan) -> list[nodes.Node]:
        found: list[nodes.Node] = []
        for number, unit in enumerate(plan.units, 1):
            if plan.slot and (not found or found[-1]["names"] != [unit.part]):
                found.append(headed(unit.part, f"part-{number}"))
                found[-1]["names"] = [unit.part]
            section = headed(f"{number}. {unit.title}", markdown.anchor(number))
            self.text(section, markdown.text(plan, unit))
            found[-1].append(section) if plan.slot else found.append(section)
        return found

    def text(self, parent: nodes.Element, content: str) -> None:
        lines = StringList(content.splitlines(), source="plan")
        self.state.nested_parse(lines, self.content_offset, parent)


def headed(title: str, anchor: str) -> nodes.section:
    section = nodes.section(ids=[anchor])
    section += nodes.title("", title)
    return section


def setup(app: Sphinx) -> dict:
    app.add_directive("plan", PlanDirective)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
