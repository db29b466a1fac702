"""Questions for a minute: on the pages, in class, in a quiz.

Those of chapter 3 stand in `c03_ddpm.py`, as QUESTIONS: "q-3-01" and on. Every such module is
found. `dgm_lessons.exercises.check("q-3-01", "b")` marks an answer.
"""

from .catalogue import chapters, find
from .question import Choice, Family, Number, Order, Question
from .shown import Shown, shown

__all__ = ["Choice", "Family", "Number", "Order", "Question", "Shown", "chapters", "find", "shown"]
