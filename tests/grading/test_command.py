"""The instructor's commands: help for each, and refusals in words."""

from __future__ import annotations

import subprocess
import sys

import pytest

from vizwidgets.grading.command import COMMANDS, main


def test_importing_the_student_side_needs_none_of_the_instructors_packages():
    code = "import sys, vizwidgets.grading; print([m for m in ('nbgrader', 'nbformat') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_text(name, capsys):
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    assert end.value.code == 0
    shown = capsys.readouterr().out
    assert "--course FOLDER" in shown and len(shown.split()) > 40


def test_the_list_of_commands_says_what_each_does(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert all(name in shown and does[:30] in " ".join(shown.split()) for name, (_, does) in COMMANDS.items())


def test_a_folder_that_is_no_course_is_refused(tmp_path, capsys):
    assert main(["build", "a1", "--course", str(tmp_path)]) == 2
    assert "source" in capsys.readouterr().err
