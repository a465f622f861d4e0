"""The doctor inside a container: its memory and cores, not those of the machine around it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from vizwidgets.widgets import doctor_container, doctor_machine, doctor_processor

GB = 1_000_000_000
VERSION_2 = {
    "memory.max": "max",
    "memory.current": "1",
    "memory.stat": "inactive_file 0",
    "cpu.max": "max 100000",
}
TWO_GB = {
    "memory.max": f"{2 * GB}",
    "memory.current": f"{GB + 800_000_000}",
    "memory.stat": f"anon 9\ninactive_file {500_000_000}",
    "cpu.max": "150000 100000",
}
VERSION_1 = {
    "memory/memory.limit_in_bytes": f"{2 * GB}",
    "memory/memory.usage_in_bytes": f"{GB + 800_000_000}",
    "memory/memory.stat": f"inactive_file 7\ntotal_inactive_file {500_000_000}",
    "cpu/cpu.cfs_quota_us": "150000",
    "cpu/cpu.cfs_period_us": "100000",
}
FREE = {
    "memory/memory.limit_in_bytes": "9223372036854771712",
    "memory/memory.usage_in_bytes": "5",
    "memory/memory.stat": "total_inactive_file 0",
    "cpu/cpu.cfs_quota_us": "-1",
    "cpu/cpu.cfs_period_us": "100000",
}


@pytest.fixture
def system(tmp_path, monkeypatch):
    """Let a test say which groups there are and in which of them this process is."""

    def put(mine: str, folder: str, files: dict[str, str]) -> None:
        for name, text in files.items():
            file = tmp_path / folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + "\n")
        (tmp_path / "mine").write_text(mine)

    monkeypatch.setattr(doctor_container, "ROOT", tmp_path)
    monkeypatch.setattr(doctor_container, "MINE", tmp_path / "mine")
    return put


@pytest.mark.parametrize(
    ("mine", "folder", "files"),
    [
        ("0::/\n", ".", TWO_GB),  # a container with names of its own, as Docker's
        ("0::/user.slice/jupyter-ada\n", "user.slice", TWO_GB),  # a group within a limited one
        ("5:memory:/docker/1a2b\n4:cpu,cpuacct:/docker/1a2b\n", ".", VERSION_1),
    ],
)
def test_the_limits_of_the_container_count_and_copies_of_files_are_free_memory(system, mine, folder, files):
    system(mine, folder, files)
    assert doctor_container.memory_allowed() == (2 * GB, 700_000_000)
    assert doctor_container.cores_allowed() == 2
    total, free = doctor_machine.memory()
    assert total == 2 * GB and free <= 700_000_000
    (line,) = doctor_machine.memory_findings()
    assert line.state == "trouble" and "2.0 GB, of which 0.7 GB free" in line.words


@pytest.mark.parametrize(
    ("mine", "files"),
    [("0::/\n", VERSION_2), ("5:memory:/\n4:cpu,cpuacct:/\n0::/\n", FREE), ("", {}), ("odd\n", {})],
)
def test_without_a_limit_it_is_the_machine_that_counts(system, mine, files):
    system(mine, ".", files)
    assert doctor_container.memory_allowed() is None
    assert doctor_container.cores_allowed() is None


def test_more_threads_than_the_container_has_cores_is_worth_a_look_and_the_remedy_is_python(
    system, monkeypatch
):
    system("0::/\n", ".", TWO_GB)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    threads = torch.get_num_threads()
    monkeypatch.setattr(torch, "get_num_threads", lambda: 16)
    (line,) = doctor_processor.processor_findings()
    assert line.state == "look" and line.words.startswith("2 cores, torch uses 16 threads")
    try:
        exec(line.remedy, {})
        monkeypatch.undo()
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


@pytest.mark.skipif(not Path("/proc/self/cgroup").is_file(), reason="asks Linux")
def test_here_it_finds_what_it_looks_for_or_no_limit():
    cores, memory = doctor_container.cores_allowed(), doctor_container.memory_allowed()
    assert cores is None or cores >= 1
    assert memory is None or 0 < memory[1] <= memory[0]
