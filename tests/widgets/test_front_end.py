"""Where a kernel runs is told by what the front end leaves in it, and decides where a run takes its steps."""

from __future__ import annotations

import sys
import threading
from types import ModuleType, SimpleNamespace

import pytest

from vizwidgets.widgets import front_end as place
from vizwidgets.widgets.errand import Errand
from vizwidgets.widgets.front_end import front_end
from vizwidgets.widgets.pulse import Pulse, pulse_of
from vizwidgets.widgets.run import Run
from vizwidgets.widgets.run_bar import RunBar
from vizwidgets.widgets.worker import Worker

ENV = ("JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD", "BINDER_LAUNCH_HOST", "VIZWIDGETS_START")
LAB = ["/env/bin/python", "/env/bin/jupyter-lab", "--no-browser"]


class Kernel:
    """A kernel that can send from any thread."""

    def get_parent(self) -> dict:
        return {}


class Mute(Kernel):
    """A kernel like those of ipykernel 7.0."""

    def get_parent(self) -> dict:
        raise LookupError("shell_parent")


@pytest.fixture
def inside(monkeypatch):
    """Let the code believe that it runs in a kernel: shell's names, started by, environment."""

    def pretend(command=(), names=(), kernel=Kernel, **environment):
        for name in ENV:
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        shell = SimpleNamespace(kernel=kernel() if kernel else None, user_ns=dict.fromkeys(names, ""))
        monkeypatch.setattr(place, "_shell", lambda: shell)
        monkeypatch.setattr(place, "server_command", lambda: list(command))
        monkeypatch.setattr(place, "_measured", {})

    return pretend


@pytest.mark.parametrize(
    ("name", "has_page", "told"),
    [
        ("JupyterLab", True, {"command": LAB, "JPY_SESSION_NAME": "x.ipynb"}),
        ("Jupyter Notebook", True, {"command": ["/env/bin/jupyter-notebook"], "JPY_SESSION_NAME": "x.ipynb"}),
        ("JupyterHub", True, {"command": ["jupyterhub-singleuser"], "JPY_SESSION_NAME": "x.ipynb"}),
        ("JupyterLab on Binder", True, {"command": LAB, "BINDER_LAUNCH_HOST": "https://mybinder.org/"}),
        ("Jupyter", True, {"JPY_SESSION_NAME": "x.ipynb"}),
        ("VS Code", True, {"names": ["__vsc_ipynb_file__"]}),
        ("VS Code", True, {"VSCODE_PID": "12"}),
        # a server in a terminal of VS Code serves a browser
        ("JupyterLab", True, {"command": LAB, "VSCODE_PID": "12", "JPY_SESSION_NAME": "x.ipynb"}),
        ("nbconvert", False, {"command": ["python", "-m", "nbconvert", "--execute", "lab.ipynb"]}),
        ("nbval", False, {"command": ["python", "-m", "pytest", "notebooks"]}),
        ("a program that executes notebooks", False, {"command": ["python", "mine.py"]}),
        ("IPython in a terminal", False, {"kernel": None}),
    ],
)
def test_each_front_end_is_told_by_its_traces(inside, name, has_page, told):
    inside(**told)
    found = front_end()
    assert (found.name, found.has_page, found.shows_threads) == (name, has_page, True)


def test_colab_does_not_show_what_a_thread_sends(inside, monkeypatch):
    inside()
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    assert (front_end().name, front_end().shows_threads) == ("Colab", False)


def test_a_kernel_that_cannot_send_from_a_thread_shows_none(inside):
    inside(LAB, kernel=Mute, JPY_SESSION_NAME="x.ipynb")
    assert not front_end().shows_threads and "ipykernel" in front_end().why_not


@pytest.mark.parametrize(("word", "shows"), [("foreground", False), (" Background ", True), ("else", True)])
def test_the_environment_variable_decides(inside, word, shows):
    inside(LAB, VIZWIDGETS_START=word)
    assert front_end().shows_threads is shows


def test_outside_of_notebooks_it_is_a_script(monkeypatch):
    monkeypatch.setattr(place, "_shell", lambda: None)
    assert front_end().name == "a script" and not front_end().has_page


def test_the_command_line_of_the_starting_program_is_read_where_the_system_tells_it(monkeypatch):
    monkeypatch.setenv("JPY_PARENT_PID", "not a number")
    assert place.server_command() == []


# -- steps in the calling thread ------------------------------------------------------------------------


class Counter:
    """Counts its steps, and in which threads they are taken."""

    def __init__(self, limit: int = 5) -> None:
        self.limit, self.num_taken, self.furthest = limit, 0, 0
        self.threads: set[str] = set()

    def step(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.num_taken = self.furthest = self.num_taken + 1
        if self.num_taken >= self.limit:
            raise StopIteration

    def rewind(self, num_taken: int) -> None:
        self.num_taken = num_taken

    def reset(self) -> None:
        self.num_taken = self.furthest = 0


def here() -> Worker:
    return Worker(stays_here=lambda: True)


def test_without_a_page_start_runs_to_the_end_in_the_calling_thread():
    worker, counter = here(), Counter()
    run = Run(counter, worker=worker)
    run.start()
    assert (run.state, counter.num_taken, worker.is_alive) == ("done", 5, False)
    assert counter.threads == {threading.current_thread().name}
    assert run.wait(0)


def test_single_commands_are_carried_out_at_once():
    run = Run(Counter(), worker=here())
    run.step()
    assert (run.state, run.num_taken) == ("paused", 1)
    run.rewind(0)
    assert run.num_taken == 0
    run.reset()
    assert run.state == "idle"


def test_a_listener_that_gives_a_command_does_not_take_a_turn_within_the_turn():
    worker, counter = here(), Counter(limit=1000)
    run = Run(counter, lambda: run.pause() if counter.num_taken == 3 else None, worker=worker)
    run.start()
    assert (run.state, counter.num_taken) == ("paused", 3)


def test_an_interrupt_pauses_the_run():
    rests = []

    class Interrupted(Counter):
        def step(self) -> None:
            if self.num_taken == 2:
                raise KeyboardInterrupt
            super().step()

    run = Run(Interrupted(), on_rest=lambda: rests.append(run.num_taken), worker=here())
    run.start()
    assert (run.state, run.num_taken, rests) == ("paused", 2, [2])


def test_questions_are_answered_at_once():
    answers: list[str] = []
    errand = Errand(answers.append, answers.append, worker=here())
    errand.ask("row 3?")
    assert answers == ["row 3?"] and errand.wait(0)


@pytest.fixture
def paged(monkeypatch):
    """A run whose page is asked after each step; what was sent to the page, and its answer."""
    monkeypatch.setenv("VIZWIDGETS_START", "foreground")
    monkeypatch.setattr("vizwidgets.widgets.worker.TURN_SECONDS", -1.0)
    messages = []
    monkeypatch.setattr(Pulse, "send", lambda _, content, buffers=None: messages.append(content))
    run = Run(Counter(limit=4), worker=here())
    pulse = Pulse(run, lambda: f"step {run.num_taken} of 4")
    pulse._receive(None, {"type": "view", "delta": 1}, None)
    return SimpleNamespace(
        run=run, pulse=pulse, sent=messages, answer=lambda message: pulse._receive(None, message, None)
    )


def test_a_page_that_looks_on_is_let_in_between_and_says_when_to_go_on(paged):
    run, pulse = paged.run, paged.pulse
    run.start()
    assert (run.state, run.num_taken, len(paged.sent)) == ("running", 1, 1)
    assert (pulse.is_running, pulse.value, pulse.most) == (True, 1, 4)
    paged.answer(paged.sent[-1])
    assert run.num_taken == 2
    run.pause()  # what was pressed meanwhile
    paged.answer(paged.sent[-1])
    assert (run.state, run.num_taken, pulse.is_running) == ("paused", 2, False)


def test_a_run_that_is_started_before_its_page_is_drawn_waits_for_it(inside, paged):
    inside(LAB, JPY_SESSION_NAME="x.ipynb", VIZWIDGETS_START="foreground")
    paged.answer({"type": "view", "delta": -1})
    paged.run.start()
    assert (paged.run.state, paged.run.num_taken, paged.sent) == ("running", 1, [])
    paged.answer({"type": "view", "delta": 1})
    assert (paged.run.num_taken, len(paged.sent)) == (2, 1)


def test_of_two_places_that_show_the_bar_only_one_answer_counts(paged):
    paged.run.start()
    first = paged.sent[-1]
    paged.answer(first)
    paged.answer(first)
    assert paged.run.num_taken == 2


def test_a_page_that_goes_away_leaves_the_run_waiting_and_a_new_one_takes_it_up(paged):
    paged.run.start()
    paged.answer({"type": "view", "delta": -1})
    assert (paged.run.state, paged.run.num_taken) == ("running", 1)
    paged.answer({"type": "view", "delta": 1})
    assert paged.run.num_taken == 2


@pytest.mark.parametrize(
    ("words", "value", "most"),
    [
        ("epoch 1 of 3 · step 5 of 90 · loss 0.3", 5, 90),
        ("step 6 of 17 · forward 6 of 8", 6, 17),
        ("epoch 1 of 2 · 60 training images", 1, 2),
        ("the queue is empty", 0, 0),
    ],
)
def test_the_bar_reads_how_far_a_run_is_from_its_status_line(words, value, most):
    pulse = Pulse(Run(Counter(), worker=here()), lambda: words)
    pulse.ask()
    assert (pulse.value, pulse.most) == (value, most)


def test_waiting_for_the_run_takes_its_steps(paged):
    paged.run.start()
    assert paged.run.wait() and paged.run.state == "done"


def test_a_bar_has_a_pulse_only_where_threads_are_not_shown(monkeypatch):
    monkeypatch.setenv("VIZWIDGETS_START", "foreground")
    bar = RunBar(Run(Counter(), worker=here()), lambda: "")
    assert isinstance(bar.children[-1], Pulse)
    monkeypatch.setenv("VIZWIDGETS_START", "background")
    assert pulse_of(Run(Counter(), worker=here()), lambda: "") == []
