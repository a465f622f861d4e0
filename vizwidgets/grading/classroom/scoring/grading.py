"""Grade what a class handed in: a student at a time is found, run, scored and kept."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from vizwidgets.grading.results import SheetResult
from vizwidgets.grading.running.limits import Limits, processors
from vizwidgets.grading.running.runner import Runner
from vizwidgets.grading.sheets.course import Course

from .gradebook import Gradebook
from .handed_in import HandedIn
from .sheet_grader import SheetGrader

_MOST_NEAR = 5  # names, where one is not found


@dataclass(frozen=True)
class Grading:
    """What one call of `grade` did.

    Parameters
    ----------
    results : tuple of SheetResult
        Of those who were graded now, and of those who could not be.
    before : tuple of str
        Students whose submission was graded before and has not changed.
    seed : int
        Of the hidden inputs.
    protection : str
        What the sheets were kept from; empty if none was run.
    """

    results: tuple[SheetResult, ...]
    before: tuple[str, ...]
    seed: int
    protection: str = ""


def grade(
    course: Course,
    sheet: str,
    *,
    students: Collection[str] | None = None,
    jobs: int | None = None,
    limits: Limits | None = None,
    seed: int | None = None,
    again: bool = False,
    any_release: bool = False,
    tell: Callable[[str], None] | None = None,
) -> Grading:
    """Grade the submissions of a sheet, each in its own process, and keep the results in the gradebook.

    Parameters
    ----------
    course, sheet
        Where the submissions lie, and the whole name of the sheet.
    students : collection of str, optional
        Only these.
    jobs : int, optional
        How many sheets run at once; by default as many as there are processors.
    limits : Limits, optional
        What a sheet may use up.
    seed : int, optional
        Pins the hidden inputs. By default the class has one seed, drawn when it is first graded.
    again : bool
        Also grade what was graded before and has not changed.
    any_release : bool
        Also grade what was made from another release.
    tell : callable, optional
        Takes a line of text when grading begins: the seed, and what the sheets are kept from.

    Raises
    ------
    ValueError
        If the solution does not get all points on this machine, if nobody handed in,
        or one of `students` did not.
    """
    book = Gradebook(course, sheet)
    found = _chosen(course, sheet, students)
    tell = tell or (lambda words: None)
    used = _seed(book, seed, students is not None, tell)
    grader = SheetGrader(course, sheet, used, any_release)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbformat's, of what students' editors wrote
        read = [grader.read(student, folder) for student, folder in found.items()]
    todo = [each for each in read if again or not grader.is_done(book.find(each.student), each.digest)]
    runner = Runner(limits, hidden_folders(course), jobs or processors())
    results = _grade_all(grader, todo, book, runner, tell)
    protection = runner.protection if any(each.notebook is not None for each in todo) else ""
    names = {each.student for each in todo}
    return Grading(tuple(results), tuple(name for name in found if name not in names), used, protection)


def hidden_folders(course: Course) -> list[Path]:
    """Return what a sheet must not see: the course, and where git keeps its files."""
    repositories = [each / ".git" for each in [course.root, *course.root.parents]]
    return [course.root, *(each for each in repositories if each.is_dir())]


def _seed(book: Gradebook, pinned: int | None, is_part: bool, tell: Callable[[str], None]) -> int:
    """Return the seed of this run, and tell it: a complaint of one student leaves the class its own."""
    if pinned is None or not is_part:
        seed = book.seed(pinned)
        tell(f"Seed of the class: {seed}" + (" (from now on)." if pinned is not None else "."))
        return seed
    known = book.known_seed()
    own = "none yet" if known is None else str(known)
    back = "the next grade without --seed grades these students with that of the class again"
    tell(f"Seed: {pinned} (this run only; the class has {own}, and {back}).")
    return pinned


def _grade_all(
    grader: SheetGrader, todo: list[HandedIn], book: Gradebook, runner: Runner, tell: Callable[[str], None]
) -> list[SheetResult]:
    """Grade as many at once as the runner can, and keep each result before the next one is awaited."""
    results: list[SheetResult] = []

    def keep(result: SheetResult) -> None:
        book.add(result)
        results.append(result)

    for each in todo:
        if each.notebook is None:
            keep(grader.grade(runner, each))
    ready = [each for each in todo if each.notebook is not None]
    if not ready:
        return results
    pool = ThreadPoolExecutor(runner.jobs)
    try:
        with runner, _bar(len(ready)) as bar:
            tell(f"Protection: {runner.protection}.")
            bar.set_description("proving the solution")
            grader.prove(runner)
            bar.set_description("grading")
            for future in as_completed([pool.submit(grader.grade, runner, each) for each in ready]):
                keep(future.result())
                bar.update()
        return results
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # after an interrupt the rest is for the next time


def _bar(count: int) -> tqdm[NoReturn]:
    """Return what shows progress: live on a terminal, in a file only the beginning and the end."""
    pause = 0.1 if sys.stderr.isatty() else 10.0**9
    return tqdm(total=count, unit="sheet", mininterval=pause, maxinterval=max(10, pause), leave=True)


def _chosen(course: Course, sheet: str, students: Collection[str] | None) -> dict[str, Path]:
    """Return the folders of the submissions that are wanted.

    Raises
    ------
    ValueError
        If nobody handed in, or a student handed in nothing.
    """
    found = dict(course.submissions(sheet))
    if not found:
        raise ValueError(f"submitted/ holds no {sheet}; run collect first.")
    if students is None:
        return found
    if strangers := sorted(set(students) - set(found)):
        raise ValueError(
            f"nobody called {', '.join(strangers)} handed in {sheet}; {_near(strangers, found)}."
        )
    return {student: found[student] for student in found if student in students}


def _near(strangers: Collection[str], found: Collection[str]) -> str:
    """Return the names that look like those that nobody has, and how many others there are."""
    by_letters = {name.casefold(): name for name in found}
    near = [
        by_letters[each]
        for name in strangers
        for each in get_close_matches(name.casefold(), by_letters, _MOST_NEAR, cutoff=0.5)
    ]
    near = list(dict.fromkeys(near))[:_MOST_NEAR]
    others = len(found) - len(near)
    if not near:
        return f"no name of the {others} in submitted/ is like it"
    return f"submitted/ has {', '.join(near)}" + (f" and {others} more" if others else "")
