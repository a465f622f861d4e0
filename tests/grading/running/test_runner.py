"""The runner: cells run as in a notebook, and whatever one of them does costs no other one its points."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import torch

from tests.grading.running.cells import CHECK, cell, run, run_briefly
from vizwidgets.grading.running.fresh_process import FreshStarter
from vizwidgets.grading.running.limits import Limits
from vizwidgets.grading.running.outcomes import TIME_OVER
from vizwidgets.grading.running.runner import Runner
from vizwidgets.grading.running.sheet_run import SheetRun

STUBBORN = """
import time
while True:
    try:
        time.sleep(100)
    except BaseException:
        pass
"""


def test_cells_share_names_and_run_as_in_a_notebook(runner):
    outcomes = run(
        runner,
        "x = 41",
        "x + 1",
        "import asyncio\nawait asyncio.sleep(0)\n'done'",
        "%time y = x",
        "get_ipython().__class__.__mro__[1].__name__",
        "from IPython.display import display\ndisplay(x)",
        "x;",
    )
    assert [outcome.text for outcome in outcomes] == ["", "42", "'done'", "", "'InteractiveShell'", "", ""]
    assert [outcome.error for outcome in outcomes] == [""] * 7
    assert "Wall time" in outcomes[3].stdout and outcomes[5].stdout == "41\n"
    assert outcomes[1].value == 42.0


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("2.5", 2.5),
        ("3", 3.0),
        ("True", None),
        ("None", None),
        ("import numpy as np; np.float64(2.5)", None),
        ("import torch; torch.tensor(2.5)", None),
        ("'2.5'", None),
        ("type('Points', (float,), {})(2.5)", None),
        ("2.5;", None),
        ("x = 2.5", None),
    ],
)
def test_only_a_plain_number_in_the_last_line_is_a_value(runner, source, value):
    assert run(runner, source)[0].value == value


def test_what_the_checks_scored_is_picked_up_with_its_cell_only(runner):
    first, second = run(runner, CHECK, "1.5")
    (score,) = first.scores
    assert (score.title, score.points, score.reached) == ("Q", 2, 1.5) and first.value == 1.5
    assert [(each.label, each.is_met, each.hint) for each in score.criteria] == [
        ("holds", True, ""),
        ("fails", False, "try again"),
    ]
    assert score.criteria[1].reason == "AssertionError: no"
    assert second.scores == ()


def test_the_seed_is_that_of_fresh_seed_and_of_the_global_random_numbers(runner):
    source = "import torch; from vizwidgets.grading import fresh_seed; [fresh_seed(), torch.rand(1).item()]"
    wanted = torch.rand(1, generator=torch.Generator().manual_seed(123)).item()
    assert [run(runner, source, seed=123)[0].text for _ in range(2)] == [f"[123, {wanted}]"] * 2


def test_a_sheet_finds_nothing_of_the_one_before(runner):
    run(
        runner,
        "import torch, os\ntorch.tv = 1\nleft = 1\nos.environ['LEFT'] = '1'\nopen('file', 'w').close()",
    )
    text = run(
        runner,
        "import os, torch\n[hasattr(torch, 'tv'), 'left' in dir(), 'LEFT' in os.environ, os.listdir()]",
    )
    assert text[0].text == "[False, False, False, []]"


def test_a_hidden_check_is_not_in_memory_before_its_turn(runner):
    search = """
    import re
    word = re.compile(b"WORD")
    found = 0
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            first, last, rights = re.match("(\\\\w+)-(\\\\w+) (....)", line).groups()
            if rights == "rw-p":
                memory.seek(int(first, 16))
                found += len(word.findall(memory.read(int(last, 16) - int(first, 16))))
    found
    """
    secrets = ("ZEBRAFINKE", "ZEBRAHENGST")
    words = [f"{each[:4]}[{each[4]}]{each[5:]}" for each in secrets]  # which do not find themselves
    earlier, later = (search.replace("WORD", word) for word in words)
    assert run(runner, "0", f"'{secrets[0]}'")[1].text == f"'{secrets[0]}'"
    before, _, after = run(runner, later, f"kept = '{secrets[1]}'", later)
    assert (before.value, before.error) == (0.0, "") and after.value and after.value > 0
    assert run(runner, earlier)[0].value == 0.0  # nor is that of another student's sheet


def test_a_hanging_cell_is_interrupted_and_the_next_ones_go_on(runner):
    outcomes = run_briefly(runner, 1, "x = 1", "while True: pass", "x")
    assert [outcome.ending for outcome in outcomes] == ["", "time", ""]
    assert outcomes[1].error.startswith("interrupted after ") and outcomes[2].value == 1.0


def test_what_a_cell_that_was_interrupted_says_afterwards_does_not_count(runner):
    late = "import time\ntry:\n    time.sleep(100)\nexcept KeyboardInterrupt:\n    pass\n1.5"
    (outcome,) = run_briefly(runner, 1, late)
    assert (outcome.ending, outcome.value, outcome.text) == ("time", None, "")


def test_a_cell_that_ignores_the_interrupt_is_ended_and_costs_only_itself(runner):
    outcomes = run_briefly(runner, 1, "x = 1", STUBBORN, "x")
    assert [outcome.ending for outcome in outcomes] == ["", "time", ""]
    assert outcomes[2].value == 1.0


def test_an_interrupt_that_a_cell_has_switched_off_works_again_for_the_next(runner):
    off = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nx = 1"
    outcomes = run_briefly(runner, 1, off, "while True: pass", "x")
    assert [outcome.ending for outcome in outcomes] == ["", "time", ""]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import os; os._exit(3)", "exit status 3"),
        ("import os; os._exit(0)", "exit status 0"),
        ("import ctypes; ctypes.string_at(0)", "ended by SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "ended by SIGTERM"),
        ("import os; os.closerange(3, 100)", "exit status"),
    ],
)
def test_a_cell_that_ends_its_process_costs_only_itself(runner, source, words):
    outcomes = run(runner, "x = 1", source, "x", source, CHECK)
    assert [outcome.ending for outcome in outcomes] == ["", "died", "", "died", ""]
    assert words in outcomes[1].error
    assert outcomes[2].value == 1.0 and outcomes[4].value == 1.5


def test_checks_are_not_run_again_when_a_later_cell_ends_the_process(runner):
    mark = {"grade": True, "solution": False, "locked": True, "points": 1, "grade_id": "q1_check"}
    check = {**cell("runs = runs + ['check']\nlen(runs)"), "metadata": {"nbgrader": mark}}
    cells = [cell("runs = ['cell']"), check, cell("runs"), cell("import os; os._exit(0)"), cell("runs")]
    outcomes = runner.run(cells, seed=0)
    assert [outcome.text for outcome in outcomes] == ["", "2", "['cell', 'check']", "", "['cell']"]


def test_more_memory_than_allowed_is_an_error_of_that_cell(runner):
    hogs = ("x = bytearray(10**9)", "import torch\nx = torch.zeros(10**9)")
    outcomes = run(runner, *hogs, "7")
    assert [outcome.ending for outcome in outcomes] == ["memory", "memory", ""]
    assert outcomes[0].error == "MemoryError" and "allocate" in outcomes[1].error


def test_endless_output_is_cut_and_takes_no_points(runner):
    outcomes = run(
        runner, "print('x' * 50_000_000)\n1.5", "for _ in range(10**5): print('line')", "print('ok')"
    )
    assert [outcome.ending for outcome in outcomes] == ["output", "output", ""]
    assert all(len(outcome.stdout) < 1100 for outcome in outcomes)
    assert outcomes[0].value == 1.5 and "cut here" in outcomes[0].stdout
    assert outcomes[2].stdout == "ok\n"


def test_a_huge_last_expression_is_cut_and_its_cell_has_run(runner):
    outcomes = run(runner, "x = 'y' * 50_000_000\nx", "len(x)")
    assert len(outcomes[0].text) == 2000 and outcomes[0].ending == ""
    assert outcomes[1].value == 50_000_000


def test_a_sheet_that_takes_too_long_altogether_is_left_where_it_is(runner):
    outcomes = run_briefly(runner, 5, "1", "while True: pass", "2", sheet_seconds=2)
    assert [outcome.ending for outcome in outcomes] == ["", "time", "skipped"]
    assert outcomes[2].value is None


def answer(source: str, name: str) -> dict[str, Any]:
    mark = {"grade": False, "solution": True, "locked": False, "grade_id": name}
    return {**cell(source, name), "metadata": {"nbgrader": mark}}


def check(source: str, name: str) -> dict[str, Any]:
    mark = {"grade": True, "solution": False, "locked": True, "points": 2, "grade_id": name}
    return {**cell(source, name), "metadata": {"nbgrader": mark}}


HANGING = [
    answer("def f(x):\n    while x: pass\n    return 7", "q1"),
    cell("before = f(0)", "before"),
    check("f(1)", "q1_check"),
    cell("import math\ny = f(1)\nlater = 1", "q1_try"),
    cell("def helper():\n    return f(0)", "helper"),
    check("f(1)", "q1_hidden"),
    answer("def g():\n    return [math.floor(1.5), helper(), before, 'later' in globals()]", "q2"),
    cell("f(1)", "again"),
    check("g()", "q2_check"),
]


@pytest.mark.parametrize("kind", ["while x: pass", "while x: exec(STUBBORN)"])
def test_what_calls_an_answer_that_hangs_is_run_for_points_only_and_no_name_gets_lost(runner, kind):
    cells = [cell(f"STUBBORN = {STUBBORN!r}"), *HANGING]
    cells[1] = answer(f"def f(x):\n    {kind}\n    return 7", "q1")
    limits = replace(runner.limits, cell_seconds=1)
    outcomes = SheetRun(limits, cells).finish(runner._starter, runner._settings(0, None))
    endings = {outcome.cell: outcome.ending for outcome in outcomes if outcome.ending}
    assert endings == {"q1_check": "time", "q1_try": "skipped", "q1_hidden": "time", "again": "skipped"}
    assert outcomes[-1].text == "[1, 7, 7, False]"


def test_builtins_that_a_student_has_shadowed_are_python_s_in_checks_and_hers_elsewhere(runner):
    checking = "import torch\nx = [len(each) for each in ['a', 'bb']]\n"
    cells = [
        cell("from torch import sum as torch_sum\nsum, len = torch_sum, 3\ntype = str"),
        answer("def f(x):\n    return sum(x, dim=0)", "q1"),
        check(
            checking + "[sum(x), f(torch.ones(2, 3)).tolist(), (lambda: f'{max(x)} {type(x).__name__}')()]",
            "c1",
        ),
        check("def own(len):\n    return len\n[own(2), len]", "c2"),
        cell("[len, type(3), sum(torch.ones(2)).item(), '__kept_builtins__' in dir()]"),
    ]
    texts = [outcome.text or outcome.error for outcome in runner.run(cells, seed=0)]
    assert texts[2:] == ["[3, [2.0, 2.0, 2.0], '2 list']", "[2, 3]", "[3, '3', 2.0, False]"]


def test_a_cell_in_which_the_time_of_the_sheet_ends_says_so(runner):
    _, late, after = run_briefly(runner, 5, "1", "while True: pass", "2", sheet_seconds=2)
    assert late.error.endswith(f" s, when {TIME_OVER}") and after.error == TIME_OVER


def test_a_cell_that_has_to_wait_for_the_processor_has_its_time_all_the_same(runner, tmp_path):
    """Many others are at work; the clock shows more than four seconds, its own work takes less than one."""
    work = "import time\nwhile time.process_time() < 0.7: pass\n7"
    command = [sys.executable, "-c", "while True: pass"]
    count = 8 * (os.cpu_count() or 1)  # each with a session: it gets as much as the sheet
    burden = [subprocess.Popen(command, start_new_session=True) for _ in range(count)]
    try:
        (outcome,) = run_briefly(runner, 1, f"import os\n{work}")
    finally:
        for each in burden:
            each.kill()
            each.wait()
    assert (outcome.ending, outcome.value) == ("", 7.0)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("def f(:", "SyntaxError: invalid syntax (line 1)"),
        ("x = 1\ndef f()\n    pass", "SyntaxError: expected ':' (line 2)"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("input()", "EOFError"),
        ("import sys; sys.exit(0)", "SystemExit: 0"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("class E(Exception):\n    def __str__(self): raise ValueError\nraise E", "E"),
        ("await 1", "TypeError"),
    ],
)
def test_an_error_is_told_in_words_and_the_sheet_goes_on(runner, source, error):
    outcomes = run(runner, source, "7")
    assert outcomes[0].error.startswith(error) and outcomes[0].ending == ""
    assert outcomes[1].value == 7.0


@pytest.mark.parametrize("rubbish", ["b'x' * 1000", "b'\\0\\0\\0\\2[]'", 'b\'\\0\\0\\0\\x0e{"value": "9"}\''])
def test_rubbish_in_the_grader_s_channel_costs_the_cell_that_wrote_it(runner, rubbish):
    source = f"""
    import os, stat
    for name in os.listdir("/proc/self/fd"):
        try:
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                os.write(int(name), {rubbish})
        except OSError:
            pass
    """
    outcomes = run(runner, source, "7")
    assert outcomes[0].ending == "died" and outcomes[1].value == 7.0


def test_the_files_that_were_handed_in_lie_beside_the_cells(runner, tmp_path):
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "one.json").write_text("{}")
    (tmp_path / "mine.py").write_text("answer = 42")
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "folder").symlink_to("/etc")
    (outcome,) = run(
        runner, "import os, mine\nopen('mine.py', 'w')\n[mine.answer, sorted(os.listdir())]", folder=tmp_path
    )
    assert outcome.text == "[42, ['mine.py', 'records']]"
    assert (tmp_path / "mine.py").read_text() == "answer = 42"


def test_what_only_shows_and_what_is_no_code_is_left_out(runner):
    mark = {"nbgrader": {"grade_id": "w", "locked": True, "grade": False, "solution": False}}
    widget = {**cell("1 / 0", "w"), "metadata": {"tags": ["widget"], **mark}}
    words = {"cell_type": "markdown", "id": "m", "metadata": {}, "source": "# 1"}
    outcomes = runner.run([words, widget, cell("7", "q")], seed=0)
    assert [outcome.cell for outcome in outcomes] == ["q"]


def test_sheets_run_side_by_side_from_several_threads(runner):
    with ThreadPoolExecutor(4) as pool:
        texts = list(
            pool.map(lambda k: run(runner, f"x = {k}", "import os; os._exit(1)", "x")[2].text, range(6))
        )
    assert texts == [str(k) for k in range(6)]


def test_a_fork_that_a_cell_leaves_does_not_go_on_with_the_sheet(runner):
    outcomes = run(runner, "import os\nborn = os.fork()\nif not born: x = 'of the fork'", "x = born > 0", "x")
    assert [outcome.text for outcome in outcomes] == ["", "", "True"]


def alive(marker: str) -> bool:
    return marker in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout


def test_processes_that_a_sheet_leaves_behind_are_ended(runner):
    marker = f"import time; time.sleep(300)  # left by {os.getpid()}"
    start = f"""
    import subprocess, sys
    subprocess.Popen([sys.executable, "-c", {marker!r}], start_new_session=True)
    """
    (outcome,) = run(runner, start)
    assert outcome.error == ""
    assert not alive(marker)


def test_a_warm_process_that_is_ended_from_outside_costs_one_sheet():
    with Runner(Limits(), protect=False) as one:
        outside = f"import os, signal; os.kill({one._starter._process.pid}, signal.SIGKILL)"
        with pytest.raises(RuntimeError, match="ended from outside"):
            run(one, outside)
        assert run(one, "7")[0].value == 7.0


def test_everything_ends_with_the_grader():
    script = f"""
import os, sys, threading, time
from tests.grading.running.cells import run
from vizwidgets.grading.running.runner import Runner
with Runner(protect=False) as runner:
    threading.Thread(target=run, args=(runner, "import time; time.sleep(300)"), daemon=True).start()
    time.sleep(1)
    print(runner._starter._process.pid, flush=True)
    os.kill(os.getpid(), {int(signal.SIGKILL)})
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=100)
    warm = int(done.stdout)
    for _ in range(200):
        states = subprocess.run(
            ["ps", "-o", "stat=", "--pid", str(warm), "--ppid", str(warm)], capture_output=True
        )
        if not states.stdout.replace(b"Z", b"").strip(b" s+\n"):
            return
        signal.sigtimedwait([], 0.05)
    raise AssertionError("the warm process, or a sheet of it, is still there")


def test_where_forks_are_not_trusted_a_fresh_process_does_the_same(runner, monkeypatch):
    with Runner(runner.limits, protect=False) as one:
        monkeypatch.setattr(one, "_starter", FreshStarter())
        outcomes = run_briefly(one, 5, "x = 1", "import os; os._exit(3)", CHECK, "while True: pass", "x")
    assert [outcome.ending for outcome in outcomes] == ["", "died", "", "time", ""]
    assert outcomes[1].error == "exit status 3"
    assert outcomes[2].value == 1.5 and outcomes[4].value == 1.0


def test_folders_of_a_grader_that_was_killed_are_removed_by_the_next_and_no_others(tmp_path, monkeypatch):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    names = [f"sheet-{gone.pid}-abc", f"sheet-{os.getpid()}-abc", "sheet-mine-abc", "sheet-abc"]
    for name in names:
        (tmp_path / name / "inside").mkdir(parents=True)
    (tmp_path / f"sheet-{gone.pid}-link").symlink_to(tmp_path / "sheet-abc")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Runner(protect=False) as one:
        assert f"sheet-{os.getpid()}-" in run(one, "import os; os.getcwd()")[0].text
    left = sorted(path.name for path in tmp_path.iterdir() if not path.is_symlink())
    assert left == sorted(names[1:]) and (tmp_path / "sheet-abc" / "inside").is_dir()


def test_jobs_and_limits_are_checked():
    with pytest.raises(ValueError, match="jobs must be 1 or more; got 0"):
        Runner(jobs=0)
    for wrong in (0, -1, True, float("inf"), "3"):
        with pytest.raises(ValueError, match="memory_mb must be a number above 0"):
            Limits(memory_mb=wrong)
