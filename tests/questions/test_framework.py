"""Questions: what one must be, how it is found and shown, what an answer is told."""

import importlib
import shutil
import subprocess
import sys
from dataclasses import replace
from math import inf, nan
from pathlib import Path

import pytest
import torch

from dgm_lessons.exercises import check, diagnose
from dgm_lessons.questions import Number, catalogue, find, shown

from .samples import CHOICE, ORDER

NUMBER = Number(section="a/b", kind="concept", asks="?", why=".", right=2.0)


@pytest.mark.parametrize(
    "question, change, words",
    [
        (CHOICE, {"wrong": {"a": "b"}}, "two to four wrong statements, not 1"),
        (CHOICE, {"wrong": dict.fromkeys("abcde", "x")}, "not 5"),
        (CHOICE, {"right": "$\\sigma$"}, "right and wrong"),
        (ORDER, {"right": ("a", "b")}, "three to six different things"),
        (ORDER, {"right": ("a", "b", "a", "c")}, "three to six different things"),
        (ORDER, {"wrong": (((0, 1, 2), "x"),)}, "no wrong order of 4 things"),
        (ORDER, {"wrong": (((0, 1, 2, 3), "x"),)}, "no wrong order of 4 things"),
        (NUMBER, {"right": nan}, "must be finite"),
        (NUMBER, {"wrong": ((inf, "x"),)}, "must be finite"),
        (NUMBER, {"within": 0.0}, "between 0 and 1"),
        (NUMBER, {"wrong": ((2.01, "x"),)}, "too close to the right 2.0"),
        (NUMBER, {"right": 0.0, "wrong": ((0.005, "x"),)}, "too close"),
    ],
)
def test_what_is_no_question_is_an_error(question, change, words):
    with pytest.raises(ValueError, match=words):
        replace(question, **change)


def test_unknown_names_say_what_there_is(samples):
    with pytest.raises(KeyError, match="no question 'q-3-09'; there are q-3-01, q-3-02, q-3-03"):
        check("q-3-09", "a")
    with pytest.raises(ValueError, match="numbered from 0, not -1"):
        find("q-3-02", -1)


def test_a_name_of_another_chapter_is_an_error(tmp_path, monkeypatch):
    """In a package like this one, with the questions of chapter 3 in chapter 4."""
    package = tmp_path / "elsewhere"
    package.mkdir()
    for file in ("catalogue", "question"):
        shutil.copy(Path(catalogue.__file__).with_name(f"{file}.py"), package)
    (package / "c04_energy.py").write_text("QUESTIONS = {'q-4-01': None, 'q-3-01': None}")
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match=r"c04_energy: 'q-3-01' should be like 'q-4-01'"):
        importlib.import_module("elsewhere.catalogue").chapters()


def test_a_variant_is_the_same_every_time_and_another_one_differs(samples):
    assert find("q-3-02", 5) == find("q-3-02", 5)
    assert len({find("q-3-02", variant).right for variant in range(20)}) > 10
    assert find("q-3-01", 5) is CHOICE


def test_letters_depend_on_name_and_variant_only(samples, monkeypatch):
    assert shown("q-3-01") == shown("q-3-01")
    assert {shown("q-3-01", v).right for v in range(40)} == set("abcd")
    others = {f"q-3-{k:02d}": CHOICE for k in range(40)}
    monkeypatch.setattr(catalogue, "chapters", lambda: {3: others})
    assert {shown(name).right for name in others} == set("abcd")


@pytest.mark.parametrize("variant", range(30))
def test_letters_lead_to_the_statements(samples, variant):
    choice, order = shown("q-3-01", variant), shown("q-3-03", variant)
    assert choice.items[choice.right] == CHOICE.right
    assert {choice.items[c]: reason for c, reason in choice.wrong.items()} == CHOICE.wrong
    assert tuple(order.items[c] for c in order.right) == ORDER.right
    ((swapped, _),) = order.wrong.items()
    first, second, *rest = ORDER.right
    assert [order.items[c] for c in swapped] == [second, first, *rest]
    assert "".join(order.items) != order.right  # else an answer would be nothing to do


def test_a_choice_is_told_its_own_reason(samples, capsys):
    question = shown("q-3-01")
    assert diagnose("q-3-01", question.right) == (True, f"Right. {CHOICE.why}")
    for letter, reason in question.wrong.items():
        for given in (letter, letter.upper(), f" {letter}) "):
            assert diagnose("q-3-01", given) == (False, f"Not yet. {reason}")
    for given in ("e", "ab", 4, ["a", "b"], True):
        told = (False, f"Choose one of a, b, c, d. You gave {given!r}.")
        assert diagnose("q-3-01", given) == told
    check("q-3-01", ...)
    check("q-3-01", None)
    check("q-3-01", question.right)
    unanswered, again, right = capsys.readouterr().out.splitlines()
    assert unanswered == again == "○ Not answered yet. Choose one of a, b, c, d."
    assert right == f"✓ Right. {CHOICE.why}"


def test_a_number_is_told_its_own_reason(samples):
    right = find("q-3-02").right
    for given in (right, str(right), right * 1.009, torch.tensor(right), right * 0.991):
        assert diagnose("q-3-02", given) == (True, "Right. Its square is the number.")
    assert diagnose("q-3-02", -right) == (False, "Not yet. The sign.")
    assert diagnose("q-3-02", right**2 * 1.005) == (False, "Not yet. This is the square.")
    assert diagnose("q-3-02", right * 1.02) == (False, "Not yet. The right number is smaller.")
    assert diagnose("q-3-02", right * 0.98) == (False, "Not yet. The right number is larger.")
    for given in ("many", [1.0, 2.0], torch.zeros(3)):
        assert diagnose("q-3-02", given)[1].startswith(
            "Give a number, in nats (to 1 per cent). You gave"
        )
    for given in (nan, inf, -inf):
        assert diagnose("q-3-02", given) == (
            False,
            f"Give a number, in nats (to 1 per cent). You gave {given}, which is not finite.",
        )


def test_an_order_is_told_its_own_reason(samples):
    question = shown("q-3-03")
    assert diagnose("q-3-03", question.right) == (True, f"Right. {ORDER.why}")
    assert diagnose("q-3-03", " ".join(question.right)) == (True, f"Right. {ORDER.why}")
    ((swapped, reason),) = question.wrong.items()
    assert diagnose("q-3-03", swapped) == (False, f"Not yet. {reason}")
    a, b, c, d = question.right
    assert diagnose("q-3-03", a + b + d + c) == (
        False,
        f"Not yet. {d} does not belong in place 3.",
    )
    for given in ("abc", "aabc", "abcde", 1):
        assert diagnose("q-3-03", given)[1].startswith("Give the letters in order, such as 'abcd'.")


def test_questions_need_no_torch():
    """The site and the editions are built from them."""
    code = "import sys; from dgm_lessons.questions import chapters; chapters()"
    code += "; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
