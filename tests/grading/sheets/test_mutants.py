"""Wrong answers are read from a file, and fit the solution or are refused."""

from __future__ import annotations

import pytest

from vizwidgets.grading.sheets.mutants import Mutant, read_mutants

HEAD = "from vizwidgets.grading.sheets.mutants import Mutant\n"


def mutant(old: str) -> Mutant:
    return Mutant("adds", cell="q1", old=old, new="+", loses={"q1_check": ("doubles",)})


def test_it_replaces_one_text():
    assert mutant("*").applied_to("return 2 * x") == "return 2 + x"


@pytest.mark.parametrize(("old", "count"), [("/", 0), ("x", 2)])
def test_a_text_that_does_not_stand_there_once_is_refused(old, count):
    with pytest.raises(ValueError, match=f"does {count} times"):
        mutant(old).applied_to("x = 2 * x")


def test_a_file_of_mutants_is_read_in_order(tmp_path):
    path = tmp_path / "a1.py"
    path.write_text(HEAD + "MUTANTS = [Mutant(n, 'q1', 'a', 'b', {}) for n in ('second', 'first')]")
    assert [each.name for each in read_mutants(path)] == ["second", "first"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must hold MUTANTS"),
        ("MUTANTS = []", "must hold MUTANTS"),
        ("MUTANTS = ['a']", "must hold MUTANTS"),
        ("MUTANTS = 2 * [Mutant('same', 'q1', 'a', 'b', {})]", "two mutants called 'same'"),
    ],
)
def test_a_file_without_mutants_or_with_twins_is_refused(tmp_path, text, words):
    path = tmp_path / "a1.py"
    path.write_text(HEAD + text)
    with pytest.raises(ValueError, match=words):
        read_mutants(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="a1.py"):
        read_mutants(tmp_path / "a1.py")
