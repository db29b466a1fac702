"""The built site, served on this machine, and a browser to read it with."""

import functools
import os
import shutil
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def site() -> Path:
    """The site that `make book` built; built here if it is missing or older than its sources."""
    sources = [ROOT / "_config.yml", ROOT / "_toc.yml", *(ROOT / "book").rglob("*.*")]
    sources = [path for path in sources if "__pycache__" not in path.parts]
    done = SITE / "book" / "index.html"
    if not done.exists() or done.stat().st_mtime < max(p.stat().st_mtime for p in sources):
        command = "-m jupyter_book build . -W --keep-going -n --all".split()
        built = subprocess.run(
            [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if built.returncode:
            pytest.exit(f"the book does not build:\n{built.stdout[-6000:]}\n{built.stderr[-3000:]}")
    return SITE


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def address(site):
    """Where the site is served: http://127.0.0.1:PORT/."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="session")
def chromium():
    """Headless Chromium. Without one the tests are skipped, but not where CI is set."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "google-chrome", "chromium-browser", "google-chrome-stable")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        reason = f"no browser on the PATH: install one of {', '.join(names)}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
