"""Figures of notebooks keep the alternative text stored with them.

`plots.show(fig, alt=...)` stores the text in the output's metadata, `{"image/png": {"alt": ...}}`.
MyST-NB names each picture by the hash of its bytes and drops that text; here it is put back.
"""

import json
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)


def stored_alt_texts(notebook: Path) -> dict[str, str]:
    """The alternative text of each PNG of a notebook, by the hash of the picture."""
    found = {}
    for cell in json.loads(notebook.read_text(encoding="utf8"))["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {}).get("image/png")
            alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
            if data and alt:
                found[sha256(b64decode("".join(data))).hexdigest()] = alt
    return found


def write_alt_texts(app: Sphinx, doctree: nodes.document) -> None:
    """Give every image its text; an image without one is a warning."""
    source = Path(app.env.doc2path(app.env.docname))
    texts = stored_alt_texts(source) if source.suffix == ".ipynb" else {}
    for image in doctree.findall(nodes.image):
        alt = texts.get(Path(image["uri"]).stem)
        if alt:
            image["alt"] = alt
        if not image.get("alt"):
            logger.warning(
                "a figure has no alternative text: show it with plots.show(fig, alt='...')",
                location=image,
                type="alt",
            )


def setup(app: Sphinx) -> dict:
    app.connect("doctree-read", write_alt_texts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
