"""The same submissions through the real nbgrader and through our grader: equal points, cell by cell.

Where nbgrader drops a submission, or scores what is no answer, the tests say so: should one of them fail
after an update of nbgrader, a trap has gone.
"""

from __future__ import annotations

import copy
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.grading.sheets.real_nbgrader import (
    ASSIGNMENTS,
    filled,
    nbgrader,
    read,
    scores_of,
    submit,
    with_settings,
)
from tests.grading.sheets.tiny import CENTRE, NAME, SPREAD, tiny_course
from vizwidgets.grading.classroom.scoring.grade import grade
from vizwidgets.grading.results import SheetResult
from vizwidgets.grading.running.limits import Limits
from vizwidgets.grading.sheets.build import write_sheet
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.mutants import read_mutants
from vizwidgets.grading.sheets.sheet import Sheet, is_shown_only, mark_of

OURS = Course(ASSIGNMENTS).sheets() if (ASSIGNMENTS / "source").is_dir() else []
SEED = 271828
SECONDS = 12  # time limit of nbgrader for a cell: enough to import torch
TEXT = "<!-- answer q3 -->\nOne outlier moves it."
NOISY = """\
import logging, sys, warnings
from tqdm import tqdm
def spread(x):
    warnings.simplefilter("always")
    warnings.warn("this is deprecated")
    logging.error("the disk is nearly full")
    sys.stderr.write("progress: 1 of 2")
    list(tqdm(range(2)))
    return x.amax(dim=1) - x.amin(dim=1)"""
ANSWERS = {
    "correct": {},
    "noisy": {"q1": NOISY},
    "endless": {"q2": "def centre(x):\n    while len(x) == 7:\n        pass\n    return x - x.mean()"},
    "hungry": {
        "q2": "def centre(x):\n    return [x.new_empty(2**31) for _ in range(16)]"
    },  # 8 GB each, untouched
    "syntax": {"q1": "def spread(x:\n    return x"},
    "tampered": {"q1": "", "q1_check": "4.0", "q1_hidden": "4.0"},
    "deleted": {"q2": "def centre(x):\n    return x * 0"},
    "leaving": {"q2": "import os\ndef centre(x):\n    os._exit(0)"},
}
DELETED = ("q1_check", "q2_check", "q2_hidden", "q3")
DROPPED = ("leaving", "broken", "renamed")  # by nbgrader


@dataclass
class Graded:
    root: Path
    theirs: dict[str, dict[str, float | None]]
    ours: dict[str, SheetResult]


def hand_in(course: Course) -> list[str]:
    """Fill the course with submissions; return the students."""
    release = read(course.release(NAME))
    right = {"q1": SPREAD, "q2": CENTRE, "q3": TEXT}
    for student, answers in ANSWERS.items():
        notebook = filled(release, {**right, **answers})
        if student == "deleted":
            notebook.cells = [cell for cell in notebook.cells if cell.id not in DELETED]
        submit(course.root, student, NAME, notebook)
    submit(course.root, "nothing", NAME, copy.deepcopy(release))
    for place, mutant in enumerate(read_mutants(course.mutants(NAME))[:3]):
        answer = mutant.applied_to(right[mutant.cell])
        submit(course.root, f"mutant{place}", NAME, filled(release, {**right, mutant.cell: answer}))
    submit(course.root, "broken", NAME, copy.deepcopy(release))
    course.submission("broken", NAME).write_text('{"cells": [', encoding="utf-8")
    submit(course.root, "renamed", NAME, filled(release, right))
    path = course.submission("renamed", NAME)
    path.rename(path.with_name(f"{NAME} (1).ipynb"))
    return [student for student, _ in course.submissions(NAME)]


def autograde(root: Path, name: str, students: list[str]) -> dict[str, dict[str, float | None]]:
    """Grade with nbgrader in two copies of the course at once; return what its gradebooks say."""
    copies = [root.with_name(f"{root.name}{place}") for place in (0, 1)]
    found = {}
    for place, other in enumerate(copies):
        shutil.copytree(root, other)
        for student in students[1 - place :: 2]:
            shutil.rmtree(other / "submitted" / student)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda other: nbgrader(other, "autograde", name, seed=SEED), copies))
    for place, other in enumerate(copies):
        found.update(scores_of(other, name, students[place::2]))
    return found


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Graded:
    root = tmp_path_factory.mktemp("course") / "course"
    root.mkdir()
    course = tiny_course(root)
    done = nbgrader(with_settings(root, f"c.Execute.timeout = {SECONDS}"), "generate_assignment", NAME)
    assert done.returncode == 0, done.stderr
    write_sheet(course, NAME)
    students = hand_in(course)
    theirs = autograde(root, NAME, students)
    ours = grade(course, NAME, jobs=2, seed=SEED, limits=Limits(cell_seconds=SECONDS))
    return Graded(root, theirs, {result.student: result for result in ours.results})


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> dict[str, tuple[SheetResult, dict[str, float | None]]]:
    """Our result and nbgrader's for one submission of each of our own sheets, two sheets at once."""
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(OURS, pool.map(lambda name: grade_twice(tmp_path_factory, name), OURS), strict=True))


def grade_twice(places: pytest.TempPathFactory, name: str) -> tuple[SheetResult, dict[str, float | None]]:
    """Grade right answers, none, and a wrong one in the same sheet; cells that only show are left out."""
    root = places.mktemp(name) / "course"
    for part in ("source", "release", "mutants"):
        shutil.copytree(ASSIGNMENTS / part, root / part)
    course = Course(root)
    source, release = Sheet.read(course.source(name)), read(course.release(name))
    answers = {question: source.cell(question).source for question in source.answers}
    first, empty, *_ = answers
    mutant = next(each for each in read_mutants(course.mutants(name)) if each.cell == first)
    del answers[empty]
    notebook = filled(release, {**answers, first: mutant.applied_to(answers[first])})
    notebook.cells = [cell for cell in notebook.cells if mark_of(cell) and not is_shown_only(cell)]
    submit(root, "ann", name, notebook)
    done = nbgrader(with_settings(root), "generate_assignment", "--force", name)
    assert done.returncode == 0, done.stderr
    nbgrader(root, "autograde", name, seed=SEED)
    (ours,) = grade(course, name, jobs=1, seed=SEED, any_release=True).results
    return ours, scores_of(root, name, ["ann"])["ann"]


@pytest.mark.parametrize("name", OURS)
def test_our_own_sheets_get_equal_points_cell_by_cell(both, name) -> None:
    ours, theirs = both[name]
    assert points(ours) == theirs
    assert 0 < ours.reached < 16


def points(result: SheetResult) -> dict[str, float | None]:
    return {cell.cell: cell.reached for cell in result.cells}


@pytest.mark.parametrize(
    "student",
    [*(name for name in ANSWERS if name not in DROPPED), "nothing", "mutant0", "mutant1", "mutant2"],
)
def test_points_are_equal_cell_by_cell(graded, student) -> None:
    if student == "hungry" and sys.platform != "linux":
        pytest.skip("only Linux limits memory")
    assert points(graded.ours[student]) == graded.theirs[student]


def test_the_points_are_those_that_they_should_be(graded) -> None:
    """Traps 1, 2 and 5: parts of points, noise on stderr, deleted checks that are run all the same."""
    full = {"q1_check": 4, "q1_hidden": 4, "q2_check": 4, "q2_hidden": 4, "q3": None, "integrity": 0}
    no_q1, no_q2 = {"q1_check": 0, "q1_hidden": 0}, {"q2_check": 0, "q2_hidden": 0}
    wanted = {
        "correct": full,
        "noisy": full,
        "endless": {**full, "q2_hidden": 0},
        "hungry": {**full, **no_q2},
        "syntax": {**full, **no_q1},
        "tampered": {**full, **no_q1},
        "deleted": {**full, **no_q2},
        "nothing": {**full, **no_q1, **no_q2, "q3": 0},
        "mutant0": {**full, **no_q1},
        "mutant1": {**full, "q1_hidden": 2},
        "mutant2": {**full, "q1_check": 2, "q1_hidden": 0},
        "leaving": {**full, **no_q2},
    }
    assert {student: points(graded.ours[student]) for student in wanted} == wanted


def test_what_nbgrader_drops_is_listed_and_never_scored_silently(graded) -> None:
    """Trap 6: its gradebook has nothing, or zeros that nobody gave."""
    for student in DROPPED:
        assert not list(graded.root.parent.glob(f"course?/autograded/{student}/{NAME}/*"))
        assert not any(graded.theirs.get(student, {}).values()), student
    for student in ("broken", "renamed"):
        assert not graded.ours[student].is_graded
        assert graded.ours[student].cells == ()
    assert "no notebook" in graded.ours["broken"].problem
    assert f"{NAME} (1).ipynb" in graded.ours["renamed"].problem
    problems = {cell.cell: cell.problem for cell in graded.ours["leaving"].cells}
    assert "ended the whole process" in problems["q2_check"]


def test_a_deleted_check_is_not_scored_without_our_setting(graded) -> None:
    """Trap 5."""
    root = graded.root.with_name("without")
    shutil.copytree(graded.root, root)
    words = ("autograde", NAME, "--student=deleted", "--OverwriteCells.add_missing_cells=False")
    nbgrader(root, *words, seed=SEED)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in autograded(root, "deleted").cells}
    assert not cells & set(DELETED)


def test_feedback_shows_no_hidden_check_with_our_settings_and_shows_it_without(graded) -> None:
    """Trap 4."""
    secret, student = "mixed.tolist()", "correct"
    (folder,) = graded.root.parent.glob(f"course?/autograded/{student}")
    root = folder.parents[1]
    pages = []
    for name in ("ours", "theirs"):
        place = root.with_name(f"feedback_{name}")
        shutil.copytree(root, place)
        if name == "theirs":
            (place / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
        done = nbgrader(place, "generate_feedback", NAME, f"--student={student}")
        assert done.returncode == 0, done.stderr
        pages.append((place / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8"))
    assert secret not in plain(pages[0]) and "BEGIN HIDDEN" not in pages[0]
    assert "they run when your sheet is graded" in plain(pages[0])
    assert secret in plain(pages[1])


def autograded(root: Path, student: str):
    return read(root / "autograded" / student / NAME / f"{NAME}.ipynb")


def plain(page: str) -> str:
    """The words of a page whose code is coloured."""
    return re.sub(r"<[^>]*>", "", page)
