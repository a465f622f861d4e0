"""The doctor's look at packages, server and kernel."""

from __future__ import annotations

import re
from importlib import metadata

import torch

from vizwidgets.data.storage import write_json
from vizwidgets.widgets import doctor_packages
from vizwidgets.widgets.front_end import FrontEnd

LAB = FrontEnd("JupyterLab")


def with_versions(monkeypatch, **versions: str | None) -> None:
    def version(name: str) -> str:
        if versions.get(name, "") is None:
            raise metadata.PackageNotFoundError(name)
        return versions.get(name) or real(name)

    real = metadata.version
    monkeypatch.setattr(metadata, "version", version)


def test_here_all_packages_are_in_the_ranges_of_the_project():
    packages, *wrong = doctor_packages.package_findings(LAB)
    assert packages.state == "fine" and f"torch {torch.__version__}" in packages.words
    assert wrong == []


def test_a_wrong_version_and_a_missing_package_are_trouble_with_pip_s_command(monkeypatch):
    with_versions(monkeypatch, anywidget="0.2.0", ipywidgets=None)
    _, *wrong = doctor_packages.package_findings(LAB)
    assert [(line.subject, line.state) for line in wrong] == [
        ("anywidget", "trouble"),
        ("ipywidgets", "trouble"),
    ]
    assert "0.2.0" in wrong[0].words and "not installed" in wrong[1].words
    assert re.search(r'-m pip install "anywidget[<>=.,0-9]+", then restart the kernel', wrong[0].remedy)


def test_colab_s_own_versions_are_left_as_they_are(monkeypatch):
    with_versions(monkeypatch, ipykernel="6.17.1", ipywidgets="7.7.1", jupyterlab=None, notebook="6.5.7")
    _, *wrong = doctor_packages.package_findings(FrontEnd("Colab", shows_threads=False))
    assert {line.subject: line.state for line in wrong} == dict.fromkeys(doctor_packages.OF_COLAB, "look")
    assert not any("pip" in line.remedy for line in wrong)


def test_a_server_without_what_draws_widgets_is_trouble(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor_packages, "jupyter_data_dir", lambda: str(tmp_path / "user"))
    monkeypatch.setattr(doctor_packages, "SYSTEM_JUPYTER_PATH", [])
    server = tmp_path / "other"
    monkeypatch.setattr(doctor_packages, "server_command", lambda: [str(server / "bin" / "python"), "lab"])
    (line,) = doctor_packages.server_findings(LAB)
    assert line.state == "trouble" and str(server) in line.words
    assert line.remedy.startswith(f'"{server}/bin/python" -m pip install ipywidgets anywidget')

    for name in doctor_packages.EXTENSIONS:
        write_json(server / "share" / "jupyter" / "labextensions" / name / "package.json", {"name": name})
    assert [line.state for line in doctor_packages.server_findings(LAB)] == ["fine"]


def test_a_kernel_that_cannot_send_from_a_thread_is_trouble():
    class Mute:
        def get_parent(self) -> dict:
            raise LookupError("shell_parent")  # as ipykernel 7.0 does in a thread

    (line,) = doctor_packages.thread_findings(LAB, Mute())
    assert line.state == "trouble" and "ipykernel>=7.1" in line.remedy
