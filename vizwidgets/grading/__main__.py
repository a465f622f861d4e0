"""``python -m vizwidgets.grading``: the instructor's commands."""

import sys

from .command import main

if __name__ == "__main__":
    sys.exit(main())
