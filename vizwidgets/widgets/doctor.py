"""What works on this machine and in this front end, and what to do about the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from .doctor_machine import memory_findings, processor_findings, storage_findings, weight_findings
from .doctor_packages import package_findings, python_findings, server_findings, thread_findings
from .doctor_page import PageCheck
from .doctor_report import Finding, Report
from .front_end import front_end, kernel_here

Check = Callable[[], Iterable[Finding]]


def doctor() -> Report:
    """Look at versions, front end, processor, memory, disk and weights.

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
    checks: dict[str, Check] = {
        "Python": python_findings,
        "Packages": partial(package_findings, there),
        "Front end": partial(thread_findings, there, kernel),
        "Server": partial(server_findings, there),
        "Processor": processor_findings,
        "Memory": memory_findings,
        "Cache folder": storage_findings,
        "Weights": weight_findings,
    }
    findings = [finding for subject, check in checks.items() for finding in _tried(subject, check)]
    return Report(tuple(findings), _page_check() if there.has_page else None)


def _tried(subject: str, check: Check) -> list[Finding]:
    """Return what a check finds; one that fails is a finding too, for the others are still wanted."""
    try:
        return list(check())
    except Exception as failure:
        words = f"could not be looked at: {type(failure).__name__}: {failure}"
        return [Finding(subject, "look", words, "show this line to whoever looks after the course")]


def _page_check() -> Any:
    try:
        return PageCheck()
    except Exception:  # the table says which package is to blame
        return None
