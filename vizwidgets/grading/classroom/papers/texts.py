"""The texts of a class, laid out for a person who reads them without names, and the file for the points."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from vizwidgets.grading.classroom.reading.csv_file import CsvFile, read_csv
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.sheet import Sheet
from vizwidgets.grading.whole_file import write_whole

from .marks import CHANGED, marks_file, read_marks
from .pages import page
from .questions import Question, questions_of, sheet_title
from .safe_markdown import safe_markdown
from .text_answers import UNREADABLE, TextAnswer, text_answers, without_marker
from .text_rows import COLUMNS, GONE_NOTE, Row, place_of, renewed_rows

HELP = (
    "Collect the text answers of a sheet into texts/SHEET.html, to be read without names, and into "
    "texts/SHEET.csv, to be filled in with points. Run it again when submissions have come: what was filled "
    "in stays, new answers are added, changed ones are flagged."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``texts``."""
    parser.add_argument("sheet", metavar="SHEET", help="beginning of its name, such as a1")


def run(course: Course, options: argparse.Namespace) -> int:
    """Lay out the texts of a sheet; 1 while some are to be read."""
    sheet = course.find(options.sheet)
    rows = [row for row in lay_out(course, sheet) if row["note"] != GONE_NOTE]
    broken = [row["student"] for row in rows if row["note"].startswith(UNREADABLE)]
    rows = [row for row in rows if row["student"] not in broken]
    unread = [row for row in rows if not row["points"].strip()]
    changed = [row["number"] for row in rows if row["note"].startswith(CHANGED)]
    lines = [f"{sheet}: {len(rows)} texts, {len(rows) - len(unread)} read, {len(unread)} to read"]
    lines += [f"changed since they were read: {', '.join(changed)}"] if changed else []
    lines += [f"{UNREADABLE}: {', '.join(sorted(set(broken)))}"] if broken else []
    lines += [f"read texts/{sheet}.html, write points into texts/{sheet}.csv", ""]
    sys.stdout.write("\n".join(lines))
    return 1 if unread or changed else 0


def lay_out(course: Course, sheet: str) -> list[Row]:
    """Write page and file of a sheet's texts; return the rows of the file.

    Raises
    ------
    ValueError
        If nobody handed in, or what was filled in can not be read; nothing is written then.
    """
    if not course.submissions(sheet) and not marks_file(course, sheet).is_file():
        raise ValueError(f"there are no submissions of {sheet} to read; run the command collect first.")
    read_marks(course, sheet)  # refuses what is wrong before anything is written
    path = marks_file(course, sheet)
    before = read_csv(path) if path.is_file() else CsvFile((COLUMNS,))
    answers = text_answers(course, sheet)
    rows = renewed_rows(sheet, answers, before.records())
    known = [name.strip().lower() for name in before.header]
    header = [*before.header, *(name for name in COLUMNS if name not in known)]
    lines = [[row.get(name.strip().lower(), "") for name in header] for row in rows]
    before.with_rows([header, *lines]).write(path)
    write_whole(path.with_suffix(".html"), texts_page(course, sheet, answers, rows))
    return rows


def texts_page(course: Course, sheet: str, answers: Sequence[TextAnswer], rows: Sequence[Row]) -> str:
    """Return the page to read from.

    Parameters
    ----------
    course : Course
        Where source and release are.
    sheet : str
        Its whole name.
    answers : sequence of TextAnswer
        What the students wrote.
    rows : sequence of dict
        The rows of the file, with the numbers.
    """
    source, release = Sheet.read(course.source(sheet)), Sheet.read(course.release(sheet))
    places = {place_of(row): row for row in rows}
    questions = []
    for question in questions_of(release):
        if question.name in release.texts:
            own = [_shown(each, places) for each in answers if each.cell == question.name]
            questions.append({**_asked(question, source, release), "answers": sorted(own, key=_number)})
    title = f"{sheet_title(release)}: the texts"
    return page("texts.html", title=title, sheet=sheet, num_answers=len(answers), questions=questions)


def _asked(question: Question, source: Sheet, release: Sheet) -> dict[str, Any]:
    """Return the question, with what the source says to its reader where that is not in the release."""
    wanted = source.cell(question.name).source
    is_told = wanted != release.cell(question.name).source
    return {
        "cell": question.name,
        "title": question.title,
        "points": release.points[question.name],
        "prose": Markup(safe_markdown(question.prose)),
        "wanted": Markup(safe_markdown(_solution(wanted)) if is_told else ""),
    }


def _shown(answer: TextAnswer, places: Mapping[tuple[str, str], Row]) -> dict[str, Any]:
    row = places[answer.student, answer.cell]
    return {
        "number": row["number"],
        "points": row["points"].strip(),
        "num_words": _num_words(answer),
        "problem": answer.problem,
        "is_empty": answer.is_empty,
        "is_placeholder": answer.is_placeholder,
        "is_stale": row["note"].startswith(CHANGED),
        "html": Markup(safe_markdown(answer.text)),
        "beside": Markup(safe_markdown(answer.beside) if answer.beside else ""),
    }


def _num_words(answer: TextAnswer) -> int:
    """Return how many words the student wrote; those of the placeholder are not the student's."""
    return len(f"{'' if answer.is_placeholder else answer.text} {answer.beside}".split())


def _number(shown: Mapping[str, Any]) -> tuple[int, str]:
    return len(shown["number"]), shown["number"]


def _solution(source: str) -> str:
    """Return a text of the source without its marker and the lines that frame its solution."""
    return "\n".join(line for line in without_marker(source).splitlines() if not line.startswith("### "))
