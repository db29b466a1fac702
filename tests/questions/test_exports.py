"""What is exported can be read back, whole: Moodle XML, QTI and Markdown."""

import html
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from dgm_lessons.questions import Choice, Family, Number, Order, chapters
from editions.book import the_book
from teaching.bank.__main__ import export, titles
from teaching.bank.entries import entries
from teaching.bank.html import line, paragraphs, plain
from teaching.bank.moodle import PLACES, quiz
from teaching.bank.qti import ITEMS, package

from .samples import SAMPLES
from .test_bank import formulas

ROOT = Path(__file__).parents[2]
VARIANTS = 5


@pytest.fixture(scope="module")
def book():
    return the_book()


@pytest.fixture
def tried(samples, book):
    return list(entries(book, [3], VARIANTS))


@pytest.fixture(scope="module", params=[*chapters()])
def bank(request, book):
    """The entries of one chapter of the bank."""
    return list(entries(book, [request.param], VARIANTS))


def said(text):
    """The text of a piece of HTML, its formulas as they are typed."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def nearly(numbers):
    """Equal to these but for rounding."""
    return pytest.approx(numbers, rel=1e-9, abs=0)


def test_numbers_are_written_plainly():
    assert [plain(number) for number in (0.1 + 0.2, 2, -0.25, 0.0)] == ["0.3", "2", "-0.25", "0"]
    assert float(plain(1 / 3)) == nearly(1 / 3)


# -- Moodle ---------------------------------------------------------------------------------------


def read_moodle(content):
    """(category, fields) of each question."""
    category = ""
    for element in ET.fromstring(content):
        if element.get("type") == "category":
            category = element.findtext("category/text")
            continue
        get = element.findtext
        found = {
            "type": element.get("type"),
            "name": get("name/text"),
            "ident": get("idnumber"),
            "asks": get("questiontext/text"),
            "why": get("generalfeedback/text"),
            "answers": [
                (a.get("fraction"), a.findtext("text"), a.findtext("feedback/text"))
                for a in element.findall("answer")
            ],
            "tolerances": [float(t.text) for t in element.findall("answer/tolerance")],
            "places": [
                (s.findtext("text"), s.findtext("answer/text"))
                for s in element.findall("subquestion")
            ],
            "right": get("correctfeedback/text"),
            "wrong": {get("partiallycorrectfeedback/text"), get("incorrectfeedback/text")},
            "tags": [tag.text for tag in element.findall("tags/tag/text")],
        }
        yield category, found


def agrees_with_moodle(entry, category, found):
    shown, question = entry.shown, entry.shown.question
    parts = re.split(r"(?<!/)/(?!/)", category)
    assert parts[:3] == ["$course$", "top", "DGM Lessons"]
    assert [part.replace("//", "/") for part in parts[3:5]] == [
        titles()[entry.chapter],
        entry.section,
    ]
    assert parts[5:] == ([shown.name] if entry.variant else [])
    assert (found["name"], found["ident"]) == (entry.title, entry.ident)
    assert found["why"] == paragraphs(question.why)
    assert found["tags"] == [question.kind, f"chapter {entry.chapter}"]
    told = {answer: paragraphs(f"Not yet. {reason}") for answer, reason in shown.wrong.items()}
    told[shown.right] = paragraphs(f"Right. {question.why}")
    if isinstance(question, Choice):
        assert found["type"] == "multichoice" and found["asks"] == paragraphs(question.asks)
        assert found["answers"] == [
            ("100" if letter == shown.right else "0", line(text), told[letter])
            for letter, text in shown.items.items()
        ]
    elif isinstance(question, Number):
        assert found["type"] == "numerical"
        assert found["asks"] == paragraphs(f"{question.asks}\n\n{shown.wanted}")
        numbers = [question.right, *dict(question.wrong)]
        assert [(f, words) for f, _, words in found["answers"]] == [
            ("0" if k else "100", told[number]) for k, number in enumerate(numbers)
        ]
        assert [float(text) for _, text, _ in found["answers"]] == nearly(numbers)
        assert found["tolerances"] == nearly([question.error(number) for number in numbers])
    else:
        assert isinstance(question, Order) and found["type"] == "matching"
        assert found["asks"] == paragraphs(f"{question.asks}\n\n{PLACES}")
        by_place = sorted(found["places"], key=lambda place: int(place[1]))
        assert [re.sub(r"^<b>\w</b> ", "", text) for text, _ in by_place] == [
            line(text) for text in question.right
        ]
        assert found["right"] == told[shown.right]
        (wrong,) = found["wrong"]
        for order, reason in shown.wrong.items():
            assert order in wrong and line(reason) in wrong


def check_moodle(found):
    read = list(read_moodle(quiz(found, titles())))
    assert [fields["name"] for _, fields in read] == [entry.title for entry in found]
    assert len({fields["ident"] for _, fields in read}) == len(read)
    for entry, (category, fields) in zip(found, read, strict=True):
        agrees_with_moodle(entry, category, fields)


def test_moodle_gives_back_the_samples(tried):
    assert {type(entry.shown.question) for entry in tried} == {Choice, Number, Order}
    check_moodle(tried)


@pytest.mark.slow
def test_moodle_gives_back_the_bank(bank):
    check_moodle(bank)


# -- QTI ------------------------------------------------------------------------------------------


def read_qti(content):
    """The files of the package, and (section, fields) of each item."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    manifest = ET.fromstring(archive.read("imsmanifest.xml"))
    (file,) = [e.get("href") for e in manifest.iter() if e.tag.endswith("}file")]
    assert set(archive.namelist()) == {"imsmanifest.xml", file}
    root = ET.fromstring(archive.read(file).replace(f' xmlns="{ITEMS}"'.encode(), b""))
    for section in root.iter("section"):
        for item in section.findall("item"):
            yield section, item


def agrees_with_qti(entry, section, item):
    shown, question = entry.shown, entry.shown.question
    assert (item.get("ident"), item.get("title")) == (entry.ident, entry.title)
    alone = section.findtext("selection_ordering/selection/selection_number") == "1"
    assert alone == bool(entry.variant)
    data = {
        f.findtext("fieldlabel"): f.findtext("fieldentry") for f in item.iter("qtimetadatafield")
    }
    text = item.findtext("presentation/material/mattext")
    assert text.startswith(paragraphs(question.asks))
    feedback = {f.get("ident"): f.findtext(".//mattext") for f in item.findall("itemfeedback")}
    linked = [link.get("linkrefid") for link in item.iter("displayfeedback")]
    assert sorted(linked) == sorted(feedback)
    labels = [(k.get("ident"), k.findtext(".//mattext")) for k in item.iter("response_label")]
    marks = [c for c in item.iter("respcondition") if c.find("setvar") is not None]
    ids = [ident for ident, _ in labels]
    if isinstance(question, Choice):
        assert data["question_type"] == "multiple_choice_question"
        assert data["original_answer_ids"] == ",".join(ids)
        assert [text for _, text in labels] == [line(text) for text in shown.items.values()]
        (mark,) = marks
        right = dict(labels)[mark.findtext("conditionvar/varequal")]
        assert right == line(question.right) and mark.findtext("setvar") == "100"
        for (ident, _), letter in zip(labels, shown.items, strict=True):
            assert feedback[f"{ident}_fb"] == paragraphs(shown.told(letter)[1])
    elif isinstance(question, Number):
        assert data["question_type"] == "numerical_question"
        (mark,) = marks  # one only: Canvas takes each for a right answer
        bounds = [float(mark.findtext(f".//{tag}")) for tag in ("vargte", "varequal", "varlte")]
        error = question.error(question.right)
        assert bounds == nearly([question.right - error, question.right, question.right + error])
        assert feedback["correct_fb"] == paragraphs(f"Right. {question.why}")
        for _, reason in question.wrong:
            assert line(reason) in feedback["general_incorrect_fb"]
    else:
        assert data["question_type"] == "matching_question"
        responses = list(item.iter("response_lid"))
        place = {c.find(".//varequal").get("respident"): c.findtext(".//varequal") for c in marks}
        place = {r: dict(labels)[place[r.get("ident")]] for r in responses}
        things = sorted(responses, key=lambda r: int(place[r]))
        assert [r.findtext("material/mattext")[len("<b>a</b> ") :] for r in things] == [
            line(text) for text in question.right
        ]
        points = [float(mark.findtext("setvar")) for mark in marks]
        assert sum(points) == pytest.approx(100, abs=0.05)
        assert line(question.why) in feedback["general_fb"]
        for reason in shown.wrong.values():
            assert line(reason) in feedback["general_fb"]


def check_qti(found):
    content = package(found, "A <title> & more", "some-questions")
    read = list(read_qti(content))
    assert content == package(found, "A <title> & more", "some-questions")
    by_name = {item.get("title"): (section, item) for section, item in read}
    assert len(by_name) == len(read) == len(found)
    for entry in found:
        agrees_with_qti(entry, *by_name[entry.title])


def test_qti_gives_back_the_samples(tried):
    check_qti(tried)


def test_qti_gives_back_the_bank(bank):
    check_qti(bank)


# -- all of them ----------------------------------------------------------------------------------


def test_every_variant_of_every_question_is_exported(book):
    for chapter, own in chapters().items():
        found = list(entries(book, [chapter], VARIANTS))
        assert {entry.shown.name for entry in found} == set(own)
        for name, question in own.items():
            of_it = [entry for entry in found if entry.shown.name == name]
            assert len(of_it) >= (3 if isinstance(question, Family) else 1)
            assert all(bool(e.variant) == isinstance(question, Family) for e in of_it)


def test_variants_differ_and_none_stands_on_the_page(tried):
    variants = [entry for entry in tried if entry.variant]
    assert len(variants) == VARIANTS
    assert len({entry.shown.question.asks for entry in variants}) == VARIANTS
    assert SAMPLES["q-3-01"] in [entry.shown.question for entry in tried]


def test_formulas_survive(bank):
    """As they were typed, in each of the texts that hold them."""
    for content in (quiz(bank, titles()), package(bank, "x", "y")):
        if content[:2] == b"PK":
            archive = zipfile.ZipFile(io.BytesIO(content))
            content = archive.read("y/y.xml")
        texts = [said(e.text) for e in ET.fromstring(content).iter() if e.text and e.text.strip()]
        whole = "\n".join(texts)
        for entry in bank:
            for formula in formulas(entry.shown.asked) + formulas(entry.shown.answered):
                assert " ".join(formula.split()) in whole, formula


def test_signs_that_mean_something_in_xml_do_no_harm():
    assert line("$a<b$ & `<x>`") == r"\(a&lt;b\) &amp; <code>&lt;x&gt;</code>"
    assert paragraphs("A\n\n$$\na<b\n$$") == "<p>A</p>\n<p>\\[a&lt;b\\]</p>"
    assert line("a <b c") == "a &lt;b c"


def test_markdown_has_the_answers_in_a_second_part(tried):
    questions, answers = export(tried, "markdown", "A title", "x").decode().split("\n# Answers\n")
    numbers = [f"### {k}. {entry.title}" for k, entry in enumerate(tried, 1)]
    for part in (questions, answers):
        assert [row for row in part.splitlines() if row.startswith("### ")] == numbers
    for entry in tried:
        assert entry.shown.asked in questions and entry.shown.answered in answers
        assert entry.shown.question.why not in questions


@pytest.mark.parametrize(
    "options, words",
    [
        (["--chapter", "99"], "no questions of chapter 99; there are chapters"),
        (["--chapter", "3", "--variants", "0"], "at least one variant"),
        (["--out", "x"], "--out is one file"),
        (["--format", "gift"], "invalid choice: 'gift'"),
    ],
)
@pytest.mark.slow
def test_the_command_says_what_it_cannot_do(options, words):
    run = [sys.executable, "-m", "teaching.bank", *options]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2 and words in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(3 not in chapters(), reason="the bank has no chapter 3")
def test_the_command_writes_a_file(tmp_path):
    out = tmp_path / "new" / "three.xml"
    run = [sys.executable, "-m", "teaching.bank", "--chapter", "3", "--format", "moodle"]
    subprocess.run([*run, "--out", out], cwd=ROOT, check=True, capture_output=True, timeout=120)
    assert len(list(read_moodle(out.read_bytes()))) >= 15
    assert [path.name for path in out.parent.iterdir()] == ["three.xml"]
