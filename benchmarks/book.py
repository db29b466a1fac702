"""The book itself: time to build, weight of its pages, the heaviest page in a browser, notebooks.

Each part that needs a tool which is missing is named and left out. Build first what is to be
weighed: the site in _build/html is measured as it is found, unless the full run builds it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .measure import progress, summary

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build" / "html"
CHROMIUM = "/usr/bin/chromium"
# For tests and paper the headless shell first: no windows to keep, three quarters of the time.
BROWSERS = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable"),
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
PARTICLES = 2000

FRAMES = """(seconds) => new Promise((done) => {
  const times = [];
  const frame = (now) => {
    times.push(now);
    if (now - times[0] < 1000 * seconds) requestAnimationFrame(frame);
    else done((times.length - 1) / ((now - times[0]) / 1000));
  };
  requestAnimationFrame(frame);
})"""
MOUNTED = (
    "() => [...document.querySelectorAll('.dgm-widget')]"
    ".every((el) => ['done', 'failed'].includes(el.dataset.mounted))"
)


def run(quick: bool) -> dict[str, Any]:
    """Every part that can be measured here."""
    left_out: dict[str, str] = {}

    def attempt(name: str, part: Callable[[], Any]) -> Any:
        try:
            found = part()
        except Exception as error:  # a missing tool may show itself in any way
            left_out[name] = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            progress(f"left out: {name} ({left_out[name]})")
            return None
        progress(f"{name}: {found}")
        return found

    build_it = None if quick else attempt("build", build)
    return {
        "build_wall_seconds": build_it,
        "pages": attempt("pages", pages),
        "heaviest": attempt("heaviest", lambda: heaviest(1 if quick else 5)),
        "widgets": attempt("widgets", lambda: frames(0.3 if quick else 3.0)),
        "notebooks": attempt("notebooks", lambda: notebooks(1 if quick else None)),
        "left_out": left_out,
    }


def build() -> float:
    """Wall seconds of `jupyter-book build`, into a folder that is thrown away."""
    target = ROOT / "_build" / "benchmark"
    shutil.rmtree(target, ignore_errors=True)
    program = Path(sys.executable).with_name("jupyter-book")
    command = [str(program), "build", ".", "--all", "--path-output"]
    start = time.perf_counter()
    try:
        subprocess.run([*command, str(target)], cwd=ROOT, check=True, capture_output=True)
        return time.perf_counter() - start
    finally:
        shutil.rmtree(target, ignore_errors=True)


def pages() -> dict[str, Any]:
    """Bytes of the site, and of its pages, each with nothing that it loads."""
    if not SITE.exists():
        raise FileNotFoundError("there is no _build/html: make book")
    sizes = {p.relative_to(SITE).as_posix(): p.stat().st_size for p in SITE.rglob("*.html")}
    own = {name: size for name, size in sizes.items() if name.startswith("book/")}
    largest = max(own, key=lambda name: own[name])
    alive = [name for name in own if b'class="dgm-widget' in (SITE / name).read_bytes()]
    total = sum(p.stat().st_size for p in SITE.rglob("*") if p.is_file())
    return {
        "site_bytes": total,
        "pages_bytes": sum(own.values()),
        "pages": len(own),
        "largest": largest,
        "largest_bytes": own[largest],
        "largest_with_widget": max(alive, key=lambda name: own[name], default=largest),
    }


def _browser(playwright: Any) -> Any:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


def heaviest(repeats: int) -> dict[str, Any]:
    """The largest page with a widget, from a file: wall seconds until every widget answers."""
    from playwright.sync_api import sync_playwright

    name, seconds, loaded = pages()["largest_with_widget"], [], 0
    with sync_playwright() as playwright:
        browser = _browser(playwright)
        for _ in range(repeats):
            page, bodies = browser.new_page(), []
            page.on("response", lambda answer: bodies.append(answer))  # noqa: B023
            start = time.perf_counter()
            page.goto((SITE / name).as_uri())
            page.wait_for_function(MOUNTED, timeout=60_000)
            page.evaluate("() => new Promise((done) => requestAnimationFrame(done))")
            seconds.append(time.perf_counter() - start)
            local = (SITE / name, *(Path(b.url.removeprefix("file://")) for b in bodies))
            loaded = sum(p.stat().st_size for p in set(local) if p.is_file())
            page.close()
        browser.close()
    return {"page": name, "interaction_wall_seconds": summary(seconds), "bytes_loaded": loaded}


def widgets() -> dict[str, Callable[[], Any]]:
    """The widgets that move particles, each with 2,000 of them."""
    from dgm_lessons.mixtures import ring
    from dgm_lessons.widgets import ScoreField

    def score_field() -> Any:
        return ScoreField(ring(8), n_particles=PARTICLES, autoplay=True)

    return {"ScoreField": score_field}


def frames(seconds: float) -> dict[str, Any]:
    """Frames a second while each widget plays."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = _browser(playwright)
        found = {name: frames_of(make(), seconds, browser) for name, make in widgets().items()}
        browser.close()
    return found


def frames_of(widget: Any, seconds: float, browser: Any) -> dict[str, float]:
    """Frames a second of one widget on a page of its own."""
    from dgm_lessons.widgets.base import standalone

    head = '<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8">'
    page = browser.new_page(viewport={"width": 900, "height": 800})
    page.set_content(f"{head}<body>{standalone(widget)}")
    page.wait_for_function(MOUNTED)
    found = page.evaluate(FRAMES, seconds)
    page.close()
    return {"frames_per_second": found}


def notebooks(first: int | None) -> dict[str, float]:
    """Wall seconds of every notebook (of the first few), each run in a fresh kernel."""
    import nbformat
    from nbclient import NotebookClient

    found = {}
    paths = sorted(p for p in (ROOT / "book").rglob("*.ipynb") if "checkpoints" not in str(p))
    for path in paths[:first]:
        notebook = nbformat.read(path, as_version=4)
        resources = {"metadata": {"path": str(path.parent)}}
        start = time.perf_counter()
        NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources).execute()
        found[path.relative_to(ROOT).as_posix()] = time.perf_counter() - start
        progress(f"{path.name}: {found[path.relative_to(ROOT).as_posix()]:.1f} s")
    return found
