"""The lessons and the sheets of the course, and what there is to do in each.

Two indexes say so, which data_scripts/index_course.py makes from the notebooks.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

INDEX, SHEETS = (Path(__file__).with_name(name) for name in ("course.json", "sheets.json"))


@dataclass(frozen=True)
class Exercise:
    """An exercise with checks.

    Parameters
    ----------
    title : str
        Of its checks.
    points : float
        What it is worth.
    """

    title: str
    points: float


@dataclass(frozen=True)
class Lesson:
    """One lesson, or one sheet of exercises.

    Parameters
    ----------
    name : str
        File name of the notebook, without its suffix.
    title, question : str
        Its heading, and the question that it answers.
    minutes : int
        How long it takes.
    predictions : tuple of str
        What it asks for with `predict`, in order.
    exercises : tuple of Exercise
        In order.
    folder : str
        Where it lies, seen from the folder of the lessons: "" or "assignments/…/".
    """

    name: str
    title: str
    question: str
    minutes: int
    predictions: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    folder: str = ""

    @property
    def link(self) -> str:
        """The notebook, seen from the folder of the lessons."""
        return f"{self.folder}{self.name}.ipynb"

    @property
    def points(self) -> float:
        """What its exercises are worth together."""
        return sum(exercise.points for exercise in self.exercises)


@functools.cache
def course() -> tuple[Lesson, ...]:
    """Return the lessons in their order.

    Examples
    --------
    >>> course()[0].name
    '00_start_here'
    """
    return _read(INDEX)


@functools.cache
def sheets() -> tuple[Lesson, ...]:
    """Return the sheets for those who learn alone; what no check can count is not among their points.

    Examples
    --------
    >>> sheets()[0].name, sheets()[0].points
    ('a1_looking_into_a_network', 16.0)
    """
    return _read(SHEETS)


def _read(index: Path) -> tuple[Lesson, ...]:
    found = json.loads(index.read_text(encoding="utf-8"))
    return tuple(
        Lesson(
            **{**one, "predictions": tuple(one["predictions"])}
            | {"exercises": tuple(Exercise(**exercise) for exercise in one["exercises"])}
        )
        for one in found
    )


def lesson_of_question(question: str) -> str:
    """Return the name of the lesson that asks for this prediction; "" if none does."""
    return next((lesson.name for lesson in course() if question in lesson.predictions), "")


def lesson_of_exercise(title: str, points: float) -> str:
    """Return the name of the lesson that has this exercise; "" if none has."""
    return next((lesson.name for lesson in course() if Exercise(title, points) in lesson.exercises), "")
