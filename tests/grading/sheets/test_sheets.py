"""The course's own sheets are proved at every change: whoever edits one sees here what no longer holds."""

from __future__ import annotations

import os

import pytest

from tests.grading.sheets.conftest import JOBS
from tests.grading.sheets.real_nbgrader import ASSIGNMENTS
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.mutants import read_mutants
from vizwidgets.grading.sheets.proof import prove
from vizwidgets.grading.sheets.sheet import Sheet

COURSE = Course(ASSIGNMENTS)
SHEETS = COURSE.sheets()
MANY = "VIZ_MANY_SEEDS"  # set it to prove each sheet at 200 seeds: half an hour


def test_the_three_sheets_are_there_with_twenty_points_each() -> None:
    assert [name[:3] for name in SHEETS] == ["a1_", "a2_", "a3_"]
    for name in SHEETS:
        sheet = Sheet.read(COURSE.source(name))
        assert sum(sheet.points.values()) == 20
        assert sum(sheet.points[text] for text in sheet.texts) == 4


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_has_at_least_25_wrong_answers_for_all_of_its_questions(name) -> None:
    mutants = read_mutants(COURSE.mutants(name))
    sheet = Sheet.read(COURSE.source(name))
    assert len(mutants) >= 25
    assert {mutant.cell for mutant in mutants} == set(sheet.answers) - set(sheet.texts)


@pytest.mark.slow
@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_proved(runner, name) -> None:
    findings = list(prove(COURSE, name, runner, seeds=5, jobs=JOBS))
    assert [str(finding) for finding in findings if finding.faults] == []
    assert len(findings) == 10


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get(MANY), reason=f"takes half an hour; set {MANY}=1")
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_proved_at_200_seeds(runner, name) -> None:
    findings = list(prove(COURSE, name, runner, seeds=200, jobs=JOBS))
    assert [str(finding) for finding in findings if finding.faults] == []
