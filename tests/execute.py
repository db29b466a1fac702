"""Run notebooks in place and store their outputs: python tests/execute.py NOTEBOOK...

A second run writes the same bytes: one thread, no timings. Cells keep their ids: slides and tests
name them. Only what a page of the book needs is stored: a widget keeps its self-contained html, not
its live view. A notebook that fails is left as it was.
"""

import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

VIEW = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEPT = ("tags", "mystnb")  # cell metadata that the book uses


def execute(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        store_widget_state=False,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    normalise(notebook)
    scratch = path.with_suffix(".tmp")
    nbformat.write(notebook, scratch)
    os.replace(scratch, path)


def normalise(notebook: nbformat.NotebookNode) -> None:
    """Keep what the book needs, in a form that does not change from run to run."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat_minor = 5
    for place, cell in enumerate(notebook.cells):
        cell.metadata = nbformat.from_dict(
            {k: cell.metadata[k] for k in KEPT if k in cell.metadata}
        )
        for output in cell.get("outputs", []):
            strip_view(output, place)


def strip_view(output: nbformat.NotebookNode, place: int) -> None:
    data = output.get("data", {})
    if data.pop(VIEW, None) and "text/html" not in data:
        raise ValueError(f"cell {place} shows a widget without html: it would be blank in the book")
    if output.get("name") == "stderr":
        print(f"  cell {place} writes to stderr: {output.text.strip()[:100]}")


def main(paths: list[str]) -> int:
    if not paths:
        print(__doc__)
        return 2
    os.environ.update(OMP_NUM_THREADS="1", PYTHONHASHSEED="0")
    failed = []
    for path in map(Path, paths):
        start = time.perf_counter()
        try:
            execute(path)
        except Exception as error:
            failed.append(path)
            print(f"{path}: FAILED\n{error}", file=sys.stderr)
        else:
            print(f"{path}: {time.perf_counter() - start:.1f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
