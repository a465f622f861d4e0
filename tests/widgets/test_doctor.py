"""The doctor: names each kind of trouble with its remedy, and never raises."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from html import escape, unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from IPython.core.inputtransformer2 import TransformerManager

from vizwidgets.data.artifacts import ARTIFACTS
from vizwidgets.data.storage import sha256_of, write_json
from vizwidgets.widgets import doctor_machine, doctor_page, doctor_processor, front_end
from vizwidgets.widgets.doctor import doctor
from vizwidgets.widgets.doctor_page import PageCheck
from vizwidgets.widgets.doctor_report import STYLE, Finding, Report

NEEDED = [artifact for artifact in ARTIFACTS.values() if not artifact.is_large]


class Kernel:
    """A kernel that can send from any thread."""

    def get_parent(self) -> dict:
        return {}


def of(findings, subject: str) -> list[Finding]:
    return [finding for finding in findings if finding.subject == subject]


@pytest.fixture
def empty_home(tmp_path, monkeypatch) -> Path:
    """A cache folder with nothing in it, and no copies of torch hub."""
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path


def put_all_weights(folder: Path) -> None:
    for artifact in NEEDED:
        file = folder / artifact.file_name
        file.write_bytes(bytes(1_200_000))
        noted = {
            "source_sha256": [source.sha256 for source in artifact.sources],
            "contents_sha256": artifact.contents_sha256,
            "sha256": sha256_of(file),
        }
        write_json(folder / f"{artifact.name}.provenance.json", noted)


# -- the report -----------------------------------------------------------------------------------------


def test_each_line_that_is_not_fine_stands_in_words_signs_and_a_remedy_in_text_and_page():
    trouble = Finding("Weights", "trouble", "<vgg16> is not fetched", "python fetch.py 'a & b'")
    report = Report((Finding("Python", "fine", "3.12"), trouble))
    assert repr(report).splitlines() == [
        "1 in trouble, of 2: the arrows say what to do.",
        "✓ fine     Python   3.12",
        "✗ trouble  Weights  <vgg16> is not fetched",
        "                    → python fetch.py 'a & b'",
    ]
    page = report._repr_html_()
    assert "&lt;vgg16&gt; is not fetched" in page and "<vgg16>" not in page
    assert "✗ trouble" in page and "a &amp; b" in page and "scope='row'" in page


def test_in_a_page_what_is_to_be_typed_can_be_pasted_into_a_cell_and_sentences_are_no_code():
    remedies = [
        '"py" -m pip install "a<2", then restart the kernel',
        "name another: %env A=/b",
        "close it (a → b)",
    ]
    page = Report(tuple(Finding("x", "look", "y", remedy) for remedy in remedies))._repr_html_()
    found = [unescape(code) for code in re.findall("<code>(.*?)</code>", page)]
    assert found == ['!"py" -m pip install "a<2"', "%env A=/b"]
    assert all(escape(remedy.partition(": ")[0].partition(", then ")[2]) in page for remedy in remedies)
    for code in found:
        assert TransformerManager().transform_cell(code).startswith("get_ipython()."), (
            code
        )  # IPython's own words


def test_white_words_on_the_colours_of_the_states_can_be_read():
    colors = re.findall(r"background: (#[0-9a-f]{6})", STYLE)
    assert len(colors) == 3
    for color in colors:
        channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        assert 1.05 / (luminance + 0.05) >= 4.5, color  # WCAG's contrast for small words


def test_a_check_that_fails_is_a_line_and_the_others_go_on(monkeypatch):
    def broken() -> int:
        raise RuntimeError("no /proc here")

    monkeypatch.setattr(doctor_machine, "memory", broken)
    findings = doctor().findings
    (line,) = of(findings, "Memory")
    assert line.state == "look" and "no /proc here" in line.words and line.remedy
    assert of(findings, "Processor") and of(findings, "Weights")


def test_it_works_where_the_packages_that_it_looks_at_cannot_be_imported():
    broken = ("torch", "anywidget", "ipywidgets", "IPython", "numpy")
    script = f"import sys; sys.modules.update(dict.fromkeys({broken}))\n"
    script += "import vizwidgets as vw; print(vw.doctor())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "✗ trouble  Processor" in done.stdout and "torch" in done.stdout
    assert f'"{sys.executable}" -m pip install --force-reinstall torch' in done.stdout
    assert re.search("^✓ fine +Packages", done.stdout, re.MULTILINE)


# -- weights and disk -----------------------------------------------------------------------------------


def test_what_is_not_fetched_is_named_with_a_command_that_the_script_understands(empty_home):
    missing, *_ = of(doctor().findings, "Weights")
    assert missing.state == "trouble"
    assert all(f"{each.name} ({each.size / 1e6:.0f} MB)" in missing.words for each in NEEDED)
    python, script, *names = shlex.split(missing.remedy)
    assert Path(python).is_file() and Path(script).is_file()
    from data_scripts.fetch_weights import _parse

    assert _parse(names).names == [artifact.name for artifact in NEEDED]


def test_what_is_there_is_told_with_its_size(empty_home):
    put_all_weights(empty_home)
    (line,) = of(doctor().findings, "Weights")
    assert line.state == "fine" and line.words.count("(1.2 MB)") == len(NEEDED)


def test_a_damaged_file_is_named_with_a_command_that_makes_it_anew(empty_home):
    put_all_weights(empty_home)
    hurt = NEEDED[1]
    (empty_home / hurt.file_name).write_bytes(bytes(600_000))
    trouble, fine = of(doctor().findings, "Weights")
    assert trouble.state == "trouble" and str(empty_home / hurt.file_name) in trouble.words
    assert shlex.split(trouble.remedy)[2:] == [hurt.name]
    assert fine.state == "fine" and f"{hurt.name} (" not in fine.words


def test_a_full_disk_is_trouble(empty_home, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(9e9, 9e9, 5e7))
    (line,) = of(doctor().findings, "Cache folder")
    assert line.state == "trouble" and "0.1 GB free" in line.words and "VIZWIDGETS_HOME" in line.remedy


@pytest.mark.parametrize(("are_there", "state"), [(True, "look"), (False, "trouble")])
def test_a_folder_that_cannot_be_written_is_trouble_only_while_weights_are_missing(
    empty_home, monkeypatch, are_there, state
):
    if are_there:
        put_all_weights(empty_home)

    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor_machine.tempfile, "TemporaryFile", refuse)
    (line,) = of(doctor().findings, "Cache folder")
    assert (line.state, "Permission denied" in line.words) == (state, True)


def test_it_leaves_nothing_behind(empty_home):
    repr(doctor())
    assert list(empty_home.iterdir()) == []


# -- processor and memory -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("free", "state"), [(0.4e9, "trouble"), (1.5e9, "look"), (6e9, "fine"), (None, "fine")]
)
def test_little_free_memory_is_told(monkeypatch, free, state):
    monkeypatch.setattr(doctor_machine, "memory", lambda: (8e9, free))
    (line,) = doctor_machine.memory_findings()
    assert line.state == state and "8.0 GB" in line.words


def test_memory_that_nobody_knows_is_called_unknown(monkeypatch):
    monkeypatch.setattr(doctor_machine, "memory", lambda: (None, None))
    assert [(line.state, line.words) for line in doctor_machine.memory_findings()] == [
        ("fine", "unknown on this system")
    ]


@pytest.mark.skipif(not Path("/proc/meminfo").is_file(), reason="asks Linux")
def test_memory_is_what_the_system_itself_says():
    total, free = doctor_machine.memory()
    assert 0 < free <= total <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_one_thread_on_many_cores_is_worth_a_look(monkeypatch):
    monkeypatch.setattr(doctor_processor, "num_cores", lambda: 4)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    (line,) = doctor_processor.processor_findings()
    assert line.state == "look" and "OMP_NUM_THREADS" in line.words
    assert line.remedy == "import torch; torch.set_num_threads(4)"


# -- the page's own part --------------------------------------------------------------------------------


@pytest.fixture
def sent(monkeypatch):
    monkeypatch.setattr(front_end, "_measured", {})
    monkeypatch.setattr(doctor_page, "QUIET_SECONDS", 0.0)
    messages = []
    monkeypatch.setattr(PageCheck, "send", lambda _, content, buffers=None: messages.append(content["type"]))
    return messages


def test_the_page_is_answered_at_once_and_from_a_thread(sent):
    check = PageCheck()
    check._receive(None, {"type": "hello", "page": {"name": "JupyterLab", "version": "4.6.6"}}, None)
    deadline = time.monotonic() + 10
    while len(sent) < 2 and time.monotonic() < deadline:
        time.sleep(0.002)
    assert sorted(sent) == ["answer", "thread"] and check.page["name"] == "JupyterLab"


@pytest.mark.parametrize("arrive", [True, False])
def test_what_the_page_says_of_threads_counts_from_then_on(sent, monkeypatch, arrive):
    monkeypatch.delenv("VIZWIDGETS_START", raising=False)
    monkeypatch.setattr(front_end, "_shell", lambda: SimpleNamespace(kernel=Kernel(), user_ns={}))
    PageCheck()._receive(None, {"type": "threads", "arrive": arrive}, None)
    assert front_end.front_end().shows_threads is arrive


def test_where_no_widgets_are_drawn_the_page_says_so():
    data, _ = PageCheck()._repr_mimebundle_()
    assert "has not answered" in data["text/html"] and "restart the kernel" in data["text/html"]
    assert data["text/plain"] == "PageCheck(the page has not answered)"
