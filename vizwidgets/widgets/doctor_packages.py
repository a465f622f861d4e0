"""Whether what is installed is what the library was tested with, and whether the server has it too."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from jupyter_core.paths import SYSTEM_JUPYTER_PATH, jupyter_data_dir
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from .doctor_report import Finding
from .front_end import FrontEnd, can_send_from_threads, server_command

NAMED = ("torch", "ipywidgets", "anywidget", "jupyterlab", "notebook", "ipykernel")  # told though all is fine
OF_COLAB = {"ipykernel", "ipywidgets", "jupyterlab", "notebook"}  # Colab brings its own, which must stay
EXTENSIONS = {"@jupyter-widgets/jupyterlab-manager": "ipywidgets", "anywidget": "anywidget"}
PIP = f'"{sys.executable}" -m pip install'


def python_findings() -> Iterator[Finding]:
    """Tell the version of Python and of the library."""
    words = f"{platform.python_version()} on {platform.system()} {platform.machine()}, {sys.executable}"
    about = _metadata()
    wanted = ">=3.10" if about is None else about["Requires-Python"]
    if SpecifierSet(wanted).contains(platform.python_version(), prereleases=True):
        yield Finding("Python", "fine", words)
    else:
        yield Finding("Python", "trouble", f"{words}; {wanted} is needed", "make lab PYTHON=python3.12")


def package_findings(there: FrontEnd) -> Iterator[Finding]:
    """Compare each package with the range that the library asks for."""
    if _metadata() is None:
        remedy = f"{PIP} -e . (in the folder of the course)"
        yield Finding("Packages", "look", "vizwidgets is imported without being installed", remedy)
        return
    wrong, found = [], {}
    for text in metadata.requires("vizwidgets") or []:
        needed = Requirement(text)
        if needed.marker is not None:
            continue  # of an extra: for those who test or teach
        version = _version(needed.name)
        found[needed.name] = version
        if version is None or not needed.specifier.contains(version, prereleases=True):
            wrong.append(_wrong(needed, version, there))
    named = ", ".join(f"{name} {found[name]}" for name in NAMED if found.get(name))
    words = f"vizwidgets {metadata.version('vizwidgets')}; {named}"
    if not wrong:
        words += f"; all {len(found)} in the tested ranges"
    yield Finding("Packages", "fine", words)
    yield from wrong


def server_findings(there: FrontEnd) -> Iterator[Finding]:
    """Tell whether the server has what draws widgets: it may live in another environment than the kernel."""
    if not there.has_page or there.name in {"Colab", "VS Code"}:
        return
    command = server_command()
    is_told = bool(command) and Path(command[0]).is_absolute()
    program = Path(command[0]) if is_told else Path(sys.executable)
    prefix = program.parent.parent if is_told else Path(sys.prefix)
    missing = [package for name, package in EXTENSIONS.items() if not _has_extension(prefix, name)]
    if not missing:
        yield Finding("Server", "fine", "has what draws widgets: ipywidgets and anywidget")
        return
    python = program.parent / "python" if is_told else program
    remedy = f'"{python}" -m pip install {" ".join(missing)}, then start the server anew'
    words = f"runs in {prefix}, where {' and '.join(missing)} cannot be found: widgets stay empty"
    yield Finding("Server", "trouble", words, remedy)


def thread_findings(there: FrontEnd, kernel: object) -> Iterator[Finding]:
    """Tell whether live updates can be expected."""
    if kernel is None or not there.has_page:
        words = f"{there.name}: no page looks on; explorers leave static pictures"
        yield Finding("Front end", "fine", words)
    elif not can_send_from_threads(kernel):
        words = f"{there.name}; ipykernel {_version('ipykernel')} cannot send from a thread"
        yield Finding("Front end", "trouble", words, f'{PIP} "ipykernel>=7.1,<8", then restart the kernel')
    elif not there.shows_threads:
        words = f"{there.name}: {there.why_not}; explorers take their steps while the page asks for them"
        yield Finding("Front end", "look", words, "nothing to do: Start shows a progress bar, and is slower")
    else:
        yield Finding("Front end", "fine", f"{there.name}: live updates are expected")


def _wrong(needed: Requirement, version: str | None, there: FrontEnd) -> Finding:
    words = f"{version or 'not installed'}; {needed.specifier} was tested"
    if there.name == "Colab" and needed.name in OF_COLAB:
        return Finding(needed.name, "look", words, "leave it as it is: Colab needs its own")
    return Finding(needed.name, "trouble", words, f'{PIP} "{needed}", then restart the kernel')


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _metadata() -> metadata.PackageMetadata | None:
    try:
        return metadata.metadata("vizwidgets")
    except metadata.PackageNotFoundError:
        return None


def _has_extension(prefix: Path, name: str) -> bool:
    """Return whether a server of that environment, or of the user, serves an extension of JupyterLab."""
    places = [prefix / "share" / "jupyter", *map(Path, [jupyter_data_dir(), *SYSTEM_JUPYTER_PATH])]
    files = (place / "labextensions" / name / "package.json" for place in places)
    return any(_is_package(file) for file in files)


def _is_package(file: Path) -> bool:
    try:
        return bool(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return False
