"""QTI 1.2 as Canvas reads it: a zip file with a quiz in which each student gets another variant.

Canvas takes any number that a numerical question lists for a right one, so the usual wrong numbers
stand with their reasons in what is said of a wrong answer. Orders are matched with places.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.etree import ElementTree as ET

from dgm_lessons.questions import Choice, Number, Shown

from .entries import Entry
from .html import line, paragraphs, plain
from .moodle import PLACES

ITEMS = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
TYPES = {Choice: "multiple_choice_question", Number: "numerical_question"}


def package(entries: Iterable[Entry], title: str, ident: str) -> bytes:
    """The questions as a zip file to import: `title` for readers, `ident` for machines."""
    manifest = ET.Element("manifest", xmlns=PACKAGE, identifier=f"{ident}-manifest")
    metadata = ET.SubElement(manifest, "metadata")
    ET.SubElement(metadata, "schema").text = "IMS Content"
    ET.SubElement(metadata, "schemaversion").text = "1.1.3"
    ET.SubElement(manifest, "organizations")
    resource = ET.SubElement(
        ET.SubElement(manifest, "resources"), "resource", identifier=ident, type="imsqti_xmlv1p2"
    )
    ET.SubElement(resource, "file", href=f"{ident}/{ident}.xml")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, root in {
            "imsmanifest.xml": manifest,
            f"{ident}/{ident}.xml": assessment(entries, title, ident),
        }.items():
            ET.indent(root)
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # the same bytes every time
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, ET.tostring(root, encoding="utf-8", xml_declaration=True))
    return file.getvalue()


def assessment(entries: Iterable[Entry], title: str, ident: str) -> ET.Element:
    """The quiz: the questions one by one, of the variants of one question a single one."""
    root = ET.Element("questestinterop", xmlns=ITEMS)
    quiz = ET.SubElement(root, "assessment", ident=ident, title=title)
    section = ET.SubElement(quiz, "section", ident="root_section")
    for name, group in groupby(entries, key=lambda entry: entry.shown.name):
        variants = list(group)
        place = section
        if variants[0].variant:
            place = ET.SubElement(section, "section", ident=f"{name}-variants", title=name)
            selection = ET.SubElement(ET.SubElement(place, "selection_ordering"), "selection")
            ET.SubElement(selection, "selection_number").text = "1"
            extension = ET.SubElement(selection, "selection_extension")
            ET.SubElement(extension, "points_per_item").text = "1"
        place.extend(map(item, variants))
    return root


def item(entry: Entry) -> ET.Element:
    """One question. Its answers are called 1, 2, ...: Canvas keeps names that are numbers."""
    shown, asked = entry.shown, entry.shown.question
    element = ET.Element("item", ident=entry.ident, title=entry.title)
    fields = {
        "question_type": TYPES.get(type(asked), "matching_question"),
        "points_possible": "1",
        "original_answer_ids": ",".join(ident for ident, _, _ in _things(shown)),
    }
    data = ET.SubElement(ET.SubElement(element, "itemmetadata"), "qtimetadata")
    for label, value in fields.items():
        one = ET.SubElement(data, "qtimetadatafield")
        ET.SubElement(one, "fieldlabel").text = label
        ET.SubElement(one, "fieldentry").text = value
    presentation = ET.SubElement(element, "presentation")
    processing = ET.SubElement(element, "resprocessing")
    ET.SubElement(
        ET.SubElement(processing, "outcomes"),
        "decvar",
        {"maxvalue": "100", "minvalue": "0", "varname": "SCORE", "vartype": "Decimal"},
    )
    if isinstance(asked, Choice):
        _material(presentation, paragraphs(asked.asks))
        _choice(element, presentation, processing, shown)
    elif isinstance(asked, Number):
        _material(presentation, paragraphs(f"{asked.asks}\n\n{shown.wanted}"))
        _number(element, presentation, processing, shown, asked)
    else:
        _material(presentation, paragraphs(f"{asked.asks}\n\n{PLACES}"))
        _order(element, presentation, processing, shown)
    return element


def _things(shown: Shown) -> Iterator[tuple[str, str, str]]:
    """(name for machines, letter, HTML) of the statements or things."""
    for k, (letter, text) in enumerate(shown.items.items(), 1):
        yield str(k), letter, line(text)


def _choice(element: ET.Element, shows: ET.Element, processing: ET.Element, shown: Shown) -> None:
    response = ET.SubElement(shows, "response_lid", ident="response1", rcardinality="Single")
    choices = ET.SubElement(response, "render_choice")
    for ident, letter, text in _things(shown):
        _material(ET.SubElement(choices, "response_label", ident=ident), text)
        said = _condition(processing, "Yes")
        ET.SubElement(said, "varequal", respident="response1").text = ident
        _feedback(element, processing[-1], f"{ident}_fb", shown.told(letter)[1])
    right = next(ident for ident, letter, _ in _things(shown) if letter == shown.right)
    ET.SubElement(_condition(processing, "No"), "varequal", respident="response1").text = right
    _score(processing[-1], "Set", "100")


def _number(
    element: ET.Element, shows: ET.Element, processing: ET.Element, shown: Shown, asked: Number
) -> None:
    response = ET.SubElement(shows, "response_str", ident="response1", rcardinality="Single")
    field = ET.SubElement(response, "render_fib", fibtype="Decimal")
    ET.SubElement(field, "response_label", ident="answer1")
    either = ET.SubElement(_condition(processing, "No"), "or")
    ET.SubElement(either, "varequal", respident="response1").text = plain(asked.right)
    both, error = ET.SubElement(either, "and"), asked.error(asked.right)
    ET.SubElement(both, "vargte", respident="response1").text = plain(asked.right - error)
    ET.SubElement(both, "varlte", respident="response1").text = plain(asked.right + error)
    _score(processing[-1], "Set", "100")
    _feedback(element, processing[-1], "correct_fb", shown.told(shown.right)[1])
    ET.SubElement(_condition(processing, "Yes"), "other")
    _feedback(element, processing[-1], "general_incorrect_fb", _reasons(shown))


def _order(element: ET.Element, shows: ET.Element, processing: ET.Element, shown: Shown) -> None:
    places = range(1, len(shown.items) + 1)
    for ident, letter, text in _things(shown):
        response = ET.SubElement(shows, "response_lid", ident=f"response_{ident}")
        _material(response, f"<b>{letter}</b> {text}")
        choices = ET.SubElement(response, "render_choice")
        for place in places:
            label = ET.SubElement(choices, "response_label", ident=str(100 + place))
            _material(label, str(place), "text/plain")
        right = str(101 + str(shown.right).index(letter))
        said = ET.SubElement(_condition(processing), "varequal", respident=f"response_{ident}")
        said.text = right
        _score(processing[-1], "Add", f"{100 / len(places):.2f}")
    ET.SubElement(_condition(processing, "Yes"), "other")
    told = f"{shown.question.why}\n\n{_reasons(shown)}" if shown.wrong else shown.question.why
    _feedback(element, processing[-1], "general_fb", told)


def _reasons(shown: Shown) -> str:
    """The usual wrong answers with their reasons, as Markdown."""
    reasons = (f"- **{shown.written(wrong)}**: {why}" for wrong, why in shown.wrong.items())
    return "\n".join(["Usual mistakes:\n", *reasons]) if shown.wrong else "Not yet."


def _condition(processing: ET.Element, more: str = "") -> ET.Element:
    attributes = {"continue": more} if more else {}
    return ET.SubElement(ET.SubElement(processing, "respcondition", attributes), "conditionvar")


def _score(condition: ET.Element, action: str, points: str) -> None:
    ET.SubElement(condition, "setvar", action=action, varname="SCORE").text = points


def _feedback(element: ET.Element, condition: ET.Element, ident: str, told: str) -> None:
    ET.SubElement(condition, "displayfeedback", feedbacktype="Response", linkrefid=ident)
    flow = ET.SubElement(ET.SubElement(element, "itemfeedback", ident=ident), "flow_mat")
    _material(flow, paragraphs(told))


def _material(parent: ET.Element, text: str, kind: str = "text/html") -> None:
    ET.SubElement(ET.SubElement(parent, "material"), "mattext", texttype=kind).text = text
