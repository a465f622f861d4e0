"""From pages to a site: Sphinx, once, without a network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .lessons import EXECUTED, ROOT, Lesson
from .pages import Pages

SITE = ROOT / "build" / "site"
SOURCES = ROOT / "build" / "site-sources"


def build(
    lessons: Sequence[Lesson],
    site: Path = SITE,
    sources: Path = SOURCES,
    executed: Path = EXECUTED,
    root: Path = ROOT,
) -> tuple[list[str], str]:
    """Build the site from lessons that have run; what stood there before is replaced.

    Parameters
    ----------
    lessons : sequence of Lesson
        In the order of the course.
    site, sources, executed : Path
        Where the site and the sources of its pages go, and where executed lessons lie.
    root : Path
        The repository with sheets and guides.

    Returns
    -------
    failed : list of str
        Lessons that failed or were never run; their pages say so.
    warnings : str
        What Sphinx complained about, empty if nothing.

    Raises
    ------
    RuntimeError
        If Sphinx gave up; the words are its own.
    """
    pages = Pages(sources, root, executed)
    failed = pages.write(lessons)
    new = sources / "html"
    # our own settings, another folder of pages, one process: pages are few and this is done in seconds
    here = Path(__file__).parent
    command = ["sphinx", "-b", "html", "-q", "-E", "-c", here, "-d", sources / "doctrees"]
    command += ["-D", f"html_extra_path={pages.files}", pages.sources, new]
    ended = subprocess.run([sys.executable, "-m", *map(str, command)], capture_output=True, text=True)
    if ended.returncode:
        raise RuntimeError(f"Sphinx gave up:\n{ended.stderr}")
    shutil.rmtree(site, ignore_errors=True)
    shutil.move(new, site)
    return failed, ended.stderr.strip()
