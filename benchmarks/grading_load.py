"""A class of 200 is graded in one go, interrupted half-way and resumed; nothing may be lost or doubled.

    python benchmarks/grading_load.py                  sheet A1, two sheets at once, some minutes
    python benchmarks/grading_load.py --sheet a2 --count 150 --jobs 4

Every typical mistake, every crash and every broken file that `submissions.py` knows is among them. The table
says for each kind how many were graded, with how many points and in what time; the last column counts what is
not as it must be. Ends with 1 if there is such a thing, or a result is missing, doubled or changed.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

from submissions import Submission, submissions
from tables import print_table

from vizwidgets.grading.classroom.scoring.gradebook import Gradebook
from vizwidgets.grading.results import SheetResult
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.kill_matrix import expected_losses, failed
from vizwidgets.grading.sheets.mutants import Mutant

COURSE = Path(__file__).parent.parent / "notebooks" / "assignments"


def main() -> int:
    """Hand in, grade, interrupt, grade on, compare; return the exit status."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        course = copied(Course(COURSE), Path(folder))
        sheet = course.find(options.sheet)
        class_of = hand_in(course, sheet, options.count)
        book = Gradebook(course, sheet)
        print(f"{sheet}: {len(class_of)} submissions, {options.jobs} at once\n", flush=True)
        first, status = interrupted(course, book, options)
        kept = contents(book)
        print(f"interrupted after {first:.0f} s: exit status {status}, {len(kept)} results kept", flush=True)
        second, words = to_the_end(course, options)
        print(f"the rest took {second:.0f} s\n\n{_ending(words)}\n", flush=True)
        faults = [*_lost_or_doubled(class_of, book, kept), *_not_again(course, book, options)]
        results = {result.student: result for result in book.results()}
        faults += show(class_of, results)
    rate = len(class_of) / (first + second) * 60
    print(f"{first + second:.0f} s for {len(class_of)} submissions, {rate:.0f} a minute")
    print("\n".join(faults) or "nothing lost, nothing doubled, every result as it must be")
    return 1 if faults else 0


def copied(course: Course, folder: Path) -> Course:
    """Return a course of its own for what is handed in."""
    for name in ("source", "release", "mutants"):
        shutil.copytree(course.root / name, folder / name)
    return Course(folder)


def hand_in(course: Course, sheet: str, count: int) -> dict[str, Submission]:
    """Write the submissions; return them by their students."""
    class_of = {f"student {k:03}": each for k, each in enumerate(submissions(course, sheet, count))}
    for student, each in class_of.items():
        path = course.submission(student, sheet)
        path.parent.mkdir(parents=True)
        (path.with_name(each.file) if each.file else path).write_bytes(each.data)
    return class_of


def interrupted(course: Course, book: Gradebook, options: argparse.Namespace) -> tuple[float, int]:
    """Grade until half of the results are there, then interrupt as Ctrl-C does; return seconds and status."""
    begin = time.monotonic()
    process = subprocess.Popen(
        _command(course, options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None and len(contents(book)) < options.count / 2:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    return time.monotonic() - begin, process.wait(60)


def to_the_end(course: Course, options: argparse.Namespace) -> tuple[float, str]:
    """Grade what is left; return seconds and what was said."""
    begin = time.monotonic()
    done = subprocess.run(_command(course, options), stdout=subprocess.PIPE, text=True)
    return time.monotonic() - begin, done.stdout


def contents(book: Gradebook) -> dict[str, bytes]:
    """Return the files of the results."""
    return {path.name: path.read_bytes() for path in sorted((book.folder / "results").glob("*.json"))}


def show(class_of: Mapping[str, Submission], results: Mapping[str, SheetResult]) -> list[str]:
    """Print a line for each kind of submission; return what is not as it must be."""
    right = next(results[student] for student, each in class_of.items() if each.kind == "right")
    faults, rows = [], []
    for kind in dict.fromkeys(each.kind for each in class_of.values()):
        students = [student for student, each in class_of.items() if each.kind == kind and student in results]
        wrong = [words for each in students for words in _faults(class_of[each], results[each], right)]
        faults += wrong
        graded = [results[each] for each in students if results[each].is_graded]
        points = sorted({result.reached for result in graded})
        times = [result.seconds for result in graded]
        reached = "" if not points else f"{points[0]:g}" + (f" to {points[-1]:g}" if len(points) > 1 else "")
        seconds = [f"{median(times):.1f}", f"{max(times):.1f}"] if times else ["", ""]
        rows.append([kind, str(len(students)), str(len(graded)), reached, *seconds, str(len(wrong))])
    print_table(
        "What came of it", ["kind", "handed in", "graded", "points", "seconds", "longest", "wrong"], rows
    )
    return faults


def _faults(handed_in: Submission, result: SheetResult, right: SheetResult) -> Iterator[str]:
    """Say what is not as it must be in one result."""
    if handed_in.lost is None or not result.is_graded:
        if result.is_graded or handed_in.lost is not None:
            yield f"{handed_in.kind}: {result.status} {result.problem}"
        return
    if isinstance(handed_in.lost, Mutant):
        labels = {cell.cell: tuple(each.label for each in cell.criteria) for cell in right.cells}
        wanted = expected_losses(handed_in.lost, labels)
        if (got := failed({cell.cell: cell for cell in result.cells})) != wanted:
            yield f"{handed_in.lost.name}: lost {sorted(got)}, not {sorted(wanted)}"
        return
    for cell, full in zip(result.cells, right.cells, strict=True):
        is_lost = handed_in.lost == "everything" or cell.cell.startswith(f"{handed_in.lost}_")
        is_lost = is_lost and bool(handed_in.lost)
        if cell.reached is not None and cell.reached != (0.0 if is_lost else full.reached):
            yield f"{handed_in.kind}: {cell.cell} has {cell.reached:g} points; {cell.problem}"


def _lost_or_doubled(
    class_of: Mapping[str, Submission], book: Gradebook, kept: Mapping[str, bytes]
) -> Iterator[str]:
    now = contents(book)
    if missing := sorted({f"{student}.json" for student in class_of} - set(now)):
        yield f"lost: {', '.join(missing)}"
    if strange := sorted(set(now) - {f"{student}.json" for student in class_of}):
        yield f"nobody's: {', '.join(strange)}"
    graded = {f"{result.student}.json" for result in book.results() if result.is_graded}
    if again := [name for name in kept if name in graded and kept[name] != now.get(name)]:
        yield f"graded twice: {', '.join(again)}"


def _not_again(course: Course, book: Gradebook, options: argparse.Namespace) -> Iterator[str]:
    """Grade a third time: there is nothing to do."""
    graded = sum(result.is_graded for result in book.results())
    _, words = to_the_end(course, options)
    if f"\n0 graded, {graded} graded before" not in words:
        yield f"a third run did something: {_ending(words)}"


def _ending(words: str) -> str:
    """Return what the command says at its end."""
    return "\n".join(line for line in words.splitlines() if not line.startswith("  "))


def _command(course: Course, options: argparse.Namespace) -> list[str]:
    command = [
        sys.executable,
        "-m",
        "vizwidgets.grading",
        "grade",
        options.sheet,
        "--course",
        str(course.root),
    ]
    return [*command, "--jobs", str(options.jobs), "--cell-seconds", str(options.cell_seconds)]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sheet", default="a1", help="beginning of a sheet's name")
    parser.add_argument("--count", type=int, default=200, help="how many hand in")
    parser.add_argument("--jobs", type=int, default=2, help="how many sheets run at once")
    parser.add_argument("--cell-seconds", type=float, default=10, help="time for one cell")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
