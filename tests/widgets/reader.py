"""What tests of widgets share: a reader's eyes and hands on a page, and comparisons of numbers."""

import re
from html.parser import HTMLParser

import torch

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


class Elements(HTMLParser):
    """The elements of a page: (tag, attributes, text), as a browser would part them."""

    def __init__(self, page):
        super().__init__()
        self.found, self.open = [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append([tag, dict(attributes), ""])
        self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if self.open and self.open[-1] == self.found[-1][0]:
            self.found[-1][2] += data

    def scripts(self, **wanted):
        rows = [row for row in self.found if row[0] == "script"]
        return [row for row in rows if all(row[1].get(k) == v for k, v in wanted.items())]


def state(page, name, which=0):
    """A field of the model of the page's widget number `which`."""
    code = "([i, name]) => document.querySelectorAll('.dgm-widget')[i].dgmModel.get(name)"
    return page.evaluate(code, [which, name])


def set_field(page, name, value, which=0):
    """Sets a field of the model, as Python would."""
    code = "([i, n, v]) => document.querySelectorAll('.dgm-widget')[i].dgmModel.set(n, v)"
    page.evaluate(code, [which, name, value])


def status(page):
    return page.locator(".dgm-status").first.inner_text()


def number(page, before):
    """The number that follows these words in the status line."""
    found = re.search(re.escape(before) + r" ([−-]?[\d.]*\d)", status(page))
    assert found, (before, status(page))
    return float(found[1].replace("−", "-"))


def numbers(page):
    """The numbers with a point in the status line."""
    return [float(n.replace("−", "-")) for n in re.findall(r"[−-]?\d+\.\d+", status(page))]


def settled(page):
    """Waits until the status line is final: 0.4 s after the last key or drag."""
    page.wait_for_function("() => document.querySelector('.dgm-status').ariaLive === 'polite'")


def pixels(page, selector):
    """A canvas as text, to be compared."""
    return page.evaluate("(s) => document.querySelector(s).toDataURL()", selector)


def drag(page, handle, dx, dy):
    """Takes the handle, not at its very centre, and says how far it came."""
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2 + 4, box["y"] + box["height"] / 2 - 3
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2)
    page.mouse.move(x + dx, y + dy, steps=3)
    page.mouse.up()
    after = handle.bounding_box()
    return after["x"] - box["x"], after["y"] - box["y"]


def double(x):
    return torch.tensor(x, dtype=torch.float64)


def gap(found, expected) -> float:
    """The largest relative difference; below 0.001 it counts in thousandths."""
    found = torch.as_tensor(found, dtype=torch.float64).reshape(expected.shape)
    return float(((found - expected).abs() / expected.abs().clamp(min=1e-3)).max())
