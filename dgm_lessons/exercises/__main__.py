"""The command line; see `python -m dgm_lessons.exercises --help`."""

from .grading.command import main

if __name__ == "__main__":
    main()
