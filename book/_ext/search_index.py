"""The book's own search: every section with its text, in one script that works from a disk, too.

Sphinx searches whole pages and fetches each one for an excerpt, which a page opened from a disk
may not do. `_static/search.js` reads what is written here.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

GREEK = dict(
    zip(
        "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho"
        " sigma tau phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi"
        " Omega".split(),
        "αβγδεεζηθικλμνξπρστφφχψωΓΔΘΛΞΠΣΦΨΩ",
        strict=True,
    )
)
SILENT = (nodes.raw, nodes.comment, nodes.image)


def plain(latex: str) -> str:
    r"""A formula as it reads in a line of text: \sigma_{t-1}^2 becomes σ_(t-1)^2."""
    latex = re.sub(r"\\(?:begin|end)\{\w+\*?\}|\\\\|&", " ", latex)
    latex = re.sub(r"([_^])\{([^{}]{2,})\}", r"\1(\2)", latex)
    latex = re.sub(r"\\([A-Za-z]+)", lambda match: GREEK.get(match[1], " ") + " ", latex)
    return re.sub(r" +([_^])", r"\1", " ".join(re.sub(r"[{}\\$]", "", latex).split()))


def is_section(node: nodes.Node) -> bool:
    """Whether a node has a heading: theorems and exercises are sections without one."""
    return isinstance(node, nodes.section) and isinstance(node.children[0], nodes.title)


def silent(node: nodes.Element) -> bool:
    """Whether a node is not read here: the next section, pictures, code, what cells print."""
    return (
        isinstance(node, SILENT)
        or is_section(node)
        or "output" in node.get("classes", [])
        or node.get("nb_element") in ("mime_bundle", "cell_code_source")
        or node.get("refdomain") in ("cite", "math")  # numbers and names come later
    )


def text(node: nodes.Node) -> str:
    """What a reader sees of a node: prose, formulas and captions."""
    if isinstance(node, nodes.math | nodes.math_block):
        return plain(node.astext())
    if not isinstance(node, nodes.Element):
        return node.astext()
    if silent(node):
        return ""
    gap = "" if isinstance(node, nodes.TextElement) else " "
    return gap.join(text(child) for child in node.children)


def is_source(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Element) and node.get("nb_element") == "cell_code_source"


def code(node: nodes.Node) -> str:
    """The code of a cell that the page shows open."""
    sources = node.findall(is_source)
    folded = "tag_hide-input" in node.get("classes", [])
    return "" if folded else " ".join(source.astext() for source in sources)


def sections(doctree: nodes.document) -> Iterator[list[str]]:
    """Anchor, heading, what stands out, prose and code of each section."""
    for section in doctree.findall(is_section):
        heading, *rest = section.children
        own = [child for child in rest if not is_section(child)]
        bold = [part for child in own for part in child.findall(stands_out)]
        top = isinstance(section.parent, nodes.document)
        fields = (
            text(heading),
            " ".join(map(text, bold)),
            " ".join(map(text, own)),
            " ".join(map(code, own)),
        )
        yield ["" if top else section["ids"][0], *(" ".join(field.split()) for field in fields)]


def stands_out(node: nodes.Node) -> bool:
    """Whether a node is a term at its first use or the title of a theorem."""
    return isinstance(node, nodes.strong | nodes.title)


def write_index(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    found = [
        [app.builder.get_target_uri(page), text(app.env.titles[page]), *section]
        for page in sorted(app.env.found_docs)
        for section in sections(app.env.get_doctree(page))
    ]
    code = f"window.bookSections = {json.dumps(found, ensure_ascii=False)};\n"
    (Path(app.outdir) / "_static" / "search-index.js").write_text(code, encoding="utf8")


def setup(app: Sphinx) -> dict:
    app.connect("build-finished", write_index)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
