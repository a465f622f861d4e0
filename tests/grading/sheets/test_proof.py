"""The proof of a sheet: it holds for a good one, and each thing that may be wrong is found and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.grading.sheets.conftest import JOBS
from tests.grading.sheets.tiny import NAME, tiny_course
from vizwidgets.grading.command import main
from vizwidgets.grading.sheets.build import write_sheet
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.proof import Finding, prove

PARTS = (
    "rules",
    "files",
    "secrets",
    "solution",
    "release",
    "self-study",
    "lazy answers",
    "mutants",
    "criteria",
)


def altered(root: Path, *changes: tuple[str, str], mutants: tuple[tuple[str, str], ...] = ()) -> Course:
    """The tiny course with other words in its source, or in its mutants; built."""
    course = tiny_course(root)
    for path, wanted in ((course.source(NAME), changes), (course.mutants(NAME), mutants)):
        text = path.read_text(encoding="utf-8")
        for old, new in wanted:
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    write_sheet(course, NAME)
    return course


def part(course: Course, runner, name: str, seeds: int = 3) -> Finding:
    """One part of the proof; those before it hold."""
    for finding in prove(course, NAME, runner, seeds=seeds, jobs=JOBS):
        if finding.part == name:
            return finding
        assert not finding.faults, finding
    raise AssertionError(f"the proof has no part {name}")


def test_every_part_holds_for_a_good_sheet(runner, tmp_path) -> None:
    found = list(prove(altered(tmp_path), NAME, runner, seeds=5, jobs=JOBS))
    assert [finding.part for finding in found] == [*PARTS, "time"]
    assert [str(finding) for finding in found if finding.faults] == []
    words = {finding.part: finding.words for finding in found}
    assert words["solution"] == "16 of 16 points at 5 seeds"
    assert words["self-study"] == "0 points empty, 16 filled in"
    assert words["mutants"] == "5 lose exactly their criteria at 3 seeds"
    assert words["criteria"] == "each of 7 notices a mutant"


def test_a_source_that_breaks_a_rule_is_not_run_at_all(runner, tmp_path) -> None:
    course = tiny_course(tmp_path)
    text = course.source(NAME).read_text(encoding="utf-8")
    course.source(NAME).write_text(text.replace("checks.score()", "checks.score();"), encoding="utf-8")
    (only,) = prove(course, NAME, runner)
    assert only.part == "rules" and len(only.faults) == 4


def test_a_release_that_was_edited_or_is_older_than_its_source_is_found(runner, tmp_path) -> None:
    course = altered(tmp_path)
    with course.release(NAME).open("a", encoding="utf-8") as file:
        file.write("\n")
    found = part(course, runner, "files")
    assert found.faults == (f"release/{NAME}.ipynb is not what its source gives; run: build {NAME}",)
    course.selfstudy(NAME).unlink()
    assert len(part(course, runner, "files").faults) == 2


def test_a_solution_in_the_words_of_a_question_is_found(runner, tmp_path) -> None:
    course = altered(
        tmp_path, ("## 1 Spread", "## 1 Spread: largest - x.amin(dim=1), return largest - x.amin(dim=1)")
    )
    (fault,) = part(course, runner, "secrets").faults
    assert fault.startswith("q1_words shows a line of q1")


def test_a_solution_that_fails_at_one_seed_in_thirteen_is_found(runner, tmp_path) -> None:
    """Trap 10: correct at the seed that its author saw is not correct."""
    course = altered(tmp_path, ("close(centre(x)", "seed % 13 and close(centre(x)"))
    assert part(course, runner, "solution", seeds=3).faults == ()
    found = part(course, runner, "solution", seeds=30).faults
    assert 0 < len(found) < 15
    assert all("q2_hidden loses 'fresh numbers, one by one'" in fault for fault in found)


def test_a_mutant_that_is_noticed_at_some_seeds_only_is_found(runner, tmp_path) -> None:
    """Trap 10: so it was with a forgotten class whose number depended on the seed."""
    course = altered(tmp_path, ("mixed = x *", "mixed = x if seed % 2 else x *"))
    found = part(course, runner, "mutants").faults
    assert found and all("'numbers below zero'" in fault for fault in found)
    assert all(fault.startswith("of absolute values") for fault in found)
    assert {fault.partition(", seed ")[2].partition(":")[0] for fault in found} < {
        "1654615998",
        "1806341205",
        "173879092",
    }


def test_a_check_cell_that_writes_to_stderr_is_found(runner, tmp_path) -> None:
    """Trap 2: what is outside of the criteria is not tamed."""
    course = altered(
        tmp_path,
        (
            'checks = Checks(\\"Q2\\"',
            'import sys; sys.stderr.write(\\"x\\")\\n",\n    "checks = Checks(\\"Q2\\"',
        ),
    )
    found = part(course, runner, "solution").faults
    assert len(found) == 3 and all(
        "q2_check: no points: the cell wrote to stderr" in fault for fault in found
    )


def test_a_criterion_that_the_empty_sheet_meets_is_found(runner, tmp_path) -> None:
    course = altered(
        tmp_path,
        ("assert abs(got.mean()) < 1e-6 and got.max() > got.min()", "pass"),
        ("got = centre(torch.tensor([1.0, 2.0, 6.0]))", "got = torch.tensor([-2.0, -1.0, 3.0])"),
    )
    assert any("q2_check gives 4 points" in fault for fault in part(course, runner, "release").faults)


def test_a_criterion_that_an_answer_without_work_meets_is_found(runner, tmp_path) -> None:
    course = altered(tmp_path, (" and got.max() > got.min()", ""))
    found = part(course, runner, "lazy answers").faults
    assert [fault.partition(",")[0] for fault in found] == ["q2: returns zeros"], found
    assert "q2_check gives 2 points for ['the mean is zero, though the numbers differ']" in found[0]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"q2_hidden": ("fresh",)', "", "q2_hidden takes the point of 'fresh numbers, one by one' too"),
        ("(x - x.mean()) / x.std()", "(x - x.mean()) / 1", "q2_check does not notice it in 'moved"),
        ('old="x.mean()"', 'old="x.median()"', "'subtracts the smallest' replaces 'x.median()' in q2"),
        ('old="x.mean()"', 'old="x"', "but does 4 times"),
        ('cell="q2", old="x.mean()"', 'cell="q9", old="x.mean()"', "has no cell 'q9'"),
        ('("moved",)', '("",)', "'divides by the deviation' must name one criterion of q2_check"),
        ('("moved",)', '("slower",)', "'divides by the deviation' must name one criterion of q2_check"),
        (
            'x.std()"',
            'x.std("',
            "q2_check takes the point of 'the mean is zero, though the numbers differ' too",
        ),
    ],
)
def test_a_mutant_that_loses_something_else_is_found(runner, tmp_path, old, new, words) -> None:
    found = part(altered(tmp_path, mutants=((old, new),)), runner, "mutants").faults
    assert any(words in fault for fault in found), found


def test_a_mistake_that_changes_the_checks_of_another_question_is_found(runner, tmp_path) -> None:
    """It patches torch: seen only where a whole sheet is run."""
    course = altered(
        tmp_path,
        mutants=(
            (
                'new="x = x.abs(); largest = "',
                'new="torch.Tensor.mean = torch.Tensor.amax; x = x.abs(); largest = "',
            ),
        ),
    )
    found = part(course, runner, "mutants").faults
    assert found and all("q2_" in fault for fault in found)


def test_a_criterion_that_notices_no_mutant_is_found(runner, tmp_path) -> None:
    first = '    Mutant("over all rows"'
    course = tiny_course(tmp_path)
    text = course.mutants(NAME).read_text(encoding="utf-8")
    head, _, rest = text.partition(first)
    course.mutants(NAME).write_text(head + rest[rest.index("    Mutant(") :], encoding="utf-8")
    write_sheet(course, NAME)
    assert part(course, runner, "criteria").faults == (
        "no mutant fails 'one number for each row' of q1_check",
    )


def test_the_command_prints_a_table_and_ends_with_1_when_something_does_not_hold(tmp_path, capsys) -> None:
    course = altered(tmp_path)
    course.release(NAME).write_text("{}", encoding="utf-8")
    assert main(["check", "a0", "--seeds", "1", "--jobs", "1", "--course", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [NAME, "  [ok] rules        15 cells"]
    assert "  [--] files        release and self-study version are what the source gives" in lines
    write_sheet(course, NAME)
    assert main(["check", "a0", "--seeds", "1", "--jobs", "1", "--course", str(tmp_path)]) == 0
    assert "[--]" not in capsys.readouterr().out


def test_numbers_below_one_are_refused(tmp_path, capsys) -> None:
    tiny_course(tmp_path)
    assert main(["check", "--seeds", "0", "--course", str(tmp_path)]) == 2
    assert "--seeds and --jobs must be 1 or more" in capsys.readouterr().err
