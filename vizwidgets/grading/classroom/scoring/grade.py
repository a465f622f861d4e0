"""Run the checks on every submission: in parallel, within limits, an interruption loses nothing."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields

from vizwidgets.grading.results import SheetResult
from vizwidgets.grading.running.limits import Limits
from vizwidgets.grading.running.rule import UNTOUCHED
from vizwidgets.grading.sheets.course import Course

from .grading import Grading, grade

__all__ = ["HELP", "add_options", "grade", "run"]

HELP = (
    "Run the checks on every submission of a sheet. First the solution must get all points on this machine. "
    "A submission that was graded before and has not changed is left as it is, so after an interruption the "
    "same command goes on. What can not be graded is listed, and has no points, not even zero: the command "
    "then ends with 1."
)
_WORDS = {
    "cell_seconds": "time for one cell",
    "sheet_seconds": "time for all cells of a submission",
    "memory_mb": "memory of a submission",
    "disk_mb": "what a submission may write",
    "output_chars": "how much of what a cell prints is kept",
    "processes": "how many processes and threads a submission may have",
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``grade``."""
    parser.add_argument("sheet", metavar="SHEET", help="beginning of a sheet's name")
    parser.add_argument("--students", nargs="+", metavar="STUDENT", help="only these")
    parser.add_argument("--jobs", type=int, metavar="N", help="how many run at once (one for each processor)")
    parser.add_argument(
        "--seed", type=int, metavar="N", help="pin the hidden inputs, to look into a complaint"
    )
    parser.add_argument("--again", action="store_true", help="also grade what was graded and has not changed")
    parser.add_argument("--any-release", action="store_true", help="also grade what is of another release")
    limits = parser.add_argument_group("limits")
    for field in fields(Limits):
        kind = float if field.name.endswith("seconds") else int
        words = f"{_WORDS[field.name]} ({field.default:g})"
        limits.add_argument(
            f"--{field.name.replace('_', '-')}", type=kind, default=field.default, metavar="N", help=words
        )


def run(course: Course, options: argparse.Namespace) -> int:
    """Grade; 1 if there is a submission that could not be graded."""
    done = grade(
        course,
        course.find(options.sheet),
        students=options.students,
        jobs=options.jobs,
        limits=Limits(**{field.name: getattr(options, field.name) for field in fields(Limits)}),
        seed=options.seed,
        again=options.again,
        any_release=options.any_release,
        tell=_say,
    )
    sys.stdout.write("\n".join([*_words(done), ""]))
    return 0 if all(result.is_graded for result in done.results) else 1


def _words(done: Grading) -> list[str]:
    graded = [result for result in done.results if result.is_graded]
    dropped = sorted((each for each in done.results if not each.is_graded), key=lambda each: each.student)
    counts = len(graded), len(done.before), len(dropped)
    lines = ["{} graded, {} graded before and unchanged, {} not graded.".format(*counts)]
    lines += [f"  not graded: {result.student}: {result.problem}" for result in dropped]
    lines += [f"  look at: {words}" for result in graded if (words := _odd(result))]
    return lines


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()  # before the progress on stderr


def _odd(result: SheetResult) -> str:
    """Return what is out of the ordinary in a result that has points."""
    problems = [
        f"{cell.cell}: {cell.problem}" for cell in result.cells if cell.problem not in ("", UNTOUCHED)
    ]
    odd = [*result.flags, *problems]
    return f"{result.student}: {'; '.join(odd)}" if odd else ""
