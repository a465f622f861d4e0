"""Grading a class: right points for what can be graded, none for what can not, nothing lost or doubled."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from tests.grading.classroom.handed_in import (
    CENTRE,
    OTHER,
    RECORD,
    SPREAD,
    built_course,
    release,
    solved,
)
from tests.grading.sheets.tiny import NAME, cell_of
from vizwidgets.grading.classroom.reading.budget import NOTEBOOK_BYTES
from vizwidgets.grading.classroom.scoring.grade import grade
from vizwidgets.grading.classroom.scoring.gradebook import Gradebook
from vizwidgets.grading.command import main
from vizwidgets.grading.results import SheetResult
from vizwidgets.grading.running.limits import Limits
from vizwidgets.grading.running.rule import UNTOUCHED
from vizwidgets.grading.sheets.course import Course

pytest.importorskip("nbgrader", reason="sheets are built with nbgrader")

Q1, Q2 = ("q1_check", "q1_hidden"), ("q2_check", "q2_hidden")
FORGED = """from vizwidgets.grading import Checks
checks = Checks("Q1", points=4)
with checks("mine", 4):
    pass
checks.score()"""
STUBBORN = """def spread(x):
    while True:
        try:
            sum(range(10**6))
        except BaseException:
            pass"""


def hand_in(
    course: Course, student: str, notebook: NotebookNode | bytes, name: str = f"{NAME}.ipynb"
) -> Path:
    path = course.submission(student, NAME).with_name(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode())
    return path


def changed(notebook: NotebookNode, **sources: str) -> NotebookNode:
    for name, source in sources.items():
        cell_of(notebook, name).source = source
    return notebook


def without(notebook: NotebookNode, *names: str) -> NotebookNode:
    notebook.cells = [cell for cell in notebook.cells if cell.id not in names]
    return notebook


def with_cell(notebook: NotebookNode, source: str, place: int, name: str, **mark: Any) -> NotebookNode:
    """Add a cell of the student's own, which may call itself whatever it likes."""
    metadata = {"nbgrader": {"grade_id": name, "schema_version": 3, **mark}} if mark else {}
    notebook.cells.insert(place, nbformat.v4.new_code_cell(source, id=name, metadata=metadata))
    return notebook


def answers(course: Course) -> dict[str, tuple[NotebookNode, dict[str, float]]]:
    """For each student what is handed in, and the cells that do not reach their four points."""
    wrong, noisy = "def spread(x):\n    return x", "return x - x.mean()"
    no_q1, no_q2, neither = (dict.fromkeys(cells, 0.0) for cells in (Q1, Q2, (*Q1, *Q2)))
    dearer = solved(course, spread=wrong)
    cell_of(dearer, "q2_check").metadata.nbgrader.points = 1000
    bonus = {"grade": True, "locked": True, "solution": False, "points": 100}
    names = f"{CENTRE}\ntorch = close = Checks = fresh_seed = seed = checks = None"
    return {
        "right": (solved(course), {}),
        "untouched": (release(course), neither),
        "empty cells": (changed(release(course), q1="", q2=""), neither),
        "absolute value": (
            solved(course, SPREAD.replace("return", "x = x.abs(); return")),
            {"q1_hidden": 2.0},
        ),
        "ends the process": (solved(course, "def spread(x):\n    import os; os._exit(0)"), no_q1),
        "syntax error": (solved(course, "def spread(x:"), no_q1),
        "hangs": (solved(course, STUBBORN), no_q1),
        "warns": (
            solved(course, SPREAD, CENTRE.replace(noisy, f"import warnings; warnings.warn('x'); {noisy}")),
            {},
        ),
        "prints": (solved(course, SPREAD, CENTRE.replace(noisy, f"print('x' * 10**7); {noisy}")), {}),
        "deletes checks": (without(solved(course, wrong), *Q1, "integrity"), no_q1),
        "deletes an answer": (without(solved(course), "q2"), no_q2),
        "rewrites checks": (changed(solved(course, wrong), q1_check="4.0", q1_hidden="4.0"), no_q1),
        "calls a cell a check": (with_cell(solved(course, wrong), FORGED, 6, "q1_check"), no_q1),
        "adds a bonus": (with_cell(solved(course), "100.0", -1, "bonus", **bonus), {}),
        "makes a check dearer": (dearer, no_q1),
        "takes our names": (solved(course, SPREAD, names), {}),
        "Lee, Ann <b>": (solved(course), {}),
    }


DROPPED = {
    "broken JSON": (b'{"cells": [', "is no notebook"),
    "no notebook": (b"[1, 2]", "is no notebook"),
    "odd cells": (b'{"cells": [3], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', ""),
    "nested": (b"[" * 10**5, "is no notebook"),
    "large": (b" " * (NOTEBOOK_BYTES + 1), "more than 20 MB"),
    "empty": (b"", "is no notebook"),
    "another": (b"", f"it is another sheet: {OTHER}"),
    "older": (b"", "made from another release (0123, now "),
    "wrong name": (b"", f"there is no {NAME}.ipynb, but {NAME} (1).ipynb: rename one, or run collect"),
    "nothing": (b"", "nor any other notebook"),
    "no metadata": (b"", "run regraft"),
    "link": (b"", "is a link"),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """A class that has handed in, and has not been graded."""
    course = built_course(tmp_path_factory.mktemp("course"))
    for student, (notebook, _) in answers(course).items():
        hand_in(course, student, notebook)
    for student, (data, _) in DROPPED.items():
        hand_in(course, student, data)
    hand_in(course, "another", release(course, OTHER))
    older, bare = solved(course), solved(course)
    older.metadata.vizwidgets.version = "0123"
    hand_in(course, "older", older)
    for cell in bare.cells:
        cell.metadata.clear()
    hand_in(course, "no metadata", bare)
    for student in ("wrong name", "nothing", "link"):
        course.submission(student, NAME).unlink()
    course.submission("link", NAME).symlink_to(course.source(NAME))
    hand_in(course, "wrong name", solved(course), f"{NAME} (1).ipynb")
    records = course.submission("right", NAME).parent / "records"
    records.mkdir()
    (records / "mine.json").write_bytes(RECORD)
    return course


@pytest.fixture(scope="module")
def graded(course) -> tuple[int, str, dict[str, SheetResult]]:
    """The exit status of the command, what it said, and the results."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = main(["grade", "a0", "--course", str(course.root), "--jobs", "2", "--cell-seconds", "4"])
    return status, said.getvalue(), {each.student: each for each in Gradebook(course, NAME).results()}


def test_everyone_has_just_the_points_that_were_earned(course, graded):
    wanted = {
        student: {**dict.fromkeys((*Q1, *Q2), 4.0), **lost} for student, (_, lost) in answers(course).items()
    }
    got = {
        student: {cell.cell: cell.reached for cell in result.cells if cell.cell in (*Q1, *Q2)}
        for student, result in graded[2].items()
        if result.is_graded
    }
    assert got == wanted


def test_every_result_has_all_cells_of_the_source_and_only_these(graded):
    for result in graded[2].values():
        if result.is_graded:
            assert [cell.cell for cell in result.cells] == [*Q1, *Q2, "q3", "integrity"]
            assert result.points == 20


def test_what_can_not_be_graded_has_no_points_and_a_reason_that_is_told(graded):
    status, said, results = graded
    assert {student for student, result in results.items() if not result.is_graded} == set(DROPPED)
    for student, (_, reason) in DROPPED.items():
        assert reason in results[student].problem and results[student].problem
        assert results[student].cells == ()
        assert f"  not graded: {student}: {results[student].problem}\n" in said
    assert status == 1
    counts = f"{len(results) - len(DROPPED)} graded, 0 graded before and unchanged, {len(DROPPED)} not"
    assert counts in said


def test_a_text_waits_for_a_person_unless_it_was_left_as_it_was(graded):
    results = graded[2]
    assert results["right"].pending == ("q3",) and results["untouched"].pending == ()
    assert {cell.cell: cell.problem for cell in results["untouched"].cells}["q3"] == UNTOUCHED


def test_what_went_wrong_is_told_with_its_cell(graded):
    problems = {
        student: {cell.cell: cell.problem for cell in result.cells} for student, result in graded[2].items()
    }
    assert "ended the whole process (exit status 0)" in problems["ends the process"]["q1_check"]
    assert "ran out of time (interrupted after " in problems["hangs"]["q1_hidden"]
    assert problems["ends the process"]["q2_check"] == ""
    assert graded[2]["deletes an answer"].flags == ("the answer q2 was deleted",)


def test_the_error_of_an_answer_s_cell_is_told_at_its_checks(graded):
    problems = {cell.cell: cell.problem for cell in graded[2]["syntax error"].cells}
    words = "your answer's cell ended with SyntaxError: "
    assert all(words in problems[name] and problems[name].endswith("(line 1)") for name in Q1)
    assert problems["q2_check"] == problems["integrity"] == ""
    assert {cell.problem for cell in graded[2]["untouched"].cells} == {"", UNTOUCHED}


def test_reasons_and_hints_come_with_the_points(graded):
    criteria = {
        cell.cell: [(each.label, each.is_met, each.hint) for each in cell.criteria]
        for cell in graded[2]["absolute value"].cells
    }
    assert criteria["q1_hidden"] == [
        ("fresh numbers", True, "largest minus smallest"),
        ("numbers below zero", False, "no absolute value is asked for"),
    ]


def test_the_whole_class_has_one_seed_which_is_told(course, graded):
    seeds = {result.seed for result in graded[2].values()}
    assert seeds == {Gradebook(course, NAME).seed()}
    assert graded[1].startswith(f"Seed of the class: {seeds.pop()}.\nProtection: ")


def test_records_are_looked_at(graded):
    (record,) = graded[2]["right"].records
    assert record.file == "mine.json" and not record.is_replayed and record.words


def test_what_has_not_changed_is_not_graded_again_and_what_has_is(course, graded):
    results = course.grades / NAME / "results"
    before = {path.name: path.stat().st_mtime_ns for path in results.iterdir()}
    kept = course.submission("warns", NAME).read_bytes()
    hand_in(course, "warns", solved(course, "def spread(x):\n    return x"))
    hand_in(course, "syntax error", b"{")
    done = grade(course, NAME, jobs=2)
    assert {each.student for each in done.results} == {"warns", "syntax error", *DROPPED}
    assert len(done.before) == len(answers(course)) - 2
    again = {each.student: each for each in Gradebook(course, NAME).results()}
    assert again["warns"].reached == 8.0
    assert not again["syntax error"].is_graded  # the grade of what was handed in before is gone
    after = {path.name: path.stat().st_mtime_ns for path in results.iterdir()}
    same = {f"{student}.json" for student in done.before}
    assert {name for name in before if before[name] == after[name]} >= same
    hand_in(course, "warns", kept)


def test_what_is_told_comes_before_the_first_result_and_progress_counts_submissions(tmp_path, capsys):
    course = built_course(tmp_path)
    for student in ("ann", "bob"):
        hand_in(course, student, solved(course))
    told: list[tuple[str, int]] = []
    grade(
        course,
        NAME,
        tell=lambda words: told.append((words.split(":")[0], len(Gradebook(course, NAME).missing()))),
    )
    assert told == [("Seed of the class", 2), ("Protection", 2)]
    shown = capsys.readouterr().err
    assert "0/2" in shown and "2/2" in shown.splitlines()[-1] and "1/2" not in shown


def test_a_seed_of_one_run_is_told_beside_that_of_the_class_which_comes_back(tmp_path):
    course = built_course(tmp_path)
    hand_in(course, "ann", solved(course))
    own = grade(course, NAME).seed
    told: list[str] = []
    again = grade(course, NAME, students=["ann"], seed=own + 1, tell=told.append)
    assert told[0].startswith(f"Seed: {own + 1} (this run only; the class has {own}, and the next grade")
    assert again.results[0].seed == own + 1
    assert grade(course, NAME).results[0].seed == own
    assert not grade(course, NAME).results
    grade(course, NAME, seed=5, tell=told.append)
    assert "Seed of the class: 5 (from now on)." in told


def test_one_student_can_be_graded_with_another_seed(course, graded):
    seed = Gradebook(course, NAME).seed()
    done = grade(course, NAME, students=["right"], seed=seed + 1)
    assert [(each.student, each.seed) for each in done.results] == [("right", seed + 1)]
    assert Gradebook(course, NAME).seed() == seed
    with pytest.raises(ValueError, match="nobody called zoe handed in"):
        grade(course, NAME, students=["zoe", "right"])


def test_after_an_interruption_the_rest_is_graded_and_nothing_twice(tmp_path, monkeypatch):
    course = built_course(tmp_path)
    for k in range(6):
        hand_in(course, f"s{k}", solved(course, SPREAD if k % 2 else "def spread(x):\n    return x"))
    book, add, count = Gradebook(course, NAME), Gradebook.add, []

    def interrupted(self: Gradebook, result: SheetResult) -> None:
        if len(count) == 2:
            raise KeyboardInterrupt
        count.append(result.student)
        add(self, result)

    with monkeypatch.context() as patch:
        patch.setattr(Gradebook, "add", interrupted)
        with pytest.raises(KeyboardInterrupt):
            grade(course, NAME, jobs=2)
    first = book.results()
    assert sorted(each.student for each in first) == sorted(count) and len(book.missing()) == 4
    done = grade(course, NAME, jobs=2)
    assert sorted(done.before) == sorted(count)
    assert sorted([*count, *(each.student for each in done.results)]) == [f"s{k}" for k in range(6)]
    assert [each.reached for each in book.results()] == [8.0, 16.0] * 3
    assert [book.find(student) for student in sorted(count)] == first
    assert len({each.seed for each in book.results()}) == 1 and not book.missing()


def test_nothing_is_graded_where_the_solution_does_not_get_all_points(tmp_path):
    course = built_course(tmp_path)
    hand_in(course, "ann", solved(course))
    path = course.source(NAME)
    path.write_text(path.read_text().replace("x.mean()", "x.max()"))
    with pytest.raises(
        ValueError, match="the solution of a0_tiny does not get all points on this machine.* q2_"
    ):
        grade(course, NAME)
    assert Gradebook(course, NAME).missing() == ["ann"]


def test_a_submission_can_not_read_the_source(tmp_path):
    course = built_course(tmp_path)
    thief = f"""def spread(x):
    import json
    cells = json.load(open({str(course.source(NAME))!r}))["cells"]
    exec(next("".join(cell["source"]) for cell in cells if cell["id"] == "q1"), globals())
    return spread(x)"""
    hand_in(course, "thief", solved(course, thief))
    done = grade(course, NAME)
    if "WITHOUT" in done.protection:
        pytest.skip(done.protection)
    (result,) = done.results
    assert result.reached == 8.0
    assert "FileNotFoundError" in result.cells[0].criteria[0].reason


def test_checks_for_which_no_time_was_left_are_flagged_for_a_person(tmp_path):
    course = built_course(tmp_path)
    hand_in(course, "ann", solved(course, "def spread(x):\n    while True: pass"))
    limits = Limits(cell_seconds=60, sheet_seconds=4)
    (result,) = grade(course, NAME, limits=limits).results
    (flag,) = result.flags
    assert flag.startswith("time was over before q1_check, q1_hidden, q2_check, q2_hidden, integrity ran: ")
    assert "--sheet-seconds" in flag and Gradebook(course, NAME).results()[0].flags == (flag,)
    (result,) = grade(course, NAME, limits=Limits(cell_seconds=3), again=True).results
    assert result.flags == () and result.reached == 8.0


def test_an_older_release_is_graded_where_it_is_asked_for(tmp_path):
    course = built_course(tmp_path)
    older = solved(course)
    older.metadata.vizwidgets.version = "0123"
    hand_in(course, "ann", older)
    assert not grade(course, NAME).results[0].is_graded
    assert grade(course, NAME, any_release=True, limits=Limits(cell_seconds=9)).results[0].reached == 16.0


def test_a_class_in_which_nobody_handed_in_is_told_to_collect_first(tmp_path, capsys):
    course = built_course(tmp_path)
    assert main(["grade", "a0", "--course", str(course.root)]) == 2
    said = capsys.readouterr()
    assert said.err == f"submitted/ holds no {NAME}; run collect first.\n" and not said.out
    assert not course.grades.exists()


def test_a_name_that_nobody_has_is_answered_with_at_most_five_that_are_like_it(tmp_path):
    course = built_course(tmp_path)
    for k in range(30):
        hand_in(course, f"Student {k:02}", b"")
    hand_in(course, "Zoe", b"")
    with pytest.raises(ValueError) as told:
        grade(course, NAME, students=["student 07"])
    assert "submitted/ has Student 07, " in str(told.value) and "and 26 more." in str(told.value)
    with pytest.raises(ValueError, match="nobody called qqq .*; no name of the 31 in submitted/ is like it"):
        grade(course, NAME, students=["qqq"])
    assert not course.grades.exists()
