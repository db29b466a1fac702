"""Slides: a deck for each chapter, made of what stands in its notebooks.

    python -m teaching.slides --chapter 5        writes _build/slides/05-score-matching.html

An outline (`outlines/05-score-matching.yml`) lists the slides of each section: a heading, a
sentence or two, what to ask in class, and the name of the formula, the figure, the widget or the
code that the page has. Nothing is copied into it, so a slide changes with its page.

`outline` reads the outlines, `material` finds what they name, `slide` writes one as HTML, `deck`
puts them together. `deck.js`, `notes.js` and `deck.css` run them, on reveal.js, from a disk too.
"""
