"""One visit of one page in a real browser, wide and narrow, light and dark: what was found."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

# Until MathJax has drawn, wide formulas know that they scroll, and the widgets stand.
READY = """async () => {
  await window.MathJax?.startup?.promise;
  const unboxed = () => document.querySelector(".bd-article div.math > mjx-container:not(.wide)");
  for (let i = 0; i < 100 && unboxed(); i++) await new Promise((next) => setTimeout(next, 20));
  await new Promise(requestAnimationFrame);
  for (let i = 0; i < 200; i++) {
    const open = [...document.querySelectorAll(".dgm-widget")].filter(
      (el) => !["done", "failed"].includes(el.dataset.mounted));
    if (!open.length) return;
    await new Promise((next) => setTimeout(next, 50));
  }
}"""

STATE = """() => {
  const article = document.querySelector(".bd-article, .bd-search-container");
  const all = (what) => [...article.querySelectorAll(what)];
  const text = article.cloneNode(true);
  const other = "pre, code, script, mjx-container, .dgm-widget";
  for (const el of text.querySelectorAll(other)) el.remove();
  return {
    elements: document.querySelectorAll("*").length,
    formulas: all(".math").length,
    drawn: all(".math mjx-container").length,
    bad: all('mjx-merror, [data-mml-node="merror"], mjx-container [style*="color: red"]')
      .map((el) => el.closest(".math")?.textContent ?? "?"),
    dollars: text.textContent.split("\\n").filter((line) => line.includes("$")),
    unmarked: all('.math[id^="equation-eq-"]').filter((el) => !el.querySelector("a.eq-mark"))
      .map((el) => el.id),
    silent: all("img").filter((el) => !el.alt.trim()).map((el) => el.src),
    broken: all("img").filter((el) => el.complete && !el.naturalWidth).map((el) => el.src),
    widgets: all(".dgm-widget").map((el) => el.dataset.mounted),
    headings: all("h1").length,
    icons: [...document.querySelectorAll("i[class*=fa-]")]
      .filter((el) => ["none", "normal"].includes(getComputedStyle(el, "::before").content))
      .map((el) => el.className),
  };
}"""

UNFOLD = """() => {
  for (const el of document.querySelectorAll("details")) el.open = true;
  const folded = document.querySelectorAll(".toggle-hidden");
  for (const el of folded) el.classList.remove("toggle-hidden");
  // What is out of sight is not laid out; here all of it is looked at.
  const waiting = document.querySelectorAll("article.check, .bd-article section");
  for (const el of waiting) el.style.contentVisibility = "visible";
  const frame = () => new Promise(requestAnimationFrame);
  return frame().then(frame).then(() => new Promise((next) => setTimeout(next, 50)));
}"""

# Formulas and tables that reach beyond what a reader can see or scroll to.
CUT = """() => {
  const cut = (el) => {
    const { left, right } = el.getBoundingClientRect();
    for (let box = el.parentElement; box !== document.body; box = box.parentElement) {
      const { overflowX } = getComputedStyle(box);
      if (["auto", "scroll"].includes(overflowX)) {
        if (box.scrollWidth > box.clientWidth + 1) return !box.matches(".more-right, .more-left");
      } else if (["hidden", "clip"].includes(overflowX)) {
        const edge = box.getBoundingClientRect();
        if (left < edge.left - 1 || right > edge.right + 1) return true;
      }
    }
    return right > innerWidth + 1;
  };
  const wide = document.querySelectorAll(".bd-article mjx-math, .bd-article table");
  return [...wide].filter(cut).map((el) => {
    const place = el.closest("section[id]")?.id;
    return `${place}: ${el.closest("mjx-container")?.textContent.slice(0, 60) ?? "a table"}`;
  });
}"""

WIDTH = "() => document.documentElement.scrollWidth - window.innerWidth"

BRIGHT = """() => {
  const brightness = (el) => {
    const colour = getComputedStyle(el).backgroundColor.match(/[\\d.]+/g).map(Number);
    return colour.length > 3 && colour[3] === 0 ? 0 : (colour[0] + colour[1] + colour[2]) / 765;
  };
  const panels = document.querySelectorAll("body, .bd-article .output, .bd-article .highlight pre");
  return [...panels].filter((el) => brightness(el) > 0.35).map((el) => el.className || el.tagName);
}"""

# The inside of a formula is MathJax's, and thousands of elements: they are left out, as are the
# coloured words of code. Of what a generator wrote alike (entries of the API, checks, rows of one
# table) the first of each kind stand for the rest: axe takes minutes for all.
LIGHTEN = """() => {
  for (const el of document.querySelectorAll("mjx-container")) el.replaceChildren();
  for (const el of document.querySelectorAll(".highlight pre")) el.textContent = el.textContent;
  const alike = new Map();
  for (const el of document.querySelectorAll("dl.py, article.check, tbody > tr")) {
    const kind = el.matches("tr") ? el.parentElement : el.className;
    const seen = alike.get(kind) ?? 0;
    alike.set(kind, seen + 1);
    if (seen >= 12) el.remove();
  }
}"""
AXE = """async (contrast) => {
  const more = { "label-content-name-mismatch": { enabled: true } };
  // Of what passes one element a rule is listed: the whole list takes a fifth of the time.
  const options = { preload: false, resultTypes: ["violations"],
    ...(contrast ? { runOnly: ["color-contrast"] }
      : { rules: { ...more, "color-contrast": { enabled: false } } }) };
  const { violations } = await axe.run(contrast ? { include: faces() } : document, options);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${id}: ${html.replace(/\\s+/g, " ").slice(0, 150)}`));
}"""

# Of words that look alike, of one kind of element, on the same grounds, the first two stand for
# the rest: axe takes 2 ms for each. What may lie over something else (placed freely, in a drawing)
# and what may be disabled is looked at one by one.
FACES = """() => {
  window.faces = () => {
    const seen = new Map();
    const chosen = [];
    const visit = (el, ground, alone) => {
      const style = getComputedStyle(el);
      if (style.display === "none") return;
      const { backgroundColor, backgroundImage, opacity, filter, mixBlendMode } = style;
      const own = [backgroundColor, backgroundImage, opacity, filter, mixBlendMode].join();
      if (own !== "rgba(0, 0, 0, 0),none,1,none,normal") ground += `;${own}`;
      alone ||= ["absolute", "fixed"].includes(style.position) || style.transform !== "none"
        || el.matches("svg, label, button, input, select, textarea, fieldset, [aria-disabled]");
      const words = [...el.childNodes].some((n) => n.nodeType === 3 && n.data.trim().length > 1);
      if ((words || el.matches("input, select, textarea")) && el.checkVisibility()) {
        const { color, fontSize, fontWeight, textShadow } = style;
        const look = [el.tagName, el.className, color, fontSize, fontWeight, textShadow, ground];
        const key = look.join("|");
        seen.set(key, (seen.get(key) ?? 0) + 1);
        if (alone || seen.get(key) <= 2) chosen.push(el);
      }
      for (const child of el.children) visit(child, ground, alone);
    };
    visit(document.body, "", false);
    return chosen;
  };
}"""


@dataclass
class Findings:
    state: dict[str, Any] = field(default_factory=dict)
    bytes: int = 0  # loaded, beside MathJax
    cut: dict[int, list[str]] = field(default_factory=dict)  # by width of the window
    sideways: dict[int, int] = field(default_factory=dict)
    bright: list[str] = field(default_factory=list)
    barriers: dict[str, list[str]] = field(default_factory=dict)  # by colour scheme
    heard: list[str] = field(default_factory=list)  # requests beyond the site, console, errors


def listen(tab: Page, address: str) -> list[str]:
    """Every request beyond the site and every word on the console, from now on."""
    heard: list[str] = []

    def request(url: str) -> None:
        if not url.startswith((address, "blob:", "data:")):
            heard.append(f"request: {url}")

    tab.on("console", lambda message: heard.append(f"console: {message.text}"))
    tab.on("pageerror", lambda error: heard.append(f"error: {error}"))
    tab.on("requestfailed", lambda request: heard.append(f"failed: {request.url}"))
    tab.on("request", lambda sent: request(sent.url))
    tab.on("response", lambda reply: reply.ok or heard.append(f"{reply.status}: {reply.url}"))
    return heard


def visit(browser: Browser, address: str, site: Path, name: str) -> Findings:
    found = Findings()
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    tab = context.new_page()
    found.heard = listen(tab, address)
    loaded: set[str] = set()
    tab.on("request", lambda request: loaded.add(request.url.split("?")[0].split("#")[0]))
    tab.goto(f"{address}{name}.html")
    tab.evaluate(READY)
    files = [site / url.removeprefix(address) for url in loaded if url.startswith(address)]
    found.bytes = sum(file.stat().st_size for file in files if "mathjax" not in file.parts)
    found.state = tab.evaluate(STATE)
    tab.evaluate(UNFOLD)
    for width in (1280, 768, 360):  # the first is how it opened
        tab.set_viewport_size({"width": width, "height": 900})
        tab.evaluate(UNFOLD)
        found.sideways[width] = tab.evaluate(WIDTH)
        found.cut[width] = tab.evaluate(CUT)
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.evaluate(LIGHTEN)
    tab.add_style_tag(content="* { transition: none !important; }")  # or colours are half-way
    tab.evaluate(AXE_SCRIPT)
    tab.evaluate(FACES)
    found.barriers["light"] = tab.evaluate(AXE, False) + tab.evaluate(AXE, True)
    tab.emulate_media(color_scheme="dark", reduced_motion="reduce")
    tab.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    found.bright = tab.evaluate(BRIGHT)
    found.barriers["dark"] = tab.evaluate(AXE, True)
    context.close()
    return found
