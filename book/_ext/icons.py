"""The theme's icons as fonts of a few kB: only the two dozen glyphs that the pages use.

The theme comes with Font Awesome twice, as a script of 1.5 MB and as fonts. The script is left out
(_templates/static/webpack-macros.html); here the fonts are cut to the icons that are named in the
built pages or in the style sheets. Any other icon still comes from the theme's whole font.
"""

import re
from pathlib import Path

from fontTools.subset import Options, Subsetter, load_font, save_font
from sphinx.application import Sphinx

NAME = re.compile(r"\bfa-([a-z0-9-]+)")
GLYPH = re.compile(r"\\([ef][0-9a-f]{3})\b|([\ue000-\uf8ff])")  # written as an escape or as itself
FACES = {
    "solid-900": ("Font Awesome 6 Free", 900),
    "regular-400": ("Font Awesome 6 Free", 400),
    "brands-400": ("Font Awesome 6 Brands", 400),
}


def glyphs(css: str) -> set[int]:
    """The code points of icons in a piece of style sheet."""
    return {int(code, 16) if code else ord(sign) for code, sign in GLYPH.findall(css)}


def wanted(pages: list[str], sheets: list[str]) -> set[int]:
    """The icons that the pages name and those that the style sheets use without a name."""
    names = {name for page in pages for name in NAME.findall(page)}
    rules = re.compile(r"((?:\.fa-[\w-]+::?before,?)+)\{([^}]*)\}")
    found = set()
    for sheet in sheets:
        for selectors, body in rules.findall(sheet):
            if names & set(NAME.findall(selectors)):
                found |= glyphs(body)
        found |= glyphs(rules.sub("", sheet))
    return found


def cut_fonts(app: Sphinx, error: Exception | None) -> None:
    """Write the small fonts and the style sheet that puts them before the theme's."""
    if error or app.builder.format != "html":
        return
    site = Path(app.outdir)
    static = site / "_static"
    pages = [path.read_text(encoding="utf8") for path in site.rglob("*.html")]
    sheets = [path.read_text(encoding="utf8") for path in static.rglob("*.css")]
    points = wanted(pages, sheets)
    css = []
    for name, (family, weight) in FACES.items():
        options = Options(flavor="woff", notdef_outline=True)
        font = load_font(static / "vendor/fontawesome/webfonts" / f"fa-{name}.ttf", options)
        cutter = Subsetter(options)
        cutter.populate(unicodes=points)
        cutter.subset(font)
        kept = sorted(font.getBestCmap())
        save_font(font, static / f"icons-{name}.woff", options)
        css.append(
            f'@font-face {{ font-family: "{family}"; font-weight: {weight}; '
            f'src: url("icons-{name}.woff") format("woff"); '
            f"unicode-range: {', '.join(f'U+{point:X}' for point in kept) or 'U+0'}; }}\n"
        )
    (static / "icons.css").write_text("".join(css), encoding="utf8")


def setup(app: Sphinx) -> dict:
    app.add_css_file("icons.css")
    app.connect("build-finished", cut_fonts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
