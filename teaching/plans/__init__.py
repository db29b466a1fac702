"""Course plans: which sections when, what to show and to ask, how many minutes it all takes.

A plan stands in `teaching/plans/NAME.yml` as a list of units; pictures stand in `pictures.yml`, by
section. All else is taken from the pages and from the measured costs: outcomes, needs, exercises,
minutes. In class a unit has its slot; questions, pictures, votes and exercises take their minutes,
and the board has what is left.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..pages import Section, measured, section
from ..slides import outline

HERE = Path(__file__).parent
NAMES = tuple(sorted(path.stem for path in HERE.glob("*.yml") if path.stem != "pictures"))
MINUTES_A_PICTURE = 5  # ask, write down, show, talk
MINUTES_A_VOTE = 2
BOARD = "at the board"
LEAST_AT_THE_BOARD = 15  # minutes a section


@dataclass(frozen=True)
class Picture:
    """A setting of a widget, the question to ask before, and what is then to be seen."""

    page: str
    words: str
    address: str
    ask: str
    seen: str


@dataclass(frozen=True)
class Unit:
    """A session of a course, or a stage of a path (without a slot)."""

    title: str
    part: str
    sections: tuple[Section, ...]
    in_class: tuple[str, ...]
    own_outcomes: tuple[str, ...]
    then: str
    slot: int | None
    questions: int

    @property
    def outcomes(self) -> tuple[str, ...]:
        return self.own_outcomes or tuple(o for s in self.sections for o in s.outcomes)

    @property
    def pictures(self) -> list[Picture]:
        return [picture for s in self.sections for picture in pictures(s.page)]

    @property
    def at_home(self) -> tuple[str, ...]:
        names = (name for s in self.sections for name in s.exercises.values())
        return tuple(name for name in names if name not in self.in_class)

    def home_of(self, exercise: str) -> Section:
        for found in self.sections:
            if exercise in found.exercises.values():
                return found
        raise ValueError(f"{self.title}: its sections have no exercise {exercise}")

    def practice(self, exercises: tuple[str, ...]) -> int:
        """Minutes for these exercises."""
        return sum(self.home_of(name).minutes(name) for name in exercises)

    @property
    def reading(self) -> int:
        return sum(s.reading for s in self.sections)

    @property
    def cpu_seconds(self) -> float | None:
        """Of all its notebooks; None where one has not been measured."""
        pages = [s.page for s in self.sections if s.exercises]
        known = measured()
        return sum(known[page] for page in pages) if set(pages) <= known.keys() else None

    @property
    def timetable(self) -> dict[str, int]:
        """What the minutes of the slot go to; they add up to it."""
        if self.slot is None:
            return {}
        fixed = {
            "for questions": self.questions,
            "for pictures": MINUTES_A_PICTURE * len(self.pictures),
            "for votes": MINUTES_A_VOTE * sum(votes(s.page) for s in self.sections),
            "for exercises": self.practice(self.in_class),
        }
        return {**fixed, BOARD: self.slot - sum(fixed.values())}


@dataclass(frozen=True)
class Plan:
    """A plan: its units in order, the length of a session, what is told in place of a section."""

    name: str
    units: tuple[Unit, ...]
    slot: int | None
    sessions: int
    later: str
    told: dict[str, str]


@functools.cache
def votes(page: str) -> int:
    """Votes on the slides of a section."""
    chapter, name = page.split("/")
    return sum(slide.kind == "vote" for slide in slides(chapter).get(name, []))


@functools.cache
def slides(chapter: str) -> dict[str, list[outline.Slide]]:
    """The slides of each section of a chapter."""
    return outline.read(outline.chapters()[chapter])


@functools.cache
def shown() -> dict[str, list[dict[str, str]]]:
    return yaml.safe_load((HERE / "pictures.yml").read_text(encoding="utf8"))


def pictures(page: str) -> list[Picture]:
    return [picture(page, entry) for entry in shown().get(page, [])]


def picture(page: str, entry: dict[str, str]) -> Picture:
    if "set" in entry:
        widget, fields = entry["set"].split("?")
        words = f"{called(widget)}, {fields.replace('&', ', ').replace('=', ' = ')}"
        return Picture(page, words, f"#set-{entry['set']}", entry["ask"], entry["seen"])
    widget, words = entry["preset"].split("/")
    for label, address, seen in presets(widget):
        if label == words:
            words = f"{called(widget)}, “{words}”"
            return Picture(page, words, address, entry["ask"], entry.get("seen", seen))
    labels = [label for label, _, _ in presets(widget)]
    raise ValueError(f"{widget} has no preset {words!r}, but {labels}")


def called(widget: str) -> str:
    return widget.replace("-", " ").capitalize()


@functools.cache
def presets(widget: str) -> list[tuple[str, str, str]]:
    """(words, address, what is seen) of each preset of the widget of this name."""
    from gallery import kinds, links

    for kind in kinds():
        if kind.name() == widget:
            return list(links(kind))
    raise ValueError(f"no widget is called {widget!r}")


def read(name: str) -> Plan:
    if name not in NAMES:
        raise ValueError(f"no plan is called {name!r}; there are {', '.join(NAMES)}")
    return parsed(name, yaml.safe_load((HERE / f"{name}.yml").read_text(encoding="utf8")))


def parsed(name: str, data: dict[str, Any]) -> Plan:
    part, units = "", []
    for entry in data["units"]:
        part = entry.get("part", part)
        units.append(
            Unit(
                title=entry.get("title", part),
                part=part,
                sections=tuple(section(page) for page in entry["sections"]),
                in_class=tuple(entry.get("exercises", ())),
                own_outcomes=tuple(line.rstrip(";.") for line in entry.get("outcomes", ())),
                then=entry.get("then", ""),
                slot=data["slot"],
                questions=data.get("questions", 0),
            )
        )
    sessions = data.get("sessions", len(units))
    later = data.get("later", "At home")
    return Plan(name, tuple(units), data["slot"], sessions, later, data.get("told", {}))


def problems(plan: Plan) -> Iterator[str]:
    """What is wrong with a plan: order, exercises, minutes."""
    known = set(plan.told)
    for unit in plan.units:
        for s in unit.sections:
            for need in set(s.needs) - known:
                yield f"{unit.title}: {s.page} needs {need}, which neither comes before nor is told"
            if s.page in known - set(plan.told):
                yield f"{unit.title}: {s.page} has been treated already"
            known.add(s.page)
        names = {name for s in unit.sections for name in s.exercises.values()}
        for name in set(unit.in_class) - names:
            yield f"{unit.title}: no exercise {name} in its sections, but {sorted(names)}"
            return
        board = unit.timetable.get(BOARD, LEAST_AT_THE_BOARD * len(unit.sections))
        if board < LEAST_AT_THE_BOARD * len(unit.sections):
            yield f"{unit.title}: {board} minutes at the board for {len(unit.sections)} sections"
    if len(plan.units) != plan.sessions:
        yield f"{len(plan.units)} units for {plan.sessions} sessions"
