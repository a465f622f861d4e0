"""What a class got wrong and right, on one page and in one table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from statistics import mean, median
from typing import Any

from vizwidgets.grading.classroom.reading.roster import Roster, read_roster
from vizwidgets.grading.results import SheetResult
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.sheet import Sheet
from vizwidgets.grading.whole_file import write_whole

from .feedback_content import share, total_of
from .histogram import histogram
from .marked_results import awaited_results, marked_results
from .misconceptions import Misconception, endings, mean_points, misconceptions
from .pages import in_words, page
from .plain_table import plain_table
from .questions import questions_of, sheet_title

HELP = (
    "Write reports/SHEET.html: which criterion failed how often, with its hint, what each question brought, "
    "how the points are spread, and who was not graded. The table of the criteria is printed too."
)
WIDTH = 62  # of a criterion in the printed table


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``report``."""
    parser.add_argument("sheet", metavar="SHEET", help="beginning of its name, such as a1")
    parser.add_argument(
        "--points", action="store_true", help="print what each student has, before you export it"
    )


def run(course: Course, options: argparse.Namespace) -> int:
    """Write the report of a sheet and print its table; 1 if someone was not graded."""
    sheet = course.find(options.sheet)
    marked, _ = marked_results(course, sheet)
    results = sorted([*marked, *awaited_results(course, sheet)], key=lambda result: result.student)
    release, roster = Sheet.read(course.release(sheet)), read_roster(course, sheet)
    path = course.reports / f"{sheet}.html"
    write_whole(path, report_page(results, release, roster))
    points = f"\n{printed_points(results, release, roster)}\n" if options.points else ""
    sys.stdout.write(f"{printed_report(results, roster)}{points}written: reports/{path.name}\n")
    return 0 if all(result.is_graded for result in results) else 1


def report_page(results: Sequence[SheetResult], release: Sheet, roster: Roster) -> str:
    """Return the page about a class.

    Parameters
    ----------
    results : sequence of SheetResult
        With the marks in them.
    release : Sheet
        The sheet as the class got it.
    roster : Roster
        Names of those who were not graded.
    """
    graded = [result for result in results if result.is_graded]
    return page(
        "report.html",
        title=f"{sheet_title(release)}: report",
        num_graded=len(graded),
        num_unread=sum(bool(result.pending) for result in graded),
        questions=[_question(graded, each.title, each.cells) for each in questions_of(release)],
        criteria=misconceptions(graded),
        endings=endings(graded),
        dropped=[
            {"name": _named(result, roster), "problem": result.problem}
            for result in results
            if not result.is_graded
        ],
        **_spread(graded, release.texts),
    )


def _spread(graded: Sequence[SheetResult], texts: Sequence[str]) -> dict[str, Any]:
    """Return the spread of all points, or of the checks alone while a text is not read."""
    totals = [total_of(result, texts) for result in graded]
    if not totals:
        return {}
    is_read = all(total.text is not None for total in totals)
    values = [total.reached if is_read else total.checks for total in totals]
    most = max(total.points if is_read else total.checks_points for total in totals)
    num_read = sum(total.text is not None for total in totals)
    read = f"{num_read} of {len(totals)} texts are read"
    what = "Points" if is_read else f"Points of the checks ({read})"
    known = {"mean": mean(values), "median": median(values), "most": most}
    return {"what": what, "drawing": histogram(values, most), **known}


def _question(graded: Sequence[SheetResult], title: str, cells: Sequence[str]) -> dict[str, Any]:
    reached, points = mean_points(graded, cells)
    return {"title": title, "mean": reached, "points": points, "share": share(reached, points)}


def _named(result: SheetResult, roster: Roster) -> str:
    name = roster[result.student].name
    return f"{name} ({result.student})" if name else result.student


def printed_report(results: Sequence[SheetResult], roster: Roster) -> str:
    """Return the table of the criteria, and who was not graded, as plain text."""
    graded = [result for result in results if result.is_graded]
    dropped = [result for result in results if not result.is_graded]
    lines = [f"{len(graded)} graded, {len(dropped)} not graded"]
    lines += [f"{'not met':>14}  {'no answer':>9}  {'cell':<12}  criterion"] if graded else []
    lines += [_line(each) for each in misconceptions(graded)]
    lines += [f"not graded: {_named(result, roster)}: {result.problem}" for result in dropped]
    return "\n".join([*lines, ""])


def printed_points(results: Sequence[SheetResult], release: Sheet, roster: Roster) -> str:
    """Return who has how many points, or why there is no sum yet, as plain text."""
    rows = [["student", "automatic", "text", "total"]]
    for result in results:
        name = _named(result, roster)
        if not result.is_graded:
            rows.append([name, "", "", f"not graded: {result.problem}"])
            continue
        total = total_of(result, release.texts)
        whole = in_words(total.reached) if total.text is not None else "the text is not read yet"
        rows.append([name, in_words(total.checks), in_words(total.text), whole])
    return plain_table(rows, columns=4)


def _line(each: Misconception) -> str:
    label = each.label if len(each.label) <= WIDTH else f"{each.label[: WIDTH - 1]}…"
    failed = f"{each.num_failed} ({each.failed_share:.0f} %)"
    return f"{failed:>14}  {each.num_empty:>9}  {each.cell:<12}  {label}"
