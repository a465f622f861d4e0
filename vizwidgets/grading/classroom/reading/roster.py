"""Who is who: the names and numbers behind the folders, from students.csv."""

from __future__ import annotations

from dataclasses import dataclass

from vizwidgets.grading.sheets.course import Course

from .students import Students, moodle_column


@dataclass(frozen=True)
class Person:
    """One student as the learning platforms know them.

    Parameters
    ----------
    student : str
        Name of the folder in ``submitted/``.
    name, email : str
        As the platform has them; empty where unknown.
    moodle_id : str
        Number in Moodle's grading worksheet of this sheet.
    canvas_id : str
        Number in Canvas.
    """

    student: str
    name: str = ""
    email: str = ""
    moodle_id: str = ""
    canvas_id: str = ""

    @property
    def shown_name(self) -> str:
        """The name, or what there is instead."""
        return self.name or self.student


class Roster(dict[str, Person]):
    """The students of a course by their folders; who is not listed has the folder's name alone."""

    def __missing__(self, student: str) -> Person:
        return Person(student)


def read_roster(course: Course, sheet: str) -> Roster:
    """Return the students that ``students.csv`` lists; none if there is no such file.

    Parameters
    ----------
    course : Course
        Where the file is.
    sheet : str
        Moodle numbers the same students anew in each assignment.

    Raises
    ------
    ValueError
        If the file can not be used.
    """
    found = Roster()
    for row in Students.read(course.students).rows:
        moodle_id = row.get(moodle_column(sheet), row["moodle_id"]).strip()
        student, name, email = (row.get(each, "").strip() for each in ("student", "name", "email"))
        person = Person(student, name, email, moodle_id, row["canvas_id"].strip())
        found[person.student] = person
    return found
