"""Pages that hold widgets, opened from files."""

import pytest
from in_page import in_page

from dgm_lessons.widgets.base import standalone


@pytest.fixture(scope="module")
def run_module(chromium):
    """run_module(widget, code, arguments, slip): runs `code` with the exports of its files as M.

    The arguments are `a`. A slip (text, other text) is put into the module first, once.
    """
    page = chromium.new_page()

    def run_module(widget, code, arguments, slip=None):
        module = widget._esm
        if slip is not None:
            assert module.count(slip[0]) == 1, f"{slip[0]!r} must stand once in the module"
            module = module.replace(*slip)
        run = f"""async ({{ module, a }}) => {{
          const url = URL.createObjectURL(new Blob([module], {{ type: "text/javascript" }}));
          const {{ use, files }} = await import(url);
          const M = Object.assign({{}}, ...files.filter((f) => !/worker|runtime/.test(f)).map(use));
          {code}
        }}"""
        return in_page(page, run, {"module": module, "a": arguments})

    yield run_module
    page.close()


# The clock of what moves, three times as quick: as many frames a second, longer ones.
QUICK = """{
  const { requestAnimationFrame: request } = window;
  window.requestAnimationFrame = (frame) => request((now) => frame(3 * now));
}"""


@pytest.fixture
def open_page(chromium, tmp_path):
    """open_page(widgets, **context): a file:// page with these widgets, once they all run.

    `prose` comes after them, `address` is the page's hash, `before` is run before its scripts;
    what moves by itself is `quick` where a test waits for its end.

    What the page logs, throws or requests is kept in `page.noise`, which must stay empty.
    """
    contexts = []

    def open_page(*widgets, theme="light", prose="", address="", before="", quick=False, **options):
        body = standalone(*widgets)
        file = tmp_path / "page.html"
        file.write_text(
            f'<!doctype html><html lang="en" data-theme="{theme}"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>Widgets</title>'
            f'<body style="margin: 12px">{body}{prose}<p style="height: 1500px">the end</p></body>',
            encoding="utf8",
        )
        options = {"viewport": {"width": 900, "height": 800}, **options}
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)  # a busy machine may take a while
        page.noise = []
        page.on("console", lambda message: page.noise.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: page.noise.append(f"error: {error}"))
        page.on("request", lambda request: page.noise.append(f"request: {request.url}"))
        page.add_init_script(QUICK + before if quick else before)
        page.goto(file.as_uri() + address)
        page.wait_for_function(
            "() => [...document.querySelectorAll('.dgm-widget')]"
            ".every((el) => ['done', 'failed'].includes(el.dataset.mounted))"
        )
        page.noise = [line for line in page.noise if not _expected(line, file.as_uri())]
        return page

    yield open_page
    for context in contexts:
        context.close()


def _expected(line: str, address: str) -> bool:
    """The page itself, and the module that it imports from its own memory."""
    return line.split("#")[0] == f"request: {address}" or line.startswith("request: blob:")
