"""Editions: the notebooks of the book without MyST, for places that do not know it.

    python -m editions        writes _build/editions/{colab,student,instructor}/

The book's notebooks are written in MyST, which its site and `jupyterlab-myst` understand. In Colab
and in a plain JupyterLab a theorem would be a grey block of source. From the one source this
package makes notebooks in plain Markdown:

- `colab`: what the site's rocket opens; solutions are text in a closed fold;
- `student`: an assignment: a place for the name, points, cells for nbgrader, no solutions;
- `instructor`: solutions as cells that run, a rubric with the slips that `check` names, and the
  cells that are tagged `instructor` (tag them `remove-cell` too, and the site leaves them out).

`book` knows the pages, their labels and numbers; `myst` reads the syntax; `markdown` and `inline`
write plain Markdown; `assignment` adds what is graded; `notebook` puts an edition together.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "book" / "_ext"))  # names and numbers are those of the site

BRANCH = "editions"  # where the publishing workflow puts them, and Colab finds them
