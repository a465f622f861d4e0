"""Build the course as a website: `python -m website`, or `make site`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from .building import SITE, build
from .executing import bring_up_to_date
from .lessons import EXECUTED, Lesson, is_current, lessons, library_digest


def main(words: list[str] | None = None) -> int:
    """Run what has not run, build the site, say where it is; return 1 if a lesson failed."""
    parser = argparse.ArgumentParser(prog="python -m website", description=__doc__)
    parser.add_argument("--out", type=Path, default=SITE, metavar="FOLDER", help="where the site goes")
    parser.add_argument(
        "--as-it-is", action="store_true", help="run nothing: take the outputs that there are, however old"
    )
    options = parser.parse_args(words)
    course = lessons()
    for line in _old(course) if options.as_it_is else bring_up_to_date(course, EXECUTED):
        print(line, flush=True)
    failed, warnings = build(course, options.out)
    if warnings:
        print(warnings, file=sys.stderr)
    megabytes = sum(path.stat().st_size for path in options.out.rglob("*") if path.is_file()) / 1e6
    print(f"{options.out / 'index.html'} ({megabytes:.0f} MB)")
    for stem in failed:
        print(f"FAILED: {stem}. Its page says where it stopped.", file=sys.stderr)
    return 1 if failed else 0


def _old(course: list[Lesson]) -> Iterator[str]:
    """Yield a line for each lesson whose outputs are of another code, or of another library."""
    library = library_digest()
    for lesson in course:
        if not is_current(lesson, library, EXECUTED):
            yield f"{lesson.stem}: as it is, but the lesson or the library has changed since it ran"


if __name__ == "__main__":
    sys.exit(main())
