"""Markdown to print: the questions, and in a second part their answers."""

from __future__ import annotations

from collections.abc import Sequence

from .entries import Entry


def sheet(entries: Sequence[Entry], title: str) -> str:
    """The questions by section, numbered, then all answers with their reasons."""
    questions, answers, section = [f"# {title}"], ["# Answers"], ""
    for number, entry in enumerate(entries, 1):
        if entry.section != section:
            section = entry.section
            questions.append(f"## {section}")
        questions += [f"### {number}. {entry.title}", entry.shown.asked]
        answers += [f"### {number}. {entry.title}", entry.shown.answered]
    return "\n\n".join(questions + answers) + "\n"
