"""What is noted of a run: few notes, little time, and none of a past that the run has left."""

from __future__ import annotations

import pytest

from vizwidgets.widgets.recorder import ALLOWANCE, Recorder, spread_out


class Clock:
    """A clock that goes when told."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def steps_of(recorder: Recorder) -> list[int]:
    return [note.step for note in recorder.notes]


def note(recorder: Recorder, step: int, clock: Clock | None = None, seconds: float = 0.0) -> None:
    def look() -> tuple[str, int]:
        if clock is not None:
            clock.now += seconds
        return f"step {step}", 10 * step

    recorder.note(step, look)


def test_a_short_run_is_noted_step_by_step():
    recorder = Recorder(clock=Clock())
    for step in range(5):
        note(recorder, step)
    assert [(each.step, each.words, each.seen) for each in recorder.notes] == [
        (step, f"step {step}", 10 * step) for step in range(5)
    ]


@pytest.mark.parametrize("length", [8, 9, 100, 1000])
def test_notes_stay_few_and_evenly_spread_however_long_the_run(length):
    recorder = Recorder(most=8, clock=Clock())
    for step in range(length):
        note(recorder, step)
    steps = steps_of(recorder)
    gaps = [after - before for before, after in zip(steps, steps[1:], strict=False)]
    assert 4 < len(steps) <= 8 and steps[0] == 0
    assert len(set(gaps)) == 1 and length - steps[-1] <= gaps[0]


def test_what_rests_is_noted_in_any_case_and_the_last_note_survives_the_thinning():
    recorder = Recorder(most=4, clock=Clock())
    for step in range(8):
        note(recorder, step)
    recorder.keep(9, lambda: ("rests", 90))
    assert steps_of(recorder)[-1] == 9 and len(recorder.notes) <= 4
    for step in (10, 11, 12):
        recorder.keep(step, lambda: ("rests again", 0))
    assert steps_of(recorder)[-1] == 12 and len(recorder.notes) <= 4


def test_a_step_that_is_noted_twice_is_there_once_as_it_was_seen_last():
    recorder = Recorder()
    note(recorder, 0)
    recorder.keep(0, lambda: ("again", 7))
    assert [(each.step, each.seen) for each in recorder.notes] == [(0, 7)]


def test_a_run_that_goes_back_takes_its_later_notes_along():
    recorder = Recorder(clock=Clock())
    for step in (0, 1, 2, 3, 4):
        note(recorder, step)
    note(recorder, 2)
    assert steps_of(recorder) == [0, 1, 2]
    note(recorder, 0)
    note(recorder, 1)
    assert steps_of(recorder) == [0, 1]
    recorder.clear()
    assert recorder.notes == ()


def test_notes_take_no_more_than_their_share_of_a_long_run():
    clock = Clock()
    recorder = Recorder(most=10_000, share=0.04, clock=clock)
    begun = clock.now
    for step in range(2000):
        clock.now += 0.05  # the step itself
        note(recorder, step, clock, 0.02)
    assert recorder.seconds <= 0.04 * (clock.now - begun) + ALLOWANCE + 0.02
    assert recorder.seconds >= 0.03 * (clock.now - begun)  # and what is theirs is used
    assert recorder.seconds == pytest.approx(0.02 * len(recorder.notes))


def test_a_long_rest_saves_up_no_more_than_the_allowance():
    clock = Clock()
    recorder = Recorder(share=1e-6, clock=clock)
    clock.now += 1e9
    for step in range(50):
        note(recorder, step, clock, ALLOWANCE / 2.5)
    assert len(recorder.notes) == 3


def test_numbers_are_spread_out_with_both_ends():
    for count in range(1, 40):
        for most in range(2, 12):
            numbers = spread_out(count, most)
            assert numbers[0] == 0 and numbers[-1] == count - 1 and len(numbers) == min(count, most)
            gaps = {b - a for a, b in zip(numbers, numbers[1:], strict=False)}
            assert not gaps or max(gaps) - min(gaps) <= 1
