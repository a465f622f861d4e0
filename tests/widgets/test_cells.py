"""Running a cell again ends what its last execution left running."""

import gc

from vizwidgets.widgets.cells import claim_cell, running_cell


class Old:
    def __init__(self):
        self.ended = 0

    def end(self):
        self.ended += 1


def test_running_a_cell_again_ends_the_old_run_only():
    first, neighbour, second = Old(), Old(), Old()
    claim_cell(first, ("cell-a", "execution-1"))
    claim_cell(neighbour, ("cell-b", "execution-1"))
    claim_cell(second, ("cell-a", "execution-2"))
    assert (first.ended, neighbour.ended, second.ended) == (1, 0, 0)


def test_two_runs_of_one_execution_live_side_by_side():
    left, right = Old(), Old()
    claim_cell(left, ("cell-c", "execution-1"))
    claim_cell(right, ("cell-c", "execution-1"))
    assert (left.ended, right.ended) == (0, 0)
    claim_cell(Old(), ("cell-c", "execution-2"))
    assert (left.ended, right.ended) == (1, 1)


def test_a_run_that_is_gone_is_no_trouble():
    claim_cell(Old(), ("cell-d", "execution-1"))
    gc.collect()
    claim_cell(Old(), ("cell-d", "execution-2"))


def test_outside_a_notebook_there_is_no_cell():
    assert running_cell() is None
