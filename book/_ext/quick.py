"""The site in less time, and the same site: fewer passes over memory, no idle work.

Measured by `benchmarks/book.py`, part "build".
"""

import functools
import gc
import os
from collections.abc import Callable, Iterator
from typing import Any

import pybtex.plugin
import sphinx.builders
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx_proof.domain import ProofDomain

builders: Any = sphinx.builders
small_parts = builders.make_chunks
OBJECTS = 500_000  # new objects between two passes of the garbage collector; Python's 700


def walk(top: nodes.Node, wanted: Callable[[nodes.Node], bool]) -> Iterator[nodes.Node]:
    """A node and all below it, from first to last, those that are wanted.

    Docutils hands each one up through as many generators as it lies deep.
    """
    ways = [iter((top,))]
    while ways:
        for node in ways[-1]:
            if wanted(node):
                yield node
            ways.append(iter(node.children))
            break
        else:
            ways.pop()


@functools.cache
def search_at_once() -> None:
    """Docutils' `findall` by `walk`, where all below a node is asked for. Once in a process."""
    node: Any = nodes.Node
    whole = node.findall

    def findall(self: nodes.Node, condition: Any = None, *args: bool, **kwargs: bool) -> Iterator:
        if args or kwargs:
            return whole(self, condition, *args, **kwargs)
        if isinstance(condition, type):
            return walk(self, lambda node: isinstance(node, condition))
        return walk(self, condition or (lambda node: True))

    node.findall = findall


def skip_index(app: Sphinx) -> None:
    """Search has an index of its own (`search_index.py`): Sphinx's would be written unread."""
    builder: Any = app.builder
    builder.load_indexer = lambda pages: None  # it would miss the one that is not written
    builder.index_page = lambda page, doctree, title: None
    builder.dump_search_index = lambda: None


def side_by_side(app: Sphinx) -> None:
    """Pages are read and written on all cores."""
    app.parallel = min(os.cpu_count() or 1, 4)
    # Read in as many parts as there are cores, for each part is put together with the others.
    builders.make_chunks = lambda pages, parts: [pages[k::parts] for k in range(parts)]
    # Theorems keep nothing in their domain that would have to be put together, and nothing
    # that some extensions read hangs on the page before, though they do not say so.
    domain: Any = ProofDomain
    domain.merge_domaindata = lambda self, pages, other: None
    for extension in app.extensions.values():
        extension.parallel_read_safe = True


def write_in_small_parts(app: Sphinx, env: BuildEnvironment) -> None:
    """One process more: the one that makes pages ready sees late that another is done."""
    builders.make_chunks = small_parts
    app.parallel += 1


def setup(app: Sphinx) -> dict:
    app.connect("builder-inited", side_by_side)
    app.connect("env-updated", write_in_small_parts)
    search_at_once()
    gc.set_threshold(OBJECTS, 5, 5)
    # One look among all installed packages for each kind of plugin, not one for each citation.
    plugin: Any = pybtex.plugin
    plugin._load_entry_point = functools.cache(plugin._load_entry_point)
    app.connect("builder-inited", skip_index)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
