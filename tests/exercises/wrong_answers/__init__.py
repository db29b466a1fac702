"""What readers really type and is wrong: one module for each page, one list for each exercise.

The lists were written from the pages, without looking at what the exercises can name. They
measure the marking: every answer is refused, and most are named. An answer that readers gave and
that nobody thought of belongs here first, then, if it says something, among the mistakes.
"""
