"""The book on paper: `python -m teaching.press` writes _build/dgm-lessons.pdf from the built site.

Chromium prints each page of the site in the order of `_toc.yml`: formulas drawn, widgets as the
pictures that are stored with them, folded code left out, solutions at the end of their page. The
files are joined behind a title page and a table of contents. A link to a page of the book leads
there in the file; a link to what is left out leads to the public site.
"""
