"""The sandbox: what a sheet can not see, write, reach, fill or leave behind. Skipped where there is none."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import vizwidgets
from tests.grading.running.cells import CHECK, run, run_briefly
from vizwidgets.grading.running.files import copy_files
from vizwidgets.grading.running.runner import Runner

# a sandbox leaves /tmp as it is, to be read only, where Python itself lies in it
outside_tmp = pytest.mark.skipif(sys.prefix.startswith(("/tmp/", "/var/tmp/")), reason="Python lies in /tmp")
REFUSALS = ("PermissionError", "OSError", "FileNotFoundError", "ProcessLookupError", "ConnectionRefusedError")


def words(runner: Runner, source: str) -> str:
    """What a cell says, which must have come to its end."""
    outcome = run(runner, source)[0]
    assert (outcome.ending, outcome.error) == ("", "")
    return outcome.text


def refused(runner: Runner, source: str) -> bool:
    """Whether the system refuses what a cell does."""
    outcome = run(runner, source)[0]
    assert outcome.ending == ""
    return outcome.error.split(":")[0] in REFUSALS


def test_it_says_what_it_protects_from(protected):
    assert "no network" in protected.protection and "WITHOUT" not in protected.protection


def test_cells_run_as_they_do_without_it(protected, runner):
    sources = (CHECK, "import torch; torch.ones(3).requires_grad_().sum().backward()", "%pwd", "1 / 0")
    inside, outside = ([outcome.value for outcome in run(each, *sources)] for each in (protected, runner))
    assert inside == outside == [1.5, None, None, None]
    assert words(protected, "import tempfile; tempfile.TemporaryFile().write(b'x')") == "1"
    assert words(protected, "import random, os; len(os.urandom(3)), open('/dev/null').read()") == "(3, '')"


def test_hidden_folders_are_empty_by_every_way(protected, hidden):
    (hidden / "source").mkdir(exist_ok=True)
    (hidden / "source" / "a1.ipynb").write_text("the solution")
    assert (
        words(protected, f"import os; os.listdir({str(hidden)!r}) if os.path.exists({str(hidden)!r}) else []")
        == "[]"
    )
    for before in ("", "/proc/1/root", "/proc/self/root", "/proc/1/cwd/../.."):
        assert refused(protected, f"open({before + str(hidden / 'source' / 'a1.ipynb')!r}).read()")
    assert (
        words(protected, f"import subprocess; subprocess.run(['umount', {str(hidden)!r}]).returncode == 0")
        == "False"
    )
    assert (hidden / "source" / "a1.ipynb").read_text() == "the solution"


def test_hidden_folders_are_seen_without_it(runner, hidden):
    """So that the test above can fail."""
    (hidden / "seen").write_text("yes")
    assert words(runner, f"open({str(hidden / 'seen')!r}).read()") == "'yes'"


@outside_tmp
def test_nothing_can_be_written_but_in_its_own_folder(protected, tmp_path):
    outside = [
        Path.home(),
        Path(vizwidgets.__file__).parent,
        Path(sys.prefix),
        Path("/var/tmp/.."),
        Path("/etc"),
    ]
    for folder in outside:
        assert refused(protected, f"open({str(folder / 'written-by-a-sheet')!r}, 'w')"), folder
        assert not (folder / "written-by-a-sheet").exists()
    for folder in ("/tmp", "/dev/shm", "."):
        assert words(protected, f"open({folder + '/written-by-a-sheet'!r}, 'w').write('x')") == "1"
    assert not Path("/tmp/written-by-a-sheet").exists() and not Path("/dev/shm/written-by-a-sheet").exists()


def test_there_is_no_network(protected, runner):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as named:
        named.bind("\0of-this-test")
        named.listen()
        ways = (
            f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), timeout=2)",
            "import socket; socket.socket(socket.AF_UNIX).connect('\\0of-this-test')",
        )
        for way in ways:
            assert run(runner, way)[0].error == ""  # it is there
            assert refused(protected, way)
    assert words(protected, "import socket; [name for _, name in socket.if_nameindex()]") == "['lo']"


def test_no_other_process_is_seen_or_reached(protected):
    assert words(protected, "import os; sorted(int(x) for x in os.listdir('/proc') if x.isdigit())") == "[1]"
    assert refused(protected, f"import os; os.kill({os.getpid()}, 0)")


def test_no_process_is_left_behind(protected):
    marker = f"import time; time.sleep(300)  # left by {os.getpid()}"
    start = f"subprocess.Popen([sys.executable, '-c', {marker!r}], start_new_session=True)"
    assert run(protected, f"import subprocess, sys\n{start}")[0].error == ""
    assert marker not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout


def test_what_a_check_or_a_failing_cell_leaves_running_does_not_burden_the_next(protected):
    start = "import subprocess\nlong = subprocess.Popen(['sleep', '300'])"
    outcomes = run(protected, start, "long.poll()", "1 / 0", "long.wait(10)")
    assert [outcome.text for outcome in outcomes] == ["", "", "", "-9"]


@outside_tmp
def test_the_disk_can_not_be_filled(protected):
    fill = """
    k = written = 0
    try:
        while True:
            k += 1
            with open(f"{folder}/{k}", "wb") as file:
                written += file.write(bytes(1_000_000))
    except OSError as reason:
        words = reason.strerror
    written // 1_000_000, words
    """
    for folder in (".", "/tmp", "/dev/shm", "/var/tmp"):
        outcomes = run(protected, fill.replace("{folder}", folder), "7")
        assert outcomes[0].text == "(20, 'No space left on device')" and outcomes[1].value == 7.0
    assert refused(protected, "open('large', 'wb').truncate(10**9)")


def test_not_even_empty_files_can_fill_it(protected):
    source = "k = 0\nwhile True:\n    open(str(k), 'w').close()\n    k += 1"
    assert run(protected, source)[0].error.startswith("OSError: [Errno 28] No space left")


def test_a_fork_bomb_goes_off_without_harm(protected):
    bomb = "import os\nwhile True:\n    os.fork()"
    outcomes = run_briefly(protected, 5, bomb, "7")
    assert outcomes[0].value is None and outcomes[1].value == 7.0
    assert words(protected, "6 * 7") == "42"


def test_the_number_of_processes_is_limited(protected):
    source = """
    import os, time
    born = 0
    try:
        for _ in range(100):
            if os.fork() == 0:
                time.sleep(100)
            born += 1
    except OSError as reason:
        words = type(reason).__name__
    born < 30, words
    """
    assert words(protected, source) == "(True, 'BlockingIOError')"


def test_children_can_not_share_out_more_memory_than_one_may_have(protected):
    source = """
    import os, time
    for _ in range(8):
        if os.fork() == 0:
            kept = bytearray(os.urandom(1000)) * 200_000
            time.sleep(100)
    time.sleep(100)
    """
    outcomes = run(protected, source, "7")
    assert outcomes[0].ending == "memory" and outcomes[1].value == 7.0


@pytest.mark.parametrize(
    "call",
    [
        "kernel.unshare(kernel.NEW_USER)",
        "kernel.unshare(kernel.NEW_MOUNTS)",
        "kernel.mount('tmpfs', '/tmp', 'tmpfs')",
        "kernel.mount('none', '/', flags=0x20 | 0x1000)",  # remount, to write again
        "os.setuid(0)",
        "os.chroot('/')",
        "os.mknod('disk', 0o60600, os.makedev(254, 0))",
        "resource.setrlimit(resource.RLIMIT_NPROC, (10**4, 10**4))",
        "os.setpriority(os.PRIO_PROCESS, 0, -5)",
    ],
)
def test_it_has_no_privilege_to_get_out(protected, call):
    outcome = run(protected, f"import os, resource\nfrom vizwidgets.grading.running import kernel\n{call}")[0]
    assert outcome.error.startswith(("PermissionError", "OSError", "ValueError: not allowed")), outcome


def test_nothing_from_outside_is_left_open(protected):
    source = """
    import os
    paths = [f"/proc/self/fd/{number}" for number in range(100)]
    links = [os.readlink(path) for path in paths if os.path.islink(path)]
    sorted({link.split(":")[0] for link in links}), sum(link.startswith("socket") for link in links)
    """
    assert words(protected, source) == "(['/dev/null', 'socket'], 1)"


def test_devices_are_the_harmless_ones(protected):
    wanted = "fd full null random shm stderr stdin stdout urandom zero"
    assert words(protected, "import os; ' '.join(sorted(os.listdir('/dev')))") == repr(wanted)


def test_where_the_system_forbids_it_sheets_run_without_and_it_says_so():
    script = """
from pathlib import Path
from tests.grading.running.cells import run
from vizwidgets.grading.running import kernel
from vizwidgets.grading.running.runner import Runner
try:
    kernel.unshare(kernel.NEW_USER)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
except OSError:
    pass  # it is forbidden as it is
with Runner() as runner:
    print(runner.protection)
    print(run(runner, "6 * 7")[0].value)
"""
    if sys.platform != "linux":
        pytest.skip("namespaces are Linux's")
    single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # a process with threads can not unshare
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ, **single}
    )
    assert done.stderr == ""
    said, value = done.stdout.splitlines()
    assert said.startswith("sheets run WITHOUT a sandbox (unshare: ") and "container" in said
    assert value == "42.0"


def test_files_are_copied_as_far_as_they_fit():
    with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as there:
        for name in "abc":
            Path(here, name).write_bytes(bytes(40))
        copy_files(Path(here), Path(there), 100)
        assert sorted(os.listdir(there)) == ["a", "b"]
