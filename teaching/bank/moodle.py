"""Moodle XML: every question with the reason of each answer, in categories by chapter and section.

A question with drawn numbers has a category of its own, full of its variants: a quiz that takes a
random question from there gives each student another. Orders are matched with places, which every
Moodle can do; one mark is shared by the places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as ET

from dgm_lessons.questions import Choice, Number, Shown

from .entries import Entry
from .html import line, paragraphs, plain

PLACES = "Give each its place: 1 comes first."


def quiz(entries: Iterable[Entry], chapters: Mapping[int, str]) -> bytes:
    """The questions as a file to import; `chapters` are the titles of the chapters."""
    root, before = ET.Element("quiz"), ""
    for entry in entries:
        parts = ["DGM Lessons", chapters[entry.chapter], entry.section]
        parts += [entry.shown.name] if entry.variant else []
        here = "/".join(["$course$", "top", *(part.replace("/", "//") for part in parts)])
        if here != before:
            category = ET.SubElement(root, "question", type="category")
            _text(ET.SubElement(category, "category"), here)
            before = here
        root.append(question(entry))
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def question(entry: Entry) -> ET.Element:
    """One question."""
    shown = entry.shown
    asked = shown.question
    kinds = {Choice: "multichoice", Number: "numerical"}
    element = ET.Element("question", type=kinds.get(type(asked), "matching"))
    _text(ET.SubElement(element, "name"), entry.title)
    said = {Choice: "", Number: f"\n\n{shown.wanted}"}.get(type(asked), f"\n\n{PLACES}")
    _html(element, "questiontext", paragraphs(asked.asks + said))
    _html(element, "generalfeedback", paragraphs(asked.why))
    ET.SubElement(element, "defaultgrade").text = "1"
    ET.SubElement(element, "idnumber").text = entry.ident
    if isinstance(asked, Choice):
        _choice(element, shown)
    elif isinstance(asked, Number):
        _number(element, shown, asked)
    else:
        _order(element, shown)
    tags = ET.SubElement(element, "tags")
    for tag in (asked.kind, f"chapter {entry.chapter}"):
        _text(ET.SubElement(tags, "tag"), tag)
    return element


def _choice(element: ET.Element, shown: Shown) -> None:
    for key, value in {
        "single": "true",
        "shuffleanswers": "true",
        "answernumbering": "abc",
    }.items():
        ET.SubElement(element, key).text = value
    for letter, text in shown.items.items():
        _answer(element, letter == shown.right, line(text), shown.told(letter)[1])


def _number(element: ET.Element, shown: Shown, asked: Number) -> None:
    for number in (shown.right, *shown.wrong):
        told = shown.told(number)[1]
        answer = _answer(element, number == shown.right, plain(number), told)
        ET.SubElement(answer, "tolerance").text = plain(asked.error(float(number)))


def _order(element: ET.Element, shown: Shown) -> None:
    ET.SubElement(element, "shuffleanswers").text = "false"  # they are shuffled
    for letter, text in shown.items.items():
        part = ET.SubElement(element, "subquestion", format="html")
        ET.SubElement(part, "text").text = f"<b>{letter}</b> {line(text)}"
        _text(ET.SubElement(part, "answer"), str(str(shown.right).index(letter) + 1))
    _html(element, "correctfeedback", paragraphs(shown.told(shown.right)[1]))
    reasons = "\n".join(f"- **{order}** {reason}" for order, reason in shown.wrong.items())
    for mark in ("partiallycorrectfeedback", "incorrectfeedback"):
        _html(element, mark, paragraphs(f"Not yet.\n\n{reasons}"))


def _answer(element: ET.Element, right: bool, text: str, told: str) -> ET.Element:
    answer = ET.SubElement(element, "answer", fraction="100" if right else "0", format="html")
    ET.SubElement(answer, "text").text = text
    _html(answer, "feedback", paragraphs(told))
    return answer


def _html(parent: ET.Element, tag: str, text: str) -> None:
    _text(ET.SubElement(parent, tag, format="html"), text)


def _text(parent: ET.Element, text: str) -> None:
    ET.SubElement(parent, "text").text = text
