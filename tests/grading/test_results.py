"""What a grading found: sums that leave out what is pending, and JSON that comes back the same."""

from __future__ import annotations

import json

import pytest

from vizwidgets.grading.results import NOT_GRADED, CellResult, CriterionResult, RecordResult, SheetResult


@pytest.fixture
def result():
    criteria = (
        CriterionResult("shape", 1, True),
        CriterionResult("mean", 0.2, False, "got 2", "not the sum"),
    )
    cells = (
        CellResult("q1_check", 1.2, 0.1 + 0.2, criteria, seed=7),
        CellResult("q1_hidden", 2, 0.0, problem="ran out of time (30 s)"),
        CellResult("q6", 4, None),
    )
    records = (RecordResult("run.json", True, "channel 3 of conv2"),)
    return SheetResult("Ann", "a1", cells=cells, records=records, flags=("look",), seed=7, seconds=1.5)


def test_what_a_person_has_still_to_read_is_no_zero(result):
    assert result.points == pytest.approx(7.2)
    assert result.reached == pytest.approx(0.3)
    assert result.pending == ("q6",)


def test_it_comes_back_from_json_as_it_was(result):
    assert SheetResult.from_dict(json.loads(json.dumps(result.to_dict()))) == result


def test_not_graded_is_no_zero():
    assert not SheetResult("Ann", "a1", status=NOT_GRADED, problem="broken JSON").is_graded


@pytest.mark.parametrize("change", [{"cells": None}, {"cells": [{"cell": "q1"}]}, {"extra": 1}])
def test_what_is_no_result_is_refused(result, change):
    with pytest.raises(ValueError, match="not the result of a grading"):
        SheetResult.from_dict({**result.to_dict(), **change})


def test_a_missing_field_is_named(result):
    data = result.to_dict()
    del data["records"]
    with pytest.raises(ValueError, match="records"):
        SheetResult.from_dict(data)
