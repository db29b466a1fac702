"""The mutants of `tests/mutate.py`: one changed token each, never in words."""

import json

import mutate
import mutate_checks
import pytest

PYTHON = '''"""A text with 1 + 2."""
from math import sqrt  # 3 * 4
def f(x, *rest, scale=0.5):
    if x < 0:
        raise ValueError(f"{x} < 0")
    return -x + sqrt(x) ** 2  # not 5
g = Generator().manual_seed(7)
'''
JAVASCRIPT = """import { at } from "./kit.js"; // 1 + 2
const f = (x) => (x >= 2 ? `${x} * 3` : -x / Math.sqrt(x));
const g = (n) => (n >> 1) + [0x7f, n >>> 0][1];
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
                "const g = (n) => (n >> 2) + [0x7f, n >>> 0][1];",
                "const g = (n) => (n >> 1) - [0x7f, n >>> 0][1];",
                "const g = (n) => (n >> 1) + [0x80, n >>> 0][1];",
                "const g = (n) => (n >> 1) + [0x7f, n >>> 1][1];",
                "const g = (n) => (n >> 1) + [0x7f, n >>> 0][2];",
            ],
        ),
    ],
)
def test_one_token_changes_and_words_do_not(tmp_path, name, text, expected):
    path = tmp_path / name
    path.write_text(text, encoding="utf8")
    found = mutate.mutants(path)
    assert [m.text(text).splitlines()[m.line].strip() for m in found] == expected


def test_what_a_mutant_stands_in(tmp_path):
    """The function for Python, the last name of the top level for JavaScript."""
    for name, text, expected in (("a.py", PYTHON, 6 * ["f"]), ("a.js", JAVASCRIPT, 4 * ["f"])):
        (tmp_path / name).write_text(text, encoding="utf8")
        found = [mutate.around(m, text) for m in mutate.mutants(tmp_path / name)]
        assert found == [[f] for f in expected] + [["g"]] * (len(found) - len(expected))


@pytest.mark.parametrize(
    "module, near",
    [
        ("samplers/few_steps.py", "samplers/test_few_steps.py"),
        ("bounds/chain.py", "test_bounds.py"),
        ("likelihood/bits.py", "test_likelihood.py"),
        ("widgets/maths/ladder.js", "widgets/test_ladder.py"),
        ("widgets/maths/backward.js", "widgets/test_one_law.py"),
    ],
)
def test_the_nearest_tests_come_first(module, near):
    tests = mutate.tests_of(mutate.PACKAGE / module)
    assert f"tests/{near}" in tests[:2]
    assert not any(test.startswith("tests/book") for test in tests)


def test_all_of_the_package_is_mathematics_or_apart():
    """A new part is named in `MATHEMATICS`, or in `APART` if it states none."""
    parts = {p.name for p in mutate.PACKAGE.iterdir() if p.suffix == ".py" or [*p.glob("*.py")]}
    assert parts == set(mutate.MATHEMATICS) - {"widgets/maths"} | mutate.APART


def test_the_interval_of_a_share():
    """Wilson's: within 0 and 1, and some width even where all are killed."""
    assert mutate.interval(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert mutate.interval(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert mutate.interval(10, 10) == pytest.approx((0.7225, 1), abs=1e-4)


@pytest.mark.slow
def test_each_part_of_the_mathematics_has_mutants_and_tests():
    for part in mutate.MATHEMATICS:
        (mutant,) = mutate.chosen([part], seed=0, count=1)
        assert mutate.tests_of(mutant.path), mutant.path


@pytest.mark.slow
def test_what_nobody_can_tell_is_a_mutant_of_the_code_as_it_is():
    found = mutate.chosen(list(mutate.MATHEMATICS), seed=0, count=10**6)
    names = {mutant.name(mutant.path.read_text(encoding="utf8")) for mutant in found}
    assert set(mutate.EQUIVALENT) <= names


def test_a_part_that_is_not_there():
    with pytest.raises(SystemExit, match="no mutants of"):
        mutate.chosen(["samplerz"], seed=0, count=1)


CHECKS = """from math import exp, sqrt
def test_one(compare):
    wrong = exp(2) * 3
    compare(exp(2) - 1, sqrt(4), tol=1e-3 * 2, wrong=wrong + exp(5))
LATER = 7 / 2
"""


def test_a_mutant_of_a_check_changes_what_is_compared(tmp_path):
    """Not a number, a tolerance or the deliberate mistake; and its own test is enough."""
    path = tmp_path / "test_file.py"
    path.write_text(CHECKS, encoding="utf8")
    found = mutate_checks.of_formulas(path)
    assert [m.token for m in found] == ["expm1", "+", "square", "*"]
    assert [mutate_checks.touched(m) for m in found] == ["::test_one"] * 3 + [""]


def test_the_page_of_checks_prints_a_score_for_each_chapter():
    found = json.loads(mutate_checks.STORED.read_text(encoding="utf8"))
    assert list(found) == mutate_checks.CHAPTERS
    for score in found.values():
        assert len(score["survivors"]) < score["tried"] <= score["of"]
