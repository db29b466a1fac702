"""Style rules that no page needs are left out, and no others."""

import lean_styles
import pytest

KNOWN = {"card", "open"}


@pytest.mark.parametrize(
    ("css", "left"),
    [
        (".card{color:red}.other{color:blue}", ".card{color:red}"),
        (".card,.other>p{top:0}", ".card{top:0}"),
        (".card.other{top:0}", ""),
        (":not(.card,.open) a,.other{top:0}", ":not(.card,.open) a{top:0}"),
        ("a:not(.other, :is(.one)) b{top:0}", "a:not(.other, :is(.one)) b{top:0}"),
        ("body,[class*=col-]{top:0}", "body,[class*=col-]{top:0}"),
        ("@media print{.card{top:0}.other{top:0}}", "@media print{.card{top:0}}"),
        ("@media print{.other{top:0}}", ""),
        ("@font-face{src:url(a.b)}", "@font-face{src:url(a.b)}"),
        (".bs-tooltip-auto .card{top:0}", ".bs-tooltip-auto .card{top:0}"),
        ('.card::before{content:"}.x{"}', '.card::before{content:"}.x{"}'),
    ],
)
def test_rules_without_a_place_go(css, left):
    assert lean_styles.lean(css, KNOWN) == left


def test_what_a_sheet_imports_stands_in_its_place(tmp_path):
    (tmp_path / "styles").mkdir()
    urls = "url(file.png) url('a/b.png') url(data:x) url(/c.png) url(#d)"
    (tmp_path / "basic.css").write_text(f"p{{background:{urls}}}")
    (tmp_path / "styles" / "near.css").write_text("q{background:url(e.png)}")
    sheet = tmp_path / "styles" / "theme.css"
    sheet.write_text('@import "../basic.css";@import "near.css";b{top:0}')
    there = "url(../file.png) url('../a/b.png') url(data:x) url(/c.png) url(#d)"
    whole = f"p{{background:{there}}}q{{background:url(e.png)}}b{{top:0}}"
    assert lean_styles.whole(sheet) == whole


def test_words_are_those_of_pages_and_scripts_but_not_of_data(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "page.html").write_text('<p class="card sd-row">')
    (tmp_path / "_static" / "theme.js").write_text('el.classList.add("show")')
    (tmp_path / "_static" / "weights-12.js").write_text("hidden")
    found = lean_styles.words(tmp_path)
    assert {"card", "sd-row", "show"} <= found and "hidden" not in found
