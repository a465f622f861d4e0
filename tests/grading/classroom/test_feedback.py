"""The page of a student tells points, reasons and hints, and nothing of the hidden checks."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

import pytest

from tests.grading.classroom.papers import (
    HIDDEN,
    SHEET,
    Page,
    hand_in,
    keep,
    new_course,
    not_graded,
    record_result,
    result_of,
)
from vizwidgets.grading.checks import NOT_ANSWERED
from vizwidgets.grading.classroom.papers import feedback, texts
from vizwidgets.grading.classroom.papers.marked_results import check_folder_name
from vizwidgets.grading.classroom.papers.marks import Mark, marks_file
from vizwidgets.grading.results import CellResult
from vizwidgets.grading.running.rule import UNTOUCHED
from vizwidgets.grading.scores import CriterionResult
from vizwidgets.grading.sheets.sheet import Sheet

CODE = "def double(x):\n    return x + x  # <script>alert('Ünïcode \"quotes\"')</script>"


@pytest.fixture
def course(tmp_path):
    return new_course(tmp_path)


def pages_of(course, *results, marks=None) -> dict[str, str]:
    """Return the HTML of each student."""
    written = feedback.write_feedback(course, SHEET, list(results), marks or {})
    return {path.parent.name: path.read_text(encoding="utf-8") for path in written}


def test_no_line_of_a_hidden_check_and_no_solution_stands_on_a_page(course):
    hand_in(course, "ann", {"q1": CODE, "q3": "<!-- answer q3 -->\nMy words."})
    html = pages_of(course, result_of("ann", met=(True, False, False)))["ann"]
    lines = [line.strip() for line in HIDDEN.splitlines() if len(line.strip()) > 3]
    lines += ["return 2 * x", "A model answer."]
    assert [line for line in lines if line in html or line in Page(html).text] == []
    assert "negative numbers too" in html  # what it demands is told


def test_points_criteria_reasons_and_hints_are_told(course):
    hand_in(course, "ann", {"q1": CODE})
    page = Page(pages_of(course, result_of("ann", met=(True, False, True)))["ann"])
    assert "4 of 10" in page.text and "points so far" in page.text
    assert "Checks: 4 of 6" in page.text
    assert "Text: not read yet (4 points)" in page.text
    assert "Q1 · Doubling 2 of 4 points" in page.text
    assert "✓ ok doubles 2 of 2" in page.text
    assert (
        "✗ not ok negative numbers too 0 of 2 AssertionError: got 3 Hint: hint for negative numbers too"
        in page.text
    )


def test_the_bars_are_as_long_as_the_points(course):
    hand_in(course, "ann")
    page = Page(pages_of(course, result_of("ann", met=(True, False, False)))["ann"])
    widths = [value for name, value in page.attributes if name == "style"]
    assert widths == [f"width:{share}%" for share in (20.0, 50.0, 0.0, 0.0)]  # 2 of 10, 2 of 4, 0 of 2, text


def test_a_page_asks_nothing_of_anyone_and_holds_no_script(course):
    hand_in(course, "ann", {"q1": CODE, "q3": "<!-- answer q3 -->\n![x](https://example.org/a.png)"})
    html = pages_of(course, result_of("ann"))["ann"]
    page = Page(html)
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & set(page.tags)
    assert [value for name, value in page.attributes if name in ("src", "srcset", "action")] == []
    assert all(value.startswith("#") for name, value in page.attributes if name == "href")
    assert "url(" not in html and "@import" not in html
    assert "default-src 'none'" in html


def test_names_code_text_and_comments_are_shown_as_they_are(course):
    name = 'Müller, Ann "Änni" <b> & Söhne'
    course.students.write_text('student,name\nann,"Müller, Ann ""Änni"" <b> & Söhne"\n', encoding="utf-8")
    hand_in(course, "ann", {"q1": CODE, "q3": "<!-- answer q3 -->\nÜmlaut <i>and</i> **bold**"})
    marks = {("ann", "q3"): Mark(2.5, "Why <em>so</em>?")}
    result = result_of("ann")
    page = Page(pages_of(course, result, marks=marks)["ann"])
    assert name in page.text
    assert "# <script>alert('Ünïcode \"quotes\"')</script>" in page.text
    assert "Ümlaut <i>and</i>" in page.text
    assert "Comment: Why <em>so</em>?" in page.text
    assert not {"script", "i", "b"} & set(page.tags) - {"i"}  # <i> is the filling of our bars
    assert page.tags.count("i") == 4


def test_reasons_hints_and_problems_are_escaped(course):
    bad = "<img src=x onerror=alert(1)>"
    wrong = CellResult("q1_check", 2, 0.0, (CriterionResult(bad, 2, False, bad, bad),), problem=bad)
    hand_in(course, "ann")
    result = result_of("ann")
    html = pages_of(course, replace(result, cells=(wrong, *result.cells[1:]), records=()))["ann"]
    assert "img" not in Page(html).tags
    assert Page(html).text.count(bad) == 4


def test_a_text_in_a_cell_of_its_own_is_shown_and_its_points_count(course, capsys):
    hand_in(course, "ann", below={"q3": "All of it is **down here**."})
    untouched = CellResult("q3", 4, 0.0, problem=UNTOUCHED)  # so grading finds the answer's own cell
    result = result_of("ann")
    keep(course, replace(result, cells=(*result.cells[:3], untouched, *result.cells[4:])))
    texts.lay_out(course, SHEET)
    feedback.run(course, Namespace(sheet="a1", students=[]))
    path = course.feedback / "ann" / f"{SHEET}.html"
    assert "Text: not read yet (4 points)" in Page(path.read_text(encoding="utf-8")).text
    csv_file = marks_file(course, SHEET)
    csv_file.write_text(csv_file.read_text(encoding="utf-8").replace("1,q3,,,", "1,q3,3,,"), "utf-8")
    feedback.run(course, Namespace(sheet="a1", students=[]))
    page = Page(path.read_text(encoding="utf-8"))
    assert "9 of 10 points" in page.text and "Text: 3 of 4" in page.text
    assert "Written in a cell of its own All of it is down here ." in page.text
    assert "without an answer" not in page.text and UNTOUCHED not in page.text
    assert "Your text" not in page.text  # a placeholder is nobody's text


def test_a_text_that_was_read_counts_and_brings_its_comment(course):
    hand_in(course, "ann")
    texts.lay_out(course, SHEET)
    path = marks_file(course, SHEET)
    path.write_text(path.read_text(encoding="utf-8").replace("1,q3,,,", '1,q3,"3,5",Well said!,'), "utf-8")
    keep(course, result_of("ann", met=(True, True, False)))
    feedback.run(course, Namespace(sheet="a1", students=[]))
    page = Page((course.feedback / "ann" / f"{SHEET}.html").read_text(encoding="utf-8"))
    assert "7.5 of 10 points" in page.text
    assert "so far" not in page.text
    assert "Text: 3.5 of 4" in page.text
    assert "Well said!" in page.text


def test_a_placeholder_that_the_checks_gave_zero_waits_for_a_person(course):
    hand_in(course, "ann")
    result = result_of("ann")
    cells = (
        *result.cells[:3],
        CellResult("q3", 4, 0.0, problem="left as it was handed out"),
        result.cells[4],
    )
    keep(course, replace(result, cells=cells))
    feedback.run(course, Namespace(sheet="a1", students=[]))
    page = Page((course.feedback / "ann" / f"{SHEET}.html").read_text(encoding="utf-8"))
    assert "not read yet" in page.text


def test_the_seed_is_told_with_how_to_have_it_graded_again(course):
    hand_in(course, "ann")
    text = Page(pages_of(course, result_of("ann"))["ann"]).text
    assert "4711" in text and "graded again with the same inputs" in text
    assert "3fa9c1d24b7e" in text


def test_a_problem_names_its_cell(course):
    hand_in(course, "ann")
    result = result_of("ann")
    late = CellResult("q2_check", 2, 0.0, problem="no points: the cell ran out of time (30 s)")
    result = replace(result, cells=(*result.cells[:2], late, *result.cells[3:]))
    text = Page(pages_of(course, result)["ann"]).text
    assert "No points: the cell q2_check ran out of time (30 s)." in text


def test_a_problem_of_the_sheet_as_a_whole_is_told(course):
    hand_in(course, "ann")
    result = result_of("ann")
    odd = CellResult("integrity", 0, 0.0, problem="the cell ended with NameError")
    text = Page(pages_of(course, replace(result, cells=(*result.cells[:4], odd)))["ann"]).text
    assert "The sheet as a whole" in text and "The cell integrity ended with NameError." in text
    assert "The sheet as a whole" not in Page(pages_of(course, result)["ann"]).text


def test_a_question_without_an_answer_is_said_once(course):
    hand_in(course, "ann")
    empty = CellResult("q2_check", 2, 0.0, (CriterionResult("halves", 2, False, NOT_ANSWERED, "h"),))
    result = result_of("ann")
    page = Page(pages_of(course, replace(result, cells=(*result.cells[:2], empty, *result.cells[3:])))["ann"])
    assert "This question was handed in without an answer." in page.text
    assert "halves" not in page.text


def test_a_text_that_is_still_the_placeholder_is_not_shown_as_the_students(course):
    hand_in(course, "ann")
    marks = {("ann", "q3"): Mark(0.0, "What a pity.")}
    text = Page(pages_of(course, result_of("ann"), marks=marks)["ann"]).text
    assert "This question was handed in without an answer. Comment: What a pity." in text
    assert "Your words here" not in text


def test_evidence_of_exploration_is_told(course):
    hand_in(course, "ann")
    result = replace(result_of("ann"), records=(record_result(True), record_result(False)))
    text = Page(pages_of(course, result)["ann"]).text
    assert "✓ ok three.json the same curve again" in text
    assert "✗ not ok three.json another curve" in text


def test_who_was_not_graded_reads_why_and_what_to_do_and_no_points(course):
    text = Page(pages_of(course, not_graded("ann", "the file <b> is no notebook"))["ann"]).text
    assert "the file <b> is no notebook" in text
    assert "What to do" in text and f"{SHEET}.ipynb" in text
    assert "not zero points" in text
    assert "of 10" not in text


def test_flags_for_the_instructor_are_not_on_the_page(course):
    hand_in(course, "ann")
    html = pages_of(course, replace(result_of("ann"), flags=("looks tampered with",)))["ann"]
    assert "tampered" not in html


def test_a_submission_that_can_not_be_opened_again_has_its_page_without_code(course):
    path = hand_in(course, "ann", {"q1": CODE})
    path.write_text("{broken", encoding="utf-8")
    text = Page(pages_of(course, result_of("ann"))["ann"]).text
    assert "6 of 10" in text and "Your code" not in text


def test_a_cell_of_a_million_characters_is_cut(course):
    hand_in(course, "ann", {"q1": "x = 1\n" * 200_000})
    html = pages_of(course, result_of("ann"))["ann"]
    assert len(html) < 300_000
    assert "further characters" in html


def test_only_the_named_students_get_pages_and_unknown_ones_are_refused(course):
    for student in ("ann", "bob"):
        hand_in(course, student)
        keep(course, result_of(student))
    feedback.run(course, Namespace(sheet="a1", students=["bob"]))
    assert [path.name for path in course.feedback.iterdir()] == ["bob"]
    with pytest.raises(ValueError, match="zoe"):
        feedback.run(course, Namespace(sheet="a1", students=["zoe"]))


def test_a_student_who_is_a_way_out_of_the_folder_is_refused():
    for name in ("../ann", "a/b", "..\\ann", "", ".", ".."):
        with pytest.raises(ValueError, match="slashes"):
            check_folder_name(name)


def test_without_any_result_the_command_says_what_to_run_first(course):
    with pytest.raises(ValueError, match="grade first"):
        feedback.run(course, Namespace(sheet="a1", students=[]))


def test_the_page_is_the_same_each_time(course):
    hand_in(course, "ann")
    release = Sheet.read(course.release(SHEET))
    pages = {feedback.feedback_page(result_of("ann"), release, None, {}, "Ann") for _ in range(2)}
    assert len(pages) == 1


def test_the_command_ends_with_1_while_someone_is_not_graded(course, capsys):
    hand_in(course, "ann")
    keep(course, result_of("ann"))
    assert feedback.run(course, Namespace(sheet="a1", students=[])) == 0
    hand_in(course, "late")
    assert feedback.run(course, Namespace(sheet="a1", students=[])) == 1
    assert "not graded, waits for the command grade: late" in capsys.readouterr().out
    assert feedback.run(course, Namespace(sheet="a1", students=["ann"])) == 0
    keep(course, not_graded("late"))
    assert feedback.run(course, Namespace(sheet="a1", students=[])) == 1
