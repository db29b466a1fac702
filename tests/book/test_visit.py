"""What a visit of a page sees: every fault that is planted on a page is found, and no other."""

import pytest
from visit import visit

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><html lang="en" data-theme="light"><head><title>Planted</title>
<link rel="icon" href="data:,"><style>
body { background: #fff; color: #111 } html[data-theme=dark] body { background: #111; color: #eee }
html[data-theme=dark] .dim { color: #444 }
</style><script>
const dark = matchMedia("(prefers-color-scheme: dark)");
dark.onchange = () => { document.documentElement.dataset.theme = dark.matches ? "dark" : "light" };
</script></head><body><main><article class="bd-article"><h1>Planted</h1>
<p>One of the words.</p><p>Two of the words.</p><p>Three of the words.</p>
%s</article></main></body></html>"""
# Each stands after others that look like it but for the fault.
PALE = """<p style="color: #bbb">pale by itself</p><p>and so on</p>
<div style="background: #666"><p>on grey</p><p>again on grey</p></div>
<div style="opacity: .3"><p>faint by its box</p></div>
<p>As the others <em style="color: #ccc">but a pale word</em>.</p>
<div style="position: relative; height: 12em"><div style="position: absolute; inset: 0;
  background: #666"><p>on a cover</p><p>too on a cover</p><p>last on a cover</p></div></div>
<p>a</p><p>b</p><p style="color: #bbb"><span>pale within</span></p>"""
NAMELESS = """<button></button><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<input type="text"><ul><p>no item</p></ul><button aria-label="Other">Words</button>"""
FAULTS = """<div style="overflow: hidden"><table style="width: 700px"><tr><td>cut</td></tr></table>
</div><div style="width: 500px">wide</div>
<div class="output" style="background: #fff">bright</div>
<img alt="broken" src="data:image/png;base64,none"><p>a stray $ here</p><h1>another</h1>
<script>console.log("a word")</script>"""


@pytest.fixture
def found(chromium, planted):
    """What is found on a page with these faults."""
    folder, address = planted

    def of(faults: str):
        (folder / "page.html").write_text(PAGE % faults, encoding="utf8")
        return visit(chromium, address, folder, "page")

    return of


def test_nothing_is_found_where_nothing_is(found):
    page = found("")
    assert page.barriers == {"light": [], "dark": []} and page.bright == [] and page.heard == []
    assert not any(page.cut.values()) and max(page.sideways.values()) <= 0


def test_pale_words_are_found_in_either_scheme(found):
    barriers = found(f'{PALE}<p class="dim">dim in the dark</p>').barriers
    told = [line for line in barriers["light"] if line.startswith("color-contrast:")]
    pale = ("pale by itself", "on grey", "faint by its box", "a pale word", "pale within")
    for words in (*pale, ">on a cover", "too on a cover", "last on a cover"):
        assert any(words in line for line in told), words
    assert not any("dim" in line or "of the words" in line for line in told)
    assert any("dim in the dark" in line for line in barriers["dark"])


def test_what_has_no_name_is_found(found):
    rules = {line.split(":")[0] for line in found(NAMELESS).barriers["light"]}
    assert rules >= {"button-name", "image-alt", "label", "list", "label-content-name-mismatch"}


def test_what_is_cut_wide_bright_broken_or_loud_is_found(found):
    page = found(FAULTS)
    assert [width for width, what in page.cut.items() if what] == [360]
    assert page.sideways[360] > 0 >= page.sideways[768]
    assert page.bright == ["output"] and page.heard == ["console: a word"]
    state = page.state
    assert state["headings"] == 2 and len(state["broken"]) == 1 and len(state["dollars"]) == 1
