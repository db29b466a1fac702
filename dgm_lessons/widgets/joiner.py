"""Joins standard ES modules into one self-contained text, each file in its own scope.

Each file becomes a function that asks `use$` for what it imports and returns what it exports. The
text runs as a module from a blob URL (anywidget), as a script of a page, from a disk too, and in a
worker: `new Worker(new URL("./worker.js", import.meta.url), { type: "module" })` starts one from
the same text. Files use `import { a, b as c } from`, `import * as m from`, `import x from`, and
`export` before a function, class or const, `export { a, b as c };`, `export default expression;`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

IMPORT = re.compile(
    r'^import (?:(\w+)|\* as (\w+)|\{([^}]*)\})\s+from\s+"(\.[^"]+)";[ \t]*$', re.MULTILINE
)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
LIST = re.compile(r"^export \{([^}]*)\};[ \t]*$", re.MULTILINE)
DEFAULT = re.compile(r"^export default (?!function|class)", re.MULTILINE)
WORKER = re.compile(
    r'new Worker\(new URL\("(\.[^"]+)", import\.meta\.url\), \{ type: "module" \}\)'
)
LEFT_OVER = re.compile(r"^(?:import|export)\b.*|import\.meta.*", re.MULTILINE)
LINK = """function link(files) {
  const made = {};
  const use = (name) => (made[name] ??= files[name](use, worker));
  const worker = (name) => {
    const parts = Object.entries(files).map(([key, file]) => `${JSON.stringify(key)}: ${file}`);
    const text = `"use strict"; (${link})({ ${parts.join(", ")} })("${name}");`;
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    return new Worker(url);
  };
  return use;
}"""


class JoinError(ValueError):
    """A file that cannot be joined: what is wrong, where, and what is allowed."""


def join(root: Path, *entries: str) -> str:
    """The files that `entries` need, as `use(name)`, and their names, `files`.

    Paths are relative to `root`.

    Raises:
        JoinError: for a file or an export that is not there, files that import each other in a
            circle, and forms of import or export that are not understood.
    """
    found: dict[str, tuple[str, set[str]]] = {}

    def visit(name: str, path: list[str]) -> set[str]:
        if name in path:
            raise JoinError(f"a circle of imports: {' -> '.join([*path, name])}")
        if name not in found:
            found[name] = _function(root, name, lambda other: visit(other, [*path, name]))
        return found[name][1]

    for entry in entries:
        visit(entry, [])
    files = ",\n".join(f"{json.dumps(name)}: {text}" for name, (text, _) in found.items())
    return f"{LINK}\nconst use = link({{\n{files}\n}});\nconst files = {json.dumps(list(found))};\n"


def _function(root: Path, name: str, exports_of: Callable[[str], set[str]]) -> tuple[str, set[str]]:
    """A file as the text of a function, and the names that it exports."""
    exports: dict[str, str] = {}  # the name outside: the name inside

    def at(relative: str) -> str:
        other = (root / name).parent.joinpath(relative).resolve()
        if not other.is_file():
            raise JoinError(f'{name} imports "{relative}", and there is no such file')
        return other.relative_to(root.resolve()).as_posix()

    def brought(match: re.Match) -> str:
        default, whole, names, relative = match.groups()
        other = at(relative)
        offered = exports_of(other)
        pairs = {"default": default} if default else _names(names or "")
        for wanted in pairs.keys() - offered:
            known = ", ".join(sorted(offered)) or "nothing"
            raise JoinError(f"{name} imports {wanted} from {other}, which exports {known}")
        left = whole or "{ " + ", ".join(f"{a}: {b}" for a, b in pairs.items()) + " }"
        return f"const {left} = use$({json.dumps(other)});"

    def started(match: re.Match) -> str:
        other = at(match[1])
        exports_of(other)
        return f"worker$({json.dumps(other)})"

    if not (root / name).is_file():
        raise JoinError(f"there is no file {name}")
    text = (root / name).read_text(encoding="utf8")
    exports.update({inner: inner for inner in EXPORT.findall(text)})
    for listed in LIST.findall(text):
        exports.update({outer: inner for inner, outer in _names(listed).items()})
    if DEFAULT.search(text):
        exports["default"] = "default$"
    text = WORKER.sub(started, IMPORT.sub(brought, LIST.sub("", text)))
    text = DEFAULT.sub("const default$ = ", EXPORT.sub("", text))
    if wrong := LEFT_OVER.search(text):
        raise JoinError(f"{name}: {wrong[0]!r} is not understood; joiner.py says what is")
    offered = ", ".join(f"{outer}: {inner}" for outer, inner in exports.items())
    return f"(use$, worker$) => {{\n{text}\nreturn {{ {offered} }};\n}}", set(exports)


def _names(text: str) -> dict[str, str]:
    """`a, b as c` as {"a": "a", "b": "c"}."""
    pairs = (entry.split(" as ") for entry in text.split(",") if entry.strip())
    return {pair[0].strip(): pair[-1].strip() for pair in pairs}
