"""DGM Lessons: the package behind the book. One concept a module; import from the modules."""

__version__ = "0.1.0"
