"""Widgets: figures to touch, live in a notebook and on a page without a kernel.

Each folder with an `__init__.py` and a `widget.js` is a widget; its class has the folder's name,
as in `from dgm_lessons.widgets import ScoreField`. kit/README.md says how a new one is made.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

_FOLDERS = {
    "".join(word.capitalize() for word in path.parent.name.split("_")): path.parent.name
    for path in sorted(Path(__file__).parent.glob("*/widget.js"))
    if path.with_name("__init__.py").exists()
}
__all__ = sorted(_FOLDERS)


def __getattr__(name: str) -> Any:
    if name not in _FOLDERS:
        raise AttributeError(f"no widget {name}; there are {', '.join(__all__)}")
    return getattr(import_module(f".{_FOLDERS[name]}", __name__), name)


def named(name: str) -> Any:
    """The class of a kind, by the name that its pages store, such as "score-field"."""
    kinds = {folder.replace("_", "-"): cls for cls, folder in _FOLDERS.items()}
    if name not in kinds:
        raise ValueError(f"no widget is called {name!r}; there are {', '.join(kinds)}")
    return __getattr__(kinds[name])
