"""How far a student is: what is noted, beside what there is to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .book import Book
from .course import Lesson, course


@dataclass(frozen=True)
class Standing:
    """How far a student is in one lesson.

    Parameters
    ----------
    lesson : Lesson
        Which.
    made : int
        Predictions that were made, of those that it asks for.
    reached : float
        Points that were reached, of those that its exercises are worth.
    visited : str
        When last, ``2026-11-23 13:05``; empty for never.
    """

    lesson: Lesson
    made: int = 0
    reached: float = 0.0
    visited: str = ""

    @property
    def is_begun(self) -> bool:
        """Whether anything is noted of it."""
        return bool(self.visited or self.made or self.reached)

    @property
    def is_done(self) -> bool:
        """Whether every prediction was made and every point reached."""
        all_made = self.made == len(self.lesson.predictions)
        return self.is_begun and all_made and self.reached >= self.lesson.points

    @property
    def share(self) -> float:
        """What part of it is done, 0 to 1; a prediction counts like a point."""
        there = len(self.lesson.predictions) + self.lesson.points
        return (self.made + self.reached) / there if there else float(self.is_begun)


def standings(book: Book, lessons: Sequence[Lesson] | None = None) -> list[Standing]:
    """Return how far a student is in each lesson, in their order.

    Parameters
    ----------
    book : Book
        What is noted. What a lesson no longer asks for does not count.
    lessons : sequence of Lesson, optional
        All of the course when not given.
    """
    return [_standing(book, lesson) for lesson in (course() if lessons is None else lessons)]


def _standing(book: Book, lesson: Lesson) -> Standing:
    worth = {exercise.title: exercise.points for exercise in lesson.exercises}
    made = sum(one.question in lesson.predictions for one in book.predictions(lesson.name))
    reached = sum(one.reached for one in book.results(lesson.name) if worth.get(one.exercise) == one.points)
    tries = (one.at for one in book.results(lesson.name))  # a sheet notes no visits
    return Standing(lesson, made, reached, max(book.visits().get(lesson.name, ""), *tries, ""))
