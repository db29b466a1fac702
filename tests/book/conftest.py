"""The built site, served on this machine."""

import functools
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"


class ByPage(LoadScopeScheduling):
    """What one visit of a page found is looked at in one process; other tests go by file."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        return test.partition("[")[2] if test.startswith("TestPage") else file


def pytest_xdist_make_scheduler(config, log):
    return ByPage(config, log)


@pytest.fixture(scope="session")
def site() -> Path:
    """The site that `make book` built; built here if it is missing or older than its sources."""
    sources = [ROOT / "_config.yml", ROOT / "_toc.yml", *(ROOT / "book").rglob("*.*")]
    sources += (ROOT / "dgm_lessons" / "questions").glob("*.py")
    sources = [path for path in sources if "__pycache__" not in path.parts]
    done = SITE / "book" / "index.html"
    if not done.exists() or done.stat().st_mtime < max(p.stat().st_mtime for p in sources):
        command = [Path(sys.executable).with_name("jupyter-book"), "build", "."]
        built = subprocess.run(
            [*command, "-W", "--keep-going", "-n", "--all"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if built.returncode:
            pytest.exit(f"the book does not build:\n{built.stdout[-6000:]}\n{built.stderr[-3000:]}")
    return SITE


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def copyfile(self, source, outputfile):
        with suppress(ConnectionError):  # the page was left before it had all of a file
            super().copyfile(source, outputfile)


@contextmanager
def served(folder: Path):
    """The address at which a folder is served: http://127.0.0.1:PORT/."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="session")
def address(site):
    with served(site) as found:
        yield found


@pytest.fixture
def planted(tmp_path):
    """A folder for pages of a test's own, and where it is served."""
    with served(tmp_path) as found:
        yield tmp_path, found
