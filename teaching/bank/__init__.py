"""The book's questions for other systems: Moodle, Canvas, paper.

`python -m teaching.bank --chapter 3 --format moodle --variants 5 --out FILE`
"""
