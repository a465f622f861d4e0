"""Makes the decks: python -m slides, or of some lessons only: python -m slides 01 04."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from website.executing import bring_up_to_date
from website.lessons import ROOT, lessons

from .building import lesson_deck, write_decks


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what has not run, write the decks, and return 0 if every lesson has one."""
    parser = argparse.ArgumentParser(prog="python -m slides", description=__doc__)
    parser.add_argument("lesson", nargs="*", help="number of a lesson; all of them if none is named")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "slides", help="folder of the decks")
    asked = parser.parse_args(arguments)
    found = [each for each in lessons() if not asked.lesson or each.stem.startswith(tuple(asked.lesson))]
    if not found:
        parser.error(f"there is no lesson {asked.lesson[0]}: {', '.join(each.stem for each in lessons())}")
    for words in bring_up_to_date(found):
        print(words, flush=True)
    decks = []
    for lesson in found:
        try:
            decks.append(lesson_deck(lesson))
        except ValueError as fault:
            print(f"{lesson.stem}: no deck, the lesson {fault}")
    print(write_decks(decks, asked.out))
    return 0 if len(decks) == len(found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
