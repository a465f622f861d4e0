"""A new sheet can be built and proved before a word of it is changed."""

from __future__ import annotations

import pytest

from vizwidgets.grading.command import main
from vizwidgets.grading.running.runner import Runner
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.proof import prove


@pytest.fixture
def course(tmp_path):
    (tmp_path / "source").mkdir()
    return Course(tmp_path)


def test_a_new_sheet_is_proved_as_it_is(course):
    assert main(["new", "a4_mine", "--course", str(course.root)]) == 0
    assert main(["build", "a4", "--course", str(course.root)]) == 0
    with Runner(jobs=2, protect=False) as runner:
        findings = list(prove(course, "a4_mine", runner, seeds=3, jobs=2))
    assert [str(finding) for finding in findings if finding.faults] == []


def test_a_sheet_that_is_there_is_left_as_it_is(course, capsys):
    main(["new", "a4_mine", "--course", str(course.root)])
    course.source("a4_mine").write_text("mine by now")
    assert main(["new", "a4_mine", "--course", str(course.root)]) == 2
    assert "already" in capsys.readouterr().err
    assert course.source("a4_mine").read_text() == "mine by now"


@pytest.mark.parametrize("name", ["A4", "a4-mine", "../a4", "4a", ""])
def test_a_name_that_would_trouble_folders_or_graders_is_refused(course, name, capsys):
    assert main(["new", name, "--course", str(course.root)]) == 2
    assert "small letters" in capsys.readouterr().err
    assert list((course.root / "source").iterdir()) == []
