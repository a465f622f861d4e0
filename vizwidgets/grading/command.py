"""The instructor's commands: ``python -m vizwidgets.grading <command>``."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from .sheets.course import Course

# command: (its module, what it does), in the order in which a term needs them
COMMANDS = {
    "new": ("sheets.template", "begin a sheet of your own, with a question, wrong answers and their proof"),
    "build": ("sheets.build", "make the release and the self-study version of a sheet from its source"),
    "check": ("sheets.proof", "prove a sheet: solutions full, stubs zero, every wrong answer noticed"),
    "collect": ("classroom.collecting.collect", "take submissions out of a Moodle or Canvas zip or a folder"),
    "regraft": ("classroom.collecting.regraft", "mend submissions that lost cells or metadata on the way"),
    "grade": ("classroom.scoring.grade", "run the checks on every submission, within limits"),
    "texts": ("classroom.papers.texts", "lay out the text answers for a person to read and give points"),
    "audit": ("classroom.auditing.audit", "flag for a person what looks tampered with; takes no points away"),
    "feedback": ("classroom.papers.feedback", "write a page for each student: points, reasons, hints"),
    "report": ("classroom.papers.report", "show which criterion the class failed how often"),
    "export": ("classroom.exporting.export", "write points as CSV for Canvas or Moodle"),
}


class Command(Protocol):
    """What a module of a command offers."""

    HELP: str

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's own options."""

    def run(self, course: Course, options: argparse.Namespace) -> int:
        """Do it; 0 if all went well."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status: 0, 1 if a person must look, 2 if it was asked wrongly."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser(words).parse_args(words)
    try:
        return options.run(Course(options.course), options)
    except (OSError, ValueError, ImportError) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; what was finished is kept. The same command goes on from there.\n")
        return 130


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m vizwidgets.grading",
        description="Build, collect, grade and return assignments.",
        epilog="Each command has a --help of its own; notebooks/assignments/README.md tells the whole story.",
    )
    commands = parser.add_subparsers(metavar="command", required=True)
    for name, (module, does) in COMMANDS.items():
        own = commands.add_parser(name, help=does, description=does.capitalize() + ".")
        if name in words[:1]:  # what the other commands need is not imported for this one
            _fill(own, importlib.import_module(f"{__package__}.{module}"))
    return parser


def _fill(parser: argparse.ArgumentParser, command: Command) -> None:
    parser.description = command.HELP
    parser.add_argument(
        "--course",
        type=Path,
        default=Path("."),
        metavar="FOLDER",
        help="the folder that holds source/ (by default this one)",
    )
    command.add_options(parser)
    parser.set_defaults(run=command.run)
