"""What readers really type and is wrong: one module for each page, two lists for each exercise.

WRONG was written from the pages, without looking at what the exercises could name, and then used
to name more. FURTHER was written after that, of what had not been thought of, and is not used: it
shows how the marking does on news. An answer that readers gave belongs in WRONG first and then, if
it teaches something, among the mistakes of its exercise.
"""
