"""The run-state machine: no browser, no kernel, no torch."""

import threading
import time

import pytest

from vizwidgets.widgets.run import Run
from vizwidgets.widgets.states import TRANSITIONS
from vizwidgets.widgets.worker import Worker


class Counter:
    """Counts its steps; can be slow, finite, or fail at a step."""

    def __init__(self, limit=10**9, seconds=0.001, fail_at=None):
        self.limit, self.seconds, self.fail_at = limit, seconds, fail_at
        self.num_taken = self.furthest = self.resets = 0
        self.threads = set()

    def step(self):
        self.threads.add(threading.current_thread().name)
        if self.num_taken + 1 == self.fail_at:
            raise ValueError("no layer named 'conv9'")
        if self.num_taken >= self.limit:
            raise StopIteration
        time.sleep(self.seconds)
        self.num_taken += 1
        self.furthest = self.num_taken
        if self.num_taken >= self.limit:
            raise StopIteration

    def rewind(self, num_taken):
        self.num_taken = num_taken

    def reset(self):
        self.resets += 1
        self.num_taken = self.furthest = 0


def wait_until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.002)


def make_run(**settings):
    return Run(Counter(**settings), worker=Worker())


def test_nothing_runs_before_the_first_command():
    worker = Worker()
    Run(Counter(), worker=worker)
    assert not worker.is_alive


def test_run_to_end_takes_every_step_in_the_calling_thread():
    rests = []
    counter = Counter(limit=5)
    run = Run(counter, on_rest=lambda: rests.append(run.state), worker=Worker())
    run.run_to_end()
    assert (run.state, run.num_taken, rests) == ("done", 5, ["done"])
    assert counter.threads == {threading.current_thread().name}
    run.run_to_end()
    assert run.num_taken == 5, "a finished run is left as it is"


def test_start_runs_in_the_worker_until_the_end():
    run = make_run(limit=5)
    run.start()
    assert run.wait(5)
    assert (run.state, run.num_taken) == ("done", 5)
    assert run._stepper.threads == {"vizwidgets"}


def test_pause_holds_after_the_step_in_flight_and_start_goes_on():
    run = make_run(seconds=0.05)
    run.start()
    wait_until(lambda: run.num_taken >= 2)
    before = time.monotonic()
    run.pause()
    assert time.monotonic() - before < 0.02, "a command does not wait for the step"
    assert run.wait(0.05 + 0.1)
    held = run.num_taken
    time.sleep(0.15)
    assert run.num_taken == held
    run.start()
    wait_until(lambda: run.num_taken > held)
    run.stop()


def test_stop_is_final_until_reset():
    run = make_run(seconds=0.02)
    run.start()
    wait_until(lambda: run.num_taken >= 1)
    run.stop()
    assert run.state == "stopped"
    run.wait(1)
    with pytest.raises(RuntimeError, match="cannot start a run that is stopped; possible now: reset, rewind"):
        run.start()
    run.reset()
    assert run.wait(1)
    assert (run.state, run.num_taken) == ("idle", 0)


def test_step_takes_exactly_one():
    run = make_run()
    for expected in (1, 2, 3):
        run.step()
        assert run.wait(1)
        assert (run.state, run.num_taken) == ("paused", expected)


def test_three_steps_given_at_once_are_three_steps():
    run = make_run()
    run.step(), run.step(), run.step()
    assert run.wait(1)
    assert run.num_taken == 3


def test_rewind_goes_back_and_the_run_goes_on_from_there():
    run = make_run()
    for _ in range(5):
        run.step()
    run.rewind(2)
    assert run.wait(1)
    assert (run.state, run.num_taken) == ("paused", 2)
    run.step()
    assert run.wait(1)
    assert run.num_taken == 3


def test_rewind_to_a_step_not_taken_names_the_range():
    run = make_run()
    run.step()
    assert run.wait(1)
    with pytest.raises(ValueError, match=r"step in 0\.\.1, the steps taken; got 7"):
        run.rewind(7)
    assert run.state == "paused"


def test_reset_while_running_ends_at_the_start():
    run = make_run(seconds=0.01)
    run.start()
    wait_until(lambda: run.num_taken >= 2)
    run.reset()
    assert run.wait(1)
    assert (run.state, run.num_taken, run._stepper.resets) == ("idle", 0, 1)


def test_restart_while_running_goes_on_running_from_the_start():
    run = make_run(seconds=0.01)
    run.start()
    wait_until(lambda: run.num_taken >= 3)
    run.restart()
    assert run.state == "running"
    wait_until(lambda: run._stepper.resets == 1 and run.num_taken >= 1)
    assert run.num_taken < 50
    run.stop()


@pytest.mark.parametrize("state", TRANSITIONS)
@pytest.mark.parametrize("command", ["start", "pause", "step", "stop", "reset", "rewind"])
def test_impossible_commands_say_so_and_change_nothing(state, command):
    run = make_run()
    run.state = state
    if run.allows(command):
        return
    with pytest.raises(RuntimeError, match=f"cannot {command} a run that is {state}"):
        run.rewind(0) if command == "rewind" else getattr(run, command)()
    assert run.state == state
    assert not run._orders


def test_an_exception_is_a_readable_state_and_the_worker_survives():
    worker = Worker()
    broken = Run(Counter(fail_at=3), worker=worker)
    other = Run(Counter(limit=20), worker=worker)
    broken.start()
    other.start()
    assert broken.wait(5) and other.wait(5)
    assert (broken.state, broken.error) == ("failed", "ValueError: no layer named 'conv9'")
    assert isinstance(broken.exception, ValueError)
    assert other.state == "done"
    broken.rewind(1)
    assert broken.wait(1)
    assert (broken.state, broken.num_taken, broken.error) == ("paused", 1, "")


def test_run_to_end_lets_the_exception_travel():
    run = make_run(fail_at=2)
    with pytest.raises(ValueError, match="conv9"):
        run.run_to_end()
    assert run.state == "failed"


def test_a_view_that_fails_ends_its_run_and_not_the_worker():
    worker = Worker()
    run = Run(Counter(), on_step=lambda: 1 / 0, on_rest=lambda: 1 / 0, worker=worker)
    run.start()
    wait_until(lambda: run.state == "failed")
    assert "division" in run.error
    other = Run(Counter(limit=3), worker=worker)
    other.start()
    assert other.wait(1) and other.state == "done"


def test_an_interrupt_leaves_run_to_end_paused_and_usable():
    counter = Counter(limit=6)
    run = Run(counter, worker=Worker())
    original = counter.step

    def interrupted():
        if counter.num_taken == 3:
            counter.step = original
            raise KeyboardInterrupt
        original()

    counter.step = interrupted
    with pytest.raises(KeyboardInterrupt):
        run.run_to_end()
    assert run.wait(1)
    assert (run.state, run.num_taken) == ("paused", 3)
    run.step()
    assert run.wait(1)
    assert run.num_taken == 4, "no lock is held"
    run.run_to_end()
    assert run.state == "done"


def test_pause_from_another_thread_ends_run_to_end():
    run = make_run(seconds=0.01)
    timer = threading.Timer(0.1, run.pause)
    timer.start()
    run.run_to_end()
    assert run.state == "paused"


def test_three_runs_share_the_worker_fairly():
    worker = Worker()
    runs = [Run(Counter(seconds=0.002), worker=worker) for _ in range(3)]
    for run in runs:
        run.start()
    time.sleep(0.6)
    for run in runs:
        run.pause()
    for run in runs:
        assert run.wait(1)
    taken = [run.num_taken for run in runs]
    assert max(taken) - min(taken) <= 3 and min(taken) > 20
    assert (
        sum(thread.name == "vizwidgets" for thread in threading.enumerate() if thread is worker._thread) == 1
    )


def test_a_run_that_no_browser_shows_any_more_pauses_by_itself():
    run = Run(Counter(), patience=0.1, worker=Worker())
    run.seen()
    run.start()
    wait_until(lambda: run.state == "paused", 2)
    assert "no browser" in run.note
    run.start()
    for _ in range(20):
        time.sleep(0.01)
        run.seen()
    assert run.state == "running", "an acknowledged frame keeps it alive"
    run.stop()


def test_a_slow_step_is_not_taken_for_a_browser_that_is_gone():
    worker = Worker()
    run = Run(Counter(limit=8), patience=0.05, worker=worker)
    slow = Run(Counter(limit=4, seconds=0.2), patience=0.05, worker=worker)  # the other one waits for it
    for each in (run, slow):
        each.seen()
        each.start()
    assert run.wait(5) and slow.wait(5)
    assert (run.state, run.note, slow.state, slow.note) == ("done", "", "done", "")


def test_a_slow_run_without_a_browser_pauses_all_the_same():
    run = Run(Counter(seconds=0.03), patience=0.1, worker=Worker())
    run.seen()
    run.start()
    wait_until(lambda: run.state == "paused", 10)
    assert "no browser" in run.note


def test_a_run_that_never_was_shown_goes_on():
    run = Run(Counter(limit=100, seconds=0.003), patience=0.05, worker=Worker())
    run.start()
    assert run.wait(5)
    assert run.state == "done"


def test_commands_from_many_threads_leave_a_usable_run():
    run = make_run(seconds=0.0005)

    def hammer(seed):
        for turn in range(60):
            try:
                getattr(run, ["start", "pause", "step", "reset"][(turn * 7 + seed) % 4])()
            except RuntimeError:
                pass

    threads = [threading.Thread(target=hammer, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if run.allows("pause"):
        run.pause()
    assert run.wait(2)
    assert run.state in {"idle", "paused"}


def test_a_worker_that_ends_finishes_its_turn_and_starts_no_thread_again():
    worker, counter = Worker(), Counter(seconds=0.05)
    run = Run(counter, worker=worker)
    run.start()
    wait_until(lambda: counter.num_taken > 0, 5)
    worker.end()
    taken = counter.num_taken
    assert not worker.is_alive
    run.pause()  # as when Python closes widgets at its very end
    time.sleep(0.1)
    assert not worker.is_alive and counter.num_taken == taken


def test_the_worker_outlives_what_can_not_even_say_that_it_failed(caplog):
    class Broken:
        def has_work(self):
            return True

        def take_turn(self):
            raise ValueError("the view itself is broken")

    worker = Worker()
    worker.add(Broken())
    run = Run(Counter(limit=3), worker=worker)
    run.start()
    assert run.wait(10) and run.state == "done"
    assert "the view itself is broken" in caplog.text
    worker.end()
