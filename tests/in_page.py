"""What a page answers, with argument and answer as one text each.

Playwright checks what it carries number by number, which for a list of thousands takes longer
than what the page has to do.
"""

import json
import re
from typing import Any

PACKED = """(value) => JSON.stringify(value, (key, v) =>
  typeof v === "number" && !Number.isFinite(v) ? `\\0${v}` : ArrayBuffer.isView(v) ? [...v] : v)"""
NOT_FINITE = re.compile(r'"\\u0000(NaN|-?Infinity)"')


def in_page(page: Any, function: str, argument: Any = None) -> Any:
    """What the function of JavaScript returns in this page: numbers, texts, lists, objects, and
    None where it returns nothing. Typed arrays become lists."""
    text = page.evaluate(f"async () => ({PACKED})(await ({function})({json.dumps(argument)}))")
    return None if text is None else json.loads(NOT_FINITE.sub(r"\1", text))


def at_rest(page: Any, expression: str, most: int = 200) -> Any:
    """What the expression gives once it no longer changes: five times in a row, 50 ms apart."""
    seen = [page.evaluate(expression)]
    while len(seen) < 5 or any(value != seen[-1] for value in seen[-5:]):
        assert len(seen) < most, f"{expression} never comes to rest: {seen[-5:]}"
        page.wait_for_timeout(50)
        seen.append(page.evaluate(expression))
    return seen[-1]
