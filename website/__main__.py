"""Build the course as a website: `python -m website`, or `make site`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .building import SITE, build
from .executing import bring_up_to_date
from .lessons import EXECUTED, lessons


def main(words: list[str] | None = None) -> int:
    """Run what has not run, build the site, say where it is; return 1 if a lesson failed."""
    parser = argparse.ArgumentParser(prog="python -m website", description=__doc__)
    parser.add_argument("--out", type=Path, default=SITE, metavar="FOLDER", help="where the site goes")
    parser.add_argument(
        "--as-it-is", action="store_true", help="run nothing: take the outputs that there are, however old"
    )
    options = parser.parse_args(words)
    course = lessons()
    if not options.as_it_is:
        for line in bring_up_to_date(course, EXECUTED):
            print(line, flush=True)
    failed, warnings = build(course, options.out)
    if warnings:
        print(warnings, file=sys.stderr)
    megabytes = sum(path.stat().st_size for path in options.out.rglob("*") if path.is_file()) / 1e6
    print(f"{options.out / 'index.html'} ({megabytes:.0f} MB)")
    for stem in failed:
        print(f"FAILED: {stem}. Its page says where it stopped.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
