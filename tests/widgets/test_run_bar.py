"""The bar of a run: its slider follows, and only the student's hand rewinds."""

from __future__ import annotations

import threading

import traitlets

from vizwidgets.widgets.run_bar import RunBar


class Hurried(traitlets.HasTraits):
    """A run whose worker takes a step between any two looks at it."""

    state = traitlets.Unicode("running")
    error = note = ""

    def __init__(self):
        super().__init__()
        self.steps, self.rewound = 0, []

    @property
    def num_taken(self) -> int:
        self.steps += 1
        return self.steps

    furthest = num_taken

    def allows(self, command: str) -> bool:
        return True

    def rewind(self, number: int) -> None:
        self.rewound.append(number)


def test_a_step_that_is_taken_while_the_slider_follows_does_not_rewind_the_run():
    run = Hurried()
    bar = RunBar(run, lambda: "")
    for state in ("stopped", "running", "paused", "stopped"):
        run.state = state  # the bar follows in the thread that gave the command
    bar.update()
    assert run.rewound == []


def test_two_threads_that_follow_at_the_same_time_do_not_rewind_the_run():
    run = Hurried()
    bar = RunBar(run, lambda: "")

    def follow_meanwhile(_):
        bar.rewind.unobserve(follow_meanwhile, "max")
        other = threading.Thread(target=bar.update)
        other.start()
        other.join()

    bar.rewind.observe(follow_meanwhile, "max")  # the worker ticks while a command's thread still follows
    bar.update()
    assert run.rewound == []


def test_the_student_rewinds():
    run = Hurried()
    bar = RunBar(run, lambda: "")
    bar.rewind.max = 50
    bar.rewind.value = 40
    assert run.rewound == [40]


def test_only_trouble_is_red():
    bar = RunBar(Hurried(), lambda: "")
    bar.say("3 <added>", is_trouble=False)
    assert "3 &lt;added&gt;" in bar.status.value and "vw-trouble" not in bar.status.value
    bar.say("there is no folder")
    assert '<span class="vw-trouble">there is no folder</span>' in bar.status.value
