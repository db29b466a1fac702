"""Questions for a minute: on the pages, in class, in a quiz.

Those of chapter 3 stand in `c03_ddpm.py`, as QUESTIONS: "q-3-01" and on.
"""

from .question import Choice, Family, Number, Order, Question

__all__ = ["Choice", "Family", "Number", "Order", "Question"]
