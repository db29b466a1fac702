"""Every question of the bank: well made, of a section that stands, and marked as it says."""

import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from dgm_lessons.questions import Choice, Family, Number, Order, chapters, find, shown
from dgm_lessons.questions.catalogue import raw

BOOK = Path(__file__).parents[2] / "book"
ALL = [name for own in chapters().values() for name in own]
FAMILIES = [name for name in ALL if isinstance(raw(name), Family)]
MATHS = re.compile(r"\$\$\n?(.*?)\n?\$\$|\$(.*?)\$", re.DOTALL)
MYST = re.compile(r"\{\w+\}`|```|:::|^\(.*\)=$|\n\n|\$\$", re.MULTILINE)


def variants(name):
    return [find(name, v) for v in (range(20) if name in FAMILIES else [0])]


def lines(question):
    """What stands in a line: statements and reasons."""
    yield question.why
    if isinstance(question, Number):
        yield from (reason for _, reason in question.wrong)
    elif isinstance(question, Choice):
        yield from (question.right, *question.wrong, *question.wrong.values())
    elif isinstance(question, Order):
        yield from (*question.right, *(reason for _, reason in question.wrong))


def formulas(text):
    return [block or inline for block, inline in MATHS.findall(text.replace(r"\$", ""))]


def problem(text):
    """What is wrong with the formulas of a text, or None."""
    rest = MATHS.sub("", text.replace(r"\$", ""))
    if "$" in rest:
        return "a $ without its other"
    if "\\" in rest:
        return f"LaTeX outside of a formula: {rest}"
    for formula in formulas(text):
        if not formula.strip() or "\n\n" in formula:
            return "an empty formula, or one with an empty line"
        plain = re.sub(r"\\[{}]", " ", formula)
        depth = 0
        for sign in plain:
            depth += (sign == "{") - (sign == "}")
            if depth < 0:
                break
        if depth:
            return f"braces: {formula}"
        if len(re.findall(r"\\left\b", plain)) != len(re.findall(r"\\right\b", plain)):
            return f"\\left and \\right: {formula}"
        ends = [re.findall(rf"\\{which}\{{(\w+\*?)\}}", formula) for which in ("begin", "end")]
        if sorted(ends[0]) != sorted(ends[1]):
            return f"\\begin and \\end: {formula}"
    return None


@pytest.mark.parametrize("chapter", range(1, 12))
def test_a_chapter_has_fifteen_questions_of_every_kind(chapter):
    own = chapters().get(chapter, {})
    assert len(own) >= 15, f"chapter {chapter} has {len(own)} questions"
    assert {find(name).kind for name in own} == {"concept", "derivation", "error", "plot"}


@pytest.mark.parametrize("name", ALL)
def test_the_section_stands_in_the_book(name):
    for question in variants(name):
        found = [BOOK / f"{question.section}.{kind}" for kind in ("ipynb", "md")]
        assert any(path.exists() for path in found), question.section
        assert int(question.section[:2]) == int(name.split("-")[1])


@pytest.mark.parametrize("name", ALL)
def test_texts_are_whole_and_their_formulas_balanced(name):
    for question in variants(name):
        assert problem(question.asks) is None, problem(question.asks)
        for line in lines(question):
            assert line.strip() == line and line
            assert problem(line) is None, problem(line)
            assert not MYST.search(line), f"only Markdown of one line stands here: {line}"
        assert not re.search(r"\{\w+\}`|```\{|:::", question.asks), "Moodle does not know MyST"


def test_the_reader_of_formulas_sees_what_is_wrong():
    wrong = ["$a", r"\sigma", "$ $", "${a$", "$}{$", r"$\left(a)$", r"$\begin{cases}a$", "$$\n$$"]
    assert all(problem(text) for text in wrong), [text for text in wrong if not problem(text)]
    right = [r"5\$ and $a$", r"$\left\{a\right\}$", "$$\na_{b}\n$$", r"$\{$", "no formula"]
    assert not any(map(problem, right)), [text for text in right if problem(text)]


@pytest.mark.parametrize("name", ALL)
def test_every_answer_is_told_its_own_words(name):
    for variant, question in enumerate(variants(name)):
        found = shown(name, variant)
        assert found.question == question
        assert found.told(found.right) == (True, f"Right. {question.why}")
        for answer, reason in found.wrong.items():
            assert found.told(answer) == (False, f"Not yet. {reason}")
        if not isinstance(question, Number):
            assert len(set(found.items.values())) == len(found.items)
        if isinstance(question, Choice):
            assert len(set(found.wrong.values())) == len(found.wrong), "two reasons alike"


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_has_variants_that_differ_and_stand(name):
    """Two hundred are made: each is a question, or making it would fail."""
    found = [find(name, v) for v in range(200)]
    assert len({question.asks for question in found[:20]}) >= 3
    assert len({question.section for question in found}) == 1
    assert len({question.kind for question in found}) == 1


def length(statement):
    """About how many signs a reader sees: a command of LaTeX is one."""
    return len(re.sub(r"[${}*^_]", "", re.sub(r"\\[a-zA-Z]+ ?|\\.", "x", statement)))


def ranks(names):
    """How often the right of four statements is the shortest, ..., the longest; ties are shared."""
    found = Counter({rank: Fraction(0) for rank in range(4)})
    for question in map(find, names):
        if isinstance(question, Choice) and len(question.wrong) == 3:
            right, others = length(question.right), [*map(length, question.wrong)]
            shorter, alike = sum(n < right for n in others), others.count(right)
            for rank in range(shorter, shorter + alike + 1):
                found[rank] += Fraction(1, alike + 1)
    return [float(found[rank]) for rank in range(4)]


def test_the_right_one_of_four_has_every_rank_by_length():
    found = ranks(ALL)
    shares = [count / sum(found) for count in found]
    told = [f"chapter {chapter}: {ranks(own)}" for chapter, own in chapters().items()]
    assert all(0.15 <= share <= 0.35 for share in shares), (
        f"the right one of four has these ranks by length, the shortest first: {shares}\n"
        + "\n".join(told)
    )


def test_ranks_are_counted_by_what_is_seen_and_ties_are_shared():
    assert length(r"$\sigma_{i}$ *is* it") == len("xi is it")
    assert sum(ranks(["q-1-03"])) == 1 and ranks(["q-1-05"]) == [0, 0, 0, 0]
    assert ranks(["q-3-06"]) == [1 / 3, 1 / 3, 1 / 3, 0]
