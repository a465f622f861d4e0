"""`make test` runs the lessons beside everything else: nothing is left out, and either failure counts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
TOY = """
[tool.pytest.ini_options]
testpaths = ["tests", "notebooks/*.py", "website"]
"""
# Each half waits for a file that the other one writes: they end only if they run at once.
MEETS = """
import time
from pathlib import Path

def test_meets_the_other_half():
    Path("{mine}").touch()
    deadline = time.monotonic() + 60
    while not Path("{theirs}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
"""
PASSES, FAILS = "def test_it(): pass\n", "def test_it(): assert 'a word to look for' == ''\n"
ONE_BY_ONE = "VIZWIDGETS_TESTS_ONE_BY_ONE"
HERE = {name: value for name, value in os.environ.items() if name != ONE_BY_ONE}
BARE = {**HERE, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # the toy needs no plug-in, and is quick without

pytestmark = pytest.mark.skipif(not (ROOT / ".ci").is_dir(), reason="only a checkout has .ci")


@pytest.fixture
def run(tmp_path):
    """A function that writes a toy project, runs its halves, and returns how that ended."""

    def ran(*words: str, **files: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "pyproject.toml").write_text(TOY)
        for folder in (".ci", "tests", "notebooks", "website"):
            (tmp_path / folder).mkdir()
        (tmp_path / ".ci" / "halves.py").write_bytes((ROOT / ".ci" / "halves.py").read_bytes())
        for folder in ("tests", "notebooks", "website"):
            (tmp_path / folder / f"test_{folder}.py").write_text(files.get(folder, PASSES))
        command = [sys.executable, str(tmp_path / ".ci" / "halves.py"), *words]
        return subprocess.run(command, env=BARE, capture_output=True, text=True, timeout=120, check=False)

    return ran


def test_both_halves_run_at_once_and_a_last_line_as_pytests_adds_them_up(run):
    done = run(tests=MEETS.format(mine="a", theirs="b"), notebooks=MEETS.format(mine="b", theirs="a"))
    assert done.returncode == 0, done.stdout
    tests, lessons, both = (line for line in done.stdout.splitlines() if " passed in " in line)
    assert "1 passed" in tests and "2 passed" in lessons and "== 3 passed in " in both
    assert done.stdout.splitlines()[-1] == both


@pytest.mark.parametrize("folder", ["tests", "website"])
def test_a_failure_in_either_half_is_shown_and_fails_the_run(run, folder):
    done = run("-ra", **{folder: FAILS})
    assert done.returncode == 1
    assert f"FAILED {folder}/test_{folder}.py::test_it" in done.stdout
    assert "= 1 failed, 2 passed in " in done.stdout.splitlines()[-1]  # the other half went on


def test_a_half_of_which_flags_leave_no_test_does_not_fail_the_run(run):
    marked = "import pytest\n@pytest.mark.timeout\ndef test_it(): pass\n"
    done = run("-m=timeout", website=marked)
    assert done.returncode == 0, done.stdout
    assert "= 1 passed, 2 deselected" in done.stdout.splitlines()[-1]


def test_where_no_test_is_left_at_all_the_run_says_so_as_pytest_does(run):
    assert run("-m=timeout").returncode == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize("folder", ["tests", "website"])
def test_a_half_that_breaks_off_counts_as_an_error(run, folder):
    done = run(**{folder: "def test_it(): import os; os._exit(0)\n"})
    assert done.returncode != 0
    assert "1 error" in done.stdout.splitlines()[-1]


def test_where_it_is_asked_for_one_pytest_runs_all(run, monkeypatch):
    monkeypatch.setitem(BARE, ONE_BY_ONE, "1")
    done = run()
    assert done.returncode == 0
    assert done.stdout.count(" passed in ") == 1 and "3 passed" in done.stdout


def test_words_that_choose_tests_are_run_alone(run):
    done = run("-x", "website", notebooks=FAILS)
    assert done.returncode == 0
    assert done.stdout.count(" passed in ") == 1 and "1 passed" in done.stdout


def test_the_halves_together_are_all_that_pytest_alone_would_run():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["pytest"]["ini_options"]["testpaths"]
    code = "from halves import halves; print(*map('|'.join, halves()))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT / ".ci", capture_output=True, text=True, check=True)
    others, lessons = (half.split("|") for half in done.stdout.split())
    wanted = [path.relative_to(ROOT).as_posix() for pattern in patterns for path in ROOT.glob(pattern)]
    assert sorted(lessons + others) == sorted(wanted)
    assert lessons[0] == "notebooks/00_start_here.ipynb" and lessons[-1] == "website"
