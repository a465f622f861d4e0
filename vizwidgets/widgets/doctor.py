"""What works on this machine and in this front end, and what to do about the rest."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from .doctor_report import Finding, Report
from .front_end import front_end, kernel_here

SHOW = "show this line to whoever looks after the course"


def doctor() -> Report:
    """Look at versions, front end, processor, memory, disk, weights and the file of your progress.

    It needs no network, changes nothing, and never raises. As the last line of a cell it shows a table, and
    beneath it three lines in which the page itself says whether it draws, hears the kernel, and shows live
    updates.

    Returns
    -------
    Report
        Its ``findings`` have a state ("fine", "look", "trouble") and a remedy for each that is not fine.

    Examples
    --------
    >>> report = doctor()
    >>> all(finding.remedy for finding in report.findings if finding.state == "trouble")
    True
    """
    there, kernel = front_end(), kernel_here()
    checks: tuple[tuple[str, str, tuple], ...] = (
        ("Python", "doctor_packages.python_findings", ()),
        ("Packages", "doctor_packages.package_findings", (there,)),
        ("Front end", "doctor_packages.thread_findings", (there, kernel)),
        ("Server", "doctor_packages.server_findings", (there,)),
        ("Processor", "doctor_processor.processor_findings", ()),
        ("Memory", "doctor_machine.memory_findings", ()),
        ("Cache folder", "doctor_machine.storage_findings", ()),
        ("Weights", "doctor_machine.weight_findings", ()),
        ("Progress", "doctor_progress.progress_findings", ()),
    )
    findings = [finding for check in checks for finding in _tried(*check)]
    return Report(tuple(findings), _page_check() if there.has_page else None)


def _named(name: str) -> Any:
    """Return a function of a module beside this one; imported late: what it needs may be the trouble."""
    module, function = name.split(".")
    return getattr(import_module(f".{module}", __package__), function)


def _tried(subject: str, check: str, arguments: tuple) -> list[Finding]:
    """Return what a check finds; one that fails is a finding too, for the others are still wanted."""
    try:
        return list(_named(check)(*arguments))
    except ImportError as failure:
        package = (failure.name or "").partition(".")[0]
        remedy = f'"{sys.executable}" -m pip install --force-reinstall {package}, then restart the kernel'
        known = package not in ("", "vizwidgets")
        return [Finding(subject, "trouble", f"not looked at: {failure}", remedy if known else SHOW)]
    except Exception as failure:
        return [Finding(subject, "look", f"not looked at: {type(failure).__name__}: {failure}", SHOW)]


def _page_check() -> Any:
    try:
        return _named("doctor_page.PageCheck")()
    except Exception:  # the table says which package is to blame
        return None
