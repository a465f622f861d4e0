"""The report of a class counts what failed, and leaves nobody out."""

from __future__ import annotations

import random
from argparse import Namespace
from dataclasses import replace
from statistics import mean

import pytest

from tests.grading.classroom.papers import SHEET, Page, hand_in, keep, new_course, not_graded, result_of
from vizwidgets.grading.checks import NOT_ANSWERED
from vizwidgets.grading.classroom.papers import report, texts
from vizwidgets.grading.classroom.papers.histogram import counts, histogram
from vizwidgets.grading.classroom.papers.marks import marks_file
from vizwidgets.grading.classroom.papers.misconceptions import endings, mean_points, misconceptions
from vizwidgets.grading.results import CellResult, SheetResult
from vizwidgets.grading.scores import CriterionResult

LABELS = {"q1_check": "doubles", "q1_hidden": "negative numbers too", "q2_check": "halves"}


def a_class(seed: int = 0) -> list[SheetResult]:
    dice = random.Random(seed)
    return [result_of(f"s{k}", tuple(dice.random() < share for share in (0.9, 0.3, 0.6))) for k in range(40)]


def test_failures_are_counted_as_a_loop_over_all_sheets_counts_them():
    results = a_class()
    wanted = dict.fromkeys(LABELS.values(), 0)
    for result in results:
        for cell in result.cells:
            for criterion in cell.criteria:
                wanted[criterion.label] += not criterion.is_met
    found = misconceptions([*results, not_graded("x")])
    assert {each.label: each.num_failed for each in found} == wanted
    assert [each.num_failed for each in found] == sorted(wanted.values(), reverse=True)
    for each in found:
        assert each.failed_share == pytest.approx(100 * wanted[each.label] / 40)
        assert each.hint == f"hint for {each.label}"


def test_what_was_not_answered_is_no_misconception():
    empty = CellResult("q2_check", 2, 0.0, (CriterionResult("halves", 2, False, NOT_ANSWERED),))
    blank = result_of("ann")
    blank = replace(blank, cells=(*blank.cells[:2], empty))
    [halves] = [each for each in misconceptions([blank, result_of("bob")]) if each.label == "halves"]
    assert (halves.num_failed, halves.num_empty, halves.empty_share) == (0, 1, 50.0)


def test_criteria_that_nobody_failed_stand_in_the_order_of_the_sheet():
    assert [each.cell for each in misconceptions([result_of("ann")])] == list(LABELS)


def test_the_mean_of_a_question_is_that_of_the_sheets_whose_parts_are_all_known():
    results = a_class()
    wanted = mean(
        sum(c.reached for c in each.cells if c.cell in ("q1_check", "q1_hidden")) for each in results
    )
    assert mean_points(results, ("q1_check", "q1_hidden")) == (pytest.approx(wanted), 4)
    assert mean_points(results, ("q3",)) == (None, 4)


def test_cells_that_ended_early_are_counted_by_their_reason():
    late = CellResult("q2_check", 2, 0.0, problem="no points: the cell ran out of time")
    results = [replace(each, cells=(*each.cells[:2], late)) for each in a_class()[:3]]
    [ending] = endings([*results, result_of("ann")])
    assert (ending.problem, ending.num_cells, ending.num_sheets) == ("the cell ran out of time", 3, 3)


def test_one_sheet_with_a_trick_in_all_its_cells_fills_one_line():
    words = "no points: exactly one score must stand behind the points; got"
    cells = tuple(CellResult(f"q{k}_check", 2, 0.0, problem=f"{words} {k}") for k in range(2, 14))
    [ending] = endings([result_of("ann"), replace(result_of("bob"), cells=cells)])
    assert (ending.num_cells, ending.num_sheets) == (12, 1)
    assert ending.problem == "exactly one score must stand behind the points"


def test_the_histogram_counts_every_sheet_once():
    dice = random.Random(1)
    totals = [dice.choice([0, 0.5, 3.999, 4, 9.5, 10]) for _ in range(100)]
    wanted = [sum(k <= total < k + 1 for total in totals) for k in range(11)]
    assert counts(totals, 10) == wanted
    drawing = histogram(totals, 10)
    assert drawing.count("<rect") == sum(count > 0 for count in wanted)


def test_a_class_without_any_points_can_be_drawn():
    assert "<svg" in histogram([], 0)


def test_page_and_table_tell_what_failed_and_who_was_not_graded(tmp_path, capsys):
    course = new_course(tmp_path)
    course.students.write_text("student,name\nodd,Ödön <b>\n", encoding="utf-8")
    for result in a_class()[:5]:
        hand_in(course, result.student)
        keep(course, result)
    keep(course, not_graded("odd", "the file is <i>broken</i>"))
    assert report.run(course, Namespace(sheet="a1", points=False)) == 1
    printed = capsys.readouterr().out
    html = (course.reports / f"{SHEET}.html").read_text(encoding="utf-8")
    page = Page(html)
    assert "5 graded, 1 not graded" in printed
    for words in ("negative numbers too", "Ödön <b> (odd)", "the file is <i>broken</i>"):
        assert words in printed and words in page.text
    assert "hint for halves" in page.text
    assert "Points of the checks (0 of 5 texts are read)" in page.text
    assert "b" not in page.tags
    assert "script" not in page.tags


def test_a_class_in_which_nobody_could_be_graded_has_a_report(tmp_path, capsys):
    course = new_course(tmp_path)
    keep(course, not_graded("ann"))
    assert report.run(course, Namespace(sheet="a1", points=False)) == 1
    assert "0 graded, 1 not graded" in capsys.readouterr().out


def test_points_are_printed_for_everyone_or_why_there_are_none(tmp_path, capsys):
    course = new_course(tmp_path)
    for student in ("ann", "late", "wait"):
        hand_in(course, student)
    keep(
        course,
        result_of("ann", (True, False, True)),
        result_of("wait"),
        not_graded("odd", "it is no notebook"),
    )
    texts.lay_out(course, SHEET)
    path = marks_file(course, SHEET)
    rows = [
        line.replace(",q3,,", ",q3,3.5,") if ",ann," in line else line
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    path.write_text("\n".join(rows), encoding="utf-8")
    assert report.run(course, Namespace(sheet="a1", points=True)) == 1
    printed = [line.split(maxsplit=3) for line in capsys.readouterr().out.splitlines()]
    assert ["ann", "4", "3.5", "7.5"] in printed
    assert ["wait", "6", "–", "the text is not read yet"] in printed
    assert ["odd", "not", "graded:", "it is no notebook"] in printed
    assert ["late", "not", "graded:", "waits for the command grade"] in printed
    assert "(1 of 2 texts are read)" in (course.reports / f"{SHEET}.html").read_text(encoding="utf-8")
