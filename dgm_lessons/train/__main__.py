"""The command line; see `python -m dgm_lessons.train --help`."""

from ..data import DataError
from ..zoo import DamagedFile
from .command import main

if __name__ == "__main__":
    try:
        main()
    except (DamagedFile, DataError) as error:
        raise SystemExit(str(error)) from None
