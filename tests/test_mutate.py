"""The mutants of `tests/mutate.py`: one changed token each, never in words."""

import mutate
import pytest

PYTHON = '''"""A text with 1 + 2."""
from math import sqrt  # 3 * 4
def f(x, *rest, scale=0.5):
    if x < 0:
        raise ValueError(f"{x} < 0")
    return -x + sqrt(x) ** 2  # not 5
'''
JAVASCRIPT = """import { at } from "./kit.js"; // 1 + 2
const f = (x) => (x >= 2 ? `${x} * 3` : -x / Math.sqrt(x));
"""


@pytest.mark.parametrize(
    "name, text, expected",
    [
        (
            "file.py",
            PYTHON,
            [
                "if x <= 0:",
                "if x < 1:",
                "return +x + sqrt(x) ** 2  # not 5",
                "return -x - sqrt(x) ** 2  # not 5",
                "return -x + square(x) ** 2  # not 5",
                "return -x + sqrt(x) ** 3  # not 5",
            ],
        ),
        (
            "file.js",
            JAVASCRIPT,
            [
                "const f = (x) => (x > 2 ? `${x} * 3` : -x / Math.sqrt(x));",
                "const f = (x) => (x >= 3 ? `${x} * 3` : -x / Math.sqrt(x));",
                "const f = (x) => (x >= 2 ? `${x} * 3` : -x * Math.sqrt(x));",
                "const f = (x) => (x >= 2 ? `${x} * 3` : -x / Math.cbrt(x));",
            ],
        ),
    ],
)
def test_one_token_changes_and_words_do_not(tmp_path, name, text, expected):
    path = tmp_path / name
    path.write_text(text, encoding="utf8")
    found = mutate.mutants(path)
    assert [m.text(text).splitlines()[m.line].strip() for m in found] == expected


@pytest.mark.slow
def test_each_part_of_the_mathematics_has_mutants_and_tests():
    for part in mutate.MATHEMATICS:
        (mutant,) = mutate.chosen([part], seed=0, count=1)
        assert mutate.tests_of(mutant.path), mutant.path


def test_a_part_that_is_not_there():
    with pytest.raises(SystemExit, match="no mutants of"):
        mutate.chosen(["samplerz"], seed=0, count=1)
