"""Pictures and widgets become numbered figures with a visible caption.

`plots.show(fig, alt=..., caption=...)` and `plots.caption(...)` store a caption as a Markdown
output that begins with "**Figure.**", right after the picture or widget. Here the two become one
`<figure>`, numbered on each page from 1. A caption with a name (`plots.show(..., name="fig-gap")`)
can be referred to: {ref}`fig-gap` prints "Figure 3" and leads there.
"""

import json
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.util import logging

logger = logging.getLogger(__name__)
MARK = "Figure."


class Figure(nodes.General, nodes.Element):
    """One picture or widget with its caption below."""


class Caption(nodes.General, nodes.Element):
    """What the figure shows, with its number."""


def captions(notebook: Path) -> list[str]:
    """The name, or "", of each caption of a notebook, in order."""
    cells = json.loads(notebook.read_text(encoding="utf8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return [
        output.get("metadata", {}).get("text/markdown", {}).get("name", "")
        for output in outputs
        if "".join(output.get("data", {}).get("text/markdown", "")).startswith(f"**{MARK}**")
    ]


def caption_text(output: nodes.Node) -> list[nodes.Node]:
    """The paragraphs of an output that is a caption, without its mark; else nothing."""
    for container in output.children:
        if isinstance(container, nodes.Element) and container.get("mime_type") == "text/markdown":
            mark = next(iter(container.findall(nodes.strong)), None)
            if mark is not None and mark.astext() == MARK:
                mark.parent.remove(mark)
                return container.children
    return []


def make_figures(app: Sphinx, doctree: nodes.document) -> None:
    """Join each caption of a page to the output before it."""
    source = Path(app.env.doc2path(app.env.docname))
    if source.suffix != ".ipynb":
        return
    names = captions(source)
    number = 0
    for outputs in list(doctree.findall(nodes.container)):
        if outputs.get("nb_element") != "cell_code_output":
            continue
        for output in list(outputs.children):
            text = caption_text(output)
            if not text:
                continue
            place = outputs.index(output)
            if place == 0 or isinstance(outputs[place - 1], Figure):
                logger.warning("a caption without a picture before it", location=outputs)
                continue
            number += 1
            name = names[number - 1]
            figure = Figure("", outputs[place - 1], Caption("", *text, number=number))
            figure["ids"] = [name or f"figure-{number}"]
            outputs[place - 1 : place + 1] = [figure]
            if name:
                declare(app, doctree, figure["ids"][0], number)


def declare(app: Sphinx, doctree: nodes.document, name: str, number: int) -> None:
    """Let {ref} find the figure by its name."""
    domain = app.env.get_domain("std")
    assert isinstance(domain, StandardDomain)
    domain.anonlabels[name] = app.env.docname, name
    domain.labels[name] = app.env.docname, name, f"Figure {number}"


def visit_figure(self, node):
    self.body.append(self.starttag(node, "figure", CLASS="book-figure"))


def depart_figure(self, node):
    self.body.append("</figure>\n")


def visit_caption(self, node):
    number = f'<span class="figure-number">Figure {node["number"]}</span>'
    self.body.append(f"<figcaption>{number}\n")


def depart_caption(self, node):
    self.body.append("</figcaption>\n")


def setup(app: Sphinx) -> dict:
    app.add_node(Figure, html=(visit_figure, depart_figure))
    app.add_node(Caption, html=(visit_caption, depart_caption))
    app.connect("doctree-read", make_figures, priority=600)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
