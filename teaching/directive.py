"""What the book's pages on teaching show: plans, cheat sheets, accessibility.

`{plan} one-day`, `{plan} rules`, `{cheat-sheet} c05`, `{accessibility}`.
"""

from html import escape
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from . import accessibility, plans, sheets
from .costs import STORE, stored
from .pages import sections, source
from .plans import markdown
from .slides.outline import OUTLINES

from equation_checks import mark, page_of_checks  # isort: skip  (on the path by .pages)


class PlanDirective(SphinxDirective):
    """A plan: its table, then a section for each part and each unit."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        lists = [*plans.HERE.glob("*.yml"), *OUTLINES.glob("*.yml")]
        for file in [STORE, *lists, *map(source, sections())]:
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


class Mark(nodes.General, nodes.Element):
    """Stands where the mark and the number of an equation go until every page has been read."""


class CheatSheet(SphinxDirective):
    """A sheet: its formulas with a line each, symbols, the algorithm, traps."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        for file in [sheets.HERE / f"{name}.yml", *map(source, sections())]:
            self.env.note_dependency(str(file))
        sheet = sheets.read(name)
        top = nodes.container(classes=["cheat-sheet"])
        top += [node for formula in sheet.formulas for node in self.formula(formula)]
        symbols = [f"{symbol}: {meaning}" for symbol, meaning in sheet.symbols.items()]
        top += self.block("Symbols", symbols)
        if sheet.algorithm:
            page, code = sheet.algorithm
            top += self.block(f"The algorithm, from {{doc}}`/book/{page}`", [])
            top[-1] += nodes.literal_block(code, code, language="python")
        top += self.block("Traps", list(sheet.traps))
        return [top]

    def formula(self, formula: sheets.Formula) -> list[nodes.Node]:
        kinds = ["sheet-formula", *(["sheet-long"] if formula.long else [])]
        block = nodes.container(classes=kinds)
        line = nodes.paragraph()
        line += Mark(label=formula.label)
        found, messages = self.state.inline_text(formula.line, self.lineno)
        line += found
        latex = formula.latex
        block += [line, nodes.math_block(latex, latex, nowrap=False, number=None, label=None)]
        return [block, *messages]

    def block(self, title: str, lines: list[str]) -> nodes.container:
        block = nodes.container(classes=["sheet-block"])
        text = "\n".join([f"**{title}**", "", *(f"- {line}" for line in lines)])
        content = StringList(text.splitlines(), source="cheat-sheet")
        self.state.nested_parse(content, self.content_offset, block)
        return block


class Accessibility(SphinxDirective):
    """The criteria of WCAG, each with the tests that look at it."""

    def run(self) -> list[nodes.Node]:
        for file in [accessibility.LIST, *accessibility.files()]:
            self.env.note_dependency(str(file))
        block = nodes.container()
        lines = [accessibility.counts(), "", *accessibility.table().splitlines()]
        self.state.nested_parse(StringList(lines, source="wcag"), self.content_offset, block)
        return [*block.children]


def fill(app: Any, doctree: nodes.document, page: str) -> None:
    """The marks of a sheet's equations, each with the equation's number as a link to its place."""
    equations = app.env.get_domain("math").equations
    for node in list(doctree.findall(Mark)):
        label = node["label"]
        home, number = equations[label]
        uri = f"{app.builder.get_relative_uri(page, home)}#equation-{label}"
        title = escape(app.env.titles[home].astext())
        checks = app.builder.get_relative_uri(page, page_of_checks(home))
        text = f'{mark(app, label, checks)}<a href="{uri}" title="{title}">({number})</a> '
        node.replace_self(nodes.raw("", text, format="html"))


def headed(title: str, anchor: str) -> nodes.section:
    section = nodes.section(ids=[anchor])
    section += nodes.title("", title)
    return section


def setup(app: Sphinx) -> dict:
    app.setup_extension("equation_checks")
    app.add_node(Mark)
    app.add_directive("plan", PlanDirective)
    app.add_directive("cheat-sheet", CheatSheet)
    app.add_directive("accessibility", Accessibility)
    app.connect("doctree-resolved", fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
