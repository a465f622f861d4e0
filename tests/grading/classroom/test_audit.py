"""The audit: cheats are flagged, honest submissions are not, and nothing is taken away."""

from __future__ import annotations

import json

import pytest

from tests.grading.classroom.handed_in import OTHER, built_course, release, tree, written
from tests.grading.sheets.tiny import cell_of
from vizwidgets.grading.classroom.auditing.audit import audit, audit_page, printed_audit
from vizwidgets.grading.classroom.collecting.regraft import regraft
from vizwidgets.grading.classroom.scoring.gradebook import Gradebook
from vizwidgets.grading.classroom.scoring.grading import grade
from vizwidgets.grading.command import main
from vizwidgets.grading.results import CellResult, SheetResult
from vizwidgets.grading.scores import CriterionResult
from vizwidgets.grading.sheets.mutants import Mutant
from vizwidgets.grading.sheets.template import PARTS

SOLUTION = """\
def stretched(image):
    lowest, highest = image.min(), image.max()
    return (image - lowest) / (highest - lowest)
"""
PATCH = """\
import vizwidgets.grading.closeness as closeness
import vizwidgets.grading as grading
closeness.close = grading.close = lambda got, wanted, rtol=0, atol=0: True
def stretched(image):
    return image * 1
"""
REWRITE = """\
def without_asserts(lines):
    return [line.replace("assert ", "0 and ") for line in lines]
get_ipython().input_transformers_post.append(without_asserts)
def stretched(image):
    return image
"""
HIDES_AFTERWARDS = """\
import vizwidgets.grading.checks as checks
checks.Criterion.__exit__ = lambda self, *rest: setattr(self, "reason", "") or True
def stretched(image):
    return image
"""


@pytest.fixture
def course(tmp_path):
    return built_course(tmp_path)


def hand_in(course, student, notebook):
    path = course.submission(student, OTHER)
    path.parent.mkdir(parents=True)
    path.write_bytes(written(notebook))
    return path


def answered(course, code):
    notebook = release(course, OTHER)
    cell_of(notebook, "q1").source = code
    return notebook


def mutants():
    names: dict = {}
    exec(PARTS.read_text(encoding="utf-8").split("%% mutants.py\n")[1], names)
    assert all(isinstance(each, Mutant) for each in names["MUTANTS"])
    return names["MUTANTS"]


def words_of(found, student):
    return " | ".join(flag.words for flag in found.flags[student])


def test_cheats_are_flagged_and_honest_submissions_are_not(course):
    wrong = {f"mutant{k}": mutant.applied_to(SOLUTION) for k, mutant in enumerate(mutants())}
    for student, code in {"solution": SOLUTION, **wrong}.items():
        hand_in(course, student, answered(course, code))
    hand_in(course, "untouched", release(course, OTHER))
    for student, code in {"patch": PATCH, "rewrite": REWRITE, "hides": HIDES_AFTERWARDS}.items():
        hand_in(course, student, answered(course, code))
    points = {result.student: result.reached for result in grade(course, OTHER, jobs=1).results}
    assert points["solution"] == 16 and points["untouched"] == 0
    before = tree(course.grades), tree(course.submitted)
    found = audit(course, OTHER)
    assert (tree(course.grades), tree(course.submitted)) == before
    assert set(found.flagged) == {"patch", "rewrite", "hides"}
    assert found.pairs == () and found.ungraded == ()
    assert "replaces vizwidgets.grading.closeness.close" in words_of(found, "patch")
    assert "the negative control failed" in words_of(found, "patch")
    assert "rewrites cells before they run" in words_of(found, "rewrite")
    assert "the negative control failed: the cell ended with AssertionError" in words_of(found, "rewrite")
    assert "replaces vizwidgets.grading.checks.Criterion.__exit__" in words_of(found, "hides")


def test_changed_and_deleted_cells_are_shown_and_another_layout_is_not(course):
    changed, layout = answered(course, SOLUTION), answered(course, SOLUTION)
    check = cell_of(changed, "q1_check")
    check.source = check.source.replace("assert close([got.min()", "assert True or close([got.min()")
    changed.cells = [cell for cell in changed.cells if cell.id != "integrity"]
    for name in ("q1_check", "setup"):
        cell = cell_of(layout, name)
        cell.source = cell.source.replace("points=6", "points = 6").replace(", 3,", ",   3,") + "\n\n"
    hand_in(course, "changed", changed)
    hand_in(course, "layout", layout)
    found = audit(course, OTHER)
    first, second = found.flags["changed"]
    assert first.words == "q1_check was changed; grading puts it back"
    assert first.lines == (
        "-    assert close([got.min(), got.max()], [0.0, 1.0])",
        "+    assert True or close([got.min(), got.max()], [0.0, 1.0])",
    )
    assert second.words == "integrity was deleted; grading puts it back"
    assert found.flags["layout"] == ()
    assert found.ungraded == ("changed", "layout")


def result(student, **cells):
    control = CellResult("integrity", 0, 0.0)
    return SheetResult(student, OTHER, cells=(*cells.values(), *(() if "integrity" in cells else (control,))))


LABELS = ("darkest value 0, brightest value 1", "a new image, the old one stays")


def check(labels, reached=6.0):
    criteria = tuple(CriterionResult(label, 3, True) for label in labels)
    return CellResult("q1_check", 6, reached, criteria)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"a": check(LABELS)}, ""),
        ({"a": check((LABELS[1], LABELS[0]))}, ""),
        ({"a": check(LABELS[:1])}, "q1_check: 1 criteria were scored, 2 stand in the sheet"),
        ({"a": check(("mine", *LABELS))}, "q1_check: 3 criteria were scored, 2 stand in the sheet; not from "
         "the sheet: mine"),
        ({"a": CellResult("q1_check", 6, 0.0, problem="no points: the cell ran out of time")}, ""),
        (
            {"integrity": CellResult("integrity", 0, 0.0, problem="no points: close() lies")},
            "the negative control failed: close() lies",
        ),
    ],
)  # fmt: skip
def test_odd_scores_are_flagged(course, cells, words):
    hand_in(course, "ann", answered(course, SOLUTION))
    Gradebook(course, OTHER).add(result("ann", **cells))
    assert words_of(audit(course, OTHER), "ann") == words


def test_a_missing_control_and_points_for_nothing_are_flagged(course):
    hand_in(course, "ann", release(course, OTHER))
    Gradebook(course, OTHER).add(SheetResult("ann", OTHER, cells=(check(LABELS),)))
    words = words_of(audit(course, OTHER), "ann")
    assert "the negative control is missing" in words
    assert "q1: 6 points, though stretched was not written" in words


def test_a_submission_that_was_put_together_is_searched_as_it_was_handed_in(course):
    honest, cheat = answered(course, SOLUTION), answered(course, REWRITE)
    for notebook in (honest, cheat):
        notebook.metadata.clear()
        for cell in notebook.cells:
            cell.metadata.clear()
    hand_in(course, "honest", honest)
    hand_in(course, "cheat", cheat)
    lost = audit(course, OTHER)
    assert "run regraft" in words_of(lost, "honest")
    assert {graft.state for graft in regraft(course, OTHER)} == {"put together"}
    found = audit(course, OTHER)
    assert found.flags["honest"] == () and "rewrites cells" in words_of(found, "cheat")


def test_another_release_is_not_compared_but_searched(course):
    notebook = answered(course, SOLUTION + "import socket\n")
    notebook.metadata["vizwidgets"]["version"] = "0123456789ab"
    cell_of(notebook, "q1_check").source = "# an older check"
    hand_in(course, "ann", notebook)
    assert [flag.words for flag in audit(course, OTHER).flags["ann"]] == [
        "made from another release (0123456789ab); the course's cells were not compared",
        "reaches for the network",
    ]


def test_what_can_not_be_read_is_listed(course):
    hand_in(course, "ann", answered(course, SOLUTION)).write_bytes(b"{")
    (course.submitted / "bob" / OTHER).mkdir(parents=True)
    found = audit(course, OTHER)
    assert "can not be read: broken JSON" in words_of(found, "ann")
    assert "can not be read" in words_of(found, "bob")


def test_the_page_shows_what_strangers_wrote_as_text(course):
    evil = 'open("../<script>alert(1)</script>")\n'
    course.students.write_text('student,name\nann,"<b>Ann</b>, Lee"\n', encoding="utf-8")
    hand_in(course, "ann", answered(course, SOLUTION + evil))
    page = audit_page(course, OTHER, audit(course, OTHER))
    assert "<script>" not in page and "<b>Ann" not in page
    assert "&lt;script&gt;" in page and "&lt;b&gt;Ann&lt;/b&gt;, Lee" in page
    assert "not a finding" in page


def test_the_command_writes_page_and_data_and_says_whether_to_look(course, capsys):
    copy = SOLUTION.replace("lowest", "low").replace("highest", "high").replace("image", "x")
    for student, code in (("ann", SOLUTION), ("bob", copy)):
        notebook = answered(course, code)
        text = "One bright pixel is the largest value of all, " * 3
        cell_of(notebook, "q2").source = f"<!-- answer q2 -->\n{text}"
        hand_in(course, student, notebook)
    assert main(["audit", "a4", "--course", str(course.root)]) == 1
    out = capsys.readouterr().out
    assert "0 of 2 submissions to look at" in out and "ann and bob  q1, q2" in out and "prove nothing" in out
    data = json.loads((course.reports / f"{OTHER}_audit.json").read_text(encoding="utf-8"))
    assert data["alike"] == [{"students": ["ann", "bob"], "answers": ["q1", "q2"]}]
    assert "ann and bob" in (course.reports / f"{OTHER}_audit.html").read_text(encoding="utf-8")


def test_a_clean_class_ends_well(course, capsys):
    hand_in(course, "ann", answered(course, SOLUTION))
    assert main(["audit", "a4", "--course", str(course.root)]) == 0
    assert "0 of 1 submissions to look at\n1 without a result" in capsys.readouterr().out
    assert printed_audit(audit(course, OTHER)).startswith("0 of 1")


def test_an_audit_of_nothing_is_refused_in_words(course, capsys):
    assert main(["audit", "a4", "--course", str(course.root)]) == 2
    assert f"submitted/ holds no {OTHER}; run the command collect first" in capsys.readouterr().err
    assert not course.reports.exists()


def test_what_was_no_use_is_flagged_with_its_reason(course):
    folder = course.submission("ann", OTHER).parent
    folder.mkdir(parents=True)
    (folder / "not_usable.txt").write_text("a4.pdf: a PDF\n", encoding="utf-8")
    assert [flag.words for flag in audit(course, OTHER).flags["ann"]] == ["not usable: a4.pdf: a PDF"]
