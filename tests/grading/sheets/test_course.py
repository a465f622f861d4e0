"""The folders of a course, and sheets by their beginnings."""

from __future__ import annotations

import pytest

from vizwidgets.grading.sheets.course import Course


@pytest.fixture
def course(tmp_path):
    for name in ("a1_first", "a2_second", "a21_third"):
        path = tmp_path / "source" / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text("{}")
    (tmp_path / "source" / "a1_first" / "draft.ipynb").write_text("{}")
    return Course(tmp_path)


def test_only_notebooks_called_like_their_folder_are_sheets(course):
    assert course.sheets() == ["a1_first", "a21_third", "a2_second"]


@pytest.mark.parametrize(
    ("beginning", "name"), [("a1", "a1_first"), ("a2_", "a2_second"), ("a21", "a21_third")]
)
def test_a_beginning_is_enough_where_only_one_has_it(course, beginning, name):
    assert course.find(beginning) == name


@pytest.mark.parametrize("beginning", ["a2", "a", "b1", ""])
def test_a_beginning_of_several_or_none_is_refused_with_the_choice(course, beginning):
    with pytest.raises(ValueError, match="a2_second") as refusal:
        course.find(beginning)
    assert repr(beginning) in str(refusal.value)


def test_submissions_are_found_by_student(course):
    for student in ("müller, ann", "bo"):
        course.submission(student, "a1_first").parent.mkdir(parents=True)
    assert [student for student, _ in course.submissions("a1_first")] == ["bo", "müller, ann"]
    assert course.submissions("a2_second") == []


def test_a_folder_without_sources_is_no_course(tmp_path):
    with pytest.raises(FileNotFoundError, match="--course"):
        Course(tmp_path)
