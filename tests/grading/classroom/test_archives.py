"""Zips of strangers: read as Python's zipfile reads them, up to limits that are counted while reading."""

from __future__ import annotations

import io
import resource
import zipfile

import pytest

from tests.grading.classroom.bombs import GB, bomb, many_bombs
from tests.grading.classroom.handed_in import tree, with_link, zip_at, zipped
from vizwidgets.grading.classroom.reading.archives import open_files, zip_files
from vizwidgets.grading.classroom.reading.budget import MB, ArchiveError, Budget, Limits


def read_all(data: bytes, limits: Limits | None = None) -> dict[str, bytes]:
    budget = Budget(limits or Limits())
    return {file.path: file.read(budget) for file in zip_files(io.BytesIO(data), budget)}


def test_an_honest_zip_reads_as_zipfile_reads_it(tmp_path):
    files = {"Ann Müller_1_file_/a1.ipynb": b"{}", "b/c.txt": bytes(range(256)) * 1000, "empty": b""}
    place = zip_at(tmp_path / "all.zip", files)
    with zipfile.ZipFile(place) as archive:
        wanted = {name: archive.read(name) for name in archive.namelist()}
    with open_files(place, Budget()) as found:
        assert {file.path: file.read(Budget()) for file in found} == wanted


def test_a_folder_reads_like_a_zip_and_its_links_are_not_followed(tmp_path):
    (tmp_path / "class" / "ann").mkdir(parents=True)
    (tmp_path / "class" / "ann" / "a1.ipynb").write_bytes(b"{}")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "grades").write_bytes(b"20")
    (tmp_path / "class" / "bob").symlink_to(tmp_path / "secret")
    (tmp_path / "class" / "ann" / "b.ipynb").symlink_to(tmp_path / "secret" / "grades")
    with open_files(tmp_path / "class", Budget()) as files:
        found = {file.path: file for file in files}
        assert set(found) == {"ann/a1.ipynb", "ann/b.ipynb", "bob"}
        assert found["ann/a1.ipynb"].read(Budget()) == b"{}"
        for name in ("ann/b.ipynb", "bob"):
            with pytest.raises(ArchiveError, match="a link"):
                found[name].read(Budget())


@pytest.mark.parametrize("said", [None, 1000, 90 * MB])
def test_ten_gigabytes_of_zeros_are_refused_whatever_the_zip_says_of_their_size(said):
    data = bomb("a1.ipynb", 10 * GB, said)
    assert len(data) < 11 * MB
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    budget = Budget()
    with pytest.raises(ArchiveError, match="unpacked|unpacks|damaged"):
        zip_files(io.BytesIO(data), budget)[0].read(budget)
    assert budget.bytes_read <= 101 * MB
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kilobytes


def test_many_files_that_are_small_one_by_one_are_refused_together():
    data = many_bombs([f"{k}.ipynb" for k in range(40)], MB)
    assert len(read_all(data)) == 40
    with pytest.raises(ArchiveError, match="more than 20 MB unpacked in all"):
        read_all(data, Limits(total_bytes=20 * MB))


def test_what_one_student_reads_counts_for_all():
    whole = Budget(Limits(total_bytes=3 * MB))
    data = many_bombs(["a"], 2 * MB)
    zip_files(io.BytesIO(data), whole)[0].read(Budget(above=whole))
    with pytest.raises(ArchiveError, match="more than 3 MB"):
        zip_files(io.BytesIO(data), whole)[0].read(Budget(above=whole))


def test_a_ratio_beyond_reason_is_refused_once_the_file_is_large():
    limits = Limits(small_bytes=MB, ratio=100)
    assert read_all(many_bombs(["a"], MB), limits) == {"a": bytes(MB)}
    with pytest.raises(ArchiveError, match="more than 100 times its size"):
        read_all(many_bombs(["a"], 3 * MB), limits)


def test_too_many_files_are_refused_before_their_names_fill_the_memory():
    data = zipped({f"{k}": b"" for k in range(30)})
    assert len(read_all(data)) == 30
    with pytest.raises(ArchiveError, match="30 files; at most 20"):
        read_all(data, Limits(files=20))
    with pytest.raises(ArchiveError, match="lists more than 2 files"):
        read_all(data, Limits(files=2))


@pytest.mark.parametrize("name", ["../a1.ipynb", "a/../../a1.ipynb", "/etc/passwd", "C:\\a1.ipynb", "..\\a1"])
def test_a_path_that_leads_out_is_refused(name):
    (file,) = zip_files(io.BytesIO(zipped({name: b"{}"})), Budget())
    with pytest.raises(ArchiveError, match="leads out of the zip"):
        file.read(Budget())


def test_a_link_is_refused():
    (file,) = zip_files(io.BytesIO(with_link("/etc/passwd", "a1.ipynb")), Budget())
    with pytest.raises(ArchiveError, match="a link"):
        file.read(Budget())


def test_an_encrypted_file_is_refused():
    data = bytearray(zipped({"a1.ipynb": b"{}"}))
    data[6] |= 1  # the flag in the file's own header, and in the table of contents
    data[data.index(b"PK\1\2") + 8] |= 1
    (file,) = zip_files(io.BytesIO(bytes(data)), Budget())
    with pytest.raises(ArchiveError, match="without a password"):
        file.read(Budget())


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_python_unpacks_in_chunks_of_any_size_are_refused(method):
    (file,) = zip_files(io.BytesIO(zipped({"a1.ipynb": bytes(MB)}, method)), Budget())
    with pytest.raises(ArchiveError, match="other than deflate"):
        file.read(Budget())


def test_a_zip_that_was_cut_short_is_refused_in_words():
    data = zipped({"a1.ipynb": bytes(5000)})
    for end in (10, len(data) // 2, len(data) - 1):
        with pytest.raises(ArchiveError, match="cut short"):
            zip_files(io.BytesIO(data[:end]), Budget(), "all.zip")


def test_a_file_that_is_damaged_inside_is_refused_in_words():
    data = bytearray(zipped({"a1.ipynb": bytes(range(256)) * 40}, zipfile.ZIP_STORED))
    data[500] ^= 0xFF
    (file,) = zip_files(io.BytesIO(bytes(data)), Budget())
    with pytest.raises(ArchiveError, match="damaged in the zip"):
        file.read(Budget())


def test_nothing_and_emptiness_are_told_apart(tmp_path):
    gone, zero = tmp_path / "gone.zip", tmp_path / "zero.zip"
    with pytest.raises(FileNotFoundError, match="no zip and no folder"), open_files(gone, Budget()):
        pass
    zero.write_bytes(b"")
    with pytest.raises(ArchiveError, match="zero.zip is empty"), open_files(zero, Budget()):
        pass
    with open_files(zip_at(tmp_path / "none.zip", {}), Budget()) as files:
        assert files == []


def test_names_of_a_zip_made_on_a_mac_are_read_as_they_were_meant():
    data = zipped({"Jürgen.ipynb": b"{}"})
    flag = (0x800).to_bytes(2, "little")
    assert data.count(flag) >= 2
    silent = data.replace(b"\x14\0" + flag, b"\x14\0\0\0")
    assert set(read_all(silent)) == {"Jürgen.ipynb"}


def test_random_damage_ends_in_words_or_in_the_contents():
    data = zipped({"a1.ipynb": b'{"cells": []}' * 40, "b/c.txt": b"x" * 99})
    for at in range(0, len(data)):
        hurt = bytearray(data)
        hurt[at] ^= 0xFF
        try:
            read_all(bytes(hurt))
        except ArchiveError as reason:
            assert str(reason)


def test_nothing_is_written_while_reading(tmp_path):
    place = zip_at(tmp_path / "all.zip", {"a/a1.ipynb": b"{}", "../b": b"{}"})
    before = tree(tmp_path)
    with open_files(place, Budget()) as files:
        for file in files:
            if not file.problem:
                file.read(Budget())
    assert tree(tmp_path) == before
