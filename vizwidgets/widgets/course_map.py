"""The map of the course: eight lessons and three sheets, and what is done in each."""

from __future__ import annotations

from datetime import datetime
from html import escape
from pathlib import Path

from vizwidgets.core.tables import text_table
from vizwidgets.grading.progress.book import Book
from vizwidgets.grading.progress.course import Lesson, sheets
from vizwidgets.grading.progress.keeper import KEEPER
from vizwidgets.grading.progress.standing import Standing, standings

STYLE = (Path(__file__).parent / "course_map.css").read_text(encoding="utf-8")
NONE = "–"
SHEETS = "sheets of exercises"
POINTS = "16 of the 20 points are checked by the notebook, 4 by a person"
HEADS = ("lesson", "minutes", "predictions", "points", "last visit")


class CourseMap:
    """All lessons, as a table in a notebook and in a terminal.

    Made by `course_map`.

    Parameters
    ----------
    book : Book
        What is noted of the student.
    kept : str
        Where, in words; empty where nobody is to be told.
    """

    def __init__(self, book: Book, kept: str = "") -> None:
        self.standings, self.sheets = standings(book), standings(book, sheets())
        self.kept = kept

    @property
    def next(self) -> Standing | None:
        """Where to go on: the first lesson that is not done; None when all are."""
        return next((one for one in self.standings if not one.is_done), None)

    def __repr__(self) -> str:
        rows = [(_label(one.lesson), *_cells(one)) for one in [*self.standings, *self.sheets]]
        below = f"{SHEETS.capitalize()}: {POINTS}."
        return "\n".join(filter(None, [self._summary(), text_table([HEADS, *rows]), below, self.kept]))

    def _repr_html_(self) -> str:
        lessons = "".join(_row(one, one is self.next) for one in self.standings)
        has_links = bool(self.kept)  # a page that is made of the lesson has the sheets elsewhere
        exercises = "".join(_row(one, has_link=has_links) for one in self.sheets)
        kept = f"<p class='vw-map-small'>{escape(self.kept)}</p>" if self.kept else ""
        table = _table(lessons, exercises)
        return f"<style>{STYLE}</style><div class='vw-map'><p>{self._summary()}</p>{table}{kept}</div>"

    def _summary(self) -> str:
        lessons = [one.lesson for one in self.standings]
        hours = sum(lesson.minutes for lesson in lessons) / 60
        asked = sum(len(lesson.predictions) for lesson in lessons)
        worth, more = (sum(one.lesson.points for one in part) for part in (self.standings, self.sheets))
        if not any(one.is_begun for one in [*self.standings, *self.sheets]):
            return (
                f"{len(lessons)} lessons, about {hours:.0f} hours in all, {asked} predictions to make and "
                f"{worth:g} points to reach; {len(self.sheets)} sheets with {more:g} more. "
                "Any order will do; this one follows the lecture."
            )
        made, done = sum(one.made for one in self.standings), sum(one.is_done for one in self.standings)
        reached, extra = (sum(one.reached for one in part) for part in (self.standings, self.sheets))
        return (
            f"{done} of {len(lessons)} lessons done, {made} of {asked} predictions made, {reached:g} of "
            f"{worth:g} points reached" + f", and {extra:g} of {more:g} in the sheets" * bool(extra) + "."
        )


def course_map() -> CourseMap:
    """Show the lessons of the course, what is done in each, and where to go on.

    Returns
    -------
    CourseMap
        Its links lead to the notebooks beside this one. Where no person sits at the notebook, as when a
        page is made of it, nothing of anybody's progress is shown.

    Examples
    --------
    >>> [one.lesson.name for one in course_map().standings][:2]
    ['00_start_here', '01_sheep_or_goat']
    """
    return CourseMap(KEEPER.book(), where_it_is_kept())


def where_it_is_kept() -> str:
    """Return a sentence on where the progress lies, or what is wrong; "" where nobody is seen."""
    if not KEEPER.presence.is_seen():
        return ""
    if trouble := KEEPER.trouble or KEEPER.refusal():
        return trouble
    if KEEPER.path is None:
        return "Your progress is remembered until the kernel ends, and kept nowhere, as you have asked for."
    return (
        f"Your progress is kept in {KEEPER.path} on this computer and sent nowhere; vw.progress() shows, "
        "exports and deletes it."
    )


def _table(lessons: str, exercises: str) -> str:
    """Return the table of both kinds of rows; its roles are said, for narrow it is drawn as blocks."""
    heads = "".join(f"<th role='columnheader' scope='col'>{head}</th>" for head in HEADS)
    part = f"<th role='columnheader' scope='colgroup' colspan='{len(HEADS)}'>{SHEETS}: {POINTS}</th>"
    return (
        "<table role='table' aria-label='The lessons of the course'>"
        f"<thead role='rowgroup'><tr role='row'>{heads}</tr></thead>"
        f"<tbody role='rowgroup'>{lessons}</tbody>"
        f"<tbody role='rowgroup'><tr role='row' class='vw-map-part'>{part}</tr>{exercises}</tbody></table>"
    )


def _label(lesson: Lesson) -> str:
    """Return what a lesson is called; sheets have their number in their title."""
    return lesson.title if lesson.folder else f"{lesson.name[:2]} {lesson.title}"


def _row(one: Standing, is_next: bool = False, has_link: bool = True) -> str:
    lesson = one.lesson
    here = f"<span class='vw-map-next'>{'go on' if one.is_begun else 'begin'} here</span>" if is_next else ""
    label = escape(_label(lesson))
    name = f"<a href='{lesson.link}'>{label}</a>" if has_link else f"<b>{label}</b>"
    head = f"{name}{here}<span class='vw-map-question'>{escape(lesson.question)}</span>"
    cells = "".join(_cell(name, words) for name, words in zip(HEADS[1:], _cells(one), strict=True))
    look = "vw-map-done" if one.is_done else "vw-map-begun" if one.is_begun else "vw-map-new"
    start = f"<tr role='row' class='{look}' style='--vw-share: {100 * one.share:.0f}%'>"
    return f"{start}<th role='rowheader' scope='row'>{head}</th>{cells}</tr>"


def _cell(name: str, words: str) -> str:
    """Return a cell that says its own name where the heads have no room."""
    label = f"<span class='vw-map-label'>{name}</span>"
    both = f"{label} {words}" if name == HEADS[-1] else f"{words} {label}"
    return f"<td role='cell' class='vw-map-state{' vw-map-none' if words == NONE else ''}'>{both}</td>"


def _cells(one: Standing) -> tuple[str, str, str, str]:
    """Return minutes, predictions, points and last visit, in words."""
    asked, worth = len(one.lesson.predictions), one.lesson.points
    if not one.is_begun:
        return (str(one.lesson.minutes), str(asked or NONE), f"{worth:g}" if worth else NONE, NONE)
    made = _part(one.made, asked)
    return (str(one.lesson.minutes), made, _part(one.reached, worth), _day(one.visited) or NONE)


def _part(done: float, there: float) -> str:
    """Return ``2 of 4``, with a tick when it is all.

    Examples
    --------
    >>> _part(1, 4), _part(2.5, 2.5), _part(0, 0)
    ('1 of 4', '✓ 2.5 of 2.5', '–')
    """
    if not there:
        return NONE
    return f"{'✓ ' if done >= there else ''}{done:g} of {there:g}"


def _day(at: str) -> str:
    """Return the day of a visit.

    Examples
    --------
    >>> _day("2026-11-03 13:05"), _day("no date")
    ('3 Nov 2026', '')
    """
    try:
        day = datetime.fromisoformat(at)
    except ValueError:
        return ""
    return f"{day.day} {day:%b %Y}"
