"""A course plan in Markdown: the table of all units, and the text of each."""

from collections.abc import Iterable, Iterator
from html import escape

from .. import pages
from ..costs import notebooks
from . import MINUTES_A_PICTURE, MINUTES_A_VOTE, Picture, Plan, Unit

UNKNOWN = "–"  # a notebook that has not been measured


def rules() -> str:
    """How minutes are counted, with the numbers that the plans use."""
    return (
        f"A minute for {pages.WORDS_A_MINUTE} words and one for each numbered equation; "
        f"{pages.MINUTES_AN_EXERCISE} minutes for an exercise that marks itself, "
        f"{pages.MINUTES_AN_OPEN_EXERCISE} for an open one; {MINUTES_A_PICTURE} for a picture with "
        f"its question, {MINUTES_A_VOTE} for a vote on the slides. "
        "What is left of a session is for the board."
    )


def machine(costs: dict[str, dict]) -> str:
    """On what, and when, the CPU seconds were measured."""
    kinds = sorted({cost["machine"] for cost in costs.values()})
    days = sorted({cost["date"] for cost in costs.values()})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    text = f"CPU seconds are of a whole run of the notebook ({'; '.join(kinds)}), measured {when}."
    unknown = [page for page in notebooks() if page not in costs]
    return text + (f" Not measured yet: {len(unknown)} notebooks, a dash." if unknown else "")


def seconds(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.0f}"


def total(column: Iterable[str]) -> str:
    cells = list(column)
    return UNKNOWN if UNKNOWN in cells else str(sum(map(int, cells)))


def overview(plan: Plan) -> str:
    """A line for each unit, and the sum."""
    if plan.slot is None:
        head = ["Stage", "Sittings", "Reading", "Exercises", "Running"]
    else:
        head = ["Session", "In class", plan.later, "Running"]
    rows = [cells(unit, number) for number, unit in enumerate(plan.units, 1)]
    rows.append(["**In all**", *(total(row[i] for row in rows) for i in range(1, len(head)))])
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"Minutes; and the CPU seconds of running the notebooks.\n\n{table}"


def cells(unit: Unit, number: int) -> list[str]:
    link = f'<a href="#{anchor(number)}">{number}. {escape(unit.title)}</a>'
    practice = unit.practice(unit.at_home)
    if unit.slot is None:
        sums = [len(unit.sections), unit.reading, practice]
    else:
        sums = [unit.slot, unit.reading + practice]
    return [link, *map(str, sums), seconds(unit.cpu_seconds)]


def anchor(number: int) -> str:
    return f"unit-{number}"


def told(plan: Plan) -> str:
    """What the plan leaves out though a page needs it, in a sentence each."""
    lines = [f"- {{doc}}`/book/{page}`: {text}" for page, text in plan.told.items()]
    return "\n".join(["**Told in a sentence**, in place of a section:", "", *lines])


def text(plan: Plan, unit: Unit) -> str:
    return "\n\n".join(part for part in paragraphs(plan, unit) if part)


def paragraphs(plan: Plan, unit: Unit) -> Iterator[str]:
    yield "**Sections.**\n\n" + bullets(section_line(page, unit) for page in unit.sections)
    if unit.slot:
        spent = [f"{minutes} {what}" for what, minutes in unit.timetable.items() if minutes]
        yield f"**{unit.slot} minutes:** {', '.join(spent)}."
    if before := [f"*{s.title}*: {s.before}" for s in unit.sections if s.before]:
        yield "**Needs.**\n\n" + bullets(before)
    yield "**Students can then**\n\n" + bullets(unit.outcomes) if unit.outcomes else ""
    if unit.pictures:
        yield "**Ask, then show.**\n\n" + bullets(map(shown, unit.pictures))
    if unit.in_class:
        yield f"**Exercises in class:** {links(unit, unit.in_class)}."
    if unit.at_home:
        label = f"Exercises, {plan.later.lower()}" if unit.slot else "Exercises"
        yield f"**{label}:** {links(unit, unit.at_home)}."
    yield f"**Go on when** {unit.then}." if unit.then else ""


def bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def section_line(page: pages.Section, unit: Unit) -> str:
    costs = [f"{page.reading} minutes to read"]
    if unit.slot is None and page.exercises:
        costs.append(f"{unit.practice(tuple(page.exercises.values()))} for its exercises")
    if page.page in pages.measured():
        costs.append(f"{seconds(pages.measured()[page.page])} CPU seconds to run")
    return f"{{doc}}`/book/{page.page}`: {', '.join(costs)}"


def shown(picture: Picture) -> str:
    href = escape(f"../{picture.page}.html{picture.address}")
    return f'{picture.ask} <a href="{href}">{escape(picture.words)}</a>: {picture.seen}'


def links(unit: Unit, exercises: tuple[str, ...]) -> str:
    found = []
    for exercise in exercises:
        label = unit.home_of(exercise).label(exercise)
        found.append(f"{{ref}}`{exercise} <{label}>`")
    return ", ".join(found)
